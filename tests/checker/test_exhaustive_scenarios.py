"""The exhaustive engine against the plainest search there is, on the shipped scenarios.

Lives here: the beginning of each scenario; the plain search would take hours for the whole of some.
"""

from __future__ import annotations

import pytest
from tests.checker.comparing import compare

from seatrial.invariants.catalogue import CATALOGUE
from seatrial.model.scenarios import SCENARIOS, build


@pytest.mark.parametrize("name", sorted(SCENARIOS.keys() - {"manifest"}))
def test_a_scenario_begins_as_its_meaning_says(name: str) -> None:
    """States, transitions, premises, verdict and length of the counterexample are those of the plain search."""
    machine = build(name).machine
    compare(machine, [each for each in CATALOGUE if each.concerns(machine.schema)], limit=150)
