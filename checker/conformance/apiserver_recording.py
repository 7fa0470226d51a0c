"""A recording of a real API server, replayed on the model.

Lives here: :func:`conform_apiserver`: each recorded request is translated, asked of the model's API server on an etcd
of its own, and the answers are compared.  Must not know: how answers are compared in detail (``answers``), or which
lines are passed over (``skips``).

The model starts as a fresh cluster: the namespaces that every cluster has.  Revisions that others made on the real
server between two lines, and those of lines that are passed over, are made in the model too, by writes to a key that
no object has; so "the same change of etcd's revision" is compared for each line by itself, and one difference is not
told twice.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from attrs import Factory, define, evolve

from seatrial.model import kinds
from seatrial.model.apiserver import ADMIN, FULL, Answer, Malformed, Settings, User, create, front
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.errors import BadInput
from seatrial.model.etcd import Member
from seatrial.model.etcd.cells import Cells
from seatrial.model.etcd.requests import Put
from seatrial.model.frozen_json import Json, freeze
from seatrial.model.objects import Object
from seatrial.traces.recordings import APISERVER, Line, read_recording

from . import skips
from .answers import Comparison, Difference, Written
from .correspondence import Correspondence
from .report import Mismatch, Report
from .skips import reason_to_skip

Handler: TypeAlias = Callable[[Cells, HttpRequest, Settings], Answer | NotModelled]

_NAMESPACES_OF_EVERY_CLUSTER: Final = ("default", "kube-node-lease", "kube-public", "kube-system")
_OTHER_WRITERS_KEY: Final = "/registry/of-other-writers"

_USERS: Final = {"admin": ADMIN, "alice": User("alice"), "bob": User("bob")}
"""The clients of the recordings: each one's token is its name.  Who has no token is called anonymous there."""

SETTINGS: Final = evolve(FULL, tokens=_USERS)
"""A server that is set up as the recorded ones were."""


def conform_apiserver(
    path: Path | str, *, scenarios: Collection[str] | None = None, handler: Handler = serve
) -> Report:
    """Replay a recording on the model and compare.

    ``scenarios`` selects some (all lines of one share a server with the lines of the others); ``handler`` is the API
    server that is compared.

    Raises:
        BadInput: the recording cannot be read, or has no such scenario.
    """
    lines = read_recording(path, APISERVER)
    if scenarios is not None:
        _check_scenarios(lines, scenarios, str(path))
        lines = [line for line in lines if line.fields["scenario"] in scenarios]
    replay = _Replay(handler)
    for line in lines:
        replay.take(line)
    return replay.report()


def _check_scenarios(lines: list[Line], scenarios: Collection[str], path: str) -> None:
    known = {str(line.fields["scenario"]) for line in lines}
    unknown = sorted(set(scenarios) - known)
    if unknown:
        raise BadInput(f"no scenario {unknown[0]!r} here", place=path, remedy=f"there are {', '.join(sorted(known))}")


@define
class _Replay:
    """A replay under way."""

    handler: Handler
    etcd: Member = Factory(Member)
    known: Correspondence = Factory(Correspondence)
    written: Written = Factory(Written)
    matched: int = 0
    mismatched: int = 0
    mismatches: list[Mismatch] = Factory(list[Mismatch])
    reasons: Counter[str] = Factory(Counter[str])
    clock: tuple[int, int] | None = None
    """The recorded revision of etcd at the last line, and the model's."""

    def __attrs_post_init__(self) -> None:
        for name in _NAMESPACES_OF_EVERY_CLUSTER:
            namespace = Object.of({"metadata": {"name": name}})
            front.handle(self.etcd, create(kinds.of_name("Namespace"), namespace))

    def take(self, line: Line) -> None:
        """Replay one line and note what came of it."""
        before, after = self._recorded_revisions(line)
        self._catch_up(before)
        reason = reason_to_skip(line.fields, skips.APISERVER)
        if reason is None:
            reason = self._compare(line, self._request(line), after - before)
        if reason is not None:
            self.reasons[reason] += 1
        self._catch_up(after)

    def report(self) -> Report:
        """What has come of all lines so far."""
        skipped = sum(self.reasons.values())
        return Report(
            steps=self.matched + self.mismatched + skipped,
            matched=self.matched,
            mismatched=self.mismatched,
            skipped=skipped,
            mismatches=tuple(self.mismatches),
            reasons=tuple(sorted(self.reasons.items())),
        )

    def _recorded_revisions(self, line: Line) -> tuple[int, int]:
        """The revision of etcd before and after; a line that does not tell is taken to have changed nothing."""
        match line.fields.get("etcd_revision"):
            case [int(before), int(after)]:
                return before, after
            case None:
                present = 0 if self.clock is None else self.clock[0]
                return present, present
            case _:
                raise line.bad("etcd_revision is not a pair of numbers", "repair or remove the line")

    def _catch_up(self, recorded: int) -> None:
        """Let others write in the model's etcd until it has come as far as the real one."""
        if self.clock is not None:
            then_recorded, then_model = self.clock
            while self.etcd.revision < then_model + recorded - then_recorded:
                self.etcd.serve(Put(_OTHER_WRITERS_KEY))
        self.clock = (recorded, self.etcd.revision)
        self.known.revisions.bind(*self.clock)

    def _request(self, line: Line) -> HttpRequest:
        """The request of a line, as the model's server is asked."""
        request: dict[str, Any] = line.fields["request"]
        actor = str(line.fields.get("actor"))
        return HttpRequest(
            method=request["method"],
            path=self.known.path(request["path"]),
            query=self.known.query(_query(line)),
            body=_body(line, self.known),
            media_type=request.get("content_type") or "application/json",
            token=None if actor == "anonymous" else actor,
        )

    def _compare(self, line: Line, asked: HttpRequest, expected_change: int) -> str | None:
        """Ask the model and compare; the reason to pass the line over where the model has no answer."""
        response: dict[str, Any] = line.fields["response"]
        before = self.etcd.revision
        self.written.note(asked, line.fields["request"].get("body"))
        answer = self.handler(self.etcd, asked, SETTINGS)
        if isinstance(answer, NotModelled):
            return skips.not_modelled(answer.what)
        differences = Comparison(asked, self.known, self.written).differences(response, answer)
        change = self.etcd.revision - before
        if change != expected_change:
            differences.append(Difference("etcd_revision", expected_change, change))
        self._note(line, differences)
        return None

    def _note(self, line: Line, differences: list[Difference]) -> None:
        self.matched += not differences
        self.mismatched += bool(differences)
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


def _query(line: Line) -> dict[str, str]:
    query: object = line.fields["request"].get("query") or {}
    if not isinstance(query, dict):
        raise line.bad("request.query is not an object", "repair or remove the line")
    return {str(name): str(value) for name, value in cast("dict[object, object]", query).items()}


def _body(line: Line, known: Correspondence) -> Json | Malformed:
    """The body of a request: as JSON, or as the text that was sent where that is recorded."""
    request: dict[str, Any] = line.fields["request"]
    raw: object = request.get("raw_body")
    if raw is None:
        return freeze(known.body(request.get("body")))
    if not isinstance(raw, str):
        raise line.bad("request.raw_body is not a string", "repair or remove the line")
    try:
        return freeze(known.body(json.loads(raw)))
    except ValueError as error:
        return Malformed(str(error))
