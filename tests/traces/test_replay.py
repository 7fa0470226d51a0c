"""Replay: a trace goes as recorded, or the explanation says at which step and why it does not."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from seatrial.invariants.invariant import Invariant, always
from seatrial.model.errors import BadInput
from seatrial.model.events import Arrow
from seatrial.model.machine import Action, Machine, rule
from seatrial.model.scenario import Scenario
from seatrial.traces import Broken, Replayed, ScenarioRef, Told, Trace, TraceStep, dumps, loads, replay

from .toy import (
    BROKEN,
    LOST_UPDATE,
    PROMISES,
    act,
    counter,
    lost_answer,
    lost_update,
    no_lost_update,
)


def stale(explanation: str, step: int | None) -> Replayed:
    """The outcome that a test expects."""
    return Replayed("stale", explanation, step)


def again(trace: Trace, scenario: Scenario | None = None) -> Replayed:
    """Replay by the toy's promises."""
    return replay(trace, scenario or counter(), PROMISES)


def change(trace: Trace, number: int, **changes: Any) -> Trace:
    """The trace with one of its steps (from 1) recorded otherwise."""
    steps = list(trace.steps)
    steps[number - 1] = evolve(steps[number - 1], **changes)
    return evolve(trace, steps=tuple(steps))


def with_action(trace: Trace, number: int, action: Action) -> Trace:
    """The trace with one action more, so that it becomes the step of that number."""
    return evolve(trace, steps=(*trace.steps[: number - 1], TraceStep(action), *trace.steps[number - 1 :]))


# --- As recorded --------------------------------------------------------------------------------------------


def test_a_counterexample_goes_as_recorded() -> None:
    """The same actions break the same promise in the same part."""
    replayed = again(lost_update())
    assert replayed.as_recorded
    assert replayed.explanation == "8 steps, then `no-lost-update` (the counter counts every success) breaks"


def test_a_sample_run_goes_as_recorded() -> None:
    """A run that was recorded as breaking nothing breaks nothing."""
    replayed = again(lost_answer(), counter(compare=True))
    assert replayed == Replayed("as-recorded", "4 steps, nothing breaks")


def test_a_trace_replays_from_its_file() -> None:
    """What was written and read replays as well: choices are tuples again."""
    assert again(loads(dumps(lost_update()), "a file")).as_recorded


def test_the_order_of_arguments_means_nothing() -> None:
    """Arguments are found by name, in whatever order the file has them."""

    def put(draft: Any, key: str, value: int) -> None:
        draft.stored = f"{key}={value}"

    machine = Machine("store", variables={"stored": ""}, rules=[rule(put, key="a", value=1)])
    scenario = counter()
    scenario.machine = machine
    trace = Trace.of(scenario, machine.enabled(machine.initial))
    turned = evolve(trace.steps[0].action, arguments=(("value", 1), ("key", "a")))
    assert turned != trace.steps[0].action
    assert replay(evolve(trace, steps=(evolve(trace.steps[0], action=turned),)), scenario, []).as_recorded


def test_the_caller_may_make_the_scenario_from_its_reference() -> None:
    """A function is given the reference, and what it makes is replayed."""
    asked: list[ScenarioRef] = []

    def resolve(reference: ScenarioRef) -> Scenario:
        asked.append(reference)
        return counter(compare=bool(reference.parameters["compare"]))

    assert replay(lost_update(), resolve, PROMISES).as_recorded
    assert asked == [lost_update().scenario]


def test_a_scenario_that_cannot_be_made_is_bad_input() -> None:
    """What the caller's function raises is not hidden."""

    def resolve(reference: ScenarioRef) -> Scenario:
        raise BadInput(f"there is no scenario {reference.name!r}")

    with pytest.raises(BadInput, match="there is no scenario 'counter'"):
        replay(lost_update(), resolve, PROMISES)


def test_only_the_recorded_promise_is_judged() -> None:
    """A promise that breaks on the way does not make a trace of another one stale."""
    assert replay(lost_update(), counter(), [nobody_writes, *PROMISES]).as_recorded


@always()
def nobody_writes(state: Any) -> bool:
    """The counter stays as it is."""
    return bool(state.counter == 0)


# --- Stale --------------------------------------------------------------------------------------------------


def test_a_step_that_is_not_enabled() -> None:
    """The explanation names the step, its number, and what could be done instead."""
    trace = with_action(lost_update(), 4, act("write", "bob"))
    assert again(trace) == stale(
        "step 4 of 9, `write(client=bob)`, is not enabled: possible there: `write(client=ann)`, `compute(client=bob)`",
        4,
    )


