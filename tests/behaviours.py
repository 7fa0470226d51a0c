"""Behaviours in tests: a machine's steps, taken one after the other.

Must not know: any one machine.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable

from seatrial.model.machine import Action, Machine
from seatrial.model.state import State


def taken(machine: Machine, actions: Iterable[Action]) -> tuple[State, list[Hashable]]:
    """The state after these steps from the initial one, and what they emit; each of them must be enabled."""
    state, events = machine.initial, list[Hashable]()
    for action in actions:
        state, step = machine.step(state, action)
        events += step.events
    return state, events
