"""Pods that run in a way of their own: what their class adds to them.

Lives here: the plugin ``RuntimeClass``.  Must not know: who runs pods.

Source: Kubernetes 1.36, ``plugin/pkg/admission/runtimeclass``, ``pkg/util/tolerations``.
"""

from __future__ import annotations

from typing import Final

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...objects import Object, ObjectKey
from ..answer import Answer
from ..lookup import Lookup
from .review import Plugin, Review, refuse

_CREATE: Final = ("CREATE",)


def mutate(review: Review, lookup: Lookup) -> Object | Answer:
    """A new pod with what its class says of its overhead, and of the nodes that it can run on."""
    pod = review.object
    assert pod is not None  # noqa: S101 - deletions are not mutated
    class_ = _class_of(review, pod, lookup)
    if class_ is None or isinstance(class_, Answer):
        return class_ or pod
    overhead = as_map(class_.field("overhead.podFixed"))
    if overhead:
        if as_map(pod.spec.get("overhead")) not in (EMPTY, overhead):
            return refuse(review, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
        pod = pod.with_field("spec.overhead", overhead)
    return _placed(review, pod, as_map(class_.field("scheduling")))


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse (403) a new pod with another overhead than that of its class, which may be none."""
    pod = review.object
    if pod is None:
        return None
    class_ = _class_of(review, pod, lookup)
    if isinstance(class_, Answer) or not review.asks_to(_CREATE, "pods"):
        return class_ if isinstance(class_, Answer) else None
    has = as_map(pod.spec.get("overhead"))
    overhead = EMPTY if class_ is None else as_map(class_.field("overhead.podFixed"))
    if overhead and has != overhead:
        return refuse(review, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    if has and not overhead:
        return refuse(review, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead")
    return None


RUNTIME_CLASS: Final = Plugin("RuntimeClass", mutate=mutate, validate=validate)


def _class_of(review: Review, pod: Object, lookup: Lookup) -> Object | Answer | None:
    """The class that a new pod names, or the refusal (403) if there is none of this name."""
    if not review.asks_to(_CREATE, "pods") or pod.spec.get("runtimeClassName") is None:
        return None
    name = str(pod.spec["runtimeClassName"])
    found = lookup.get(ObjectKey("runtimeclasses", "", name))
    return refuse(review, f'pod rejected: RuntimeClass "{name}" not found') if found is None else found


def _placed(review: Review, pod: Object, scheduling: FrozenMap) -> Object | Answer:
    selector = as_map(pod.spec.get("nodeSelector"))
    for label, value in as_map(scheduling.get("nodeSelector")).items():
        if selector.get(label, value) != value:
            why = f"runtimeClass.scheduling.nodeSelector[{label}] = {value}"
            return refuse(review, f"conflict: {why}; pod.spec.nodeSelector[{label}] = {selector[label]}")
        selector = selector.set(label, value)
    if selector:
        pod = pod.with_field("spec.nodeSelector", selector)
    present = as_items(pod.spec.get("tolerations"))
    added = tuple(each for each in as_items(scheduling.get("tolerations")) if each not in present)
    return pod.with_field("spec.tolerations", (*present, *added)) if added else pod
