"""Pods have a priority, by the name of a class.

Lives here: the plugin ``Priority``.  Must not know: who preempts whom.

Source: Kubernetes 1.36, ``plugin/pkg/admission/priority``; scenario b-pod.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...objects import Object, ObjectKey
from ..answer import Answer
from ..lookup import Lookup
from .review import Plugin, Review, refuse

PREEMPTS: Final = "PreemptLowerPriority"
SYSTEM_CLASSES: Final[Mapping[str, int]] = {
    "system-cluster-critical": 2_000_000_000,
    "system-node-critical": 2_000_001_000,
}
"""The classes that every server makes when it starts; known here also where nobody made them."""


def mutate(review: Review, lookup: Lookup) -> Object | Answer:
    """A new pod with the numbers of its class; an update keeps those that the pod has."""
    pod = review.object
    assert pod is not None  # noqa: S101 - deletions are not mutated
    if review.asks_to(("CREATE",), "pods"):
        return _with_priority(review, pod, lookup)
    if review.asks_to(("UPDATE",), "pods") and review.old is not None:
        for field in ("spec.priority", "spec.preemptionPolicy"):
            old = review.old.field(field)
            if old is not None and pod.field(field) is None:
                pod = pod.with_field(field, old)
    return pod


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse (403) a second class that claims to be the one of all pods that name none."""
    new = review.object
    if new is None or review.resource != "priorityclasses" or new.root.get("globalDefault") is not True:
        return None
    others = (each for each in _global_defaults(lookup) if each.name != new.name)
    other = next(others, None)
    if other is None:
        return None
    return refuse(review, f"PriorityClass {other.name} is already marked as default. Only one default can exist")


PRIORITY: Final = Plugin("Priority", mutate=mutate, validate=validate)


def _with_priority(review: Review, pod: Object, lookup: Lookup) -> Object | Answer:
    name = pod.spec.get("priorityClassName", "")
    if name:
        found = _class_named(name, lookup)
        if found is None:
            return refuse(review, f"no PriorityClass with name {name} was found")
        priority, policy = found
    else:
        default = min(_global_defaults(lookup), key=_value, default=None)
        if default is not None:
            pod = pod.with_field("spec.priorityClassName", default.name)
        priority, policy = (0, PREEMPTS) if default is None else (_value(default), _policy(default))
    for field, value, what in (("priority", priority, "integer value of priority"),
                               ("preemptionPolicy", policy, "string value of PreemptionPolicy")):  # fmt: skip
        if pod.spec.get(field) not in (None, value):
            sent = pod.spec[field]
            computed = f"priority admission controller computed {value} from the given PriorityClass name"
            return refuse(review, f"the {what} ({sent}) must not be provided in pod spec; {computed}")
        pod = pod.with_field(f"spec.{field}", value)
    return pod


def _class_named(name: str, lookup: Lookup) -> tuple[int, str] | None:
    found = lookup.get(ObjectKey("priorityclasses", "", name))
    if found is not None:
        return _value(found), _policy(found)
    return (SYSTEM_CLASSES[name], PREEMPTS) if name in SYSTEM_CLASSES else None


def _global_defaults(lookup: Lookup) -> list[Object]:
    return [each for each in lookup.list("priorityclasses") if each.root.get("globalDefault") is True]


def _value(priority_class: Object) -> int:
    value = priority_class.root.get("value")
    return value if isinstance(value, int) else 0


def _policy(priority_class: Object) -> str:
    return str(priority_class.root.get("preemptionPolicy") or PREEMPTS)
