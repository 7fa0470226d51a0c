"""What happens among the members of etcd and their clients, as events: judged by promises, shown in stories.

Lives here: values only.  See :mod:`seatrial.model.events` for what ``sentence`` and ``arrow`` are for.
"""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from ...events import Arrow
from ..requests import Txn
from ..values import Batch, KeyValue
from .folding import Entry


@frozen(cache_hash=True)
class Asked:
    """A client asks a member for something; its request is ``what`` in words."""

    client: str
    member: str
    what: str
    entry: Entry | None = None

    @property
    def sentence(self) -> str:
        """What happened."""
        if self.entry is None:
            return f"{self.client} asks {self.member} for {self.what}"
        return f"{self.client} asks {self.member} to {self.what}, and the leader writes {self.entry.name} into its log"

    @property
    def arrow(self) -> Arrow:
        """Client to member."""
        return Arrow(self.client, self.member, self.what)


@frozen(cache_hash=True)
class Brought:
    """A leader has brought a member's log in line with its own."""

    leader: str
    member: str
    entries: int
    dropped: int

    @property
    def sentence(self) -> str:
        """What happened."""
        dropped = f", which drops {self.dropped} of its own" if self.dropped else ""
        return f"{self.leader} brings its log of {self.entries} to {self.member}{dropped}"

    @property
    def arrow(self) -> Arrow:
        """Leader to follower."""
        return Arrow(self.leader, self.member, f"append: {self.entries} entries")


@frozen(cache_hash=True)
class Agreed:
    """A majority has the log as far as this: from now on nothing of that may be lost."""

    log: tuple[Entry, ...]

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"a majority has {', '.join(each.name for each in self.log)}"

    @property
    def arrow(self) -> None:
        """Nobody is told by that."""
        return


@frozen(cache_hash=True)
class Applied:
    """A member has done what the next entry says."""

    member: str
    entry: Entry

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.member} applies {self.entry.name}"

    @property
    def arrow(self) -> None:
        """It happens within one member."""
        return


@frozen(cache_hash=True)
class Answered:
    """A member answers a client's write: whether its comparisons held, and the revision of the store after it."""

    client: str
    member: str
    entry: Entry
    revision: int
    succeeded: bool

    @property
    def changed(self) -> bool:
        """Whether it made the revision that it tells of."""
        return self.succeeded and isinstance(self.entry.request, Txn)

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.member} answers {self.entry.name}: {self._outcome}"

    @property
    def arrow(self) -> Arrow:
        """Member to client."""
        return Arrow(self.member, self.client, self._outcome)

    @property
    def _outcome(self) -> str:
        return f"{'done' if self.succeeded else 'not done'} at revision {self.revision}"


@frozen(cache_hash=True)
class Confirmed:
    """A majority has confirmed that a read that waits at a member may be answered from this many entries."""

    client: str
    member: str
    index: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"a majority confirms that {self.client}'s read at {self.member} needs {self.index} entries"

    @property
    def arrow(self) -> None:
        """The messages of it are not modelled."""
        return


@frozen(cache_hash=True)
class Read:
    """A member answers a read: what it has of the keys, and at which revision."""

    client: str
    member: str
    linearizable: bool
    revision: int
    kvs: tuple[KeyValue, ...]

    @property
    def sentence(self) -> str:
        """What happened."""
        how = "linearizable" if self.linearizable else "serializable"
        found = ", ".join(f"{kv.key}={kv.value}" for kv in self.kvs) or "nothing"
        return f"{self.member} answers {self.client}'s {how} read at revision {self.revision}: {found}"

    @property
    def arrow(self) -> Arrow:
        """Member to client."""
        return Arrow(self.member, self.client, f"{len(self.kvs)} keys at revision {self.revision}")


@frozen(cache_hash=True)
class Failed:
    """A client is told of an error, or of nothing: it does not know whether its request was carried out."""

    client: str
    member: str
    why: str
    entry: Entry | None = None

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.client} gets no answer from {self.member}: {self.why}"

    @property
    def arrow(self) -> Arrow:
        """Member to client, never arriving."""
        return Arrow(self.member, self.client, self.why, lost=True)


@frozen(cache_hash=True)
class WatchTold:
    """A member tells a watcher the changes of one revision."""

    watcher: str
    member: str
    batch: Batch

    @property
    def sentence(self) -> str:
        """What happened."""
        changes = ", ".join(f"{each.kind} {each.kv.key}" for each in self.batch.events)
        return f"{self.member} tells {self.watcher} of revision {self.batch.revision}: {changes}"

    @property
    def arrow(self) -> Arrow:
        """Member to watcher."""
        return Arrow(self.member, self.watcher, f"revision {self.batch.revision}")


@frozen(cache_hash=True)
class WatchCancelled:
    """A watch ends, because what it had to tell next is compacted away; the watcher reads everything anew."""

    watcher: str
    member: str
    wanted: int
    compacted: int
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return (
            f"{self.member} cancels {self.watcher}'s watch from revision {self.wanted}: compacted to {self.compacted}; "
            f"it reads anew at revision {self.revision}"
        )

    @property
    def arrow(self) -> Arrow:
        """Member to watcher."""
        return Arrow(self.member, self.watcher, f"compacted to {self.compacted}")


@frozen(cache_hash=True)
class Happened:
    """Something befell the members: who, and in words what."""

    member: str
    kind: Literal["crash", "restart", "partition", "heal", "election", "restore", "switch"]
    words: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return self.words

    @property
    def arrow(self) -> None:
        """No message."""
        return
