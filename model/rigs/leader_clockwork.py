"""Time and requests in an election: what electors, leaders and their servers have in common.

True time advances in a step of its own, by any number of seconds, but never past a moment at which something must
happen: a timer that fires, an answer that has the longest time that answers take, work that must have ended.  So
whatever is late is late because of a fault: ``pause`` (nothing of that process is urgent) or ``slow-answer`` (nor is
that request).  At one moment everything may happen in any order.

A request is sent, served and answered in steps of their own, so an answer can be slow, and a write can be committed
after its sender has stopped.  The first elector talks to one API server, the others to another one, so that one can be
cut off alone.

Lives here: the clockwork.  Must not know: how electors decide.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final

from attrs import evolve, frozen

from ..clocks import TRUE, Clock, Time, exact
from ..draft import require
from ..machinery.leader_election import Ask, Elector, Record, Rules, Update
from ..machinery.lease_lock import record_of
from ..objects import Object
from .leader_events import Asked, LeaseWritten, Served, TimePassed, WorkWritten
from .leader_requests import Response, Wish, Write, carried_out, is_read, term_of, words


@frozen(cache_hash=True)
class Flight:
    """A request on its way: of whom, for what, and until when it must be answered; ``reply`` once it was served.

    One that its sender has ``abandoned`` may still be served.  Of an update of the Lease, ``seen`` is the record that
    its sender had read last, and ``watched`` for how long it had seen that when its attempt began.
    """

    owner: str
    ask: Wish
    due: int
    reply: Response | None = None
    abandoned: bool = False
    seen: Record | None = None
    watched: Time = 0


@frozen(cache_hash=True)
class Work:
    """A leader's work, in its term; ``ends`` is when it must have ended, once it was told to."""

    term: int
    ends: int | None = None

    @property
    def goes_on(self) -> bool:
        """Whether it was not told to end."""
        return self.ends is None


NO_WORK: Final = Work(0, ends=0)
"""The work of who does not lead."""


def as_sent(sent: str, stored: str) -> str:
    """The version that an update is conditional on: the one that its sender names."""
    del stored
    return sent


def not_overtaken(own: int, found: int) -> bool:
    """Whether a leader may write over something of another term: only if that is not a later one."""
    return found <= own


