"""The servers of a recording: which of them run, which hear from etcd, and how far their caches may have come.

Lives here: :class:`Server`, :class:`Fleet`, and :class:`Timeline`, which knows when etcd had come how far.  Must not
know: answers, or from where it is known what was done to servers (``apiserver_faults``).

All revisions here are the model's.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import Enum, auto
from typing import Final

from attrs import Factory, define, frozen

from seatrial.model.etcd import Member
from seatrial.model.objects import resource_prefix

from .apiserver_faults import ENDS, ETCD, Deed, Happening

LAG: Final = 3.0
"""By how many seconds a cache may be behind whose connection to etcd is sound.

It is mostly some milliseconds.  A server itself gives a cache three seconds to come as far as a request demands, and
then holds it for broken.  Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher/watch_cache.go`` (blockTimeout).
"""

LEAST_REMEMBERED: Final = 100
"""How many changes a watch cache remembers at least.  Source: the same (defaultLowerBoundCapacity)."""


class Running(Enum):
    """Whether a process runs."""

    YES = auto()
    PAUSED = auto()
    DEAD = auto()


@define
class Timeline:
    """What the lines so far told about when etcd had come how far."""

    _lines: list[tuple[float, float, int, int]] = Factory(list[tuple[float, float, int, int]])

    def note(self, start: float, end: float, before: int, after: int) -> None:
        """A line was asked and answered at these times, with etcd at these revisions."""
        self._lines.append((start, end, before, after))

    def reached_by(self, time: float) -> int:
        """How far etcd had come at a time, at least."""
        return max((after for _, end, _, after in self._lines if end <= time), default=0)

    def reached_until(self, time: float) -> int | None:
        """How far etcd had come at a time, at most; ``None`` if no line was asked since."""
        return next((before for start, _, before, _ in self._lines if start >= time), None)


@define
class Server:
    """One server.  Its caches were filled between the revisions ``began`` and ``filled`` (``None``: not known yet)."""

    name: str
    runs: Running = Running.YES
    stalled: bool = False
    began: int = 0
    filled: int | None = None
    has_answered: bool = False
    cut_at: int | None = None
    """The latest revision of etcd that the server can have heard of; ``None`` while it hears from etcd."""
    cut_is_known: bool = False
    """Whether a later revision was made when the server did not hear from etcd any more."""
    cut_since: float = 0.0
    whole_since: float = -math.inf
    ends: list[tuple[float, int]] = Factory(list[tuple[float, int]])
    """When the server was killed, and how far etcd had come then."""
    _shown: dict[str, int] = Factory(dict[str, int])
    _windows: dict[str, int] = Factory(dict[str, int])

    def shown(self, resource: str) -> int:
        """How far the cache of a resource has come at least, by what was answered from it."""
        return max(self._shown.get(resource, 0), self.began)

    def show(self, resource: str, revision: int) -> None:
        """The cache of a resource was seen to have come to a revision."""
        self._shown[resource] = max(self._shown.get(resource, 0), revision)

    def window(self, resource: str) -> int:
        """The revision after which the cache of a resource remembers changes, as far as is known."""
        return max(self._windows.get(resource, 0), self.began)

    def learn_window(self, resource: str, begin: int) -> None:
        """The cache of a resource was heard to remember nothing from before a revision."""
        self._windows[resource] = max(self._windows.get(resource, 0), begin)

    def may_remember_since(self, resource: str, begin: int, etcd: Member) -> bool:
        """Whether the cache of a resource may have forgotten all changes up to a revision, and no more."""
        if begin < self.window(resource) or begin > etcd.revision:
            return False
        if begin <= (etcd.revision if self.filled is None else self.filled):
            return True
        prefix = resource_prefix(resource)
        later = (batch for batch in etcd.log if batch.revision > begin)
        return sum(event.kv.key.startswith(prefix) for batch in later for event in batch.events) >= LEAST_REMEMBERED

    def newest(self, etcd: Member, opened: float = math.inf) -> int:
        """How far a cache may have come; for a watch that was opened before the server was killed, until then."""
        ended = next((revision for time, revision in self.ends if opened < time), None)
        if ended is not None:
            return ended
        return etcd.revision if self.cut_at is None else self.cut_at

    def older(self, resource: str, etcd: Member, timeline: Timeline, *, start: float, least: int) -> Iterator[int]:
        """Where else a cache may be that is behind, the newest first: after each change, and at ``least``."""
        cut = self.cut_at is not None
        moment = (self.cut_since if cut else start) - LAG
        recovering = not cut and start - self.whole_since < LAG
        floor = max(self.shown(resource), least, 0 if recovering else timeline.reached_by(moment))
        prefix = resource_prefix(resource)
        changed = [batch.revision for batch in etcd.log if batch.events[0].kv.key.startswith(prefix)]
        newest = self.newest(etcd)
        yield from (revision for revision in reversed(changed) if floor <= revision < newest)
        if floor < newest:
            yield floor


@frozen
class _Subject:
    """To what something was done: etcd, a server, or (``connection``) a server's connection to etcd."""

    name: str
    connection: bool = False


