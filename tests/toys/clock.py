"""A binary clock: the smallest machine that goes on for ever.

Lives here: the machine and a promise that it keeps, one that it breaks, and one that is never put to the test.
"""

from __future__ import annotations

from seatrial.invariants.invariant import always
from seatrial.model.draft import Draft, View
from seatrial.model.machine import Machine, rule


def tick(draft: Draft) -> None:
    """The hand moves."""
    draft.hand = 1 - draft.hand


def clock() -> Machine:
    """Two states, one step from each to the other."""
    return Machine("clock", variables={"hand": 0}, rules=[rule(tick)])


@always()
def on_the_dial(state: View) -> bool:
    """The hand points to one of the two numbers."""
    return state.hand in {0, 1}


@always()
def stands_still(state: View) -> bool:
    """The hand never leaves the first number."""
    return bool(state.hand == 0)


@always()
def twelve_strikes(state: View) -> bool | None:
    """At twelve the clock is loud."""
    return False if state.hand == 12 else None
