"""Elections: where two leaders work at the same time and where they cannot, searched completely.

Lives here: the bound, from both sides; the witnesses' lengths; what time may do.  The triples are tested with the
catalogue.
"""

from __future__ import annotations

import pytest
from attrs import evolve
from tests.behaviours import taken

from seatrial.checker.exhaustive import search
from seatrial.invariants.guarantee import Limit
from seatrial.invariants.invariant import Invariant
from seatrial.invariants.leaders import le_overlap_bounded, le_stops_eventually
from seatrial.invariants.triples.of_leaders import GUARANTEES
from seatrial.model.errors import BadInput
from seatrial.model.machine import Action
from seatrial.model.rigs.leaders import Leaders
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import build
from seatrial.model.scenarios.leaders import TIGHT, election

LITMUS = (
    "two-leaders-by-a-pause",
    "two-leaders-by-a-slow-answer",
    "two-leaders-by-a-tight-lease",
    "release-empties-the-next-holder",
    "deposed-leader-writes",
)
LIMITS = {limit.witness: (each.invariant, limit) for each in GUARANTEES for limit in each.limits}


def cut_off(lease: int, deadline: int, retry: int, response: int, stop: int) -> Scenario:
    """Two electors with these durations, of which the leader may be cut off; the others try when the lease may end."""
    longest = int(2.2 * retry)
    sleeps = tuple(range(retry, longest + 1))
    first = next(start for start in range(1, longest + 1) if any((lease - start) % sleep == 0 for sleep in sleeps))
    scenario = election(
        "cut off",
        lease=lease,
        deadline=deadline,
        retry=retry,
        response=response,
        stop=stop,
        first_try=first,
        sleeps=sleeps,
        horizon=lease + 1,
    )
    return scenario.with_faults({"crash-server": 1})


DURATIONS = [(6, 3, 2, 1, 0), (7, 3, 2, 1, 1), (7, 3, 2, 2, 0), (4, 2, 1, 1, 0), (5, 2, 1, 1, 1)]


@pytest.mark.parametrize("durations", DURATIONS)
def test_a_lease_that_is_just_long_enough_keeps_leaders_apart(durations: tuple[int, int, int, int, int]) -> None:
    """Longest answer + retry period + renew deadline + time to stop = lease duration: no overlap, in no order."""
    scenario = cut_off(*durations)
    verdict = search(scenario.machine, [le_overlap_bounded])
    assert scenario.hazards == ()
    assert verdict.holds
    assert verdict.complete


@pytest.mark.parametrize("durations", DURATIONS)
def test_a_lease_that_is_a_second_too_short_does_not(durations: tuple[int, int, int, int, int]) -> None:
    """One second less, and two leaders work at the same time: the bound is not only safe, it is exact."""
    lease, *others = durations
    scenario = cut_off(lease - 1, *others)
    assert scenario.hazards == (TIGHT,)
    assert search(scenario.machine, [le_overlap_bounded]).violation is not None


@pytest.mark.parametrize("witness", LITMUS)
def test_witnesses_are_short(witness: str) -> None:
    """Whoever wants to see it has at most 15 steps to follow."""
    promise, limit = LIMITS[witness]
    assert 0 < steps_to_the_end_of(promise, limit) <= 15


def steps_to_the_end_of(promise: Invariant, limit: Limit) -> int:
    """The length of the shortest behaviour that breaks a promise where it ends; 0 if there is none."""
    found = search(limit.scenario_of().machine, [promise]).violation
    return 0 if found is None else len(found.actions)


@pytest.mark.parametrize(
    ("name", "states", "transitions"),
    [("leaders-tight", 6960, 14277), ("leaders-unfenced", 1022, 2724), ("leaders-fenced", 20262, 65502)],
)
def test_scenarios_have_their_size(name: str, states: int, transitions: int) -> None:
    """The number of states is known, so that a change of the model is noticed."""
    verdict = search(build(name).machine)
    assert (verdict.states, verdict.transitions) == (states, transitions)


def test_a_renewal_with_the_time_of_the_one_before_is_invisible() -> None:
    """Electors see that a record changed, not that it was written: a clock set back by whole seconds can hide that.

    Real clocks have microseconds, so this needs bad luck; then a candidate takes the Lease from a leader that renews.
    """
    scenario = build("leaders-apart", faults={"clock-jump": 1})
    assert isinstance(scenario.system, Leaders)
    unlucky = evolve(scenario, system=evolve(scenario.system, leap=3))
    assert search(scenario.machine, [le_overlap_bounded]).holds
    assert search(unlucky.machine, [le_overlap_bounded]).violation is not None


def times_that_come(scenario: Scenario, *actions: Action) -> list[int]:
    """To which moments time can go on after these actions."""
    machine = scenario.machine
    state, _ = taken(machine, actions)
    return [action.choices[0] for action in machine.enabled(state) if action.rule == "advance"]


def test_time_waits_for_what_must_happen() -> None:
    """Time goes on up to the longest time of an answer; of a paused process nothing is waited for."""
    scenario = build("leaders", faults={"pause": 1})
    assert times_that_come(scenario) == [1]
    assert times_that_come(scenario, Action("pause", (("who", "a"),))) == [1, 2, 3]


def test_a_third_elector_changes_nothing() -> None:
    """With three electors the bound is the same, and leaders give up in time."""
    scenario = cut_off(4, 2, 1, 1, 0)
    assert isinstance(scenario.system, Leaders)
    three = evolve(scenario.system, names=("a", "b", "c"), sleeps=(2,), horizon=4)
    verdict = search(evolve(scenario, system=three).machine, [le_overlap_bounded, le_stops_eventually])
    assert verdict.holds
    assert verdict.complete


def test_other_faults_are_refused() -> None:
    """A fault that no rule knows cannot be asked for."""
    with pytest.raises(BadInput, match="no fault 'lost-answer'"):
        times_that_come(build("leaders", faults={"lost-answer": 1}))
