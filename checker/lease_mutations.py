"""What mutants change of etcd's leases, and of clients that hold a lock by one.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from seatrial.model.etcd import DeleteRange, LeaseRevoke, Txn, transact
from seatrial.model.etcd.leases import attached
from seatrial.model.rigs.leases import take_lock, write_protected

from .mutations import Row, exchanging


def revoke_key_by_key(cells: Any, request: LeaseRevoke) -> None:
    """Each key of a lease is deleted in a revision of its own."""
    del cells.leases[request.id]
    for key in attached(cells, request.id):
        transact(cells, Txn(success=(DeleteRange(key),)))


def revoke_one_key(cells: Any, request: LeaseRevoke) -> None:
    """Only the first key of a lease is deleted."""
    del cells.leases[request.id]
    for key in attached(cells, request.id)[:1]:
        transact(cells, Txn(success=(DeleteRange(key),)))


def promote_with_a_clock_ahead(since: int, now: int) -> int:
    """A new leader goes on with the old times on a clock of its own, which is ahead by one."""
    del now
    return since - 1


def take_lock_blindly(lease: int) -> Txn:
    """The lock is taken whoever has it."""
    return evolve(take_lock(lease), compare=())


def write_unfenced(lease: int, created: int) -> Txn:
    """What the lock protects is written without a look at the lock."""
    return evolve(write_protected(lease, created), compare=())


MUTANTS: Final[tuple[Row, ...]] = (
    ("revokes-key-by-key", "each key of a lease is deleted in its own revision", exchanging(revoke=revoke_key_by_key)),
    ("revokes-one-key", "of the keys of a lease only the first is deleted", exchanging(revoke=revoke_one_key)),
    (
        "leader-keeps-old-deadlines",
        "a new leader goes on with the old leases' times on another clock",
        exchanging(promote=promote_with_a_clock_ahead),
    ),
    ("lock-taken-blindly", "the lock is taken whoever has it", exchanging(take_lock=take_lock_blindly)),
    (
        "write-not-fenced",
        "what the lock protects is written without a look at it",
        exchanging(write_protected=write_unfenced),
    ),
)
