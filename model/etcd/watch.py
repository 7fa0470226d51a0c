"""What a watch tells.

Lives here: which events a watcher gets next, as a function of the store and of the revision that the
watcher has come to. The watcher's position is kept by whoever watches.  How events are grouped into
messages, and when these arrive, is a matter of time and not described here; the events of one revision
always stay together.

Source: etcd ``server/storage/mvcc/watchable_store.go`` and ``server/etcdserver/api/v3rpc/watch.go``;
observed behaviour of etcd 3.4 to 3.6, recordings A.15 to A.18.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from .cells import NEVER_COMPACTED, Cells
from .mvcc import covers
from .requests import Filter, WatchCreate
from .values import Batch, Event, KeyValue

_FIRST_KEY: Final = "\0"
"""What a watch without a key watches, or begins with; the only request that may do without one."""


@frozen
class Cancelled:
    """The server ended a watch because what it had to tell next is compacted away."""

    compact_revision: int


def first_revision(cells: Cells, watch: WatchCreate) -> int:
    """Where a watch that is created now begins: at the revision that it asks for, or at the next one.

    A negative revision is looked for, found nowhere, and then forgotten, unless something was compacted: it is as if
    the watch had begun in the past and there had been nothing to tell.
    """
    never = cells.compacted == NEVER_COMPACTED and watch.start_revision == NEVER_COMPACTED
    return watch.start_revision if watch.start_revision and not never else cells.revision + 1


def events(cells: Cells, watch: WatchCreate, next_revision: int) -> tuple[Batch, ...] | Cancelled:
    """All that a watcher whose next revision is ``next_revision`` has yet to be told, by revision.

    Batches hold only events that the watch wants, and ``previous`` only where the watch asked for it and
    the server can still tell it: not for a key that came into being, and not if the revision before was
    compacted away.
    """
    compacted = cells.compacted
    if next_revision < compacted:
        return Cancelled(compacted)
    told = (_seen(batch, watch, compacted) for batch in cells.log if batch.revision >= next_revision)
    return tuple(batch for batch in told if batch.events)


def _seen(batch: Batch, watch: WatchCreate, compacted: int) -> Batch:
    """A batch as a watch sees it."""
    wanted = [event for event in batch.events if _wants(watch, event)]
    known = watch.prev_kv and batch.revision > compacted
    return Batch(batch.revision, tuple(_told(event, batch, known=known) for event in wanted))


def _wants(watch: WatchCreate, event: Event) -> bool:
    unwanted = Filter.NOPUT if event.kind == "PUT" else Filter.NODELETE
    return covers(watch.key or _FIRST_KEY, watch.range_end, event.kv.key) and unwanted not in watch.filters


def _told(event: Event, batch: Batch, *, known: bool) -> Event:
    """An event with the key as it was a revision before, if that is ``known`` and the key existed."""
    created = event.kind == "PUT" and event.kv.create_revision == event.kv.mod_revision
    previous = _before(batch, event.kv.key) if known and not created else None
    return event if previous is event.previous else Event(event.kind, event.kv, previous)


def _before(batch: Batch, key: str) -> KeyValue | None:
    """A key as it was before a batch that changed it, perhaps more than once."""
    return next(event.previous for event in batch.events if event.kv.key == key)
