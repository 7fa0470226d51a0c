"""What is promised to a client over all that it reads, at whatever API servers, and to informers that list again.

Judged where a client takes an answer, with what it was shown before (observer ``shown``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from seatrial.model.apiserver.request import Request
from seatrial.model.apiserver.watching import wants_initial_events
from seatrial.model.cluster.copy_events import Listed
from seatrial.model.cluster.events import Answered
from seatrial.model.cluster.read_history import place, scope, version
from seatrial.model.cluster.state import reader
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.objects import resource_prefix

from .cached_watches import EARLY_WINDOW
from .clusters import CLUSTER
from .invariant import Parts, stepwise
from .pasts import happened, stored_at
from .reads import OVERTAKEN

_ANY = "asking with resourceVersion 0, a client takes whatever a server's watch cache has"
_SESSION = "Kubernetes API conventions, Concurrency Control and Consistency; client-go tools/cache/reflector.go"


@stepwise(
    on=Answered,
    source=_SESSION,
    limits={
        **OVERTAKEN,
        "asks-for-anything": _ANY,
        "resumes-from-object": "a client goes on from before what it was shown",
    },
    needs=(*CLUSTER, "shown"),
)
def client_session_monotone(before: View, step: Step, after: View) -> Parts:
    """A client that always passes the newest resourceVersion that it was shown never sees an older state again."""
    del after
    return _never_older(before, step)


@stepwise(
    on=Answered,
    source="Kubernetes API concepts, Resource versions (Any); kubernetes issue 59848; recordings J.1",
    limits={
        "api-switch": "another server's watch cache may be older: time goes back",
        "resumes-from-object": "a client goes on from before what it was shown",
    },
    needs=(*CLUSTER, "shown"),
)
def client_never_goes_back(before: View, step: Step, after: View) -> Parts:
    """As long as a client stays with one server it never sees an older state again, whatever it asks for."""
    del after
    return _never_older(before, step)


def _never_older(before: View, step: Step) -> Parts:
    for event in step.emitted(Answered):
        known = _shown(before, event.process)
        for where, revision in _told(event):
            if where in known:
                yield "it is no older than what was shown before", revision >= known[where]


@stepwise(
    on=Answered,
    source="Kubernetes API concepts, Efficient detection of changes; kubernetes_asyncio issue 135",
    limits={"resumes-from-object": "a watch from an object's resourceVersion tells again what the list already showed"},
    needs=(*CLUSTER, "shown"),
)
def client_hears_nothing_twice(before: View, step: Step, after: View) -> Parts:
    """A client that goes on watching where its list or its last watch ended is told of no change that it has seen."""
    del after
    for event in _watched(step):
        known = _shown(before, event.process)
        for frame in event.answer.frames or ():
            if frame.object is not None and frame.type != "BOOKMARK" and scope(event.request) in known:
                yield "it is news", version(frame.object) > known[scope(event.request)]


@stepwise(
    on=Answered,
    source=f"{_SESSION}; recordings K",
    limits=EARLY_WINDOW,
    needs=(*CLUSTER, "shown"),
)
def ha_switch_session(before: View, step: Step, after: View) -> Parts:
    """A client that goes on from what it was told last, at this or another server, is told every change once."""
    for event in _watched(step):
        known = _shown(before, event.process).get(scope(event.request))
        told = [version(each.object) for each in event.answer.frames or () if each.object is not None]
        if known is None or not told:
            continue
        due = {each.kv.mod_revision for each in happened(after, event.request, known, max(told))}
        yield "nothing is left out", due <= set(told)


@stepwise(
    on=Listed,
    source="client-go tools/cache/reflector.go (relistResourceVersion, syncWith); recordings K.5",
    needs=("copies", "positions", "log", "keys", "relisting"),
)
def inf_relist(before: View, step: Step, after: View) -> Parts:
    """An informer whose revision is too old lists again, no older than what it has, and keeps nothing that is gone."""
    for event in step.emitted(Listed):
        who = reader(event.holder, event.resource)
        if who in before.relisting:
            stored = stored_at(after, resource_prefix(event.resource), event.revision)
            yield "the list is no older than what it had", event.revision >= before.positions[who]
            yield "it then has what was stored at the list's revision", dict(after.copies[who].items) == stored


def _shown(state: View, process: str) -> dict[str, int]:
    """The newest revision of which a process was shown anything, by place."""
    known = cast("tuple[tuple[tuple[str, str], int], ...]", state.shown)
    return {where: revision for (who, where), revision in known if who == process}


def _watched(step: Step) -> list[Answered]:
    """The answers to watches that go on from a revision."""
    answers: tuple[Answered, ...] = step.emitted(Answered)
    return [each for each in answers if each.request.verb == "watch" and not wants_initial_events(each.request)]


def _told(event: Answered) -> Iterator[tuple[str, int]]:
    """The objects in an answer with their revisions, and the revision of a list."""
    request: Request = event.request
    if request.verb not in {"get", "list", "watch"}:
        return
    shown = [event.answer.object, *(event.answer.items or ())]
    shown += [each.object for each in event.answer.frames or () if each.type != "BOOKMARK"]
    for each in shown:
        if each is not None:
            yield place(request, each), version(each)
    if event.answer.items is not None:
        yield scope(request), event.answer.revision
