"""The messages of a stream of watches against the model.

Lives here: the comparison of messages.  All events are compared, in order, with everything in them.  How they are
grouped into messages and what a message's header says are a matter of time, within bounds that are checked:

- a watch begins at a revision that the store had between the moment when it can have been asked for and the end of the
  stream;
- the events of one revision come in one message, or in pieces marked as such that follow each other if the watch allows
  it; the header is not older than the events and not newer than the store;
- a message without events (progress) comes only if it was asked for, and only when everything up to its revision was
  told.

Source: observed behaviour of etcd 3.4 to 3.6, recordings A.15 to A.18.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from seatrial.model.etcd import Batch, Member, WatchCreate
from seatrial.model.etcd.streams import Created, Ended, Progress

from .etcd_gateway import header, write_event
from .etcd_wire import ABSENT, Difference, Encoding, Json, a_list, an_object, differences, filled, masked, revision_of


def messages_of(stream: object) -> list[Json]:
    """The messages of a recorded or received stream, without what tells only which server sent them."""
    return [an_object(an_object(masked(each)).get("result")) for each in a_list(stream)]


def watch_of(message: Json) -> int:
    """The id of the watch that a message is about."""
    return int(message.get("watch_id", 0))


def write_message(message: Created | Ended | Progress) -> Json:
    """A message that tells no events, as it goes over the wire."""
    told = filled({"header": header(message.revision), "watch_id": message.watch_id})
    match message:
        case Created(reason=reason):
            told |= {"created": True}
            return told | ({"canceled": True, "cancel_reason": reason} if reason else {})
        case Ended(compact_revision=compacted):
            return told | filled({"canceled": True, "compact_revision": compacted})
        case Progress():
            return told


def joined(bodies: Sequence[Json], watch: WatchCreate) -> list[Json]:
    """The messages of a watch, with those put together that were sent in pieces, if the watch allows it."""
    whole: list[Json] = []
    open_piece = False
    for body in bodies:
        if open_piece:
            whole[-1] = {**whole[-1], "events": [*a_list(whole[-1].get("events")), *a_list(body.get("events"))]}
        else:
            whole.append({name: value for name, value in body.items() if name != "fragment" or not watch.fragment})
        open_piece = watch.fragment and bool(body.get("fragment"))
    return whole


@frozen
class Bounds:
    """Between which revisions a watch may be told anything, and whether it may be told its progress."""

    least: int
    most: int
    progress: bool = False

    @classmethod
    def of(cls, member: Member, watch: WatchCreate, begun: int) -> Bounds:
        """The bounds for a watch that was created at the revision ``begun``; ``member`` is the store at its end."""
        least = max(begun, watch.start_revision) if member.version.progress_respects_start else begun
        return cls(least, member.revision, watch.progress_notify)


def compare_told(
    told: Sequence[Batch], bodies: Sequence[Json], bounds: Bounds, encoding: Encoding, watch_id: int = 0
) -> list[Difference]:
    """Where the messages that tell events or progress differ from ``told``: first the events, then their messages."""
    found: list[Difference] = []
    recorded: list[object] = []
    about = filled({"watch_id": watch_id})
    for number, body in enumerate(bodies, start=1):
        rest = {name: value for name, value in body.items() if name not in ("header", "events")}
        found += differences(rest, about, f"body[{number}]")
        recorded += a_list(body.get("events"))
    expected = [write_event(event, encoding) for batch in told for event in batch.events]
    found += differences(recorded, expected, "events")
    return found or _compare_messages(told, bodies, bounds)


def _compare_messages(told: Sequence[Batch], bodies: Sequence[Json], bounds: Bounds) -> list[Difference]:
    """The bounds on messages, once their events are known to be those of ``told``."""
    found: list[Difference] = []
    ends = {0}  # after how many events a message may end
    revisions: list[int] = []
    for batch in told:
        revisions += [batch.revision] * len(batch.events)
        ends.add(len(revisions))
    count = 0
    for number, body in enumerate(bodies, start=1):
        place, revision, size = f"body[{number}]", revision_of(body) or 0, len(a_list(body.get("events")))
        count += size
        if not size and not bounds.progress:
            found.append(Difference(place, "a message without events", ABSENT))
        if count not in ends:
            found.append(Difference(f"{place}.events", "a part of a revision", "all events of a revision"))
        least = max(bounds.least, revisions[count - 1] if count else 0)
        most = bounds.most if size or count == len(revisions) else revisions[count] - 1
        if not least <= revision <= most:
            found.append(Difference(f"{place}.header.revision", revision, f"{least} to {most}"))
    return found
