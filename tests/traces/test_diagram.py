"""The sequence diagram: lanes, messages and the broken promise, in text that Mermaid takes apart as it was meant."""

from __future__ import annotations

import re

import pytest
from attrs import evolve
from hypothesis import given

from seatrial.model.events import Arrow
from seatrial.model.machine import Action
from seatrial.traces import Broken, Told, Trace, TraceStep, mermaid

from . import occ
from .random_traces import traces
from .toy import lost_answer, lost_update, no_lost_update, revisions_grow

WORDS = r"(?:[\w .,()\[\]/=+!?'\"@|*→✗…-]|:(?= |$)|<br/>|#\d+;)*"
"""A text without what means something to Mermaid."""
LINES = [
    rf"    title {WORDS}",
    rf"    participant p\d+ as {WORDS}",
    rf"    (?:    )?p\d+(?:->>|--x)p\d+: {WORDS}",
    rf"    (?:    )?Note over p\d+(?:,p\d+)?: {WORDS}",
    r"    rect rgb\(255, 228, 225\)",
    r"    end",
]


def drawn(*told: Told, process: str = "ann", fault: str = "") -> list[str]:
    """The lines of a diagram of one step, without the title."""
    step = TraceStep(Action("go"), process, fault, told)
    return mermaid(evolve(lost_answer(), steps=(step,))).splitlines()[2:]


def readable(text: str) -> str:
    """A diagram whose long notes are broken for this file; in a diagram a note is one line."""
    return text.replace("<br/>", "<br/>\n")


def arrow(source: str, target: str) -> Told:
    """An event that is a message."""
    return Told("", Arrow(source, target, "hello"))


def test_a_counterexample_as_a_diagram() -> None:
    """A lane for each component, a numbered arrow for each message, and the broken promise marked at the end."""
    assert (
        readable(mermaid(lost_update(), no_lost_update))
        == """\
sequenceDiagram
    title counter
    participant p1 as ann
    participant p2 as bob
    participant p3 as API server
    participant p4 as etcd
    p3->>p1: 1. 200 OK: counter=0#59; revision 1
    p3->>p2: 2. 200 OK: counter=0#59; revision 1
    Note over p1: 3. compute (client ann)
    Note over p2: 4. compute (client bob)
    p1->>p3: 5. PUT counter=1
    p3->>p4: 5. txn at revision 2
    p2->>p3: 6. PUT counter=1
    p3->>p4: 6. txn at revision 3
    p3->>p1: 7. 200 OK
    rect rgb(255, 228, 225)
        p3->>p2: 8. 200 OK
        Note over p1,p4: ✗ promise broken: no-lost-update<br/>
The counter is at least what clients were told that they<br/>
added.<br/>
failed: the counter counts every success
    end
"""
    )


def test_a_lost_message_ends_in_a_cross() -> None:
    """A message that never arrives is drawn so, and its fault is named; a sample run has nothing marked."""
    text = mermaid(lost_answer())
    assert text.endswith("    p2--xp1: 4. [fault: lost-answer] 200 OK\n")
    assert "rect" not in text


def test_a_machine_that_tells_nothing_has_a_lane_for_each_process() -> None:
    """Without messages, each action is a note in the lane of who took it."""
    assert (
        readable(mermaid(occ.lost_update(), occ.NO_LOST_UPDATE))
        == """\
sequenceDiagram
    title occ
    participant p1 as controller
    participant p2 as c1
    participant p3 as c2
    Note over p1: 1. [fault: crash] controller: crash
    Note over p2: 2. read (client c1, key o1)
    Note over p3: 3. read (client c2, key o1)
    Note over p2: 4. compute (client c1)
    Note over p3: 5. compute (client c2)
    Note over p2: 6. write (client c1)
    rect rgb(255, 228, 225)
        Note over p3: 7. write (client c2)
        Note over p1,p3: ✗ promise broken: no-lost-update<br/>
The objects count as many increments as clients were told<br/>
succeeded.
    end
"""
    )


def test_lanes_stand_from_clients_to_etcd() -> None:
    """API servers, known by their messages to etcd or by their name, stand before etcd, which is last."""
    lines = drawn(
        arrow("etcd", "a"), arrow("etcd-2", "a"), arrow("b", "etcd"), arrow("api-3", "bob"), arrow("ann", "apinator")
    )
    lanes = [line.split(" as ")[1] for line in lines if "participant" in line]
    assert lanes == ["bob", "ann", "apinator", "a", "b", "api-3", "etcd", "etcd-2"]


def test_a_step_of_no_lane_stands_over_all() -> None:
    """What happens in no component of the diagram is noted over the whole of it."""
    assert drawn(arrow("a", "b"), Told("the clock strikes"), process="clock")[-1] == (
        "    Note over p1,p2: 1. the clock strikes"
    )


def test_a_fault_is_marked_once() -> None:
    """Of a step that tells several things only the first says that it is a fault."""
    lines = drawn(arrow("ann", "b"), Told("ann waits"), fault="crash")
    assert lines[-2:] == ["    p1->>p2: 1. [fault: crash] hello", "    Note over p1: 1. ann waits"]


def test_without_anybody_the_scenario_is_the_lane() -> None:
    """A diagram needs a lane: a trace without processes and messages gets one."""
    assert drawn(process="") == ["    participant p1 as counter", "    Note over p1: 1. go"]


def test_without_steps_the_promise_stands_alone() -> None:
    """A promise that is broken from the start is all that there is to draw."""
    trace = evolve(lost_update(), steps=(), violated=Broken("somebody-wrote"))
    assert mermaid(trace).splitlines()[2:] == [
        "    participant p1 as counter",
        "    rect rgb(255, 228, 225)",
        "        Note over p1: ✗ promise broken: somebody-wrote",
        "    end",
    ]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a; b", "a#59; b"),
        ("#1", "#35;1"),
        ("%%{init}%%", "#37;#37;#123;init#125;#37;#37;"),
        ("<b> & $$x$$", "#60;b#62; #38; #36;#36;x#36;#36;"),
        ("style: a", "style: a"),
        ("style:#a", "style#58;#35;a"),
        ("two\nlines", "two lines"),
        ('"quoted" → größer', '"quoted" → größer'),
    ],
)
def test_what_means_something_to_mermaid_is_escaped(text: str, written: str) -> None:
    """Characters that end a text, or open something, are written as entities; all others stay readable."""
    assert drawn(Told(text))[-1] == f"    Note over p1: 1. {written}"


def test_the_promise_of_another_invariant_is_refused() -> None:
    """A diagram does not mark a promise that was not broken."""
    with pytest.raises(ValueError, match="the words of revisions-grow"):
        mermaid(lost_update(), revisions_grow)


@given(traces)
def test_every_trace_has_a_diagram(trace: Trace) -> None:
    """Whatever a trace holds, each line of its diagram is one of those that Mermaid knows."""
    first, *lines = mermaid(trace).removesuffix("\n").split("\n")
    assert first == "sequenceDiagram"
    assert [line for line in lines if not any(re.fullmatch(known, line) for known in LINES)] == []
