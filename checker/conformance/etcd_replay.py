"""The model following what one recorded server was asked, line by line.

Lives here: :class:`Replay`.  A line fits if the model gives the same HTTP status and the same whole body, but for what
tells only which server answered.  Where a real answer is one of several, it must be one that the model admits, and the
outcome names the rule.

What a recording cannot tell and is therefore taken from it: which id a server picks for a lease; how much time passed,
within bounds (a stream was listened to for as long as its note says, any other request took a second at most); how far
the revision moved where steps are missing; and the sizes and counters of a server's disk and log.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import Factory, define

from seatrial.model.errors import BadInput
from seatrial.model.etcd import (
    VERSIONS,
    LeaseGrant,
    LeaseRevoke,
    LeaseTimeToLiveResponse,
    Member,
    Refused,
    Request,
    Response,
    Status,
    WatchCancel,
    WatchCreate,
    WatchProgress,
    WatchRequest,
)
from seatrial.model.etcd.leases import ELECTION, expire, list_leases, revoke
from seatrial.traces.recordings import Line

from .etcd_ages import Ages
from .etcd_gateway import (
    DIALECTS,
    OK,
    Dialect,
    is_watch,
    read_request,
    read_said,
    write_answer,
    write_malformed,
    write_refusal,
)
from .etcd_past import Past
from .etcd_status import split_status
from .etcd_streaming import compare_stream
from .etcd_wire import BASE64, PLAIN, Difference, Json, NotModelled, a_list, an_object, differences, masked, revision_of
from .report import Tally
from .skips import ETCD as SKIPS
from .skips import reason_to_skip

AFTER_A_GAP: Final = "unrecorded steps: the revision, which they may have moved, is taken from the answer"
MALFORMED: Final = "malformed requests: refused with gRPC code 3, in the words of the server's decoder"
TIME_LEFT: Final = "time: what a lease has left lies between the bounds that the recorded times set"
_LISTENED: Final = re.compile(r"within ([0-9.]+) ?s")
_SLOWEST: Final = 1.0
"""So many seconds a request takes at most, besides the time for which a stream is listened to."""
_ANY: Final = -1
"""An id that no server picks; it shows where a lease is not granted."""

_FASTEST: Final = 0.001
"""So many seconds a request takes at least."""

_UNNOTICED: Final = 1.0
"""So many seconds a server takes at most to end a lease whose time is over."""

Said = tuple[WatchRequest, ...]
"""What a client says at the beginning of a stream; recorded as one request, or as a list of them."""

Moment = tuple[float, int]
"""How long streams were listened to so far, in seconds, and how many lines there were."""


@define
class Outcome:
    """What came of one line: differences, or a reason to pass it over; ``rule`` says why another answer fits too."""

    differences: list[Difference] = Factory(list[Difference])
    skipped: str | None = None
    rule: str | None = None

    @property
    def fits(self) -> bool:
        """Whether the line is as recorded."""
        return not self.differences and self.skipped is None

    @property
    def tally(self) -> Tally:
        """The line, counted."""
        return Tally(self.fits, bool(self.differences), self.skipped is not None)


@define
class Replay:
    """The model following the lines that one server answered.

    ``settled`` is false after steps that are not recorded: the revision is then taken from the next answer that tells
    it.  ``term`` is the term of the last answer: a server that is the only one has a new one when it was started again.
    """

    member: Member
    dialect: Dialect
    settled: bool = True
    listened: float = 0
    lines: int = 0
    ages: Ages[Moment] = Factory(lambda: Ages(_elapsed))
    past: Past = Factory(Past)
    term: int | None = None

    @classmethod
    def of(cls, version: str, place: str) -> Replay:
        """A replay on a fresh member of a version.

        Raises:
            BadInput: the model does not know the version.
        """
        if version not in VERSIONS or version not in DIALECTS:
            reason = f"the model does not know etcd {version}"
            raise BadInput(reason, place=place, remedy=f"it knows {', '.join(VERSIONS)}")
        return cls(Member(version=VERSIONS[version]), DIALECTS[version])

    def copy(self) -> Replay:
        """A replay in the same state that goes its own way."""
        return Replay(
            self.member.copy(),
            self.dialect,
            self.settled,
            self.listened,
            self.lines,
            self.ages.copy(),
            self.past.copy(),
            self.term,
        )

    def play(self, line: Line, *, after_gap: bool = False) -> Outcome:
        """Follow one line and compare; ``after_gap``: steps before it are not recorded."""
        self.settled = self.settled and not after_gap
        self.lines += 1
        skip = reason_to_skip(line.fields, SKIPS)
        if skip is not None:
            return Outcome(skipped=skip)
        self._heed_term(line)
        try:
            outcome = self._compare(line, _request(line))
        except BadInput:
            outcome = self._compare_malformed(line)
        except NotModelled as reason:
            # What is refused changes nothing; what is not may have changed anything.
            self.settled = self.settled and line.fields["response"]["http_status"] not in (OK, None)
            outcome = Outcome(skipped=str(reason))
        self.past.note(line.fields["scenario"], self.member)
        return outcome

    def may_be_over(self) -> list[int]:
        """The leases of which the recording cannot tell whether their time is over, the one that ends first first."""
        moment = (self.listened, self.lines + 1)
        return [
            each
            for each in list_leases(self.member).ids
            if self.ages.most(self.member.leases[each], moment) >= self.member.leases[each].ttl
        ]

    def end_lease(self, lease: int) -> None:
        """Let a lease's time be over."""
        revoke(self.member, LeaseRevoke(lease))

    def _heed_term(self, line: Line) -> None:
        """A new term: the server was started again, and the time of its leases begins anew."""
        body = line.fields["response"].get("body")
        first = an_object(next(iter(a_list(body)), body))
        term = an_object(an_object(first.get("result", first)).get("header")).get("raft_term")
        if not isinstance(term, str) or not term.isdecimal():
            return
        if self.term is not None and int(term) > self.term:
            now = self.listened + self.lines * _FASTEST
            self.member.restart(now=now)
            self.ages.note(now + ELECTION, (self.listened + ELECTION, self.lines))
        self.term = int(term)

    def _compare(self, line: Line, request: Request | Said) -> Outcome:
        moved = not self.settled and self._settle(line, request)
        status, told = line.fields["response"]["http_status"], line.fields["response"].get("body")
        if isinstance(request, tuple):
            found = differences(status, OK, "http_status") + self._compare_stream(line, request, moved=moved)
            return Outcome(found, rule=AFTER_A_GAP if moved else None)
        rule, found = AFTER_A_GAP if moved else None, list[Difference]()
        response = self._serve(self.member, request)
        if isinstance(request, Status):
            told, found = split_status(an_object(told))
        if isinstance(response, LeaseTimeToLiveResponse) and response.granted_ttl:
            rule = rule or TIME_LEFT
            lease = self.member.leases[response.id]
            response = self.ages.admitted(response, lease, an_object(told).get("TTL"), (self.listened, self.lines))
        own_status, own_body = self._write(request, response)
        found += differences(status, own_status, "http_status")
        return Outcome(found + differences(_in_order(masked(told)), _in_order(own_body)), rule=rule)

    def _compare_stream(self, line: Line, said: Said, *, moved: bool) -> list[Difference]:
        """Compare a stream; what is compacted while it is open may have been told before."""
        then = self.member.copy() if moved else self.past.earliest(line.fields["scenario"])
        self._listen(_seconds(line))
        stores = [self.member]
        if then.compacted != self.member.compacted:
            stores.append(self.past.uncompacted(then, self.member))
        told = line.fields["response"].get("body")
        found = [compare_stream(each, said, told, earliest=then.revision, encoding=PLAIN) for each in stores]
        return min(found, key=len)

    def _compare_malformed(self, line: Line) -> Outcome:
        """Compare the answer to what no server could read: a refusal, whose words are those of its decoder."""
        told = an_object(line.fields["response"].get("body"))
        status, body = write_malformed(str(told.get("message")), self.dialect)
        found = differences(line.fields["response"]["http_status"], status, "http_status")
        return Outcome(found + differences(told, body), rule=MALFORMED)

    def _serve(self, member: Member, request: Request) -> Response | Refused:
        """Answer as etcd does, at a moment of which not more is known than the recording tells."""
        now = self.listened + self.lines * _FASTEST
        self.ages.note(now, (self.listened, self.lines))
        try:
            return member.serve(request, now=now)
        except Refused as refused:
            return refused

    def _write(self, request: Request, response: Response | Refused) -> tuple[int, Json]:
        """An answer as etcd's gateway gives it."""
        if isinstance(response, Refused):
            return write_refusal(response, self.dialect)
        encoding = BASE64 if isinstance(response, LeaseTimeToLiveResponse) else PLAIN  # the recorder left these as is
        return OK, write_answer(request, response, encoding)

    def _settle(self, line: Line, request: Request | Said) -> bool:
        """Go on from the revision that an answer tells, after steps that are not recorded; say whether it moved."""
        told = _revision(line.fields["response"].get("body"))
        if told is None:
            return False
        own = self.member.revision
        if not isinstance(request, tuple):
            own = _revision(self._write(request, self._serve(self.member.copy(), request))[1]) or own
        step = told - own
        self.settled = True
        if step <= 0:
            return False
        self.member.revision += step
        return True

    def _listen(self, seconds: float) -> None:
        """Let time pass: leases whose time is over end, unless the server may not have noticed yet."""
        self.listened += seconds
        expire(self.member, self.listened - _UNNOTICED)


