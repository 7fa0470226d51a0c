"""What streams of etcd and of API servers promise alike: order, uniqueness, no gaps, progress that can be relied on.

Lives here: the judgement of one message of a stream, given the position before it.  What truly happened may be known
(``due``) or not; each rule says what it can judge without.  Must not know: where the messages come from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from attrs import field, frozen

from .heard import Change, Message, Place, Position, Progress, Told, Waited

Request = TypeVar("Request")

NOTHING: Final[Mapping[str, Change]] = MappingProxyType({})


@frozen
class Ruling:
    """One part of a promise about one message; ``broken`` says how it is broken, empty if it is kept."""

    part: str
    broken: str = ""


Rulings = Iterator[Ruling]


@frozen
class Moment(Generic[Request]):
    """A message, and what is known when it comes.

    Attributes:
        message: what is heard.
        position: where the watcher stood before.
        request: what was asked for; ``None`` if that is not known.
        due: every change that the request covers, in order, as it truly was; ``None`` if that is not known.
        latest: the last change told of each key, where somebody remembers them.
        compacted: the revision up to which history is gone by now; ``None`` if that is not known.
    """

    message: Message
    position: Position
    request: Request | None = None
    due: tuple[Change, ...] | None = None
    latest: Mapping[str, Change] = field(default=NOTHING)
    compacted: int | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes that are told; not those that show what there was when the watch began."""
        told = self.message
        return told.changes if isinstance(told, Told) and not told.initial else ()

    def due_within(self, above: int, up_to: int) -> tuple[Change, ...] | None:
        """What is due at revisions above one and up to another."""
        if self.due is None:
            return None
        return tuple(each for each in self.due if above < each.revision <= up_to)


def told_in_order(moment: Moment[Request], part: str) -> Rulings:
    """No change comes after a later one.  What truly happened need not be known."""
    changes = moment.changes
    if not changes:
        return
    last, broken = moment.position.last, ""
    for each in changes:
        if each.revision < last:
            broken = broken or f"{each} comes after revision {last}"
        last = max(last, each.revision)
    yield Ruling(part, broken)


def told_as_made(moment: Moment[Request], part: str) -> Rulings:
    """The changes of one revision come in the order in which they were made, which must be known."""
    if moment.due is None:
        return
    order = {each.place: number for number, each in enumerate(moment.due)}
    known = [each for each in moment.changes if each.place in order]
    pairs = [pair for pair in pairwise(known) if pair[0].revision == pair[1].revision]
    wrong = [f"{next_} before {one}" for one, next_ in pairs if order[next_.place] < order[one.place]]
    if pairs:
        yield Ruling(part, f"it was {wrong[0]}" if wrong else "")


def told_once(moment: Moment[Request], part: str) -> Rulings:
    """No change is told twice.  What truly happened need not be known."""
    if not moment.changes:
        return
    here, broken = set[Place](), ""
    for each in moment.changes:
        if each.place in moment.position.seen or each.place in here:
            broken = broken or f"{each} was told before"
        here.add(each.place)
    yield Ruling(part, broken)


def missing(moment: Moment[Request]) -> tuple[Change, ...] | None:
    """What is due before the last change of a message, or by the end of waiting, but was left out.

    ``None`` where nothing can be said: the beginning of the stream or what truly happened is not known.
    """
    reached, message = moment.position.reached, moment.message
    if moment.position.ended:
        return None
    if isinstance(message, Waited):
        up_to = message.revision
    elif moment.changes:
        up_to = max(each.revision for each in moment.changes)
        reached = min(each.revision for each in moment.changes) if reached is None else reached
    else:
        return None
    due = None if reached is None else moment.due_within(reached, up_to)
    if due is None:
        return None
    told = moment.position.seen | {each.place for each in moment.changes}
    if isinstance(message, Told) and message.fragment:
        due = tuple(each for each in due if each.revision < up_to)
    return tuple(each for each in due if each.place not in told)


def told_as_it_was(moment: Moment[Request], part: str) -> Rulings:
    """Every change that is told did happen, which must be known."""
    if moment.due is None or not moment.changes:
        return
    kinds = {each.place: each.kind for each in moment.due}
    wrong = [each for each in moment.changes if kinds.get(each.place) != each.kind]
    yield Ruling(part, f"{wrong[0]} did not happen" if wrong else "")


def left_out(changes: tuple[Change, ...]) -> str:
    """How a gap is told."""
    return f"{changes[0]} was left out" if changes else ""


def nothing_left_behind(moment: Moment[Request], part: str) -> Rulings:
    """Everything up to the revision of a progress notification was told before it.

    Without what truly happened, only that it is not older than what was told already.
    """
    message, position = moment.message, moment.position
    if not isinstance(message, Progress) or position.reached is None:
        return
    behind = moment.due_within(position.reached, message.revision)
    told = tuple(each for each in behind or () if each.place not in position.seen)
    broken = f"it says {message.revision}, but {left_out(told)}" if told else ""
    if behind is None and message.revision < position.last:
        broken = f"it says {message.revision} after a change at revision {position.last}"
    yield Ruling(part, broken)


def nothing_from_before(moment: Moment[Request], part: str) -> Rulings:
    """No change comes that an earlier progress notification covers.  What truly happened need not be known."""
    promised = moment.position.promised
    if not promised or not moment.changes:
        return
    late = [each for each in moment.changes if each.revision <= promised]
    yield Ruling(part, f"{late[0]} comes after a notification of revision {promised}" if late else "")


def not_before_start(moment: Moment[Request], part: str) -> Rulings:
    """No change comes from before the revision at which the watch begins, which must be known."""
    start = moment.position.start
    if start is None or not moment.changes:
        return
    early = [each for each in moment.changes if each.revision < start]
    yield Ruling(part, f"{early[0]}, but the watch begins at {start}" if early else "")


def silent_once_ended(moment: Moment[Request], part: str) -> Rulings:
    """Nothing follows the message that says that the stream cannot go on."""
    if moment.position.ended and isinstance(moment.message, Told | Progress):
        yield Ruling(part, "something follows the message that ended the stream")
