"""The calls of etcd that a recorded API server made for each request, beside those that the model's makes.

Lives here: :func:`conform_etcd_calls`.  Must not know: what was asked beyond the recording (``etcd_call_requests``
does), or the log's form (``etcd_call_log`` does).

Each request is asked of the model's server, on an etcd of its own, and must be answered with the recorded status after
the recorded calls, no more and no fewer, in their order.  The real server's watch cache was fresh whenever a request
came, as the model's is here.  Revisions are the recorded ones: which one a call made is known from the next call that
is conditional on it, and what others wrote in between is written here to a key that no object has.

Where several requests were under way at once the recording holds their calls in the order in which etcd saw them.  Then
each call must be the next one of one of the requests, which may have begun from a copy that was stale by then; and all
must be answered in the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from attrs import Factory, define

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, create, front
from seatrial.model.apiserver.addresses.pool import PORTS_KEY, ports_object
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.reads import read
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.etcd import Member
from seatrial.model.etcd.requests import Put
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import ObjectKey
from seatrial.traces.recordings import ETCD_CALLS, Line, read_recording

from .clients import SETTINGS, fresh_objects
from .correspondence import Bijection
from .etcd_call_log import Called, called, parse_call
from .etcd_call_requests import ASKED, PRESENT, RACE, UNRECORDED, Asked
from .etcd_race import Found, race
from .report import Mismatch, Report

_OTHER_WRITERS_KEY: Final = "/registry/of-other-writers"
_CHOSEN_BY_SERVERS: Final = "/registry/ipaddresses/"
"""Where the last part of a key is a server's choice, so that it differs from server to server."""

_ADMIN: Final = "admin-token"


def conform_etcd_calls(path: Path | str) -> Report:
    """Replay a recording of the calls that a server makes of etcd, and compare.

    Raises:
        BadInput: the recording cannot be read.
    """
    lines = read_recording(path, ETCD_CALLS)
    replay = _Replay(_made_revisions(lines))
    for line in lines:
        replay.take(line)
    return replay.report()


