"""A trace as a story: numbered English sentences, then the promise that they break.

Lives here: the rendering for people who know the system and no formal methods.  The words are those of the events
(:mod:`seatrial.model.events`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from textwrap import TextWrapper, shorten

from seatrial.invariants.invariant import Invariant
from seatrial.model.frozen_json import Json, thaw

from .telling import broken_promise, budgets, fault_mark, one_line, untold
from .trace import ScenarioRef, Trace, TraceStep

_LONGEST_PARAMETER = 60


def story(trace: Trace, invariant: Invariant | None = None, *, width: int = 88) -> str:
    """The trace in sentences, one line a step, wrapped to ``width`` columns; ends with a newline.

    ``invariant`` is the one that the trace breaks; without it the promise is only named.

    Raises:
        ValueError: ``invariant`` is another one than the trace breaks.
    """
    blocks = [_heading(trace, width), _steps(trace, width), _ending(trace, invariant, width)]
    return "\n\n".join("\n".join(block) for block in map(list, blocks) if block) + "\n"


def _heading(trace: Trace, width: int) -> Iterator[str]:
    scenario = trace.scenario
    yield from _wrapped(f"Scenario: {scenario.name}", width)
    if scenario.parameters:
        yield from _wrapped(f"Made with: {_parameters(scenario)}", width)
    yield from _wrapped(f"Faults that may happen: {budgets(scenario.faults) or 'none'}", width)
    if scenario.profile:
        yield from _wrapped(f"Profile: {scenario.profile}", width)
    if scenario.mutant:
        yield from _wrapped(f"Seeded bug (mutant): {scenario.mutant}", width)


def _parameters(scenario: ScenarioRef) -> str:
    return ", ".join(f"{name} = {_brief(value)}" for name, value in sorted(scenario.parameters.items()))


def _brief(value: Json) -> str:
    text = value if isinstance(value, str) else json.dumps(thaw(value), ensure_ascii=False)
    return shorten(text, _LONGEST_PARAMETER, placeholder=" …")


def _steps(trace: Trace, width: int) -> Iterator[str]:
    digits = len(str(len(trace.steps)))
    for number, step in enumerate(trace.steps, 1):
        yield from _wrapped(_sentence(step), width, first=f"{number:>{digits + 1}}. ")


def _sentence(step: TraceStep) -> str:
    told = [one_line(each.sentence) for each in step.events if each.sentence]
    return f"{fault_mark(step)}{'; '.join(told) or untold(step)}."


def _ending(trace: Trace, invariant: Invariant | None, width: int) -> Iterator[str]:
    promise = broken_promise(trace, invariant)
    if promise is None:
        yield from _wrapped("No promise is broken: this is a sample of what can happen.", width)
        return
    broken, sentence = promise
    number = len(trace.steps)
    yield from _wrapped(
        f"{f'With step {number}' if number else 'In the initial state'} a promise is broken: {broken.invariant}", width
    )
    for paragraph in filter(None, sentence.split("\n\n")):
        yield from _wrapped(one_line(paragraph), width, first="    ")
    if broken.part:
        yield from _wrapped(f"The part that failed: {one_line(broken.part)}", width)


def _wrapped(text: str, width: int, first: str = "") -> list[str]:
    """Lines of at most ``width`` columns, the later ones indented as far as the first; names are not torn apart."""
    wrapper = TextWrapper(
        width, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False, break_long_words=False
    )
    return wrapper.wrap(text)
