"""What entries of a log do to the keys: the store of one member is the fold of the entries that it has applied.

Lives here: entries that are requests of clients, and their fold.  What a request does is not known here: that is asked
of the one etcd that there is (:class:`~seatrial.model.etcd.Member`), so every member answers as a single one would.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

from attrs import frozen

from ..member import Member
from ..refusals import Refused
from ..requests import Compact, Txn
from ..responses import Response


@frozen(cache_hash=True)
class Grow:
    """The cluster grows: a member is added as a learner, or, if ``votes``, it counts from now on."""

    member: str
    votes: bool = False


@frozen(cache_hash=True)
class Entry:
    """One request in the log: the ``number``-th of a client.  What tells entries apart is who asked, not what."""

    client: str
    number: int
    request: Txn | Compact | Grow

    @property
    def name(self) -> str:
        """How people call it."""
        return f"{self.client}#{self.number}"


def replayed(entries: Iterable[Any]) -> Member:
    """The store after these entries, applied in order to an empty one; what is refused changes nothing.

    Source: etcd ``server/etcdserver/server.go`` (applyEntryNormal), ``server/etcdserver/apply``.
    """
    store = Member()
    for entry in entries:
        performed(store, entry)
    return store


def performed(store: Member, entry: Hashable) -> Response | Refused | None:
    """Apply one entry: what it answers, or why it is refused; ``None`` if it is no request about keys."""
    if not isinstance(entry, Entry) or isinstance(entry.request, Grow):
        return None
    try:
        return store.serve(entry.request)
    except Refused as refusal:
        return refusal


def answer_to(entry: Entry, log: tuple[Hashable, ...]) -> tuple[int, Response | Refused | None]:
    """What an entry of this log answers, with the revision that it finds or makes.

    Raises:
        ValueError: the log does not have the entry.
    """
    store = replayed(log[: log.index(entry)])
    answer = performed(store, entry)
    return store.revision, answer
