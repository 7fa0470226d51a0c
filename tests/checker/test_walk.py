"""Random walks: they find what is there to be found, the same for the same seed, and never say that anything holds.

Lives here: the engine on known machines, and on random ones against the plainest search there is.
"""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.checker.tuning import tuned, tunings
from tests.toys import clock, counters, forks, paths, post
from tests.toys.machines import machines
from tests.toys.machines import promises as random_promises
from tests.toys.reference import explore

from occ_model import NAMED, occ, promises
from seatrial.checker.verdict import Bounds, Progress
from seatrial.checker.walk import Policy, walk
from seatrial.invariants.invariant import Invariant, always
from seatrial.invariants.judging import first_violation
from seatrial.model.draft import Draft, View
from seatrial.model.errors import BadInput
from seatrial.model.machine import Machine, rule

POLICIES: list[Policy] = ["pct", "uniform"]


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize(
    ("machine", "invariants", "name", "length"),
    [
        (occ(NAMED["s2"], compare=False), promises(NAMED["s2"]), "no-lost-update", 6),
        (counters.race(2), [counters.everybody_counts], "everybody-counts", 4),
        (forks.dinner(3), [forks.everybody_has_eaten], "everybody-has-eaten", 3),
        (post.office(2), [post.nothing_twice, post.from_the_box, post.in_order], "in-order", 4),
        (paths.graph("abcdez", "abfz", "agz"), [paths.avoids("z")], "avoid", 2),
        (clock.clock(), [clock.stands_still], "stands-still", 1),
    ],
    ids=["occ", "race", "dinner", "office", "graph", "clock"],
)
def test_it_finds_and_shrinks(
    policy: Policy, machine: Machine, invariants: list[Invariant], name: str, length: int
) -> None:
    """Promises of every mode break, and the counterexample is a shortest one after shrinking."""
    verdict = walk(machine, invariants, policy=policy)
    assert verdict.violation is not None
    assert (verdict.violation.invariant, len(verdict.violation.actions)) == (name, length)
    assert {each.id: each.verdict for each in verdict.judged}[name] == "violated"


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_found_is_not_holds(policy: Policy) -> None:
    """Even where everything was met, the verdict is that nothing was found."""
    verdict = walk(clock.clock(), [clock.on_the_dial, clock.twelve_strikes], examples=5, steps=10, policy=policy)
    assert (verdict.verdict, verdict.complete, verdict.holds, verdict.stopped) == ("not-found", False, False, "")
    assert [(each.verdict, each.premises) for each in verdict.judged] == [("not-found", 2), ("not-found", 0)]
    assert (verdict.states, verdict.transitions, verdict.depth) == (2, 51, 11)


@pytest.mark.parametrize("policy", POLICIES)
def test_a_seed_decides_everything(policy: Policy) -> None:
    """The same seed gives the same verdict; another one walks elsewhere."""
    size = NAMED["s1"]
    one, same, other = (walk(occ(size), promises(size), examples=20, seed=seed, policy=policy) for seed in (1, 1, 2))
    assert evolve(one, seconds=0, memory=0) == evolve(same, seconds=0, memory=0)
    assert one.transitions != other.transitions


def test_priorities_find_what_chance_seldom_does() -> None:
    """Someone who has to run alone for a long time does so under pct, and hardly ever under uniform choice."""

    def advance(draft: Draft, who: str) -> None:
        draft.at[who] += 1

    @always()
    def together(state: View) -> bool:
        """Nobody is far ahead of anybody."""
        return bool(max(state.at.values()) - min(state.at.values()) < 25)

    people = "abc"
    machine = Machine(
        "run",
        variables={"at": dict.fromkeys(people, 0)},
        rules=[rule(advance, process=who, who=who) for who in people],
    )
    assert walk(machine, [together], examples=30, steps=40).violation is not None
    assert walk(machine, [together], examples=30, steps=40, policy="uniform").violation is None


def test_one_who_goes_round_does_not_keep_the_others_waiting() -> None:
    """Under pct too, a process that could go round for ever lets others have their turn."""

    def turn(draft: Draft) -> None:
        draft.hand = 1 - draft.hand

    def finish(draft: Draft) -> None:
        draft.done = True

    @always()
    def never_done(state: View) -> bool:
        """It is never done."""
        return not state.done

    variables = {"hand": 0, "done": False}
    machine = Machine("round", variables=variables, rules=[rule(turn, process="a"), rule(finish, process="b")])
    for seed in range(10):
        assert walk(machine, [never_done], examples=1, seed=seed).violation is not None


def test_faults_happen_in_the_middle() -> None:
    """A fault is met at other times than at the beginning or when nothing else can happen."""

    @always()
    def one_left(state: View) -> bool:
        """When the thief has been there, exactly one letter was left in the box."""
        return not (state.stolen and state.posted == 3 and len(state.box) == 1)

    assert walk(post.office(5, thief=True), [one_left], examples=200).violation is not None


@pytest.mark.parametrize(
    ("bounds", "name"),
    [(Bounds(states=20), "states"), (Bounds(seconds=0.0), "seconds"), (Bounds(memory=1), "memory")],
)
def test_a_bound_ends_the_walks_cleanly(bounds: Bounds, name: str) -> None:
    """The verdict says which bound it was, and what was met."""
    verdict = walk(occ(NAMED["s1"]), promises(NAMED["s1"]), bounds=bounds)
    assert (verdict.verdict, verdict.stopped) == ("not-found", name)
    assert verdict.states > 1


def test_a_bound_on_depth_shortens_the_walks() -> None:
    """No walk has more states than the bound allows."""
    assert walk(occ(NAMED["s1"]), promises(NAMED["s1"]), examples=20, bounds=Bounds(depth=5)).depth == 5


def test_an_interruption_ends_the_walks_cleanly() -> None:
    """Ctrl-C gives a verdict with what was found so far."""

    def interrupt(progress: Progress) -> None:
        if progress.transitions > 500:
            raise KeyboardInterrupt

    verdict = walk(occ(NAMED["s1"]), promises(NAMED["s1"]), report=interrupt)
    assert (verdict.verdict, verdict.stopped) == ("not-found", "interrupted")
    assert verdict.transitions > 500


def test_nothing_to_do_is_bad_input() -> None:
    """No walks, or walks of no step, are refused."""
    with pytest.raises(BadInput, match="examples is 0; give 1 or more"):
        walk(clock.clock(), examples=0)
    with pytest.raises(BadInput, match="steps is 0; give 1 or more"):
        walk(clock.clock(), steps=0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(machines() | machines(widest=90), random_promises(), tunings, st.sampled_from(POLICIES))
def test_walks_stay_within_what_there_is(
    machine: Machine, invariants: list[Invariant], tuning: dict[str, int], policy: Policy
) -> None:
    """What breaks can break, in as many steps as it takes at least; where nothing can break, nothing is found."""
    expected = explore(machine, invariants, limit=200)
    depth = None if expected.complete else len(expected.levels) - 1
    with tuned(**tuning):
        verdict = walk(machine, invariants, examples=15, steps=20, policy=policy, bounds=Bounds(depth=depth))
    if verdict.violation is None:
        assert verdict.states <= len(expected.states)
        return
    name, actions = verdict.violation.invariant, verdict.violation.actions
    assert len(actions) == expected.shortest[name]
    found = first_violation(machine, [each for each in invariants if each.id == name], actions)
    assert found is not None
    assert (found.part, found.position) == (verdict.violation.part, len(actions))
