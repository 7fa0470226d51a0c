"""What happens in the machine of informers: its small world, and what is told of it.

The world is one resource as etcd's history has it: writes, each with its revision.  An object is no more than its uid
(the revision of its creation) and its revision.

Lives here: those values and the events.  Must not know: the rules.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from ..events import Arrow
from ..machinery.indexer import Indexer
from ..machinery.reflector import Frame, Marked, Told
from ..machinery.shared_informer import Notification


@frozen(cache_hash=True)
class Thing:
    """An object: which one it is, and when it was written."""

    uid: int
    revision: int

    def __str__(self) -> str:
        return f"#{self.uid}" + ("" if self.uid == self.revision else f" of {self.revision}")


FIRST: Final = 1
"""The revision at which nothing was written yet."""

Things = tuple[tuple[str, Thing], ...]


@frozen(cache_hash=True)
class Write:
    """A revision: what an object was and is; neither, if something of another resource was written."""

    revision: int
    path: str = ""
    old: Thing | None = None
    new: Thing | None = None

    @property
    def shown(self) -> Thing:
        """The object as a watch shows it: a deleted one as it was, with the revision of its deletion."""
        if self.new is not None:
            return self.new
        assert self.old is not None  # noqa: S101 - a write of this resource has at least one of the two
        return Thing(self.old.uid, self.revision)


def present(log: tuple[Write, ...], until: int) -> Things:
    """What there was at a revision, by key in ascending order."""
    there: dict[str, Thing] = {}
    for write in log:
        if write.path and write.revision <= until:
            there.pop(write.path, None)
            if write.new is not None:
                there[write.path] = write.new
    return tuple(sorted(there.items(), key=lambda each: each[0]))


def said(items: Things) -> str:
    """A list, for readers."""
    return ", ".join(f"{path} {thing}" for path, thing in items) or "nothing"


def frame_of(write: Write) -> Frame[Thing]:
    """What a watch shows of a write."""
    if not write.path:
        return Marked(write.revision)
    if write.new is None:
        return Told("DELETED", write.path, write.shown)
    return Told("ADDED" if write.old is None else "MODIFIED", write.path, write.shown)


def frame_said(frame: Frame[Thing]) -> str:
    """A frame, for readers."""
    if isinstance(frame, Marked):
        return f"BOOKMARK {frame.revision}" + (", that was all" if frame.ends_initial else "")
    return f"{frame.kind} {frame.path} {frame.item}"


@frozen(cache_hash=True)
class Wrote:
    """A client wrote."""

    write: Write

    @property
    def sentence(self) -> str:
        """What happened."""
        write = self.write
        if not write.path:
            return f"something else is written, at revision {write.revision}"
        did = "deleted" if write.new is None else "created" if write.old is None else "changed"
        return f"{write.path} {write.shown} is {did}, at revision {write.revision}"

    @property
    def arrow(self) -> Arrow:
        """Client to etcd."""
        return Arrow("client", "etcd", f"revision {self.write.revision}: {self.write.path or 'something else'}")


@frozen(cache_hash=True)
class Followed:
    """A server's cache came as far as a revision."""

    server: str
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.server}'s watch cache comes to revision {self.revision}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to server."""
        return Arrow("etcd", self.server, f"revision {self.revision}")


@frozen(cache_hash=True)
class Asked:
    """The reflector asked a server; ``answer`` is ``list``, ``watch``, or why it was refused."""

    server: str
    question: str
    resource_version: str
    answer: str

    @property
    def sentence(self) -> str:
        """What happened."""
        what = f"the reflector asks {self.server} for a {self.question} from {self.resource_version or 'the newest'}"
        answers = {"list": "it is answered", "watch": "it begins"}
        return f"{what}: " + answers.get(self.answer, f"refused, {self.answer}")

    @property
    def arrow(self) -> Arrow:
        """Reflector to server."""
        return Arrow("reflector", self.server, f"{self.question} {self.resource_version!r}: {self.answer}")


@frozen(cache_hash=True)
class Framed:
    """A frame of the stream reached the reflector."""

    server: str
    frame: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the reflector is told by {self.server}: {self.frame}"

    @property
    def arrow(self) -> Arrow:
        """Server to reflector."""
        return Arrow(self.server, "reflector", self.frame)


@frozen(cache_hash=True)
class Listed:
    """A list is complete and was put on the informer's queue; ``synced`` is what ``HasSynced`` says then."""

    items: Things
    revision: int
    synced: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the list of revision {self.revision} is put on the queue: {said(self.items)}"

    @property
    def arrow(self) -> None:
        """It happens within the client."""
        return


@frozen(cache_hash=True)
class Broke:
    """The stream ended, or the client turned to another server."""

    server: str
    then: str = ""

    @property
    def sentence(self) -> str:
        """What happened."""
        turned = f", and the reflector turns to {self.then}" if self.then else ""
        return f"the stream from {self.server} ends{turned}"

    @property
    def arrow(self) -> Arrow:
        """Server to reflector."""
        return Arrow(self.server, "reflector", "end of stream")


@frozen(cache_hash=True)
class Silent:
    """Nothing will come on the stream any more."""

    server: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the stream from {self.server} goes silent"

    @property
    def arrow(self) -> None:
        """Nobody notices."""
        return


@frozen(cache_hash=True)
class Forgot:
    """A server's cache has no history before a revision any more."""

    server: str
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.server} forgets its history up to revision {self.revision}"

    @property
    def arrow(self) -> None:
        """It happens within the server."""
        return


@frozen(cache_hash=True)
class Popped:
    """The informer took an entry off its queue: what handlers are to be told, and what ``HasSynced`` says then."""

    told: tuple[Notification[Thing], ...]
    synced: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        news = "; ".join(_news(each) for each in self.told) or "nothing new"
        return f"the informer takes the next entry over: {news}"

    @property
    def arrow(self) -> None:
        """It happens within the informer."""
        return


@frozen(cache_hash=True)
class Handled:
    """A handler handled a notification.

    ``store`` is what a lister would have shown it then; ``synced`` what ``HasSynced`` of its registration says now.
    """

    handler: str
    notification: Notification[Thing]
    store: Indexer[Thing]
    synced: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the {self.handler} handler is told: {_news(self.notification)}"

    @property
    def arrow(self) -> Arrow:
        """Informer to handler."""
        return Arrow("informer", self.handler, _news(self.notification))


@frozen(cache_hash=True)
class Resynced:
    """The resync timer fired."""

    @property
    def sentence(self) -> str:
        """What happened."""
        return "the resync timer fires: everything in the store is to be told again"

    @property
    def arrow(self) -> None:
        """It happens within the informer."""
        return


@frozen(cache_hash=True)
class Registered:
    """A handler registered late."""

    handler: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the {self.handler} handler registers"

    @property
    def arrow(self) -> Arrow:
        """Handler to informer."""
        return Arrow(self.handler, "informer", "AddEventHandler")


def _news(each: Notification[Thing]) -> str:
    if each.kind == "add":
        return f"{each.path} {each.new} is there" + (" from the beginning" if each.initial else "")
    if each.kind == "update":
        return f"{each.path} was {each.old} and is {each.new}"
    return f"{each.path} {each.old} is gone" + (", unseen" if each.tombstone else "")
