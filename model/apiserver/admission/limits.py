"""Limit ranges: what the containers, pods and claims of a namespace get by default, and how much they may ask for.

Lives here: the plugin ``LimitRanger``.  Must not know: who else limits a namespace.

Ranges are looked up in a cache; if that has none for the namespace, a real server asks etcd, and remembers for 30 s.
Here an empty cache is believed.

Source: Kubernetes 1.36, ``plugin/pkg/admission/limitranger``; scenario o-admission.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...objects import Object
from ...quantities import Quantity, amounts
from ..answer import Answer
from ..lookup import Lookup
from . import resources
from .resources import Amounts
from .review import Plugin, Review, refuse

ANNOTATION: Final = "kubernetes.io/limit-ranger"
"""Where a pod says what has been filled in."""

_CLAIMS: Final = "persistentvolumeclaims"


def mutate(review: Review, lookup: Lookup) -> Object:
    """A new pod whose containers have the defaults of the namespace where they say nothing."""
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    if not review.asks_to(("CREATE",), "pods"):
        return object_
    for limit_range in _ranges(review, lookup):
        object_ = _with_defaults(object_, limit_range)
    return object_


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse (403) what asks for less, or more, than a range of the namespace allows."""
    object_ = review.object
    if object_ is None or not _is_limited(review):
        return None
    for limit_range in _ranges(review, lookup):
        wrong = [why for limit in _limits(limit_range) for why in _violations(review, object_, limit)]
        if wrong:
            return refuse(review, wrong[0] if len(wrong) == 1 else f"[{', '.join(wrong)}]")
    return None


LIMIT_RANGER: Final = Plugin("LimitRanger", mutate=mutate, validate=validate)


def _is_limited(review: Review) -> bool:
    """New pods, resized ones, and claims new and changed; what is being deleted is let alone."""
    if review.old is not None and review.old.is_terminating:
        return False
    if review.resource == "pods" and review.request.subresource == "resize":
        return review.operation == "UPDATE"
    return review.asks_to(("CREATE",), "pods") or review.asks_to(("CREATE", "UPDATE"), _CLAIMS)


def _ranges(review: Review, lookup: Lookup) -> tuple[Object, ...]:
    return lookup.list("limitranges", review.request.namespace)


def _limits(limit_range: Object) -> tuple[FrozenMap, ...]:
    return tuple(as_map(limit) for limit in as_items(limit_range.spec.get("limits")))


def _with_defaults(pod: Object, limit_range: Object) -> Object:
    requests: dict[str, Json] = {}
    limits: dict[str, Json] = {}
    for limit in _limits(limit_range):
        if limit.get("type") == "Container":
            requests.update(as_map(limit.get("defaultRequest")))
            limits.update(as_map(limit.get("default")))
    notes: list[str] = []
    for part, what in (("containers", "container"), ("initContainers", "init container")):
        old = resources.containers(pod, init=part == "initContainers")
        new: list[FrozenMap] = []
        for container in old:
            own = as_map(container.get("resources"))
            for name, defaults in (("requests", requests), ("limits", limits)):
                missing = sorted(set(defaults) - set(as_map(own.get(name))))
                if missing:
                    added = {key: defaults[key] for key in missing}
                    own = own.set(name, FrozenMap({**as_map(own.get(name)), **added}))
                    notes.append(f"{', '.join(missing)} {name[:-1]} for {what} {container.get('name')}")
            new.append(container if own == as_map(container.get("resources")) else container.set("resources", own))
        if tuple(new) != old:
            pod = pod.with_field(f"spec.{part}", tuple(new))
    if not notes:
        return pod
    note = f"LimitRanger plugin set: {'; '.join(notes)}"
    return pod.with_metadata(annotations=pod.annotations.set(ANNOTATION, note))


def _violations(review: Review, object_: Object, limit: FrozenMap) -> Iterator[str]:
    kind = limit.get("type")
    if review.resource == _CLAIMS:
        if kind == "PersistentVolumeClaim":
            asked = amounts(object_.field("spec.resources.requests"))
            yield from _too_little(limit, asked, {})
            yield from _too_much_asked(limit, asked)
    elif kind == "Container":
        for container in (*resources.containers(object_), *resources.containers(object_, init=True)):
            requests = resources.of_container(container, "requests")
            yield from _all(limit, requests, resources.of_container(container, "limits"))
    elif kind == "Pod":
        requests = resources.of_pod(object_, "requests", overhead=False)
        yield from _all(limit, requests, resources.of_pod(object_, "limits", overhead=False))


def _all(limit: FrozenMap, requests: Amounts, limits: Amounts) -> Iterator[str]:
    yield from _too_little(limit, requests, limits)
    yield from _too_much(limit, requests, limits)
    yield from _too_far_apart(limit, requests, limits)


def _too_little(limit: FrozenMap, requests: Amounts, limits: Amounts) -> Iterator[str]:
    for name, least in _bounds(limit, "min"):
        begin = f"minimum {name} usage per {limit.get('type')} is {least}"
        if name not in requests:
            yield f"{begin}.  No request is specified"
        elif requests[name].value < least.value:
            yield f"{begin}, but request is {requests[name]}"
        elif name in limits and limits[name].value < least.value:
            yield f"{begin}, but limit is {limits[name]}"


def _too_much(limit: FrozenMap, requests: Amounts, limits: Amounts) -> Iterator[str]:
    for name, most in _bounds(limit, "max"):
        begin = f"maximum {name} usage per {limit.get('type')} is {most}"
        if name not in limits:
            yield f"{begin}.  No limit is specified"
        elif limits[name].value > most.value:
            yield f"{begin}, but limit is {limits[name]}"
        elif name in requests and requests[name].value > most.value:
            yield f"{begin}, but request is {requests[name]}"


def _too_much_asked(limit: FrozenMap, requests: Amounts) -> Iterator[str]:
    """Claims have no limits of their own: what they ask for is what they get."""
    for name, most in _bounds(limit, "max"):
        begin = f"maximum {name} usage per {limit.get('type')} is {most}"
        if name not in requests:
            yield f"{begin}.  No request is specified"
        elif requests[name].value > most.value:
            yield f"{begin}, but request is {requests[name]}"


def _too_far_apart(limit: FrozenMap, requests: Amounts, limits: Amounts) -> Iterator[str]:
    for name, ratio in _bounds(limit, "maxLimitRequestRatio"):
        begin = f"{name} max limit to request ratio per {limit.get('type')} is {ratio}"
        request, most = _value(requests, name), _value(limits, name)
        if not request:
            yield f"{begin}, but no request is specified or request is 0"
        elif not most:
            yield f"{begin}, but no limit is specified or limit is 0"
        elif most / request > ratio.value:
            yield f"{begin}, but provided ratio is {float(most / request):f}"


def _bounds(limit: FrozenMap, name: str) -> Iterator[tuple[str, Quantity]]:
    yield from sorted(amounts(limit.get(name)).items())


def _value(those: Amounts, name: str) -> Fraction:
    return those[name].value if name in those else Fraction(0)
