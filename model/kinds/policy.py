"""What bounds what others may do or use: disruption budgets, quotas, limits.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/policy``, ``pkg/registry/core/{resourcequota,limitrange}``; scenarios
d-service-lease-others, s-generation.
"""

from __future__ import annotations

from .kind import Generation, Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="policy",
        version="v1",
        name="PodDisruptionBudget",
        plural="poddisruptionbudgets",
        generation=Generation.SPEC,
        has_status=True,
        allow_unconditional_update=False,
    ),
    Kind(
        group="",
        version="v1",
        name="ResourceQuota",
        plural="resourcequotas",
        has_status=True,
        answers_delete_with_object=True,
    ),
    Kind(group="", version="v1", name="LimitRange", plural="limitranges", create_on_update=True),
)
