"""The benchmark as a program: what it prints, that its engines agree, and what it refuses.

Lives here: nothing about how fast it is; that is what the program itself is for.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from occ_model import Parameters, occ, promises
from occ_naive import Naive
from seatrial.checker.exhaustive import search

PROGRAM = Path(__file__).resolve().parents[2] / "benchmarks" / "occ.py"
SMALL = ["s1", "--increments", "1"]
KEYS = [
    "states",
    "transitions",
    "depth",
    "cpu_seconds",
    "bytes_per_state",
    "verdict",
    "violated",
    "trace_length",
]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the program."""
    return subprocess.run([sys.executable, PROGRAM, *arguments], capture_output=True, text=True, check=False)


def measured(*arguments: str) -> dict[str, Any]:
    """What the program prints as JSON."""
    finished = run(*arguments, "--json")
    assert finished.returncode == 0, finished.stderr
    printed: dict[str, Any] = json.loads(finished.stdout)
    return printed


@pytest.mark.parametrize(
    "size",
    [
        Parameters(clients=2, increments=1),
        Parameters(clients=1, objects=2, increments=1, children=1, crashes=2),
        Parameters(clients=1, children=3, desired=2, surge=0, lag=3, increments=1),
        Parameters(clients=0, objects=0, children=1, lag=1, crashes=0),
        Parameters(clients=2, objects=1, children=0, lag=1),
    ],
    ids=str,
)
@pytest.mark.parametrize("compare", [True, False])
def test_the_naive_explorer_agrees(size: Parameters, compare: bool) -> None:
    """Two programs that share nothing come to the same counts, or break the same promise in as many steps."""
    naive, verdict = Naive(size, compare).search(), search(occ(size, compare=compare), promises(size))
    if naive.violated is None:
        assert (verdict.states, verdict.transitions, verdict.depth) == (naive.states, naive.transitions, naive.depth)
        assert verdict.holds
    else:
        assert verdict.violation is not None
        assert (verdict.violation.invariant, len(verdict.violation.actions)) == (naive.violated, len(naive.trace))


@pytest.mark.parametrize("engine", ["exhaustive", "naive"])
def test_complete_engines_print_the_counts(engine: str) -> None:
    """The JSON object has its keys in order; nothing breaks, so there is no trace."""
    printed = measured("s1", "--engine", engine)
    assert list(printed) == KEYS
    assert (printed["states"], printed["transitions"], printed["depth"]) == (25_273, 69_587, 28)
    assert (printed["verdict"], printed["violated"], printed["trace_length"]) == ("holds", None, None)
    assert printed["bytes_per_state"] > 0
    assert printed["cpu_seconds"] > 0


@pytest.mark.parametrize("engine", ["exhaustive", "naive", "walk", "hypothesis"])
def test_every_engine_loses_an_update_in_six_steps(engine: str) -> None:
    """Without the comparison, every engine comes to a trace of the same length."""
    printed = measured("s1", "--no-cas", "--engine", engine)
    assert (printed["verdict"], printed["violated"], printed["trace_length"]) == ("violated", "no-lost-update", 6)


def test_random_engines_take_their_options() -> None:
    """Few short behaviours meet few states, and do not say that anything holds."""
    for engine in ("walk", "hypothesis"):
        printed = measured("s1", "--engine", engine, "--examples", "3", "--steps", "4", "--seed", "7")
        assert (printed["verdict"], printed["depth"]) == ("not-found", 5)
        assert printed["states"] <= 13


def test_without_an_engine_two_are_compared() -> None:
    """It runs both and prints the ratio of their CPU seconds, also as JSON."""
    printed = measured(*SMALL)
    assert sorted(printed) == ["cpu_ratio", "exhaustive", "naive"]
    assert printed["exhaustive"]["states"] == printed["naive"]["states"]
    lines = run(*SMALL).stdout.splitlines()
    assert [line.partition(":")[0] for line in lines[:2]] == ["exhaustive", "naive"]
    assert lines[2].startswith("naive takes ")


def test_sizes_can_be_changed_one_by_one() -> None:
    """A number overrides the named size's."""
    changed = measured("s3", "--clients", "1", "--children", "0", "--increments", "1", "--engine", "exhaustive")
    size = Parameters(clients=1, children=0, desired=2, increments=1)
    verdict = search(occ(size), promises(size))
    assert (changed["states"], changed["transitions"]) == (verdict.states, verdict.transitions)


@pytest.mark.parametrize(
    "arguments",
    [
        ["s9"],
        ["--engine", "magic"],
        ["--clients", "-1"],
        ["--clients", "many"],
        ["--engine", "exhaustive", "--seed", "1"],
        ["--seed", "1"],
        ["--engine", "walk", "--steps", "0"],
        ["--frobnicate"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_refused(arguments: list[str]) -> None:
    """Exit status 2 and a last line that says what is wrong; nothing on standard output, and no traceback."""
    finished = run(*arguments)
    assert (finished.returncode, finished.stdout) == (2, "")
    assert finished.stderr.splitlines()[-1].startswith("occ.py: error: ")
    assert "Traceback" not in finished.stderr
