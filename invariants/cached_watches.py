"""What API servers promise about watches.

Judged where a server tells a client what it has for it.  A client that goes on watching asks again from what it was
told last; what is promised over all its watches is in :mod:`.sessions`.
"""

from __future__ import annotations

from typing import cast

from seatrial.model.apiserver.answer import Frame
from seatrial.model.apiserver.request import Request
from seatrial.model.apiserver.watching import INITIAL_EVENTS_END, wants_initial_events
from seatrial.model.cluster.events import Answered
from seatrial.model.cluster.read_events import WatchServed
from seatrial.model.cluster.read_history import place, version
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.objects import Object

from .clusters import CLUSTER
from .invariant import Parts, stepwise
from .pasts import happened, selected_at, selection_of
from .reads import EXPIRED, OVERTAKEN, arrived

EARLY_WINDOW = {"window-start=one-early": "a watch may begin one revision before everything is remembered"}
_WATCHES = "Kubernetes API concepts, Efficient detection of changes; recordings K"


@stepwise(on=WatchServed, source=_WATCHES, limits=EARLY_WINDOW, needs=CLUSTER)
def watch_gap_free_or_told(before: View, step: Step, after: View) -> Parts:
    """A watch tells every change after the revision at which it begins, up to some moment, or that it cannot."""
    del before
    for event in _resumed(step):
        told = _places(event)
        if told:
            yield "no change is left out", _due(after, event, max(told)[0]) <= told


@stepwise(on=WatchServed, source=_WATCHES, needs=CLUSTER)
def watch_start_exclusive(before: View, step: Step, after: View) -> Parts:
    """A watch tells no change that the revision at which it begins covers."""
    del before, after
    for event in _resumed(step):
        told = _places(event)
        if told:
            yield "every change is newer than its start", min(told)[0] > _start(event.request)


@stepwise(on=WatchServed, source=f"{_WATCHES}.2", needs=CLUSTER)
def watch_object_rv_monotone(before: View, step: Step, after: View) -> Parts:
    """Of one object a watch tells ever newer states; a deletion has a resourceVersion of its own, the newest."""
    del before, after
    for event in step.emitted(WatchServed):
        last: dict[str, int] = {}
        for frame in _of_objects(event.frames):
            path, now = place(event.request, _object(frame)), version(_object(frame))
            if path in last:
                yield "it is newer than the one before", now > last[path]
            last[path] = now


@stepwise(on=WatchServed, source=f"{_WATCHES}.1", needs=CLUSTER)
def watch_rv_order(before: View, step: Step, after: View) -> Parts:
    """A watch tells changes in the order in which they were made; only what it tells first, initially, is by name."""
    del before, after
    for event in _resumed(step):
        order = [version(frame.object) for frame in event.frames if frame.object is not None]
        if len(order) > 1:
            yield "nothing comes after something newer", order == sorted(order)


@stepwise(on=WatchServed, source=f"{_WATCHES}.3", needs=CLUSTER)
def watch_selector_transition(before: View, step: Step, after: View) -> Parts:
    """Who follows a watch with a selector has at each moment exactly the objects that were selected then."""
    del before
    for event in _resumed(step):
        request = event.request
        if selection_of(request).everything:
            continue
        members = {path: each.object for path, each in selected_at(after, request, _start(request)).items()}
        for frame in _of_objects(event.frames):
            told = _object(frame)
            left = members.pop(place(request, told), None)
            if frame.type != "DELETED":
                members[place(request, told)] = told
            elif left is not None:
                yield "what leaves is shown as it was before", _content(told) == _content(left)
            selected = selected_at(after, request, version(told))
            yield (
                "who follows has what was selected then",
                members == {key: each.object for key, each in selected.items()},
            )


@stepwise(
    on=WatchServed, source="KEP-956; Kubernetes API concepts, Watch bookmarks", limits=EARLY_WINDOW, needs=CLUSTER
)
def watch_bookmark_sound(before: View, step: Step, after: View) -> Parts:
    """When a bookmark comes, every change up to its revision was told: going on from there misses nothing."""
    del before
    for event in _resumed(step):
        for frame in event.frames:
            if frame.type == "BOOKMARK":
                due = _due(after, event, version(_object(frame)))
                yield "everything up to it was told", due <= _places(event)


