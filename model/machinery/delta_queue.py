"""What lies between a reflector and its informer's store: a queue of what was heard and is not yet taken over.

There are three, and a profile's ``informer-order`` says which one a client has:

``per-key``   DeltaFIFO: the changes of an object wait together, and are handed out together, where the first of them
              stood.  So objects overtake one another; the changes of one object do not.
``in-order``  RealFIFO: one change after the other, as they came.
``atomic``    RealFIFO with atomic events: besides, a list is one entry, and replaces the store as a whole.

A list says what there is; what is *not* there any more follows from it.  The first two queues find that out when the
list comes, the third when it is handed out.  Nobody knows when such an object went, or what it was by then: its
deletion carries a :class:`Tombstone` with the last state that was known.

Lives here: the queues, as one value, and how deliveries get into it and out of it.  Must not know: who delivers, or
what becomes of an entry that was handed out.

Source: Kubernetes 1.36, ``client-go/tools/cache/{delta_fifo,the_real_fifo}.go``.
"""

from __future__ import annotations

from typing import Generic, Literal, TypeAlias

from attrs import evolve, frozen

from .indexer import Indexer, V

Order = Literal["per-key", "in-order", "atomic"]
Kind = Literal["Added", "Updated", "Deleted", "Replaced", "Sync"]


@frozen(cache_hash=True)
class Tombstone(Generic[V]):
    """An object whose deletion was not seen (``DeletedFinalStateUnknown``), as it was known last."""

    last: V


@frozen(cache_hash=True)
class Delta(Generic[V]):
    """One thing that was heard of one object."""

    kind: Kind
    path: str
    item: V | Tombstone[V]


@frozen(cache_hash=True)
class Deltas(Generic[V]):
    """An entry: what was heard of one object, oldest first."""

    path: str
    deltas: tuple[Delta[V], ...]


@frozen(cache_hash=True)
class Replace(Generic[V]):
    """A list: what there was at a revision, by key.  Delivered to every queue; an entry of the atomic one."""

    items: tuple[tuple[str, V], ...]
    revision: int


@frozen(cache_hash=True)
class Bookmark:
    """Nothing else happened up to a revision.  An entry of the atomic queue; the others have no use for it."""

    revision: int


@frozen(cache_hash=True)
class SyncAll:
    """Tell of everything once more.  An entry of the atomic queue."""


Delivery: TypeAlias = "Delta[V] | Replace[V] | Bookmark"
Entry: TypeAlias = "Deltas[V] | Replace[V] | Bookmark | SyncAll"


@frozen(cache_hash=True)
class DeltaQueue(Generic[V]):
    """What was delivered and not yet handed out.

    Attributes:
        order: which of the queues this is.
        entries: the next one first.
        initial: how many entries of the first list are left; ``None`` before anything was delivered.
    """

    order: Order
    entries: tuple[Entry[V], ...] = ()
    initial: int | None = None

    @property
    def synced(self) -> bool:
        """Whether the first list has come and all of it was handed out."""
        return self.initial == 0

    def latest(self, path: str) -> Delta[V] | None:
        """The last thing that waits of one object."""
        found = (each for each in reversed(self.entries) if isinstance(each, Deltas) and each.path == path)
        return next((each.deltas[-1] for each in found), None)


def deliver(queue: DeltaQueue[V], delivery: Delivery[V], known: Indexer[V]) -> DeltaQueue[V]:
    """The queue to which something was delivered; ``known`` is the store as it is now."""
    match delivery:
        case Delta():
            after = _heard(queue, delivery, known)
            return after if after.initial is not None else evolve(after, initial=0)
        case Replace():
            after = _listed(queue, delivery, known)
            return after if after.initial is not None else evolve(after, initial=len(after.entries))
        case Bookmark():
            return _appended(queue, delivery) if queue.order == "atomic" else queue


def resync(queue: DeltaQueue[V], known: Indexer[V]) -> DeltaQueue[V]:
    """The queue in which every object waits to be told of: those of which nothing waits yet, as the store has them."""
    if queue.order == "atomic":
        return _appended(queue, SyncAll())
    for path, item in known.items:
        if queue.latest(path) is None:
            queue = _appended(queue, Deltas(path, (Delta("Sync", path, item),)))
    return queue


def taken(queue: DeltaQueue[V]) -> tuple[Entry[V], DeltaQueue[V]]:
    """The next entry, and the queue without it; there must be one.

    An entry of the first list counts as handed out once it has been processed, which is when the queue that is
    returned comes into force.
    """
    initial = queue.initial - 1 if queue.initial else queue.initial
    return queue.entries[0], evolve(queue, entries=queue.entries[1:], initial=initial)


def _appended(queue: DeltaQueue[V], entry: Entry[V]) -> DeltaQueue[V]:
    return evolve(queue, entries=(*queue.entries, entry))


def _heard(queue: DeltaQueue[V], delta: Delta[V], known: Indexer[V]) -> DeltaQueue[V]:
    """One more change of one object."""
    if queue.order != "per-key":
        return _appended(queue, Deltas(delta.path, (delta,)))
    waiting = queue.latest(delta.path)
    if delta.kind == "Deleted" and waiting is None and known.get(delta.path) is None:
        return queue  # nobody was told of the object
    if waiting is None:
        return _appended(queue, Deltas(delta.path, (delta,)))
    return evolve(queue, entries=tuple(_joined(each, delta) for each in queue.entries))


def _joined(entry: Entry[V], delta: Delta[V]) -> Entry[V]:
    """An entry with one more change, if it is of the same object; of two deletions, the one that knows more is kept."""
    if not isinstance(entry, Deltas) or entry.path != delta.path:
        return entry
    *earlier, last = entry.deltas
    if last.kind == delta.kind == "Deleted":
        return evolve(entry, deltas=(*earlier, last if isinstance(delta.item, Tombstone) else delta))
    return evolve(entry, deltas=(*entry.deltas, delta))


def _listed(queue: DeltaQueue[V], listed: Replace[V], known: Indexer[V]) -> DeltaQueue[V]:
    """Everything that a list means."""
    if queue.order == "atomic":
        return _appended(queue, listed)
    replaced: list[Delta[V]] = [Delta("Replaced", path, item) for path, item in listed.items]
    gone = _gone(queue, listed, known)
    # The old queue puts the deletions last, the newer one first.
    for delta in [*replaced, *gone] if queue.order == "per-key" else [*gone, *replaced]:
        queue = _heard(queue, delta, known)
    return queue


def _gone(queue: DeltaQueue[V], listed: Replace[V], known: Indexer[V]) -> list[Delta[V]]:
    """The deletions that follow from a list: of what waits or is known, and is not in it."""
    there = {path for path, _ in listed.items}
    waiting = [each.path for each in queue.entries if isinstance(each, Deltas)]
    found: list[Delta[V]] = []
    for path in dict.fromkeys([*waiting, *(path for path, _ in known.items)]):
        latest = queue.latest(path)
        last = known.get(path) if latest is None else latest.item
        if path in there or last is None or (latest is not None and latest.kind == "Deleted"):
            continue
        found.append(Delta("Deleted", path, last if isinstance(last, Tombstone) else Tombstone(last)))
    return found
