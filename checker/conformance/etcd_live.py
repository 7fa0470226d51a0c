"""The model side by side with a running etcd.

Lives here: the same requests asked of both, and the report.  Starting a server is known by ``etcd_server``, what to ask
by ``etcd_programs``.

One server serves all programs: each has keys of its own, and the model starts from the revision at which the server is.
The keys of other programs are never in sight, so all revisions are compared exactly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Final

from attrs import define

from seatrial.model.etcd import DeleteRange, Member, Put, Range, Refused, Request, WatchCreate, events

from .etcd_gateway import DIALECTS, OK, write_answer, write_refusal, write_request
from .etcd_programs import end_of, random_program, random_watch
from .etcd_server import Live
from .etcd_watching import compare_watch
from .etcd_wire import BASE64, PLAIN, Difference, differences
from .report import Mismatch, Report

__all__ = ["Duet", "Live", "conform_live", "random_program"]

Progress = Callable[[int, int], None]
"""Called with the number of programs done and the number of all."""


@define
class Duet:
    """The model and a real etcd, asked the same.

    The model knows only what is asked through the duet: all requests must keep to keys that nobody else uses, such as
    those from :meth:`begin`.
    """

    live: Live
    member: Member
    programs: int = 0

    @classmethod
    def of(cls, live: Live) -> Duet:
        """A duet with a server that was asked nothing yet."""
        return cls(live, Member(version=live.version))

    def begin(self) -> str:
        """Start anew on keys that nobody has used: gives their prefix.

        Later prefixes are greater than earlier ones, so that not even a range without an end meets older keys.
        """
        self.programs += 1
        self.live.ask(Put("begun", str(self.programs)))  # so that each begins at a revision of its own
        self.member = Member(self.live.revision(), self.member.compacted, version=self.member.version)
        return f"p{self.programs:09d}/"

    def ask(self, request: Request) -> list[Difference]:
        """Ask both, and say where the answers differ."""
        status, body = self.live.ask(request)
        own_status, own_body = _serve(self.member, request)
        return differences(status, own_status, "http_status") + differences(body, own_body)

    def watch(self, watch: WatchCreate) -> list[Difference]:
        """Let both tell what a watch from the past tells up to now.

        If there is nothing to tell, the server is listened to until it has been silent for a while.
        """
        told = events(self.member, watch, watch.start_revision)
        last = told[-1].revision if isinstance(told, tuple) and told else self.member.revision
        messages = self.live.watch(watch, until=last)
        return compare_watch(self.member, watch, messages, earliest=self.member.revision, encoding=BASE64)


def _serve(member: Member, request: Request) -> tuple[int, object]:
    dialect = DIALECTS[member.version.name]
    try:
        return OK, write_answer(request, member.serve(request), BASE64)
    except Refused as refused:
        return write_refusal(refused, dialect)


def conform_live(programs: int = 500, *, seed: int = 0, progress: Progress | None = None) -> Report:
    """Ask the model and a real etcd the same random programs, and report where they differ.

    A program ends with its first difference, since the two stores may go different ways from there.

    Raises:
        BadInput: no etcd can be started.
    """
    steps, mismatched, mismatches = 0, 0, list[Mismatch]()
    with Live() as live:
        duet = Duet.of(live)
        for number in range(programs):
            for found in _perform(duet, seed + number):
                steps += 1
                mismatched += bool(found)
                mismatches += found
            if progress is not None:
                progress(number + 1, programs)
    return Report(steps, steps - mismatched, mismatched, 0, tuple(mismatches))


_WATCHED: Final = 2
"""One program in so many ends with a watch: a server takes a tenth of a second to begin with the past."""


def _perform(duet: Duet, seed: int) -> Iterator[list[Mismatch]]:
    """Perform one program and look at what it leaves: the mismatches of each step, up to the first that has any."""
    prefix = duet.begin()
    start = duet.member.revision
    requests: list[Request] = [*random_program(seed, start=start, prefix=prefix), Range(prefix, end_of(prefix))]
    if seed % _WATCHED == 0:
        requests += [Put(f"{prefix}~"), DeleteRange(f"{prefix}~")]  # so that every watch has something to tell
    for number, request in enumerate(requests, start=1):
        found = duet.ask(request)
        yield _mismatches(duet, seed, number, request, found)
        if found:
            return
    if seed % _WATCHED == 0:
        watch = random_watch(seed, first=start + 1, last=duet.member.revision - 1, prefix=prefix)
        yield _mismatches(duet, seed, len(requests) + 1, watch, duet.watch(watch))


def _mismatches(
    duet: Duet, seed: int, number: int, request: Request | WatchCreate, found: list[Difference]
) -> list[Mismatch]:
    """What the report says of one step: the program's seed is its scenario, the step's number its line."""
    path, body = write_request(request, PLAIN)
    step = f"{path} {json.dumps(body, ensure_ascii=False)}"
    return [
        Mismatch(
            f"etcd {duet.live.version.name}", number, f"program {seed}", step, each.field, each.expected, each.actual
        )
        for each in found
    ]
