"""Machines: their rules, actions, states and steps, and whose fault an error is.

Lives here: tests of the kernel's meaning, which engines, replay and Hypothesis rely on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from tests.toys.clock import clock
from tests.toys.counters import race
from tests.toys.forks import dinner
from tests.toys.paths import graph
from tests.toys.post import Delivered, Posted, office

from seatrial.model.draft import ABSENT, Cell, Draft, require
from seatrial.model.errors import ModelError, Nondeterministic
from seatrial.model.machine import Action, Machine, NotEnabled, Observer, Step, rule, run
from seatrial.model.state import State


def one_rule(function: Callable[..., None], **variables: Any) -> Machine:
    """A machine with one rule."""
    return Machine("toy", variables=variables or {"x": 0}, rules=[rule(function)])


def after(machine: Machine, *actions: Action) -> State:
    """The state after some actions."""
    state = machine.initial
    for action in actions:
        state, _ = machine.step(state, action)
    return state


# --- What a machine does ----------------------------------------------------------------------------------------------


def test_the_clock_goes_on_for_ever() -> None:
    """One action is enabled in each of the two states, and leads to the other."""
    machine = clock()
    tick = Action("tick")
    assert machine.enabled(machine.initial) == [tick]
    assert after(machine, tick).hand == 1
    assert after(machine, tick, tick) == machine.initial


def test_actions_come_in_the_order_of_rules_and_choices() -> None:
    """``enabled`` lists rules as they were given, and the choices of one rule as they were offered."""
    assert [str(each) for each in race(2).enabled(race(2).initial)] == ["read(who=p0)", "read(who=p1)"]
    machine = graph("ac", "ab", "ad")
    assert [each.choices for each in machine.enabled(machine.initial)] == [("b",), ("c",), ("d",)]


def test_choices_within_choices_are_all_explored() -> None:
    """Later options may depend on earlier choices; a choice that leads nowhere is no action."""

    def pick(draft: Draft) -> None:
        first = draft.choose([1, 2, 3])
        second = draft.choose(range(first))
        require(first + second != 2)
        draft.x = (first, second)

    machine = one_rule(pick)
    assert [each.choices for each in machine.enabled(machine.initial)] == [(1, 0), (2, 1), (3, 0), (3, 1), (3, 2)]


def test_a_step_tells_its_action_and_events() -> None:
    """A step has the action with all its choices, and what was emitted, by class on demand."""
    machine = office(1)
    state, step = machine.step(machine.initial, Action("post", (("limit", 1),), ("bob",)))
    assert step == Step(Action("post", (("limit", 1),), ("bob",)), (Posted(1),))
    assert (step.emitted(Posted), step.emitted(Delivered)) == ((Posted(1),), ())
    assert (state.posted, state.box) == (1, {1: "bob"})


def test_observers_are_folded_over_the_events_of_their_classes() -> None:
    """An observer's variable holds the history; events of other classes leave it alone."""
    machine = office(2)
    post = Action("post", (("limit", 2),), ("ann",))
    state = after(machine, post, post, Action("deliver", (), (2,)))
    assert (state.brought, state.box) == ((2,), {1: "ann"})


def test_footprints_are_the_union_over_all_choices() -> None:
    """``run`` notes every cell that any outcome read, and every map that was swept."""
    machine = dinner(3)
    _, footprint = run(machine.rules[0], machine.initial)
    assert footprint.reads == (Cell("held", 0), Cell("forks", 0))
    assert footprint.swept == frozenset()
    assert run(office(1).rules[1], office(1).initial)[1].swept == {"box"}


# --- States -----------------------------------------------------------------------------------------------------------


def test_equal_states_are_equal_values() -> None:
    """States are equal, and hash alike, if all their cells are; a deleted key leaves no trace."""
    machine = office(1)
    state = machine.initial
    full = state.updated([(Cell("box", 1), "ann")])
    assert full != state
    assert full.updated([(Cell("box", 1), ABSENT)]) == state
    assert hash(full) == hash(state.updated([(Cell("box", 1), "ann")]))
    assert "box[1]='ann'" in repr(full)


def test_a_state_is_read_like_a_draft() -> None:
    """Plain variables and maps are attributes; a map is a dictionary of its own."""
    state = race(2).initial
    state.known["p0"] = "changed"
    assert (state.counter, state.known) == (0, {"p0": None, "p1": None})


# --- What cannot be --------------------------------------------------------------------------------------------------


def test_an_action_that_is_not_enabled_says_so() -> None:
    """A guard that fails, a rule that there is not, a choice that is not offered, and too many choices."""
    machine = graph("ab", "ac")
    with pytest.raises(NotEnabled, match=r"no rule come"):
        machine.step(machine.initial, Action("come"))
    with pytest.raises(NotEnabled, match=r"the choice 'd' is not offered, only 'b', 'c'"):
        machine.step(machine.initial, Action("go", (), ("d",)))
    with pytest.raises(NotEnabled, match=r"makes 1 choices here, not 2"):
        machine.step(machine.initial, Action("go", (), ("b", "c")))
    with pytest.raises(NotEnabled, match=r"write\(who=p0\) is not enabled here"):
        race(1).step(race(1).initial, Action("write", (("who", "p0"),)))


