"""An informer from end to end: etcd's history, servers' caches, reflector, delta queue, store, handlers.

Each hand-over is a step of its own, so anything may happen between any two.  A client writes objects of one resource
(and now and then something else, which moves the revision only); servers follow one revision at a time; the reflector
asks the server that it talks to.

Abstracted: the request and its answer are one step; a list that must be as new as etcd is answered once the server's
cache has come so far; a server that cannot wait refuses a list that must not be older than what it has.

Lives here: a machine with nothing but these, and its rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from attrs import evolve, field, frozen

from ..draft import require, spend
from ..faults import API_SWITCH, COMPACTION, WATCH_BREAK, WATCH_SILENT, check_possible
from ..machine import Machine, Observer, rule
from ..machinery import delta_queue, reflector, shared_informer
from ..machinery.delta_queue import DeltaQueue, Replace
from ..machinery.indexer import Indexer
from ..machinery.reflector import Frame, ListRequest, Marked, Told, WatchRequest
from ..machinery.shared_informer import Informer, Listener, Notification
from ..profiles import NEWEST, Profile
from .informer_events import (
    FIRST,
    Asked,
    Broke,
    Followed,
    Forgot,
    Framed,
    Handled,
    Listed,
    Popped,
    Registered,
    Resynced,
    Silent,
    Thing,
    Write,
    Wrote,
    frame_of,
    frame_said,
    present,
)

NOT_YET = "not yet"
EARLY, LATE = "first", "late"
FAULTS: Final = (WATCH_BREAK, COMPACTION, API_SWITCH, WATCH_SILENT)
NO_TIMEOUT = "no-timeout"
Memory = tuple[tuple[str, int, int], ...]


@frozen(cache_hash=True)
class Stream:
    """An open watch.

    Attributes:
        initial: the frames of the beginning that are still to come.
        position: the revision up to which it has told.
        silent: nothing comes any more.
    """

    initial: tuple[Frame[Thing], ...]
    position: int
    silent: bool = False


def remembered(memory: Memory, told: Notification[Thing]) -> Memory:
    """What a handler knows to exist, by key, uid and revision, after one more notification.

    An update between different uids is a deletion and a creation.
    """
    gone = None if told.old is None else (told.path, told.old.uid)
    kept = [each for each in memory if each[:2] != gone]
    new = () if told.new is None else ((told.path, told.new.uid, told.new.revision),)
    return tuple(sorted([*kept, *new]))


@frozen
class Machinery:
    """The informer's functions."""

    asks: Callable[..., Any] = reflector.asks
    listed: Callable[..., Any] = reflector.listed
    refused: Callable[..., Any] = reflector.refused
    told: Callable[..., Any] = reflector.told
    closed: Callable[..., Any] = reflector.closed
    deliver: Callable[..., Any] = delta_queue.deliver
    pop: Callable[..., Any] = shared_informer.pop
    synced: Callable[..., bool] = shared_informer.synced
    listener_synced: Callable[..., bool] = shared_informer.listener_synced
    registered: Callable[..., Any] = shared_informer.registered
    heard: Callable[..., Any] = shared_informer.heard
    next_of: Callable[..., Any] = shared_informer.next_of
    remembered: Callable[..., Memory] = remembered


