"""The exhaustive engine against the plainest search there is, on random machines.

Lives here: the properties that its speed must not cost.
"""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from tests.checker.comparing import compare
from tests.checker.tuning import tuned, tunings
from tests.toys.machines import machines, promises
from tests.toys.reference import explore

from seatrial.invariants.invariant import Invariant
from seatrial.model.draft import Draft, require
from seatrial.model.machine import Machine, rule


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(machines(), promises(), tunings)
def test_it_finds_what_there_is(machine: Machine, invariants: list[Invariant], tuning: dict[str, int]) -> None:
    """States, transitions, depth, premises, verdict and length of the counterexample are those of the plain search."""
    with tuned(**tuning):
        compare(machine, invariants)


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(machines(widest=150), promises())
def test_cells_with_many_values_are_no_different(machine: Machine, invariants: list[Invariant]) -> None:
    """The same where a cell takes 150 values, more than it has room for at first."""
    compare(machine, invariants)


def test_a_rule_that_sweeps_a_map_sees_keys_that_others_add() -> None:
    """What a process does after counting a map is found again when another process has added a key to it."""

    def count(draft: Draft) -> None:
        require(draft.counted == 0 and len(draft.shelf) > 0)
        draft.counted = len(draft.shelf)

    def add(draft: Draft) -> None:
        draft.shelf[draft.choose([key for key in "ab" if key not in draft.shelf])] = "value"

    machine = Machine(
        "shelf",
        variables={"shelf": {}, "counted": 0},
        rules=[rule(count, process="counter"), rule(add, process="adder")],
    )
    assert len(explore(machine, limit=20).states) == 8
    compare(machine, [])