def test_a_rule_that_is_gone() -> None:
    """The explanation says that the machine has no such rule."""
    trace = with_action(lost_answer(), 1, act("lose", "eve"))
    replayed = again(trace)
    assert replayed.step == 1
    assert replayed.explanation.startswith(
        "step 1 of 5, `lose(client=eve)`, is not enabled: machine 'counter' has no rule lose{'client': 'eve'}; "
        "it has lose(client=ann), lose(client=bob); possible there: `read(client=ann)`, `read(client=bob)`"
    )


def test_what_could_be_done_instead() -> None:
    """Of many actions the first five are listed."""

    def go(draft: Any, to: int) -> None:
        draft.place = to

    scenario = counter()
    scenario.machine = Machine("map", variables={"place": 0}, rules=[rule(go, to=to) for to in range(7)])
    trace = with_action(Trace.of(scenario, []), 1, Action("go", (("to", 9),)))
    assert replay(trace, scenario, []).explanation.endswith(
        "possible there: `go(to=0)`, `go(to=1)`, `go(to=2)`, `go(to=3)`, `go(to=4)` and 2 more"
    )


def test_nothing_could_be_done_instead() -> None:
    """Where a behaviour has come to its end that is said."""
    trace = with_action(lost_update(), 9, act("read", "ann"))
    assert again(evolve(trace, violated=Broken("revisions-grow"))).explanation == (
        "step 9 of 9, `read(client=ann)`, is not enabled: nothing is possible there"
    )


def test_a_choice_that_is_not_offered() -> None:
    """The explanation lists what is offered."""
    trace = lost_update()
    last = evolve(trace.steps[-1].action, choices=(("gone", False),))
    replayed = again(change(trace, 8, action=last))
    assert replayed.step == 8
    assert (
        "the choice ('gone', False) is not offered, only ('stopped', True), ('asleep', False)" in replayed.explanation
    )


def test_a_fault_without_budget() -> None:
    """A fault that the scenario no longer contains is not enabled."""
    replayed = again(lost_answer(), counter(compare=True, lost=0))
    assert replayed.step == 4
    assert replayed.explanation.startswith("step 4 of 4, `lose(client=ann)`, is not enabled")


def test_a_bug_that_is_mended() -> None:
    """The first step that goes otherwise is named beside the one that cannot be taken any more."""
    assert again(lost_update(), counter(compare=True)) == stale(
        "step 8 of 8, `answer(client=bob) choosing asleep/False`, is not enabled: "
        "possible there: `read(client=bob)`; the first difference: step 6 of 8, "
        "`write(client=bob)`, tells 'the API server answers 409 Conflict' as event 2, recorded was "
        "'etcd stores it at revision 3'",
        8,
    )


def test_a_promise_that_is_kept() -> None:
    """Steps that can all be taken but break nothing are said to break nothing."""
    trace = evolve(lost_answer(), violated=BROKEN)
    assert again(trace, counter(compare=True)) == stale(
        "the invariant `no-lost-update` is not broken by these steps", None
    )


def test_another_promise_that_breaks() -> None:
    """If another promise breaks instead, it is named with its step."""
    trace = evolve(lost_answer(), violated=BROKEN)
    assert replay(trace, counter(compare=True), [*PROMISES, nobody_writes]) == stale(
        "the invariant `no-lost-update` is not broken by these steps; "
        "another invariant breaks: `nobody-writes`, at step 3",
        3,
    )


def test_a_promise_that_breaks_too_early() -> None:
    """A promise that is broken before the last step is broken by fewer steps than recorded."""
    trace = evolve(lost_update(), violated=Broken("nobody-writes"))
    assert replay(trace, counter(), [nobody_writes]) == stale(
        "the invariant `nobody-writes` breaks already at step 5, recorded was step 8", 5
    )


def test_a_promise_that_breaks_from_the_start() -> None:
    """The initial state is judged, too."""

    @always()
    def somebody_wrote(state: Any) -> bool:
        """The counter is not zero."""
        return bool(state.counter)

    trace = evolve(lost_update(), violated=Broken("somebody-wrote"))
    assert replay(trace, counter(), [somebody_wrote]) == stale(
        "the invariant `somebody-wrote` breaks already in the initial state, recorded was step 8", 0
    )
    nothing_done = evolve(trace, steps=())
    assert replay(nothing_done, counter(), [somebody_wrote]).as_recorded


