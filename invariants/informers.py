"""What reflectors and informers promise to the handlers and listers behind them.

Source of the catalogue's sentences: Kubernetes client-go, ``tools/cache``.
"""

from __future__ import annotations

from typing import Any

from seatrial.model.draft import View
from seatrial.model.faults import COMPACTION
from seatrial.model.machine import Step
from seatrial.model.machinery.shared_informer import Notification
from seatrial.model.rigs.informer_events import (
    FIRST,
    Asked,
    Framed,
    Handled,
    Listed,
    Popped,
    Registered,
    Thing,
    Write,
    present,
)
from seatrial.model.rigs.informers import NO_TIMEOUT, NOT_YET

from .invariant import Parts, always, at_rest, stepwise

INFORMER = ("log", "reflector", "informer", "listeners", "memories", "first_list")


@stepwise(on=(Asked, Framed), source="client-go tools/cache/reflector.go", needs=INFORMER)
def refl_rv_monotone(before: View, step: Step, after: View) -> bool:
    """The revision from which a reflector would go on never goes back."""
    del step
    return bool(after.reflector.last >= before.reflector.last)


@stepwise(on=Asked, source="client-go tools/cache/reflector.go", needs=INFORMER)
def refl_410_relist(before: View, step: Step, after: View) -> Parts:
    """A reflector whose watch is too old lists again, nothing older than it had; refused, it asks for the newest."""
    for event in step.emitted(Asked):
        if event.question == "watch":
            if event.answer == "expired":
                yield "a watch that is too old is followed by a list", after.reflector.stage != "watch"
            continue
        version = event.resource_version
        if before.reflector.unavailable:
            yield "after a refusal it asks for the newest", version == ""
        elif before.reflector.last:
            yield "it asks for nothing older than what it had", version != "" and int(version) >= before.reflector.last


@at_rest(
    source="client-go tools/cache; Kubernetes documentation, Controllers",
    needs=INFORMER,
    limits={NO_TIMEOUT: "a watch that has gone silent is waited for for ever"},
)
def inf_eventual_equality(state: View) -> Parts:
    """When writes and faults are over, every informer has what etcd has, and every handler was told so."""
    there = present(state.log, _newest(state))
    yield "the store is as etcd is", state.informer.store.items == there
    known = tuple((path, thing.uid, thing.revision) for path, thing in there)
    yield "every handler was told the final state", all(each == known for each in state.memories.values())


@always(
    source="client-go tools/cache/the_real_fifo.go (atomic events)",
    needs=INFORMER,
    limits={
        "informer-order=per-key": "objects overtake one another in the queue, and a list replaces one after the other",
        "informer-order=in-order": "a list replaces one object after the other",
    },
)
def inf_store_is_a_snapshot(state: View) -> bool | None:
    """What a store shows at any moment is what there was at one revision, of all objects of its resource together."""
    shown = state.informer.store.items
    return any(shown == present(state.log, revision) for revision in range(FIRST, _newest(state) + 1))


@stepwise(on=Popped, source="client-go tools/cache/{delta_fifo,the_real_fifo}.go (Replace)", needs=INFORMER)
def inf_relist_finds_deletes(before: View, step: Step, after: View) -> Parts:
    """What is not in a list any more is taken out of the store, and handlers are told that it is gone."""
    if not after.informer.queue.entries:
        listed = dict(present(after.log, after.reflector.last))
        shown = after.informer.store.items
        yield "the store has nothing that is not there", all(path in listed for path, _ in shown)
    for event in step.emitted(Popped):
        deleted = {each.path for each in event.told if each.kind == "delete"}
        for path, _ in before.informer.store.items:
            if after.informer.store.get(path) is None:
                yield "handlers are told of what is gone", path in deleted


@stepwise(on=Popped, source="client-go tools/cache/delta_fifo.go (DeletedFinalStateUnknown)", needs=INFORMER)
def inf_tombstone_type(before: View, step: Step, after: View) -> Parts:
    """A deletion that was not seen is marked as such, and shows the object as it was known last, not as it was last."""
    del after
    for event in step.emitted(Popped):
        known: dict[str, Any] = dict(before.informer.store.items)
        for each in event.told:
            if each.kind == "delete" and each.tombstone:
                yield "what was not seen shows what was known", each.old == known.get(each.path)
            elif each.kind == "delete":
                yield "what was seen shows the revision of the deletion", _was_deleted(each, before.log)
            else:
                known[each.path] = each.new


