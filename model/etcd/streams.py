"""Streams: the watches that one client has open at one member, and the messages that it is sent.

Lives here: what follows from each message that a client sends on a stream, and what a server may send next.  Which
events a watch is to be told is known by ``watch``; when it is told is up to whoever plays time, and so is how many
revisions one message takes together.

A stream's rules:

- each watch has an id that is its own within the stream, picked by the client or by the server;
- a message is about one watch, but for the answer to a request for progress, which is about all of them;
- a message that tells progress (no events, only a revision) means that all events up to its revision were sent.

Source: etcd ``server/etcdserver/api/v3rpc/watch.go``, ``server/storage/mvcc/watcher.go`` and ``watchable_store.go``;
observed behaviour of etcd 3.4 to 3.6, recordings A.15 to A.18.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import evolve, frozen

from .cells import Cells
from .requests import TO_THE_END, WatchCancel, WatchCreate
from .values import Batch, Event
from .versions import NEWEST, Version
from .watch import Cancelled, events, first_revision

OF_NO_WATCH: Final = -1
"""The id in a message that is about no watch, or about all of a stream."""

DUPLICATE_ID: Final = "mvcc: duplicate watch ID provided on the WatchStream"
EMPTY_RANGE: Final = "mvcc: watcher range is empty"


@frozen(cache_hash=True)
class Watcher:
    """A watch that is open: its id in the stream, what was asked, and the first revision that was not yet told."""

    id: int
    request: WatchCreate
    next_revision: int


@frozen(cache_hash=True)
class Stream:
    """The watches that are open, by the order of their creation, and the next id that the server may pick."""

    watchers: tuple[Watcher, ...] = ()
    next_id: int = 0

    def watcher(self, id_: int) -> Watcher | None:
        """The open watch of this id."""
        return next((each for each in self.watchers if each.id == id_), None)

    def without(self, id_: int) -> Stream:
        """The stream when that watch is gone."""
        return evolve(self, watchers=tuple(each for each in self.watchers if each.id != id_))


@frozen(cache_hash=True)
class Created:
    """A watch was opened; with a ``reason``, it was refused."""

    watch_id: int
    revision: int
    reason: str = ""


@frozen(cache_hash=True)
class Told:
    """The events of one revision, or of several ones that follow each other."""

    watch_id: int
    revision: int
    batches: tuple[Batch, ...]


@frozen(cache_hash=True)
class Ended:
    """A watch is gone: its client ended it, or what it had to tell next was compacted away (``compact_revision``)."""

    watch_id: int
    revision: int
    compact_revision: int = 0


@frozen(cache_hash=True)
class Progress:
    """All events up to a revision were sent: those of one watch, or of all (``OF_NO_WATCH``)."""

    watch_id: int
    revision: int


Message = Created | Told | Ended | Progress


def create(cells: Cells, stream: Stream, request: WatchCreate) -> tuple[Stream, Created]:
    """Open a watch, unless its range is empty or its id is taken."""
    if request.range_end not in ("", TO_THE_END) and request.range_end <= request.key:
        return stream, Created(OF_NO_WATCH, cells.revision, EMPTY_RANGE)
    id_, next_id = request.watch_id, stream.next_id
    if not id_:
        while stream.watcher(next_id):
            next_id += 1
        id_, next_id = next_id, next_id + 1
    elif stream.watcher(id_):
        return stream, Created(OF_NO_WATCH, cells.revision, DUPLICATE_ID)
    watcher = Watcher(id_, request, first_revision(cells, request))
    return Stream((*stream.watchers, watcher), next_id), Created(id_, cells.revision)


def cancel(cells: Cells, stream: Stream, request: WatchCancel) -> tuple[Stream, Ended | None]:
    """End a watch as its client asks; there is no answer if it is not open."""
    if stream.watcher(request.watch_id) is None:
        return stream, None
    return stream.without(request.watch_id), Ended(request.watch_id, cells.revision)


def tell(
    cells: Cells, stream: Stream, watcher: Watcher, *, through: int | None = None
) -> tuple[Stream, Message | None]:
    """Tell a watch of the stream what it has not been told, through a revision (None: the present one).

    A watch whose next revision is compacted away ends.  There is no message if there is nothing to tell.
    """
    told = events(cells, watcher.request, watcher.next_revision)
    if isinstance(told, Cancelled):
        return stream.without(watcher.id), Ended(watcher.id, 0, told.compact_revision)
    last = cells.revision if through is None else through
    batches = tuple(batch for batch in told if batch.revision <= last)
    moved = evolve(watcher, next_revision=max(watcher.next_revision, last + 1))
    watchers = tuple(moved if each.id == watcher.id else each for each in stream.watchers)
    return evolve(stream, watchers=watchers), Told(watcher.id, cells.revision, batches) if batches else None


def is_synced(cells: Cells, watcher: Watcher) -> bool:
    """Whether a watch was told everything that there is to tell."""
    return not events(cells, watcher.request, watcher.next_revision)


def notify_progress(cells: Cells, watcher: Watcher, *, version: Version = NEWEST) -> Progress | None:
    """What a watch that asked for notifications may be sent when nothing has happened for a while."""
    ready = watcher.request.progress_notify and is_synced(cells, watcher) and _has_begun(cells, watcher, version)
    return Progress(watcher.id, cells.revision) if ready else None


def request_progress(cells: Cells, stream: Stream, *, version: Version = NEWEST) -> Progress | None:
    """What a client is answered that asks for the progress of its stream: nothing, if a watch has yet to be told."""
    ready = bool(stream.watchers) and all(
        is_synced(cells, each) and _has_begun(cells, each, version) for each in stream.watchers
    )
    return Progress(OF_NO_WATCH, cells.revision) if ready or not version.progress_waits else None


def _has_begun(cells: Cells, watcher: Watcher, version: Version) -> bool:
    """Whether a watch may be told the present revision as progress: not one that is to begin later."""
    return not version.progress_respects_start or cells.revision >= watcher.request.start_revision


def fragments(told: tuple[Event, ...], fits: Callable[[tuple[Event, ...]], bool]) -> tuple[tuple[Event, ...], ...]:
    """The pieces in which a message is sent if its watch allows it: as few as fit, but never less than an event each.

    All pieces but the last are marked as fragments.
    """
    pieces: list[tuple[Event, ...]] = []
    piece: tuple[Event, ...] = ()
    for event in told:
        if piece and not fits((*piece, event)):
            pieces.append(piece)
            piece = ()
        piece = (*piece, event)
    return (*pieces, piece)
