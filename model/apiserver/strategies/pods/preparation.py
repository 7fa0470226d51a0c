"""What the server owns of a pod.

Lives here: the status of a new pod, selectors that follow from its labels, and what each subresource leaves as it was.
Must not know: validity, storage.

Source: Kubernetes 1.36, ``pkg/registry/core/pod/strategy.go``; recordings F.1, F.2, H.2; scenario b-pod.
"""

from __future__ import annotations

from typing import Final

from ....frozen_json import FrozenMap, Json, as_map
from ....objects import Object
from ...times import NOW
from ..reading import part, parts, text, texts
from .qos import qos_class

_TERMS: Final = ("requiredDuringSchedulingIgnoredDuringExecution", "preferredDuringSchedulingIgnoredDuringExecution")
_GATED: Final = FrozenMap(
    {
        "type": "PodScheduled",
        "status": "False",
        "reason": "SchedulingGated",
        "message": "Scheduling is blocked due to non-empty scheduling gates",
        "lastTransitionTime": NOW,
    }
)
_KEPT_METADATA: Final = (
    "deletionTimestamp",
    "generation",
    "selfLink",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
)
"""What the subresources that change a part of the specification leave alone."""


def for_creation(pod: Object) -> Object:
    """A new pod is pending; one with gates is told why nobody places it."""
    spec = pod.spec
    status: dict[str, Json] = {"phase": "Pending", "qosClass": qos_class(spec)}
    if spec.get("schedulingGates"):
        status["conditions"] = (_GATED,)
    prepared = _with_own_labels(spec, pod.labels)
    root = pod.root if prepared is spec else pod.root.set("spec", prepared)
    return Object(root.set("status", FrozenMap(status)))


def for_update(new: Object, existing: Object, subresource: str) -> Object:
    """A pod as it is to be stored, after a write through the pod itself or through one of its subresources."""
    match subresource:
        case "ephemeralcontainers":
            added = new.spec.get("ephemeralContainers")
            return _with_part(new, existing, {} if added is None else {"ephemeralContainers": added})
        case "resize":
            return _with_part(new, existing, _resized(new.spec, existing.spec))
        case "status":
            return _with_kept_status(new, existing)
        case _:
            return new


def _with_part(new: Object, existing: Object, exchanged: dict[str, Json]) -> Object:
    """The existing pod with a part of its specification exchanged; of its metadata nothing that people set."""
    spec = existing.spec.without(*(["ephemeralContainers"] if not exchanged else []))
    metadata = dict(new.metadata)
    for name in _KEPT_METADATA:
        metadata.pop(name, None)
        if name in existing.metadata:
            metadata[name] = existing.metadata[name]
    root = existing.root.set("metadata", FrozenMap(metadata))
    return Object(root.set("spec", FrozenMap({**spec, **exchanged})))


def _resized(new: FrozenMap, old: FrozenMap) -> dict[str, Json]:
    """The containers with the resources that are wanted for them, and else as they were."""
    found: dict[str, Json] = {}
    for name in ("containers", "initContainers"):
        before, after = parts(old, name), parts(new, name)
        if not before and not after:
            continue
        same = len(before) == len(after) and all(
            text(one, "name") == text(other, "name") for one, other in zip(before, after, strict=True)
        )
        found[name] = tuple(map(_with_resources, before, after)) if same else after
    return found


def _with_resources(container: FrozenMap, wanted: FrozenMap) -> FrozenMap:
    for name in ("resources", "resizePolicy"):
        container = container.set(name, wanted[name]) if name in wanted else container.without(name)
    return container


def _with_kept_status(new: Object, existing: Object) -> Object:
    """Who forgets the class or the generation that was observed does not take them away."""
    status = new.status
    for name in ("qosClass", "observedGeneration"):
        if not status.get(name) and existing.status.get(name):
            status = status.set(name, existing.status[name])
    return new if status is new.status else Object(new.root.set("status", status))


def _with_own_labels(spec: FrozenMap, labels: FrozenMap) -> FrozenMap:
    """Selectors that shall be about pods labelled as this one, in some labels, say so."""
    affinity = part(spec, "affinity")
    if affinity is not None:
        narrowed = affinity
        for name in ("podAffinity", "podAntiAffinity"):
            pods = part(affinity, name)
            if pods is not None:
                narrowed = narrowed.set(name, _with_own_labels_in_terms(pods, labels))
        spec = spec if narrowed == affinity else spec.set("affinity", narrowed)
    constraints = parts(spec, "topologySpreadConstraints")
    if any(constraint.get("matchLabelKeys") for constraint in constraints):
        narrowed_ones = tuple([_narrowed(constraint, labels) for constraint in constraints])
        spec = spec.set("topologySpreadConstraints", narrowed_ones)
    return spec


def _with_own_labels_in_terms(pods: FrozenMap, labels: FrozenMap) -> FrozenMap:
    required, preferred = _TERMS
    if required in pods:
        pods = pods.set(required, tuple([_narrowed(term, labels) for term in parts(pods, required)]))
    if preferred in pods:
        terms = [
            each.set("podAffinityTerm", _narrowed(as_map(each.get("podAffinityTerm")), labels))
            for each in parts(pods, preferred)
        ]
        pods = pods.set(preferred, tuple(terms))
    return pods


def _narrowed(term: FrozenMap, labels: FrozenMap) -> FrozenMap:
    selector = part(term, "labelSelector")
    if selector is None:
        return term
    further = [
        FrozenMap({"key": key, "operator": operator, "values": (labels[key],)})
        for name, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn"))
        for key in texts(term, name)
        if key in labels
    ]
    if not further:
        return term
    expressions = (*parts(selector, "matchExpressions"), *further)
    return term.set("labelSelector", selector.set("matchExpressions", expressions))
