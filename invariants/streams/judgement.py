"""A whole stream judged: which promises it keeps, and at which message it breaks one.

Lives here: the stream as a value, and the fold of the rules over its messages.  Must not know: which promises there
are, or where a stream comes from.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from attrs import evolve, field, frozen

from .heard import Change, Message, Place, Position, Told
from .rules import Moment, Rulings

Request = TypeVar("Request")


@frozen
class Promise:
    """What a stream promises: its id, the sentence, and the judgement of one message."""

    id: str
    sentence: str
    judge: Callable[[Moment[Any]], Rulings]

    @classmethod
    def of(cls, function: Callable[[Moment[Any]], Rulings]) -> Promise:
        """The promise that a judgement's name and docstring tell."""
        return cls(function.__name__.replace("_", "-"), inspect.cleandoc(function.__doc__ or ""), function)


@frozen
class Stream(Generic[Request]):
    """What a watcher heard, in order, and what is known besides.

    Attributes:
        messages: from the first to the last.
        request: what was asked for; ``None`` if that is not known.
        due: every change that the request covers, in order, as it truly was; ``None`` if that is not known.
        compacted: the revision up to which history was gone at the end; ``None`` if that is not known.
        name: what the stream is called.
    """

    messages: tuple[Message, ...]
    request: Request | None = None
    due: tuple[Change, ...] | None = None
    compacted: int | None = None
    name: str = ""


@frozen
class Breach:
    """Where a promise breaks: the number of the message, counted from 1, the part that fails, and how."""

    message: int
    part: str
    reason: str


@frozen
class Judged:
    """How a stream stands to one promise: how often a part of it was put to the test, and where it breaks first."""

    promise: Promise
    rulings: int = 0
    breach: Breach | None = field(default=None)

    @property
    def verdict(self) -> str:
        """``broken``, ``kept``, or ``vacuous`` where nothing put it to the test."""
        if self.breach is not None:
            return "broken"
        return "kept" if self.rulings else "vacuous"


def judge(stream: Stream[Request], promises: Iterable[Promise]) -> tuple[Judged, ...]:
    """How a stream stands to each promise."""
    judged = {each.id: Judged(each) for each in promises}
    seen = set[Place]()  # one for all positions, for a long stream would else be copied at each message
    position, latest = Position(seen=seen), dict[str, Change]()
    for number, message in enumerate(stream.messages, start=1):
        moment = Moment(message, position, stream.request, stream.due, latest, stream.compacted)
        for each in judged.values():
            if each.breach is None:
                judged[each.promise.id] = _after(each, number, moment)
        position = evolve(evolve(position, seen=frozenset()).after(message), seen=seen)
        if isinstance(message, Told):
            seen.update(each.place for each in message.changes)
            latest.update((each.key, each) for each in message.changes)
    return tuple(judged.values())


def _after(judged: Judged, number: int, moment: Moment[Any]) -> Judged:
    count = judged.rulings
    for ruling in judged.promise.judge(moment):
        count += 1
        if ruling.broken:
            return Judged(judged.promise, count, Breach(number, ruling.part, ruling.broken))
    return Judged(judged.promise, count)
