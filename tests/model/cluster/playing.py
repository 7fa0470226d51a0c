"""Playing a small cluster step by step in tests: a client that asks what it is told to, and somebody who writes."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Mapping
from typing import Any, TypeVar

from seatrial.model.api import Ask, Effect
from seatrial.model.apiserver.answer import Answer
from seatrial.model.apiserver.request import NO_OPTIONS, Options, Request, get, list_, watch
from seatrial.model.cluster.events import Answered
from seatrial.model.faults import COMPACTION, STALE_CACHE
from seatrial.model.kinds import of_name
from seatrial.model.machine import Action, Machine, NotEnabled
from seatrial.model.profiles import NEWEST, profile_named
from seatrial.model.reconcile import Reconciler
from seatrial.model.scenarios.readers import ALPHA, among_notes

NOTES = of_name("ConfigMap")
RESOURCE = NOTES.resource
FAULTS: Mapping[str, int] = {STALE_CACHE: 2, COMPACTION: 2}
T = TypeVar("T")


def listing(**options: Any) -> Request:
    """A list of the notes."""
    return list_(NOTES, ALPHA[0], options=Options(**options))


def watching(**options: Any) -> Request:
    """A watch of the notes."""
    return watch(NOTES, ALPHA[0], options=Options(**options))


def getting(name: str, options: Options = NO_OPTIONS) -> Request:
    """A GET of one note."""
    return get(NOTES, ALPHA[0], name, options=options)


def asking(*requests: Request) -> Reconciler:
    """A client that asks for one thing after the other."""

    def ask() -> Generator[Effect, Any, None]:
        for each in requests:
            yield Ask(each)

    return ask


class Play:
    """A behaviour of a machine, made one step after the other."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.state: Any = machine.initial
        self.begin = int(self.state.revision)
        self.events: list[Hashable] = []

    def do(self, rule: str, *choices: Any, **arguments: str) -> None:
        """Take a step; it must be enabled."""
        self.state, step = self.machine.step(self.state, Action(rule, tuple(arguments.items()), choices))
        self.events += step.events

    def can(self, rule: str, *choices: Any, **arguments: str) -> bool:
        """Whether a step is enabled."""
        try:
            self.machine.step(self.state, Action(rule, tuple(arguments.items()), choices))
        except NotEnabled:
            return False
        return True

    def write(self, times: int = 1) -> None:
        """The author's next writes: a change of alpha first, then the deletion of beta."""
        for _ in range(times):
            if "author" not in self.state.calls:
                self.do("begin", who="author")
            self.do("serve", line="author")
            self.do("commit", line="author")
            self.do("receive", who="author")

    def follow(self, server: str = "a", times: int = 1) -> None:
        """A server's watch cache takes over so many changes."""
        for _ in range(times):
            self.do("follow_etcd", server=server, resource=RESOURCE)

    def forget(self, server: str = "a") -> None:
        """A server's watch cache forgets the changes that it has."""
        self.do("forget", server=server, resource=RESOURCE)

    def ask(self, *choices: Any) -> None:
        """The client's next question, up to where its server takes it up."""
        if "client" not in self.state.calls:
            self.do("begin", who="client")
        self.do("serve", *choices, line="client")

    def take(self) -> Answer:
        """The client takes the answer, and asks its next question if it has one."""
        self.do("receive", who="client")
        return self.last(Answered).answer

    def last(self, kind: type[T]) -> T:
        """The last event of a class."""
        return [each for each in self.events if isinstance(each, kind)][-1]


def play(*requests: Request, servers: int = 1, faults: Mapping[str, int] = FAULTS, profile: str = "") -> Play:
    """Two notes, a client that asks this, and an author who changes alpha and then deletes beta."""
    chosen = profile_named(profile) if profile else NEWEST
    cluster = among_notes({"client": asking(*requests)}, servers, profile=chosen)
    return Play(cluster.machine("notes", faults))


def names(answer: Answer) -> list[str]:
    """The names of the objects in a list."""
    return [each.name for each in answer.items or ()]


def error_of(answer: Answer) -> int:
    """The status that the only frame of a stream tells, which was accepted."""
    assert answer.ok
    assert answer.frames is not None
    (frame,) = answer.frames
    assert frame.type == "ERROR"
    assert frame.error is not None
    return frame.error.status


def frames(answer: Answer) -> list[tuple[str, str, str]]:
    """The frames of a watch: type, name and resourceVersion of the object."""
    shown = ((each.type, each.object) for each in answer.frames or ())
    return [(kind, "", "") if each is None else (kind, each.name, each.resource_version) for kind, each in shown]
