"""What is promised about requests: what their answers mean for the store.

Judged where an API server decides on an answer, and where one is lost.
"""

from __future__ import annotations

from typing import cast

from seatrial.model.apiserver.answer import Answer
from seatrial.model.apiserver.front import EtcdLookup
from seatrial.model.apiserver.reads import read
from seatrial.model.apiserver.request import APPLY_PATCH
from seatrial.model.apiserver.storage import Attempt, Reread, decide
from seatrial.model.apiserver.validation import validate_creation
from seatrial.model.cluster.events import AnswerLost, Committed, Concluded, Crashed
from seatrial.model.cluster.faults import REFUSED, VANISHES
from seatrial.model.cluster.state import NO_ANSWER, Call
from seatrial.model.draft import View
from seatrial.model.etcd import Cells, KeyValue
from seatrial.model.frozen_json import FrozenMap
from seatrial.model.machine import Step
from seatrial.model.objects import Object

from .clusters import CLUSTER, call_of
from .invariant import Parts, stepwise
from .objects import kind_of

DECIDED = (Committed, Concluded)


@stepwise(
    on=(AnswerLost, Crashed, *DECIDED),
    source="apiserver/pkg/endpoints/handlers/finisher; etcd3/store.go; observed on Kubernetes 1.36 (O.1)",
    limits={
        "lost-answer": "a request is carried out and its answer is lost: its client is told of an error",
        "late-commit": "a client gives up, is told of an error, and its request is carried out later",
        "crash-server": "a server crashes between the transaction and the answer",
        "refused-after-charge": "a quota is charged before the object is stored; when that fails the charge stays",
    },
    needs=CLUSTER,
)
def api_error_means_no_effect(before: View, step: Step, after: View) -> Parts:
    """A client that is told of an error can rely on it: its request has changed nothing, and never will."""
    for each in step.emitted(AnswerLost):
        if each.request.verb != "get":
            yield "what was not answered is not carried out", each.goes_on in {REFUSED, VANISHES}
    for call in _cut_off(before, step, after):
        yield "what was not answered is not carried out", not _was_carried_out(call)
    answered = _answered(before, step, after)
    if answered is not None and answered[1].refused:
        yield "what is refused had changed nothing", not step.emitted(Committed) and not answered[0].wrote


def _cut_off(before: View, step: Step, after: View) -> list[Call]:
    """The writes that a server had on it when it crashed, as they were."""
    if not step.emitted(Crashed):
        return []
    known = {line: before.calls[line] for line in before.calls if line in after.calls}
    cut = [call for line, call in known.items() if call.at != NO_ANSWER and after.calls[line].at == NO_ANSWER]
    return [call for call in cut if call.ask.request.verb != "get"]


def _was_carried_out(call: Call) -> bool:
    return isinstance(call.at, Answer) and call.at.ok


def _answered(before: View, step: Step, after: View) -> tuple[Call, Answer] | None:
    """The request that a server decided on in this step, as it was before, and the answer."""
    if step.action.rule not in {"serve", "commit"}:
        return None
    call, now = call_of(before, step), call_of(after, step)
    return (call, now.at) if call is not None and now is not None and isinstance(now.at, Answer) else None


@stepwise(
    on=Concluded,
    source="etcd3/store.go (GuaranteedUpdate, origStateIsCurrent); observed on Kubernetes 1.36 (B.5)",
    needs=CLUSTER,
)
def obj_cached_copy_never_decides(before: View, step: Step, after: View) -> Parts:
    """What a server answers without writing is what a fresh read gives: a stale copy never decides anything."""
    answered = _answered(before, step, after)
    if answered is None or step.emitted(Committed):
        return
    call, answer = answered
    request = call.at.request if isinstance(call.at, Attempt) else call.ask.request
    if request.verb not in {"update", "patch", "delete"} or answer.reason == "Forbidden":
        return  # what may be done is decided by other objects
    etcd = cast("Cells", before)  # a cluster's state has etcd's cells among its own
    fresh, lookup = read(etcd, request.key), EtcdLookup(etcd)
    outcome = decide(request, fresh, current=True, lookup=lookup)
    while isinstance(outcome, Reread):
        outcome = decide(outcome.request, fresh, current=True, lookup=lookup)
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
        if request.verb == "create" and not request.subresource and commit.key.startswith(request.key.path):
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


@stepwise(
    on=Committed,
    source="registry store.go (Create, Update: createValidation, updateValidation), etcd3/store.go",
    needs=CLUSTER,
)
def api_stores_what_it_checked(before: View, step: Step, after: View) -> Parts:
    """What is stored is exactly what was checked: nothing changes an object between the last check and the store."""
    del after
    call = call_of(before, step)
    for commit in step.emitted(Committed):
        if call is not None and isinstance(call.at, Attempt):
            yield "it is what the server had computed", commit.after == call.at.stamped(commit.revision).value


@stepwise(
    on=Committed,
    source="Kubernetes API conventions, Concurrency Control (resourceVersion); observed on Kubernetes 1.36 (B.2)",
    needs=CLUSTER,
)
def obj_version_is_revision(before: View, step: Step, after: View) -> Parts:
    """The resourceVersion in an answer is the revision at which etcd stored exactly this content."""
    answered = _answered(before, step, after)
    commits: tuple[Committed, ...] = step.emitted(Committed)
    if answered is None or answered[1].object is None or not commits or commits[-1].after is None:
        return
    shown, commit = answered[1].object, commits[-1]
    yield "the version is the revision", shown.resource_version == str(commit.revision)
    yield "the content is what was stored", shown.without_metadata("resourceVersion") == commit.after


@stepwise(
    on=DECIDED,
    source="registry store.go (Update, AllowUnconditionalUpdate); observed on Kubernetes 1.36 (C.4, C.12, D.1)",
    needs=CLUSTER,
)
def obj_unconditional_never_conflicts(before: View, step: Step, after: View) -> Parts:
    """An update or patch that names no version, nor another's uid, never meets with a conflict: it is tried again."""
    answered = _answered(before, step, after)
    if answered is None:
        return
    request, answer = answered[0].ask.request, answered[1]
    if request.verb not in {"update", "patch"} or request.media_type == APPLY_PATCH:
        return
    if isinstance(request.body, FrozenMap) and not _names_a_state(
        Object(request.body), before.keys.get(request.key.path)
    ):
        yield "it is not refused with a conflict", answer.reason != "Conflict"


def _names_a_state(sent: Object, found: KeyValue | None) -> bool:
    """Whether what was sent names a version, or the uid of another object than the one that is there."""
    of_another = bool(sent.uid) and (found is None or cast("Object", found.value).uid != sent.uid)
    return of_another or sent.resource_version not in {"", "0"}


@stepwise(
    on=DECIDED,
    source="Kubernetes API concepts, Resource deletion; registry store.go (Delete); observed on Kubernetes 1.36 (G)",
    needs=CLUSTER,
)
def obj_delete_convergent(before: View, step: Step, after: View) -> Parts:
    """A DELETE without preconditions can be sent as often as one likes: it is accepted, or the object is gone."""
    answered = _answered(before, step, after)
    if answered is None:
        return
    request, answer = answered[0].ask.request, answered[1]
    options = request.options
    conditional = options.precondition_uid is not None or options.precondition_resource_version is not None
    if request.verb == "delete" and not conditional and answer.reason != "Forbidden":
        yield "it is accepted, or there is nothing", answer.ok or answer.reason == "NotFound"