@frozen(eq=False)
class Clockwork:
    """Electors with their judgements, how long answers and stopping take at most, and how far time goes.

    Attributes:
        rules: how electors decide.
        names: the electors; the first one leads in the beginning, unless ``vacant``.
        response, stop: the longest times that an answer, and the end of work, take (without a fault).
        horizon: when time is over.
        first_try: when the others try for the first time.
        sleeps: how long candidates may sleep between attempts.
        clock: the clock that every process begins with.
        drift: by how much of a second clocks may be wrong in a second under ``clock-rate``.
        leap: by how much wall clocks are wrong under ``clock-offset``, and jump under ``clock-jump``; no whole seconds,
            or a renewal could carry the same time as the one before, and then nobody would see it.
        writes: how often each leader writes.
        fenced: whether its writes are conditional and compare terms.
        resigns: whether owners end leaders that could go on.
        vacant: the Lease names somebody who is dead.
        lease_version, work_version: what an update is made conditional on.
        may_write: what a fenced write compares.
        works_on: an owner that ends its leader lets the work go on meanwhile.
    """

    rules: Rules
    names: tuple[str, ...] = ("a", "b")
    response: int = 1
    stop: int = 0
    horizon: int = 10
    first_try: int = 3
    sleeps: tuple[int, ...] = (2, 3, 4)
    clock: Clock = TRUE
    drift: Time = 0
    leap: Time = Fraction(13, 4)
    writes: int = 0
    fenced: bool = True
    resigns: bool = False
    vacant: bool = False
    lease_version: Callable[[str, str], str] = as_sent
    work_version: Callable[[str, str], str] = as_sent
    may_write: Callable[[int, int], bool] = not_overtaken
    works_on: bool = False

    def server_of(self, who: str) -> str:
        """The API server that a process talks to."""
        return "server-1" if who == self.names[0] else "server-2"

    # --- Time -----------------------------------------------------------------------------------------------------

    def advance(self, draft: Any) -> None:
        """Time goes on, but not past a moment at which something must happen."""
        self._pass_time(draft, draft.now + 1)

    def _pass_time(self, draft: Any, first: int) -> None:
        """Let time go on to any moment from ``first`` to the one at which something must happen."""
        now = draft.now
        draft.now = later = draft.choose(range(first, self._limit(draft) + 1))
        draft.emit(TimePassed(now, later))

    def _limit(self, draft: Any) -> int:
        """The next moment at which something must happen, or the end of time."""
        moments = [self.horizon]
        for name in self.names:
            if draft.paused[name]:
                continue
            elector, clock = draft.electors[name], draft.clocks[name]
            moments += [clock.moment(time) for time in (elector.wake, elector.until) if time is not None]
            work = draft.working.get(name)
            if work is not None and work.ends is not None:
                moments.append(work.ends)
        for flight in draft.wire.values():
            if flight.reply is None or not draft.paused[flight.owner]:
                moments.append(flight.due)
        return min(moments)

    # --- Requests -------------------------------------------------------------------------------------------------

    def _awake(self, draft: Any, who: str) -> Elector:
        require(not draft.paused[who])
        elector: Elector = draft.electors[who]
        return elector

    def _in_flight(self, draft: Any, who: str, what: str) -> Flight:
        require(f"{who} {what}" in draft.wire)
        flight: Flight = draft.wire[f"{who} {what}"]
        return flight

    def _received(self, draft: Any, who: str, what: str) -> Any:
        """The reply that arrives; the request leaves the wire."""
        flight = self._in_flight(draft, who, what)
        require(flight.reply is not None)
        del draft.wire[f"{who} {what}"]
        return flight.reply

    def _send(self, draft: Any, who: str, what: str, ask: Wish) -> bool:
        """Send a request, or find the server down."""
        return self._put_on_wire(draft, what, Flight(who, ask, draft.now + self.response))

    def _send_for(self, draft: Any, elector: Elector, ask: Ask) -> bool:
        """Send what an elector's attempt asks."""
        flight = Flight(elector.name, ask, draft.now + self.response)
        if isinstance(ask, Update) and elector.attempt is not None:
            watched = exact(elector.attempt.began - elector.observed_at)
            flight = evolve(flight, seen=elector.fetched, watched=watched)
        return self._put_on_wire(draft, "election", flight)

    def _put_on_wire(self, draft: Any, what: str, flight: Flight) -> bool:
        who, server = flight.owner, self.server_of(flight.owner)
        is_up: bool = draft.up[server]
        draft.emit(Asked(who, server, words(flight.ask), refused=not is_up))
        if is_up:
            draft.wire[f"{who} {what}"] = flight
        return is_up

    def _abandon(self, draft: Any, who: str, what: str) -> None:
        """Wait no longer for an answer; what was not served yet may still be."""
        flight: Any = draft.wire.get(f"{who} {what}")
        if flight is None:
            return
        if flight.reply is None:
            draft.wire[f"{who} {what}"] = evolve(flight, abandoned=True)
        else:
            del draft.wire[f"{who} {what}"]

    def serve(self, draft: Any, who: str, what: str) -> None:
        """An API server carries a request out."""
        flight = self._in_flight(draft, who, what)
        require(flight.reply is None)
        done = carried_out(draft, flight.ask, self.lease_version, self.work_version)
        if flight.abandoned:
            del draft.wire[f"{who} {what}"]
        else:
            draft.wire[f"{who} {what}"] = evolve(flight, reply=done.reply)
        if not done.answer.ok or is_read(flight.ask):
            draft.emit(Served(who, self.server_of(who), words(flight.ask), done.answer.status))
        elif isinstance(flight.ask, Write):
            replaced = term_of(done.before)
            draft.emit(WorkWritten(who, self.server_of(who), flight.ask.term, replaced, self.fenced))
        else:
            self._tell_of_lease(draft, flight, flight.ask, done.before)

    def _tell_of_lease(self, draft: Any, flight: Flight, ask: Any, lease: Object | None) -> None:
        who, before = flight.owner, None if lease is None else record_of(lease)
        watched = None if before is None or flight.seen != before else flight.watched
        working = draft.working.get(who) is not None
        draft.emit(LeaseWritten(who, self.server_of(who), before, ask.record, watched, working))
