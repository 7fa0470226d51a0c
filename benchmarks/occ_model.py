"""A miniature of a control plane, written as an ordinary machine: the model that engines are measured on.

An etcd-like store with one revision for all and a ``mod`` revision for each key; clients that read, compute and write
back if nobody wrote in between; a watch cache that lags; a controller that keeps a number of children, acting on the
cache with expectations, and may crash.

Lives here: the machine and its promises.  The counts that it must have are those of the same model in TLA+.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from seatrial.invariants.invariant import Invariant, always
from seatrial.model.draft import Draft, View, require
from seatrial.model.machine import Machine, Rule, rule


@frozen
class Parameters:
    """The size: ``surge`` more children than ``desired`` are tolerated, ``lag`` events may be under way."""

    clients: int = 3
    objects: int = 1
    children: int = 2
    increments: int = 2
    desired: int = 1
    surge: int = 9
    lag: int = 2
    crashes: int = 1


NAMED = {
    "s1": Parameters(clients=2),
    "s2": Parameters(),
    "s3": Parameters(children=3, desired=2),
}


@frozen(cache_hash=True)
class Entry:
    """A key's value and the revision that wrote it; ``mod`` 0 means that the key is absent."""

    value: int = 0
    mod: int = 0


@frozen(cache_hash=True)
class Event:
    """One change on its way to the watch cache."""

    key: str
    entry: Entry
    revision: int


@frozen(cache_hash=True)
class Client:
    """A client between its steps."""

    doing: str = "idle"
    key: str = ""
    entry: Entry = Entry()
    done: int = 0


@frozen(cache_hash=True)
class Controller:
    """The controller: running, about to create or delete a child, or down."""

    doing: str = "run"
    key: str = ""


@frozen
class Occ:
    """The machine of one size; without ``compare`` the store drops the comparison of revisions: the seeded bug.

    Its methods are the rules.
    """

    size: Parameters
    compare: bool = True

    @property
    def clients(self) -> list[str]:
        """The clients' names."""
        return [f"c{number}" for number in range(1, self.size.clients + 1)]

    @property
    def objects(self) -> list[str]:
        """The keys that clients write."""
        return [f"o{number}" for number in range(1, self.size.objects + 1)]

    @property
    def children(self) -> list[str]:
        """The keys that the controller writes."""
        return [f"k{number}" for number in range(1, self.size.children + 1)]

    def read(self, draft: Draft, client: str, key: str) -> None:
        """A client reads an object from the store."""
        me = draft.clients[client]
        require(me.doing == "idle" and me.done < self.size.increments)
        draft.clients[client] = Client("compute", key, draft.store[key], me.done)

    def compute(self, draft: Draft, client: str) -> None:
        """A client adds one to what it has read."""
        me = draft.clients[client]
        require(me.doing == "compute")
        draft.clients[client] = Client("write", me.key, Entry(me.entry.value + 1, me.entry.mod), me.done)

    def write(self, draft: Draft, client: str) -> None:
        """A client's write is committed, or refused because somebody wrote in between."""
        me = draft.clients[client]
        require(me.doing == "write")
        if not self.compare or draft.store[me.key].mod == me.entry.mod:
            self._commit(draft, me.key, me.entry.value)
            draft.clients[client] = Client(done=me.done + 1)
        else:
            draft.clients[client] = Client(done=me.done)

    def deliver(self, draft: Draft) -> None:
        """The next event reaches the cache, and fulfils what the controller expects."""
        channel = draft.channel
        require(channel)
        event = channel[0]
        draft.channel = channel[1:]
        draft.cache[event.key] = event.entry
        draft.seen = event.revision
        if event.key in self.children and draft.expected[event.key] == ("add" if event.entry.mod else "delete"):
            draft.expected[event.key] = "none"

    def plan_create(self, draft: Draft, key: str) -> None:
        """The controller, which knows of too few children, decides to create one."""
        require(draft.controller.doing == "run")
        living = self._living(draft)
        require(len(living) < self.size.desired and key not in living)
        draft.controller = Controller("create", key)

    def plan_delete(self, draft: Draft, key: str) -> None:
        """The controller, which knows of too many children, decides to delete one."""
        require(draft.controller.doing == "run")
        living = self._living(draft)
        require(len(living) > self.size.desired and key in living)
        draft.controller = Controller("delete", key)

    def act(self, draft: Draft) -> None:
        """The controller does what it decided, if that is still needed."""
        doing, key = draft.controller.doing, draft.controller.key
        require(doing in {"create", "delete"})
        draft.controller = Controller()
        if doing == "create" and not draft.store[key].mod:
            self._commit(draft, key, 1)
            draft.expected[key] = "add"
        elif doing == "delete" and draft.store[key].mod:
            self._commit(draft, key, 0, keep=False)
            draft.expected[key] = "delete"

    def crash(self, draft: Draft) -> None:
        """The controller crashes and forgets what it expects."""
        require(draft.controller.doing != "down" and draft.crashes < self.size.crashes)
        draft.crashes += 1
        draft.controller = Controller("down")
        for key in self.children:
            draft.expected[key] = "none"

    def restart(self, draft: Draft) -> None:
        """The controller starts again."""
        require(draft.controller.doing == "down")
        draft.controller = Controller()

    def _commit(self, draft: Draft, key: str, value: int, *, keep: bool = True) -> None:
        channel = draft.channel
        require(len(channel) < self.size.lag)
        revision = draft.revision + 1
        entry = Entry(value, revision if keep else 0)
        draft.revision = revision
        draft.store[key] = entry
        draft.channel = (*channel, Event(key, entry, revision))

    def _living(self, draft: Draft) -> set[str]:
        """The children that the controller believes in."""
        expected = {key: draft.expected[key] for key in self.children}
        return {
            key
            for key in self.children
            if expected[key] == "add" or (expected[key] != "delete" and draft.cache[key].mod)
        }

    def rules(self) -> Iterator[Rule]:
        """The rules, the fault last."""
        for client in self.clients:
            for key in self.objects:
                yield rule(self.read, process=client, client=client, key=key)
            yield rule(self.compute, process=client, client=client)
            yield rule(self.write, process=client, client=client)
        yield rule(self.deliver, process="controller")
        for key in self.children:
            yield rule(self.plan_create, process="controller", key=key)
            yield rule(self.plan_delete, process="controller", key=key)
        yield rule(self.act, process="controller")
        yield rule(self.restart, process="controller")
        yield rule(self.crash, process="controller", fault="crash")


