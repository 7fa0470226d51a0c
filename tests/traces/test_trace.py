"""How a trace is made by taking its steps."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from seatrial.model.errors import BadInput
from seatrial.model.events import Arrow
from seatrial.model.machine import NotEnabled
from seatrial.model.scenario import Scenario
from seatrial.traces import Broken, Provenance, ScenarioRef, Told, Trace

from .toy import BROKEN, LOST_ANSWER, LOST_UPDATE, Counter, act, counter, lost_answer, lost_update


def test_a_trace_keeps_what_its_scenario_was_made_from() -> None:
    """Name, parameters, budgets and mutant are kept; code is not."""
    assert lost_update().scenario == ScenarioRef("counter", {"compare": False}, {"lost-answer": 1}, "put-compare")


def test_a_trace_keeps_its_actions_and_the_broken_promise() -> None:
    """Actions are kept in order, with the caller's word on what they break and how they were found."""
    trace = lost_update()
    assert trace.actions == LOST_UPDATE
    assert trace.violated == BROKEN == Broken("no-lost-update", "the counter counts every success")
    assert trace.provenance == Provenance("exhaustive", version("seatrial"), "breadth first, 91 states")


def test_a_trace_keeps_every_choice() -> None:
    """An action that leaves a choice open is kept with the choice that the rule then took."""
    trace = Trace.of(counter(), [*LOST_ANSWER[:3], act("answer", "ann")])
    assert trace.actions[-1] == act("answer", "ann", ("stopped", True))


def test_steps_keep_what_their_events_told() -> None:
    """Sentences and arrows are kept as plain data; an event that cannot be shown tells nothing."""
    read, compute, write, lose = lost_answer().steps
    answer = Arrow("API server", "ann", "200 OK: counter=0; revision 1")
    assert read.events == (Told("ann reads the counter, it is 0", answer),)
    assert compute.events == ()
    assert [told.sentence for told in write.events] == ["ann writes 1", "etcd stores it at revision 2"]
    assert lose.events == (Told("the answer to ann is lost", Arrow("API server", "ann", "200 OK", lost=True)),)


def test_steps_name_who_took_them_and_their_fault() -> None:
    """Process and fault are those of the rule."""
    read, *_, lose = lost_answer().steps
    assert (read.process, read.fault) == ("ann", "")
    assert (lose.process, lose.fault) == ("API server", "lost-answer")


def test_an_action_that_cannot_be_taken_makes_no_trace() -> None:
    """A trace of steps that are not enabled cannot be made."""
    with pytest.raises(NotEnabled, match="compute"):
        Trace.of(counter(), [act("compute", "ann")])


def test_parameters_that_are_no_json_make_no_trace() -> None:
    """What could not be written down is refused at once."""
    scenario = Scenario("counter", Counter(compare=False, verb="reads"), parameters={"size": object()})
    with pytest.raises(BadInput, match="type object is not JSON"):
        Trace.of(scenario, [])


def test_equal_traces_are_equal_values() -> None:
    """Traces can be compared and hashed, whatever the order in which parameters are given."""
    assert lost_update() == lost_update()
    assert hash(lost_update()) == hash(lost_update())
    assert ScenarioRef("s", {"a": [1], "b": {}}) == ScenarioRef("s", {"b": {}, "a": (1,)})
    assert ScenarioRef("s", {"a": 1}) != ScenarioRef("s", {"a": True})