def test_what_differs_after_the_break_is_not_told() -> None:
    """What the steps after the break tell does not matter."""
    trace = change(evolve(lost_update(), violated=Broken("nobody-writes")), 7, fault="crash")
    assert replay(trace, counter(), [nobody_writes]) == stale(
        "the invariant `nobody-writes` breaks already at step 5, recorded was step 8", 5
    )


def test_a_break_before_a_step_that_is_not_enabled() -> None:
    """What comes first is told: the promise breaks before the trace comes to the step that cannot be taken."""
    trace = evolve(lost_answer(), violated=Broken("nobody-writes"))
    trace = with_action(trace, 5, act("lose", "ann"))
    assert replay(trace, counter(), [nobody_writes]) == stale(
        "the invariant `nobody-writes` breaks already at step 3, recorded was step 5", 3
    )


def test_another_part() -> None:
    """The same promise in another part is another finding."""
    trace = evolve(lost_update(), violated=Broken("no-lost-update", "nobody added more than once"))
    assert again(trace) == stale(
        "the invariant `no-lost-update` breaks in another part: 'the counter counts every success', "
        "recorded was 'nobody added more than once'",
        8,
    )


def test_a_sample_run_that_breaks_something() -> None:
    """A run recorded as breaking nothing must not break anything."""
    trace = evolve(lost_update(), violated=None)
    assert again(trace) == stale(
        "recorded was a run that breaks nothing, but "
        "`no-lost-update` (the counter counts every success) breaks at step 8",
        8,
    )


def test_a_sample_run_that_is_not_enabled() -> None:
    """A run that breaks nothing must be possible."""
    trace = with_action(lost_answer(), 5, act("lose", "bob"))
    assert again(trace, counter(compare=True)).explanation.startswith(
        "step 5 of 5, `lose(client=bob)`, is not enabled: "
    )


def test_a_promise_that_is_unknown() -> None:
    """A trace of a promise that was taken out of the catalogue is stale."""
    promises: list[Invariant] = [each for each in PROMISES if each is not no_lost_update]
    assert replay(lost_update(), counter(), promises) == stale(
        "there is no invariant `no-lost-update` to judge these steps by", None
    )


SENT = Arrow("ann", "API server", "PUT counter=1")
WROTE = Told("ann writes 1", SENT)


@pytest.mark.parametrize(
    ("number", "recorded", "difference"),
    [
        (3, {"process": "eve"}, "is a step of 'ann', recorded was 'eve'"),
        (3, {"process": ""}, "is a step of 'ann', recorded was 'no process'"),
        (3, {"fault": "crash"}, "is no fault, recorded was the fault `crash`"),
        (3, {"events": (Told("x"),)}, "tells no events, recorded was 1 event"),
        (5, {"events": (WROTE,)}, "tells 2 events, recorded was 1 event"),
        (7, {"action": act("answer", "ann")}, "makes the choices (('stopped', True),), recorded was ()"),
        (5, {"events": (Told("ann dreams", SENT),)}, "tells 'ann writes 1' as event 1, recorded was 'ann dreams'"),
        (
            5,
            {"events": (WROTE, Told("etcd stores it at revision 2"))},
            "shows event 2 as the message 'txn at revision 2' from API server to etcd, recorded was no message",
        ),
        (
            5,
            {"events": (evolve(WROTE, arrow=evolve(SENT, target="etcd", lost=True)),)},
            "shows event 1 as the message 'PUT counter=1' from ann to API server, "  # noqa: ISC004 - one text
            "recorded was the message 'PUT counter=1' from ann to etcd, which is lost",
        ),
    ],
)
def test_a_step_that_tells_otherwise(number: int, recorded: dict[str, Any], difference: str) -> None:
    """The step and the difference are named, though the promise breaks as it did."""
    replayed = again(change(lost_update(), number, **recorded))
    assert replayed == stale(f"step {number} of 8, `{LOST_UPDATE[number - 1]}`, {difference}", number)


def test_words_that_changed() -> None:
    """A scenario that tells the same behaviour in other words makes its traces stale."""
    assert again(lost_update(), counter(verb="gets")) == stale(
        "step 1 of 8, `read(client=ann)`, tells 'ann gets the counter, it is 0' as event 1, "
        "recorded was 'ann reads the counter, it is 0'",
        1,
    )
