"""Philosophers at a round table, a fork between any two of them.

Lives here: the machine, whose philosophers all reach for the left fork first, and the promise that this breaks.
"""

from __future__ import annotations

from seatrial.invariants.invariant import at_rest
from seatrial.model.draft import Draft, View, require
from seatrial.model.machine import Machine, rule


def dinner(seats: int) -> Machine:
    """A table with as many philosophers as asked for; each eats once."""

    def take(draft: Draft, seat: int) -> None:
        """A philosopher takes the left fork, then the right one."""
        held = draft.held[seat]
        require(held < 2)
        fork = (seat + held) % seats
        require(draft.forks[fork])
        draft.forks[fork] = False
        draft.held[seat] = held + 1

    def eat(draft: Draft, seat: int) -> None:
        """A philosopher who has both forks eats, lays them down and leaves."""
        require(draft.held[seat] == 2)
        draft.held[seat] = 3
        for fork in (seat, (seat + 1) % seats):
            draft.forks[fork] = True

    return Machine(
        "dinner",
        variables={"forks": dict.fromkeys(range(seats), True), "held": dict.fromkeys(range(seats), 0)},
        rules=[rule(step, process=f"seat-{seat}", seat=seat) for seat in range(seats) for step in (take, eat)],
    )


@at_rest()
def everybody_has_eaten(state: View) -> bool:
    """When nothing can happen any more, all have eaten."""
    return all(held == 3 for held in state.held.values())
