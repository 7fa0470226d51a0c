"""Controllers and scripts: how they begin, take answers and ask the next question.

A process is a reconciler that is run again over its conversation whenever an answer comes (see
:mod:`seatrial.model.reconcile`).  What it reads from its own memory (informers, expectations) is answered at once,
within the step; what it asks an API server goes on its line, and the step ends there.
"""

from __future__ import annotations

from typing import Any

from attrs import frozen

from ..api import (
    Ask,
    AwaitOwnWrites,
    AwaitSettled,
    CreationsFailed,
    DeletionFailed,
    Effect,
    ExpectCreations,
    ExpectDeletions,
    Fulfilled,
    Look,
    OfExpectations,
    OfNode,
    Running,
    Setting,
    StartContainers,
    StopContainers,
    Wrote,
)
from ..apiserver.storage import Attempt
from ..draft import require
from ..errors import ModelError
from ..machinery.consistency import OwnWrites
from ..machinery.controller import Controller
from ..machinery.expectations import Expected
from ..machinery.workqueue import Key, add
from ..nodes.containers import Started, Stopped
from ..profiles import KNOBS, Profile
from ..reconcile import Exchange, Finished, Reconciler, advance
from .copies import Copies
from .events import Answered, Began, Ended, Sent
from .parts import Parts
from .state import DONE, IDLE, Call, ClusterDraft, Work, answer_on, reader


