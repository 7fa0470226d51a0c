"""Litmus tests: real bugs of control planes, each with a verdict that one setting turns over.

A litmus is a scenario, a promise, and settings.  Under one setting the promise breaks as it did in the field; under
another a complete search finds nothing.  ``python -m seatrial.checker.litmus`` writes ``docs/litmus.md``.

Lives here: running them, and the document.  Must not know: how a scenario is explored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from seatrial.invariants.catalogue import named
from seatrial.invariants.invariant import Invariant
from seatrial.model.profiles import KNOBS
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import build
from seatrial.traces import Trace, story

from .check import trace_of
from .exhaustive import search
from .litmus_cases import CASES, Litmus, Setting
from .verdict import Verdict

DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "litmus.md"
LITMUS: Final[Mapping[str, Litmus]] = {each.id: each for each in CASES}
LONGEST: Final = 15
"""A trace of more steps is no litmus: nobody would follow it."""


@frozen
class Found:
    """What a search came to: the verdict, and the shortest behaviour that breaks the promise, if one does."""

    setting: Setting
    scenario: Scenario
    invariant: Invariant
    verdict: Verdict
    trace: Trace | None

    @property
    def as_expected(self) -> bool:
        """It breaks in few steps where it should; where it should not, all was explored and the promise was tested."""
        if self.setting.breaks:
            return self.trace is not None and len(self.trace.steps) <= LONGEST
        return self.verdict.holds and all(each.premises for each in self.verdict.judged)


def run(litmus: Litmus, setting: Setting) -> Found:
    """Search until the promise breaks, or completely; whether it is promised under this setting does not matter."""
    scenario = build(litmus.scenario, setting.parameters).with_faults(setting.faults)
    if setting.profile:
        scenario = scenario.under(setting.profile)
    (invariant,) = named([litmus.promise])
    verdict = search(scenario.machine, [invariant])
    return Found(setting, scenario, invariant, verdict, trace_of(scenario, verdict, [invariant]))


# --- The document -----------------------------------------------------------------------------------------------


def document() -> str:
    """``docs/litmus.md``."""
    results = {each.id: [run(each, setting) for setting in each.settings] for each in CASES}
    rows = "\n".join(line for each in CASES for line in _rows(each, results[each.id]))
    sections = "\n".join(_section(each, results[each.id]) for each in CASES)
    return f"{_INTRODUCTION}{_HEAD}{rows}\n\n{_KNOBS}{_knobs()}\n\n{sections}"


def _rows(litmus: Litmus, results: list[Found]) -> Iterator[str]:
    for number, found in enumerate(results):
        name = f"[{litmus.id}](#{litmus.id})" if number == 0 else ""
        yield f"| {name} | `{found.setting.text}` | {_verdict(found)} | {_states(found.verdict)} |"


def _verdict(found: Found) -> str:
    if found.trace is not None:
        return f"breaks in {len(found.trace.steps)} steps"
    return "holds" if found.verdict.holds else "not found"


def _states(verdict: Verdict) -> str:
    """How much was explored; a search that found something ended there."""
    if not verdict.complete:
        return f"{verdict.states:,} until then"
    return f"{verdict.states:,} states, {verdict.transitions:,} transitions, depth {verdict.depth}"


def _knobs() -> str:
    """Each knob with the litmus tests that it turns over."""
    lines: list[str] = []
    for knob in KNOBS.values():
        turned = [each.id for each in CASES if any(_sets(knob.name, setting) for setting in each.settings)]
        links = ", ".join(f"[{each}](#{each})" for each in turned)
        lines += [f"| `{knob.name}` | `{name}` | {where} | {links} |" for name, where in knob.settings.items()]
    return "\n".join(lines)


def _sets(knob: str, setting: Setting) -> bool:
    return any(each.partition("=")[0] == knob for each in setting.profile.split(","))


def _section(litmus: Litmus, results: list[Found]) -> str:
    (broken, *_) = (each for each in results if each.trace is not None)
    assert broken.trace is not None  # noqa: S101 - those were chosen
    told = story(broken.trace, broken.invariant).rstrip()
    faults = ", ".join(f"`{name}` {count}" for name, count in sorted(broken.scenario.faults.items())) or "none"
    return (
        f"## {litmus.id}\n\n{litmus.story}\n\n"
        f"- Found in the field: {litmus.source}.\n"
        f"- Scenario: `{litmus.scenario}`; faults: {faults}.\n"
        f"- Promise: `{litmus.promise}`. {' '.join(broken.invariant.sentence.split())}\n"
        f"{_command(litmus, broken.setting)}\n"
        f"```text\n{told}\n```\n"
    )


def _command(litmus: Litmus, setting: Setting) -> str:
    """How to run it on the command line, which takes no parameters."""
    if setting.parameters:
        return ""
    options = [f"--profile {setting.profile}"] if setting.profile else []
    options += [f"--fault {name}={count}" for name, count in setting.faults.items()]
    command = " ".join(["seatrial check", litmus.scenario, *options, f"--only {litmus.promise}"])
    return f"- To see it: `{command}`\n"


_INTRODUCTION: Final = """\
# Litmus tests

This document is generated: `python -m seatrial.checker.litmus` writes it anew, and a test fails when it is out of date.

Each litmus is a bug that real control planes had, or have, made as small as it goes: a scenario, a promise, and one
setting that turns the verdict over. Where the promise breaks, the trace is the shortest that there is (the search is
breadth first); where it holds, every reachable state within the scenario's faults was explored.

"""
_HEAD: Final = """\
| litmus | setting | verdict | explored |
| --- | --- | --- | --- |
"""
_KNOBS: Final = """\
## Which version, which verdict

A knob is something in which versions differ. What stands in the last column is turned over by it.

| knob | setting | where | litmus |
| --- | --- | --- | --- |
"""


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), encoding="utf-8")
