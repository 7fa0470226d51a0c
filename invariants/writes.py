"""What the single write path promises: every change goes through an API server and one compare-and-swap.

Judged on the transactions that etcd committed, against the state before them: what an event says of itself is not taken
for granted where the state can tell.
"""

from __future__ import annotations

from seatrial.model.apiserver.request import Remove
from seatrial.model.apiserver.storage import Attempt
from seatrial.model.cluster.events import Committed
from seatrial.model.cluster.state import Call
from seatrial.model.draft import View
from seatrial.model.machine import Step

from .clusters import CLUSTER, call_of
from .invariant import Parts, stepwise


@stepwise(
    source="Kubernetes documentation, Kubernetes Components (kube-apiserver, etcd); etcd client/v3/kubernetes",
    needs=CLUSTER,
)
def api_single_writer(before: View, step: Step, after: View) -> Parts:
    """Only API servers change etcd, each time in one transaction that compares the revision it was computed from."""
    if not step.emitted(Committed) and before.revision == after.revision:
        return
    commits: tuple[Committed, ...] = step.emitted(Committed)
    yield "a change of etcd is somebody's transaction", len(commits) == 1
    for commit in commits:
        yield "an API server had computed it for a request", _was_prepared(commit, call_of(before, step))
        found = before.keys.get(commit.key)
        at = 0 if found is None else found.mod_revision
        yield "the key was at the revision that it was computed from", commit.compared == at


def _was_prepared(commit: Committed, call: Call | None) -> bool:
    """Whether the API server that is named was about to try this transaction for this process."""
    return (
        call is not None
        and (call.server, call.process) == (commit.server, commit.process)
        and isinstance(call.at, Attempt)
        and (call.at.request, call.at.expected) == (commit.request, commit.compared)
    )


@stepwise(
    on=Committed,
    source="Kubernetes API conventions, Concurrency Control and Consistency; observed on Kubernetes 1.36 (C.3, C.4)",
    limits={
        "unconditional-update": "a PUT without resourceVersion is not compared with what its author read: the last "
        "writer wins",
        "last-finalizer-taken-off": "an update that takes the last finalizer off an object that is being deleted "
        "becomes a removal, whose transaction is tried again without the resourceVersion that the update was sent "
        "with: a change made in between goes with the object",
    },
    needs=CLUSTER,
)
def obj_no_lost_update(before: View, step: Step, after: View) -> Parts:
    """An update, or a conditional deletion, replaces exactly the state that its author had read: no change is lost."""
    del after
    for commit in step.emitted(Committed):
        found = before.keys.get(commit.key)
        if found is None:
            continue
        if commit.request.verb == "update" and commit.read_at:
            yield "the replaced state is the one that was read", found.mod_revision == commit.read_at
        condition = _condition_of_deletion(commit)
        if condition:
            yield "the deleted state is the one that was named", str(found.mod_revision) == condition


def _condition_of_deletion(commit: Committed) -> str:
    """The resourceVersion at which a DELETE may touch the object, or nothing.

    Once it has marked the object itself, it is that of the marked state.
    """
    named = commit.request.options.precondition_resource_version
    if commit.request.verb != "delete" or named is None:
        return ""
    stage = commit.request.stage
    marked = stage.marked if isinstance(stage, Remove) else None
    return named if marked is None else marked.resource_version


@stepwise(
    on=Committed,
    source="Kubernetes apiserver/pkg/registry/rest/update.go; documentation, Finalizers and Garbage Collection",
    needs=CLUSTER,
)
def obj_deletion_one_way(before: View, step: Step, after: View) -> Parts:
    """A deletion that has begun is never taken back: the object stays marked until it is gone."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is not None and old.is_terminating and new is not None:
            yield "it is still marked, and still the same object", new.is_terminating and new.uid == old.uid


@stepwise(
    on=Committed,
    source="Kubernetes documentation, Finalizers; apiserver/pkg/registry/generic/registry/store.go (Delete, Update)",
    limits={
        "finalizer-added-during-delete": "a DELETE that has decided to remove does not look at finalizers again when "
        "its transaction is tried again (kubernetes issues 77988 and 110521)",
        "update-retry=conflict": "a DELETE is decided on a server's cached copy, which may not have the finalizer yet "
        "(kubernetes issue 77619)",
    },
    needs=CLUSTER,
)
def obj_finalizer_blocks_removal(before: View, step: Step, after: View) -> Parts:
    """An object with finalizers is not removed: only when the last one is taken off does a deleted object go."""
    del before, after
    for commit in step.emitted(Committed):
        old = commit.before
        if commit.after is not None or old is None:
            continue
        stage = commit.request.stage
        released = stage.answer if isinstance(stage, Remove) else None
        if released is None:
            yield "what a DELETE removes has no finalizer", not old.finalizers
        else:
            yield "an update that removes has taken the last finalizer off", not released.finalizers
            yield "what an update removes was being deleted", old.is_terminating
