"""What the clients of several members have been told so far: history that promises need.

Lives here: observers of :class:`~.quorum.Quorum`.
"""

from __future__ import annotations

from attrs import evolve, frozen

from ..etcd import FIRST_REVISION
from ..etcd.members import Entry
from ..etcd.members.events import Answered, Asked, Failed, Read, WatchCancelled, WatchTold
from ..machine import Observer


@frozen(cache_hash=True)
class Answers:
    """What clients know.

    ``revision`` is the highest that an answer told of; ``floors`` is what it was when a client asked what it waits for;
    ``acknowledged`` are the writes that were answered, ``failed`` those that ended in an error.
    """

    revision: int = FIRST_REVISION
    floors: tuple[tuple[str, int], ...] = ()
    acknowledged: frozenset[Entry] = frozenset()
    failed: frozenset[Entry] = frozenset()

    def floor(self, client: str) -> int:
        """The highest revision that anybody had been told of when this client asked; for others, by now."""
        return dict(self.floors).get(client, self.revision)

    def without(self, client: str) -> Answers:
        """The same once this client waits no more."""
        return evolve(self, floors=tuple(each for each in self.floors if each[0] != client))


def answered() -> Observer:
    """The history of answers."""
    return Observer("answers", Answers(), _after, (Asked, Answered, Read, Failed))


def _after(known: Answers, event: Asked | Answered | Read | Failed) -> Answers:
    if isinstance(event, Asked):
        return evolve(known, floors=tuple(sorted({*known.floors, (event.client, known.revision)})))
    known = known.without(event.client)
    if isinstance(event, Failed):
        return known if event.entry is None else evolve(known, failed=known.failed | {event.entry})
    known = evolve(known, revision=max(known.revision, event.revision))
    return evolve(known, acknowledged=known.acknowledged | {event.entry}) if isinstance(event, Answered) else known


def heard() -> Observer:
    """Up to which revision each watcher has been told, by name; who is not named has been told nothing."""
    return Observer("heard", (), _heard, (WatchTold, WatchCancelled))


def _heard(known: tuple[tuple[str, int], ...], event: WatchTold | WatchCancelled) -> tuple[tuple[str, int], ...]:
    revision = event.batch.revision if isinstance(event, WatchTold) else event.revision
    return tuple(sorted({**dict(known), event.watcher: revision}.items()))