@frozen(eq=False)
class Processes:
    """The rules of all processes of one cluster; a script is a process that runs once and has no informers."""

    copies: Copies
    parts: Parts
    controllers: dict[str, Controller]
    scripts: dict[str, Reconciler]
    profile: Profile

    def begin(self, draft: ClusterDraft, who: str) -> None:
        """A controller takes the next key off its queue, a script starts; it goes as far as its first question."""
        require(draft.works[who] == IDLE)
        controller = self.controllers.get(who)
        work: Key | None = None
        if controller is not None:
            queue = draft.queues[who]
            require(queue)
            for resource in controller.resources:
                require(reader(who, resource) in draft.positions)
            work, draft.queues[who] = queue[0], queue[1:]
        draft.emit(Began(who, _name(work)))
        self._go_on(draft, who, Work("busy", work))

    def receive(self, draft: ClusterDraft, who: str) -> None:
        """An answer reaches the process, which goes as far as its next question, or to its end."""
        call, answer = answer_on(draft, who)
        del draft.calls[who]
        draft.emit(Answered(call.server, who, call.ask.request, answer))
        self._go_on(draft, who, _further(draft.works[who], call.ask, answer))

    def _reconciler(self, process: str) -> Reconciler:
        controller = self.controllers.get(process)
        return self.scripts[process] if controller is None else controller.reconciler

    def _go_on(self, draft: ClusterDraft, process: str, work: Work) -> None:
        while True:
            then = advance(self._reconciler(process), _arguments(work), work.conversation)
            if isinstance(then, Finished):
                self._end(draft, process, work, then)
                return
            if isinstance(then.effect, Ask):
                self._send(draft, process, then.effect)
                draft.works[process] = work
                return
            work = _further(work, then.effect, self._answer(draft, process, then.effect))

    def _send(self, draft: ClusterDraft, process: str, ask: Ask) -> None:
        server = draft.homes[process]
        draft.calls[process] = Call(process, server, ask)
        draft.emit(Sent(process, server, ask.request))

    def _end(self, draft: ClusterDraft, process: str, work: Work, end: Finished) -> None:
        """Done; a controller's key that did not end well is put back and tried again after some time."""
        draft.emit(
            Ended(process, _name(work.work), "" if end.error is None else f"{end.error.status} {end.error.reason}")
        )
        if process in self.scripts:
            draft.works[process] = DONE
            return
        draft.works[process] = IDLE
        if work.work is not None and self.parts.tried_again(end):
            draft.queues[process] = add(draft.queues[process], work.work)

    def _answer(self, draft: ClusterDraft, process: str, effect: Effect) -> Any:
        """What is answered at once; a step that has to wait for that is not enabled."""
        match effect:
            case Look(resource, prefix):
                self._check_watched(process, resource)
                who = reader(process, resource)
                self.copies.require_fresh_enough(draft, who, resource)
                return tuple(stored.object for stored in draft.copies[who].under(prefix))
            case Setting(knob):
                return self._setting(process, knob)
            case AwaitSettled(resource, namespace):
                self._require_settled(draft, resource, namespace)
            case Running() | StartContainers() | StopContainers():
                return self._on_node(draft, process, effect)
            case Wrote() | AwaitOwnWrites():
                self._own_writes(draft, process, effect)
            case Ask():
                raise AssertionError
            case _:
                return self._expect(draft, process, effect)
        return None

    def _setting(self, process: str, knob: str) -> str:
        """How a knob is set.

        Raises:
            ModelError: there is no such knob.
        """
        if knob not in KNOBS:
            message = f"{process} asks for the setting of {knob!r}, and there is no such knob: {', '.join(KNOBS)}"
            raise ModelError(message)
        return str(getattr(self.profile, knob.replace("-", "_")))

    def _expect(self, draft: ClusterDraft, process: str, effect: OfExpectations) -> Any:
        """What a process expects to see."""
        match effect:
            case Fulfilled(key):
                return self.parts.fulfilled(draft.expectations[process], key)
            case ExpectCreations(key, count):
                draft.expectations[process] = draft.expectations[process].set(Expected(key, creations=count))
            case ExpectDeletions(key, names):
                draft.expectations[process] = draft.expectations[process].set(Expected(key, deletions=names))
            case CreationsFailed(key, count):
                draft.expectations[process] = draft.expectations[process].creation_observed(key, count)
            case DeletionFailed(key, name):
                draft.expectations[process] = draft.expectations[process].deletion_observed(key, name)
        return None

    def _own_writes(self, draft: ClusterDraft, process: str, effect: Wrote | AwaitOwnWrites) -> None:
        """What a process remembers to have written; what its informers have by now it need not remember."""
        known = draft.own_writes.get(process, OwnWrites())
        resources = self.controllers[process].resources if process in self.controllers else ()
        reached = {each: draft.positions.get(reader(process, each), 0) for each in resources}
        if isinstance(effect, Wrote):
            draft.own_writes[process] = known.wrote(effect.key, effect.resource, effect.revision).settled(reached)
        else:
            require(self.parts.own_writes_seen(known, effect.key, reached))
            if process in draft.own_writes:
                del draft.own_writes[process]
                if known.settled(reached).last:
                    draft.own_writes[process] = known.settled(reached)

    def _require_settled(self, draft: ClusterDraft, resource: str, namespace: str) -> None:
        """Every server knows of all changes of a resource, and no write in the namespace that was admitted is left."""
        for server in self.copies.servers:
            require(self.copies.missed(draft, reader(server, resource), resource) == 0)
        for line in draft.calls:
            call = draft.calls[line]
            require(not isinstance(call.at, Attempt) or call.ask.request.namespace != namespace)

    def _on_node(self, draft: ClusterDraft, process: str, effect: OfNode) -> Any:
        """What a kubelet sees and does on its node.

        Raises:
            ModelError: the process is no kubelet.
        """
        node = self.controllers[process].node if process in self.controllers else ""
        if not node:
            message = f"{process} is no kubelet: it has no node on which it could start or stop containers"
            raise ModelError(message)
        found = draft.containers.get(node, ())
        match effect:
            case Running(key):
                return tuple(each for each in found if each.key == key)
            case StartContainers(containers):
                draft.containers[node] = tuple(sorted({*found, containers}))
                draft.emit(Started(node, containers))
            case StopContainers(containers):
                draft.containers[node] = tuple(each for each in found if each != containers)
                draft.emit(Stopped(node, containers))
        return None

    def _check_watched(self, process: str, resource: str) -> None:
        """Only what a controller watches is in its informers, and a script has none.

        Raises:
            ModelError: something else is read from them.
        """
        controller = self.controllers.get(process)
        if controller is None:
            remedy = "a script has no informers: read with `api.get(…, live=True)`"
        elif resource not in controller.resources:
            watched = ", ".join(controller.resources)
            remedy = f"its informers watch {watched}: name the kind in `owns`, or read with `api.get(…, live=True)`"
        else:
            return
        raise ModelError(f"{process} reads {resource} from an informer that it does not have; {remedy}")


def _arguments(work: Work) -> tuple[Key, ...]:
    return () if work.work is None else (work.work,)


def _further(work: Work, effect: Effect, answer: Any) -> Work:
    return Work(work.state, work.work, (*work.conversation, Exchange(effect, answer)))


def _name(work: Key | None) -> str:
    return "" if work is None else str(work)
