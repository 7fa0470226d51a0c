"""What a promise is: made of a function, judged, and checked at the door.

Lives here: tests of the decorators and of single judgements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from seatrial.invariants.invariant import Judgement, always, stepwise
from seatrial.model.draft import Schema, View
from seatrial.model.errors import ModelError
from seatrial.model.machine import Action, Machine, Step

STATE = View(Machine("toy", variables={"x": 3}, rules=[]).initial)


@always(source="the toy's manual", limits={"storm": "Nobody can do anything then."}, needs=["x"])
def x_is_small(state: View) -> bool:
    """X is small.

    Always.
    """
    return bool(state.x < 5)


def test_a_function_becomes_a_promise() -> None:
    """Its name is the id, its docstring the sentence; source and limits are kept."""
    assert (x_is_small.id, x_is_small.sentence, x_is_small.mode) == ("x-is-small", "X is small.\n\nAlways.", "always")
    assert x_is_small.source == "the toy's manual"
    assert dict(x_is_small.limits) == {"storm": "Nobody can do anything then."}


def test_it_is_promised_until_its_limits() -> None:
    """Under any faults but those that are its limits."""
    assert x_is_small.promised_under([])
    assert x_is_small.promised_under(["crash"])
    assert not x_is_small.promised_under(["crash", "storm"])


def test_it_concerns_machines_that_have_what_it_needs() -> None:
    """A machine without the variables that a promise is about has nothing to do with it; maps count as well."""
    assert x_is_small.concerns(Schema(frozenset("x"), frozenset()))
    assert x_is_small.concerns(Schema(frozenset(), frozenset("xy")))
    assert not x_is_small.concerns(Schema(frozenset("y"), frozenset()))


def test_true_false_and_nothing() -> None:
    """A judgement says whether the premise was met, and what failed."""
    answers = iter([True, False, None])

    @always()
    def answered(state: View) -> bool | None:
        """It is answered."""
        del state
        return next(answers)

    assert [answered.judge(STATE) for _ in range(3)] == [Judgement(1), Judgement(1, ""), Judgement(0)]


def test_parts_are_counted_till_one_fails() -> None:
    """Each part that is yielded is a premise met; the first that fails is named, and none after it is judged."""

    @always()
    def parts(state: View) -> Iterator[tuple[str, bool]]:
        """Three things hold."""
        yield "small", state.x < 5
        yield "even", state.x % 2 == 0
        raise AssertionError

    @always()
    def no_parts(state: View) -> Iterator[tuple[str, bool]]:
        """Nothing has to hold."""
        if state.x > 5:
            yield "never asked", False

    assert parts.judge(STATE) == Judgement(2, "even")
    assert no_parts.judge(STATE) == Judgement(0)


def test_steps_are_judged_with_both_states() -> None:
    """A stepwise promise sees what was, what happened and what is; ``on`` names the events that it listens to."""

    @stepwise(on=(str, int))
    def told(before: View, step: Step, after: View) -> bool:
        """What happens is told."""
        return bool(before.x == after.x and step.events)

    assert told.events == (str, int)
    assert told.judge(STATE, Step(Action("speak"), ("hello",)), STATE) == Judgement(1)


def _one(state: View) -> bool:
    """Promise nothing."""
    return bool(state)


NOBODY: Callable[[View], bool] = lambda state: state.x == 0  # noqa: E731 - the point is that it has no name


def _nameless(state: View) -> bool:
    return bool(state)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: always()(NOBODY), "named after its function"),
        (lambda: always()(_nameless), "nameless has no docstring"),
        (lambda: stepwise()(_one), r"one is stepwise: its function takes \(before, step, after\)"),
    ],
)
def test_a_promise_is_checked_when_it_is_made(make: Callable[[], object], complaint: str) -> None:
    """A lambda, a promise without words and one with other parameters are refused at once."""
    with pytest.raises(ModelError, match=complaint):
        make()


def test_writing_while_judging_is_refused() -> None:
    """A promise may only read, and says so as an error of its own."""

    @always()
    def tidies_up(state: View) -> bool:
        """All is tidy."""
        state.x = 0
        return True

    with pytest.raises(ModelError, match="may only read"):
        tidies_up.judge(STATE)


def test_what_raises_while_yielding_is_named() -> None:
    """An error between two parts has the promise's name and the place."""

    @always()
    def stumbles(state: View) -> Iterator[tuple[str, bool]]:
        """Two things hold."""
        yield "first", True
        yield "second", state.x / 0

    with pytest.raises(ModelError, match=r"invariant stumbles raised ZeroDivisionError: .*test_invariant\.py:\d+"):
        stumbles.judge(STATE)
