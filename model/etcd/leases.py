"""Leases: what may vanish with its owner.

Lives here: granting, keeping alive and ending leases.  Which keys hang on a lease is not stored a second
time: the keys themselves say so.  A lease has no clock here; whoever plays time decides when one has
expired, and ends it like one that was revoked.

Source: etcd ``server/lease/lessor.go``; observed behaviour of etcd 3.4 to 3.6, recordings A.19.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Final, Protocol

from .cells import Cells
from .refusals import LeaseExists, LeaseNotFound
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
from .responses import LeaseAnswer, LeaseListResponse, LeaseResponse
from .transactions import make

MINIMUM_TTL: Final = 2
"""The least time that a lease lives, in seconds: one and a half default election timeouts, rounded up."""


NO_LEASE: Final = -1
"""The time to live that is told of a lease that does not exist."""


class LeaseCells(Cells, Protocol):
    """etcd's state with its leases: how long each lives, by id, in seconds."""

    @property
    def leases(self) -> MutableMapping[int, int]:
        """The leases that exist."""
        ...


def grant(cells: LeaseCells, request: LeaseGrant) -> LeaseResponse:
    """Make a lease; the caller has picked an id if the request left it to the server.

    Raises:
        LeaseExists: the id is taken.
    """
    if request.id in cells.leases:
        raise LeaseExists
    ttl = max(request.ttl, MINIMUM_TTL)
    cells.leases[request.id] = ttl
    return LeaseResponse(cells.revision, request.id, ttl)


def keep_alive(cells: LeaseCells, request: LeaseKeepAlive) -> LeaseResponse:
    """Let a lease's time begin anew; one that does not exist is no error, its time is 0."""
    return LeaseResponse(cells.revision, request.id, cells.leases.get(request.id, 0))


def time_to_live(cells: LeaseCells, request: LeaseTimeToLive) -> LeaseResponse:
    """How long a lease lives, counted from its beginning; one that does not exist lives ``NO_LEASE``."""
    return LeaseResponse(cells.revision, request.id, cells.leases.get(request.id, NO_LEASE))


def list_leases(cells: LeaseCells) -> LeaseListResponse:
    """The leases that exist, by id."""
    return LeaseListResponse(cells.revision, tuple(sorted(cells.leases)))


def revoke(cells: LeaseCells, request: LeaseRevoke) -> LeaseResponse:
    """End a lease and delete what is attached to it, all at one revision.

    Raises:
        LeaseNotFound: there is no such lease.
    """
    if request.id not in cells.leases:
        raise LeaseNotFound
    del cells.leases[request.id]
    keys = cells.keys
    deletions = tuple(DeleteRange(key) for key in sorted(keys) if keys[key].lease == request.id)
    return LeaseResponse(make(cells, Txn(success=deletions)).revision, request.id)


def serve(cells: LeaseCells, request: LeaseRequest) -> LeaseAnswer:
    """Answer a request about leases.

    Raises:
        Refused: as :func:`grant` and :func:`revoke`.
    """
    match request:
        case LeaseGrant():
            return grant(cells, request)
        case LeaseRevoke():
            return revoke(cells, request)
        case LeaseKeepAlive():
            return keep_alive(cells, request)
        case LeaseTimeToLive():
            return time_to_live(cells, request)
        case LeaseList():
            return list_leases(cells)
