"""What ``seatrial check`` is asked to do, as jobs: scenarios with the promises to judge.

Lives here: the reading of ``--fault``, ``--mutant``, ``--profile`` and ``--only``.  Must not know: engines, or how
results are shown.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from attrs import evolve, frozen

from seatrial.checker.mutants import Mutant, mutant
from seatrial.invariants.catalogue import CATALOGUE, named, promised
from seatrial.invariants.invariant import Invariant
from seatrial.model.errors import BadInput, SeatrialError
from seatrial.model.faults import MEANING
from seatrial.model.machine import Machine, place_of
from seatrial.model.profiles import profile_named
from seatrial.model.scenario import Scenario
from seatrial.targets import Target, resolve


@frozen
class Job:
    """A scenario, the promises to judge in it, those that are not made under its faults, and its Python file if any."""

    scenario: Scenario
    invariants: tuple[Invariant, ...]
    not_promised: tuple[Invariant, ...] = ()
    origin: str = ""


@frozen
class Plan:
    """The jobs, and what was asked for and cannot be done, in a line each."""

    jobs: tuple[Job, ...]
    remarks: tuple[str, ...] = ()


def plan(
    names: Sequence[str], *, faults: Sequence[str], broken: str | None, only: Sequence[str], profile: str = ""
) -> Plan:
    """What to do.

    A mutant, a profile or a promise that does not belong to a scenario is an error if that is the only one, else a
    remark.

    Raises:
        BadInput: something that was named does not exist or does not fit.
    """
    budgets = budgets_of(faults)
    bug = None if broken is None else mutant(broken)
    if profile:
        profile_named(profile)
    targets = resolve(names)
    named(only, [each for target in targets for each in (*target.invariants, *CATALOGUE)])
    jobs: list[Job] = []
    remarks: list[str] = []
    for target in targets:
        try:
            jobs.append(_job(_under(target, profile), budgets, bug, only))
        except _DoesNotFit as reason:
            if len(targets) == 1:
                raise
            remarks.append(f"left out: {target.scenario.name} ({reason.reason})")
    if not jobs:
        raise BadInput("nothing is left to be checked", remedy="; ".join(remarks))
    return Plan(tuple(jobs), tuple(remarks))


class _DoesNotFit(BadInput):
    """What was asked for does not belong to one scenario."""


def _under(target: Target, profile: str) -> Target:
    """The target with another profile, if one was asked for."""
    if not profile:
        return target
    try:
        return evolve(target, scenario=target.scenario.under(profile))
    except BadInput as bad:
        raise _DoesNotFit(bad.reason, remedy=bad.remedy) from None


def _job(target: Target, budgets: dict[str, int], bug: Mutant | None, only: Sequence[str]) -> Job:
    scenario = target.scenario
    if budgets:
        scenario = scenario.with_faults(budgets)
    if bug is not None:
        if not bug.fits(scenario):
            raise _DoesNotFit(
                f"mutant {bug.id!r} changes a {bug.of.__name__}, and {scenario.name} is a "
                f"{type(scenario.system).__name__}",
                remedy="`seatrial list mutants` says what each of them changes",
            )
        scenario = bug.applied(scenario)
    try:
        schema = machine_of(scenario).schema
    except BadInput as bad:
        raise (_DoesNotFit(bad.reason, place=bad.place, remedy=bad.remedy) if budgets else bad) from None
    among = [*target.invariants, *CATALOGUE]
    about = [each for each in among if each.concerns(schema)]
    made = promised(scenario, among)
    if not only:
        return Job(scenario, tuple(made), tuple(each for each in about if each not in made), target.origin)
    chosen = [each for each in named(dict.fromkeys(only), _known(among, only)) if each in about]
    if not chosen:
        raise _DoesNotFit(
            f"{' and '.join(only)} {'is' if len(only) == 1 else 'are'} not about {scenario.name}",
            remedy="`seatrial list invariants` says what each of them is about",
        )
    return Job(scenario, tuple(chosen), origin=target.origin)


def _known(among: Sequence[Invariant], only: Sequence[str]) -> list[Invariant]:
    """The invariants to choose from; those of other targets stand for themselves, and are then not about this one."""
    here = {each.id for each in among}
    foreign = [Invariant(each, "", "always", bool, needs=(f"a promise {each}",)) for each in only if each not in here]
    return [*among, *foreign]


def machine_of(scenario: Scenario) -> Machine:
    """The scenario's machine.

    Raises:
        BadInput: it cannot be made; whatever a user's system raises is told in a line.
    """
    try:
        return scenario.machine
    except SeatrialError:
        raise
    except Exception as error:
        reason = f"scenario {scenario.name!r} cannot be made: {type(error).__name__}: {error}"
        raise BadInput(reason, place=place_of(error), remedy="correct it there") from error


def budgets_of(faults: Sequence[str]) -> dict[str, int]:
    """The budgets that ``NAME=N`` words give.

    Raises:
        BadInput: a word is no such thing, or there is no such fault.
    """
    found: dict[str, int] = {}
    for word in faults:
        name, equals, number = word.partition("=")
        if name not in MEANING:
            near = difflib.get_close_matches(name, MEANING, 1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            remedy = f"{meant}the faults are {', '.join(MEANING)}"
            raise BadInput(f"there is no fault {name!r}", place="--fault", remedy=remedy)
        if not equals or not number.isdecimal():
            remedy = f"write {name}=N, N being how often it may happen: 0, 1, 2, …"
            raise BadInput(f"{word!r} gives {name} no budget", place="--fault", remedy=remedy)
        found[name] = int(number)
    return found
