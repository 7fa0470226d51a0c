"""What mutants change: functions of the model with one guard missing, and how they get into a system.

Lives here: the changes to a cluster.  Those to etcd alone are in :mod:`.store_mutations`; which mutant is made of which
is in :mod:`.mutants`.  Each imitates a bug that was made somewhere, or could be.

Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from attrs import evolve, frozen

from seatrial.model.api import CreationsFailed, DeletionFailed, Effect
from seatrial.model.apiserver import storage
from seatrial.model.apiserver.request import Begin, Remove, update
from seatrial.model.apiserver.storage import Attempt, Stored
from seatrial.model.cluster import Cluster
from seatrial.model.cluster.events import Committed, Listed
from seatrial.model.cluster.state import reader
from seatrial.model.draft import require
from seatrial.model.etcd import Batch, Lost, optimistic_put
from seatrial.model.etcd import Committed as Written
from seatrial.model.frozen_json import FrozenMap
from seatrial.model.kinds import of_object
from seatrial.model.machine import Machine, rule
from seatrial.model.machinery.controller import Controller, Seen
from seatrial.model.machinery.expectations import Expectations
from seatrial.model.machinery.informer import Change, Copy, changes
from seatrial.model.machinery.workqueue import Key
from seatrial.model.objects import Object
from seatrial.model.reconcile import Finished, Reconciler
from seatrial.model.scenario import System

ClusterChange = Callable[[Cluster], System]
Decide = Callable[..., storage.Outcome]


def exchanging(**functions: Any) -> ClusterChange:
    """A cluster with other functions in these places of its :class:`~seatrial.model.cluster.Parts`."""
    return lambda cluster: evolve(cluster, parts=evolve(cluster.parts, **functions))


def deciding(decide: Decide) -> ClusterChange:
    """A cluster whose API servers decide like this, also after a lost compare."""

    def after_loss(attempt: Attempt, fresh: Stored | None, *, lookup: Any) -> storage.Outcome:
        if attempt.request.verb == "create":
            return storage.after_loss(attempt, fresh, lookup=lookup)
        return decide(attempt.request, fresh, current=True, lookup=lookup)

    return exchanging(decide=decide, after_loss=after_loss)


def controllers(change: Callable[[Controller], Controller]) -> ClusterChange:
    """A cluster whose controllers are changed like this."""
    return lambda cluster: evolve(cluster, reconcilers=tuple(change(each) for each in cluster.reconcilers))


# --- The store and the API servers ------------------------------------------------------------------------------


def put_without_compare(cells: Any, key: str, value: Object, expected: int) -> Written | Lost:
    """An optimistic put that is not optimistic."""
    del expected
    current = cells.keys.get(key)
    return optimistic_put(cells, key, value, 0 if current is None else current.mod_revision)


def decide_on_own_version(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """The resourceVersion that a client sent is replaced by that of the server's copy."""
    if request.verb == "update" and copy is not None:
        sent = Object(request.body).with_metadata(resourceVersion=str(copy.revision))
        request = evolve(request, body=sent.root)
    return storage.decide(request, copy, current=current, lookup=lookup)


