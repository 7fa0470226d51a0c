"""The scenarios of several members of etcd: their sizes, and that what they are about happens in them.

Lives here: what the catalogue's triples do not show.  That the promises hold there is shown by them.
"""

from __future__ import annotations

import pytest
from tests.behaviours import taken

from seatrial.checker.exhaustive import search
from seatrial.checker.mutants import MUTANTS
from seatrial.invariants.invariant import Invariant, always, stepwise
from seatrial.invariants.judging import first_violation
from seatrial.invariants.quorum import etcd_linearizable_kv
from seatrial.model.draft import View
from seatrial.model.errors import BadInput
from seatrial.model.etcd.members import majority_connected
from seatrial.model.etcd.members.events import Agreed, Answered, Failed, Read
from seatrial.model.machine import Action, Step
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import build

NO_FAULTS: dict[str, int] = {}


@pytest.mark.parametrize(
    ("name", "faults", "states"),
    [
        ("quorum", NO_FAULTS, 121),
        ("quorum-rivals", NO_FAULTS, 653),
        ("quorum-watch", NO_FAULTS, 8132),
        ("quorum-grows", NO_FAULTS, 1235),
        ("restore", None, 1003),
        ("restore-bumped", None, 1121),
        ("store-edges", None, 462),
    ],
)
def test_a_scenario_has_its_size(name: str, faults: dict[str, int] | None, states: int) -> None:
    """A change of the model does not go unnoticed."""
    verdict = search(build(name, faults=faults).machine)
    assert verdict.complete
    assert verdict.states == states


@stepwise(on=Failed)
def nobody_fails(before: View, step: Step, after: View) -> bool:
    """No client is told of an error."""
    del before, step, after
    return False


@always()
def errors_mean_no_effect(state: View) -> bool:
    """What ended in an error is not in the history."""
    return not any(entry in state.agreed for entry in state.answers.failed)


@stepwise(on=Agreed)
def nothing_is_late(before: View, step: Step, after: View) -> bool:
    """Nothing is agreed on after its client was told of an error."""
    del step
    return not any(entry in before.answers.failed for entry in after.agreed[len(before.agreed) :])


@stepwise(on=Read)
def local_reads_are_fresh(before: View, step: Step, after: View) -> bool:
    """No member shows less than what was agreed on."""
    del before
    (read,) = step.emitted(Read)
    return bool(read.linearizable or after.members[read.member].applied == len(after.agreed))


@always()
def a_majority_is_there(state: View) -> bool:
    """A majority of the members can communicate."""
    return majority_connected(state.members, state.founders)


@pytest.mark.parametrize(
    ("never", "name", "faults", "most"),
    [
        (nobody_fails, "quorum", {"crash-etcd": 1}, 3),
        (errors_mean_no_effect, "quorum", {"crash-etcd": 1}, 5),
        (nothing_is_late, "quorum", {"crash-etcd": 1}, 6),
        (local_reads_are_fresh, "quorum-watch", None, 5),
        (a_majority_is_there, "quorum", {"crash-etcd": 1, "partition": 1}, 2),
    ],
)
def test_what_a_scenario_is_about_happens(
    never: Invariant, name: str, faults: dict[str, int] | None, most: int
) -> None:
    """A shortest behaviour shows it: an error, an ambiguous write, a late one, a stale read, a lost quorum."""
    verdict = search(build(name, faults=faults).machine, [never])
    assert verdict.violation is not None
    assert len(verdict.violation.actions) <= most


def test_without_a_majority_everything_waits_and_goes_on_afterwards() -> None:
    """With two of three members down nothing can be answered; when one is back, the same write is."""
    scenario = build("quorum", faults={"crash-etcd": 2})
    stuck = [
        action(scenario, "crash", member="n2"),
        action(scenario, "crash", member="n3"),
        action(scenario, "ask", client="writer"),
    ]
    state, _ = taken(scenario.machine, stuck)
    assert {each.rule for each in scenario.machine.enabled(state)} == {"restart"}

    saved = [
        action(scenario, "restart", member="n3"),
        action(scenario, "replicate", leader="n1", follower="n3"),
        action(scenario, "apply", member="n1"),
        action(scenario, "answer", client="writer"),
    ]
    _, events = taken(scenario.machine, [*stuck, *saved])
    assert [each.succeeded for each in events if isinstance(each, Answered)] == [True]


def action(scenario: Scenario, name: str, **arguments: str) -> Action:
    """The action of the scenario's rule with these arguments."""
    return next(
        each.action()
        for each in scenario.machine.rules
        if each.name == name and dict(each.arguments).items() >= arguments.items()
    )


def test_a_write_may_not_go_behind_what_was_answered() -> None:
    """Two writers that are both told that they made revision 2, one after the other, are seen: one write was lost."""
    scenario = MUTANTS["votes-for-anybody"].applied(build("quorum-rivals"))
    steps = [
        action(scenario, "ask", client="rival"),
        action(scenario, "replicate", leader="n1", follower="n2"),
        action(scenario, "apply", member="n2"),
        action(scenario, "answer", client="rival"),
        action(scenario, "depose", candidate="n3"),
        action(scenario, "ask", client="writer"),
        action(scenario, "replicate", leader="n3", follower="n1"),
        action(scenario, "apply", member="n1"),
        action(scenario, "answer", client="writer"),
    ]
    found = first_violation(scenario.machine, [etcd_linearizable_kv], steps)
    assert found is not None
    assert found.position == len(steps)


@pytest.mark.parametrize("name", ["quorum", "restore", "store-edges"])
def test_a_fault_that_cannot_happen_is_refused(name: str) -> None:
    """Who asks for another fault is told which there are."""
    with pytest.raises(BadInput, match="fault"):
        _ = build(name, faults={"lost-answer": 1}).machine