def _was_deleted(told: Notification[Thing], log: tuple[Write, ...]) -> bool:
    """Whether there was the very deletion."""
    return any(write.path == told.path and write.new is None and write.shown == told.old for write in log)


@stepwise(on=Handled, source="client-go tools/cache/shared_informer.go (processorListener)", needs=INFORMER)
def inf_handler_order(before: View, step: Step, after: View) -> Parts:
    """A handler is told in order, one at a time: each notification goes on from what the one before it left."""
    del after
    for event in step.emitted(Handled):
        told = event.notification
        known = {(path, uid) for path, uid, _ in before.memories[event.handler]}
        if told.kind == "add":
            yield "what is added was not there", all(path != told.path for path, _ in known)
        else:
            yield "what is changed or deleted was there", told.old is not None and (told.path, told.old.uid) in known


@stepwise(on=Handled, source="client-go tools/cache/controller.go (processDeltas)", needs=INFORMER)
def inf_store_before_notify(before: View, step: Step, after: View) -> bool:
    """When a handler is called, the store has what it is told, or something newer."""
    del after
    (event,) = step.emitted(Handled)
    told, shown = event.notification, event.store.get(event.notification.path)
    if told.new is None:
        return shown is None or shown.revision > told.old.revision
    return _as_new(shown, told.new) or _deleted_since(told.path, told.new.revision, before.log)


def _deleted_since(path: str, revision: int, log: tuple[Write, ...]) -> bool:
    return any(write.path == path and write.new is None and write.revision > revision for write in log)


@stepwise(on=Registered, source="client-go tools/cache/shared_informer.go (AddEventHandler)", needs=INFORMER)
def inf_late_handler(before: View, step: Step, after: View) -> bool:
    """A handler that registers late is first told of everything that is in the store at that moment."""
    (event,) = step.emitted(Registered)
    told = tuple((each.path, each.new) for each in after.listeners[event.handler].waiting if each.kind == "add")
    return bool(told == before.informer.store.items)


@stepwise(on=(Popped, Listed, Handled), source="client-go tools/cache/shared_informer.go (HasSynced)", needs=INFORMER)
def inf_has_synced(before: View, step: Step, after: View) -> Parts:
    """An informer that says that it has synced has everything of the first list; a handler was told of it."""
    for event in step.emitted(Popped, Listed):
        first = isinstance(event, Listed) and before.first_list == NOT_YET
        due: Any = event.items if first else before.first_list
        if due is not None and event.synced:
            store = after.informer.store
            there = all(
                _as_new(store.get(path), thing) or _deleted_since(path, thing.revision, after.log)
                for path, thing in due
            )
            yield "everything of the first list is in the store", there
    for event in step.emitted(Handled):
        if event.synced:
            waiting = after.listeners[event.handler].waiting
            yield "nothing of the beginning waits for the handler", not any(each.initial for each in waiting)


def _as_new(shown: Thing | None, thing: Thing) -> bool:
    return shown is not None and shown.revision >= thing.revision


@stepwise(on=Handled, source="client-go tools/cache/shared_informer.go; kubernetes pull request 80475", needs=INFORMER)
def inf_recreate_as_update(before: View, step: Step, after: View) -> bool | None:
    """An update can lead from one object to another of the same name: whoever heeds the uids knows that one is gone."""
    del before
    (event,) = step.emitted(Handled)
    told = event.notification
    if told.kind != "update" or told.old.uid == told.new.uid:
        return None
    return all((path, uid) != (told.path, told.old.uid) for path, uid, _ in after.memories[event.handler])


@stepwise(
    on=Popped,
    source="Kubernetes documentation, Controllers; client-go tools/cache",
    needs=INFORMER,
    limits={COMPACTION: "the informer lists again: what happened between its watch and the list is told as one change"},
)
def inf_compression_allowed(before: View, step: Step, after: View) -> bool | None:
    """Handlers are told of every change, one by one, while the informer need not list again; then, of the sum only."""
    del before
    (event,) = step.emitted(Popped)
    changes = [each for each in event.told if each.new and not each.initial and not each.nothing_new]
    return all(_adjacent(each, after.log) for each in changes) if changes else None


def _adjacent(told: Notification[Any], log: tuple[Write, ...]) -> bool:
    return any(write.path == told.path and (write.old, write.new) == (told.old, told.new) for write in log)


def _newest(state: View) -> int:
    return FIRST + len(state.log)
