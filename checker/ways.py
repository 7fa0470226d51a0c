"""Ways between packed states: the levels around a state, and the actions on a shortest way to another.

Predecessors are not stored during a search, which saves more than it costs: the levels are searched once more, with
everything looked up, and walked through backwards.

Must not know: what is promised about the states.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from seatrial.model.machine import Action

from .expand import Expander, chunks, new_ones


def levels_from(expander: Expander, start: int) -> Iterator[list[int]]:
    """The states at distance 0, 1, 2, … from ``start``, each list in the order of first reaching; no empty list.

    Raises:
        Overflow: the layout has to change first (not where the states were expanded before).
    """
    visited = {start}
    level = [start]
    while level:
        yield level
        level = new_ones(chain.from_iterable(map(expander.successors, chunks(level))), visited)


def way_back(expander: Expander, levels: Sequence[Sequence[int]], goal: int) -> tuple[Action, ...]:
    """The actions of a shortest way to ``goal``, which is in the last of the levels, from the first level."""
    way: list[Action] = []
    for level in reversed(levels[:-1]):
        before = _predecessor(expander, level, goal)
        way.append(action_between(expander, before, goal))
        goal = before
    return tuple(reversed(way))


def action_between(expander: Expander, before: int, after: int) -> Action:
    """The first action, in the order of the rules, that leads from one state to the other."""
    for table in expander.tables:
        for move in table.moves(before, -1):
            if before + move.delta + expander.space.observe(before, move, -1) == after:
                return move.action
    message = "no action leads from one state to the other"
    raise AssertionError(message)


def _predecessor(expander: Expander, level: Sequence[int], packed: int) -> int:
    """The first state of a level that has ``packed`` among its successors."""
    for chunk in chunks(level):
        if packed in expander.successors(chunk):
            return next(each for each in chunk if packed in expander.successors([each]))
    message = "no predecessor: the levels are not those of one search"
    raise AssertionError(message)
