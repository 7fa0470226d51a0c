"""etcd's leases, and a lock that hangs on one.

Lives here: the scenarios.  The system is in :mod:`seatrial.model.rigs.leases`.
"""

from __future__ import annotations

from ..faults import LEADER_CHANGE, PAUSE
from ..rigs.leases import Leases
from ..scenario import Scenario


def leases(clients: int = 2, ticks: int = 4) -> Scenario:
    """Two clients take a lock that hangs on a lease; the leader changes once."""
    return Scenario(
        "leases",
        Leases(clients, ticks),
        faults={LEADER_CHANGE: 1},
        summary="etcd's leases: a lock that hangs on one, keep-alive, expiry, a new leader",
    )


def leases_paused(clients: int = 2, ticks: int = 4) -> Scenario:
    """The same, with a client that is paused while it has the lock."""
    return Scenario(
        "leases-paused",
        Leases(clients, ticks),
        faults={PAUSE: 1},
        summary="a lock that hangs on a lease, and a client that is paused while it has it",
    )
