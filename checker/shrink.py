"""Making a counterexample short, whoever found it.

First steps are left out as long as the same promise still breaks (delta debugging by action: what is no longer enabled
is passed over).  Then a search from the initial state looks for a shortest counterexample of all; where that is too
much, searches around the states of the trace look for shortcuts between them.

Lives here: the shrinking of a list of actions.
Must not know: who found it, or how it is stored.
"""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import first_violation
from seatrial.model.machine import Action, Machine

from .exhaustive import search
from .player import Player
from .verdict import Bounds, Violation
from .ways import levels_from, way_back

# How many states the searches may look at: a second or two.
BUDGET = 100_000

Actions = tuple[Action, ...]


def shrink(machine: Machine, invariant: Invariant, actions: Sequence[Action], *, budget: int = BUDGET) -> Actions:
    """A short list of actions that breaks the promise as ``actions`` does.

    No single action of the result can be left out.  It is a shortest one of all where ``budget`` states suffice to
    prove that.

    Raises:
        ValueError: the actions do not break the promise.
        ModelError: a rule or the invariant is itself wrong.
    """
    shrinker = _Shrinker(machine, invariant)
    shortest = shrinker.broken_by(actions)
    if shortest is None:
        raise ValueError(f"these {len(actions)} actions do not break {invariant.id}: nothing to shrink")
    shortest = shrinker.without_needless(shortest)
    # A promise about a state at rest is judged when the state is expanded, the others a level earlier.
    depth = len(shortest) + (invariant.mode == "at_rest")
    verdict = search(machine, [invariant], bounds=Bounds(states=budget, depth=depth))
    if verdict.violation is not None:
        return verdict.violation.actions
    if verdict.stopped != "states":
        return shortest
    return shrinker.with_shortcuts(shortest, budget)


def shrunk(machine: Machine, invariant: Invariant, actions: Sequence[Action]) -> Violation:
    """The violation that the actions shrink to, judged once more by the plain meaning of the promise.

    Raises:
        ValueError: the actions do not break the promise.
    """
    shortest = shrink(machine, invariant, actions)
    found = first_violation(machine, [invariant], shortest)
    if found is None or found.position != len(shortest):
        raise ValueError(f"these {len(shortest)} actions do not break {invariant.id}")
    return Violation(invariant.id, found.part, shortest)


class _Shrinker:
    """Plays candidates; what was learned from one serves the next."""

    def __init__(self, machine: Machine, invariant: Invariant) -> None:
        self.invariant = invariant
        self.player = Player(machine, [invariant])

    def broken_by(self, actions: Sequence[Action]) -> Actions | None:
        """Play the actions, those that are enabled; the ones played till the promise broke, ``None`` if it did not."""
        player = self.player
        if player.restart() is not None:
            return ()
        played: list[Action] = []
        for action in actions:
            move = player.find(action)
            if move is None:
                continue
            played.append(action)
            if player.take(move) is not None:
                return tuple(played)
        return None

    def without_needless(self, actions: Actions) -> Actions:
        """Leave out ever shorter runs of actions, single ones in the end, until none can be left out."""
        size = max(len(actions) // 2, 1)
        while True:
            shorter = self._without_runs(actions, size)
            if size == 1 and shorter == actions:
                return actions
            actions = shorter
            size = max(size // 2, 1)

    def _without_runs(self, actions: Actions, size: int) -> Actions:
        position = 0
        while position < len(actions):
            shorter = self.broken_by(actions[:position] + actions[position + size :])
            if shorter is None:
                position += size
            else:
                actions = shorter
        return actions

    def with_shortcuts(self, actions: Actions, budget: int) -> Actions:
        """Replace parts of the behaviour by shorter ways between the same states until there are none to be found."""
        position = 0
        while position < len(actions):
            shortcut = self._shortcut(actions, position, budget // len(actions))
            if shortcut is None:
                position += 1
            else:
                actions = self.without_needless(shortcut)
                position = 0
        return actions

    def _shortcut(self, actions: Actions, position: int, budget: int) -> Actions | None:
        """The actions with the best shortcut that begins after the first ``position`` of them."""
        player = self.player

        def look() -> Actions | None:
            self.broken_by(actions)
            return self._best_shortcut(actions, position, budget)

        shorter = player.settled(look)
        return None if shorter is None else self.broken_by(shorter)

    def _best_shortcut(self, actions: Actions, position: int, budget: int) -> Actions | None:
        path, expander = self.player.path, self.player.expander
        # A promise about steps breaks by the last action, which therefore has to stay.
        end = len(path) - (self.invariant.mode == "stepwise")
        places = {packed: place for place, packed in enumerate(path[:end])}
        best, saved = (0, 0, 0), 0
        levels: list[list[int]] = []
        for level in levels_from(expander, path[position]):
            levels.append(level)
            for packed in level:
                place = places.get(packed, position)
                if place - position - len(levels) + 1 > saved:
                    saved = place - position - len(levels) + 1
                    best = (len(levels), packed, place)
            budget -= len(level)
            if budget <= 0 or len(levels) > len(path) - position:
                break
        if not saved:
            return None
        length, packed, place = best
        return (*actions[:position], *way_back(expander, levels[:length], packed), *actions[place:])
