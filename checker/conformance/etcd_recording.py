"""A recording of etcd compared with the model: which lines, and the report.

Lives here: :func:`conform_etcd`.  What one line means is known by ``etcd_replay``.

All lines of a version went to one server, and are replayed on one member.  Requests that were under way at once stand
in the order in which they were written down, which need not be the one in which the server took them: where a line does
not fit, some of the next lines of the same kind, in its scenario or in one that ran at the same time, may have come
before it, if all of them fit then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, takewhile
from pathlib import Path
from typing import Final

from seatrial.model.errors import BadInput
from seatrial.traces.recordings import ETCD, Line, read_recording

from .etcd_past import family
from .etcd_replay import Outcome, Replay
from .report import Mismatch, Report, Tally

NEWEST_RECORDED: Final = ("3.6.8",)
AT_ONCE: Final = "requests under way at once: taken in an order that explains all of their answers"
OVER: Final = "time: a lease is over, which by the recorded times it can be"
_MOST_AT_ONCE: Final = 16
"""So many lines of a scenario may have been under way at once."""
_MOST_TRIALS: Final = 500
"""After so many attempts at an order of lines there is none."""

Played = tuple[Line, Outcome]


def conform_etcd(
    path: Path | str,
    *,
    versions: Sequence[str] | None = NEWEST_RECORDED,
    scenarios: Sequence[str] | None = None,
) -> Report:
    """Replay a recording and report where the model differs.

    ``versions`` are releases of etcd (None: all that the file has).  ``scenarios`` limits what is reported; all lines
    are replayed, since all of them make the state.

    Raises:
        BadInput: the file is no recording of etcd, or has no such version or scenario.
    """
    lines = read_recording(path, ETCD)
    wanted = _named(versions, [line.fields["etcd"] for line in lines], "version of etcd", str(path))
    lines = [line for line in lines if line.fields["etcd"] in wanted]
    shown = _named(scenarios, [line.fields["scenario"] for line in lines], "scenario", str(path))
    played = [
        each
        for version in wanted
        for each in _play(Replay.of(version, str(path)), [line for line in lines if line.fields["etcd"] == version])
    ]
    played.sort(key=lambda each: each[0].number)
    return _report([each for each in played if each[0].fields["scenario"] in shown])


def _named(wanted: Sequence[str] | None, there: Iterable[str], what: str, place: str) -> list[str]:
    """The wanted names, or all that are there, without repetition.

    Raises:
        BadInput: a wanted name is not there.
    """
    known = list(dict.fromkeys(there))
    for name in wanted or ():
        if name not in known:
            reason = f"the recording has no {what} {name!r}"
            raise BadInput(reason, place=place, remedy=f"it has {', '.join(known)}")
    return known if wanted is None else list(dict.fromkeys(wanted))


def _play(replay: Replay, lines: Sequence[Line]) -> Iterator[Played]:
    """Play the lines that one server answered."""
    gaps = _after_gaps(lines)
    waiting = list(lines)
    while waiting:
        line = waiting[0]
        before = replay.copy()
        outcome = replay.play(line, after_gap=line in gaps)
        first = _overtaker(before, waiting, gaps) if outcome.differences else None
        if first is None:
            later = _when_leases_are_over(before, line) if outcome.differences and line not in gaps else None
            replay, outcome = (replay, outcome) if later is None else (later, Outcome(rule=OVER))
            del waiting[0]
            yield line, outcome
            continue
        replay = before
        outcome = replay.play(first)
        waiting.remove(first)
        yield first, Outcome(rule=AT_ONCE, skipped=outcome.skipped)


def _after_gaps(lines: Sequence[Line]) -> list[Line]:
    """The lines before which something was asked that is not recorded."""
    numbers = [0, *(line.fields["seq"] for line in lines)]
    return [line for line, before in zip(lines, numbers, strict=False) if line.fields["seq"] != before + 1]


def _overtaker(replay: Replay, waiting: Sequence[Line], gaps: Sequence[Line]) -> Line | None:
    """The line that the server took before the first of these, if that, perhaps with others, makes all of them fit."""
    line, *others = waiting[:_MOST_AT_ONCE]
    at_once = takewhile(lambda other: _may_race(other, line) and other not in gaps, others)
    return _first_of(replay, line, list(at_once), count(1))


def _may_race(one: Line, other: Line) -> bool:
    """Whether two requests may have been under way at once: of one kind, in scenarios that may have run at once.

    Of different kinds they might be too; but then a wrong revision in an answer could be explained by writes that were
    made later, as long as they are near.
    """
    if family(one.fields["scenario"]) != family(other.fields["scenario"]):
        return False
    asked = [each.fields["request"] for each in (one, other)]
    return None not in asked and asked[0]["path"] == asked[1]["path"]


def _first_of(replay: Replay, line: Line, others: Sequence[Line], trials: Iterator[int]) -> Line | None:
    """The first of those that came before a line: each of them fits, changes something, and then so does the line."""
    for first in others:
        if next(trials) > _MOST_TRIALS:
            return None
        trial = replay.copy()
        if not trial.play(first).fits or trial.member == replay.member:
            continue
        rest = [other for other in others if other is not first]
        if trial.copy().play(line).fits or _first_of(trial, line, rest, trials) is not None:
            return first
    return None


def _when_leases_are_over(before: Replay, line: Line) -> Replay | None:
    """The replay after a line that fits if the time of some leases is over, where the recording cannot tell."""
    now = before.copy()
    for lease in before.may_be_over():
        now.end_lease(lease)
        trial = now.copy()
        if trial.play(line).fits:
            return trial
    return None


def _report(played: Sequence[Played]) -> Report:
    tallies: dict[str, Tally] = {}
    for line, outcome in played:
        scenario = line.fields["scenario"]
        tallies[scenario] = tallies.get(scenario, Tally()) + outcome.tally
    mismatches = [
        Mismatch(
            file=line.file,
            line=line.number,
            scenario=line.fields["scenario"],
            step=str(line.fields["step"]),
            field=each.field,
            expected=each.expected,
            actual=each.actual,
        )
        for line, outcome in played
        for each in outcome.differences
    ]
    reasons = Counter(each.skipped for _, each in played if each.skipped)
    rules = Counter(each.rule for _, each in played if each.rule and each.fits)
    return Report.of(tallies, mismatches, reasons, rules)
