"""A recording of a real API server, replayed on the model.

Lives here: :func:`conform_apiserver`: each recorded request is translated, asked of the model's API server on an etcd
of its own, and the answers are compared.  Must not know: how answers are compared in detail (``answers``), or which
lines are passed over (``skips``).

The model starts as a fresh cluster.  Revisions that others made on the real server between two lines, and those of
lines that are passed over, are made in the model too, by writes to a key that no object has; so "the same change of
etcd's revision" is compared for each line by itself, and one difference is not told twice.  What was asked at the same
time is replayed in the order in which it took effect (see :func:`.apiserver_lines.in_turn`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final, cast

from attrs import Factory, define, evolve

from seatrial.model.apiserver import Answer
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.definitions import RESOURCE as DEFINITIONS
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.errors import BadInput
from seatrial.model.objects import ObjectKey
from seatrial.traces.recordings import APISERVER, Line, read_recording

from . import skips
from .accounts import unrecorded_account
from .answers import Comparison
from .apiserver_lines import (
    actor,
    compaction,
    in_turn,
    is_during_watch,
    is_etcd_watch,
    is_watch,
    request_of,
    revisions,
    told_revision,
)
from .apiserver_world import OTHER_WRITERS_KEY, Handler, World
from .cel import CannotEvaluate
from .clients import SETTINGS
from .correspondence import Correspondence
from .etcd_view import event_differences
from .fields import Difference, as_fields, as_list
from .filling import Filling
from .report import Mismatch, Report, Tally
from .skips import reason_to_skip

WITHOUT_WATCH_CACHE: Final = ("no-watch-cache", "nocache")
"""What the file or scenario of a server that ran without watch caches is called, at least in part."""

Progress = Callable[[int, int], object]


def conform_apiserver(
    path: Path | str,
    *,
    scenarios: Collection[str] | None = None,
    handler: Handler = serve,
    progress: Progress | None = None,
) -> Report:
    """Replay a recording on the model and compare.

    ``scenarios`` selects some (all lines of one share a server with the lines of the others); ``handler`` is the API
    server that is compared; ``progress`` is told how many lines of how many are done.

    Raises:
        BadInput: the recording cannot be read, or has no such scenario.
    """
    lines = read_recording(path, APISERVER)
    if scenarios is not None:
        _check_scenarios(lines, scenarios, str(path))
        lines = [line for line in lines if line.fields["scenario"] in scenarios]
    names = (Path(path).name, *(str(line.fields["scenario"]) for line in lines))
    cached = not any(word in name for word in WITHOUT_WATCH_CACHE for name in names)
    replay = _Replay(World(handler, evolve(SETTINGS, watch_cache=cached, settles=False)))
    done = 0
    for together in in_turn(lines):
        for line in together:
            replay.take(line)
        done += len(together)
        if progress is not None:
            progress(done, len(lines))
    return replay.report()


def _check_scenarios(lines: list[Line], scenarios: Collection[str], path: str) -> None:
    known = {str(line.fields["scenario"]) for line in lines}
    unknown = sorted(set(scenarios) - known)
    if unknown:
        raise BadInput(f"no scenario {unknown[0]!r} here", place=path, remedy=f"there are {', '.join(sorted(known))}")


@define
class _Replay:
    """A replay under way."""

    world: World
    known: Correspondence = Factory(Correspondence)
    tallies: dict[str, Tally] = Factory(dict[str, Tally])
    mismatches: list[Mismatch] = Factory(list[Mismatch])
    reasons: Counter[str] = Factory(Counter[str])
    clock: tuple[int, int] | None = None
    """The recorded revision of etcd at the last line that tells one, and the model's."""
    opened: int = 0
    """The model's revision when the watch was opened that the last lines were asked during; 0 if there is none."""
    filling: Filling = Factory(Filling)
    tokens: dict[str, str] = Factory(dict[str, str])
    """The tokens of service accounts, by the name of the client that uses them."""

    def take(self, line: Line) -> None:
        """Replay one line and note what came of it."""
        pair = revisions(line)
        self._happen_before(line, pair)
        reason = reason_to_skip(line.fields, skips.APISERVER)
        if reason is None:
            reason = self._compare(line, pair)
        if reason is not None:
            self.reasons[reason] += 1
            self._tally(line, Tally(skipped=1))
        if pair is not None:
            self._catch_up(pair[1])
        if is_watch(line) or not is_during_watch(line):
            self.opened = 0

    def report(self) -> Report:
        """What has come of all lines so far."""
        return Report.of(self.tallies, self.mismatches, self.reasons)

    # --- What happened without a request ------------------------------------------------------------------------

    def _happen_before(self, line: Line, pair: tuple[int, int] | None) -> None:
        """What others did before a line was asked, or before it was answered."""
        if pair is not None and self.clock is not None and pair[0] > self.clock[0]:
            self.world.make(unrecorded_account(line, self.world.etcd))
        if pair is not None:
            self._catch_up(pair[0])
        else:
            self.world.settle()
        if is_during_watch(line) and not self.opened:
            self.opened = self.world.etcd.revision
        before = self.world.etcd.revision
        expired = is_watch(line) and self._expire(line)
        told = told_revision(line) if line.fields["request"]["method"] in ("GET", "WATCH") else None
        if told is not None and self.clock is not None and told > self.clock[0] and (pair is None or told <= pair[1]):
            self._catch_up(told)
        if is_watch(line):
            self.opened = self.opened or (before if expired else self.world.etcd.revision)
        compacted = compaction(line)
        if compacted is not None:
            self.world.compact(self.known.revisions.model(compacted))

    def _catch_up(self, recorded: int) -> None:
        """Let others write in the model's etcd until it has come as far as the real one."""
        if self.clock is not None:
            then_recorded, then_model = self.clock
            self.world.reach(then_model + recorded - then_recorded)
        self.clock = (recorded, self.world.etcd.revision)
        self.known.revisions.bind(*self.clock)

    def _expire(self, line: Line) -> bool:
        """Let those events expire whose end a watch was told, though nobody deleted them; whether there are any."""
        expired = False
        body: object = line.fields["response"].get("body")
        for frame in cast("list[object]", body) if isinstance(body, list) else ():
            told = as_fields(frame) or {}
            event = as_fields(told.get("object")) or {}
            if (told.get("type"), event.get("kind")) != ("DELETED", "Event"):
                continue
            metadata = as_fields(event.get("metadata")) or {}
            key = ObjectKey("events", str(metadata.get("namespace")), str(metadata.get("name"))).path
            if key in self.world.etcd.keys and str(metadata.get("resourceVersion")).isdecimal():
                self._catch_up(int(metadata["resourceVersion"]) - 1)
                self.world.expire(key)
                self._catch_up(int(metadata["resourceVersion"]))
                expired = True
        return expired

    # --- Asking and comparing -----------------------------------------------------------------------------------

    def _compare(self, line: Line, pair: tuple[int, int] | None) -> str | None:
        """Ask the model and compare; the reason to pass the line over where the model has no answer."""
        if is_etcd_watch(line):
            self._compare_events(line)
            return None
        response: dict[str, Any] = line.fields["response"]
        asked = request_of(line, self.known, self.tokens.get(actor(line), f"{actor(line)}-token"))
        before = self.world.etcd.revision
        try:
            answer = self.world.ask(asked, time=_time(line), opened=self.opened)
        except CannotEvaluate as error:
            return skips.not_modelled(str(error))
        if isinstance(answer, NotModelled):
            return skips.not_modelled(answer.what)
        change = self.world.etcd.revision - before
        answer = self.filling.allowed(response["status"], asked, answer, self.world.etcd)
        differences = Comparison(asked, self.known).differences(response, answer)
        expected = _expected_change(asked, pair, change)
        if change != expected:
            differences.append(Difference("etcd_revision", expected, change))
        self._learn_token(asked, answer)
        self._note(line, differences)
        return None

    def _compare_events(self, line: Line) -> None:
        """Compare what etcd itself was heard to tell."""
        events = as_list((as_fields(line.fields["response"].get("body")) or {}).get("events")) or ()
        told = [fields for each in events if (fields := as_fields(each)) is not None]
        log = self.world.etcd.log
        self._note(line, event_differences(told, log, self.known, ignore=OTHER_WRITERS_KEY))

    def _learn_token(self, asked: HttpRequest, answer: Answer) -> None:
        """Keep the token that a service account was given: some client will use it."""
        if answer.object is not None and asked.parts[-1:] == ("token",):
            token = answer.object.field("status.token")
            self.tokens[f"sa:{answer.object.namespace}:{answer.object.name}"] = str(token)

    def _note(self, line: Line, differences: list[Difference]) -> None:
        self._tally(line, Tally(mismatched=1) if differences else Tally(matched=1))
        for each in differences:
            self.mismatches.append(
                Mismatch(
                    file=line.file,
                    line=line.number,
                    scenario=str(line.fields["scenario"]),
                    step=str(line.fields["step"]),
                    field=each.field,
                    expected=each.expected,
                    actual=each.actual,
                )
            )

    def _tally(self, line: Line, more: Tally) -> None:
        scenario = str(line.fields["scenario"])
        self.tallies[scenario] = self.tallies.get(scenario, Tally()) + more


def _expected_change(asked: HttpRequest, pair: tuple[int, int] | None, change: int) -> int:
    """By how much a request must raise etcd's revision.  What rose during a read is others' doing."""
    if asked.method == "GET":
        return 0
    recorded = change if pair is None else pair[1] - pair[0]
    if DEFINITIONS in asked.parts and recorded > change > 0:
        return change  # the server itself has begun to write of the definition too
    return recorded


def _time(line: Line) -> float:
    time: object = line.fields.get("t")
    return float(time) if isinstance(time, int | float) else 0.0
