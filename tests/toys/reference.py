"""The plainest search there is, over the meaning of machines: what engines are compared with.

It knows only ``machine.initial``, ``enabled`` and ``step``, holds whole states in a set, and judges each of them.

Lives here: the search.  It must not share anything with the engines.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import define, field

from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import at_rest
from seatrial.model.draft import View
from seatrial.model.machine import Machine
from seatrial.model.state import State


@define
class Explored:
    """What there is: the levels of states, and for each broken promise the length of a shortest counterexample."""

    levels: list[list[State]]
    complete: bool = True
    transitions: int = 1
    shortest: dict[str, int] = field(factory=dict[str, int])
    met: set[str] = field(factory=set[str])

    @property
    def states(self) -> set[State]:
        """All states."""
        return {state for level in self.levels for state in level}

    def note(self, invariant: Invariant, views: Sequence[object], length: int) -> None:
        """Judge one state or step that is ``length`` actions from the initial state."""
        judgement = invariant.judge(*views)  # type: ignore[arg-type]
        if judgement.premises:
            self.met.add(invariant.id)
        if judgement.failure is not None:
            self.shortest.setdefault(invariant.id, length)


def explore(machine: Machine, invariants: Sequence[Invariant] = (), *, limit: int) -> Explored:
    """All levels, or until there are more than ``limit`` states; of the last level then only the states are judged."""
    found = Explored([[machine.initial]])
    known = {machine.initial}
    while True:
        length = len(found.levels) - 1
        for each in invariants:
            if each.mode == "always":
                for state in found.levels[-1]:
                    found.note(each, [View(state)], length)
        if len(known) > limit:
            found.complete = False
            return found
        level = _next_level(machine, invariants, found, known)
        if not level:
            return found
        found.levels.append(level)


def _next_level(machine: Machine, invariants: Sequence[Invariant], found: Explored, known: set[State]) -> list[State]:
    level: list[State] = []
    length = len(found.levels) - 1
    resting = [each for each in invariants if each.mode == "at_rest"]
    for state in found.levels[-1]:
        if resting and at_rest(machine, state):
            for each in resting:
                found.note(each, [View(state)], length)
        for action in machine.enabled(state):
            after, step = machine.step(state, action)
            found.transitions += 1
            for each in invariants:
                if each.mode == "stepwise" and (not each.events or step.emitted(*each.events)):
                    found.note(each, [View(state), step, View(after)], length + 1)
            if after not in known:
                known.add(after)
                level.append(after)
    return level
