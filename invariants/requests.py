"""What is promised about requests: what their answers mean for the store.

Judged where an API server decides on an answer, and where one is lost.
"""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.model.apiserver.answer import Answer
from seatrial.model.apiserver.front import EtcdLookup, read
from seatrial.model.apiserver.request import Remove, Request
from seatrial.model.apiserver.storage import Attempt, Reread, decide
from seatrial.model.apiserver.validation import validate_creation
from seatrial.model.cluster.events import AnswerLost, Committed
from seatrial.model.cluster.faults import REFUSED, VANISHES
from seatrial.model.cluster.state import Call
from seatrial.model.draft import View
from seatrial.model.frozen_json import FrozenMap
from seatrial.model.machine import Step
from seatrial.model.objects import Object

from .invariant import stepwise
from .objects import kind_of

Parts = Iterator[tuple[str, bool]]
CLUSTER = ("revision", "keys", "calls", "copies")


@stepwise(
    source="apiserver/pkg/endpoints/handlers/finisher; etcd3/store.go; observed on Kubernetes 1.36 (O.1)",
    limits={
        "lost-answer": "a request is carried out and its answer is lost: its client is told of an error",
        "late-commit": "a client gives up, is told of an error, and its request is carried out later",
        "crash-server": "a server crashes between the transaction and the answer",
        "refused-after-charge": "a quota is charged before the object is stored; when that fails the charge stays",
    },
    needs=CLUSTER,
)
def api_error_means_no_effect(before: View, step: Step, after: View) -> Parts | None:
    """A client that is told of an error can rely on it: its request has changed nothing, and never will."""
    lost = step.emitted(AnswerLost)
    answered = _answered(before, step, after)
    if not lost and (answered is None or not answered[1].refused):
        return None
    return _no_effect(step, lost, answered)


def _no_effect(step: Step, lost: tuple[AnswerLost, ...], answered: tuple[Call, Answer] | None) -> Parts:
    for each in lost:
        if each.request.verb != "get":
            yield "what was not answered is not carried out", each.goes_on in {REFUSED, VANISHES}
    if answered is not None and answered[1].refused:
        yield "what is refused had changed nothing", not step.emitted(Committed) and not _has_written(answered[0])


def _answered(before: View, step: Step, after: View) -> tuple[Call, Answer] | None:
    """The request that a server decided on in this step, as it was before, and the answer."""
    line = dict(step.action.arguments).get("line")
    if line is None or step.action.rule not in {"serve", "commit"}:
        return None
    call, now = before.calls.get(line), after.calls.get(line)
    return (call, now.at) if call is not None and now is not None and isinstance(now.at, Answer) else None


def _has_written(call: Call) -> bool:
    """Whether an earlier transaction of the same request was committed."""
    stage = call.at.request.stage if isinstance(call.at, Attempt) else None
    return isinstance(stage, Remove) and stage.marked is not None


@stepwise(
    source="etcd3/store.go (GuaranteedUpdate, origStateIsCurrent); observed on Kubernetes 1.36 (B.5)",
    needs=CLUSTER,
)
def obj_cached_copy_never_decides(before: View, step: Step, after: View) -> Parts | None:
    """What a server answers without writing is what a fresh read gives: a stale copy never decides anything."""
    answered = _answered(before, step, after)
    if answered is None or step.emitted(Committed):
        return None
    call, answer = answered
    request = call.at.request if isinstance(call.at, Attempt) else call.ask.request
    if request.verb not in {"update", "patch", "delete"}:
        return None
    return _as_from_fresh(before, request, answer)


def _as_from_fresh(state: View, request: Request, answer: Answer) -> Parts:
    fresh = read(state, request.key)
    outcome = decide(request, fresh, current=True, lookup=EtcdLookup(state))
    while isinstance(outcome, Reread):
        outcome = decide(outcome.request, fresh, current=True, lookup=EtcdLookup(state))
    yield "a fresh copy gives the same answer", outcome == answer


@stepwise(
    on=Committed,
    source="Kubernetes API concepts, Dry-run; observed on Kubernetes 1.36 (C.10)",
    needs=CLUSTER,
)
def api_dry_run_writes_nothing(before: View, step: Step, after: View) -> Parts:
    """A dry run changes nothing, neither its object nor any other."""
    del before, after
    for commit in step.emitted(Committed):
        yield "its request was meant", not commit.request.options.is_dry_run


@stepwise(
    on=Committed,
    source="registry store.go (Create); etcd3/store.go (Create); observed on Kubernetes 1.36 (B.3, C.1, C.11)",
    needs=CLUSTER,
)
def api_create_never_overwrites(before: View, step: Step, after: View) -> Parts:
    """A creation makes a new object, never another version of one that exists; so it may not name a version."""
    del after
    for commit in step.emitted(Committed):
        request = commit.request
        if request.verb == "create" and commit.key.startswith(request.key.path):
            yield "there was nothing under its name", before.keys.get(commit.key) is None
            named = _named_version(commit)
            yield "no version was named", named in {"", "0"}


def _named_version(commit: Committed) -> str:
    body = commit.request.body
    return Object(body).resource_version if isinstance(body, FrozenMap) else ""


@stepwise(
    on=Committed,
    source="apiserver/pkg/registry/rest/create.go, update.go (BeforeCreate, BeforeUpdate)",
    needs=CLUSTER,
)
def api_stores_valid_objects(before: View, step: Step, after: View) -> Parts:
    """What is stored is valid, by whatever kind of request it came."""
    del before, after
    for commit in step.emitted(Committed):
        if commit.after is not None:
            yield "the stored object is valid", not validate_creation(kind_of(commit.after), commit.after)
