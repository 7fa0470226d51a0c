"""etcd and those who watch it: writers, watchers on one stream, compaction, broken connections.

Lives here: a machine with etcd's own variables and a few watchers.  The server's side of a watcher is a revision that
comes next, one of three groups, and messages on their way; the client's side is what it needs to resume, and no more.

A watcher that has been sent everything is *synced*: each new revision is put on its way as it is made.  One that begins
in the past is *unsynced* and catches up, several revisions in a message.  Where there is no room, what a watcher is
to be sent is kept, and it is a *victim* until there is.  A progress notification goes the same way as events, and only
when all watchers of the stream are synced.

Left out, and so what it hides: fragments of large messages, several members, the memory that a slow client costs.

Source: etcd ``server/storage/mvcc/{watchable_store,watcher}.go``, ``server/etcdserver/api/v3rpc/watch.go``; etcd issues
15220, 17529, 18089, 19179, 20221.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from attrs import evolve, field, frozen

from ..draft import require, spend
from ..etcd import (
    FIRST_REVISION,
    VERSIONS,
    Batch,
    Cancelled,
    Compact,
    CompactResponse,
    DeleteRange,
    Filter,
    Put,
    Txn,
    TxnResponse,
    WatchCreate,
    compact,
    empty_cells,
    events,
    first_revision,
    transact,
)
from ..events import Note
from ..faults import check_possible
from ..machine import Machine, Observer, rule
from ..profiles import NEWEST, Profile
from .watch_messages import Asked, Delivery, Heard, Message, Notification, Watcher, Wrote

ROOM: Final = 1
"""How many messages may be on their way to a watcher."""

BEYOND: Final = 2
"""A watch that begins in the future begins so many revisions after the present one."""

REQUESTS: Final[Mapping[str, WatchCreate]] = {
    "all in ns1, with previous values": WatchCreate("ns1/", "ns10", prev_kv=True, progress_notify=True),
    "the key ns1/p": WatchCreate("ns1/p", progress_notify=True),
    "deletions in ns1": WatchCreate("ns1/", "ns10", filters=(Filter.NOPUT,), progress_notify=True),
}
"""What may be watched, by name.  ``ns10`` ends the range of everything below ``ns1/``."""

WRITES: Final[Mapping[str, Txn]] = {
    "put ns1/q and ns1/p": Txn(success=(Put("ns1/q", "v"), Put("ns1/p", "v"))),
    "delete ns1/p": Txn(success=(DeleteRange("ns1/p"),)),
    "put ns10/p": Txn(success=(Put("ns10/p", "v"),)),
}
"""What is written: two keys at once, a deletion, and a key beside the range."""


# --- The server's side of a watcher ---------------------------------------------------------------------------------


def send(watcher: Watcher, message: Message) -> Watcher:
    """Put a message on its way; without room it is kept, and the watcher becomes a victim."""
    if len(watcher.on_its_way) < ROOM:
        return evolve(watcher, on_its_way=(*watcher.on_its_way, message))
    return evolve(watcher, kept=message, group="victim")


def send_kept(watcher: Watcher, present: int) -> Watcher:
    """Put what was kept on its way; the watcher is synced if nothing was made since, else it has to catch up."""
    group = "synced" if watcher.next > present else "unsynced"
    message = watcher.kept
    return send(evolve(watcher, kept=None, group=group), message) if message is not None else watcher


def may_notify(watchers: Iterable[Watcher], present: int) -> bool:
    """Whether all watchers of a stream have been sent everything up to the present, and have begun."""
    return all(each.group == "synced" and each.request.start_revision <= present for each in watchers)


def resume_from(watcher: Watcher) -> int:
    """The revision that a client resumes a broken watch from."""
    covered = max(watcher.last, watcher.promised)
    return max(covered + 1, watcher.request.start_revision) if covered else watcher.request.start_revision


@frozen(eq=False)
class Watches:
    """etcd, a writer, and watchers on one stream.

    Attributes:
        watchers: how many.
        requests: what they may ask for, by the names in :data:`REQUESTS`.
        writes: how many transactions are made; ``compactions``, ``breaks`` and ``notifications`` likewise.
        profile: it follows ``progress`` and ``compacted-deletion``.
    """

    watchers: int = 1
    requests: tuple[str, ...] = tuple(REQUESTS)
    writes: int = 3
    compactions: int = 1
    breaks: int = 1
    notifications: int = 1
    profile: Profile = field(default=NEWEST)
    transact: Callable[..., TxnResponse] = transact
    compact: Callable[..., CompactResponse] = compact
    events: Callable[..., tuple[Batch, ...] | Cancelled] = events
    first_revision: Callable[..., int] = first_revision
    send: Callable[[Watcher, Message], Watcher] = send
    send_kept: Callable[[Watcher, int], Watcher] = send_kept
    may_notify: Callable[[Iterable[Watcher], int], bool] = may_notify
    resume_from: Callable[[Watcher], int] = resume_from

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The machine; it has no faults.

        Raises:
            BadInput: a fault was asked for.
        """
        check_possible(name, faults)
        names = [f"watcher-{number}" for number in range(1, self.watchers + 1)]
        of_watchers = (
            self.receive,
            self.send_more,
            self.send_what_was_kept,
            self.open,
            self.resume,
            self.lose_connection,
        )
        rules = [
            rule(self.write, process="writer"),
            rule(self.forget, process="writer"),
            rule(self.notify, process="etcd"),
        ]
        rules += [rule(step, process=each, watcher=each) for each in names for step in of_watchers]
        budget = ("writes", "compactions", "breaks", "notifications")
        return Machine(
            name,
            variables={
                **empty_cells(),
                "watchers": {},
                "unopened": dict.fromkeys(names, True),
                "left": {each: getattr(self, each) for each in budget},
            },
            rules=rules,
            observers=(Observer("history", (), _with_batch, (Wrote,)),),
        )

    def write(self, draft: Any) -> None:
        """Make a transaction; synced watchers that want to know of it are sent its revision at once."""
        spend(draft.left, "writes")
        what = draft.choose(WRITES)
        before = draft.revision
        self.transact(draft, WRITES[what])
        require(draft.revision != before)
        draft.emit(Wrote(what, draft.log[-1]))
        for name in list(draft.watchers):
            watcher = draft.watchers[name]
            if watcher.group == "synced" and watcher.next <= draft.revision:
                draft.watchers[name] = self._sent(draft, watcher)

    def forget(self, draft: Any) -> None:
        """Compact to any revision that is not compacted yet."""
        spend(draft.left, "compactions")
        at = draft.choose(range(max(draft.compacted, FIRST_REVISION) + 1, draft.revision + 1))
        draft.emit(Note(f"etcd is compacted to revision {at}"))
        told = self.profile.compacted_deletion == "told"
        self.compact(draft, Compact(at), version=VERSIONS["3.6.8" if told else "3.5.1"])

    def notify(self, draft: Any) -> None:
        """Tell all watchers of the stream how far they have come.

        With ``progress=overtakes`` nobody looks whether they have, and the message passes those that are on their way.
        """
        spend(draft.left, "notifications")
        connected = {name: each for name, each in draft.watchers.items() if each.group not in ("broken", "ended")}
        overtakes = self.profile.progress == "overtakes"
        require(connected and (overtakes or self.may_notify(connected.values(), draft.revision)))
        message = Notification(draft.revision)
        draft.emit(Note(f"etcd sends all watchers word that they have everything up to revision {draft.revision}"))
        for name, each in connected.items():
            require(overtakes or len(each.on_its_way) < ROOM)
            on_its_way = (message, *each.on_its_way) if overtakes else (*each.on_its_way, message)
            draft.watchers[name] = evolve(each, on_its_way=on_its_way)

    def open(self, draft: Any, watcher: str) -> None:
        """Ask for a watch: from now on, from a revision that was, or from one that will be."""
        require(draft.unopened.get(watcher))
        del draft.unopened[watcher]
        wanted = REQUESTS[draft.choose(self.requests)]
        present = draft.revision
        start = draft.choose((0, *range(FIRST_REVISION + 1, present + 1), present + BEYOND))
        self._connect(draft, watcher, Watcher(evolve(wanted, start_revision=start), 0, ""))

    def resume(self, draft: Any, watcher: str) -> None:
        """Ask again for a watch that broke, from after what was received."""
        broken = _there(draft, watcher)
        require(broken.group == "broken")
        request = evolve(broken.request, start_revision=self.resume_from(broken))
        self._connect(draft, watcher, evolve(broken, request=request, resumed=True, fresh=True))

    def _connect(self, draft: Any, name: str, watcher: Watcher) -> None:
        """Let a connection begin.  The client learns at which revision, and asks for no other when it resumes."""
        draft.emit(Asked(name, watcher.request))
        begins = self.first_revision(draft, watcher.request)
        group = "synced" if begins > draft.revision else "unsynced"
        request = evolve(watcher.request, start_revision=watcher.request.start_revision or begins)
        draft.watchers[name] = evolve(watcher, request=request, next=begins, group=group)

    def lose_connection(self, draft: Any, watcher: str) -> None:
        """The connection breaks; what is on its way is lost."""
        present = _there(draft, watcher)
        require(present.group != "broken")
        spend(draft.left, "breaks")
        draft.emit(Note(f"the connection of {watcher} breaks; what is on its way is lost"))
        draft.watchers[watcher] = evolve(present, next=0, group="broken", on_its_way=(), kept=None)

    def send_more(self, draft: Any, watcher: str) -> None:
        """Send an unsynced watcher what it has not been sent: all of it in one message, or only the first revisions."""
        present = _there(draft, watcher)
        require(present.group == "unsynced")
        draft.emit(Note(f"etcd sends {watcher} what it has not been sent, from revision {present.next} on"))
        draft.watchers[watcher] = self._sent(draft, present)

    def _sent(self, draft: Any, watcher: Watcher) -> Watcher:
        told = self.events(draft, watcher.request, watcher.next)
        if isinstance(told, Cancelled):
            require(len(watcher.on_its_way) < ROOM)
            return evolve(watcher, group="ended", on_its_way=(*watcher.on_its_way, told))
        size = draft.choose(range(len(told), 0, -1)) if len(told) > 1 else len(told)
        further = draft.revision if size == len(told) else told[size - 1].revision
        synced = "synced" if further == draft.revision else "unsynced"
        moved = evolve(watcher, next=further + 1, group=synced)
        return self.send(moved, Delivery(told[:size])) if told else moved

    def send_what_was_kept(self, draft: Any, watcher: str) -> None:
        """Send a victim what there was no room for."""
        present = _there(draft, watcher)
        require(present.kept is not None and len(present.on_its_way) < ROOM)
        draft.emit(Note(f"etcd sends {watcher} what there was no room for"))
        draft.watchers[watcher] = self.send_kept(present, draft.revision)

    def receive(self, draft: Any, watcher: str) -> None:
        """Receive the next message; a watch that is cancelled is over."""
        present = _there(draft, watcher)
        require(present.on_its_way)
        message, *others = present.on_its_way
        draft.emit(Heard(watcher, message))
        if isinstance(message, Cancelled):
            del draft.watchers[watcher]
        else:
            draft.watchers[watcher] = _received(evolve(present, on_its_way=tuple(others)), message)


def _received(watcher: Watcher, message: Delivery | Notification) -> Watcher:
    """What the client remembers of a message."""
    if isinstance(message, Notification):
        return evolve(watcher, promised=max(watcher.promised, message.revision))
    last = max(each.revision for each in message.batches)
    keys = [event.kv.key for each in message.batches if each.revision == last for event in each.events]
    if last == watcher.last:
        keys += watcher.keys
    if last < watcher.last:
        last, keys = watcher.last, list(watcher.keys)
    return evolve(watcher, last=last, keys=tuple(sorted(set(keys))), fresh=False)


def _there(draft: Any, name: str) -> Watcher:
    """A watcher, which must be there."""
    require(name in draft.watchers)
    watcher: Watcher = draft.watchers[name]
    return watcher


def _with_batch(history: tuple[Batch, ...], wrote: Wrote) -> tuple[Batch, ...]:
    return (*history, wrote.batch)
