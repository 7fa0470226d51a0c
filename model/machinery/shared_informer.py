"""A shared informer: one store, filled from a delta queue, and handlers that are told what changes in it.

An entry is taken off the queue, the store takes it over, and only then is it passed on to each handler's own buffer.
A handler works its buffer off in order, one notification at a time; no handler waits for another.

What a handler may rely on: its notifications are the changes of the store, in order.  What it may not: that each change
of the object in etcd is among them, that an object is told to be deleted before another of the same name is (the two
can be one *update*, from one uid to another), or that what a deletion shows is what the object was in the end.

Lives here: the informer and its handlers' buffers, as values.  Must not know: how the queue is filled, or what handlers
do.

Source: Kubernetes 1.36, ``client-go/tools/cache/{controller,shared_informer}.go``.
"""

from __future__ import annotations

from typing import Generic, Literal

from attrs import evolve, frozen

from .delta_queue import Bookmark, Delta, DeltaQueue, Deltas, Entry, Replace, SyncAll, Tombstone, taken
from .indexer import Indexer, V


@frozen(cache_hash=True)
class Notification(Generic[V]):
    """What a handler is told: ``OnAdd(new)``, ``OnUpdate(old, new)`` or ``OnDelete(old)``.

    Attributes:
        kind: which of them it is.
        path: the object's key.
        old: what the store had; of a deletion, what it showed: the last state stored, or the last that was known.
        new: what the store has now.
        initial: an ``OnAdd`` of what was there when the informer, or the handler, began.
        tombstone: an ``OnDelete`` that was not seen but follows from a list: ``old`` may be out of date.
    """

    kind: Literal["add", "update", "delete"]
    path: str
    old: V | None = None
    new: V | None = None
    initial: bool = False
    tombstone: bool = False

    @property
    def nothing_new(self) -> bool:
        """Whether the object has not changed: a resync, or a list that found it as it was."""
        return self.old is not None and self.new is not None and self.old.revision == self.new.revision


@frozen(cache_hash=True)
class Informer(Generic[V]):
    """The queue and the store of one resource in one process."""

    queue: DeltaQueue[V]
    store: Indexer[V]


@frozen(cache_hash=True)
class Listener(Generic[V]):
    """The buffer of one handler: what it was told and has not handled yet; ``resyncs``: it wants to hear old news."""

    waiting: tuple[Notification[V], ...] = ()
    resyncs: bool = False


def synced(informer: Informer[V]) -> bool:
    """``HasSynced``: whether everything of the first list is in the store.  It does not mean that it is fresh."""
    return informer.queue.synced


def listener_synced(listener: Listener[V], informer: Informer[V]) -> bool:
    """``HasSynced`` of a registration: whether the handler has handled everything that was there at first."""
    return synced(informer) and not any(each.initial for each in listener.waiting)


def pop(informer: Informer[V]) -> tuple[Informer[V], tuple[Notification[V], ...]]:
    """The informer that has taken the next entry over, and what its handlers are told then; there must be one."""
    entry, rest = taken(informer.queue)
    initial = not synced(informer)
    atomic = informer.queue.order == "atomic"
    store, told = process(entry, informer.store, initial=initial, ordered=atomic)
    return Informer(rest, store), told


def process(
    entry: Entry[V], store: Indexer[V], *, initial: bool, ordered: bool
) -> tuple[Indexer[V], tuple[Notification[V], ...]]:
    """The store that has taken an entry over, and what handlers are told of it.

    ``initial``: the first list is not complete yet.  ``ordered``: entries come in the order of their revisions, so that
    the store knows how far it has come.
    """
    match entry:
        case Deltas(_, deltas):
            return _apply(deltas, store, initial=initial, ordered=ordered)
        case Replace():
            return _replace(entry, store, initial=initial)
        case Bookmark(revision):
            return store.at(revision), ()
        case SyncAll():
            return store, tuple(Notification("update", path, item, item) for path, item in store.items)


def _apply(
    deltas: tuple[Delta[V], ...], store: Indexer[V], *, initial: bool, ordered: bool
) -> tuple[Indexer[V], tuple[Notification[V], ...]]:
    """The changes of one object, one after the other."""
    told: list[Notification[V]] = []
    for each in deltas:
        path, item, old = each.path, each.item, store.get(each.path)
        if isinstance(item, Tombstone):
            told.append(Notification("delete", path, old=item.last, tombstone=True))
            store = store.without(path)
            continue
        if each.kind == "Deleted":
            told.append(Notification("delete", path, old=item))
            store = store.without(path)
        else:
            told.append(_put(path, old, item, initial=initial))
            store = store.put(path, item)
        store = store.at(item.revision) if ordered else store
    return store, tuple(told)


def _replace(listed: Replace[V], store: Indexer[V], *, initial: bool) -> tuple[Indexer[V], tuple[Notification[V], ...]]:
    """A list at once: the store is replaced as a whole, then handlers are told, of what is gone first."""
    there = {path for path, _ in listed.items}
    told = [Notification("delete", path, old=item, tombstone=True) for path, item in store.items if path not in there]
    told += [_put(path, store.get(path), item, initial=initial) for path, item in listed.items]
    items = tuple(sorted(listed.items, key=lambda each: each[0]))
    return evolve(store, items=items).at(listed.revision), tuple(told)


def _put(path: str, old: V | None, new: V, *, initial: bool) -> Notification[V]:
    if old is None:
        return Notification("add", path, new=new, initial=initial)
    return Notification("update", path, old=old, new=new)


def registered(informer: Informer[V], *, resyncs: bool = False) -> Listener[V]:
    """The buffer of a handler that registers now: it is told of everything in the store, as additions.

    Nothing is taken off the queue meanwhile, so no change falls between what it is told first and what comes then.
    """
    present = tuple(Notification("add", path, new=item, initial=True) for path, item in informer.store.items)
    return Listener(present, resyncs)


def heard(listener: Listener[V], told: tuple[Notification[V], ...]) -> Listener[V]:
    """The buffer to which notifications were added; old news only if the handler wants them."""
    wanted = tuple(each for each in told if listener.resyncs or not each.nothing_new)
    return evolve(listener, waiting=(*listener.waiting, *wanted))


def next_of(listener: Listener[V]) -> tuple[Notification[V], Listener[V]]:
    """What a handler handles next, and its buffer without it; there must be something."""
    return listener.waiting[0], evolve(listener, waiting=listener.waiting[1:])
