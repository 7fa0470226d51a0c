"""A graph written as the paths through it: ``graph("abd", "acd")``.

Lives here: the machine whose states are the nodes, and a promise to avoid some of them.
"""

from __future__ import annotations

from itertools import pairwise

from seatrial.invariants.invariant import Invariant, always
from seatrial.model.draft import Draft, View
from seatrial.model.machine import Machine, rule


def graph(*paths: str) -> Machine:
    """Starts where the first path starts; every pair of neighbours in a path is an edge."""
    edges = sorted({edge for path in paths for edge in pairwise(path)})

    def go(draft: Draft) -> None:
        """Follow an edge."""
        draft.node = draft.choose([target for source, target in edges if source == draft.node])

    return Machine("graph", variables={"node": paths[0][0]}, rules=[rule(go)])


def avoids(nodes: str) -> Invariant:
    """The promise that these nodes are never reached."""

    @always()
    def avoid(state: View) -> bool:
        """Some nodes are never reached."""
        return state.node not in nodes

    return avoid