@stepwise(
    on=WatchServed,
    source="KEP-3157; Kubernetes API concepts, Streaming lists; recordings K.7",
    limits=OVERTAKEN,
    needs=(*CLUSTER, "arrivals"),
)
def watch_initial_events_end(before: View, step: Step, after: View) -> Parts:
    """When the initial events of a watch end, they have shown all that was stored at the revision that ends them.

    That revision is not older than what was asked for: without resourceVersion, as new as etcd.
    """
    for event in step.emitted(WatchServed):
        end = next((each for each in event.frames if _ends_initial(each)), None)
        if end is None:
            continue
        revision, options = version(_object(end)), event.request.options
        shown = {place(event.request, _object(each)): each.object for each in _of_objects(event.frames)}
        stored = selected_at(after, event.request, revision)
        yield "they showed what was stored then", shown == {path: each.object for path, each in stored.items()}
        if options.send_initial_events:
            least = int(options.resource_version) if options.resource_version else arrived(before, step)
            yield "that is not older than was asked for", revision >= least


@stepwise(
    on=WatchServed,
    source="Kubernetes API concepts, Resource versions (Semantics for watch); cacher.go (getWatchCacheResourceVersion)",
    limits={
        **OVERTAKEN,
        "consistent-lists=etcd": "before Kubernetes 1.31 such a watch began with whatever a server's watch cache had",
    },
    needs=(*CLUSTER, "arrivals"),
)
def watch_unset_is_fresh(before: View, step: Step, after: View) -> Parts:
    """A watch without resourceVersion begins with a state as new as etcd when it was asked for."""
    for event in step.emitted(WatchServed):
        options = event.request.options
        if options.resource_version or not wants_initial_events(event.request):
            continue
        shown = {place(event.request, _object(each)): version(_object(each)) for each in _of_objects(event.frames)}
        asked = arrived(before, step)
        moments = (selected_at(after, event.request, each) for each in range(asked, after.revision + 1))
        states = [{path: each.revision for path, each in stored.items()} for stored in moments]
        yield "it begins with such a state", shown in states


@stepwise(on=Answered, source="Kubernetes API concepts, 410 Gone responses; recordings K.5", needs=CLUSTER)
def watch_410_is_an_event(before: View, step: Step, after: View) -> Parts:
    """That a revision is too old for a watch is told by an ERROR in the stream, never as the answer to the request."""
    del before, after
    for event in step.emitted(Answered):
        if event.request.verb != "watch":
            continue
        errors = [each for each in event.answer.frames or () if each.type == "ERROR"]
        if event.answer.status == EXPIRED or errors:
            yield "the stream was accepted and is told its end", event.answer.ok


@stepwise(
    on=WatchServed,
    source="Kubernetes API concepts, Efficient detection of changes",
    limits={
        **EARLY_WINDOW,
        "stale-cache": "a watch is not linearizable: its server may not have seen yet what others were told is done",
    },
    needs=(*CLUSTER, "acknowledged"),
)
def client_sees_what_it_was_told(before: View, step: Step, after: View) -> Parts:
    """A watch that tells all that its server has shows every write of which anybody was told that it is done."""
    for event in _resumed(step):
        due = _due(after, event, cast("int", before.acknowledged))
        if due and event.whole:
            yield "it shows what was acknowledged", due <= _places(event)


# --- Frames -----------------------------------------------------------------------------------------------------


def _resumed(step: Step) -> list[WatchServed]:
    """The watches that go on from a revision, where that was not too old."""
    served: tuple[WatchServed, ...] = step.emitted(WatchServed)
    return [
        each
        for each in served
        if each.request.options.resource_version not in {"", "0"}
        and not wants_initial_events(each.request)
        and all(frame.type != "ERROR" for frame in each.frames)
    ]


def _start(request: Request) -> int:
    return int(request.options.resource_version)


def _of_objects(frames: tuple[Frame, ...]) -> list[Frame]:
    return [each for each in frames if each.type in {"ADDED", "MODIFIED", "DELETED"}]


def _object(frame: Frame) -> Object:
    assert frame.object is not None  # noqa: S101 - every frame but an ERROR has one
    return frame.object


def _content(object_: Object) -> Object:
    return object_.without_metadata("resourceVersion")


def _ends_initial(frame: Frame) -> bool:
    return frame.type == "BOOKMARK" and INITIAL_EVENTS_END in _object(frame).annotations


def _places(event: WatchServed) -> set[tuple[int, str]]:
    """The changes that were told, by revision and key."""
    told = (_object(each) for each in _of_objects(event.frames))
    return {(version(each), place(event.request, each)) for each in told}


def _due(state: View, event: WatchServed, until: int) -> set[tuple[int, str]]:
    """The changes that a watch has to tell up to a revision."""
    due = happened(state, event.request, _start(event.request), until)
    return {(each.kv.mod_revision, each.kv.key) for each in due}
