"""What a watcher heard, in terms that fit etcd's watches and an API server's alike.

Lives here: the messages of a stream, and the :class:`Position` to which they bring a watcher, which is all that later
judgement needs of them.  Must not know: what is promised.
"""

from __future__ import annotations

from collections.abc import Hashable
from collections.abc import Set as AbstractSet

from attrs import evolve, frozen

Place = tuple[int, str]
"""A revision and a key: one change of one key."""


@frozen(cache_hash=True)
class Change:
    """One change of one key, as a stream tells it or as it truly was.

    ``kind`` is PUT or DELETE of etcd, ADDED, MODIFIED or DELETED of an API server; ``body`` what is told with it.
    """

    revision: int
    key: str
    kind: str
    body: Hashable = None

    @property
    def place(self) -> Place:
        """What tells the change from all others."""
        return self.revision, self.key

    def __str__(self) -> str:
        return f"{self.kind} {self.key} at revision {self.revision}"


@frozen(cache_hash=True)
class Opened:
    """The watch was asked for, or asked for again after a break.

    ``start`` is the first revision that may be told; ``None`` if that is not known.
    """

    start: int | None = None


@frozen(cache_hash=True)
class Told:
    """One message with changes.  ``fragment``: it says itself that the rest of its last revision follows.

    ``initial``: it shows what there was when the watch began, not what happened.
    """

    changes: tuple[Change, ...]
    fragment: bool = False
    initial: bool = False


@frozen(cache_hash=True)
class Progress:
    """A message without changes that says how far the stream has come: a progress notification, a bookmark.

    ``ends_initial``: it says that everything that there was when the watch began has been shown.
    """

    revision: int
    ends_initial: bool = False


@frozen(cache_hash=True)
class Ended:
    """The server says that it cannot go on.

    ``compacted`` is the revision up to which etcd's history is gone (0: not the reason), ``code`` the one in an API
    server's Status (0: there is none).
    """

    compacted: int = 0
    code: int = 0


@frozen(cache_hash=True)
class Waited:
    """No message: whoever listened went on long enough for everything up to a revision to arrive."""

    revision: int


Message = Opened | Told | Progress | Ended | Waited


@frozen(cache_hash=True)
class Position:
    """What later judgement needs of what a watcher heard.

    Attributes:
        start: the first revision that may be told on this connection; ``None`` if that is not known.
        last: the revision of the last change; 0 before the first.
        seen: which changes were told: all, or those of the last revision (see :meth:`after`).
        promised: the greatest revision of a progress notification.
        resumed: whether the connection is another one than the first.
        fresh: whether the connection has told no change yet.
        showing: whether all that was told is what there was at the beginning, at a revision that is not known yet.
        split: whether the last message said that the rest of its revision follows.
        ended: whether the server said that it cannot go on.
        opened: whether the watch was asked for.
    """

    start: int | None = None
    last: int = 0
    seen: AbstractSet[Place] = frozenset()
    promised: int = 0
    resumed: bool = False
    fresh: bool = True
    showing: bool = False
    split: bool = False
    ended: bool = False
    opened: bool = False

    @property
    def reached(self) -> int | None:
        """The revision up to which nothing more is due; ``None`` if not even the beginning is known."""
        unknown = self.start is None and not self.last
        if not self.promised and (self.showing or unknown):
            return None
        return max(self.last, self.promised, (self.start or 1) - 1)

    def after(self, message: Message, *, forget: bool = False) -> Position:
        """The position after a message; with ``forget``, only what the last revision told is remembered as told."""
        match message:
            case Opened(start=start):
                return evolve(self, start=start, resumed=self.opened, fresh=True, opened=True, ended=False)
            case Told(changes=changes) if changes:
                last = max(self.last, *(each.revision for each in changes))
                seen = self.seen | {each.place for each in changes}
                if forget:
                    seen = frozenset(place for place in seen if place[0] == last)
                live = not message.initial
                showing = message.initial and (self.showing or self.fresh)
                fresh = self.fresh and not live
                return evolve(self, last=last, seen=seen, fresh=fresh, split=message.fragment, showing=showing)
            case Progress(revision=revision):
                return evolve(self, promised=max(self.promised, revision))
            case Ended():
                return evolve(self, ended=True)
            case _:
                return self