def decide_without_preconditions(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """The preconditions of a DELETE are looked at first, and forgotten once it goes on to the storage."""
    if isinstance(request.stage, Remove):
        request = request.at(evolve(request.stage, uid=None, resource_version=None))
    return storage.decide(request, copy, current=current, lookup=lookup)


def decide_taking_deletion_from_body(
    request: Any, copy: Stored | None, *, current: bool, lookup: Any
) -> storage.Outcome:
    """A PUT whose body has no deletionTimestamp takes the mark off."""
    outcome = storage.decide(request, copy, current=current, lookup=lookup)
    if request.verb != "update" or not isinstance(outcome, Attempt) or outcome.value is None:
        return outcome
    if not isinstance(request.body, FrozenMap) or Object(request.body).is_terminating:
        return outcome
    cleared = outcome.value.without_metadata("deletionTimestamp", "deletionGracePeriodSeconds")
    return evolve(outcome, value=cleared)


def decide_without_finalizers(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A DELETE does not see finalizers."""
    if request.verb == "delete" and isinstance(request.stage, Begin) and copy is not None:
        copy = Stored(copy.object.with_finalizers(()), copy.revision)
    return storage.decide(request, copy, current=current, lookup=lookup)


def removing_by_update(when: Callable[[Object, Object], bool]) -> ClusterChange:
    """Updates that remove when ``when(old, new)`` says so.

    In the model they do when they take the last finalizer off what is being deleted.
    """

    def decide(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
        outcome = storage.decide(request, copy, current=current, lookup=lookup)
        if not isinstance(outcome, Attempt) or request.verb not in {"update", "patch"}:
            return outcome
        if copy is None or outcome.value is None or not when(copy.object, outcome.value):
            return outcome
        shown = Stored.decode(outcome.value, copy.revision).object
        return Attempt(request.at(Remove(answer=shown)), outcome.key, copy, None)

    return deciding(decide)


def lets_one_go(old: Object, new: Object) -> bool:
    """A finalizer is taken off an object that is being deleted, the last one or not."""
    return old.is_terminating and len(new.finalizers) < len(old.finalizers)


def has_none(old: Object, new: Object) -> bool:
    """There is no finalizer, whether the object is being deleted or not."""
    del old
    return not new.finalizers


# --- Writers that are no API servers ----------------------------------------------------------------------------


def with_intruder(*, transaction: bool) -> ClusterChange:
    """A cluster in which somebody else writes to etcd, with a proper transaction or without any."""
    step = use_etcdctl if transaction else change_by_itself
    return lambda cluster: _WithRule(cluster, step)


@frozen(eq=False)
class _WithRule:
    """A cluster with one more rule."""

    cluster: Cluster
    step: Callable[..., None]

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The cluster's machine with that rule."""
        return self.cluster.machine(name, faults).extended([rule(self.step, process="etcdctl")])


def use_etcdctl(draft: Any) -> None:
    """Put a label on the first object, in a transaction of one's own, past every API server."""
    path, value = _labelled(draft)
    before = draft.keys[path]
    written = optimistic_put(draft, path, value, before.mod_revision)
    assert isinstance(written, Written)  # noqa: S101 - compared with what is there
    request = update(of_object(value.api_version, value.kind), value)
    draft.emit(Committed(written.revision, path, "", "etcdctl", request, before.mod_revision, before, written.kv))


def change_by_itself(draft: Any) -> None:
    """Put a label on the first object without a transaction, as a damaged disk or a bug in etcd would."""
    path, value = _labelled(draft)
    draft.keys[path] = evolve(draft.keys[path], value=value, mod_revision=draft.revision + 1)
    draft.revision += 1


def _labelled(draft: Any) -> tuple[str, Object]:
    path = min(draft.keys)
    value: Object = draft.keys[path].value
    require("edited" not in value.labels)
    return path, value.with_field("metadata.labels.edited", "yes")


# --- Watches, lists and copies ----------------------------------------------------------------------------------


def changes_again(log: Iterable[Batch], prefix: str, after: int, until: int) -> list[Change]:
    """A watch that begins at the revision that its reader has, not at the one after it."""
    return changes(log, prefix, after - 1, until)


def changes_but_one(log: Iterable[Batch], prefix: str, after: int, until: int) -> list[Change]:
    """A watch that loses the first change where several wait."""
    ahead = changes(log, prefix, after, until)
    return ahead[1:] or ahead


def changes_with_present(log: Iterable[Batch], prefix: str, after: int, until: int) -> list[Change]:
    """A watch that shows with each change what the object is by now, not what the change made it."""
    ahead = changes(log, prefix, after, until)
    return [evolve(each, new=[other.new for other in ahead if other.path == each.path][-1]) for each in ahead]


def apply_without_content(copy: Copy, change: Change) -> Copy:
    """A copy that takes over the revision of a modification, but not its content."""
    if change.old is not None and change.new is not None:
        change = evolve(change, new=Stored(change.old.object, change.new.revision))
    return copy.after(change)


def list_again(draft: Any, informer: str, resource: str, server: str) -> None:
    """An informer that turns to another server takes over whatever that server's watch cache has."""
    _relist(draft, informer, resource, server)


def list_with_one_revision(draft: Any, informer: str, resource: str, server: str) -> None:
    """… takes over what is no older than its own copy, but with the list's revision on each object."""
    position = draft.positions[reader(server, resource)]
    require(position >= draft.positions[reader(informer, resource)])
    listed = draft.copies[reader(server, resource)].items
    _relist(draft, informer, resource, server, tuple((path, Stored(each.object, position)) for path, each in listed))


def list_for_nothing(draft: Any, informer: str, resource: str, server: str) -> None:
    """… lists what is no older than its own copy, and goes on from there with the copy that it had."""
    own = reader(informer, resource)
    require(draft.positions[reader(server, resource)] >= draft.positions[own])
    kept = draft.copies[own]
    _relist(draft, informer, resource, server)
    draft.copies[own] = kept


def watch_from_earlier(draft: Any, informer: str, resource: str, server: str) -> None:
    """… watches from one revision before the one that its copy has."""
    del server
    draft.positions[reader(informer, resource)] -= 1


def _relist(draft: Any, informer: str, resource: str, server: str, items: Any = None) -> None:
    source, own = reader(server, resource), reader(informer, resource)
    copy, position = draft.copies[source] if items is None else Copy(items), draft.positions[source]
    draft.copies[own], draft.positions[own] = copy, position
    draft.emit(Listed(informer, resource, server, position, copy.items))


def told_nothing(copy: Copy) -> tuple[Change, ...]:
    """A list that nobody is told of."""
    del copy
    return ()


# --- Controllers ------------------------------------------------------------------------------------------------


def always_fulfilled(expectations: Expectations, key: Key) -> bool:
    """Nothing is waited for."""
    del expectations, key
    return True


def never_again(end: Finished) -> bool:
    """A key that failed is forgotten."""
    del end
    return False


def deaf_to_changes(controller: Controller) -> Controller:
    """A controller whose handler was registered for additions only."""

    def handle(resource: str, change: Change, expectations: Expectations) -> Seen:
        return controller.handler(resource, change, expectations) if change.old is None else Seen((), expectations)

    return evolve(controller, handler=handle)


def never_lowering(controller: Controller) -> Controller:
    """A controller that does not take back its expectations when what it asked for failed."""
    return evolve(controller, reconciler=_without_lowering(controller.reconciler))


def _without_lowering(reconciler: Reconciler) -> Reconciler:
    def reconcile(key: Key) -> Generator[Effect, Any, None]:
        inner = reconciler(key)
        effect = next(inner, None)
        while effect is not None:
            answer = None if isinstance(effect, CreationsFailed | DeletionFailed) else (yield effect)
            try:
                effect = inner.send(answer)
            except StopIteration:
                return

    return reconcile
