"""From a trace back to its scenario, and the replay of a trace that is a file or a value.

Lives here: the look-up of what a trace names: the scenario among the shipped ones and those that the caller offers, its
mutant, its promise.  Must not know: what a replay compares (``seatrial.traces.replay``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import evolve

from seatrial.invariants.catalogue import CATALOGUE, named
from seatrial.invariants.invariant import Invariant
from seatrial.model import scenarios
from seatrial.model.errors import BadInput
from seatrial.model.frozen_json import freeze_map, thaw
from seatrial.model.scenario import Scenario
from seatrial.traces import Replayed, ScenarioRef, Trace, read
from seatrial.traces import replay as take_again

from .mutants import mutant


def remake(reference: ScenarioRef, among: Iterable[Scenario] = ()) -> Scenario:
    """The scenario that a trace names, one of those given or else a shipped one, with its faults, profile and mutant.

    Raises:
        BadInput: there is no such scenario or mutant, or it cannot be made from these parameters.
    """
    own = next((each for each in among if each.name == reference.name), None)
    if own is None:
        parameters = {name: thaw(value) for name, value in reference.parameters.items()}
        made = scenarios.build(reference.name, parameters, reference.faults)
    elif freeze_map(own.parameters) != reference.parameters:
        raise BadInput(
            f"scenario {own.name!r} was made from other parameters than the trace's",
            remedy="give the scenario from which the trace was recorded, or search for the trace again",
        )
    else:
        made = evolve(own, faults=reference.faults)
    made = made.under(reference.profile) if reference.profile else made
    return mutant(reference.mutant).applied(made) if reference.mutant else made


def promise_of(trace: Trace, among: Iterable[Invariant] = ()) -> Invariant | None:
    """The promise that a trace breaks, from those given or the catalogue; ``None`` for a sample run.

    Raises:
        BadInput: there is no such one; names the nearest.
    """
    return named([trace.violated.invariant], _known(among).values())[0] if trace.violated else None


def replay(trace: Trace | Path | str, *among: Scenario, invariants: Iterable[Invariant] = ()) -> Replayed:
    """Take a trace's steps again, and say whether everything goes as recorded.

    Args:
        trace: what was recorded, or its file.
        among: scenarios to look in before the shipped ones.
        invariants: promises beside those of the catalogue.

    Raises:
        BadInput: the file is no trace, or names a scenario, mutant or promise that there is not.
        ModelError: a rule, an observer or an invariant is itself wrong.
    """
    known = _known(invariants)
    if isinstance(trace, Trace):
        recorded, place = trace, ""
    else:
        recorded, place = read(Path(trace)), str(trace)
    try:
        promise_of(recorded, known.values())
        scenario = remake(recorded.scenario, among)
        return take_again(recorded, scenario, list(known.values()))
    except BadInput as bad:
        raise bad if bad.place or not place else BadInput(bad.reason, place=place, remedy=bad.remedy) from None


def _known(invariants: Iterable[Invariant]) -> Mapping[str, Invariant]:
    """The promises by id: those given, and of the catalogue those with other ids."""
    known: dict[str, Invariant] = {}
    for each in (*invariants, *CATALOGUE):
        known.setdefault(each.id, each)
    return known
