"""Watches that are served by one member of several, from what that member has applied.

Lives here: the watchers' rules.  What a watch tells next is asked of the member's store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from attrs import frozen

from ..draft import require
from ..etcd import FIRST_REVISION, Batch, Cancelled, Member, WatchCreate, events
from ..etcd.members import Replica, lag, replayed
from ..etcd.members.events import Happened, WatchCancelled, WatchTold
from ..machine import Rule, rule

EVERYTHING = WatchCreate("pair/", range_end="pair0")


@frozen(cache_hash=True)
class Place:
    """Where a watch is served, and which revision it wants to be told next."""

    member: str
    wanted: int


@frozen
class Watcher:
    """Who watches, and the member that serves it in the beginning."""

    name: str
    home: str

    @property
    def start(self) -> Place:
        """Its place in the beginning: it wants to be told of everything."""
        return Place(self.home, FIRST_REVISION + 1)


def next_told(store: Member, wanted: int) -> Batch | Cancelled | None:
    """What a member tells a watcher next, from the store that it shows; ``None``: nothing yet."""
    told = events(store, EVERYTHING, wanted)
    if isinstance(told, Cancelled):
        return told
    return told[0] if told else None


def resumed_at(store: Member, wanted: int) -> int:
    """Which revision a watch wants next that is created anew at a member: the one that it asks for, be it to come."""
    del store
    return wanted


@frozen(eq=False)
class Watching:
    """How members serve watches; the functions are exchanged in mutants."""

    next_told: Callable[[Member, int], Batch | Cancelled | None] = next_told
    resumed_at: Callable[[Member, int], int] = resumed_at

    def rules(self, watchers: tuple[Watcher, ...], members: tuple[str, ...], allowed_lag: int) -> Iterator[Rule]:
        """What watchers may do, at members that may lag behind by so many entries."""
        for watcher in watchers:
            yield rule(self.tell, process=watcher.name, watcher=watcher.name, allowed_lag=allowed_lag)
            for member in members:
                yield rule(self.switch, process=watcher.name, watcher=watcher.name, member=member)

    def tell(self, draft: Any, watcher: str, allowed_lag: int) -> None:
        """A member tells a watcher the next change of which it knows; or that it is not known any more."""
        place = draft.watches[watcher]
        replica: Replica = draft.members[place.member]
        require(replica.up)
        require(lag(draft, place.member) <= allowed_lag)
        store = replayed(replica.shown)
        told = self.next_told(store, place.wanted)
        require(told is not None)
        if isinstance(told, Cancelled):
            draft.watches[watcher] = Place(place.member, store.revision + 1)
            draft.emit(WatchCancelled(watcher, place.member, place.wanted, told.compact_revision, store.revision))
        else:
            assert told is not None  # noqa: S101 - as required
            draft.watches[watcher] = Place(place.member, told.revision + 1)
            draft.emit(WatchTold(watcher, place.member, told))

    def switch(self, draft: Any, watcher: str, member: str) -> None:
        """A watcher whose member has crashed goes on at another one, from where it was."""
        place = draft.watches[watcher]
        require(not draft.members[place.member].up)
        replica: Replica = draft.members[member]
        require(replica.up)
        wanted = self.resumed_at(replayed(replica.shown), place.wanted)
        draft.watches[watcher] = Place(member, wanted)
        draft.emit(Happened(watcher, "switch", f"{watcher} resumes its watch at {member} from revision {wanted}"))
