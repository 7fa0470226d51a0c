"""Conditions in a status: one of each type, and the time of its last change.

Lives here: how a server sets a condition of its own.  Must not know: what conditions mean.

Source: Kubernetes 1.36, ``pkg/api/pod/util.go`` (UpdatePodCondition), ``apimachinery/pkg/api/meta/conditions.go``.
"""

from __future__ import annotations

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...objects import Object
from ..preparation import NOW


def condition_of(object_: Object, type_: str) -> FrozenMap | None:
    """The condition of a type, if the object has one."""
    conditions = (as_map(item) for item in as_items(object_.status.get("conditions")))
    return next((condition for condition in conditions if condition.get("type") == type_), None)


def is_true(object_: Object, type_: str) -> bool:
    """Whether the object has a condition of a type and it is true."""
    condition = condition_of(object_, type_)
    return condition is not None and condition.get("status") == "True"


def with_pod_condition(pod: Object, type_: str, **fields: str) -> Object:
    """The pod with a condition that is true.

    A condition of a pod tells the generation that it was observed at only where that was told before.
    """
    before = condition_of(pod, type_)
    entries: dict[str, Json] = {"type": type_, "status": "True", "lastProbeTime": None, **fields}
    if before is not None and before.get("observedGeneration"):
        entries["observedGeneration"] = pod.generation
    return _with_condition(pod, entries, before)


def with_condition(object_: Object, type_: str, status: str, reason: str, observed_generation: int) -> Object:
    """The object with a condition of the form that kinds other than pods have."""
    entries: dict[str, Json] = {"type": type_, "status": status, "reason": reason, "message": ""}
    if observed_generation:
        entries["observedGeneration"] = observed_generation
    return _with_condition(object_, entries, condition_of(object_, type_))


def _with_condition(object_: Object, entries: dict[str, Json], before: FrozenMap | None) -> Object:
    same = before is not None and before.get("status") == entries["status"]
    changed = before.get("lastTransitionTime") if same and before is not None else NOW
    condition = FrozenMap({**entries, "lastTransitionTime": changed})
    conditions = as_items(object_.status.get("conditions"))
    if before is None:
        return object_.with_field("status.conditions", (*conditions, condition))
    return object_.with_field("status.conditions", tuple(condition if item == before else item for item in conditions))
