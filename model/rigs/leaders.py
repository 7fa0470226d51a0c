"""Electors, their servers, etcd and true time, as a machine.

Lives here: the rules of electors and of their owners, of the work that leaders do, and the faults.  An elector's own
steps are those of :mod:`..machinery.leader_election`; requests are answered by the whole API server, on an etcd whose
past nobody reads.  Must not know: what is promised.

Left out: an elector that has ended does not start again; clients' own time-outs, but that of a leader's window and
that of a release; watches, and coordinated leader election.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve, frozen

from ..clocks import Time, exact, rates
from ..draft import require, spend
from ..faults import CLOCK_JUMP, CLOCK_OFFSET, CLOCK_RATE, CRASH_SERVER, PAUSE, SLOW_ANSWER, check_possible
from ..machine import Machine, Rule, rule
from ..machinery import leader_election as election
from ..machinery.leader_election import Ask, Elector, Failed, Outcome, Written
from . import leader_start as start
from .leader_clockwork import NO_WORK, Clockwork, Flight, Work
from .leader_events import Disturbed, GaveUp, Told, WorkEnded
from .leader_requests import Found, Read, Write

FAULTS: Final = (CRASH_SERVER, PAUSE, SLOW_ANSWER, CLOCK_OFFSET, CLOCK_RATE, CLOCK_JUMP)


@frozen(eq=False)
class Leaders(Clockwork):
    """A few electors, what they decide, what leaders do, and what may go wrong."""

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The electors as a machine.

        Raises:
            BadInput: a fault was asked for that cannot happen here.
        """
        check_possible(name, faults, FAULTS)
        return Machine(name, variables=self._variables(faults), rules=[*self._steps(), *self._disturbances(faults)])

    def _variables(self, faults: Mapping[str, int]) -> dict[str, Any]:
        begun = start.begun(self.rules.config, self.names, first_try=self.first_try, vacant=self.vacant)
        leader = begun.electors[self.names[0]]
        wire: dict[str, Flight] = {}
        if leader.attempt is not None:
            answered = Flight(leader.name, leader.attempt.ask, self.response, Written(leader.version))
            wire[f"{leader.name} election"] = answered
        return {
            "config": self.rules.config,
            "response": self.response,
            "now": 0,
            "revision": begun.revision,
            "keys": begun.keys,
            "electors": begun.electors,
            "clocks": dict.fromkeys(self.names, self.clock),
            "paused": dict.fromkeys(self.names, False),
            "working": {leader.name: Work(0)} if wire else {},
            "wire": wire,
            "up": {"server-1": True, "server-2": True},
            "budgets": dict(faults),
            **({"to_write": dict.fromkeys(self.names, self.writes)} if self.writes else {}),
        }

    def _steps(self) -> list[Rule]:
        steps = [self.attempt, self.answer, self.give_up]
        steps += [self.end_work] if self.stop else []
        steps += [self.resign] if self.resigns else []
        steps += [self.answer_release, self.leave_release] if "release" in self._channels else []
        steps += [self.write, self.answer_work] if "work" in self._channels else []
        of_processes = [rule(step, process=name, who=name) for name in self.names for step in steps]
        of_servers = [
            rule(self.serve, process=self.server_of(name), who=name, what=each)
            for name in self.names
            for each in self._channels
        ]
        return [*of_processes, *of_servers, rule(self.advance, process="time")]

    @property
    def _channels(self) -> list[str]:
        """What requests may be about."""
        release, work = self.rules.config.release_on_cancel, self.writes > 0
        return ["election", *(["release"] if release else []), *(["work"] if work else [])]

    def _disturbances(self, faults: Mapping[str, int]) -> list[Rule]:
        made: list[Rule] = []
        if CRASH_SERVER in faults:
            made.append(rule(self.crash_server, process="server-1", fault=CRASH_SERVER, server="server-1"))
        of_processes = (
            (PAUSE, self.pause),
            (PAUSE, self.resume),
            (CLOCK_OFFSET, self.set_off),
            (CLOCK_JUMP, self.jump),
            (CLOCK_RATE, self.drift_away),
        )
        for name in self.names:
            made += [rule(step, process=name, fault=fault, who=name) for fault, step in of_processes if fault in faults]
            for each in self._channels if SLOW_ANSWER in faults else ():
                made.append(rule(self.wait_longer, process=name, fault=SLOW_ANSWER, who=name, what=each))
        return made

    # --- The election ---------------------------------------------------------------------------------------------

    def attempt(self, draft: Any, who: str) -> None:
        """An elector begins an attempt to get the Lease, or to renew it."""
        elector, clock = self._awake(draft, who), draft.clocks[who]
        now = clock.monotonic(draft.now)
        require(elector.wake is not None and elector.wake <= now)
        require(elector.until is None or now < elector.until)
        self._go_on(draft, *election.begin(self.rules, elector, now, clock.wall(draft.now)), now)

    def answer(self, draft: Any, who: str) -> None:
        """An elector gets an answer, and goes on with its attempt."""
        elector, now = self._awake(draft, who), draft.clocks[who].monotonic(draft.now)
        reply = self._received(draft, who, "election")
        self._go_on(draft, *election.told(self.rules, elector, reply, now), now)

    def _go_on(self, draft: Any, elector: Elector, then: Ask | Outcome, now: Time) -> None:
        """Send what is to be asked next; where the server is down the lock says so at once."""
        told = ""
        while not isinstance(then, Outcome):
            if self._send_for(draft, elector, then):
                draft.electors[elector.name] = elector
                return
            told = "no server"
            elector, then = election.told(self.rules, elector, Failed(), now)
        self._end_attempt(draft, elector, then, now, told)

    def _end_attempt(self, draft: Any, elector: Elector, outcome: Outcome, now: Time, told: str) -> None:
        who, leads = elector.name, elector.phase == "leader"
        if outcome is Outcome.SUCCESS:
            if not leads:
                draft.working[who] = Work(elector.term)
            draft.electors[who] = election.succeeded(self.rules, elector, now)
            then = "it goes on leading" if leads else "it leads, and begins to work"
        else:
            sleep = 0 if leads else draft.choose(self.sleeps)
            draft.electors[who] = election.failed(self.rules, elector, now, sleep)
            then = told or "it is no success"
        draft.emit(Told(who, self.server_of(who), then))

    def give_up(self, draft: Any, who: str) -> None:
        """A leader that has not renewed its Lease in time gives up."""
        elector, now = self._awake(draft, who), draft.clocks[who].monotonic(draft.now)
        require(elector.phase == "leader" and elector.until is not None and elector.until <= now)
        self._leave(draft, elector, "it could not renew in time")

    def resign(self, draft: Any, who: str) -> None:
        """A leader's owner lets the work end, then ends the leader."""
        elector = self._awake(draft, who)
        require(elector.phase == "leader")
        if not self.works_on:
            del draft.working[who]
            self._abandon(draft, who, "work")
        self._leave(draft, elector, "its owner ends it")

    def _leave(self, draft: Any, elector: Elector, why: str) -> None:
        """End leading; a release comes before anybody tells the work (as in client-go)."""
        who = elector.name
        draft.emit(GaveUp(who, why))
        self._abandon(draft, who, "election")
        elector, ask = election.give_up(self.rules, elector, draft.clocks[who].monotonic(draft.now))
        self._go_on_releasing(draft, elector, ask)

    def _go_on_releasing(self, draft: Any, elector: Elector, ask: Ask | None) -> None:
        if ask is not None and not self._send(draft, elector.name, "release", ask):
            ask, elector = None, election.over(elector)
        draft.electors[elector.name] = elector
        if ask is None:
            self._wind_down(draft, elector.name)

    def answer_release(self, draft: Any, who: str) -> None:
        """A leader that gives up gets an answer, and goes on with its release."""
        elector, clock = self._awake(draft, who), draft.clocks[who]
        reply = self._received(draft, who, "release")
        elector, ask = election.releasing(self.rules, elector, reply, clock.wall(draft.now))
        draft.emit(Told(who, self.server_of(who), "it has ended" if ask is None else "it goes on releasing"))
        self._go_on_releasing(draft, elector, ask)

    def leave_release(self, draft: Any, who: str) -> None:
        """A leader that could not release in time lets it be."""
        elector, now = self._awake(draft, who), draft.clocks[who].monotonic(draft.now)
        require(elector.phase == "releasing" and elector.until is not None and elector.until <= now)
        self._abandon(draft, who, "release")
        draft.emit(GaveUp(who, "it could not release in time"))
        self._go_on_releasing(draft, election.over(elector), None)

    # --- A leader's work ------------------------------------------------------------------------------------------

    def _wind_down(self, draft: Any, who: str) -> None:
        """Tell the work to end."""
        work = draft.working.get(who)
        if work is not None and self.stop:
            draft.working[who] = evolve(work, ends=draft.now + self.stop)
        elif work is not None:
            self._end_work(draft, who)

    def end_work(self, draft: Any, who: str) -> None:
        """The work of a leader that gave up ends."""
        self._awake(draft, who)
        work = draft.working.get(who)
        require(work is not None and work.ends is not None)
        self._end_work(draft, who)

    def _end_work(self, draft: Any, who: str) -> None:
        del draft.working[who]
        self._abandon(draft, who, "work")
        draft.emit(WorkEnded(who))

    def write(self, draft: Any, who: str) -> None:
        """A leader begins to write: at once, or (fenced) by reading what was written last."""
        self._awake(draft, who)
        left, work = draft.to_write[who], draft.working.get(who, NO_WORK)
        require(left and work.goes_on and f"{who} work" not in draft.wire and draft.up[self.server_of(who)])
        draft.to_write[who] = left - 1
        self._send(draft, who, "work", Read() if self.fenced else Write(work.term))

    def answer_work(self, draft: Any, who: str) -> None:
        """A leader gets an answer; one that has read writes, unless a later term has been there already."""
        self._awake(draft, who)
        reply, term = self._received(draft, who, "work"), draft.working[who].term
        then = "the write is over"
        if isinstance(reply, Found) and self.may_write(term, reply.term):
            then = "it may write"
            self._send(draft, who, "work", Write(term, reply.version))
        draft.emit(Told(who, self.server_of(who), then))

    # --- Faults ---------------------------------------------------------------------------------------------------

    def crash_server(self, draft: Any, server: str) -> None:
        """An API server stops for good; who waits for an answer gets an error."""
        spend(draft.budgets, CRASH_SERVER)
        draft.up[server] = False
        for name, flight in draft.wire.items():
            if self.server_of(flight.owner) != server:
                continue
            if flight.abandoned:
                del draft.wire[name]
            else:
                draft.wire[name] = evolve(flight, reply=Failed())
        draft.emit(Disturbed(server, "stops for good"))

    def pause(self, draft: Any, who: str) -> None:
        """A process takes no more steps; it does not know."""
        require(not draft.paused[who])
        spend(draft.budgets, PAUSE)
        draft.paused[who] = True
        draft.emit(Disturbed(who, "is paused"))

    def resume(self, draft: Any, who: str) -> None:
        """A paused process goes on where it was."""
        require(draft.paused[who])
        draft.paused[who] = False
        draft.emit(Disturbed(who, "goes on"))

    def wait_longer(self, draft: Any, who: str, what: str) -> None:
        """An answer takes longer than answers take: time goes on past its moment."""
        flight = self._in_flight(draft, who, what)
        require(flight.due < self.horizon)
        spend(draft.budgets, SLOW_ANSWER)
        draft.wire[f"{who} {what}"] = evolve(flight, due=self.horizon)
        draft.emit(Disturbed(who, "has to wait for an answer"))
        self._pass_time(draft, flight.due + 1)

    def set_off(self, draft: Any, who: str) -> None:
        """A process begins with a wall clock that is ahead, or behind."""
        require(draft.now == 0)
        spend(draft.budgets, CLOCK_OFFSET)
        self._set_wall_clock(draft, who, "has a wall clock that is off by")

    def jump(self, draft: Any, who: str) -> None:
        """Somebody sets a wall clock."""
        spend(draft.budgets, CLOCK_JUMP)
        self._set_wall_clock(draft, who, "has its wall clock set by")

    def _set_wall_clock(self, draft: Any, who: str, what: str) -> None:
        sign = draft.choose((-1, 1))
        by = exact(sign * self.leap)
        draft.clocks[who] = draft.clocks[who].jumped(by)
        draft.emit(Disturbed(who, f"{what} {'+' if sign > 0 else ''}{by} seconds"))

    def drift_away(self, draft: Any, who: str) -> None:
        """A process begins with clocks that are as slow, or as fast, as clocks may be."""
        require(draft.now == 0 and draft.clocks[who].rate == 1)
        spend(draft.budgets, CLOCK_RATE)
        pace = draft.choose(("slow", "fast"))
        slow, fast = rates(self.drift)
        draft.clocks[who] = evolve(draft.clocks[who], rate=slow if pace == "slow" else fast)
        draft.emit(Disturbed(who, f"has clocks that are {pace}"))
