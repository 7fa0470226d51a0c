"""Running a litmus in a test: how its promise breaks, and that it does not break."""

from __future__ import annotations

from collections.abc import Hashable

from tests.behaviours import taken

from seatrial.checker.litmus import LITMUS, LONGEST, Found, run
from seatrial.checker.litmus_cases import Setting
from seatrial.checker.remake import replay
from seatrial.model.state import State
from seatrial.traces import dumps, loads


def setting_of(identifier: str, text: str) -> Setting:
    """The setting of a litmus that reads like this."""
    (found,) = (each for each in LITMUS[identifier].settings if each.text == text)
    return found


def broken(identifier: str, text: str) -> Found:
    """The litmus under a setting: the promise breaks in few steps, and what was kept of them replays."""
    found = run(LITMUS[identifier], setting_of(identifier, text))
    assert found.trace is not None
    assert found.as_expected
    assert len(found.trace.steps) <= LONGEST
    assert replay(loads(dumps(found.trace), "what was kept")).as_recorded
    return found


def kept(identifier: str, text: str) -> Found:
    """The litmus under a setting: everything was explored, the promise was put to the test, and nothing breaks."""
    found = run(LITMUS[identifier], setting_of(identifier, text))
    assert found.trace is None
    assert found.verdict.complete
    assert found.as_expected
    return found


def end_of(found: Found) -> State:
    """The state in which the promise is broken."""
    assert found.trace is not None
    state, _ = taken(found.scenario.machine, found.trace.actions)
    return state


def happened(found: Found) -> list[Hashable]:
    """What the steps emit."""
    assert found.trace is not None
    _, events = taken(found.scenario.machine, found.trace.actions)
    return events


def told(found: Found) -> list[str]:
    """What the steps tell, one sentence for each event."""
    assert found.trace is not None
    return [event.sentence for step in found.trace.steps for event in step.events]