@define
class Fleet:
    """All servers of one etcd."""

    servers: dict[str, Server]
    etcd_runs: Running = Running.YES
    _last: dict[_Subject, Deed] = Factory(dict[_Subject, Deed])

    def hear(self, what: Happening, revision: int, time: float) -> bool:
        """Something happened, or is recalled; whether it is clear to whom."""
        subjects = self._subjects(what)
        if not subjects:
            return False
        for each in subjects:
            if self._last.get(each) is not what.deed:
                self._last[each] = what.deed
                self._do(what.deed, each, revision, time)
        return True

    def follow(self, revision: int) -> None:
        """Etcd has turned out to be at a revision, maybe since before servers ceased to hear from it."""
        for server in self.servers.values():
            if server.cut_at is not None and not server.cut_is_known:
                server.cut_at = max(server.cut_at, revision)

    def write_after(self, revision: int) -> None:
        """A recorded write has followed on a revision: who does not hear from etcd has not heard of that write."""
        self.follow(revision)
        for server in self.servers.values():
            server.cut_is_known = server.cut_at is not None

    def revision_is(self, revision: int) -> None:
        """An answer told for sure that etcd was at a revision: who had answered by then had filled its caches."""
        for server in self.servers.values():
            if server.has_answered and server.filled is None:
                server.filled = revision

    def _subjects(self, what: Happening) -> list[_Subject]:
        """To whom it happened.  Where nobody is named, to those to whom the like had happened before."""
        if what.whose:
            return [_Subject(what.whose, connection=True)] if what.whose in self.servers else []
        if what.subject:
            known = what.subject == ETCD or what.subject in self.servers
            connection = what.subject != ETCD and ENDS.get(what.deed, what.deed) is Deed.STALL
            return [_Subject(what.subject, connection)] if known else []
        begins = ENDS.get(what.deed, what.deed)
        going_on = [each for each, deed in self._last.items() if deed is begins]
        return going_on or [each for each, deed in self._last.items() if deed is what.deed]

    def _do(self, deed: Deed, subject: _Subject, revision: int, time: float) -> None:
        runs = {Deed.KILL: Running.DEAD, Deed.PAUSE: Running.PAUSED, Deed.STALL: Running.PAUSED}.get(deed, Running.YES)
        if subject.name == ETCD:
            self.etcd_runs = runs
        elif subject.connection:
            self.servers[subject.name].stalled = runs is not Running.YES
        elif deed is Deed.RESTART:
            old = self.servers[subject.name]
            ends = old.ends if old.runs is Running.DEAD else [*old.ends, (time, revision)]
            self.servers[subject.name] = Server(subject.name, stalled=old.stalled, began=revision, ends=ends)
        else:
            self.servers[subject.name].runs = runs
            if runs is Running.DEAD:
                self.servers[subject.name].ends.append((time, revision))
        for server in self.servers.values():
            self._cut_or_join(server, revision, time)

    def _cut_or_join(self, server: Server, revision: int, time: float) -> None:
        cut = server.stalled or self.etcd_runs is not Running.YES
        if cut and server.cut_at is None:
            server.cut_at, server.cut_since, server.cut_is_known = revision, time, False
        elif not cut and server.cut_at is not None:
            server.cut_at, server.whole_since = None, time
