"""The exhaustive engine beside the plainest search there is.

Lives here: what has to be equal.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.toys.reference import explore

from seatrial.checker.exhaustive import Search
from seatrial.checker.limits import Watch
from seatrial.checker.verdict import Bounds
from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import first_violation
from seatrial.model.machine import Machine


def compare(machine: Machine, invariants: Sequence[Invariant], *, limit: int = 250) -> None:
    """The engine comes to what the reference comes to, in so many levels that they have ``limit`` states."""
    expected = explore(machine, invariants, limit=limit)
    depth = None if expected.complete else len(expected.levels)
    search = Search(machine, invariants, Watch(Bounds(depth=depth)))
    verdict = search.run()
    if verdict.violation is None:
        assert expected.shortest == {}
        assert set(search.states()) == expected.states
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
        # A step may break a promise while its level is expanded, before all states of that level were seen at rest.
        assert len(actions) <= min(expected.shortest.values()) + 1
        found = first_violation(machine, [each for each in invariants if each.id == name], actions)
        assert found is not None
        assert (found.part, found.position) == (verdict.violation.part, len(actions))
