"""What can go wrong, as rules; :mod:`seatrial.model.faults` says what each fault means.

Each has a budget: how often it may happen in one behaviour.  ``stale-cache`` is no step: it bounds how old a copy
may be when it is read (see :mod:`.copies`).

A process or a server that crashes is back in the same step.  Being away for a while changes nothing for others that its
silence before or after would not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from ..apiserver.answer import Answer
from ..draft import require, spend
from ..faults import (
    API_SWITCH,
    COMPACTION,
    CRASH,
    CRASH_SERVER,
    EXPECTATIONS_EXPIRE,
    LATE_COMMIT,
    LOST_ANSWER,
    PARTITION,
    STALE_CACHE,
)
from ..machinery.controller import Controller
from ..machinery.expectations import Expectations
from ..machinery.workqueue import Queue, add
from .copies import Copies
from .copy_events import Forgot
from .events import AnswerLost, Crashed, Expired, Switched
from .events import server as server_name
from .state import IDLE, NO_ANSWER, Call, ClusterDraft, answer_on, call_on, reader

FAULTS: Final = (
    STALE_CACHE,
    CRASH,
    CRASH_SERVER,
    LOST_ANSWER,
    LATE_COMMIT,
    API_SWITCH,
    COMPACTION,
    EXPECTATIONS_EXPIRE,
    PARTITION,
)
"""What can go wrong in a cluster."""

GOES_ON = "it may still be carried out"
VANISHES = "it is never carried out"
CARRIED_OUT = "it was carried out"
REFUSED = "it was refused"


def spare_lines(process: str, count: int) -> Iterator[str]:
    """The lines on which requests of a process go on that nobody waits for."""
    return (f"{process}~{number}" for number in range(1, count + 1))


@frozen(eq=False)
class Faults:
    """The rules of faults; ``spare`` is how many requests of one process may go on unattended."""

    copies: Copies
    controllers: dict[str, Controller]
    spare: int

    def crash(self, draft: ClusterDraft, who: str) -> None:
        """A controller loses its memory; it may come back to another API server."""
        spend(draft.budgets, CRASH)
        call = draft.calls.get(who)
        detail = ""
        if call is not None:
            detail = "with its request on the way, " if self._let_go(draft, call) == GOES_ON else ""
            del draft.calls[who]
        draft.homes[who] = home = draft.choose(self.copies.servers)
        draft.works[who] = IDLE
        draft.queues[who] = self._found_running(draft, self.controllers[who].node)
        draft.expectations[who] = Expectations()
        if who in draft.own_writes:
            del draft.own_writes[who]
        self.copies.stop(draft, who, self.controllers[who].resources)
        draft.emit(Crashed(who, f"{detail}and turns to {server_name(home)}"))

    def _found_running(self, draft: ClusterDraft, node: str) -> Queue:
        """What a kubelet that starts looks at first: the containers that it finds on its node."""
        found = draft.containers.get(node, ()) if node else ()
        return add((), *(each.key for each in found))

    def crash_server(self, draft: ClusterDraft, server: str) -> None:
        """An API server stops with all that is on it, untaken answers included, and starts again with fresh caches."""
        spend(draft.budgets, CRASH_SERVER)
        for line in list(draft.calls):
            call = draft.calls[line]
            if call.server != server:
                continue
            if line == call.process:
                draft.calls[line] = call.now(NO_ANSWER)
            else:
                del draft.calls[line]
        self.copies.restart(draft, server)
        draft.emit(Crashed(server_name(server), ""))

    def lose_answer(self, draft: ClusterDraft, who: str) -> None:
        """A request was carried out or refused, but its answer is lost."""
        call, answer = answer_on(draft, who)
        require(answer != NO_ANSWER)
        spend(draft.budgets, LOST_ANSWER)
        draft.calls[who] = call.now(NO_ANSWER)
        draft.emit(AnswerLost(call.server, who, call.ask.request, CARRIED_OUT if answer.ok else REFUSED))

    def give_up(self, draft: ClusterDraft, who: str) -> None:
        """A process waits no longer; its request may be carried out later, or never."""
        call = call_on(draft, who)
        require(not isinstance(call.at, Answer))
        spend(draft.budgets, LATE_COMMIT)
        fate = self._let_go(draft, call)
        draft.calls[who] = call.now(NO_ANSWER)
        draft.emit(AnswerLost(call.server, who, call.ask.request, fate))

    def expire(self, draft: ClusterDraft, who: str) -> None:
        """A controller has waited for five minutes to see what it did, and waits no longer."""
        require(draft.expectations[who].owed)
        spend(draft.budgets, EXPECTATIONS_EXPIRE)
        draft.expectations[who] = draft.expectations[who].older()
        draft.emit(Expired(who))

    def compact(self, draft: ClusterDraft) -> None:
        """Etcd forgets its history up to now."""
        require(draft.compacted < draft.revision)
        spend(draft.budgets, COMPACTION)
        draft.compacted = draft.revision
        for resource in self.copies.resources:
            self.copies.forget(draft, resource)
        draft.emit(Forgot("", "", draft.compacted))

    def forget(self, draft: ClusterDraft, server: str, resource: str) -> None:
        """A server's watch cache forgets all the changes that it has."""
        who = reader(server, resource)
        require(draft.windows[who] < draft.positions[who])
        spend(draft.budgets, COMPACTION)
        draft.windows[who] = draft.positions[who]
        self.copies.forget(draft, resource)
        draft.emit(Forgot(server, resource, draft.windows[who]))

    def switch(self, draft: ClusterDraft, who: str) -> None:
        """A process turns to another API server; what it has on the way stays where it is."""
        spend(draft.budgets, API_SWITCH)
        home = draft.homes[who]
        draft.homes[who] = other = draft.choose(each for each in self.copies.servers if each != home)
        draft.emit(Switched(who, other))
        for resource in self.controllers[who].resources if who in self.controllers else ():
            self.copies.parts.reconnect(draft, who, resource, other)

    def _let_go(self, draft: ClusterDraft, call: Call) -> str:
        """Nobody waits for a request any more: it goes on by itself, on a spare line, or vanishes."""
        if isinstance(call.at, Answer):
            return VANISHES
        fate = draft.choose((GOES_ON, VANISHES))
        if fate == GOES_ON:
            free = [line for line in spare_lines(call.process, self.spare) if line not in draft.calls]
            require(free)
            draft.calls[free[0]] = call
        return fate
