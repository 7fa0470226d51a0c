"""Pods.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.
"""

from __future__ import annotations

from .kind import Generation, Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="",
        version="v1",
        name="Pod",
        plural="pods",
        generation=Generation.SPEC,
        has_status=True,
        graceful=True,
        answers_delete_with_object=True,
        kept_by_status=("metadata.ownerReferences",),
    ),
)
