"""The model side by side with a running etcd.

Lives here: the same steps taken at both, and the report.  Starting a server is known by ``etcd_server``, what to ask by
``etcd_programs``, what watches are told by ``etcd_listener``.

One server serves all programs: each has keys of its own, and the model starts from the revision at which the server is.
The keys of other programs are never in sight, so all revisions are compared exactly.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Final

from attrs import Factory, define

from seatrial.model.etcd import (
    DeleteRange,
    LeaseList,
    LeaseTimeToLive,
    LeaseTimeToLiveResponse,
    Member,
    Put,
    Range,
    Refused,
    Request,
    Response,
    WatchRequest,
)
from seatrial.model.etcd.leases import ELECTION, NOT_THERE, expire

from .etcd_ages import Ages
from .etcd_gateway import DIALECTS, OK, write_answer, write_refusal, write_request
from .etcd_listener import Listener, with_mark
from .etcd_programs import Expiry, Opening, Step, end_of, random_program
from .etcd_server import Live
from .etcd_wire import BASE64, PLAIN, Difference, Json, a_list, an_object, differences
from .report import Mismatch, Report, Tally

__all__ = ["Duet", "Live", "conform_live", "random_program"]

Progress = Callable[[int, int], None]
"""Called with the number of programs done and the number of all."""

Moment = tuple[float, float]
"""Just before a request was sent, and just after it was answered."""

_WAITS: Final = 250
"""One program in so many waits for a lease to end by itself, which takes two seconds."""

_SECONDS_BETWEEN_LOOKS: Final = 0.02
_SECONDS_TOO_LATE: Final = 5.0
"""A server ends a lease at most so long after its time is over."""


@define
class Duet:
    """The model and a real etcd, asked the same.

    The model knows only what is asked through the duet: all requests must keep to keys that nobody else uses, such as
    those from :meth:`begin`.
    """

    live: Live
    member: Member
    programs: int = 0
    prefix: str = ""
    listeners: list[Listener] = Factory(list[Listener])
    ages: Ages[Moment] = Factory(lambda: Ages(_elapsed))
    _until_the_next: ExitStack = Factory(ExitStack)

    @classmethod
    def of(cls, live: Live) -> Duet:
        """A duet with a server that was asked nothing yet."""
        return cls(live, Member(version=live.version))

    def begin(self) -> str:
        """Start anew on keys that nobody has used, and with no watches: gives their prefix.

        Later prefixes are greater than earlier ones, so that not even a range without an end meets older keys.
        """
        self.close()
        self.programs += 1
        self.live.ask(Put("begun", str(self.programs)))  # so that each begins at a revision of its own
        self.member = Member(self.live.revision(), self.member.compacted, version=self.member.version)
        self.prefix = f"p{self.programs:06d}/"
        return self.prefix

    def close(self) -> None:
        """End all streams."""
        self.listeners.clear()
        self._until_the_next.close()

    def restart(self) -> None:
        """Kill the server and start it again: all streams end, and every lease has its whole time once more."""
        self.close()
        before = time.monotonic()
        self.live.restart()
        after = time.monotonic()
        self.ages.note(after + ELECTION, (before + ELECTION, after + ELECTION))
        self.member.restart(now=after)

    def ask(self, request: Request) -> list[Difference]:
        """Ask both, and say where the answers differ."""
        before = time.monotonic()
        status, body = self.live.ask(request)
        moment = (before, time.monotonic())
        own_status, own_body = self._serve(request, an_object(body), moment)
        for listener in self.listeners:
            listener.follow()
        if isinstance(request, LeaseList):
            body = self._own_leases(an_object(body))
        found = differences(status, own_status, "http_status")
        return found + differences(_in_order(body), _in_order(own_body))

    def _serve(self, request: Request, told: Json, moment: Moment) -> tuple[int, object]:
        """The model's answer as the gateway gives it; what only time decides is as told, if it can be."""
        self.ages.note(moment[1], moment)
        try:
            response: Response = self.member.serve(request, now=moment[1])
        except Refused as refused:
            return write_refusal(refused, DIALECTS[self.member.version.name])
        if isinstance(response, LeaseTimeToLiveResponse) and response.id in self.member.leases:
            response = self.ages.admitted(response, self.member.leases[response.id], told.get("TTL"), moment)
        return OK, write_answer(request, response, BASE64)

    def _own_leases(self, body: Json) -> Json:
        """A list of leases without those of earlier programs."""
        own = [each for each in a_list(body.get("leases")) if int(an_object(each)["ID"]) in self.member.leases]
        rest = {name: value for name, value in body.items() if name != "leases"}
        return {**rest, "leases": own} if own else rest

    def open(self, said: Sequence[WatchRequest]) -> None:
        """Let one more client open a stream at both."""
        said = with_mark(said, self._mark)
        reception = self._until_the_next.enter_context(self.live.stream(said))
        self.listeners.append(Listener.open(self.member, reception, said))

    @property
    def _mark(self) -> str:
        return f"{self.prefix}~"

    def hear(self) -> list[tuple[str, list[Difference]]]:
        """Wait until all streams have told everything, and say of each watch where it differs."""
        if not self.listeners:
            return []
        found = [("put", self.ask(Put(self._mark)))]
        for number, listener in enumerate(self.listeners):
            listener.hear_all()
            found += [(f"stream {number}: {what}", each) for what, each in listener.differences().items()]
        self.close()
        return found

    def expire(self, lease: int) -> list[Difference]:
        """Wait until the server has ended a lease whose time is over, and let the model end it too."""
        granted = self.member.leases.get(lease)
        if granted is None:
            return []
        while True:
            answer = an_object(self.live.ask(LeaseTimeToLive(lease))[1])
            now = time.monotonic()
            if answer.get("TTL") == str(NOT_THERE) or now > granted.end + _SECONDS_TOO_LATE:
                break
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        early = max(0.0, granted.end - now)  # the model's time begins when the grant was answered: never too early
        expire(self.member, max(now, granted.end))
        for listener in self.listeners:
            listener.follow()
        told = (
            [Difference("ended", f"{early:.3f} seconds early", "not early")] if early > _SECONDS_BETWEEN_LOOKS else []
        )
        late = answer.get("TTL") != str(NOT_THERE)
        return told + ([Difference("ended", "not yet", f"{_SECONDS_TOO_LATE} seconds ago")] if late else [])


