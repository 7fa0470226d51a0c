"""The exhaustive engine against the plainest search there is, on random machines.

Lives here: the properties that its speed must not cost.  They are tried with cells of one bit, so that the layout
changes all the time, with tables that are given up at once, and with chunks of one state.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seatrial.checker import exhaustive, expand, space
from seatrial.checker.exhaustive import _Search
from seatrial.checker.limits import Watch
from seatrial.checker.verdict import Bounds
from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import first_violation
from seatrial.model.machine import Machine

from tests.toys.machines import machines, promises
from tests.toys.reference import explore

LIMIT = 250

tuning = st.fixed_dictionaries(
    {
        "bits": st.sampled_from([1, 2, 6]),
        "small": st.sampled_from([0, 3, 20_000]),
        "chunk": st.sampled_from([1, 3, 10_000]),
    }
)


@contextmanager
def tuned(bits: int, small: int, chunk: int) -> Iterator[None]:
    """The engine with other constants: all of them may change its speed only."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(space, "FIRST_BITS", bits)
        patch.setattr(space, "MORE_BITS", bits)
        patch.setattr(expand, "SMALL", small)
        patch.setattr(expand, "CHUNK", chunk)
        patch.setattr(exhaustive, "CHUNK", chunk)
        yield


def compare(machine: Machine, invariants: Sequence[Invariant]) -> None:
    """The engine comes to what the reference comes to."""
    expected = explore(machine, invariants, limit=LIMIT)
    depth = None if expected.complete else len(expected.levels)
    search = _Search(machine, invariants, Watch(Bounds(depth=depth)))
    verdict = search.run()
    if verdict.violation is None:
        assert expected.shortest == {}
        assert {search.space.unpack(each) for each in search.visited} == expected.states
        assert verdict.states == len(expected.states)
        assert (verdict.transitions, verdict.depth) == (expected.transitions, len(expected.levels))
        assert verdict.verdict == ("holds" if expected.complete else "not-found")
        assert {each.id for each in verdict.judged if each.premises} == expected.met
        assert {each.id for each in verdict.judged if each.verdict == "vacuous"} == (
            {each.id for each in invariants} - expected.met if expected.complete else set()
        )
    else:
        name, actions = verdict.violation.invariant, verdict.violation.actions
        assert expected.shortest[name] == len(actions)
        assert len(actions) <= min(expected.shortest.values()) + 1
        (broken,) = [each for each in invariants if each.id == name]
        found = first_violation(machine, [broken], actions)
        assert found is not None
        assert (found.part, found.position) == (verdict.violation.part, len(actions))


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(machines(), promises(), tuning)
def test_it_finds_what_there_is(machine: Machine, invariants: list[Invariant], tuning: dict[str, int]) -> None:
    """States, transitions, depth, premises, verdict and length of the counterexample are those of the plain search."""
    with tuned(**tuning):
        compare(machine, invariants)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(machines(widest=150), promises())
def test_cells_with_many_values_are_no_different(machine: Machine, invariants: list[Invariant]) -> None:
    """The same where a cell takes 150 values, more than it has room for at first."""
    compare(machine, invariants)
