"""The same model without Seatrial: attrs objects in a set, searched breadth first.

This is what one would write first, and what the engines are compared with: whole states as values, successors made with
``attrs.evolve``, every promise judged in every state.  It shares nothing with the kernel, the engines or the machine in
``occ_model`` but the parameters, so that equal counts say something.

Lives here: the states, their successors, the promises, and the search.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from attrs import evolve, frozen

from occ_model import Parameters


@frozen
class Entry:
    """A key's value and the revision that wrote it; ``mod`` 0 means absent."""

    key: str
    value: int = 0
    mod: int = 0


@frozen
class Change:
    """A write on its way to the cache."""

    entry: Entry
    revision: int


@frozen
class Client:
    """A client, and what it has read."""

    doing: str = "idle"
    read: Entry = Entry("")
    done: int = 0


@frozen
class State:
    """Everything at one moment; ``expected`` has the children's expectations in the children's order."""

    revision: int
    store: tuple[Entry, ...]
    channel: tuple[Change, ...]
    cache: tuple[Entry, ...]
    seen: int
    clients: tuple[Client, ...]
    controller: tuple[str, str]
    expected: tuple[str, ...]
    crashes: int


@frozen
class Result:
    """How many states and transitions there are, in how many levels; or the broken promise and the way to it."""

    states: int
    transitions: int
    depth: int
    violated: str | None = None
    trace: tuple[str, ...] = ()