def _elapsed(since: Moment, now: Moment) -> tuple[float, float]:
    """How much time passed between two requests, at least and at most."""
    return max(0.0, now[0] - since[1]), now[1] - since[0]


def _in_order(body: object) -> object:
    """An answer with the keys that are attached to a lease in order: a server tells them in any."""
    told = an_object(body)
    return {**told, "keys": sorted(told["keys"], key=str)} if "keys" in told else body


def conform_live(programs: int = 500, *, seed: int = 0, progress: Progress | None = None) -> Report:
    """Ask the model and a real etcd the same random programs, and report where they differ, by the kind of step.

    A program ends with its first difference, since the two stores may go different ways from there.

    Raises:
        BadInput: no etcd can be started.
    """
    tallies: dict[str, Tally] = {}
    mismatches: list[Mismatch] = []
    with Live() as live:
        duet = Duet.of(live)
        for number in range(programs):
            for kind, found in _perform(duet, seed + number):
                tallies[kind] = tallies.get(kind, Tally()) + Tally(matched=not found, mismatched=bool(found))
                mismatches += found
            duet.close()
            if progress is not None:
                progress(number + 1, programs)
    return Report.of(dict(sorted(tallies.items())), mismatches, {})


def _perform(duet: Duet, seed: int) -> Iterator[tuple[str, list[Mismatch]]]:
    """Perform one program and look at what it leaves: the kind and the mismatches of each step, up to the first."""
    prefix = duet.begin()
    waits = seed % _WAITS == _WAITS - 1
    steps = random_program(seed, start=duet.member.revision, prefix=prefix, waits=waits)
    number = 0
    for number, step in enumerate((*steps, Range(prefix, end_of(prefix)), DeleteRange(f"{prefix}~")), start=1):
        found = take(duet, step)
        yield _kind(step), _mismatches(duet, seed, number, _told(step), found)
        if found:
            return
    for what, found in duet.hear():
        number += 1
        yield what.rpartition(": ")[2].split()[0], _mismatches(duet, seed, number, what, found)


def take(duet: Duet, step: Step) -> list[Difference]:
    """Take one step at both, and say where they differ."""
    match step:
        case Opening(said=said):
            duet.open(said)
            return []
        case Expiry(lease=lease):
            return duet.expire(lease)
        case _:
            return duet.ask(step)


def _kind(step: Step) -> str:
    """What kind of step it is, as a report names it."""
    name = type(step).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _told(step: Step) -> str:
    """A step as it is printed."""
    if isinstance(step, Expiry):
        return f"wait for the end of lease {step.lease}"
    if isinstance(step, Opening):
        return " ".join(json.dumps(write_request(each, PLAIN)[1], ensure_ascii=False) for each in step.said)
    path, body = write_request(step, PLAIN)
    return f"{path} {json.dumps(body, ensure_ascii=False)}"


def _mismatches(duet: Duet, seed: int, number: int, step: str, found: list[Difference]) -> list[Mismatch]:
    """What the report says of one step: the program's seed is its scenario, the step's number its line."""
    return [
        Mismatch(
            f"etcd {duet.live.version.name}", number, f"program {seed}", step, each.field, each.expected, each.actual
        )
        for each in found
    ]
