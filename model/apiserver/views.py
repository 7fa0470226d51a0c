"""Kinds that are served in two versions, of which one is stored.

Lives here: the conversions between the version of a request and the one that is stored, and the answers in the version
that was asked for.  Must not know: how a request is served; storage.

An event is stored as ``v1`` and seen through ``events.k8s.io/v1`` too, where its fields have other names; an autoscaler
is stored as ``autoscaling/v2`` and seen through ``v1`` too, which knows one metric.  What a version cannot say stays as
it was when an object is written through it.  (A real server puts it into annotations there, and reads it back from
them.)  Who owns which field is told in the words of the version that was written; all else is decided in the words of
the stored one.  What ``events.k8s.io`` demands of new events beyond ``v1`` is not modelled.

Source: Kubernetes 1.36, ``pkg/apis/events/v1/conversion.go``, ``pkg/apis/autoscaling/v1/conversion.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import evolve, frozen

from ..frozen_json import EMPTY, FrozenMap, as_items, as_map
from ..kinds import VIEWS, Kind
from ..objects import Object
from ..schema import Record, record_of
from .answer import Answer, Frame
from .decoding.typed import completed, read
from .request import Request

_EVENT_NAMES: Final[Mapping[str, str]] = {
    "deprecatedCount": "count",
    "deprecatedFirstTimestamp": "firstTimestamp",
    "deprecatedLastTimestamp": "lastTimestamp",
    "deprecatedSource": "source",
    "note": "message",
    "regarding": "involvedObject",
    "reportingController": "reportingComponent",
}
"""What the fields of an event are called, seen and stored."""

_SHARE: Final = "targetCPUUtilizationPercentage"
_PRESENT_SHARE: Final = "currentCPUUtilizationPercentage"
_DEFAULT_SHARE: Final = 80


def viewed(kind: Kind, stored: Object) -> Object:
    """A stored object in the version of a kind."""
    view = _VIEWS.get(kind)
    if view is None or stored.api_version == kind.api_version:
        return stored
    return _written(kind, view.seen(stored.root))


def in_store(request: Request, object_: Object, existing: Object | None) -> tuple[Request, Object]:
    """A request and its object in the version that is stored; ``existing`` is what it is to replace there."""
    view = _VIEWS.get(request.kind)
    if view is None:
        return request, object_
    stored = EMPTY if existing is None else existing.root
    return evolve(request, kind=view.stored), _written(view.stored, view.stored_from(object_.root, stored))


def viewed_answer(answer: Answer, kind: Kind) -> Answer:
    """An answer in the version of the kind that was asked for; what a refusal is about has the stored kind's group."""
    view = _VIEWS.get(kind)
    if view is None:
        return answer
    if answer.object is not None:
        answer = evolve(answer, object=viewed(kind, answer.object))
    if answer.items is not None:
        answer = evolve(answer, items=tuple(viewed(kind, item) for item in answer.items))
    if answer.frames is not None:
        answer = evolve(answer, frames=tuple(_viewed_frame(frame, kind) for frame in answer.frames))
    details = answer.details
    if details is not None and details.group == kind.group and answer.reason in _TOLD_BY_THE_STORE:
        answer = evolve(answer, details=evolve(details, group=view.stored.group))
    return answer


def _viewed_frame(frame: Frame, kind: Kind) -> Frame:
    return frame if frame.object is None else evolve(frame, object=viewed(kind, frame.object))


_TOLD_BY_THE_STORE: Final = ("", "AlreadyExists", "Conflict", "Invalid", "NotFound")


def _written(kind: Kind, root: FrozenMap) -> Object:
    """An object as a real server writes it, without what the version does not have."""
    record = record_of(kind.group, kind.version, kind.name)
    assert isinstance(record, Record)  # noqa: S101 - kinds with two versions are in the schema's table
    root = root.set("apiVersion", kind.api_version).set("kind", kind.name)
    return Object(completed(record, read(record, root)))


def _seen_event(stored: FrozenMap) -> FrozenMap:
    names = {old: new for new, old in _EVENT_NAMES.items()}
    return FrozenMap({names.get(name, name): value for name, value in stored.items()})


def _stored_event(seen: FrozenMap, existing: FrozenMap) -> FrozenMap:
    del existing
    return FrozenMap({_EVENT_NAMES.get(name, name): value for name, value in seen.items()})


def _seen_scaler(stored: FrozenMap) -> FrozenMap:
    spec, status = as_map(stored.get("spec")), as_map(stored.get("status"))
    wanted = _share_of(spec.get("metrics"), "target")
    present = _share_of(status.get("currentMetrics"), "current")
    if wanted is not None:
        spec = spec.set(_SHARE, wanted)
    if present is not None:
        status = status.set(_PRESENT_SHARE, present)
    return stored.set("spec", spec).set("status", status)


def _share_of(metrics: object, name: str) -> int | None:
    """How much of the CPU is used, or shall be, among metrics."""
    for item in as_items(metrics):
        resource = as_map(as_map(item).get("resource"))
        if resource.get("name") == "cpu":
            share = as_map(resource.get(name)).get("averageUtilization")
            return share if isinstance(share, int) else None
    return None


def _stored_scaler(seen: FrozenMap, existing: FrozenMap) -> FrozenMap:
    spec, before = as_map(seen.get("spec")), as_map(existing.get("spec"))
    others = tuple(item for item in as_items(before.get("metrics")) if not _is_of_cpu(item))
    share = spec.get(_SHARE, None if others else _DEFAULT_SHARE)
    target = FrozenMap({"type": "Utilization", "averageUtilization": share})
    resource = FrozenMap({"name": "cpu", "target": target})
    own = () if share is None else (FrozenMap({"type": "Resource", "resource": resource}),)
    spec = spec.set("metrics", (*own, *others))
    if "behavior" in before:
        spec = spec.set("behavior", before["behavior"])
    kept = as_map(existing.get("status"))
    status = FrozenMap({**{name: kept[name] for name in ("conditions", "currentMetrics") if name in kept},
                        **as_map(seen.get("status"))})  # fmt: skip
    return seen.set("spec", spec).set("status", status)


def _is_of_cpu(metric: object) -> bool:
    """Whether a metric is the one that the older version knows: which share of the CPU is used."""
    resource = as_map(as_map(metric).get("resource"))
    return resource.get("name") == "cpu" and "averageUtilization" in as_map(resource.get("target"))


@frozen
class _View:
    """How a kind is seen in another version: what is stored, and both directions."""

    stored: Kind
    seen: Callable[[FrozenMap], FrozenMap]
    stored_from: Callable[[FrozenMap, FrozenMap], FrozenMap]


def _views() -> Mapping[Kind, _View]:
    conversions = {"events": (_seen_event, _stored_event), "horizontalpodautoscalers": (_seen_scaler, _stored_scaler)}
    return {view: _View(stored, *conversions[view.plural]) for view, stored in VIEWS.items()}


_VIEWS: Final = _views()
