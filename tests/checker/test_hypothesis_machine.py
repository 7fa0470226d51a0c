"""Any machine under Hypothesis: as a test of its own, and as an engine.

Lives here: what Hypothesis is told of a machine, and what comes back.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout

import pytest
from attrs import evolve
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.stateful import run_state_machine_as_test
from tests.toys import clock, counters, forks, paths, post
from tests.toys.machines import machines
from tests.toys.machines import promises as random_promises
from tests.toys.reference import explore as reference

from occ_model import NAMED, occ, promises
from seatrial.checker.hypothesis_machine import PromiseBroken, explore, state_machine
from seatrial.checker.verdict import Bounds, Progress
from seatrial.invariants.invariant import Invariant, always
from seatrial.invariants.judging import first_violation
from seatrial.model.draft import Draft, View
from seatrial.model.errors import BadInput, ModelError, Nondeterministic
from seatrial.model.machine import Machine, rule

WITHOUT_EXPLAIN = [phase for phase in Phase if phase is not Phase.explain]
QUICK = settings(max_examples=30, stateful_step_count=15, database=None, print_blob=False, phases=WITHOUT_EXPLAIN)


def failure(machine: Machine, *invariants: Invariant) -> PromiseBroken:
    """What a test of the machine fails with, after Hypothesis has shrunk it."""
    with pytest.raises(PromiseBroken) as raised:
        run_state_machine_as_test(state_machine(machine, invariants), settings=QUICK)
    return raised.value


# --- As a test --------------------------------------------------------------------------------------------------------

TestClock = state_machine(clock.clock(), [clock.on_the_dial]).TestCase
TestClock.settings = QUICK
TestOffice = state_machine(post.office(3, thief=True), [post.nothing_twice, post.from_the_box]).TestCase
TestOffice.settings = QUICK


def test_a_broken_promise_fails_the_test_with_its_sentence() -> None:
    """The failure is the promise, its sentence and what was done."""
    broken = failure(clock.clock(), clock.stands_still)
    assert str(broken) == "stands-still: The hand never leaves the first number., after 1 steps\n  1. tick()"
    assert (broken.invariant, broken.part) == (clock.stands_still, "")


def test_each_promise_has_a_class_of_its_own() -> None:
    """Failures of two promises differ in their class, so that Hypothesis does not take them for one."""

    @always()
    def stays_small(state: View) -> bool:
        """The hand is never at one."""
        return bool(state.hand != 1)

    broken = [failure(clock.clock(), promise) for promise in (clock.stands_still, stays_small)]
    assert [type(each).__name__ for each in broken] == ["StandsStill", "StaysSmall"]
    assert state_machine(clock.clock()).__name__ == "Clock"


def test_hypothesis_shrinks_towards_behaviours_without_faults() -> None:
    """Moves are offered benign ones first, so the thief stays away if he is not needed."""
    broken = failure(post.office(3, thief=True), post.in_order)
    assert "steal" not in {each.rule for each in broken.actions}


def test_a_machine_may_come_to_rest() -> None:
    """A state without moves is legal: the behaviour rests until Hypothesis has had enough."""
    run_state_machine_as_test(state_machine(paths.graph("ab")), settings=QUICK)


# --- As an engine -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("machine", "invariants", "name", "length"),
    [
        (occ(NAMED["s2"], compare=False), promises(NAMED["s2"]), "no-lost-update", 6),
        (counters.race(2), [counters.everybody_counts], "everybody-counts", 4),
        (forks.dinner(3), [forks.everybody_has_eaten], "everybody-has-eaten", 3),
        (post.office(2), [post.nothing_twice, post.in_order], "in-order", 4),
        (paths.graph("ab"), [paths.avoids("a")], "avoid", 0),
    ],
    ids=["occ", "race", "dinner", "office", "graph"],
)
def test_it_finds_and_shrinks(machine: Machine, invariants: list[Invariant], name: str, length: int) -> None:
    """The counterexample has the length that the exhaustive engine proves to be the shortest."""
    verdict = explore(machine, invariants)
    assert verdict.violation is not None
    assert (verdict.violation.invariant, len(verdict.violation.actions)) == (name, length)


def test_nothing_found_is_not_holds() -> None:
    """Even where everything was met, the verdict is that nothing was found."""
    verdict = explore(clock.clock(), [clock.on_the_dial, clock.twelve_strikes], examples=5, steps=10)
    assert (verdict.verdict, verdict.complete, verdict.stopped, verdict.states) == ("not-found", False, "", 2)
    assert [(each.verdict, each.premises) for each in verdict.judged] == [("not-found", 2), ("not-found", 0)]
    assert verdict.depth == 11


def test_a_seed_decides_everything() -> None:
    """The same seed gives the same verdict; another one goes elsewhere."""
    size = NAMED["s1"]
    one, same, other = (explore(occ(size), promises(size), examples=10, steps=20, seed=seed) for seed in (1, 1, 2))
    assert evolve(one, seconds=0, memory=0) == evolve(same, seconds=0, memory=0)
    assert one.coverage != other.coverage


def test_it_says_nothing_by_itself() -> None:
    """Neither progress nor a falsifying example is printed: that is for the caller."""
    with redirect_stdout(io.StringIO()) as printed:
        explore(clock.clock(), [clock.stands_still])
    assert printed.getvalue() == ""


def test_with_a_database_what_failed_is_tried_first() -> None:
    """A second run begins with the behaviour that failed in the first."""
    database = InMemoryExampleDatabase()
    machine, invariants = occ(NAMED["s1"], compare=False), promises(NAMED["s1"])
    first, second = (explore(machine, invariants, seed=seed, database=database) for seed in (1, 2))
    assert first.violation == second.violation
    assert second.transitions <= first.transitions


@pytest.mark.parametrize(
    ("bounds", "name"),
    [(Bounds(states=10), "states"), (Bounds(seconds=0.0), "seconds"), (Bounds(memory=1), "memory")],
)
def test_a_bound_ends_it_cleanly(bounds: Bounds, name: str) -> None:
    """The verdict says which bound it was."""
    verdict = explore(occ(NAMED["s1"]), promises(NAMED["s1"]), bounds=bounds)
    assert (verdict.verdict, verdict.stopped) == ("not-found", name)


def test_a_bound_on_depth_shortens_behaviours() -> None:
    """No behaviour has more states than the bound allows."""
    assert explore(occ(NAMED["s1"]), promises(NAMED["s1"]), examples=10, bounds=Bounds(depth=5)).depth == 5


def test_an_interruption_ends_it_cleanly() -> None:
    """Ctrl-C gives a verdict with what was found so far."""

    def interrupt(progress: Progress) -> None:
        if progress.states > 20:
            raise KeyboardInterrupt

    verdict = explore(occ(NAMED["s1"]), promises(NAMED["s1"]), report=interrupt)
    assert (verdict.verdict, verdict.stopped) == ("not-found", "interrupted")
    assert verdict.states > 20


def test_what_is_itself_wrong_is_no_violation() -> None:
    """A promise that raises, and a rule that is not deterministic, are named as they are by other engines."""

    @always()
    def stumbles(state: View) -> bool:
        """Something is promised."""
        return bool(1 / (1 - state.hand))

    memory: list[int] = []

    def remember(draft: Draft) -> None:
        memory.append(1)
        draft.x = len(memory)

    with pytest.raises(ModelError, match="invariant stumbles raised ZeroDivisionError"):
        explore(clock.clock(), [stumbles])
    with pytest.raises(Nondeterministic, match=r"rule remember\(\)"):
        explore(Machine("toy", variables={"x": 0}, rules=[rule(remember)]))
    with pytest.raises(BadInput, match="examples is 0"):
        explore(clock.clock(), examples=0)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given])
@given(machines() | machines(widest=90), random_promises(), st.integers(0, 1_000))
def test_behaviours_stay_within_what_there_is(machine: Machine, invariants: list[Invariant], seed: int) -> None:
    """What breaks can break, in as many steps as it takes at least; where nothing can break, nothing is found."""
    expected = reference(machine, invariants, limit=200)
    depth = None if expected.complete else len(expected.levels) - 1
    verdict = explore(machine, invariants, examples=8, steps=10, seed=seed, bounds=Bounds(depth=depth))
    if verdict.violation is None:
        assert verdict.states <= len(expected.states)
        return
    name, actions = verdict.violation.invariant, verdict.violation.actions
    assert len(actions) == expected.shortest[name]
    found = first_violation(machine, [each for each in invariants if each.id == name], actions)
    assert found is not None
    assert found.position == len(actions)
