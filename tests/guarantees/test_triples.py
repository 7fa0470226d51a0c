"""Every promise of the catalogue holds where it says so, ends where it says so, and can be broken in each of its parts.

Each test makes one search, so that they spread over processes.  What a search finds must stand in the corpus and in
GUARANTEES.md.
"""

from __future__ import annotations

import pytest
from attrs import evolve

from seatrial.checker.corpus import path_of
from seatrial.checker.evidence import (
    Searched,
    Witnessed,
    bitten,
    ended,
    held,
    row,
    searched,
    searched_scenarios,
    without_numbers,
)
from seatrial.checker.guarantees import bite_line, ending, held_line, matrix_line, scenario_line
from seatrial.checker.mutants import MUTANTS
from seatrial.invariants.catalogue import GUARANTEES, Guarantee, Limit
from seatrial.traces import read

from .document import OUT_OF_DATE, undocumented

LONG = {"farewell", "quorum", "quorum-rivals", "quorum-grows", "replicaset-outage", "patches"}
"""The scenarios whose complete search is left to the thorough suite."""

LIMITS = [(each, limit) for each in GUARANTEES for limit in each.limits]
TEETH = [(each, identifier, name) for each in GUARANTEES for identifier, name in each.teeth]


def not_as_claimed(found: Searched) -> list[str]:
    """What the catalogue claims of a scenario and a search of it does not bear out."""
    claimed = [held(each.invariant, found) for each in GUARANTEES if found.scenario.name in each.holds_in]
    return [f"{each.verdict} after {each.premises} premises" for each in claimed if not each.as_claimed]


def parts_that_nothing_breaks(found: Searched) -> list[str]:
    """The parts of promises that were judged in a search, but that break in no trace of the corpus."""
    broken: set[tuple[str, str]] = set()
    for each in GUARANTEES:
        witnesses = [limit.witness for limit in each.limits] + [f"mutant-{mutant}" for mutant, _ in each.teeth]
        witnesses += [f"mutant-{mutant}-breaks-{each.invariant.id}" for mutant, _ in each.teeth]
        for violated in (read(path_of(name)).violated for name in witnesses if path_of(name).is_file()):
            if violated is not None:
                broken.add((violated.invariant, without_numbers(violated.part)))
    judged = {(name, without_numbers(part)) for name, parts in found.parts.items() for part in parts}
    return [f"{name}: {part}" for name, part in sorted(judged - broken)]


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.thorough if name in LONG else ()) for name in searched_scenarios()]
)
def test_a_complete_search_keeps_every_promise(name: str) -> None:
    """Nothing that is promised in a scenario breaks there, and what was judged is something that can break.

    What the catalogue names was put to the test, and every part of it is broken by some trace of the corpus.
    """
    found = searched(name)
    lines = [held_line(each.invariant, held(each.invariant, found)) for each in GUARANTEES if name in each.holds_in]

    assert found.verdict.holds, found.verdict.violation
    assert found.verdict.complete
    assert not_as_claimed(found) == []
    assert parts_that_nothing_breaks(found) == []
    assert undocumented(scenario_line(found), *lines) == [], OUT_OF_DATE


def differs_from_the_corpus(witness: Witnessed) -> bool:
    """Whether the trace that a breadth first search finds is another one than that in the corpus.

    The versions that wrote them may differ.
    """
    if witness.trace is None:
        return True
    recorded = read(path_of(witness.name))
    return evolve(recorded, provenance=witness.trace.provenance) != witness.trace


@pytest.mark.parametrize(("guarantee", "limit"), LIMITS, ids=[limit.witness for _, limit in LIMITS])
def test_a_promise_ends_where_the_catalogue_says(guarantee: Guarantee, limit: Limit) -> None:
    """A witness is found, in a circumstance that the promise excepts, and the corpus has it in its shortest form."""
    found = ended(guarantee.invariant, limit)

    assert found.witness.as_claimed
    assert found.why
    assert not differs_from_the_corpus(found.witness), OUT_OF_DATE
    assert undocumented(ending(guarantee.invariant, found)) == [], OUT_OF_DATE


@pytest.mark.parametrize(
    ("guarantee", "identifier", "name"), TEETH, ids=[f"{each[0].invariant.id}-{each[1]}" for each in TEETH]
)
def test_a_mutant_breaks_its_promise(guarantee: Guarantee, identifier: str, name: str) -> None:
    """Without the guard the promise breaks, and the corpus has the shortest way to it."""
    found = bitten(guarantee, identifier, name)

    assert found.witness.as_claimed
    assert not differs_from_the_corpus(found.witness), OUT_OF_DATE
    assert undocumented(bite_line(guarantee.invariant, found)) == [], OUT_OF_DATE


def test_no_mutant_survives() -> None:
    """The catalogue has a use for every mutant (and the test above shows that it breaks its promise)."""
    assert {identifier for _, identifier, _ in TEETH} == set(MUTANTS)


@pytest.mark.parametrize("identifier", ["read-between-operations", "informer-goes-back"])
def test_the_matrix_says_what_a_mutant_breaks(identifier: str) -> None:
    """A row names the promises that break, those that were judged and kept, and no others."""
    found = row(MUTANTS[identifier])

    assert found.broken
    assert set(found.broken) < set(found.judged)
    assert undocumented(matrix_line(found)) == [], OUT_OF_DATE


@pytest.mark.parametrize("guarantee", GUARANTEES, ids=lambda each: each.invariant.id)
def test_every_exception_of_a_promise_has_its_witness(guarantee: Guarantee) -> None:
    """Each fault and hazard that a promise excepts is shown to break it, one at a time."""
    shown: list[str] = []
    for limit in guarantee.limits:
        circumstances = limit.scenario_of().circumstances
        (one,) = circumstances.intersection(guarantee.invariant.limits)
        shown.append(one)

    assert set(shown) == set(guarantee.invariant.limits)


@pytest.mark.parametrize("guarantee", GUARANTEES, ids=lambda each: each.invariant.id)
def test_a_promise_has_words_and_teeth(guarantee: Guarantee) -> None:
    """A promise says what it promises, who says so, and is broken by some mutant."""
    assert guarantee.invariant.sentence
    assert guarantee.invariant.source
    assert all(guarantee.invariant.limits.values())
    assert guarantee.holds_in
    assert guarantee.teeth
