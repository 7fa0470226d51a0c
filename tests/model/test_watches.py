"""etcd's watchers and leases: the exact sizes of their machines, and the known bugs of etcd in them.

Lives here: what complete searches find, with the knobs in which the versions of etcd differ, and without.
"""

from __future__ import annotations

import pytest
from tests.behaviours import taken

from seatrial.checker.exhaustive import search
from seatrial.checker.verdict import Verdict
from seatrial.invariants.etcd_leases import lease_fenced_write_safe, lease_mutex, lease_not_early, lease_one_revision
from seatrial.invariants.etcd_watches import WATCH_PROMISES
from seatrial.model.errors import BadInput
from seatrial.model.machine import Machine
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import build

FORGETS = "compacted-deletion=lost"
OVERTAKES = "progress=overtakes"
LONGEST = 15


def searched(scenario: Scenario, *ids: str) -> Verdict:
    """A search in which these promises are judged."""
    return search(scenario.machine, [WATCH_PROMISES[each] for each in ids])


def told(machine: Machine, verdict: Verdict) -> list[str]:
    """What happens in a counterexample, in sentences."""
    assert verdict.violation is not None
    _, events = taken(machine, verdict.violation.actions)
    return [str(getattr(event, "sentence", event)) for event in events]


@pytest.mark.parametrize(("name", "states"), [("watches", 20011), ("watch-stream", 1616)])
def test_a_right_etcd_keeps_every_promise(name: str, states: int) -> None:
    """A complete search of all states breaks no promise about watches."""
    verdict = searched(build(name), *WATCH_PROMISES)
    assert (verdict.holds, verdict.complete, verdict.states) == (True, True, states)


def test_progress_overtakes_an_event() -> None:
    """A watch that begins in the past is told that it has everything before it has it (etcd issue 15220)."""
    scenario = build("watches", {"writes": 2}).under(OVERTAKES)
    verdict = searched(scenario, "ew-bookmarkable")

    assert verdict.violation is not None
    assert len(verdict.violation.actions) == 4 <= LONGEST
    assert told(scenario.machine, verdict)[-1] == "watcher-1 is told that it has everything up to revision 2"
    assert searched(scenario, "ew-ordered", "ew-unique", "ew-atomic", "ew-reliable").holds


def test_compaction_forgets_a_deletion() -> None:
    """A watch from the compacted revision is told a later put, and not the deletion (etcd issues 18089 and 19179)."""
    scenario = build("watches").under(FORGETS)
    verdict = searched(scenario, "ew-reliable")

    assert verdict.violation is not None
    assert len(verdict.violation.actions) == 7 <= LONGEST
    assert not [each for each in told(scenario.machine, verdict) if "DELETE" in each]
    assert not searched(scenario, "ew-bookmarkable").holds
    assert searched(scenario, "ew-ordered", "ew-unique", "ew-atomic").holds


@pytest.mark.parametrize(("name", "knob"), [("watches-overtaken", OVERTAKES), ("watches-forgetful", FORGETS)])
def test_what_a_knob_does_not_break_is_promised(name: str, knob: str) -> None:
    """In the scenarios with a bug, every promise without a limit for it is kept in a complete search."""
    scenario = build(name)
    kept = [id_ for id_, each in WATCH_PROMISES.items() if each.promised_under(scenario.circumstances)]
    limited = [id_ for id_, each in WATCH_PROMISES.items() if knob in each.limits]

    assert scenario.circumstances == {knob}
    assert sorted(kept + limited) == sorted(WATCH_PROMISES)
    assert searched(scenario, *kept).holds
    assert [id_ for id_ in limited if searched(scenario, id_).holds] == []


def test_there_are_no_faults() -> None:
    """What happens to watchers is no fault but what they must bear."""
    with pytest.raises(BadInput, match="has no faults"):
        _ = build("watches", faults={"crash": 1}).machine


def test_a_stream_waits_for_all_its_watchers() -> None:
    """With two watchers, a notification that passes the events of one of them breaks the promise to that one."""
    scenario = build("watch-stream").under(OVERTAKES)
    assert not searched(scenario, "ew-bookmarkable").holds


# --- Leases ---------------------------------------------------------------------------------------------------------

LEASE_PROMISES = (lease_one_revision, lease_not_early, lease_mutex, lease_fenced_write_safe)


@pytest.mark.parametrize(("name", "states"), [("leases", 19266), ("leases-paused", 22725)])
def test_leases_keep_their_promises(name: str, states: int) -> None:
    """A complete search breaks no promise that is made there: under a pause, none about who believes to have a lock."""
    scenario = build(name)
    promises = [each for each in LEASE_PROMISES if each.promised_under(scenario.circumstances)]
    verdict = search(scenario.machine, promises)

    assert (verdict.holds, verdict.complete, verdict.states) == (True, True, states)
    assert (lease_mutex in promises) is (name == "leases")


def test_two_clients_believe_that_they_have_a_lock() -> None:
    """A client that is paused for longer than its lease lives wakes in the belief that it has the lock still."""
    scenario = build("leases-paused")
    verdict = search(scenario.machine, [lease_mutex])

    assert verdict.violation is not None
    assert len(verdict.violation.actions) == 8 <= LONGEST
    assert told(scenario.machine, verdict)[-1] == "client-2 takes the lock"


def test_leases_have_two_faults() -> None:
    """A fault that is neither a pause nor a change of the leader is refused."""
    with pytest.raises(BadInput, match="has no fault"):
        _ = build("leases", faults={"crash": 1}).machine