@frozen
class Naive:
    """The model of one size."""

    size: Parameters
    compare: bool = True

    @property
    def children(self) -> list[str]:
        """The children's keys."""
        return [f"k{number}" for number in range(1, self.size.children + 1)]

    def initial(self) -> State:
        """Objects at revision 1, no children, everybody idle."""
        objects = tuple(Entry(f"o{number}", 0, 1) for number in range(1, self.size.objects + 1))
        store = objects + tuple(Entry(key) for key in self.children)
        idle = (Client(),) * self.size.clients
        return State(1, store, (), store, 1, idle, ("run", ""), ("none",) * self.size.children, 0)

    def successors(self, state: State) -> Iterator[tuple[str, State]]:
        """What can happen next, each with its name."""
        for number in range(self.size.clients):
            yield from self._client(state, number)
        yield from self._deliver(state)
        yield from self._controller(state)

    def _client(self, state: State, number: int) -> Iterator[tuple[str, State]]:
        me, name = state.clients[number], f"c{number + 1}"
        if me.doing == "idle" and me.done < self.size.increments:
            for entry in state.store[: self.size.objects]:
                yield f"{name} reads {entry.key}", _with_client(state, number, evolve(me, doing="compute", read=entry))
        elif me.doing == "compute":
            more = evolve(me.read, value=me.read.value + 1)
            yield f"{name} computes", _with_client(state, number, evolve(me, doing="write", read=more))
        elif me.doing == "write":
            if self.compare and _find(state.store, me.read.key).mod != me.read.mod:
                yield f"{name} loses", _with_client(state, number, Client(done=me.done))
            elif len(state.channel) < self.size.lag:
                written = self._commit(state, me.read.key, me.read.value, state.revision + 1)
                yield f"{name} writes", _with_client(written, number, Client(done=me.done + 1))

    def _deliver(self, state: State) -> Iterator[tuple[str, State]]:
        if not state.channel:
            return
        change, *rest = state.channel
        met = "add" if change.entry.mod else "delete"
        expected = tuple(
            "none" if key == change.entry.key and old == met else old
            for key, old in zip(self.children, state.expected, strict=True)
        )
        cache = _with_entry(state.cache, change.entry)
        yield (
            f"{change.entry.key} is delivered",
            evolve(state, channel=tuple(rest), cache=cache, seen=change.revision, expected=expected),
        )

    def _controller(self, state: State) -> Iterator[tuple[str, State]]:
        doing, key = state.controller
        if doing == "run":
            living = self._living(state)
            for child in self.children:
                if len(living) < self.size.desired and child not in living:
                    yield f"{child} is to be created", evolve(state, controller=("create", child))
                elif len(living) > self.size.desired and child in living:
                    yield f"{child} is to be deleted", evolve(state, controller=("delete", child))
        elif doing in {"create", "delete"}:
            yield from self._act(evolve(state, controller=("run", "")), key, create=doing == "create")
        if doing == "down":
            yield "the controller restarts", evolve(state, controller=("run", ""))
        elif state.crashes < self.size.crashes:
            forgotten = ("none",) * self.size.children
            crashed = evolve(state, crashes=state.crashes + 1, controller=("down", ""), expected=forgotten)
            yield "the controller crashes", crashed

    def _act(self, state: State, key: str, *, create: bool) -> Iterator[tuple[str, State]]:
        if bool(_find(state.store, key).mod) == create:
            yield f"{key} needs nothing", state
        elif len(state.channel) < self.size.lag:
            mod, hope = (state.revision + 1, "add") if create else (0, "delete")
            written = self._commit(state, key, int(create), mod)
            expected = tuple(
                hope if child == key else old for child, old in zip(self.children, state.expected, strict=True)
            )
            yield f"{key} is {'created' if create else 'deleted'}", evolve(written, expected=expected)

    def _commit(self, state: State, key: str, value: int, mod: int) -> State:
        revision, entry = state.revision + 1, Entry(key, value, mod)
        channel = (*state.channel, Change(entry, revision))
        return evolve(state, revision=revision, store=_with_entry(state.store, entry), channel=channel)

    def _living(self, state: State) -> set[str]:
        return {
            child
            for child, expected in zip(self.children, state.expected, strict=True)
            if expected == "add" or (expected != "delete" and _find(state.cache, child).mod)
        }

    def broken(self, state: State) -> str | None:
        """The first promise that the state breaks."""
        if sum(entry.value for entry in state.store[: self.size.objects]) != sum(each.done for each in state.clients):
            return "no-lost-update"
        ahead = {entry.key: entry for entry in state.cache}
        ahead |= {change.entry.key: change.entry for change in state.channel}
        if any(ahead[entry.key] != entry for entry in state.store):
            return "cache-prefix"
        if not (
            state.seen + len(state.channel) == state.revision
            and all(change.revision == state.seen + n for n, change in enumerate(state.channel, 1))
            and all(entry.mod <= state.revision for entry in state.store)
            and all(entry.mod <= state.seen for entry in state.cache)
        ):
            return "ordered"
        children = sum(1 for entry in state.store[self.size.objects :] if entry.mod)
        return "child-bound" if children > self.size.desired + self.size.surge else None

    def search(self) -> Result:
        """Breadth first, until everything is explored or a promise breaks."""
        start = self.initial()
        came_from: dict[State, tuple[str, State] | None] = {start: None}
        queue = deque([(start, 1)])
        transitions, depth = 1, 1
        while queue:
            state, depth = queue.popleft()
            for name, after in self.successors(state):
                transitions += 1
                if after in came_from:
                    continue
                came_from[after] = (name, state)
                broken = self.broken(after)
                if broken is not None:
                    return Result(len(came_from), transitions, depth + 1, broken, _way(came_from, after))
                queue.append((after, depth + 1))
        return Result(len(came_from), transitions, depth)


def _find(entries: tuple[Entry, ...], key: str) -> Entry:
    return next(entry for entry in entries if entry.key == key)


def _with_entry(entries: tuple[Entry, ...], new: Entry) -> tuple[Entry, ...]:
    return tuple(new if entry.key == new.key else entry for entry in entries)


def _with_client(state: State, number: int, client: Client) -> State:
    return evolve(state, clients=(*state.clients[:number], client, *state.clients[number + 1 :]))


def _way(came_from: dict[State, tuple[str, State] | None], state: State) -> tuple[str, ...]:
    names: list[str] = []
    while (step := came_from[state]) is not None:
        name, state = step
        names.append(name)
    return tuple(reversed(names))
