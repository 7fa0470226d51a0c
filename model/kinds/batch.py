"""Jobs, and what makes them in time.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/batch/*/strategy.go``; scenarios d-service-lease-others, s-generation.
"""

from __future__ import annotations

from ..frozen_json import EMPTY
from .kind import Generation, Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="batch",
        version="v1",
        name="Job",
        plural="jobs",
        generation=Generation.SPEC,
        has_status=True,
        default_propagation="Orphan",
        initial_status=EMPTY,
    ),
    Kind(
        group="batch",
        version="v1",
        name="CronJob",
        plural="cronjobs",
        generation=Generation.SPEC,
        has_status=True,
        initial_status=EMPTY,
    ),
)
