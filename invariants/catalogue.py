"""The catalogue: every promise with its triple.

A guarantee is done when it *holds* in a complete search of the scenarios named for it, has a *limit* where it is known
to end (a scenario in which a witness is found), and has *teeth*: mutants of the model that break it.

Lives here: the look-up of promises.  Must not know: engines, or what a mutant changes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from seatrial.model.errors import BadInput
from seatrial.model.scenario import Scenario

from .guarantee import Guarantee, Limit
from .invariant import Invariant
from .triples import GUARANTEES

__all__ = ["CATALOGUE", "GUARANTEES", "Guarantee", "Limit", "named", "promised"]

CATALOGUE: tuple[Invariant, ...] = tuple(each.invariant for each in GUARANTEES)


def named(ids: Iterable[str], among: Iterable[Invariant] = CATALOGUE) -> list[Invariant]:
    """The invariants with these ids.

    Raises:
        BadInput: there is no such one; names the nearest.
    """
    known = {each.id: each for each in among}
    found: list[Invariant] = []
    for identifier in ids:
        if identifier not in known:
            near = difflib.get_close_matches(identifier, known, 1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            raise BadInput(
                f"there is no invariant {identifier!r}", remedy=f"{meant}`seatrial list invariants` lists them"
            )
        found.append(known[identifier])
    return found


def promised(scenario: Scenario, among: Iterable[Invariant] = CATALOGUE) -> list[Invariant]:
    """The invariants that are about this scenario and promised under its faults and hazards."""
    schema = scenario.machine.schema
    return [each for each in among if each.concerns(schema) and each.promised_under(scenario.circumstances)]
