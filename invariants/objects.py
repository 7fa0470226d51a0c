"""What is promised about one object over its life: identity, generation, its two halves, deletion.

Judged on committed transactions: the object as it was, and as it became.  Each is a law that readers and controllers
build on without asking.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from seatrial.model import kinds
from seatrial.model.cluster.events import Committed
from seatrial.model.draft import View
from seatrial.model.frozen_json import FrozenMap, Json
from seatrial.model.kinds import Generation, Kind
from seatrial.model.machine import Step
from seatrial.model.objects import Object

from .clusters import CLUSTER
from .invariant import Parts, stepwise

_BORN_WITH = ("uid", "name", "namespace", "creationTimestamp", "generateName")


@stepwise(
    on=Committed,
    source="Kubernetes documentation, Object Names and IDs (UIDs); apiserver/pkg/registry/rest/meta.go",
    needs=CLUSTER,
)
def obj_uid_unique(before: View, step: Step, after: View) -> Parts:
    """A new object gets a uid that no other object has, or had while anybody still remembers it."""
    del after
    for commit in step.emitted(Committed):
        if commit.before is None and commit.after is not None:
            yield "its uid is new", commit.after.uid not in set(_known_uids(before))


def _known_uids(state: View) -> Iterator[str]:
    """The uids of what is stored, and of what some copy still shows."""
    for path in state.keys:
        yield state.keys[path].value.uid
    for who in state.copies:
        for _, stored in state.copies[who].items:
            yield stored.object.uid


@stepwise(
    on=Committed,
    source="apimachinery/pkg/api/validation/objectmeta.go; pkg/apis/*/validation; observed on Kubernetes 1.36 (D.5)",
    needs=CLUSTER,
)
def api_immutable_fields(before: View, step: Step, after: View) -> Parts:
    """What an object is born with never changes: name, uid, creation time, and what its kind declares immutable."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is not None and new is not None:
            yield "metadata that it was born with", _born(old) == _born(new)
            fixed = kind_of(new).immutable
            if fixed:
                yield "fields that its kind fixes", all(old.field(path) == new.field(path) for path in fixed)


def _born(object_: Object) -> tuple[object, ...]:
    return tuple(object_.metadata.get(name) for name in _BORN_WITH)


def kind_of(object_: Object) -> Kind:
    """The kind of a stored object."""
    return kinds.of_object(object_.api_version, object_.kind)


@stepwise(
    on=Committed,
    source="Kubernetes API conventions, Metadata (generation); apiserver/pkg/registry/rest/update.go, delete.go",
    needs=CLUSTER,
)
def obj_generation_law(before: View, step: Step, after: View) -> Parts:
    """Generation begins at 1 and grows by one when what is wanted changes or deletion begins, and never else."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if new is None or kind_of(new).generation is Generation.NONE:
            continue
        if old is None:
            yield "a new object has generation 1", new.generation == 1
            continue
        begun = new.is_terminating and not old.is_terminating
        bound = commit.request.subresource == "binding"  # where it runs is no wish of whoever made it
        steps = int(begun) + int(not bound and _wants_another(kind_of(new), old, new))
        yield "it grew by one for each new wish", new.generation == (old.generation or 0) + steps


def _wants_another(kind: Kind, old: Object, new: Object) -> bool:
    if kind.generation is Generation.SPEC_OR_ANNOTATIONS and old.annotations != new.annotations:
        return True
    return old.spec != new.spec


@stepwise(
    on=Committed,
    source="Kubernetes API conventions, Spec and Status; observed on Kubernetes 1.36 (F.1)",
    needs=CLUSTER,
)
def obj_status_spec_isolation(before: View, step: Step, after: View) -> Parts:
    """A write through the main resource leaves status as it was, one through /status leaves spec as it was."""
    del before, after
    for commit in step.emitted(Committed):
        old, new, request = commit.before, commit.after, commit.request
        if old is None or new is None or request.verb not in {"update", "patch"} or not request.kind.has_status:
            continue
        if request.subresource == "status":
            yield "spec is as it was", new.spec == old.spec
        elif not request.subresource:
            yield "status is as it was", new.status == old.status


@stepwise(
    on=Committed,
    source="apiserver/pkg/registry/rest/delete.go (BeforeDelete); observed on Kubernetes 1.36 (G.6)",
    needs=CLUSTER,
)
def obj_grace_only_shrinks(before: View, step: Step, after: View) -> Parts:
    """Once a pod is being deleted, its grace period only gets shorter."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is not None and new is not None and old.deletion_grace_period_seconds is not None:
            left = new.deletion_grace_period_seconds
            yield "the grace is no longer", left is not None and left <= old.deletion_grace_period_seconds


