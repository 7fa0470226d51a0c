"""The exhaustive engine against the plainest search there is, on random machines.

Lives here: the properties that its speed must not cost.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import HealthCheck, given, settings
from tests.checker.tuning import tuned, tunings
from tests.toys.machines import machines, promises
from tests.toys.reference import explore

from seatrial.checker.exhaustive import Search
from seatrial.checker.limits import Watch
from seatrial.checker.verdict import Bounds
from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import first_violation
from seatrial.model.draft import Draft, require
from seatrial.model.machine import Machine, rule

LIMIT = 250


def compare(machine: Machine, invariants: Sequence[Invariant]) -> None:
    """The engine comes to what the reference comes to."""
    expected = explore(machine, invariants, limit=LIMIT)
    depth = None if expected.complete else len(expected.levels)
    search = Search(machine, invariants, Watch(Bounds(depth=depth)))
    verdict = search.run()
    if verdict.violation is None:
        assert expected.shortest == {}
        assert set(search.states()) == expected.states
        assert verdict.states == len(expected.states)
        assert (verdict.transitions, verdict.depth) == (expected.transitions, len(expected.levels))
        assert verdict.verdict == ("holds" if expected.complete else "not-found")
        assert {each.id for each in verdict.judged if each.premises} == expected.met
        assert {each.id for each in verdict.judged if each.verdict == "vacuous"} == (
            {each.id for each in invariants} - expected.met if expected.complete else set()
        )
    else:
        name, actions = verdict.violation.invariant, verdict.violation.actions
        assert expected.shortest[name] == len(actions)
        # A step may break a promise while its level is expanded, before all states of that level were seen at rest.
        assert len(actions) <= min(expected.shortest.values()) + 1
        found = first_violation(machine, [each for each in invariants if each.id == name], actions)
        assert found is not None
        assert (found.part, found.position) == (verdict.violation.part, len(actions))


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
    assert len(explore(machine, limit=LIMIT).states) == 8
    compare(machine, [])
