"""The kinds of ``apps/v1`` that keep pods of a template running.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.
"""

from __future__ import annotations

from ..frozen_json import freeze_map
from .kind import FieldType, Generation, Kind

_WORKLOAD_TYPES = (
    ("spec.replicas", FieldType.INTEGER),
    ("spec.selector", FieldType.OBJECT),
    ("spec.selector.matchLabels", FieldType.TEXT_MAP),
    ("spec.selector.matchExpressions", FieldType.OBJECTS),
    ("spec.template", FieldType.OBJECT),
    ("spec.template.metadata", FieldType.OBJECT),
    ("spec.template.metadata.labels", FieldType.TEXT_MAP),
    ("spec.template.spec", FieldType.OBJECT),
    ("spec.template.spec.containers", FieldType.OBJECTS),
)


def _workload(
    name: str,
    plural: str,
    *,
    generation: Generation,
    status: dict[str, object],
    kept_by_status: tuple[str, ...] = (),
) -> Kind:
    """A kind of ``apps/v1`` that keeps pods of a template running."""
    return Kind(
        group="apps",
        version="v1",
        name=name,
        plural=plural,
        generation=generation,
        has_status=True,
        has_selector=True,
        initial_status=freeze_map(status),
        defaults=(("spec.replicas", 1),),
        immutable=("spec.selector",),
        types=_WORKLOAD_TYPES,
        kept_by_status=kept_by_status,
    )


KINDS: tuple[Kind, ...] = (
    _workload("ReplicaSet", "replicasets", generation=Generation.SPEC, status={"replicas": 0}),
    _workload(
        "Deployment",
        "deployments",
        generation=Generation.SPEC_OR_ANNOTATIONS,
        status={},
        kept_by_status=("metadata.labels",),
    ),
)
