"""Leases: what may vanish with its owner, or with time.

Lives here: granting, keeping alive and ending leases, and when their time is over.  Which keys hang on a lease is not
stored a second time: the keys themselves say so.

Nobody here reads a clock: ``now`` is a moment in seconds, on whatever clock the caller keeps, and a lease remembers the
moment from which its time counts.  A lease whose time is over is not gone by itself: it ends when whoever plays the
server ends it (:func:`expire`), at that moment or later, never before.

Source: etcd ``server/lease/lessor.go`` and ``server/etcdserver/v3_server.go``; observed behaviour of etcd 3.4 to 3.6,
recordings A.19.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from math import floor
from typing import Final, Protocol

from attrs import evolve, frozen

from .cells import Cells
from .refusals import LeaseExists, LeaseNotFound, LeaseTooLong
from .requests import (
    DeleteRange,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseList,
    LeaseRequest,
    LeaseRevoke,
    LeaseTimeToLive,
    Txn,
)
from .responses import LeaseAnswer, LeaseListResponse, LeaseResponse, LeaseTimeToLiveResponse
from .transactions import make

MINIMUM_TTL: Final = 2
"""The least time that a lease lives, in seconds: one and a half default election timeouts, rounded up."""

ELECTION: Final = 1
"""How long an election may take, in seconds: that much time leases get on top whenever a leader takes office."""

MAXIMUM_TTL: Final = 9_000_000_000
"""The longest time that a lease may be granted, in seconds."""

NO_LEASE: Final = 0
"""The id that no lease has."""

NOT_THERE: Final = -1
"""The time to live that is told of a lease that does not exist."""


@frozen(cache_hash=True)
class Lease:
    """A lease: how many seconds it was granted, and the moment from which they count."""

    ttl: int
    since: float = 0

    @property
    def end(self) -> float:
        """The moment from which on it may be ended."""
        return self.since + self.ttl

    def left(self, now: float) -> int:
        """The whole seconds that it still has; 0 if its time is over and nobody has ended it yet."""
        return max(0, floor(self.end - now))


class LeaseCells(Cells, Protocol):
    """etcd's state with its leases, by id."""

    @property
    def leases(self) -> MutableMapping[int, Lease]:
        """The leases that exist."""
        ...


def grant(cells: LeaseCells, request: LeaseGrant, *, now: float = 0) -> LeaseResponse:
    """Make a lease; the caller has picked an id if the request left it to the server.

    Raises:
        LeaseNotFound: there is no id.
        LeaseTooLong: it would live longer than allowed.
        LeaseExists: the id is taken.
    """
    if request.id == NO_LEASE:
        raise LeaseNotFound
    if request.ttl > MAXIMUM_TTL:
        raise LeaseTooLong
    if request.id in cells.leases:
        raise LeaseExists
    lease = Lease(max(request.ttl, MINIMUM_TTL), now)
    cells.leases[request.id] = lease
    return LeaseResponse(cells.revision, request.id, lease.ttl)


def keep_alive(cells: LeaseCells, request: LeaseKeepAlive, *, now: float = 0) -> LeaseResponse:
    """Let a lease's time begin anew; one that does not exist is no error, its time is 0."""
    lease = cells.leases.get(request.id)
    if lease is None:
        return LeaseResponse(cells.revision, request.id)
    cells.leases[request.id] = evolve(lease, since=now)
    return LeaseResponse(cells.revision, request.id, lease.ttl)


def time_to_live(cells: LeaseCells, request: LeaseTimeToLive, *, now: float = 0) -> LeaseTimeToLiveResponse:
    """How long a lease still lives and what is attached to it; one that does not exist lives ``NOT_THERE``."""
    lease = cells.leases.get(request.id)
    if lease is None:
        return LeaseTimeToLiveResponse(cells.revision, request.id, NOT_THERE)
    keys = attached(cells, request.id) if request.keys else ()
    return LeaseTimeToLiveResponse(cells.revision, request.id, lease.left(now), lease.ttl, keys)


def list_leases(cells: LeaseCells) -> LeaseListResponse:
    """The leases that exist, the one that ends first first."""
    ids = sorted(cells.leases, key=lambda each: (cells.leases[each].end, each))
    return LeaseListResponse(cells.revision, tuple(ids))


def attached(cells: Cells, lease: int) -> tuple[str, ...]:
    """The keys that vanish with a lease, in their order."""
    keys = cells.keys
    return tuple(key for key in sorted(keys) if keys[key].lease == lease)


def revoke(cells: LeaseCells, request: LeaseRevoke) -> LeaseResponse:
    """End a lease and delete what is attached to it, all at one revision, or at none if nothing is.

    Raises:
        LeaseNotFound: there is no such lease.
    """
    if request.id not in cells.leases:
        raise LeaseNotFound
    del cells.leases[request.id]
    deletions = tuple(DeleteRange(key) for key in attached(cells, request.id))
    return LeaseResponse(make(cells, Txn(success=deletions)).revision, request.id)


def overdue(cells: LeaseCells, now: float) -> tuple[int, ...]:
    """The leases whose time is over at this moment, the one that was over first first."""
    return tuple(each for each in list_leases(cells).ids if cells.leases[each].end <= now)


def expire(cells: LeaseCells, now: float) -> tuple[int, ...]:
    """End the leases whose time is over, each with a revision of its own, and say which."""
    ended = overdue(cells, now)
    for lease in ended:
        revoke(cells, LeaseRevoke(lease))
    return ended


def restart(cells: LeaseCells, now: float) -> None:
    """Let the time of every lease begin anew, as a new leader or a restarted server does, and an election later.

    So a lease may live longer than granted, and never shorter.
    """
    for lease in sorted(cells.leases):
        cells.leases[lease] = evolve(cells.leases[lease], since=now + ELECTION)


def serve(cells: LeaseCells, request: LeaseRequest, *, now: float = 0) -> LeaseAnswer:
    """Answer a request about leases.

    Raises:
        Refused: as :func:`grant` and :func:`revoke`.
    """
    match request:
        case LeaseGrant():
            return grant(cells, request, now=now)
        case LeaseRevoke():
            return revoke(cells, request)
        case LeaseKeepAlive():
            return keep_alive(cells, request, now=now)
        case LeaseTimeToLive():
            return time_to_live(cells, request, now=now)
        case LeaseList():
            return list_leases(cells)