def _recorded_calls(line: Line) -> list[Called]:
    """The calls of a line.

    Raises:
        BadInput: a call of an unknown form.
    """
    calls: list[Called] = []
    for each in line.fields["etcd_rpcs"]:
        found = parse_call(str(each.get("rpc")), str(each.get("content"))) if isinstance(each, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        if found is None:
            raise line.bad("a call in etcd_rpcs is not of a known form", "repair or remove the line")
        calls.append(found)
    return calls


def _made_revisions(lines: Sequence[Line]) -> dict[tuple[int, int], int]:
    """The revisions that calls made, by the line's number and the call's: those that a later call is conditional on."""
    made: dict[tuple[int, int], int] = {}
    last: dict[str, tuple[int, int]] = {}
    for line in lines:
        for index, call in enumerate(_recorded_calls(line)):
            if call.condition is None:
                continue
            _, key, revision = call.condition
            if not revision and key in last:
                continue  # it lost: the key was there
            if revision and key in last:
                made.setdefault(last[key], revision)
            last[key] = (line.number, index)
            if f"delete_range {key}" in call.then:
                del last[key]
    return made


@define
class _Replay:
    """A replay under way."""

    made: dict[tuple[int, int], int]
    etcd: Member = Factory(Member)
    calls: Calls = Factory(Calls)
    chosen: Bijection = Factory(Bijection)
    matched: int = 0
    mismatched: int = 0
    mismatches: list[Mismatch] = Factory(list[Mismatch])

    def __attrs_post_init__(self) -> None:
        self.etcd.serve(Put(PORTS_KEY.path, ports_object(())))  # a server makes it before anything else
        for object_ in fresh_objects():
            front.handle(self.etcd, create(kinds.of_object(object_.api_version, object_.kind), object_))

    def take(self, line: Line) -> None:
        """Replay one line and note what came of it."""
        for before in UNRECORDED:
            if before.step == line.fields["step"]:
                self._ask(f"{before.method} {before.path}", Asked(before.body))
        recorded = _recorded_calls(line)
        self._catch_up(line, recorded)
        del self.calls.made[:]
        if line.fields["step"] == RACE:
            self._note(line, race(self.etcd, recorded, self.calls))
            return
        http = line.fields.get("http")
        if not isinstance(http, str) or http.count(" ") != 1:
            raise line.bad("http is not a method and a path", "repair or remove the line")
        answer = self._ask(http, ASKED.get(str(line.fields["step"]), Asked()))
        differences = self._differences(recorded, [called(call) for call in self.calls.made])
        if answer.status != line.fields.get("status"):
            differences.insert(0, ("status", line.fields.get("status"), answer.status))
        self._note(line, differences)

    def report(self) -> Report:
        """What has come of all lines so far."""
        return Report(
            steps=self.matched + self.mismatched,
            matched=self.matched,
            mismatched=self.mismatched,
            skipped=0,
            mismatches=tuple(self.mismatches),
        )

    def _differences(self, recorded: Sequence[Called], made: Sequence[Called]) -> list[Found]:
        """Call by call, or what is missing or too many."""
        found: list[Found] = []
        for index, (theirs, ours) in enumerate(zip_longest(recorded, made)):
            if theirs is None or ours is None or self._with_model_keys(theirs, ours) != ours:
                found.append((f"etcd_rpcs[{index}]", theirs and str(theirs), ours and str(ours)))
        return found

    def _with_model_keys(self, theirs: Called, ours: Called) -> Called:
        """The recorded call with what the real server chose exchanged for what the model's chose."""
        recorded, model = theirs.about, ours.about
        chosen = recorded.startswith(_CHOSEN_BY_SERVERS) and model.startswith(_CHOSEN_BY_SERVERS)
        return theirs.exchanging(recorded, model) if chosen and self.chosen.bind(recorded, model) else theirs

    def _note(self, line: Line, differences: Sequence[Found]) -> None:
        self.matched += not differences
        self.mismatched += bool(differences)
        for place, expected, actual in differences:
            self.mismatches.append(
                Mismatch(
                    file=line.file,
                    line=line.number,
                    scenario="",
                    step=str(line.fields["step"]),
                    field=place,
                    expected=expected,
                    actual=actual,
                )
            )

    def _catch_up(self, line: Line, recorded: Sequence[Called]) -> None:
        """Let others write until the line's first write makes the revision that it made in the recording."""
        writes = [index for index, call in enumerate(recorded) if call.condition is not None]
        made = [(place, self.made.get((line.number, index))) for place, index in enumerate(writes)]
        before = next((revision - place - 1 for place, revision in made if revision is not None), 0)
        while self.etcd.revision < before:
            self.etcd.serve(Put(_OTHER_WRITERS_KEY))

    def _ask(self, http: str, asked: Asked) -> Answer:
        method, _, target = http.partition(" ")
        path, _, query = target.partition("?")
        request = HttpRequest(
            method=method,
            path=path,
            query=dict(parse_qsl(query)),
            body=None if asked.body is None else freeze(self._at_present(path, asked.body)),
            media_type=asked.media_type,
            token=_ADMIN,
        )
        answer = serve(self.etcd, request, SETTINGS, calls=self.calls)
        return Answer(0, message=answer.what) if isinstance(answer, NotModelled) else answer

    def _at_present(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """The body with the present resourceVersion of the object that the path names, where it stands for it."""
        metadata: Mapping[str, Any] = body.get("metadata", {})
        if metadata.get("resourceVersion") != PRESENT:
            return body
        *_, namespace, resource, name = path.split("/")
        stored = read(self.etcd, ObjectKey(resource, namespace, name))
        version = "" if stored is None else stored.object.resource_version
        return {**body, "metadata": {**metadata, "resourceVersion": version}}
