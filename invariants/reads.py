"""What API servers promise about reads: from which moment what they show may be, and that it is one moment.

Judged where a server answers, and where a client takes the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from seatrial.model.apiserver.paging import PRESENT, Token, decode_token
from seatrial.model.apiserver.reading import Demand, Plan, plan
from seatrial.model.apiserver.request import Request
from seatrial.model.cluster.events import Answered
from seatrial.model.cluster.read_events import GetServed, ListServed
from seatrial.model.cluster.read_history import scope
from seatrial.model.cluster.state import Awaiting
from seatrial.model.draft import View
from seatrial.model.machine import Step

from .clusters import CLUSTER, call_of
from .invariant import Parts, stepwise
from .pasts import selected_at, stored_at

OVERTAKEN = {
    "progress=overtakes": "a progress notification makes a watch cache believe that it has a change which it has not"
}
_LISTED = "the list is the state at a revision that fits"
EXPIRED = 410


@stepwise(
    on=ListServed,
    source="Kubernetes API concepts, Resource versions, Retrieving large results sets in chunks; recordings J",
    limits=OVERTAKEN,
    needs=CLUSTER,
)
def list_is_snapshot(before: View, step: Step, after: View) -> Parts:
    """A list, or a page of one, shows exactly what was stored at its revision, in the order of the keys."""
    del before
    for event in step.emitted(ListServed):
        yield "it shows what was stored at its revision", _is_true(after, event)


@stepwise(
    on=(ListServed, GetServed),
    source="Kubernetes API concepts, Resource versions (Most Recent); KEP-2340; recordings J.1",
    limits=OVERTAKEN,
    needs=(*CLUSTER, "arrivals"),
)
def list_fresh_unset(before: View, step: Step, after: View) -> Parts:
    """A read without resourceVersion shows every write that was committed before it was asked for."""
    for event in step.emitted(ListServed):
        if _demand(event.request) is Demand.MOST_RECENT:
            shown = event.revision >= arrived(before, step) and _is_true(after, event)
            yield "every write that was committed by then is shown", shown
    for event in step.emitted(GetServed):
        if _demand(event.request) is Demand.MOST_RECENT:
            shown = _no_older(after, event, after.revision)
            yield "every write that was committed by then is shown", shown


@stepwise(
    on=ListServed,
    source="Kubernetes API concepts, Resource versions (Not older than); recordings J.2",
    needs=CLUSTER,
)
def list_not_older_than(before: View, step: Step, after: View) -> Parts:
    """A list with a resourceVersion shows the state at that revision or at a later one."""
    del before
    return _demanding(Demand.NOT_OLDER, step, after, lambda shown, asked: shown >= asked)


@stepwise(
    on=ListServed,
    source="Kubernetes API concepts, Resource versions (Exact); KEP-4988; recordings J.2",
    needs=CLUSTER,
)
def list_exact(before: View, step: Step, after: View) -> Parts:
    """A list at exactly a resourceVersion, or with one and a limit, shows the state at that very revision."""
    del before
    return _demanding(Demand.EXACT, step, after, lambda shown, asked: shown == asked)


@stepwise(
    on=Answered,
    source="apiserver/pkg/storage/continue.go, etcd3/errors.go (handleExpiredContinue); recordings J.3, J.4",
    needs=CLUSTER,
)
def list_continue_expired(before: View, step: Step, after: View) -> Parts:
    """All pages of a list show one revision; if that is forgotten, a client is told so, and how to go on without."""
    del before, after
    for event in step.emitted(Answered):
        token = _token(event.request.options.continue_token)
        if event.request.verb != "list" or token is None or token.revision == PRESENT:
            continue
        if event.answer.ok:
            yield "a later page shows the revision of the first", event.answer.revision == token.revision
        elif event.answer.status == EXPIRED:
            onward = _token(event.answer.continue_token)
            yield "the refusal tells how to go on from there", onward == Token(PRESENT, token.start)


@stepwise(
    on=GetServed,
    source="Kubernetes API concepts, Resource versions (GET); apiserver/pkg/storage/cacher/cacher.go; recordings J.1",
    needs=CLUSTER,
)
def get_semantics(before: View, step: Step, after: View) -> Parts:
    """A GET with a resourceVersion shows the object as it was at that revision or later, or that it was gone."""
    del before
    for event in step.emitted(GetServed):
        wanted = plan(event.request)
        if isinstance(wanted, Plan) and wanted.demand is Demand.NOT_OLDER:
            yield "it is no older than was asked for", _no_older(after, event, wanted.revision)


def arrived(before: View, step: Step) -> int:
    """Etcd's revision when the read arrived that is answered in this step."""
    call = call_of(before, step)
    known: tuple[int, tuple[tuple[str, int], ...]] = before.arrivals
    waits = call is not None and isinstance(call.at, Awaiting)
    return dict(known[1]).get(call.process, known[0]) if call is not None and waits else known[0]


def _demanding(demand: Demand, step: Step, after: View, fits: Callable[[int, int], bool]) -> Parts:
    """Lists that demand this are of a revision that fits, and true."""
    for event in step.emitted(ListServed):
        wanted = plan(event.request)
        continued = event.request.options.continue_token
        if isinstance(wanted, Plan) and wanted.demand is demand and not continued:
            yield _LISTED, fits(event.revision, wanted.revision) and _is_true(after, event)


def _demand(request: Request) -> Demand | None:
    wanted = plan(request)
    return wanted.demand if isinstance(wanted, Plan) else None


def _token(text: str) -> Token | None:
    found = decode_token(text) if text else ""
    return found if isinstance(found, Token) else None


def _is_true(state: View, event: ListServed) -> bool:
    """Whether a list shows what was stored at its revision: all of it, or its page."""
    prefix = scope(event.request)
    stored = selected_at(state, event.request, event.revision)
    there = [each for path, each in stored.items() if path[len(prefix) :] >= event.page.start]
    return event.items == tuple(there[: event.page.limit] if event.page.limit else there)


def _no_older(state: View, event: GetServed, revision: int) -> bool:
    """Whether what a GET found is the object as it was at a revision, or later."""
    path = event.request.key.path
    then = stored_at(state, path, revision).get(path)
    if event.revision:
        return event.revision > revision if then is None else event.revision >= then.revision
    since = (event for batch in state.log if batch.revision > revision for event in batch.events)
    return then is None or any(_removes(each, path) for each in since)


def _removes(event: Any, path: str) -> bool:
    return bool(event.kv.key == path and event.kind == "DELETE")
