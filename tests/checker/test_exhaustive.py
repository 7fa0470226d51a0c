"""The exhaustive engine: exact counts, shortest counterexamples, honest verdicts, clean ends.

Lives here: what it does with machines that are known.  Random ones are in ``test_exhaustive_random.py``.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.toys import clock, counters, forks, paths, post

from occ_model import NAMED, occ, promises
from seatrial.checker.exhaustive import search
from seatrial.checker.verdict import Bounds, Progress, Verdict
from seatrial.invariants.invariant import always, stepwise
from seatrial.invariants.judging import first_violation
from seatrial.model.draft import Draft, View
from seatrial.model.errors import ModelError, Nondeterministic
from seatrial.model.machine import Machine, Step, rule

ROOT = Path(__file__).resolve().parents[2]


def counts(verdict: Verdict) -> tuple[int, int, int]:
    """States, transitions and depth."""
    return verdict.states, verdict.transitions, verdict.depth


# --- What it finds ----------------------------------------------------------------------------------------------------


def test_the_clock_has_two_states() -> None:
    """States, transitions (the initial state counts as one) and levels are exact; all was explored."""
    verdict = search(clock.clock(), [clock.on_the_dial])
    assert counts(verdict) == (2, 3, 2)
    assert (verdict.verdict, verdict.complete, verdict.stopped, verdict.holds) == ("holds", True, "", True)
    assert [each.as_json() for each in verdict.judged] == [{"id": "on-the-dial", "verdict": "holds", "premises": 2}]
    assert verdict.coverage == {"tick": 2}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ("s1", (25_273, 69_587, 28)),
        ("s2", (793_960, 2_804_655, 36)),
    ],
)
def test_the_benchmark_has_as_many_states_as_in_tla(size: str, expected: tuple[int, int, int]) -> None:
    """The counts are those that TLC gives for the same model."""
    verdict = search(occ(NAMED[size]), promises(NAMED[size]))
    assert counts(verdict) == expected
    assert verdict.holds
    assert {each.verdict for each in verdict.judged} == {"holds"}


def test_a_lost_update_takes_six_steps() -> None:
    """Without the comparison of revisions an update is lost, and no shorter way to that exists (TLC's length)."""
    verdict = search(occ(NAMED["s2"], compare=False), promises(NAMED["s2"]))
    assert verdict.violation is not None
    assert (verdict.violation.invariant, len(verdict.violation.actions)) == ("no-lost-update", 6)
    assert {each.id: each.verdict for each in verdict.judged}["ordered"] == "not-found"


def test_the_shortest_way_is_found() -> None:
    """Of a long and a short path to the bad node the short one is told."""
    verdict = search(paths.graph("abcdez", "abfz", "agz", "acz"), [paths.avoids("z")])
    assert verdict.violation is not None
    assert [each.choices for each in verdict.violation.actions] == [("c",), ("z",)]


def test_the_initial_state_may_be_bad() -> None:
    """Then no action is needed."""
    verdict = search(paths.graph("ab"), [paths.avoids("a")])
    assert verdict.violation is not None
    assert verdict.violation.actions == ()


def test_a_deadlock_is_found_at_rest() -> None:
    """Each philosopher takes one fork, and nothing happens any more."""
    verdict = search(forks.dinner(3), [forks.everybody_has_eaten])
    assert verdict.violation is not None
    assert sorted(str(each) for each in verdict.violation.actions) == [f"take(seat={seat})" for seat in range(3)]


def test_without_a_race_the_counter_is_right() -> None:
    """At rest everybody is counted if adding is one step, and not if it is two."""
    assert search(counters.race(3, atomic=True), [counters.everybody_counts]).holds
    broken = search(counters.race(2), [counters.everybody_counts]).violation
    assert broken is not None
    assert len(broken.actions) == 4


def test_a_promise_about_steps_breaks_by_the_last_one() -> None:
    """The counterexample ends with the step that breaks the promise, and the failing part is named."""
    verdict = search(post.office(2), [post.nothing_twice, post.from_the_box, post.in_order])
    assert verdict.violation is not None
    assert [each.rule for each in verdict.violation.actions] == ["post", "post", "deliver", "deliver"]
    found = first_violation(post.office(2), [post.in_order], verdict.violation.actions)
    assert found is not None
    assert found.position == 4


def test_a_state_in_which_only_faults_can_happen_is_at_rest() -> None:
    """The thief could still come, but nothing else can: there all has to be brought, and is not after a theft."""
    promises_kept = [post.nothing_twice, post.from_the_box]
    assert search(post.office(2, thief=False), [*promises_kept, post.all_brought]).holds
    verdict = search(post.office(2, thief=True), [*promises_kept, post.all_brought])
    assert verdict.violation is not None
    assert "steal" in {each.rule for each in verdict.violation.actions}


def test_what_was_never_put_to_the_test_is_vacuous() -> None:
    """A promise whose premise is never met is not said to hold."""
    verdict = search(clock.clock(), [clock.twelve_strikes, clock.on_the_dial])
    assert [(each.verdict, each.premises) for each in verdict.judged] == [("vacuous", 0), ("holds", 2)]


def test_the_broken_part_is_named() -> None:
    """A promise of several parts says which one failed."""

    @always()
    def two_parts(state: View) -> object:
        """Two things hold."""
        yield "the first", True
        yield "the second", state.hand == 0

    verdict = search(clock.clock(), [two_parts])
    assert verdict.violation is not None
    assert verdict.violation.part == "the second"


# --- What is itself wrong ---------------------------------------------------------------------------------------------


def test_a_promise_that_raises_is_named() -> None:
    """The invariant, the error and its place are in the message; it is no violation."""

    @always()
    def stumbles(state: View) -> bool:
        """Something is promised."""
        return bool(state.hand / 0)

    @stepwise()
    def stumbles_too(before: View, step: Step, after: View) -> bool:
        """Something is promised."""
        del before, after
        return bool(step.events[0])

    for broken, error in ((stumbles, "ZeroDivisionError"), (stumbles_too, "IndexError")):
        with pytest.raises(ModelError, match=rf"invariant {broken.id} raised {error}: .*test_exhaustive\.py:\d+"):
            search(clock.clock(), [broken])


def test_a_promise_that_returns_no_judgement_is_named() -> None:
    """Neither true nor false nor nothing: the remedy is told."""

    @always()
    def counts_hands(state: View) -> int:
        """Something is promised."""
        return int(state.hand)

    with pytest.raises(ModelError, match="invariant counts-hands returned 0; return True or False"):
        search(clock.clock(), [counts_hands])


def test_a_rule_that_is_not_deterministic_is_named() -> None:
    """Searching a machine that remembers something outside its state ends with an explanation."""
    memory: list[int] = []

    def remember(draft: Draft) -> None:
        memory.append(1)
        draft.x = len(memory)

    with pytest.raises(Nondeterministic, match=r"rule remember\(\).*A rule may depend on nothing but"):
        search(Machine("toy", variables={"x": 0}, rules=[rule(remember)]))


# --- How it ends ------------------------------------------------------------------------------------------------------


def grow(draft: Draft) -> None:
    """The number grows for ever."""
    draft.number += draft.choose([1, 2])


def endless() -> Machine:
    """A machine without end."""
    return Machine("endless", variables={"number": 0}, rules=[rule(grow)])


@pytest.mark.parametrize(
    "bounds",
    [Bounds(states=50), Bounds(depth=20), Bounds(seconds=0.05), Bounds(memory=1)],
    ids=["states", "depth", "seconds", "memory"],
)
def test_a_bound_ends_the_search_cleanly(bounds: Bounds) -> None:
    """The verdict says which bound it was, what was found so far, and never that anything holds."""
    verdict = search(endless(), [paths.avoids("z")][:0], bounds=bounds)
    (name,) = [each for each in ("states", "depth", "seconds", "memory") if getattr(bounds, each) is not None]
    assert (verdict.verdict, verdict.complete, verdict.stopped) == ("not-found", False, name)
    assert verdict.states > 0
    if bounds.states is not None:
        assert verdict.states >= bounds.states
    if bounds.depth is not None:
        assert counts(verdict) == (2 * 19 + 1, 2 * (2 * 18 + 1) + 1, 20)


def test_an_interruption_ends_the_search_cleanly() -> None:
    """Ctrl-C gives a verdict with what was found so far; nothing holds, but nothing is vacuous either."""

    def interrupt(progress: Progress) -> None:
        if progress.states > 30:
            raise KeyboardInterrupt

    @always()
    def small(state: View) -> bool:
        """The number is small."""
        return bool(state.number < 1_000)

    verdict = search(endless(), [small], report=interrupt)
    assert (verdict.verdict, verdict.stopped, verdict.complete) == ("not-found", "interrupted", False)
    assert verdict.states > 30
    assert verdict.judged[0].verdict == "not-found"


def test_progress_only_grows() -> None:
    """Reports come in order, and the last one has everything but the queue."""
    reports: list[Progress] = []
    verdict = search(forks.dinner(4), report=reports.append)
    assert [each.states for each in reports] == sorted(each.states for each in reports)
    assert (reports[-1].states, reports[-1].transitions, reports[-1].queue) == (verdict.states, verdict.transitions, 0)


def test_traces_do_not_depend_on_the_hash_seed() -> None:
    """Two processes with different seeds for hashing find the same traces, byte for byte, and the same counts."""
    told = {seed: _told_with_hash_seed(seed) for seed in ("1", "2")}
    assert told["1"] == told["2"]
    assert b"no-lost-update" in told["1"]


def _told_with_hash_seed(seed: str) -> bytes:
    program = """
from occ_model import NAMED, occ, promises
from tests.toys import forks, post
from seatrial.checker.exhaustive import search
from seatrial.checker.hypothesis_machine import explore
from seatrial.checker.walk import walk
for machine, promised in (
    (occ(NAMED["s2"], compare=False), promises(NAMED["s2"])),
    (post.office(3, thief=True), [post.in_order]),
    (forks.dinner(3), [forks.everybody_has_eaten]),
):
    for engine in (search, walk, explore):
        found = engine(machine, promised)
        print(engine.__name__, found.states, found.transitions, found.depth, found.violation, found.judged)
"""
    paths = os.pathsep.join([str(ROOT / "benchmarks"), str(ROOT)])
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": paths}
    return subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, check=True).stdout
