"""A race: people who read a counter, add one, and write it back.

Lives here: the machine, with and without the race, and what it promises when everybody has finished.
"""

from __future__ import annotations

from seatrial.invariants.invariant import at_rest
from seatrial.model.draft import Draft, View, require
from seatrial.model.machine import Machine, rule


def read(draft: Draft, who: str) -> None:
    """Somebody reads the counter."""
    require(draft.known[who] is None)
    draft.known[who] = draft.counter


def write(draft: Draft, who: str) -> None:
    """Somebody writes one more than was read."""
    require(draft.known[who] is not None and not draft.finished[who])
    draft.counter = draft.known[who] + 1
    draft.finished[who] = True


def add(draft: Draft, who: str) -> None:
    """Somebody adds one in a single step."""
    require(not draft.finished[who])
    draft.counter += 1
    draft.finished[who] = True


def race(people: int, *, atomic: bool = False) -> Machine:
    """As many people as asked for, each adding one."""
    names = [f"p{number}" for number in range(people)]
    steps = [add] if atomic else [read, write]
    return Machine(
        "race",
        variables={"counter": 0, "known": dict.fromkeys(names), "finished": dict.fromkeys(names, False)},
        rules=[rule(step, process=name, who=name) for name in names for step in steps],
    )


@at_rest()
def everybody_counts(state: View) -> bool:
    """When all have finished, the counter is their number."""
    return bool(state.counter == len(state.finished))
