"""What promises about reads need to know of the past, as observers (see :mod:`.history`).

Only clusters whose clients read the past (``Cluster.remembers``) have them.

Must not know: the promises.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from ..apiserver.request import Request
from ..apiserver.watching import wants_initial_events
from ..machine import Observer
from ..objects import Object, resource_prefix
from .events import Answered, Committed, Ended
from .read_events import RevisionAsked

Arrivals: TypeAlias = tuple[int, tuple[tuple[str, int], ...]]
"""Etcd's revision, and what it was when a read arrived that waits for its server's watch cache, by process."""

Shown: TypeAlias = tuple[tuple[tuple[str, str], int], ...]
"""By process and place, the newest revision of which it was shown anything.

A place is an object's key, or the prefix of all keys that a list or a watch is about: that revision is the one from
which a client goes on.
"""


def arrivals(revision: int) -> Observer:
    """Observes ``arrivals`` (:data:`Arrivals`)."""
    return Observer("arrivals", (revision, ()), _arrived, (Committed, RevisionAsked, Answered))


def shown() -> Observer:
    """Observes ``shown`` (:data:`Shown`), as long as the process lives."""
    return Observer("shown", (), _after_answer, (Answered, Ended))


def acknowledged() -> Observer:
    """Observes ``acknowledged``: the newest revision of a write whose author was told that it succeeded."""
    return Observer("acknowledged", 0, _acknowledged, (Answered,))


def scope(request: Request) -> str:
    """The prefix of all keys that a list or a watch is about."""
    return resource_prefix(request.kind.resource, request.namespace)


def place(request: Request, object_: Object) -> str:
    """The key of an object in an answer."""
    return request.kind.key(object_.namespace, object_.name).path


def version(object_: Object) -> int:
    """The revision that an object shows."""
    return int(object_.resource_version or 0)


def _arrived(known: Arrivals, event: Committed | RevisionAsked | Answered) -> Arrivals:
    present, waiting = known
    if isinstance(event, Committed):
        return max(present, event.revision), waiting
    others = tuple(each for each in waiting if each[0] != event.process)
    return present, tuple(sorted([*others, (event.process, present)])) if isinstance(event, RevisionAsked) else others


def _after_answer(known: Shown, event: Answered | Ended) -> Shown:
    if isinstance(event, Ended):
        return tuple(each for each in known if each[0][0] != event.process)
    newest: dict[tuple[str, str], int] = dict(known)
    for where, revision in _told(event):
        key = (event.process, where)
        newest[key] = max(newest.get(key, 0), revision)
    return tuple(sorted(newest.items()))


def _told(event: Answered) -> Iterator[tuple[str, int]]:
    """Of which places an answer shows something, and as of which revision."""
    request, answer = event.request, event.answer
    if answer.object is not None:
        yield place(request, answer.object), version(answer.object)
    for each in answer.items or ():
        yield place(request, each), version(each)
    if answer.items is not None:
        yield scope(request), answer.revision
    initial = request.verb == "watch" and wants_initial_events(request)
    for frame in answer.frames or ():
        if frame.object is None:
            continue
        if frame.type != "BOOKMARK":
            yield place(request, frame.object), version(frame.object)
        if frame.type == "BOOKMARK" or not initial:
            yield scope(request), version(frame.object)


def _acknowledged(known: int, event: Any) -> int:
    reads = {"get", "list", "watch"}
    return known if event.request.verb in reads or not event.answer.ok else max(known, event.answer.revision)
