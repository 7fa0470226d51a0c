"""One member of a cluster of etcd: what is on its disk, what is in its memory, and whom it can reach.

Lives here: the values, and the questions that can be asked of them.  How members change is in :mod:`.consensus`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, MutableMapping
from typing import Protocol

from attrs import frozen


@frozen(cache_hash=True)
class Replica:
    """A member.

    On its disk: the ``log``, the term of the leader who has written its end (``log_term``), and the newest ``term`` of
    which it has heard.  In its memory: how many entries of the log it has ``applied``, and whether it ``leads``.
    ``up`` says whether it runs, ``cut_off`` on which side of a partition it is.

    Source: etcd raft ``raft.go``, ``log.go``.
    """

    log: tuple[Hashable, ...] = ()
    log_term: int = 1
    term: int = 1
    applied: int = 0
    leads: bool = False
    up: bool = True
    cut_off: bool = False

    @property
    def shown(self) -> tuple[Hashable, ...]:
        """The entries of which it shows what they did."""
        return self.log[: self.applied]


Members = Mapping[str, Replica]


class Cells(Protocol):
    """The state of the members.  ``agreed`` is the log as far as a majority has ever agreed on it."""

    agreed: tuple[Hashable, ...]

    @property
    def members(self) -> MutableMapping[str, Replica]:
        """By name."""
        ...


def reaches(members: Members, one: str, other: str) -> bool:
    """Whether a message gets from one member to another: both run, and no partition is between them."""
    source, target = members[one], members[other]
    return source.up and target.up and source.cut_off == target.cut_off


def leader_of(members: Members, name: str) -> str | None:
    """Whom a member takes for the leader and can reach; it may lead itself.  There is one leader a term at most."""
    term = members[name].term
    for each in sorted(members):
        if members[each].leads and members[each].term == term and reaches(members, name, each):
            return each
    return None


def leaders(members: Members) -> Iterator[str]:
    """All who take themselves for the leader: more than one, if an older one has not heard of the newer yet."""
    return (each for each in sorted(members) if members[each].up and members[each].leads)


def lag(cells: Cells, name: str) -> int:
    """How many entries that are agreed on a member has not applied yet."""
    return len(cells.agreed) - cells.members[name].applied


def majority(votes: int, voters: int) -> bool:
    """Whether so many of so many are a majority."""
    return 2 * votes > voters


def majority_connected(members: Members, voters: tuple[str, ...]) -> bool:
    """Whether there is a side of the partition on which a majority of the voters runs."""
    sides = [[each for each in voters if reaches(members, one, each)] for one in voters]
    return any(majority(len(side), len(voters)) for side in sides)
