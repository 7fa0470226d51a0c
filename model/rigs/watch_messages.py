"""What goes between etcd and those who watch it, and a watcher as both sides know it.

Lives here: the values and events of the machine in :mod:`.watches`.  Must not know: its rules.
"""

from __future__ import annotations

from attrs import frozen

from ..etcd import Batch, Cancelled, WatchCreate
from ..events import Arrow


@frozen(cache_hash=True)
class Delivery:
    """A message with the events of one or several revisions."""

    batches: tuple[Batch, ...]


@frozen(cache_hash=True)
class Notification:
    """A message that says how far the watch has come."""

    revision: int


Message = Delivery | Notification | Cancelled


@frozen(cache_hash=True)
class Watcher:
    """A watcher, on both sides.

    Attributes:
        request: what the client asks for on this connection.
        next: the revision that the server has to send next.
        group: ``synced``, ``unsynced`` or ``victim``; ``ended`` when it is told that it is cancelled, ``broken`` while
            there is no connection.
        on_its_way: the messages that were sent and not received, oldest first.
        kept: what there was no room for.
        last: the revision of the last event received; 0 before the first.
        keys: the keys that the events of that revision were about.
        promised: the greatest revision of a progress notification received.
        resumed: whether the connection is another one than the first.
        fresh: whether the connection has brought no event yet.
    """

    request: WatchCreate
    next: int
    group: str
    on_its_way: tuple[Message, ...] = ()
    kept: Message | None = None
    last: int = 0
    keys: tuple[str, ...] = ()
    promised: int = 0
    resumed: bool = False
    fresh: bool = True


# --- What happens ---------------------------------------------------------------------------------------------------


@frozen(cache_hash=True)
class Wrote:
    """A transaction made a revision."""

    what: str
    batch: Batch

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"a transaction, {self.what}, makes revision {self.batch.revision}"

    @property
    def arrow(self) -> Arrow:
        """Writer to etcd."""
        return Arrow("writer", "etcd", f"{self.what} → {self.batch.revision}")


@frozen(cache_hash=True)
class Asked:
    """A watch was asked for, or asked for again."""

    watcher: str
    request: WatchCreate

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.watcher} watches {self._range} {self._start}"

    @property
    def arrow(self) -> Arrow:
        """Watcher to etcd."""
        return Arrow(self.watcher, "etcd", f"watch {self._start}")

    @property
    def _range(self) -> str:
        return f"{self.request.key}…" if self.request.range_end else self.request.key

    @property
    def _start(self) -> str:
        return f"from revision {self.request.start_revision}" if self.request.start_revision else "from now on"


@frozen(cache_hash=True)
class Heard:
    """A message was received."""

    watcher: str
    message: Message

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.watcher} is told {self._what}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to watcher."""
        return Arrow("etcd", self.watcher, self._what)

    @property
    def _what(self) -> str:
        match self.message:
            case Delivery(batches):
                told = (f"{e.kind} {e.kv.key} at {e.kv.mod_revision}" for each in batches for e in each.events)
                return ", ".join(told)
            case Notification(revision):
                return f"that it has everything up to revision {revision}"
            case Cancelled(compact_revision):
                return f"that its watch is cancelled: history is compacted to revision {compact_revision}"
