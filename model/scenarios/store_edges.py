"""etcd alone, asked for what lies at the edges of its promises.

Lives here: the scenarios.  The system is in :mod:`seatrial.model.rigs.store_edges`.
"""

from __future__ import annotations

from ..rigs.store_edges import Edges
from ..scenario import Scenario


def store_edges(transactions: int = 4) -> Scenario:
    """One client asks etcd for what may be refused, or changes nothing, at every revision there may be."""
    return Scenario(
        "store-edges",
        Edges(1, transactions),
        summary="etcd alone: absent keys, revisions that are compacted or still to come, transactions that are refused",
    )
