"""Checking a scenario: one entry for all engines, the counterexample as a trace, and what a test calls.

Lives here: the engines by name (:func:`run`), the trace of what they found (:func:`trace_of`), the JSON of a result
(:func:`as_json`), and :func:`check`, which raises :class:`Violated`.
Must not know: how an engine works, or how results are shown.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from seatrial.invariants.catalogue import CATALOGUE, promised
from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import first_violation
from seatrial.model.errors import BadInput, Nondeterministic
from seatrial.model.machine import Machine, NotEnabled
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import SCENARIOS
from seatrial.traces import Broken, Trace, dumps, story, write

from .exhaustive import search
from .limits import Report
from .memory import memory_limit
from .verdict import Bounds, Judged, Verdict

Engine = Callable[..., Verdict]
EXHAUSTIVE: Final = "exhaustive"
NOT_BUILT_YET: Final = ("symbolic",)


def _exhaustive(machine: Machine, invariants: Sequence[Invariant], *, bounds: Bounds, report: Report | None) -> Verdict:
    return search(machine, invariants, bounds=bounds, report=report)


def _hypothesis(machine: Machine, invariants: Sequence[Invariant], **options: Any) -> Verdict:
    from .hypothesis_machine import explore  # noqa: PLC0415 - Hypothesis takes a while to import

    return explore(machine, invariants, **options)


def _walk(machine: Machine, invariants: Sequence[Invariant], **options: Any) -> Verdict:
    from .walk import walk  # noqa: PLC0415 - as the other engines

    return walk(machine, invariants, **options)


ENGINES: Mapping[str, Engine] = {EXHAUSTIVE: _exhaustive, "hypothesis": _hypothesis, "walk": _walk}
"""What can explore a machine, by name.  All but the first take a random sample of behaviours."""


def engine_named(name: str) -> Engine:
    """An engine by its name.

    Raises:
        BadInput: there is no such one (names the nearest), or it is not built yet.
    """
    if name in NOT_BUILT_YET:
        raise BadInput(f"engine {name!r} is not built yet", remedy=f"the engines are {', '.join(ENGINES)}")
    if name not in ENGINES:
        near = difflib.get_close_matches(name, ENGINES, 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise BadInput(f"there is no engine {name!r}", remedy=f"{meant}the engines are {', '.join(ENGINES)}")
    return ENGINES[name]


def run(  # noqa: PLR0913 - options, by name only
    scenario: Scenario,
    invariants: Sequence[Invariant],
    *,
    engine: str = EXHAUSTIVE,
    bounds: Bounds | None = None,
    examples: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
    report: Report | None = None,
) -> Verdict:
    """Explore a scenario and judge the invariants, in the order given.

    ``examples``, ``steps`` (how many behaviours, and how long) and ``seed`` are for the engines that sample; ``None``
    is their own choice.  Without a bound on memory the search stops at most of what the machine has, with
    ``stopped="memory"``, rather than be killed.

    Raises:
        BadInput: there is no such engine, it has no use for an option, or the scenario cannot be made.
        ModelError: a rule, an observer or an invariant is itself wrong.
    """
    explore = engine_named(engine)
    sampling = {"examples": examples, "steps": steps, "seed": seed}
    given = {name: value for name, value in sampling.items() if value is not None}
    if given and engine == EXHAUSTIVE:
        raise BadInput(
            f"engine {engine!r} has no use for {' and '.join(given)}: it explores everything",
            remedy="leave it out, or take another engine: walk, hypothesis",
        )
    bounds = bounds or Bounds()
    if bounds.memory is None:
        bounds = evolve(bounds, memory=memory_limit())
    verdict = explore(scenario.machine, invariants, bounds=bounds, report=report, **given)
    return evolve(verdict, judged=_in_order(verdict.judged, invariants))


def _in_order(judged: Iterable[Judged], invariants: Iterable[Invariant]) -> tuple[Judged, ...]:
    places = {each.id: place for place, each in enumerate(invariants)}
    return tuple(sorted(judged, key=lambda each: places[each.id]))


# --- What was found --------------------------------------------------------------------------------------------


def trace_of(
    scenario: Scenario, verdict: Verdict, invariants: Sequence[Invariant] = CATALOGUE, *, found: str = ""
) -> Trace | None:
    """The counterexample as a trace, ``None`` if there is none.  ``invariants`` are those that were judged.

    Its steps are taken again and judged again, so that a trace is never a product of the engine alone.

    Raises:
        Nondeterministic: they do not lead again to where the engine says that they lead.
    """
    violation = verdict.violation
    if violation is None:
        return None
    judged = [each for each in invariants if each.id == violation.invariant]
    try:
        again = first_violation(scenario.machine, judged, violation.actions)
        if again is None or again.position < len(violation.actions):
            raise _otherwise(verdict, "it does not" if again is None else f"it breaks already at step {again.position}")
        broken = Broken(violation.invariant, again.part)
        return Trace.of(scenario, violation.actions, broken, engine=verdict.engine, found=found)
    except NotEnabled as refusal:
        raise _otherwise(verdict, str(refusal)) from None


def _otherwise(verdict: Verdict, what: str) -> Nondeterministic:
    return Nondeterministic(
        f"scenario {verdict.machine} is not deterministic: the {verdict.engine} engine found that "
        f"{verdict.violation.invariant if verdict.violation else ''} breaks, but when the same steps are taken again "
        f"{what}. A rule, a reconciler or an invariant may depend on nothing but what it is given: look for "
        "randomness, a clock, a global variable, a value that is changed in place, or the order of a set"
    )


def as_json(scenario: Scenario, verdict: Verdict, trace: Trace | None = None) -> dict[str, Any]:
    """One entry of ``results`` in what ``seatrial check --json`` prints."""
    violation = verdict.violation
    return {
        "scenario": scenario.name,
        "engine": verdict.engine,
        "verdict": verdict.verdict,
        "complete": verdict.complete,
        "states": verdict.states,
        "transitions": verdict.transitions,
        "depth": verdict.depth,
        "seconds": round(verdict.seconds, 3),
        "invariants": [each.as_json() for each in verdict.judged],
        "violated": None if violation is None else violation.invariant,
        "trace": None if trace is None else json.loads(dumps(trace)),
        "trace_length": None if violation is None else len(violation.actions),
        "faults": dict(sorted(scenario.faults.items())),
        "mutant": scenario.mutant or None,
        "profile": scenario.profile or None,
        "stopped": verdict.stopped or None,
        "memory": verdict.memory,
        "coverage": dict(verdict.coverage),
        "notes": list(scenario.notes),
    }


# --- For tests -------------------------------------------------------------------------------------------------


class Violated(AssertionError):
    """A promise does not hold.  The text is the story of how it breaks, and how to keep it.

    Attributes:
        scenario: what was explored.
        verdict: what the engine came to.
        trace: the counterexample.
    """

    def __init__(self, message: str, scenario: Scenario, verdict: Verdict, trace: Trace) -> None:
        super().__init__(message)
        self.scenario = scenario
        self.verdict = verdict
        self.trace = trace


Violated.__module__ = "seatrial"  # as tests import it, and as it is printed


def check(  # noqa: PLR0913 - options, by name only
    scenario: Scenario,
    invariants: Iterable[Invariant] | None = None,
    *,
    beyond_limits: bool = False,
    engine: str = EXHAUSTIVE,
    bounds: Bounds | None = None,
    examples: int | None = None,
    steps: int | None = None,
    seed: int | None = None,
    save: str | Path | None = None,
) -> Verdict:
    """Explore a scenario; for tests.

    Args:
        scenario: what is explored.
        invariants: what is judged, by default the whole catalogue.  Of them, those that are not about this scenario, or
            are not promised under its faults, are left out.
        beyond_limits: judge also what is not promised under the scenario's faults.
        engine: ``exhaustive``, ``walk`` or ``hypothesis``.
        bounds: where to stop before the end.
        examples: how many behaviours are sampled (not by ``exhaustive``).
        steps: how long these are.
        seed: where the sampling starts.
        save: the file for the counterexample, if there is one.

    Returns:
        What the engine came to.  Only if its ``holds`` is true was everything explored.

    Raises:
        Violated: a promise breaks.
        BadInput: an argument cannot be used, or nothing is left to be judged.
        ModelError: a rule, a reconciler or an invariant is itself wrong.
    """
    __tracebackhide__ = True  # pytest shows the test's own line
    given = CATALOGUE if invariants is None else tuple(invariants)
    judged = _judged(scenario, given, beyond_limits=beyond_limits)
    verdict = run(scenario, judged, engine=engine, bounds=bounds, examples=examples, steps=steps, seed=seed)
    trace = trace_of(scenario, verdict, judged, found="" if seed is None else f"seed {seed}")
    if trace is not None:
        if save is not None:
            write(Path(save), trace)
        raise Violated(_message(scenario, trace, judged, save), scenario, verdict, trace)
    return verdict


def _judged(scenario: Scenario, given: Sequence[Invariant], *, beyond_limits: bool) -> list[Invariant]:
    schema = scenario.machine.schema
    judged = [each for each in given if each.concerns(schema)] if beyond_limits else promised(scenario, given)
    if not judged:
        raise BadInput(
            f"none of the {len(given)} promises given is about scenario {scenario.name!r} and made under its faults",
            remedy="give others, or say beyond_limits=True",
        )
    return judged


def _message(scenario: Scenario, trace: Trace, judged: Sequence[Invariant], save: str | Path | None) -> str:
    broken = trace.violated
    invariant = next(each for each in judged if broken is not None and each.id == broken.invariant)
    if save is None:
        keep = "To keep it: check(…, save=FILE)."
    else:
        origin = "" if scenario.name in SCENARIOS else " --from FILE.py"
        play, draw = f"seatrial replay {save}{origin}", f"seatrial show {save} --format mermaid"
        keep = f"Kept in {save}: `{play}` plays it, `{draw}` draws it."
    return f"{scenario.name} breaks {invariant.id}\n\n{story(trace, invariant)}\n{keep}"
