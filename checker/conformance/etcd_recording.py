"""A recording of etcd replayed against the model.

Lives here: the replay, line by line, on one fresh member for each version of etcd, and the report.  A line
matches if the model gives the same HTTP status and the same whole body, but for the ids and the election
term in headers.

What a recording cannot tell and is therefore taken from it: which id a server picks for a lease, how long a
stream was listened to (leases expire meanwhile; nothing else takes time), and how far the revision moved
where steps are missing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from attrs import Factory, define

from seatrial.model.errors import BadInput
from seatrial.model.etcd import (
    VERSIONS,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseRevoke,
    Member,
    Refused,
    Request,
    WatchCreate,
)
from seatrial.model.etcd.responses import LeaseResponse
from seatrial.traces.recordings import ETCD, Line, read_recording

from .etcd_gateway import DIALECTS, OK, Dialect, read_request, write_answer, write_refusal
from .etcd_watching import compare_watch
from .etcd_wire import PLAIN, Difference, Json, NotModelled, a_list, an_object, differences, masked, revision_of
from .report import Mismatch, Report
from .skips import AFTER_A_GAP, reason_to_skip
from .skips import ETCD as SKIPS

NEWEST_RECORDED: Final = ("3.6.8",)
_LISTENED: Final = re.compile(r"within ([0-9.]+) ?s")


def conform_etcd(
    path: Path | str,
    *,
    versions: Sequence[str] | None = NEWEST_RECORDED,
    scenarios: Sequence[str] | None = None,
) -> Report:
    """Replay a recording and report where the model differs.

    ``versions`` are releases of etcd (None: all that the file has).  ``scenarios`` limits what is reported;
    all lines are replayed, since all of them make the state.

    Raises:
        BadInput: the file is no recording of etcd, or has no such version or scenario.
    """
    lines = read_recording(path, ETCD)
    wanted = _named(versions, [line.fields["etcd"] for line in lines], "version of etcd", str(path))
    lines = [line for line in lines if line.fields["etcd"] in wanted]
    shown = _named(scenarios, [line.fields["scenario"] for line in lines], "scenario", str(path))
    replays = {version: _Replay.of(version, str(path)) for version in wanted}
    outcomes = [(line, replays[line.fields["etcd"]].play(line)) for line in lines]
    return _report([each for each in outcomes if each[0].fields["scenario"] in shown])


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


@define
class Outcome:
    """What came of one line: differences, or a reason to pass it over; it matches if there is neither."""

    differences: list[Difference] = Factory(list[Difference])
    skipped: str | None = None


def _report(outcomes: list[tuple[Line, Outcome]]) -> Report:
    skipped = Counter(each.skipped for _, each in outcomes if each.skipped and not each.differences)
    mismatched = sum(1 for _, each in outcomes if each.differences)
    return Report(
        steps=len(outcomes),
        matched=len(outcomes) - mismatched - skipped.total(),
        mismatched=mismatched,
        skipped=skipped.total(),
        mismatches=tuple(
            Mismatch(
                file=line.file,
                line=line.number,
                scenario=line.fields["scenario"],
                step=str(line.fields["step"]),
                field=each.field,
                expected=each.expected,
                actual=each.actual,
            )
            for line, outcome in outcomes
            for each in outcome.differences
        ),
        reasons=tuple(sorted((reason, count) for reason, count in skipped.items() if reason)),
    )


@define
class _Replay:
    """The model following the lines that one server answered.

    ``settled`` is false after steps that are not recorded: the revision is then taken from the next answer
    that tells it.  ``seconds_left`` is what a lease has of its time, ``begun`` the revision at which each
    scenario's last line left the store: no later line of that scenario can have been asked for before.
    """

    member: Member
    dialect: Dialect
    seq: int = 0
    settled: bool = True
    seconds_left: dict[int, float] = Factory(dict[int, float])
    begun: dict[str, int] = Factory(dict[str, int])

    @classmethod
    def of(cls, version: str, place: str) -> _Replay:
        """A replay on a fresh member of a version.

        Raises:
            BadInput: the model does not know the version.
        """
        if version not in VERSIONS or version not in DIALECTS:
            reason = f"the model does not know etcd {version}"
            raise BadInput(reason, place=place, remedy=f"it knows {', '.join(VERSIONS)}")
        return cls(Member(version=VERSIONS[version]), DIALECTS[version])

    def play(self, line: Line) -> Outcome:
        """Follow one line and compare.

        Raises:
            BadInput: the request in it is malformed.
        """
        self.settled = self.settled and line.fields["seq"] == self.seq + 1
        self.seq = line.fields["seq"]
        skip = reason_to_skip(line.fields, SKIPS)
        if skip is not None:
            return Outcome(skipped=skip)
        try:
            outcome = self._compare(line, _request(line))
        except NotModelled as reason:
            self.settled = False
            outcome = Outcome(skipped=str(reason))
        self.begun[line.fields["scenario"]] = self.member.revision
        return outcome

    def _compare(self, line: Line, request: Request | WatchCreate) -> Outcome:
        moved = not self.settled and self._settle(line, request)
        status, body = line.fields["response"]["http_status"], masked(line.fields["response"].get("body"))
        if isinstance(request, WatchCreate):
            earliest = self.member.revision if moved else self.begun.get(line.fields["scenario"], self.member.revision)
            self._wait(_seconds(line))
            found = differences(status, OK, "http_status")
            found += compare_watch(self.member, request, body, earliest=earliest, encoding=PLAIN)
        else:
            own_status, own_body = self._serve(self.member, request)
            found = differences(status, own_status, "http_status") + differences(body, own_body)
        return Outcome(found, AFTER_A_GAP if moved else None)

    def _serve(self, member: Member, request: Request) -> tuple[int, Json]:
        """Answer as etcd's gateway does."""
        try:
            response = member.serve(request)
        except Refused as refused:
            return write_refusal(refused, self.dialect)
        if isinstance(request, LeaseGrant | LeaseKeepAlive) and isinstance(response, LeaseResponse):
            self.seconds_left[response.id] = response.ttl
        return OK, write_answer(request, response, PLAIN)

    def _settle(self, line: Line, request: Request | WatchCreate) -> bool:
        """Go on from the revision that an answer tells, after steps that are not recorded; say whether it moved."""
        told = _revision(line.fields["response"].get("body"))
        if told is None:
            return False
        own = self.member.revision
        if not isinstance(request, WatchCreate):
            own = _revision(self._serve(self.member.copy(), request)[1]) or own
        step = told - own
        self.settled = True
        if step <= 0:
            return False
        self.member.revision += step
        return True

    def _wait(self, seconds: float) -> None:
        """Let time pass: leases whose time is over end, the one with the least time left first."""
        for lease in sorted(self.seconds_left, key=lambda each: (self.seconds_left[each], each)):
            self.seconds_left[lease] -= seconds
            if self.seconds_left[lease] <= 0:
                del self.seconds_left[lease]
                if lease in self.member.leases:
                    self.member.serve(LeaseRevoke(lease))


def _request(line: Line) -> Request | WatchCreate:
    """The request of a line; a lease whose id the server picked gets that id.

    Raises:
        NotModelled: the model has no such request.
        BadInput: the request is malformed.
    """
    asked, answered = line.fields["request"], line.fields["response"].get("body")
    try:
        request = read_request(asked["path"], asked["body"], PLAIN)
    except BadInput as bad:
        raise line.bad(bad.reason, "repair or remove the line") from None
    if isinstance(request, LeaseGrant) and not request.id:
        picked = str(an_object(answered).get("ID"))
        return LeaseGrant(request.ttl, int(picked) if picked.isdecimal() else 0)
    return request


def _revision(body: object) -> int | None:
    """The revision that an answer, or the first message of a stream, tells."""
    first = next(iter(a_list(body)), body)
    return revision_of(an_object(first).get("result", first))


def _seconds(line: Line) -> float:
    """How long a stream was listened to, by the line's note."""
    found = _LISTENED.search(str(line.fields.get("note", "")))
    return float(found.group(1)) if found else 0.0
