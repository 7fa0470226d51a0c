"""etcd alone: transactions on a pair of keys.

Lives here: the scenarios.  The system is in :mod:`seatrial.model.rigs.store`.
"""

from __future__ import annotations

from ..rigs.store import Store
from ..scenario import Scenario


def store(clients: int = 2, transactions: int = 2) -> Scenario:
    """Two clients write a pair of keys in transactions, a reader reads at every revision, history is compacted."""
    return Scenario(
        "store",
        Store(clients, transactions),
        summary="etcd alone: transactions on a pair of keys, reads at every revision, compaction",
    )
