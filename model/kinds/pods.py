"""Pods.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.
"""

from __future__ import annotations

from ..frozen_json import FrozenMap
from .kind import FieldType, Generation, Kind

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
        initial_status=FrozenMap({"phase": "Pending"}),
        defaults=(("spec.terminationGracePeriodSeconds", 30),),
        types=(
            ("spec.nodeName", FieldType.TEXT),
            ("spec.containers", FieldType.OBJECTS),
            ("spec.initContainers", FieldType.OBJECTS),
            ("spec.tolerations", FieldType.OBJECTS),
            ("spec.terminationGracePeriodSeconds", FieldType.INTEGER),
            ("spec.activeDeadlineSeconds", FieldType.INTEGER),
            ("status.phase", FieldType.TEXT),
        ),
        kept_by_status=("metadata.ownerReferences",),
    ),
)
