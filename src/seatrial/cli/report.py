"""What a check came to, for people: calm, and honest about what was not explored.

Lives here: the rendering of results.  Must not know: how they were found.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from attrs import frozen
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from seatrial.checker.verdict import Judged, Verdict
from seatrial.model.faults import STALE_CACHE
from seatrial.model.scenario import Scenario
from seatrial.traces import Trace, story

from .output import counted, duration, indented, size, width_of
from .plan import Job

_STOPPED = {
    "states": "stopped at the number of states asked for",
    "depth": "stopped at the depth asked for",
    "seconds": "stopped at the time asked for",
    "memory": "stopped before the memory was full",
    "interrupted": "interrupted",
}
_STOPPED_IN_SHORT = {"states": "--max-states", "depth": "--max-depth", "seconds": "--timeout", "memory": "memory full"}
_STYLES = {"holds": "green", "violated": "bold red", "not-found": "yellow", "vacuous": "yellow"}
_MARKS = {"holds": "✓", "violated": "✗", "not-found": "·", "vacuous": "○"}
_INDENT = 2
_WIDE = 96  # columns from which on a table has room for everything


@frozen
class Result:
    """A job and what came of it; ``saved`` is the file of the counterexample."""

    job: Job
    verdict: Verdict
    trace: Trace | None = None
    saved: Path | None = None

    @property
    def scenario(self) -> Scenario:
        """What was explored."""
        return self.job.scenario


def show(console: Console, results: Sequence[Result], *, quiet: bool) -> None:
    """Print the results: one of them in full, several as a table and what is wrong in full."""
    if quiet:
        for each in results:
            if each.verdict.verdict == "violated":
                console.print(Text(f"{each.scenario.name}: {in_words(each.verdict)}"), soft_wrap=True)
    elif len(results) == 1:
        _show_one(console, results[0])
    else:
        console.print(_table(results, with_transitions=console.width >= _WIDE))
        for each in results:
            if each.trace is not None:
                _show_violation(console, each)


def in_words(verdict: Verdict) -> str:
    """The verdict in a sentence."""
    explored = counted(verdict.states, "state")
    stopped = _STOPPED.get(verdict.stopped, verdict.stopped)
    if verdict.violation is not None:
        steps = counted(len(verdict.violation.actions), "step")
        shortest = ", the shortest way there is" if verdict.engine == "exhaustive" else ""
        return f"violated: {verdict.violation.invariant} breaks in {steps}{shortest}"
    if verdict.holds:
        if not any(each.premises for each in verdict.judged):
            return f"nothing to break: all {explored} explored, and no promise was put to the test"
        return f"holds: all {explored} explored"
    if stopped:
        return f"nothing found in {explored}; {stopped}, so this proves nothing"
    return f"nothing found in a sample of {explored}; a sample proves nothing"


def faults_in_words(scenario: Scenario) -> str:
    """Which faults may happen, and how often.

    >>> faults_in_words(Scenario("calm", None, faults={"crash": 1, "stale-cache": 2}))
    'at most 1 crash, copies up to 2 changes stale'
    """
    words = [f"at most {budget} {name}" for name, budget in sorted(scenario.faults.items()) if name != STALE_CACHE]
    if STALE_CACHE in scenario.faults:
        words.append(f"copies up to {counted(scenario.faults[STALE_CACHE], 'change')} stale")
    return ", ".join(words) or "none"


# --- One scenario in full --------------------------------------------------------------------------------------


def _show_one(console: Console, result: Result) -> None:
    scenario, verdict = result.scenario, result.verdict
    width = width_of(console)
    console.print(Text(scenario.name, style="bold"))
    if scenario.summary:
        console.print(Text(indented(scenario.summary, width)), soft_wrap=True)
    console.print()
    lines = Table.grid(padding=(0, 2))
    lines.add_column(style="dim")
    lines.add_column()
    lines.add_row("faults", faults_in_words(scenario))
    if scenario.settings.text or scenario.profile:
        lines.add_row("profile", scenario.profile or scenario.settings.text)
    if scenario.mutant:
        lines.add_row("mutant", Text(scenario.mutant, style="yellow"))
    lines.add_row("verdict", Text(in_words(verdict), style=_STYLES[verdict.verdict]))
    effort = [counted(verdict.transitions, "transition"), f"depth {verdict.depth}", duration(verdict.seconds)]
    lines.add_row("effort", ", ".join([*effort, *([size(verdict.memory)] if verdict.memory else []), verdict.engine]))
    console.print(Padding(lines, (0, 0, 0, _INDENT)), width=width)
    for note in scenario.notes:
        _say(console, note, width)
    console.print()
    console.print(Padding(_promises(verdict.judged), (0, 0, 0, _INDENT)), width=width)
    for line in _untested(verdict.judged):
        _say(console, line, width, style="yellow")
    for line in _left_out(result.job):
        _say(console, line, width, style="dim")
    if result.trace is not None:
        _show_violation(console, result)


def _promises(judged: Iterable[Judged]) -> Table:
    """A line for each promise that was put to the test."""
    lines = Table.grid(padding=(0, 2))
    lines.add_column()
    lines.add_column(no_wrap=True)
    for each in judged:
        if not each.premises:
            continue
        situations = counted(each.premises, "situation")
        words = {
            "holds": f"put to the test in {situations}",
            "not-found": f"not broken in {situations}",
            "violated": f"in {situations}",
        }[each.verdict]
        style = _STYLES[each.verdict]
        lines.add_row(Text(_MARKS[each.verdict], style=style), each.id, Text(each.verdict, style=style), words)
    return lines


def _untested(judged: Iterable[Judged]) -> list[str]:
    """The promises of which nothing was seen, in a line for each verdict on them."""
    words = {"vacuous": "vacuous, never put to the test", "not-found": "not put to the test so far"}
    lines: list[str] = []
    for verdict, told in words.items():
        names = [each.id for each in judged if each.verdict == verdict and not each.premises]
        if names:
            lines.append(f"{_MARKS[verdict]} {told}: {', '.join(names)}")
    return lines


def _left_out(job: Job) -> list[str]:
    """What is not promised under these faults, and why, a line each."""
    lines: list[str] = []
    for each in job.not_promised:
        why = {name: each.limits[name] for name in sorted(job.scenario.circumstances) if name in each.limits}
        told = "; ".join(
            f"{' and '.join(n for n in why if why[n] == text)}: {text}" for text in dict.fromkeys(why.values())
        )
        lines.append(f"not promised: {each.id}, under {told}; `--only {each.id}` checks it all the same")
    return lines


def _say(console: Console, text: str, width: int, style: str = "") -> None:
    console.print(Text(indented(text, width, hanging=_INDENT), style=style), soft_wrap=True)


# --- A counterexample ------------------------------------------------------------------------------------------


def _show_violation(console: Console, result: Result) -> None:
    """The story, and what can be done with it."""
    trace = result.trace
    assert trace is not None  # noqa: S101 - only called for those that have one
    width = width_of(console)
    broken = next(each for each in result.job.invariants if trace.violated and each.id == trace.violated.invariant)
    console.print()
    console.rule(Text(f"{result.scenario.name} breaks {broken.id}", style="bold red"), style="dim red")
    console.print()
    console.print(Text(story(trace, broken, width=width)), soft_wrap=True)
    if result.saved is None:
        _say(
            console, "`--save FILE` keeps this, to be replayed (`seatrial replay`) and drawn (`seatrial show`).", width
        )
    else:
        origin = f" --from {result.job.origin}" if result.job.origin else ""
        _say(console, f"Kept in {result.saved}. It is played again by `seatrial replay {result.saved}{origin}`,", width)
        _say(console, f"and drawn by `seatrial show {result.saved}{origin} --format mermaid`.", width)


# --- Several scenarios -----------------------------------------------------------------------------------------


def _table(results: Sequence[Result], *, with_transitions: bool) -> Table:
    """A line for each scenario."""
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("scenario", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for name in ("states", *(["transitions"] if with_transitions else []), "depth", "time"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("promises")
    for each in results:
        verdict = each.verdict
        word = Text(f"{_MARKS[verdict.verdict]} {verdict.verdict}", style=_STYLES[verdict.verdict])
        table.add_row(
            each.scenario.name,
            word,
            f"{verdict.states:,}",
            *([f"{verdict.transitions:,}"] if with_transitions else []),
            str(verdict.depth),
            duration(verdict.seconds),
            _tally(verdict),
        )
    return table


def _tally(verdict: Verdict) -> str:
    """How many promises came to what; the broken one by name."""
    if verdict.violation is not None:
        return f"{verdict.violation.invariant} breaks"
    counts = Counter[str](each.verdict for each in verdict.judged)
    words = {"holds": "hold", "vacuous": "vacuous", "not-found": "not broken"}
    told = ", ".join(f"{counts[name]} {word}" for name, word in words.items() if counts[name])
    return f"{told}; {_STOPPED_IN_SHORT.get(verdict.stopped, verdict.stopped)}" if verdict.stopped else told