@stepwise(
    on=Committed,
    source="apimachinery/pkg/api/validation/objectmeta.go (ValidateNoNewFinalizers); registry store.go (Delete)",
    limits={
        "second-deletion-policy": "a second DELETE with another propagationPolicy exchanges the finalizers of the "
        "garbage collector on an object that is being deleted already"
    },
    needs=CLUSTER,
)
def obj_no_new_finalizers(before: View, step: Step, after: View) -> Parts:
    """Once an object is being deleted, finalizers are only taken off."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is not None and new is not None and old.is_terminating:
            yield "no finalizer is new", set(new.finalizers) <= set(old.finalizers)


@stepwise(
    on=Committed,
    source="Kubernetes API concepts, Resource deletion (preconditions); etcd3/store.go (conditionalDelete)",
    needs=CLUSTER,
)
def obj_delete_preconditions(before: View, step: Step, after: View) -> Parts:
    """A DELETE that names a uid touches only the object with that uid, however often its transaction is tried."""
    del before, after
    for commit in step.emitted(Committed):
        named = commit.request.options.precondition_uid
        if commit.request.verb == "delete" and named is not None and commit.before is not None:
            yield "it is the object that was meant", commit.before.uid == named


@stepwise(
    on=Committed,
    source="apimachinery/pkg/api/validation/objectmeta.go (ValidateOwnerReferences); observed on Kubernetes 1.36 (G.8)",
    needs=CLUSTER,
)
def obj_one_controller(before: View, step: Step, after: View) -> Parts:
    """At most one owner of an object is its controller."""
    del before, after
    for commit in step.emitted(Committed):
        if commit.after is not None:
            owners = commit.after.owner_references
            yield "one controller at most", sum(owner.controller for owner in owners) <= 1


@stepwise(
    on=Committed,
    source="Kubernetes API concepts, Patch; apiserver/pkg/endpoints/handlers/patch.go; etcd3/store.go",
    needs=CLUSTER,
)
def obj_patch_applied_to_fresh(before: View, step: Step, after: View) -> Parts:
    """A patch changes what it names in the object as it was right before, and keeps everything else of that."""
    del before, after
    for commit in step.emitted(Committed):
        old, new, body = commit.before, commit.after, commit.request.body
        merges = commit.request.verb == "patch" and commit.request.media_type == "application/merge-patch+json"
        if merges and old is not None and new is not None and isinstance(body, FrozenMap):
            named = body.without("metadata", "status", "apiVersion", "kind")
            yield "what it names is as it says, the rest as it was", _merged(old.root, new.root, named)


def _merged(old: Mapping[str, Json], new: Mapping[str, Json], patch: FrozenMap) -> bool:
    return all(_field_merged(name, old, new, patch) for name in {*old, *new, *patch} - {"metadata", "status"})


def _field_merged(name: str, old: Mapping[str, Json], new: Mapping[str, Json], patch: FrozenMap) -> bool:
    if name not in patch:
        return bool(old.get(name) == new.get(name))
    wanted = patch[name]
    if not isinstance(wanted, FrozenMap):
        return bool(new.get(name) == wanted)
    before, now = old.get(name), new.get(name)
    before, now = (value if isinstance(value, FrozenMap) else FrozenMap() for value in (before, now))
    return all(_field_merged(inner, before, now, wanted) for inner in {*before, *now, *wanted})


@stepwise(
    on=Committed,
    source="Kubernetes API conventions, Concurrency Control; patch.go; observed on Kubernetes 1.36 (D.1)",
    needs=CLUSTER,
)
def obj_patch_preconditions(before: View, step: Step, after: View) -> Parts:
    """A patch that names a resourceVersion or a uid changes only the state, or the object, that has it."""
    for commit in step.emitted(Committed):
        body = commit.request.body
        if commit.request.verb != "patch" or not isinstance(body, FrozenMap) or commit.before is None:
            continue
        named = Object(body)
        if named.resource_version:
            found = before.keys[commit.key].mod_revision
            yield "it is the state that was named", str(found) == named.resource_version
        if named.uid:
            yield "it is the object that was named", commit.before.uid == named.uid
    del after


@stepwise(
    on=Committed,
    source="etcd3/store.go (GuaranteedUpdate, no-op); observed on Kubernetes 1.36 (B.6, C.7)",
    needs=CLUSTER,
)
def obj_noop_writes_nothing(before: View, step: Step, after: View) -> Parts:
    """A change that leaves an object as it is writes nothing: no revision, no event, nobody wakes up."""
    del before, after
    for commit in step.emitted(Committed):
        if commit.before is not None and commit.after is not None:
            yield "something has changed", commit.before != commit.after


@stepwise(
    on=Committed,
    source="registry store.go (Update, deleteWithoutFinalizers); observed on Kubernetes 1.36 (B.8)",
    needs=CLUSTER,
)
def obj_last_finalizer_deletes(before: View, step: Step, after: View) -> Parts:
    """An object that is being deleted and waits for nothing any more is not stored: it goes."""
    del before, after
    for commit in step.emitted(Committed):
        new, old = commit.after, commit.before
        if new is None or old is None or not old.is_terminating or commit.request.verb not in {"update", "patch"}:
            continue
        held = new.finalizers or new.deletion_grace_period_seconds or new.field("spec.finalizers")
        yield "what is stored still waits for something", bool(held)
