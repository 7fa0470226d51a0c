"""Leases.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.
"""

from __future__ import annotations

from .kind import Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="coordination.k8s.io",
        version="v1",
        name="Lease",
        plural="leases",
        allow_unconditional_update=False,
        create_on_update=True,
    ),
)
