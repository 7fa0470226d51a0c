"""The evidence for the catalogue: the triple of every promise, run.

Lives here: the searches, and what they came to as frozen values.

1. *Holds*: every scenario that the catalogue names is searched completely, under its own faults, with all that is
   promised there.
2. *Ends*: where a promise is known to end, the shortest behaviour that breaks it.
3. *Bites*: every mutant that the catalogue names for a promise, with the shortest behaviour that breaks it.

And the matrix: every mutant in every scenario in which it matters, with everything promised there.  Each search is
made once and shared.  Nothing here depends on the machine or the time of day.

Must not know: how the evidence is shown (:mod:`.guarantees`) or kept (:mod:`.corpus`).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from typing import Any, cast

from attrs import evolve, field, frozen

from seatrial.invariants.catalogue import GUARANTEES, Guarantee, Limit, promised
from seatrial.invariants.invariant import Invariant
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import QUICK, build
from seatrial.traces import Trace

from .check import trace_of
from .exhaustive import search
from .mutants import MUTANTS, Mutant, mutant
from .verdict import Bounds, Verdict

MATRIX_STATES = 1000
"""A search for the matrix ends once it has found so many states (it looks after each batch, so it has a few more)."""

Say = Callable[[str], None]


@frozen
class Searched:
    """One complete search: the scenario, what was found, and for each promise the parts of it that were judged."""

    scenario: Scenario
    verdict: Verdict
    parts: Mapping[str, tuple[str, ...]]


@frozen
class Held:
    """What a complete search says about one promise."""

    search: Searched
    verdict: str
    premises: int
    parts: tuple[str, ...]

    @property
    def as_claimed(self) -> bool:
        """Whether it holds: everything was explored, nothing broken, and the promise was put to the test."""
        return self.verdict == "holds" and self.search.verdict.holds


@frozen
class Witnessed:
    """A behaviour that breaks a promise, searched for breadth first; ``trace`` is ``None`` if there is none.

    ``name`` is the trace's name in the corpus.
    """

    name: str
    scenario: Scenario
    trace: Trace | None

    @property
    def as_claimed(self) -> bool:
        """Whether there is one."""
        return self.trace is not None

    @property
    def length(self) -> int:
        """The number of its steps, which is the smallest possible; 0 if there is none."""
        return 0 if self.trace is None else len(self.trace.steps)

    @property
    def part(self) -> str:
        """The part of the promise that breaks."""
        return "" if self.trace is None or self.trace.violated is None else self.trace.violated.part


@frozen
class Ended:
    """Where a promise ends: the circumstance, why, and a witness."""

    limit: Limit
    circumstance: str
    why: str
    witness: Witnessed


@frozen
class Bitten:
    """A mutant that breaks a promise."""

    mutant: Mutant
    witness: Witnessed


@frozen
class Proof:
    """All the evidence for one promise."""

    guarantee: Guarantee
    held: tuple[Held, ...]
    ends: tuple[Ended, ...]
    bites: tuple[Bitten, ...]

    @property
    def invariant(self) -> Invariant:
        """The promise."""
        return self.guarantee.invariant


@frozen
class Row:
    """A mutant against all promises.

    ``broken`` says for each promise in which scenarios it broke, ``judged`` in which it was judged; ``complete`` names
    the scenarios whose mutated state space was explored to its end.
    """

    mutant: Mutant
    broken: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    judged: Mapping[str, tuple[str, ...]] = field(factory=dict[str, tuple[str, ...]])
    complete: tuple[str, ...] = ()


@frozen
class Evidence:
    """Everything that was found."""

    searches: tuple[Searched, ...]
    proofs: tuple[Proof, ...]
    matrix: tuple[Row, ...]

    def complaints(self) -> list[str]:
        """Where the catalogue claims what was not found, one line each; empty if everything is as claimed."""
        found: list[str] = []
        for proof in self.proofs:
            name = proof.invariant.id
            found += [
                f"{name} does not hold in {each.search.scenario.name}: {each.verdict}"
                for each in proof.held
                if not each.as_claimed
            ]
            found += [
                f"{name} has no witness {each.witness.name} in {each.limit.scenario}"
                for each in proof.ends
                if not each.witness.as_claimed
            ]
            found += [
                f"{name} survives mutant {each.mutant.id} in {each.witness.scenario.name}"
                for each in proof.bites
                if not each.witness.as_claimed
            ]
        return found

    def witnesses(self) -> Iterator[Witnessed]:
        """Every witness of the triples, in the order of the catalogue."""
        for proof in self.proofs:
            yield from (each.witness for each in proof.ends)
            yield from (each.witness for each in proof.bites)


def collect(say: Say | None = None) -> Evidence:
    """Run everything; ``say`` is told what is about to be searched.

    Raises:
        ModelError: a rule or a promise is itself wrong.
    """
    tell = say or _silent
    searches: dict[str, Searched] = {}
    for name in searched_scenarios():
        tell(f"searching {name} completely")
        searches[name] = searched(name)
    proofs: list[Proof] = []
    for each in GUARANTEES:
        tell(f"where {each.invariant.id} ends, and what breaks it")
        proofs.append(_proof(each, searches))
    return Evidence(tuple(searches.values()), tuple(proofs), tuple(_rows(tell)))


def searched_scenarios() -> list[str]:
    """The scenarios in which the catalogue says that something holds, in the order of lists."""
    return [name for name in QUICK if any(name in each.holds_in for each in GUARANTEES)]


def without_numbers(part: str) -> str:
    """A part of a promise as it stands in the source: where it says how many, with ``n``."""
    return re.sub(r"\d+", "n", part)


def corpus_name(guarantee: Guarantee, identifier: str) -> str:
    """The name of the trace in which a mutant breaks a promise.

    It has the promise's name in it, unless that is the first of the catalogue that this mutant breaks.
    """
    first = next(each for each in GUARANTEES if any(tooth == identifier for tooth, _ in each.teeth))
    name = f"mutant-{identifier}"
    return name if first.invariant.id == guarantee.invariant.id else f"{name}-breaks-{guarantee.invariant.id}"


# --- The triples ------------------------------------------------------------------------------------------------


def _silent(line: str) -> None:
    del line


def searched(name: str) -> Searched:
    """A scenario, searched completely with everything that is promised there."""
    scenario = build(name)
    parts: dict[str, dict[str, None]] = {}
    invariants = [_noting_parts(each, parts.setdefault(each.id, {})) for each in promised(scenario)]
    verdict = search(scenario.machine, invariants)
    return Searched(scenario, verdict, {key: tuple(found) for key, found in parts.items()})


def _noting_parts(invariant: Invariant, noted: dict[str, None]) -> Invariant:
    """The same promise, which notes each part that it judges."""

    def judge(*views: Any) -> object:
        result: object = invariant.function(*views)
        return parts(cast("Iterator[tuple[str, object]]", result)) if inspect.isgenerator(result) else result

    def parts(judged: Iterator[tuple[str, object]]) -> Iterator[tuple[str, object]]:
        for text, holds in judged:
            noted[text] = None
            yield text, holds

    return evolve(invariant, function=judge)


def _proof(guarantee: Guarantee, searches: Mapping[str, Searched]) -> Proof:
    return Proof(
        guarantee,
        tuple(held(guarantee.invariant, searches[name]) for name in guarantee.holds_in),
        tuple(ended(guarantee.invariant, each) for each in guarantee.limits),
        tuple(bitten(guarantee, identifier, name) for identifier, name in guarantee.teeth),
    )


def held(invariant: Invariant, found: Searched) -> Held:
    """What a search says about one promise."""
    judged = next((each for each in found.verdict.judged if each.id == invariant.id), None)
    if judged is None:
        return Held(found, "not promised there", 0, ())
    return Held(found, judged.verdict, judged.premises, found.parts[invariant.id])


def ended(invariant: Invariant, limit: Limit) -> Ended:
    """A place where a promise ends, with its witness; nothing is called the circumstance if it is not exactly one."""
    scenario = limit.scenario_of()
    reached = sorted(scenario.circumstances.intersection(invariant.limits))
    circumstance = reached[0] if len(reached) == 1 else ""
    why = invariant.limits.get(circumstance, "")
    return Ended(limit, circumstance, why, _witnessed(limit.witness, scenario, invariant))


def bitten(guarantee: Guarantee, identifier: str, name: str) -> Bitten:
    """A mutant in a scenario, judged by one promise."""
    found = mutant(identifier)
    scenario = found.applied(build(name))
    return Bitten(found, _witnessed(corpus_name(guarantee, identifier), scenario, guarantee.invariant))


def _witnessed(name: str, scenario: Scenario, invariant: Invariant) -> Witnessed:
    verdict = search(scenario.machine, [invariant])
    found = f"breadth first, so there is no shorter one; {verdict.states:,} states"
    return Witnessed(name, scenario, trace_of(scenario, verdict, [invariant], found=found))


# --- The matrix -------------------------------------------------------------------------------------------------


def _rows(tell: Say) -> Iterator[Row]:
    """All rows, several at a time: by far the most work of all, and none depends on another."""
    with ProcessPoolExecutor() as processes:
        found = processes.map(_found, MUTANTS)
        for changed, (broken, judged, complete) in zip(MUTANTS.values(), found, strict=True):
            tell(f"mutant {changed.id} was put against everything")
            yield Row(changed, broken, judged, complete)


Found = tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], tuple[str, ...]]
"""What a row says, in plain values that another process can send."""


def row(changed: Mutant) -> Row:
    """A mutant in every scenario in which it matters, with everything that is promised there.

    What the triples say of it counts as well: there the search ends only with the first violation.
    """
    return Row(changed, *_found(changed.id))


def _found(identifier: str) -> Found:
    changed = MUTANTS[identifier]
    broken: dict[str, list[str]] = {}
    judged: dict[str, list[str]] = {}
    complete: list[str] = []
    for name in QUICK:
        scenario = build(name)
        if not changed.matters_in(scenario):
            continue
        invariants = promised(scenario)
        failed: set[str] = set()
        noting = [_noting_failures(each, failed) for each in invariants]
        verdict = search(changed.applied(scenario).machine, noting, bounds=Bounds(states=MATRIX_STATES))
        if verdict.complete:
            complete.append(name)
        for each in invariants:
            judged.setdefault(each.id, []).append(name)
            if each.id in failed:
                broken.setdefault(each.id, []).append(name)
    for guarantee in GUARANTEES:
        known = broken.setdefault(guarantee.invariant.id, [])
        known += [name for tooth, name in guarantee.teeth if tooth == changed.id and name not in known]
    return _tuples(broken), _tuples(judged), tuple(complete)


def _noting_failures(invariant: Invariant, failed: set[str]) -> Invariant:
    """The same promise, which notes that it broke and lets the search go on."""

    def judge(*views: Any) -> bool | None:
        judgement = invariant.judge(*views)
        if judgement.failure is not None:
            failed.add(invariant.id)
        return True if judgement.premises else None

    return evolve(invariant, function=judge)


def _tuples(lists: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {key: tuple(values) for key, values in lists.items() if values}