def occ(size: Parameters, *, compare: bool = True) -> Machine:
    """The machine; without ``compare`` it loses updates."""
    parts = Occ(size, compare)
    store = {key: Entry(0, 1) for key in parts.objects} | {key: Entry() for key in parts.children}
    return Machine(
        "occ",
        variables={
            "revision": 1,
            "store": store,
            "channel": (),
            "cache": store,
            "seen": 1,
            "clients": {client: Client() for client in parts.clients},
            "controller": Controller(),
            "expected": dict.fromkeys(parts.children, "none"),
            "crashes": 0,
        },
        rules=[*parts.rules()],
    )


def promises(size: Parameters) -> list[Invariant]:
    """What the machine promises."""

    @always()
    def no_lost_update(state: View) -> bool:
        """The objects count as many increments as clients were told succeeded."""
        counted = sum(state.store[f"o{number}"].value for number in range(1, size.objects + 1))
        return bool(counted == sum(client.done for client in state.clients.values()))

    @always()
    def cache_prefix(state: View) -> bool:
        """The cache is the store as it was: what is undelivered, applied to the cache, gives the store."""
        ahead = dict(state.cache)
        for event in state.channel:
            ahead[event.key] = event.entry
        return ahead == dict(state.store)

    @always()
    def ordered(state: View) -> Iterator[tuple[str, bool]]:
        """Undelivered events carry the revisions that follow the cache's, and nothing is newer than the store."""
        channel, seen = state.channel, state.seen
        yield "the cache and the channel reach the present", seen + len(channel) == state.revision
        yield "the channel is in order", all(each.revision == seen + n for n, each in enumerate(channel, 1))
        yield "the store is not ahead", all(each.mod <= state.revision for each in state.store.values())
        yield "the cache is not ahead", all(each.mod <= seen for each in state.cache.values())

    @always()
    def child_bound(state: View) -> bool:
        """There are never more children than desired and surge together."""
        children = [state.store[f"k{number}"] for number in range(1, size.children + 1)]
        return sum(1 for child in children if child.mod) <= size.desired + size.surge

    return [no_lost_update, cache_prefix, ordered, child_bound]