@frozen(eq=False)
class Informers:
    """One informer and its world.

    Attributes:
        writes: how often a client writes an object, ``names``: under which names.
        servers: how many API servers there are.
        others: how often something else is written.
        late: whether a second handler registers later.
        resyncs: how often the resync timer fires.
        timeout: whether a watch on which nothing comes is given up after some minutes.
        profile: which client it is.
        parts: the informer's functions.
    """

    writes: int
    names: tuple[str, ...]
    servers: int
    others: int = 0
    late: bool = False
    resyncs: int = 0
    timeout: bool = True
    profile: Profile = NEWEST
    parts: Machinery = field(factory=Machinery)

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The informer as a machine.

        Raises:
            BadInput: a fault was asked for that cannot happen here.
        """
        check_possible(name, faults, FAULTS)
        servers = [f"api-{number}" for number in range(1, self.servers + 1)]
        rules = [rule(self.handle, process=each, handler=each) for each in self._handlers]
        rules += [rule(step, process="informer") for step in (self.take_over, self.tell_again)]
        rules += [rule(step, process="reflector") for step in (self.next_frame, self.ask)]
        rules += [rule(self.follow, process=server, server=server) for server in servers]
        rules += [rule(self.write, process="client", path=path) for path in self.names]
        rules += [rule(self.write_elsewhere, process="client"), rule(self.register, process=LATE)]
        rules += [rule(self.give_up, process="reflector")] if self.timeout and WATCH_SILENT in faults else []
        rules += [rule(self.fall_silent, fault=WATCH_SILENT)] if WATCH_SILENT in faults else []
        rules += [rule(self.break_watch, fault=WATCH_BREAK)] if WATCH_BREAK in faults else []
        rules += [rule(self.forget, fault=COMPACTION, server=server) for server in servers if COMPACTION in faults]
        rules += [rule(self.switch, fault=API_SWITCH, server=server) for server in servers if API_SWITCH in faults]
        return Machine(
            name,
            variables={
                "log": (),
                "left": {
                    "write": self.writes,
                    "elsewhere": self.others,
                    "late": int(self.late),
                    "resync": self.resyncs,
                },
                "reached": dict.fromkeys(servers, FIRST),
                "oldest": dict.fromkeys(servers, FIRST),
                "home": servers[0],
                "reflector": reflector.started(self.profile.first_read),
                "stream": None,
                "informer": Informer[Thing](DeltaQueue(self.profile.informer_order), Indexer()),
                "listeners": {EARLY: Listener[Thing](resyncs=bool(self.resyncs))},
                "memories": {EARLY: ()},
                "budgets": dict(faults),
            },
            rules=rules,
            observers=(Observer("first_list", NOT_YET, _first_list, (Listed, Popped)),),
        )

    @property
    def _handlers(self) -> tuple[str, ...]:
        return (EARLY, LATE) if self.late else (EARLY,)

    # --- The world ----------------------------------------------------------------------------------------------

    def write(self, draft: Any, path: str) -> None:
        """A client creates, changes or deletes an object."""
        spend(draft.left, "write")
        log: tuple[Write, ...] = draft.log
        revision = _newest(log) + 1
        old = dict(present(log, revision)).get(path)
        gone = draft.choose((False, True)) if old is not None else False
        new = None if gone else Thing(revision if old is None else old.uid, revision)
        self._wrote(draft, Write(revision, path, old, new))

    def write_elsewhere(self, draft: Any) -> None:
        """Something of another resource is written."""
        spend(draft.left, "elsewhere")
        self._wrote(draft, Write(_newest(draft.log) + 1))

    def _wrote(self, draft: Any, write: Write) -> None:
        draft.log = (*draft.log, write)
        draft.emit(Wrote(write))

    def follow(self, draft: Any, server: str) -> None:
        """A server's cache takes the next revision over."""
        reached = draft.reached[server]
        require(reached < _newest(draft.log))
        draft.reached[server] = reached + 1
        draft.emit(Followed(server, reached + 1))

    # --- The reflector ------------------------------------------------------------------------------------------

    def ask(self, draft: Any) -> None:
        """The reflector asks what it asks next, and is answered or refused."""
        question = self.parts.asks(draft.reflector)
        require(question is not None)
        version, server = question.resource_version, draft.home
        streams = isinstance(question, WatchRequest) and question.initial_events
        if isinstance(question, ListRequest) or streams:
            self._snapshot(draft, "streaming list" if streams else "list", version, server)
        elif not version:
            shown = tuple(Told("ADDED", *item) for item in present(draft.log, draft.reached[server]))
            self._open(draft, "watch", version, shown, draft.reached[server])
        elif int(version) < draft.oldest[server]:
            self._refuse(draft, "watch", version, "expired")
        else:
            self._open(draft, "watch", version, (), int(version))

    def _snapshot(self, draft: Any, question: str, version: str, server: str) -> None:
        """A list, plain or as a stream: the newest (``""``), anything (``0``), or not older than a revision."""
        reached = draft.reached[server]
        if version and reached < int(version):
            self._refuse(draft, question, version, "too-large")
            return
        require(version or reached == _newest(draft.log))
        items = present(draft.log, reached)
        if question == "list":
            draft.reflector, delivery = self.parts.listed(draft.reflector, items, reached)
            draft.emit(Asked(server, question, version, "list"))
            self._deliver(draft, delivery)
        else:
            shown = [Told("ADDED", path, thing) for path, thing in items]
            self._open(draft, question, version, (*shown, Marked(reached, ends_initial=True)), reached)

    def _open(self, draft: Any, question: str, version: str, initial: tuple[Frame[Thing], ...], position: int) -> None:
        draft.reflector = reflector.opened(draft.reflector)
        draft.stream = Stream(initial, position)
        draft.emit(Asked(draft.home, question, version, "watch"))

    def _refuse(self, draft: Any, question: str, version: str, why: reflector.Refusal) -> None:
        draft.reflector = self.parts.refused(draft.reflector, why)
        draft.emit(Asked(draft.home, question, version, why))

    def next_frame(self, draft: Any) -> None:
        """The next frame of the stream reaches the reflector."""
        stream = draft.stream
        require(stream is not None)
        require(not stream.silent)
        if stream.initial:
            frame, then = stream.initial[0], evolve(stream, initial=stream.initial[1:])
        else:
            require(stream.position < draft.reached[draft.home])
            write = draft.log[stream.position - FIRST]
            frame, then = frame_of(write), evolve(stream, position=write.revision)
        draft.stream = then
        draft.reflector, delivery = self.parts.told(draft.reflector, frame)
        draft.emit(Framed(draft.home, frame_said(frame)))
        if delivery is not None:
            self._deliver(draft, delivery)

    def _deliver(self, draft: Any, delivery: Any) -> None:
        informer = draft.informer
        queue = self.parts.deliver(informer.queue, delivery, informer.store)
        draft.informer = evolve(informer, queue=queue)
        if isinstance(delivery, Replace):
            items = cast("Replace[Thing]", delivery).items
            draft.emit(Listed(items, delivery.revision, self.parts.synced(draft.informer)))

    # --- The informer and its handlers --------------------------------------------------------------------------

    def take_over(self, draft: Any) -> None:
        """The informer takes the next entry off its queue, into its store, and passes the news on."""
        require(draft.informer.queue.entries)
        draft.informer, news = self.parts.pop(draft.informer)
        for handler in self._handlers:
            if handler in draft.listeners:
                draft.listeners[handler] = self.parts.heard(draft.listeners[handler], news)
        draft.emit(Popped(news, self.parts.synced(draft.informer)))

    def tell_again(self, draft: Any) -> None:
        """The resync timer: everything in the store is put on the queue once more."""
        require(draft.informer.store.items)
        spend(draft.left, "resync")
        informer = draft.informer
        draft.informer = evolve(informer, queue=delta_queue.resync(informer.queue, informer.store))
        draft.emit(Resynced())

    def register(self, draft: Any) -> None:
        """A second handler registers, at any time."""
        spend(draft.left, "late")
        draft.listeners[LATE] = self.parts.registered(draft.informer)
        draft.memories[LATE] = ()
        draft.emit(Registered(LATE))

    def handle(self, draft: Any, handler: str) -> None:
        """A handler handles what it was told next."""
        listener = draft.listeners.get(handler)
        require(listener is not None)
        require(listener.waiting)
        told, draft.listeners[handler] = self.parts.next_of(listener)
        draft.memories[handler] = self.parts.remembered(draft.memories[handler], told)
        synced = self.parts.listener_synced(draft.listeners[handler], draft.informer)
        draft.emit(Handled(handler, told, draft.informer.store, synced))

    # --- What can go wrong --------------------------------------------------------------------------------------

    def break_watch(self, draft: Any) -> None:
        """The stream ends."""
        require(draft.stream is not None)
        spend(draft.budgets, WATCH_BREAK)
        self._close(draft)
        draft.emit(Broke(draft.home))

    def fall_silent(self, draft: Any) -> None:
        """Nothing comes on the stream any more."""
        require(draft.stream is not None)
        require(not draft.stream.silent)
        spend(draft.budgets, WATCH_SILENT)
        draft.stream = evolve(draft.stream, silent=True)
        draft.emit(Silent(draft.home))

    def give_up(self, draft: Any) -> None:
        """The client's own timeout ends a stream on which nothing comes."""
        require(draft.stream is not None)
        require(draft.stream.silent)
        self._close(draft)
        draft.emit(Broke(draft.home))

    def switch(self, draft: Any, server: str) -> None:
        """The client turns to another server."""
        before = draft.home
        require(server != before)
        spend(draft.budgets, API_SWITCH)
        draft.home = server
        if draft.stream is not None:
            self._close(draft)
        draft.emit(Broke(before, server))

    def _close(self, draft: Any) -> None:
        draft.stream = None
        draft.reflector = self.parts.closed(draft.reflector)

    def forget(self, draft: Any, server: str) -> None:
        """A server's cache forgets its history."""
        reached = draft.reached[server]
        require(draft.oldest[server] < reached)
        spend(draft.budgets, COMPACTION)
        draft.oldest[server] = reached
        draft.emit(Forgot(server, reached))


def _first_list(value: Any, event: Any) -> Any:
    """What the first list showed, until the informer says that it has synced; then ``None``."""
    if isinstance(event, Popped):
        return None if event.synced else value
    return event.items if value == NOT_YET else value


def _newest(log: tuple[Write, ...]) -> int:
    return FIRST + len(log)
