"""The story: sentences that a person reads, and the promise that they break."""

from __future__ import annotations

import re

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from seatrial.traces import Broken, Told, Trace, replay, story

from . import occ
from .random_traces import traces
from .toy import lost_answer, lost_update, no_lost_update, revisions_grow


def test_a_counterexample_reads_as_a_story() -> None:
    """Heading, one numbered sentence a step, and at the end the promise in its own words with the part that failed."""
    assert (
        story(lost_update(), no_lost_update)
        == """\
Scenario: counter
Made with: compare = false
Faults that may happen: lost-answer (at most 1)
Seeded bug (mutant): put-compare

 1. ann reads the counter, it is 0.
 2. bob reads the counter, it is 0.
 3. compute (client ann).
 4. compute (client bob).
 5. ann writes 1; etcd stores it at revision 2.
 6. bob writes 1; etcd stores it at revision 3.
 7. ann hears that it succeeded.
 8. bob hears that it succeeded.

With step 8 a promise is broken: no-lost-update
    The counter is at least what clients were told that they added.
    A client that was not told may have added, too.
The part that failed: the counter counts every success
"""
    )


def test_a_sample_run_reads_as_a_story() -> None:
    """Faults are marked; a run that breaks nothing says so."""
    assert (
        story(lost_answer())
        == """\
Scenario: counter
Made with: compare = true
Faults that may happen: lost-answer (at most 1)

 1. ann reads the counter, it is 0.
 2. compute (client ann).
 3. ann writes 1; etcd stores it at revision 2.
 4. [fault: lost-answer] the answer to ann is lost.

No promise is broken: this is a sample of what can happen.
"""
    )


def test_a_machine_that_tells_nothing_reads_as_its_actions() -> None:
    """Where no event tells, the action is put into words, with the process if no argument names it."""
    assert replay(occ.lost_update(), occ.occ(), [occ.NO_LOST_UPDATE]).as_recorded
    assert (
        story(occ.lost_update(), occ.NO_LOST_UPDATE)
        == """\
Scenario: occ
Made with: size = s1
Faults that may happen: crash (at most 1)
Seeded bug (mutant): occ-compare

 1. [fault: crash] controller: crash.
 2. read (client c1, key o1).
 3. read (client c2, key o1).
 4. compute (client c1).
 5. compute (client c2).
 6. write (client c1).
 7. write (client c2).

With step 7 a promise is broken: no-lost-update
    The objects count as many increments as clients were told succeeded.
"""
    )


def test_without_steps_the_initial_state_is_told() -> None:
    """A promise that is broken from the start has a story without steps."""
    trace = evolve(lost_update(), steps=(), violated=Broken("somebody-wrote"))
    assert story(trace).endswith("put-compare\n\nIn the initial state a promise is broken: somebody-wrote\n")


def test_long_sentences_are_wrapped() -> None:
    """Lines keep to the width, and later lines stand below the sentence's first word."""
    step = evolve(lost_update().steps[0], events=(Told("the kube-controller-manager " + "waits and " * 12 + "waits"),))
    trace = evolve(lost_update(), steps=(step,) * 10)
    lines = story(trace, width=50).splitlines()
    first = lines.index("  1. the kube-controller-manager waits and waits")
    assert lines[first + 1].startswith("     and waits and")
    assert " 10. the kube-controller-manager waits and waits" in lines
    assert max(map(len, lines)) <= 50


def test_names_are_not_torn_apart() -> None:
    """A name with hyphens stays whole, for it is searched for and copied."""
    name = "my-very-long-controller-name-7d4b9c-x2x4z"
    step = evolve(lost_update().steps[0], events=(Told(f"the scheduler binds {name}"),))
    assert name in story(evolve(lost_update(), steps=(step,)), width=30)


def test_no_faults_are_said_to_be_none() -> None:
    """A fault without budget cannot happen, and a scenario without faults says so."""
    trace = lost_answer()
    calm = evolve(trace, scenario=evolve(trace.scenario, faults={"crash": 0}))
    assert "Faults that may happen: none\n" in story(calm)


def test_the_promise_of_another_invariant_is_refused() -> None:
    """A story does not end with a promise that was not broken."""
    with pytest.raises(ValueError, match=r"breaks no-lost-update, .* the words of revisions-grow"):
        story(lost_update(), revisions_grow)


@given(traces, st.integers(min_value=20, max_value=100))
def test_every_trace_has_a_story(trace: Trace, width: int) -> None:
    """Whatever a trace holds, its story has a heading, all steps in their order, and an end."""
    blocks = story(trace, width=width).split("\n\n")
    assert len(blocks) == (3 if trace.steps else 2)
    numbers = iter(re.findall(r"^ +(\d+)\. ", blocks[1], flags=re.MULTILINE))
    assert all(str(number) in numbers for number in range(1, len(trace.steps) + 1))
    assert blocks[0].startswith("Scenario: ")
    assert blocks[-1].endswith("\n")
