"""Judging a behaviour that is given as a list of actions: which promise it breaks first, and where.

This is the plain meaning of the modes, on states that are values: every state and every step is judged, nothing is
remembered.  Engines judge the same faster; replay and the tests of the engines rely on this.

Must not know: how behaviours are found or stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from seatrial.model.draft import View
from seatrial.model.machine import Action, Machine, NotEnabled, Step, run
from seatrial.model.state import State

from .invariant import Invariant


@frozen
class Found:
    """A broken promise: which one, the part of it that failed, and how many actions had been taken when it broke."""

    invariant: Invariant
    part: str
    position: int


def first_violation(machine: Machine, invariants: Sequence[Invariant], actions: Iterable[Action]) -> Found | None:
    """Play the actions from the initial state; the first promise that breaks, or ``None``.

    Where several break at once, a promise about the step comes before one about the state that it leads to, and
    otherwise the one that stands first in ``invariants``.  Nothing after a violation is played.

    Raises:
        NotEnabled: an action cannot be taken; its ``position`` says which one, counted from 0.
        ModelError: a rule, an observer or an invariant is itself wrong.
    """
    state = machine.initial
    found = broken_in(machine, invariants, state)
    if found is not None:
        return Found(*found, 0)
    for position, action in enumerate(actions):
        try:
            after, step = machine.step(state, action)
        except NotEnabled as refusal:
            refusal.position = position
            raise
        found = broken_by(invariants, state, step, after) or broken_in(machine, invariants, after)
        if found is not None:
            return Found(*found, position + 1)
        state = after
    return None


def broken_in(machine: Machine, invariants: Sequence[Invariant], state: State) -> tuple[Invariant, str] | None:
    """The first promise that the state breaks, with the part that fails; ``None`` if it keeps all."""
    resting: bool | None = None
    for each in invariants:
        if each.mode == "stepwise":
            continue
        if each.mode == "at_rest":
            resting = at_rest(machine, state) if resting is None else resting
            if not resting:
                continue
        failure = each.judge(View(state)).failure
        if failure is not None:
            return each, failure
    return None


def broken_by(invariants: Sequence[Invariant], before: State, step: Step, after: State) -> tuple[Invariant, str] | None:
    """The first promise that the step breaks, with the part that fails; ``None`` if it keeps all."""
    for each in invariants:
        if each.mode != "stepwise" or (each.events and not step.emitted(*each.events)):
            continue
        failure = each.judge(View(before), step, View(after)).failure
        if failure is not None:
            return each, failure
    return None


def at_rest(machine: Machine, state: State) -> bool:
    """Whether nothing but faults can happen any more."""
    return not any(run(each, state)[0] for each in machine.rules if not each.fault)
