"""Faults: their names, their budgets, and where they can happen."""

from __future__ import annotations

import pytest

from seatrial.model import faults
from seatrial.model.draft import Disabled, spend
from seatrial.model.errors import BadInput
from seatrial.model.scenarios import SCENARIOS, build


@pytest.mark.parametrize("name", faults.MEANING)
def test_every_fault_is_made_by_the_function_of_its_name(name: str) -> None:
    """Whoever writes a scenario says ``faults.lost_answer(2)`` for the fault ``lost-answer``."""
    assert getattr(faults, name.replace("-", "_"))(2) == faults.Fault(name, 2)


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - {"manifest"}))
def test_no_scenario_passes_over_a_fault_that_it_cannot_have(name: str) -> None:
    """No system has all faults, and each refuses those that it does not have: a fault never counts as survived."""
    with pytest.raises(BadInput, match="has no fault"):
        _ = build(name, faults=dict.fromkeys(faults.MEANING, 1)).machine


def test_a_budget_is_used_up() -> None:
    """A rule that spends takes one, and is not enabled where nothing is left."""
    left = {"crash": 1, "pause": 1}
    spend(left, "crash")
    assert left == {"crash": 0, "pause": 1}
    with pytest.raises(Disabled):
        spend(left, "crash")
