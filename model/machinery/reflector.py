"""A reflector: lists a resource once, watches it from there, and lists again when the watch cannot go on.

What it must never do is go back.  Hence what it asks for: the first time whatever the server's cache has (``0``; older
clients), or the newest (an empty resourceVersion, as a *streaming list*: a watch that begins with what there is); then
always something that is not older than what it had.  Only if a server has nothing as new as that, it asks for the
newest, which is at least as new, too.

Lives here: the reflector as a value: what it asks next, and what it does with answers and frames.  Must not know: who
answers, or how what it delivers is kept (:mod:`.delta_queue`).  Back-off is left out: the next question may be asked at
any time.

Source: Kubernetes 1.36, ``client-go/tools/cache/reflector.go``; KEP-3157 (streaming lists).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Generic, Literal, TypeAlias

from attrs import evolve, frozen

from .delta_queue import Bookmark, Delivery, Delta, Replace
from .indexer import V

FirstRead = Literal["any", "consistent"]

Refusal = Literal["expired", "too-large", "busy", "no-connection", "internal", "unsupported", "other"]
"""Why a question is not answered, or a watch ends."""

HTTP_GONE: Final = 410
_MEANINGS: Final[Mapping[int, Refusal]] = MappingProxyType({422: "unsupported", 429: "busy", 500: "internal"})


@frozen(cache_hash=True)
class ListRequest:
    """``GET`` of the collection; a resourceVersion means "not older than this"."""

    resource_version: str


@frozen(cache_hash=True)
class WatchRequest:
    """``GET`` of the collection with ``watch`` and bookmarks.

    With ``initial_events`` a streaming list: first what there is, which must not be older than the resourceVersion,
    closed by a bookmark.
    """

    resource_version: str
    initial_events: bool = False


@frozen(cache_hash=True)
class Told(Generic[V]):
    """A frame: an object was added, modified or deleted.  A deleted one carries the revision of its deletion."""

    kind: Literal["ADDED", "MODIFIED", "DELETED"]
    path: str
    item: V


@frozen(cache_hash=True)
class Marked:
    """A frame: a bookmark; ``ends_initial``: what there was at first is complete."""

    revision: int
    ends_initial: bool = False


Frame: TypeAlias = "Told[V] | Marked"
Stage = Literal["list", "stream", "watch"]


@frozen(cache_hash=True)
class Reflector(Generic[V]):
    """A reflector.

    Attributes:
        first_read: whether it begins with whatever a server has, or with the newest (a profile's ``first-read``).
        stage: whether it lists, lists by a stream, or watches.
        connected: whether the stream of that stage is open.
        last: the revision up to which it has seen everything; 0 at first.
        unavailable: no server had anything as new as that: it asks for the newest.
        collected: what a streaming list has shown so far.
    """

    first_read: FirstRead
    stage: Stage
    connected: bool = False
    last: int = 0
    unavailable: bool = False
    collected: tuple[tuple[str, V], ...] = ()


def started(first_read: FirstRead) -> Reflector[Any]:
    """A reflector that has asked nothing yet."""
    return Reflector(first_read, _first_stage(first_read))


def _first_stage(first_read: FirstRead) -> Stage:
    return "stream" if first_read == "consistent" else "list"


def asks(reflector: Reflector[V]) -> ListRequest | WatchRequest | None:
    """What the reflector asks next; nothing while a stream is open."""
    if reflector.connected:
        return None
    seen = str(reflector.last) if reflector.last and not reflector.unavailable else ""
    if reflector.stage == "list":
        return ListRequest(seen if seen or reflector.unavailable else "0")
    return WatchRequest(seen, initial_events=reflector.stage == "stream")


def listed(reflector: Reflector[V], items: tuple[tuple[str, V], ...], revision: int) -> tuple[Reflector[V], Replace[V]]:
    """The reflector that was answered with a list; it watches next."""
    after = evolve(reflector, stage="watch", last=revision, unavailable=False, collected=())
    return after, Replace(items, revision)


def opened(reflector: Reflector[V]) -> Reflector[V]:
    """The reflector whose watch was accepted."""
    return evolve(reflector, connected=True, collected=())


def refused(reflector: Reflector[V], why: Refusal) -> Reflector[V]:
    """The reflector whose question was refused.

    Whoever is overloaded, or not there, is asked again.  A list that is too far in the past or in the future is asked
    for anew, as new as there is.  A watch that is too old is given up for a list.  A server that cannot stream lists is
    asked for a plain one.
    """
    if why in {"busy", "no-connection"} and reflector.stage != "list":
        return reflector
    if reflector.stage == "watch":
        return _relisting(reflector)
    if why in {"expired", "too-large"}:
        return evolve(reflector, unavailable=True)
    return evolve(reflector, stage="list") if reflector.stage == "stream" else _relisting(reflector)


def told(reflector: Reflector[V], frame: Frame[V]) -> tuple[Reflector[V], Delivery[V] | None]:
    """The reflector to which a frame has come, and what it delivers.

    What a streaming list shows is kept until it is complete: the revisions of these objects say when *they* were last
    changed, not how far the list has come.
    """
    if reflector.stage == "stream":
        return _collecting(reflector, frame)
    if isinstance(frame, Marked):
        return evolve(reflector, last=frame.revision), Bookmark(frame.revision)
    after = evolve(reflector, last=frame.item.revision)
    match frame.kind:
        case "ADDED":
            return after, Delta("Added", frame.path, frame.item)
        case "MODIFIED":
            return after, Delta("Updated", frame.path, frame.item)
        case "DELETED":
            return after, Delta("Deleted", frame.path, frame.item)


def _collecting(reflector: Reflector[V], frame: Frame[V]) -> tuple[Reflector[V], Delivery[V] | None]:
    if isinstance(frame, Told):
        kept = tuple(each for each in reflector.collected if each[0] != frame.path)
        shown = () if frame.kind == "DELETED" else ((frame.path, frame.item),)
        return evolve(reflector, collected=(*kept, *shown)), None
    if not frame.ends_initial:
        return reflector, None
    return listed(reflector, reflector.collected, frame.revision)


def closed(reflector: Reflector[V], why: Refusal | None = None) -> Reflector[V]:
    """The reflector whose stream has ended, in an orderly way or with an ``ERROR`` frame.

    An orderly end, or one of a moment, lets it watch again from where it was; a streaming list begins anew.
    """
    after = evolve(reflector, connected=False, collected=())
    if why is None or (why == "internal" and reflector.stage == "watch"):
        return after
    return refused(after, why)


def _relisting(reflector: Reflector[V]) -> Reflector[V]:
    """What it has seen is not forgotten: the list must not be older."""
    return evolve(reflector, stage=_first_stage(reflector.first_read), collected=())


def why_refused(code: int, reason: str = "", *, too_large: bool = False) -> Refusal:
    """What a server's answer means to a reflector: its code, its reason, and whether it names a revision too large."""
    if code == HTTP_GONE or reason in {"Expired", "Gone"}:
        return "expired"
    return "too-large" if too_large else _MEANINGS.get(code, "other")
