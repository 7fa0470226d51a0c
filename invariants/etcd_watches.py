"""What etcd's watches promise, on machines with watchers.

Lives here: the promises of :mod:`.streams.etcd` judged on each message that a watcher receives.  What truly happened is
known there: it is the history of all transactions, which no compaction shortens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from seatrial.model.draft import View
from seatrial.model.etcd import Cancelled
from seatrial.model.machine import Step
from seatrial.model.rigs.watch_messages import Delivery, Heard, Message, Notification, Watcher

from .invariant import Invariant
from .streams.etcd import PROMISES, change_of, due
from .streams.heard import Ended, Position, Progress, Told
from .streams.heard import Message as Neutral
from .streams.judgement import Promise
from .streams.rules import Moment

_SOURCE: Final = "etcd documentation, KV API guarantees (watch APIs)"
_OVERTAKES: Final = "progress=overtakes"
_LOST: Final = "compacted-deletion=lost"

_LIMITS: Final[Mapping[str, Mapping[str, str]]] = {
    "ew-bookmarkable": {
        _OVERTAKES: "a progress notification passed the events of a watch that was not caught up (etcd issue 15220)",
        _LOST: "a deletion that compaction forgets is never told, whatever is notified (etcd issues 18089, 19179)",
    },
    "ew-reliable": {
        _LOST: "compaction at the revision of a deletion forgets it (etcd issues 18089, 19179)",
    },
    "ew-resumable": {
        _LOST: "a watch that resumes at the compacted revision is not told the deletion made there (etcd issue 18089)",
    },
    "ew-compacted-cancel": {
        _OVERTAKES: "a watch that was told that it has everything is told later that some of it is gone",
    },
    "ew-start-respected": {
        _OVERTAKES: "nobody looks whether a watch that begins in the future has begun (compare etcd issue 20221)",
    },
}


def _on_steps(promise: Promise) -> Invariant:
    """A promise about streams as one about the steps in which messages are received."""
    return Invariant(
        promise.id,
        promise.sentence,
        "stepwise",
        _judged_by(promise),
        limits=dict(_LIMITS.get(promise.id, {})),
        source=_SOURCE,
        events=(Heard,),
        needs=("watchers", "unopened", "history"),
    )


def _judged_by(promise: Promise) -> Callable[[View, Step, View], Iterator[tuple[str, bool]]]:
    def judge(before: View, step: Step, after: View) -> Iterator[tuple[str, bool]]:
        del after
        for heard in step.emitted(Heard):
            for ruling in promise.judge(_moment(before, heard)):
                yield ruling.part, not ruling.broken

    return judge


def _moment(state: View, heard: Heard) -> Moment[Any]:
    """A message with what is known when it is received."""
    watcher: Watcher = state.watchers[heard.watcher]
    request = watcher.request
    return Moment(
        _neutral(heard.message), _position(watcher), request, due(state.history, request), compacted=state.compacted
    )


def _position(watcher: Watcher) -> Position:
    """Where a watcher stands: what its client remembers is all that is needed."""
    return Position(
        start=watcher.request.start_revision,
        last=watcher.last,
        seen=frozenset((watcher.last, key) for key in watcher.keys),
        promised=watcher.promised,
        resumed=watcher.resumed,
        fresh=watcher.fresh,
        opened=True,
    )


def _neutral(message: Message) -> Neutral:
    match message:
        case Delivery(batches):
            return Told(tuple(change_of(event) for each in batches for event in each.events))
        case Notification(revision):
            return Progress(revision)
        case Cancelled(compact_revision):
            return Ended(compacted=compact_revision)


WATCH_PROMISES: Final[Mapping[str, Invariant]] = {each.id: _on_steps(each) for each in PROMISES}
"""All of them, by id."""
