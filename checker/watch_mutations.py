"""What mutants change of etcd's watches: its streams and its clients with one guard missing.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import evolve

from seatrial.model.etcd import (
    Batch,
    Cancelled,
    Event,
    KeyValue,
    Txn,
    TxnResponse,
    WatchCreate,
    events,
    first_revision,
    transact,
)
from seatrial.model.rigs.watch_messages import Message, Watcher
from seatrial.model.rigs.watches import resume_from, send

from .mutations import Row, exchanging

Batches = tuple[Batch, ...]


# --- What is sent, and when -----------------------------------------------------------------------------------------


def send_past_the_victim(watcher: Watcher, message: Message) -> Watcher:
    """What there is no room for is kept, but the watcher goes on being sent what is new."""
    return evolve(send(watcher, message), group=watcher.group)


def drop_without_room(watcher: Watcher, message: Message) -> Watcher:
    """What there is no room for is dropped."""
    sent = send(watcher, message)
    return watcher if sent.kept is not None else sent


def notify_unless_all_are_behind(watchers: Iterable[Watcher], present: int) -> bool:
    """One watcher of a stream that is synced is enough for a progress notification."""
    return any(each.group == "synced" and each.request.start_revision <= present for each in watchers)


def notify_before_the_start(watchers: Iterable[Watcher], present: int) -> bool:
    """Progress is notified to watches that begin in the future."""
    del present
    return all(each.group == "synced" for each in watchers)


# --- Where a watch begins -------------------------------------------------------------------------------------------


def the_past_is_now(cells: Any, watch: WatchCreate) -> int:
    """A watch that begins in the past begins now."""
    present: int = cells.revision
    return max(first_revision(cells, watch), present + 1)


def the_future_is_now(cells: Any, watch: WatchCreate) -> int:
    """A watch that begins in the future begins now."""
    present: int = cells.revision
    return min(first_revision(cells, watch), present + 1)


def resume_at_last(watcher: Watcher) -> int:
    """A client resumes at the last revision that it has, not after it."""
    return watcher.last or resume_from(watcher)


# --- What is told ---------------------------------------------------------------------------------------------------


def _altered(change: Callable[[Any, Event], Event | None]) -> Callable[[Any, WatchCreate, int], Batches | Cancelled]:
    """What a watch is told, with each event changed (``None``: left out)."""

    def told(cells: Any, watch: WatchCreate, next_revision: int) -> Batches | Cancelled:
        right = events(cells, watch, next_revision)
        if isinstance(right, Cancelled):
            return right
        changed = (
            Batch(batch.revision, tuple(other for each in batch.events if (other := change(cells, each)) is not None))
            for batch in right
        )
        return tuple(batch for batch in changed if batch.events)

    return told


def backwards(cells: Any, watch: WatchCreate, next_revision: int) -> Batches | Cancelled:
    """The events of a revision are told in the opposite order."""
    right = events(cells, watch, next_revision)
    if isinstance(right, Cancelled):
        return right
    return tuple(Batch(each.revision, tuple(reversed(each.events))) for each in right)


def begin_inside_a_revision(cells: Any, watch: WatchCreate, next_revision: int) -> Batches | Cancelled:
    """A watch begins after the first event of its first revision."""
    right = events(cells, watch, next_revision)
    if isinstance(right, Cancelled) or next_revision != watch.start_revision:
        return right
    first = (Batch(each.revision, each.events[1:]) for each in right if each.revision == next_revision)
    return (*(each for each in first if each.events), *(each for each in right if each.revision != next_revision))


def beyond_the_slash(cells: Any, watch: WatchCreate, next_revision: int) -> Batches | Cancelled:
    """A range is everything that begins like it, the separator left out: ``ns1`` has ``ns10`` in it."""
    name = watch.key.rstrip("/")
    wider = evolve(watch, key=name, range_end=name[:-1] + chr(ord(name[-1]) + 1)) if watch.range_end else watch
    return events(cells, wider, next_revision)


def unfiltered(cells: Any, watch: WatchCreate, next_revision: int) -> Batches | Cancelled:
    """Filters are ignored."""
    return events(cells, evolve(watch, filters=()), next_revision)


def jump_over_the_gap(cells: Any, watch: WatchCreate, next_revision: int) -> Batches | Cancelled:
    """A watch that needs what is compacted away goes on with what there is."""
    return events(cells, watch, max(next_revision, cells.compacted))


def cancel_at_the_edge(cells: Any, watch: WatchCreate, next_revision: int) -> Batches | Cancelled:
    """A watch that needs the compacted revision itself is cancelled."""
    return Cancelled(cells.compacted) if next_revision <= cells.compacted else events(cells, watch, next_revision)


def _as_a_put(cells: Any, event: Event) -> Event:
    del cells
    if event.kind == "PUT" or event.previous is None:
        return event
    return Event("PUT", evolve(event.previous, mod_revision=event.kv.mod_revision), event.previous)


def _with_the_present(cells: Any, event: Event) -> Event:
    return evolve(event, previous=cells.keys.get(event.kv.key))


def _without_previous(cells: Any, event: Event) -> Event:
    del cells
    return evolve(event, previous=None)


def transact_keeping_creation(cells: Any, txn: Txn) -> TxnResponse:
    """A key that was deleted keeps the revision of its first creation when it is created again."""
    before = cells.revision
    response = transact(cells, txn)
    if cells.revision != before:
        batch = cells.log[-1]
        first = _creations(cells.log[:-1])
        changed = tuple(
            evolve(each, kv=_created_as(each.kv, first)) if each.kind == "PUT" else each for each in batch.events
        )
        cells.keys.update({each.kv.key: each.kv for each in changed if each.kind == "PUT"})
        cells.log = (*cells.log[:-1], Batch(batch.revision, changed))
    return response


def _creations(log: Batches) -> dict[str, int]:
    """The first revision of each key that the log tells of."""
    found: dict[str, int] = {}
    for batch in log:
        for each in batch.events:
            found.setdefault(each.kv.key, each.kv.create_revision or batch.revision)
    return found


def _created_as(kv: KeyValue, first: Mapping[str, int]) -> KeyValue:
    return evolve(kv, create_revision=first.get(kv.key, kv.create_revision))


MUTANTS: Final[tuple[Row, ...]] = (
    (
        "victim-is-overtaken",
        "a watcher without room goes on being sent what is new, and what was kept comes later",
        exchanging(send=send_past_the_victim),
    ),
    (
        "full-channel-drops",
        "what a watcher has no room for is dropped, and it goes on",
        exchanging(send=drop_without_room),
    ),
    (
        "revision-told-backwards",
        "the events of a revision are told in the opposite order",
        exchanging(events=backwards),
    ),
    (
        "begins-inside-a-revision",
        "a watch begins after the first event of its first revision",
        exchanging(events=begin_inside_a_revision),
    ),
    (
        "resumes-at-last",
        "a client resumes a watch at the last revision that it has",
        exchanging(resume_from=resume_at_last),
    ),
    ("past-is-now", "a watch that begins in the past begins now", exchanging(first_revision=the_past_is_now)),
    ("future-is-now", "a watch that begins in the future begins now", exchanging(first_revision=the_future_is_now)),
    (
        "progress-asks-one-watcher",
        "progress is notified on a stream though one of its watchers is not synced",
        exchanging(may_notify=notify_unless_all_are_behind),
    ),
    (
        "progress-before-the-start",
        "progress is notified to a watch that begins in the future",
        exchanging(may_notify=notify_before_the_start),
    ),
    (
        "prefix-without-its-slash",
        "a range is everything that begins like it without the separator",
        exchanging(events=beyond_the_slash),
    ),
    ("filters-are-ignored", "a watch is told the kinds of events that it does not want", exchanging(events=unfiltered)),
    ("deletion-told-as-a-put", "a deletion is told as a put of the old value", exchanging(events=_altered(_as_a_put))),
    (
        "creation-is-kept",
        "a key that is created again keeps the revision of its first creation",
        exchanging(transact=transact_keeping_creation),
    ),
    (
        "present-told-as-previous",
        "what an event tells of before is what the key is now",
        exchanging(events=_altered(_with_the_present)),
    ),
    (
        "previous-is-never-told",
        "an event tells nothing of before though it was asked for",
        exchanging(events=_altered(_without_previous)),
    ),
    (
        "jumps-over-the-gap",
        "a watch that needs what is compacted away goes on with what there is",
        exchanging(events=jump_over_the_gap),
    ),
    (
        "cancelled-at-the-edge",
        "a watch that needs the compacted revision itself is cancelled",
        exchanging(events=cancel_at_the_edge),
    ),
)
