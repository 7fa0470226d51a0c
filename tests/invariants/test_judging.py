"""Judging a behaviour given as actions: which promise breaks first, where, and what is no behaviour.

Lives here: tests of the plain meaning of the modes.
"""

from __future__ import annotations

import pytest
from tests.toys import clock, counters, paths, post

from seatrial.invariants.invariant import always, stepwise
from seatrial.invariants.judging import Found, at_rest, first_violation
from seatrial.model.draft import View
from seatrial.model.machine import Action, NotEnabled, Step

TICK = Action("tick")


def actions(*choices: str) -> list[Action]:
    """Ways through a graph."""
    return [Action("go", (), (choice,)) for choice in choices]


def test_a_kept_promise_is_no_violation() -> None:
    """Nothing is found where every state keeps it."""
    assert first_violation(clock.clock(), [clock.on_the_dial], [TICK] * 3) is None


def test_the_position_counts_the_actions_taken() -> None:
    """0 is the initial state; nothing after the violation is played, so it need not be enabled."""
    machine = paths.graph("abc")
    for node, position in (("a", 0), ("b", 1), ("c", 2)):
        promise = paths.avoids(node)
        assert first_violation(machine, [promise], actions("b", "c", "z")) == Found(promise, "", position)


def test_a_step_comes_before_the_state_that_it_leads_to() -> None:
    """Of two promises that break at once, that about the step is told; of equals, the one given first."""

    @stepwise()
    def no_step(before: View, step: Step, after: View) -> bool:
        """Nothing happens."""
        del before, step, after
        return False

    @always()
    def still(state: View) -> bool:
        """The hand rests."""
        return bool(state.hand == 0)

    for promises, expected in (([still, no_step], no_step), ([still, clock.stands_still], still)):
        found = first_violation(clock.clock(), promises, [TICK])
        assert found is not None
        assert (found.invariant, found.position) == (expected, 1)


def test_steps_without_the_event_are_not_judged() -> None:
    """A promise that listens to an event is not asked about steps that do not emit it."""

    @stepwise(on=post.Delivered)
    def never(before: View, step: Step, after: View) -> bool:
        """Nothing is ever delivered."""
        del before, step, after
        return False

    machine = post.office(1)
    behaviour = [Action("post", (("limit", 1),), ("ann",)), Action("deliver", (), (1,))]
    assert first_violation(machine, [never], behaviour[:1]) is None
    assert first_violation(machine, [never], behaviour) == Found(never, "", 2)


def test_at_rest_is_judged_where_only_faults_remain() -> None:
    """While something ordinary can happen, a state is not at rest; a thief who may come does not count."""
    machine = post.office(1, thief=True)
    posted, _ = machine.step(machine.initial, Action("post", (("limit", 1),), ("ann",)))
    stolen, _ = machine.step(posted, Action("steal"))
    assert [at_rest(machine, state) for state in (machine.initial, posted, stolen)] == [False, False, True]
    behaviour = [Action("post", (("limit", 1),), ("ann",)), Action("steal")]
    assert first_violation(machine, [post.all_brought], behaviour) == Found(post.all_brought, "", 2)


def test_a_race_is_judged_at_its_end() -> None:
    """Only when both have written is the counter judged."""
    machine = counters.race(2)
    behaviour = [Action(step, (("who", who),)) for step in ("read", "write") for who in ("p0", "p1")]
    assert first_violation(machine, [counters.everybody_counts], behaviour[:3]) is None
    assert first_violation(machine, [counters.everybody_counts], behaviour) == Found(counters.everybody_counts, "", 4)


def test_an_action_that_is_not_enabled_has_its_position() -> None:
    """The refusal says which action it was, counted from 0."""
    with pytest.raises(NotEnabled, match="'z' is not offered, only 'c'") as refusal:
        first_violation(paths.graph("abc"), [], actions("b", "z"))
    assert refusal.value.position == 1
