"""The functions that reads in a cluster call, so that one of them can be exchanged (see :mod:`.parts`).

Lives here: the guards of reads and watches, each small.  Must not know: in which steps they are called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attrs import frozen

from ..apiserver import reading, reads, watching
from ..apiserver.answer import Answer, Frame
from ..apiserver.paging import Page
from ..apiserver.reading import Plan, Selection
from ..apiserver.request import Request
from ..apiserver.storage import Stored
from ..draft import require
from ..etcd import Batch, Cells, Event
from ..machinery.informer import Copy
from ..objects import resource_prefix


def present(etcd: Cells, resource: str) -> Copy:
    """A copy of a resource as etcd has it now."""
    prefix = resource_prefix(resource)
    items: list[tuple[str, Stored]] = []
    for path in etcd.keys:
        stored = reads.stored_of(etcd.keys[path]) if path.startswith(prefix) else None
        if stored is not None:
            items.append((path, stored))
    return Copy(tuple(items))


def first_list(etcd: Cells, resource: str) -> tuple[Copy, int]:
    """What a watch cache begins with, and its revision: a list of the present, confirmed by a quorum."""
    return present(etcd, resource), etcd.revision


def confirmed(etcd: Cells) -> int:
    """The revision that a read which must not be stale has to come to: etcd's, confirmed by a quorum."""
    return etcd.revision


def await_changes(missing: int) -> None:
    """A read waits as long as the copy that answers it misses changes that it must show."""
    require(missing == 0)


def stamp(position: int, least: int) -> int:
    """The revision of a list that a watch cache answers: how far the cache has come, as it believes."""
    return max(position, least)


def events(log: Iterable[Batch], prefix: str, after: int, begin: int, until: int) -> list[Event]:
    """The changes that a watch from ``after`` is told: those in the cache's window, which begins after ``begin``."""
    return [
        event
        for batch in log
        if max(after, begin) < batch.revision <= until
        for event in batch.events
        if event.kv.key.startswith(prefix)
    ]


def in_order(frames: Sequence[Frame]) -> list[Frame]:
    """Frames in the order in which they are sent: as it happened."""
    return list(frames)


def bookmark_at(etcd: Cells, position: int) -> int:
    """The revision of a bookmark: how far the watch has been told everything."""
    del etcd
    return position


def too_old(version: int, oldest: int) -> bool:
    """Whether a watch cannot begin after a revision, because changes after it are forgotten."""
    return version < oldest


def ended(error: Answer) -> Answer:
    """How a watch is told that it cannot go on: by a frame of a stream that was accepted."""
    return Answer(200, frames=(Frame("ERROR", error=error),))


@frozen(eq=False)
class ReadParts:
    """The exchangeable functions of reads, by default the model's own."""

    plan: Callable[..., Plan | Answer] = reading.plan
    first_list: Callable[[Cells, str], tuple[Copy, int]] = first_list
    confirmed: Callable[[Cells], int] = confirmed
    await_changes: Callable[[int], None] = await_changes
    stamp: Callable[[int, int], int] = stamp
    expired: Callable[[Page], Answer] = reads.expired
    events: Callable[..., list[Event]] = events
    frame_of: Callable[[Request, Selection, Event], Frame | None] = watching.frame_of
    in_order: Callable[[Sequence[Frame]], list[Frame]] = in_order
    bookmark_at: Callable[[Cells, int], int] = bookmark_at
    too_old: Callable[[int, int], bool] = too_old
    ended: Callable[[Answer], Answer] = ended
