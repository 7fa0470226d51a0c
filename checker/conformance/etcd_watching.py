"""A watch's messages against the model.

Lives here: the comparison of one stream.  All events are compared, in order, with everything in them.  How
they are grouped into messages and what a message's header says are a matter of time, within bounds that are
checked:

- a watch begins at a revision that the store had between the moment when it can have been asked for and the
  end of the stream;
- the events of one revision come in one message, whose header is not older than its events and not newer than
  the store;
- a message without events (a progress notification) comes only if it was asked for, and only when everything
  up to its revision was told.

Source: observed behaviour of etcd 3.4 to 3.6, recordings A.15 to A.18.
"""

from __future__ import annotations

from collections.abc import Sequence

from seatrial.model.etcd import Batch, Cancelled, Member, WatchCreate, events

from .etcd_gateway import header, write_event
from .etcd_wire import ABSENT, Difference, Encoding, Json, a_list, an_object, differences, masked, revision_of


def compare_watch(
    member: Member, watch: WatchCreate, messages: object, *, earliest: int, encoding: Encoding
) -> list[Difference]:
    """Where a stream differs from what the model tells.

    ``member`` is the store when the stream ended, ``earliest`` its revision when the watch can first have
    been asked for.
    """
    bodies = [an_object(an_object(masked(each)).get("result")) for each in a_list(messages)]
    begun = revision_of(bodies[0]) if bodies else None
    if begun is None:
        return [Difference("body", messages, "a stream that begins with `created` and a revision")]
    found = differences(bodies[0], {"header": header(begun), "created": True}, "body[0]")
    if not earliest <= begun <= member.revision:
        found.append(Difference("body[0].header.revision", begun, f"{earliest} to {member.revision}"))
    told = events(member, watch, watch.start_revision or begun + 1)
    if isinstance(told, Cancelled):
        return found + differences(bodies[1:], [_cancelled(told)], "body[1:]")
    return found + _compare_events(told, bodies[1:], watch, (begun, member.revision), encoding)


def _cancelled(told: Cancelled) -> Json:
    return {"header": {}, "canceled": True, "compact_revision": str(told.compact_revision)}


def _compare_events(
    told: Sequence[Batch], bodies: list[Json], watch: WatchCreate, bounds: tuple[int, int], encoding: Encoding
) -> list[Difference]:
    """Events one by one, then the messages that they came in."""
    found: list[Difference] = []
    recorded: list[object] = []
    for number, body in enumerate(bodies, start=1):
        unknown = {name: value for name, value in body.items() if name not in ("header", "events")}
        found += differences(unknown, {}, f"body[{number}]")
        recorded += a_list(body.get("events"))
    expected = [write_event(event, encoding) for batch in told for event in batch.events]
    found += differences(recorded, expected, "events")
    return found or _compare_messages(told, bodies, watch, bounds)


def _compare_messages(
    told: Sequence[Batch], bodies: list[Json], watch: WatchCreate, bounds: tuple[int, int]
) -> list[Difference]:
    """The bounds on messages, once their events are known to be those of ``told``."""
    begun, ended = bounds
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
        if not size and not watch.progress_notify:
            found.append(Difference(place, "a message without events", ABSENT))
        if count not in ends:
            found.append(Difference(f"{place}.events", "a part of a revision", "all events of a revision"))
        least = max(begun, revisions[count - 1] if count else 0)
        most = ended if size or count == len(revisions) else revisions[count] - 1
        if not least <= revision <= most:
            found.append(Difference(f"{place}.header.revision", revision, f"{least} to {most}"))
    return found