def _elapsed(since: Moment, now: Moment) -> tuple[float, float]:
    """How much time passed between two lines, at least and at most."""
    listened, lines = now[0] - since[0], now[1] - since[1]
    return listened + lines * _FASTEST, listened + lines * _SLOWEST


def _request(line: Line) -> Request | Said:
    """The request of a line; a lease whose id the server picked gets that id.

    Raises:
        NotModelled: the model has no such request, or not as the only one.
        BadInput: the request is malformed.
    """
    asked, answered = line.fields["request"], line.fields["response"].get("body")
    if asked.get("method", "POST") != "POST":
        raise NotModelled("the gateway is asked by POST only")
    path: str = asked["path"]
    body: object = asked["body"]
    if is_watch(path) and a_list(body):
        return tuple(read_said(each, PLAIN) for each in a_list(body))
    if body is None:
        body = Json()
    request = read_request(path, body, PLAIN)
    if isinstance(request, LeaseGrant) and not request.id:
        picked = str(an_object(answered).get("ID"))
        return LeaseGrant(request.ttl, int(picked) if picked.isdecimal() else _ANY)
    return (request,) if isinstance(request, WatchCreate | WatchCancel | WatchProgress) else request


def _in_order(body: object) -> object:
    """An answer with the keys that are attached to a lease in order: a server tells them in any."""
    told = an_object(body)
    return {**told, "keys": sorted(told["keys"], key=str)} if "keys" in told else body


def _revision(body: object) -> int | None:
    """The revision that an answer, or the first message of a stream, tells."""
    first = next(iter(a_list(body)), body)
    return revision_of(an_object(first).get("result", first))


def _seconds(line: Line) -> float:
    """How long a stream was listened to, by the line's note."""
    found = _LISTENED.search(str(line.fields.get("note", "")))
    return float(found.group(1)) if found else 0.0
