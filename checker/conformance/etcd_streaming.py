"""A recorded stream against the model, with all that its client said at its beginning.

Lives here: :func:`compare_stream`.  Which events a watch is told, and in which messages they may come, is compared by
``etcd_watching``; here is what holds for the stream as a whole: each request is answered in its turn, a watch that its
client ended is told no more than what came before, and the progress of the stream is told if it was asked for.

Source: observed behaviour of etcd 3.4 to 3.6, recordings A.15 to A.18.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import Factory, define

from seatrial.model.etcd import (
    Cancelled,
    Member,
    Stream,
    WatchCancel,
    WatchCreate,
    WatchRequest,
    events,
    first_revision,
)
from seatrial.model.etcd.streams import OF_NO_WATCH, Created, Ended, cancel, create, request_progress

from .etcd_watching import Bounds, compare_told, joined, messages_of, watch_of, write_message
from .etcd_wire import ABSENT, Difference, Encoding, Json, a_list, differences, revision_of


@define
class _Open:
    """A watch that the stream had: what was asked, when it began, and whether its client ended it."""

    request: WatchCreate
    begun: int
    cancelled: bool = False


@define
class _Told:
    """A stream under comparison: the store at its end, between which revisions it was open, and its messages."""

    member: Member
    earliest: int
    encoding: Encoding
    bodies: list[Json]
    stream: Stream = Factory(Stream)
    watches: dict[int, _Open] = Factory(dict[int, _Open])
    found: list[Difference] = Factory(list[Difference])

    def hear(self, said: Sequence[WatchRequest]) -> None:
        """Compare what answers each request, in their order."""
        answers = (body for body in self.bodies if _answers(body))
        self.found += [each for number, one in enumerate(said) for each in self._answer(one, answers, number)]
        self.found += [Difference("answers", body, ABSENT) for body in answers]

    def _answer(self, said: WatchRequest, answers: Iterator[Json], number: int) -> list[Difference]:
        if not isinstance(said, WatchCreate | WatchCancel):
            return []
        if isinstance(said, WatchCancel) and self.stream.watcher(said.watch_id) is None:
            return []
        place = f"body[{number}]"
        body = next(answers, None) or next(iter(self.bodies[number : number + 1]), None)
        revision = revision_of(body)
        if body is None or revision is None:
            return [Difference(place, ABSENT if body is None else body, "an answer that tells a revision")]
        message = self._change(said, Member(revision))
        found = differences(body, write_message(message), place)
        if not self.earliest <= revision <= self.member.revision:
            most = f"{self.earliest} to {self.member.revision}"
            found.append(Difference(f"{place}.header.revision", revision, most))
        return found

    def _change(self, said: WatchCreate | WatchCancel, then: Member) -> Created | Ended:
        """Open or end a watch when the store was at a revision."""
        if isinstance(said, WatchCancel):
            self.watches[said.watch_id].cancelled = True
            self.stream, ended = cancel(then, self.stream, said)
            return ended or Ended(said.watch_id, then.revision)
        self.stream, created = create(then, self.stream, said)
        if not created.reason:
            self.watches[created.watch_id] = _Open(said, then.revision)
        return created

    def hear_watch(self, id_: int, watch: _Open) -> None:
        """Compare what one watch was told, and how the server ended it, if it did."""
        bodies = joined([each for each in self.bodies if watch_of(each) == id_ and not _answers(each)], watch.request)
        begins = first_revision(Member(watch.begun, self.member.compacted), watch.request)
        told = events(self.member, watch.request, begins)
        if isinstance(told, Cancelled):
            ended = [write_message(Ended(id_, 0, told.compact_revision))]
            self.found += differences(bodies, [] if watch.cancelled and not bodies else ended, f"watch {id_}")
            return
        if watch.cancelled:
            heard = sum(len(a_list(body.get("events"))) for body in bodies)
            ends = [sum(len(batch.events) for batch in told[:number]) for number in range(len(told) + 1)]
            told = told[: sum(end <= heard for end in ends) - 1]
        self.found += compare_told(told, bodies, Bounds.of(self.member, watch.request, watch.begun), self.encoding, id_)

    def hear_progress(self, asked: int) -> None:
        """Compare the progress of the stream: a server that waits for watches from the past may leave it out."""
        bodies = [each for each in self.bodies if watch_of(each) == OF_NO_WATCH and not _answers(each)]
        always = request_progress(self.member, self.stream, version=self.member.version) is not None
        least = asked if always and not self.member.version.progress_waits else 0
        if not least <= len(bodies) <= asked:
            self.found.append(Difference("progress", bodies, f"{least} to {asked} messages"))
        for body in bodies:
            revision = revision_of(body) or 0
            if body != {"header": {"revision": str(revision)}, "watch_id": str(OF_NO_WATCH)}:
                self.found.append(Difference("progress", body, "nothing but a revision"))
            if not self.earliest <= revision <= self.member.revision:
                self.found.append(Difference("progress", revision, f"{self.earliest} to {self.member.revision}"))


def compare_stream(
    member: Member, said: Sequence[WatchRequest], messages: object, *, earliest: int, encoding: Encoding
) -> list[Difference]:
    """Where a stream differs from what the model tells.

    ``member`` is the store when the stream ended, ``earliest`` its revision when the stream can first have been asked
    for.
    """
    told = _Told(member, earliest, encoding, messages_of(messages))
    told.hear(said)
    for id_, watch in told.watches.items():
        told.hear_watch(id_, watch)
    told.hear_progress(sum(not isinstance(each, WatchCreate | WatchCancel) for each in said))
    known = {OF_NO_WATCH}
    for number, body in enumerate(told.bodies):
        if body.get("created"):
            known.add(watch_of(body))
        elif watch_of(body) not in known:
            told.found.append(Difference(f"body[{number}]", body, "nothing before the watch is created"))
    return told.found


def _answers(body: Json) -> bool:
    """Whether a message answers what the client said: a watch is created, or ended as the client asked."""
    return bool(body.get("created")) or bool(body.get("canceled") and not {"compact_revision", "events"} & set(body))
