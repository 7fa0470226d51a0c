"""The machines of client machinery: how large they are, and what changes with one knob."""

from __future__ import annotations

import pytest

from seatrial.checker.exhaustive import search
from seatrial.invariants.informers import inf_eventual_equality
from seatrial.invariants.own_writes import exp_no_surplus
from seatrial.model.errors import BadInput
from seatrial.model.scenarios import build

SIZES = {
    "informers-silent": 368,
    "workqueues": 12_592,
    "own-writes": 2_084,
    "own-writes-fresh": 600,
    "own-revisions": 5_104,
}
FIVE_MINUTES = {"stale-cache": 3, "expectations-expire": 1}


@pytest.mark.parametrize("name", SIZES)
def test_a_machine_has_so_many_states(name: str) -> None:
    """A change of the model does not go unnoticed."""
    assert search(build(name).machine).states == SIZES[name]


def test_own_revisions_prevent_what_expectations_do_not() -> None:
    """Five minutes without news make a controller create twice, unless it waits for its own writes (issue 129795)."""
    counting = search(build("own-writes", faults=FIVE_MINUTES).machine, [exp_no_surplus])
    waiting = search(build("own-revisions", faults=FIVE_MINUTES).machine, [exp_no_surplus])

    assert counting.violation is not None
    assert len(counting.violation.actions) == 5
    assert waiting.holds


def test_a_consistent_first_list_prevents_what_an_old_one_does_not() -> None:
    """A controller that starts again with an old list creates twice, unless its first list is new (issue 54096)."""
    faults = {"stale-cache": 3, "crash": 1}
    old = search(build("own-writes", faults=faults).under("first-read=any").machine, [exp_no_surplus])
    new = search(build("own-writes", faults=faults).machine, [exp_no_surplus])

    assert old.violation is not None
    assert new.holds


def test_a_timeout_thaws_a_frozen_informer() -> None:
    """A watch that goes silent freezes an informer for ever, unless the client gives up on it."""
    assert search(build("informers-frozen").machine, [inf_eventual_equality]).violation is not None
    assert search(build("informers-silent").machine, [inf_eventual_equality]).holds


@pytest.mark.parametrize("name", ["informers", "workqueues", "own-writes"])
def test_a_machine_refuses_faults_of_others(name: str) -> None:
    """A fault that cannot happen in a machine is not passed over in silence."""
    with pytest.raises(BadInput, match="fault"):
        _ = build(name, faults={"partition": 1}).machine