def test_a_rule_of_other_arguments_is_suggested() -> None:
    """Where only the arguments are wrong, those that there are get listed."""
    with pytest.raises(NotEnabled, match=r"it has read\(who=p0\), read\(who=p1\)"):
        race(2).step(race(2).initial, Action("read", (("who", "p2"),)))


def test_a_rule_that_raises_is_named_with_its_place() -> None:
    """The rule, the error and the line in the rule's own file are in the message."""

    def stumble(draft: Draft) -> None:
        draft.x = [][draft.x]

    machine = one_rule(stumble)
    complaint = r"rule stumble\(\) raised IndexError: .*test_machine\.py:\d+"
    with pytest.raises(ModelError, match=complaint):
        machine.enabled(machine.initial)
    with pytest.raises(ModelError, match=complaint):
        machine.step(machine.initial, Action("stumble"))


def test_what_cannot_be_hashed_cannot_be_written() -> None:
    """Lists and dictionaries are refused with the rule, the cell and the remedy."""

    def write(draft: Draft) -> None:
        draft.x = [1]

    machine = one_rule(write)
    complaint = r"rule write\(\): x holds list \[1\].*use a tuple"
    with pytest.raises(ModelError, match=complaint):
        machine.enabled(machine.initial)
    with pytest.raises(ModelError, match=complaint):
        machine.step(machine.initial, Action("write"))


def _raises(old: int, event: str) -> float:
    return old / len(event[:0])


def _cannot_be_hashed(old: int, event: str) -> list[object]:
    return [old, event]


@pytest.mark.parametrize(
    ("fold", "complaint"),
    [(_raises, r"raised ZeroDivisionError: .*test_machine\.py:\d+"), (_cannot_be_hashed, "ear holds list")],
)
def test_an_observer_that_is_wrong_is_named(fold: Callable[[Any, Any], object], complaint: str) -> None:
    """An observer whose fold raises, or gives what cannot be hashed, is named."""

    def ring(draft: Draft) -> None:
        draft.emit("ring")

    machine = Machine("toy", variables={}, rules=[rule(ring)], observers=[Observer("ear", 0, fold, (str,))])
    with pytest.raises(ModelError, match=f"observer ear.*{complaint}"):
        machine.step(machine.initial, Action("ring"))


def test_choices_that_change_when_run_again_are_found_out() -> None:
    """A rule whose options depend on something outside is not deterministic."""
    numbers = count()

    def pick(draft: Draft) -> None:
        draft.x = draft.choose([next(numbers), next(numbers)])

    machine = one_rule(pick)
    with pytest.raises(Nondeterministic, match="offers other choices"):
        machine.enabled(machine.initial)


NAMELESS: Callable[[Draft], None] = lambda draft: None  # noqa: E731 - the point is that it has no name


def _nothing(draft: Draft) -> None:
    """Do nothing."""


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: one_rule(_nothing, writes=1), "'writes' cannot name a variable"),
        (lambda: one_rule(_nothing, choose=1), "'choose' cannot name a variable"),
        (lambda: one_rule(_nothing, cells=1), "'cells' cannot name a variable"),
        (lambda: one_rule(_nothing, x=[1]), r"x holds list \[1\]"),
        (lambda: one_rule(_nothing, x={"k": {}}), r"x\['k'\] holds dict"),
        (lambda: Machine("toy", variables={}, rules=[rule(_nothing), rule(_nothing)]), "same name and arguments"),
        (
            lambda: Machine("toy", variables={"x": 0}, rules=[], observers=[Observer("x", 0, max, ())]),
            "has the name of a variable",
        ),
        (
            lambda: Machine("toy", variables={}, rules=[], observers=[Observer("x", {}, max, ())]),  # type: ignore[arg-type]
            "starts with a dict",
        ),
        (lambda: rule(NAMELESS), "needs a name"),
    ],
)
def test_a_machine_is_checked_when_it_is_made(make: Callable[[], object], complaint: str) -> None:
    """Reserved and doubled names, mutable values and nameless rules are refused at once."""
    with pytest.raises(ModelError, match=complaint):
        make()


def test_an_action_reads_as_a_sentence() -> None:
    """Rule, arguments and choices are shown; tuples as paths."""
    action = Action("deliver", (("informer", "pods"),), (("default", "web"), 1))
    assert str(action) == "deliver(informer=pods) choosing default/web, 1"


def test_arguments_may_stand_in_any_number_of_rules() -> None:
    """One function with different arguments makes different rules, and each action belongs to one of them."""

    def rules() -> Iterator[str]:
        for each in dinner(3).rules:
            yield str(dinner(3).rule_of(each.action()))

    assert list(rules())[:3] == ["take(seat=0)", "eat(seat=0)", "take(seat=1)"]
