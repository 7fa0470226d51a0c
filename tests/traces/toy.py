"""A toy that tells: two clients add one to a counter behind an API server that may forget to compare revisions.

Lives here: the machine, its events and its promises.  Every rule tells something but ``compute``; the answer may be
lost, and where it is delivered the client chooses whether to stop or to sleep.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen

from seatrial.invariants.invariant import always, at_rest, stepwise
from seatrial.model.draft import require
from seatrial.model.events import Arrow
from seatrial.model.machine import Action, Machine, Step, rule
from seatrial.model.scenario import Scenario
from seatrial.traces.trace import Broken, Trace


@frozen
class Message:
    """An event that is a message between two components."""

    sentence: str
    arrow: Arrow


@frozen
class Note:
    """An event within one component."""

    sentence: str
    arrow: None = None


@frozen
class Silent:
    """An event that was not made to be shown."""


@frozen(cache_hash=True)
class Client:
    """A client between its steps: what it does, the counter it has seen and the revision it was written at."""

    doing: str = "idle"
    counter: int = 0
    revision: int = 1
    added: int = 0


@frozen
class Counter:
    """The system: whether revisions are compared, and the verb of the first event."""

    compare: bool
    verb: str

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The machine in which so many answers may be lost."""
        return _machine(name, self, faults.get("lost-answer", 0))


def counter(*, compare: bool = False, verb: str = "reads", lost: int = 1) -> Scenario:
    """The scenario; ``lost`` is the budget of lost answers."""
    return Scenario(
        "counter",
        Counter(compare, verb),
        faults={"lost-answer": lost},
        parameters={"compare": compare},
        mutant="" if compare else "put-compare",
    )


def _machine(name: str, system: Counter, lost: int) -> Machine:
    def read(draft: Any, client: str) -> None:
        require(draft.clients[client].doing == "idle")
        value, revision = draft.counter, draft.revision
        draft.clients[client] = Client("compute", value, revision)
        label = f"200 OK: counter={value}; revision {revision}"
        draft.emit(Message(f"{client} {system.verb} the counter, it is {value}", Arrow("API server", client, label)))

    def compute(draft: Any, client: str) -> None:
        me = draft.clients[client]
        require(me.doing == "compute")
        draft.emit(Silent())
        draft.clients[client] = evolve(me, doing="write", counter=me.counter + 1)

    def write(draft: Any, client: str) -> None:
        me = draft.clients[client]
        require(me.doing == "write")
        sent = Arrow(client, "API server", f"PUT counter={me.counter}")
        draft.emit(Message(f"{client} writes {me.counter}", sent))
        if system.compare and me.revision != draft.revision:
            draft.clients[client] = evolve(me, doing="idle")
            draft.emit(Note("the API server answers 409 Conflict"))
            return
        draft.revision += 1
        draft.counter = me.counter
        draft.clients[client] = evolve(me, doing="answer")
        stored = Arrow("API server", "etcd", f"txn at revision {draft.revision}")
        draft.emit(Message(f"etcd stores it at revision {draft.revision}", stored))

    def answer(draft: Any, client: str) -> None:
        require(draft.clients[client].doing == "answer")
        doing, _ = draft.choose([("stopped", True), ("asleep", False)])
        draft.clients[client] = Client(doing, added=1)
        draft.emit(Message(f"{client} hears that it succeeded", Arrow("API server", client, "200 OK")))

    def lose(draft: Any, client: str) -> None:
        require(draft.clients[client].doing == "answer" and draft.lost < lost)
        draft.lost += 1
        draft.clients[client] = Client("stopped")
        arrow = Arrow("API server", client, "200 OK", lost=True)
        draft.emit(Message(f"the answer to {client} is lost", arrow))

    clients = ("ann", "bob")
    return Machine(
        name,
        variables={
            "revision": 1,
            "counter": 0,
            "lost": 0,
            "clients": {name: Client() for name in clients},
        },
        rules=[
            *[rule(each, process=name, client=name) for name in clients for each in (read, compute, write)],
            *[rule(answer, process="API server", client=name) for name in clients],
            *[rule(lose, process="API server", fault="lost-answer", client=name) for name in clients],
        ],
    )


@always()
def no_lost_update(state: Any) -> Iterator[tuple[str, bool]]:
    """The counter is at least what clients were told that they added.

    A client that was not told may have added, too.
    """
    added = sum(client.added for client in state.clients.values())
    yield "nobody added more than once", added <= len(state.clients)
    yield "the counter counts every success", state.counter >= added


@stepwise(on=Message)
def revisions_grow(before: Any, step: Step, after: Any) -> bool:
    """No step makes the revision smaller."""
    del step
    return bool(after.revision >= before.revision)


@at_rest()
def everybody_added(state: Any) -> bool:
    """When nothing happens any more, everybody was told of a success."""
    return all(client.added == 1 for client in state.clients.values())


PROMISES = (no_lost_update, revisions_grow, everybody_added)
BROKEN = Broken("no-lost-update", "the counter counts every success")


def act(name: str, client: str, *choices: object) -> Action:
    """One action of the toy."""
    return Action(name, (("client", client),), choices)


LOST_UPDATE = (
    act("read", "ann"),
    act("read", "bob"),
    act("compute", "ann"),
    act("compute", "bob"),
    act("write", "ann"),
    act("write", "bob"),
    act("answer", "ann", ("stopped", True)),
    act("answer", "bob", ("asleep", False)),
)
"""Both clients read before either writes: the second write hides the first."""

LOST_ANSWER = (act("read", "ann"), act("compute", "ann"), act("write", "ann"), act("lose", "ann"))
"""One client writes and is not told."""


def lost_update() -> Trace:
    """The counterexample, as recorded."""
    return Trace.of(counter(), LOST_UPDATE, BROKEN, engine="exhaustive", found="breadth first, 91 states")


def lost_answer() -> Trace:
    """A run that breaks nothing, with a fault."""
    return Trace.of(counter(compare=True), LOST_ANSWER, engine="walk", found="seed 7")
