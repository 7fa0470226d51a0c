"""One elector, step by step, and its lock.

Lives here: properties of single decisions.  Whole elections are searched in ``tests/model/test_leaders.py``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.apiserver.front import handle
from seatrial.model.apiserver.request import Request, create
from seatrial.model.clocks import Time
from seatrial.model.errors import BadInput
from seatrial.model.etcd import Member
from seatrial.model.kinds import of_name
from seatrial.model.machinery.leader_election import (
    Ask,
    Config,
    Create,
    Elector,
    Failed,
    Get,
    Got,
    Missing,
    Outcome,
    Record,
    Reply,
    Rules,
    Update,
    Written,
    begin,
    failed,
    give_up,
    holds,
    margin,
    releasing,
    succeeded,
    told,
)
from seatrial.model.machinery.lease_lock import lease_of, record_of, reply_of, request_of
from seatrial.model.objects import Object

RULES = Rules(Config(15, 10, 2))
THEIRS = Record("b", 15, 0, 0, transitions=3)
MINE = Record("a", 15, 0, 0, transitions=3)
CANDIDATE = Elector("a", observed=THEIRS, fetched=THEIRS, version="7")
LEADER = Elector("a", phase="leader", observed=MINE, version="7")


def after(elector: Elector, now: Time, *replies: Reply, wall: Time = 100) -> tuple[Elector, list[Ask | Outcome]]:
    """An attempt that begins now: the elector afterwards, and all that it asked; it ends with the outcome."""
    elector, asked = begin(RULES, elector, now, wall)
    asks: list[Ask | Outcome] = [asked]
    for reply in replies:
        elector, asked = told(RULES, elector, reply, now)
        asks.append(asked)
    return elector, asks


# --- Configuration ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("durations", [(15, 10, 2), (11, 10, 2), (60, 15, 12), (Fraction(159, 10), 10, 2)])
def test_durations_that_client_go_accepts(durations: tuple[Time, Time, Time]) -> None:
    """The lease must be longer than the deadline, and that longer than 1.2 retry periods: no slack is asked."""
    assert Config(*durations).lease_duration == durations[0]


@pytest.mark.parametrize("durations", [(10, 10, 2), (15, 10, Fraction(25, 3)), (15, 10, 0), (0, -1, -1)])
def test_durations_that_client_go_refuses(durations: tuple[Time, Time, Time]) -> None:
    """Equal durations are refused, a deadline of exactly 1.2 retry periods too, and whatever is not positive."""
    with pytest.raises(BadInput):
        Config(*durations)


def test_the_default_durations_leave_three_seconds() -> None:
    """With 15, 10 and 2 an answer and the end of work may take 3 seconds together; with 11, 10 and 2 nothing."""
    assert margin(Config(), response=2, stop=1) == 0
    assert margin(Config(), response=3, stop=1) == -1
    assert margin(Config(11, 10, 2), response=0, stop=0) < 0


@given(st.fractions(0, Fraction(1, 2), max_denominator=9), st.integers(0, 3))
def test_drift_eats_the_margin_from_both_sides(drift: Fraction, response: int) -> None:
    """Multiplied out, the bound is (answer + stop)(1 - e) + P + D <= L (1 - e) / (1 + e)."""
    config = Config(60, 10, 2)
    slack = Fraction(60) * (1 - drift) / (1 + drift) - (response * (1 - drift) + 12)
    assert margin(config, response=response, stop=0, drift=drift) * (1 - drift) == slack


# --- Attempts -----------------------------------------------------------------------------------------------------


def test_a_leader_writes_without_reading() -> None:
    """The fast path: one update with the version that it has, which keeps the term and the time of acquiring."""
    leader, asks = after(LEADER, 5, Written("8"))
    assert asks == [Update(evolve(MINE, renewed=100), "7"), Outcome.SUCCESS]
    assert (leader.version, leader.observed_at, leader.renewed_at) == ("8", 5, 5)


def test_a_leader_that_loses_reads_and_goes_on() -> None:
    """After a conflict it reads; it sees another holder and fails, but its window stays open and it goes on leading."""
    leader, asks = after(LEADER, 5, Failed(conflict=True), Got(THEIRS, "9"))
    assert asks[1:] == [Get(), Outcome.FAILURE]
    leader = failed(RULES, leader, 5, 0)
    assert (leader.phase, leader.until, leader.wake, leader.is_leader) == ("leader", 15, 7, False)


def test_a_leader_that_wrote_without_knowing_renews_on_the_slow_path() -> None:
    """Its answer was lost, its version is old: it reads its own record and writes again, in the same term."""
    _, asks = after(LEADER, 5, Failed(), Got(evolve(MINE, renewed=99), "8"), Written("9"))
    assert asks == [asks[0], Get(), Update(evolve(MINE, renewed=100), "8"), Outcome.SUCCESS]


def test_a_candidate_waits_while_the_record_counts_and_takes_it_then() -> None:
    """It waits for the duration that the record says, since it saw it; the moment itself is enough."""
    _, before = after(CANDIDATE, 14, Got(THEIRS, "7"))
    taken, at = after(CANDIDATE, 15, Got(THEIRS, "7"), Written("8"))
    assert before == [Get(), Outcome.FAILURE]
    assert at == [Get(), Update(Record("a", 15, 100, 100, transitions=4), "7"), Outcome.SUCCESS]
    assert succeeded(RULES, taken, 15).phase == "leader"


def test_a_record_that_changed_is_watched_from_now_on() -> None:
    """Any change counts as a sign of life; the same record read again does not."""
    same, _ = after(CANDIDATE, 9, Got(THEIRS, "7"))
    renewed, _ = after(CANDIDATE, 9, Got(evolve(THEIRS, renewed=4), "8"))
    assert (same.observed_at, renewed.observed_at) == (0, 9)


def test_the_record_says_how_long_it_counts_not_the_config() -> None:
    """A released record counts one second, and names nobody: it is taken at once."""
    short = evolve(THEIRS, duration=1)
    candidate = evolve(CANDIDATE, observed=short, fetched=short)
    assert after(candidate, 1, Got(short, "7"))[1][1] != Outcome.FAILURE
    assert after(CANDIDATE, 1, Got(evolve(THEIRS, holder=""), "8"))[1][1] != Outcome.FAILURE


def test_a_stored_duration_is_rounded_down() -> None:
    """With 15.9 seconds configured, others wait for 15."""
    config = Config(Fraction(159, 10), 10, 2)
    _, asked = begin(Rules(config), Elector("a"), 0, 0)
    _, then = told(Rules(config), begin(Rules(config), Elector("a"), 0, 0)[0], Missing(), 0)
    assert asked == Get()
    assert then == Create(Record("a", 15, 0, 0))


@given(st.integers(-100, 100), st.integers(-100, 100), st.integers(0, 30))
def test_no_time_of_another_clock_decides(renewed: int, wall: int, now: int) -> None:
    """Whatever date the record and the own wall clock show, what is done depends on the monotonic clock alone."""
    record = evolve(THEIRS, renewed=renewed)
    candidate = evolve(CANDIDATE, observed=record, fetched=record)
    _, asks = after(candidate, now, Got(record, "7"), wall=wall)
    assert (asks[1] == Outcome.FAILURE) == (now < THEIRS.duration)


def test_failing_keeps_a_candidate_asleep_and_a_leader_on_its_period() -> None:
    """A candidate sleeps as long as the dice say; a leader begins every retry period, at once if it is late."""
    candidate, _ = after(CANDIDATE, 3, Failed())
    leader, _ = after(LEADER, 3, Failed(), Failed())
    assert failed(RULES, candidate, 4, 3).wake == 7
    assert failed(RULES, leader, 4, 0).wake == 5
    assert failed(RULES, leader, 9, 0).wake == 9


# --- Release ------------------------------------------------------------------------------------------------------

RELEASING = Rules(Config(15, 10, 2, release_on_cancel=True))


def test_a_release_reads_then_empties_what_it_read() -> None:
    """The version is that of the record just read, the duration one second; a conflict begins it again."""
    leader, asked = give_up(RELEASING, LEADER, 20)
    assert (asked, leader.phase, leader.until) == (Get(), "releasing", 30)
    leader, asked = releasing(RELEASING, leader, Got(evolve(MINE, transitions=5), "9"), 100)
    assert asked == Update(Record("", 1, 100, 100, transitions=5), "9")
    assert releasing(RELEASING, leader, Failed(conflict=True), 100)[1] == Get()
    assert releasing(RELEASING, leader, Written("10"), 100)[0].phase == "over"


def test_a_release_asks_its_memory_whose_the_lease_is() -> None:
    """It empties the record of another holder, because it still believes that it leads; a cautious one does not."""
    leader, _ = give_up(RELEASING, LEADER, 20)
    assert isinstance(releasing(RELEASING, leader, Got(THEIRS, "9"), 100)[1], Update)
    assert releasing(evolve(RELEASING, may_release=holds), leader, Got(THEIRS, "9"), 100)[1] is None


def test_who_does_not_release_is_over_at_once() -> None:
    """Without release nothing is asked when a leader gives up."""
    assert give_up(RULES, LEADER, 20) == (Elector("a", phase="over", wake=None), None)


# --- The lock -----------------------------------------------------------------------------------------------------

times = st.integers(-86_400 * 4, 86_399 * 4).map(lambda quarters: Fraction(quarters, 4))
records = st.builds(Record, st.sampled_from(["", "a", "b"]), st.integers(1, 60), times, times, st.integers(0, 9))


@given(records)
def test_a_lease_holds_the_whole_record(record: Record) -> None:
    """What is written to a Lease is what is read from it."""
    assert record_of(lease_of(record)) == record


def fresh() -> Member:
    """An etcd in which objects can be created."""
    etcd = Member()
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
    handle(etcd, create(of_name("Namespace"), Object.of(namespace)))
    return etcd


def test_the_api_server_is_a_lock() -> None:
    """It tells absence, refuses a second creation and an old version, and never takes an update without a version."""
    etcd = fresh()

    def asked(ask: Ask) -> Reply:
        return reply_of(ask, handle(etcd, request_of(ask)))

    assert asked(Get()) == Missing()
    first = asked(Create(MINE))
    assert isinstance(first, Written)
    assert asked(Create(THEIRS)) == Failed()
    assert isinstance(asked(Update(THEIRS, first.version)), Written)
    assert asked(Update(MINE, first.version)) == Failed(conflict=True)
    unconditional: Request = request_of(Update(MINE, ""))
    assert handle(etcd, unconditional).status == 422
    found: Any = asked(Get())
    assert found.record == THEIRS
