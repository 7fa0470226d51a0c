"""One client's stream of watches, at the model and at a running etcd.

Lives here: :class:`Listener`.  It opens a stream at both, follows the model as requests change it, and compares what
the server has sent in the end with what the model told.

The model tells a watch everything at once; the server may take its time.  So that both tell the same, a stream waits
at its beginning until watches from the past have come to the present; and in the end one more watch, on a key that is
written last, says that everything was sent.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final

from attrs import Factory, define, evolve

from seatrial.model.etcd import (
    Batch,
    Event,
    Member,
    Stream,
    WatchCancel,
    WatchCreate,
    WatchRequest,
)
from seatrial.model.etcd.streams import (
    OF_NO_WATCH,
    Created,
    Ended,
    Message,
    Told,
    cancel,
    create,
    request_progress,
    tell,
)

from .etcd_server import MOST_HEARD, Reception, said_on_stream
from .etcd_watching import Bounds, compare_told, joined, messages_of, watch_of, write_message
from .etcd_wire import BASE64, Difference, Json, a_list, an_object, differences

_MARKED: Final = 1000
"""The id of the watch whose event says that everything was sent."""

_SECONDS_TO_CATCH_UP: Final = 0.2
"""After this time a watch from the past has come to the present: a server looks for such ten times a second."""


def with_mark(said: Sequence[WatchRequest], mark: str) -> tuple[WatchRequest, ...]:
    """What a client says, as much as a gateway hears of it, and before it a watch that only the listener waits for."""
    heard: tuple[WatchRequest, ...] = (WatchCreate(mark, watch_id=_MARKED),)
    for each in said:
        if len(said_on_stream((*heard, each))) > MOST_HEARD:
            break
        heard = (*heard, each)
    return heard


@define
class Watched:
    """What one watch is told by the model: batches so far, and how it ended, if it did."""

    request: WatchCreate
    begun: int
    cancelled: bool = False
    told: list[Batch] = Factory(list[Batch])
    ended: Ended | None = None

    @property
    def events(self) -> int:
        """How many events there are."""
        return sum(len(batch.events) for batch in self.told)


@define
class Listener:
    """A stream at both sides.  ``compacted`` is the compacted revision when it was opened."""

    member: Member
    reception: Reception
    compacted: int
    stream: Stream = Factory(Stream)
    control: list[Message] = Factory(list[Message])
    progress: list[Message] = Factory(list[Message])
    watches: dict[int, Watched] = Factory(dict[int, Watched])

    @classmethod
    def open(cls, member: Member, reception: Reception, said: Sequence[WatchRequest]) -> Listener:
        """Let the model hear what was said to the server, and wait until the server has come to the present too."""
        listener = cls(member, reception, member.compacted)
        for each in said:
            listener._hear(each)
        listener.follow()
        listener._settle()
        return listener

    def _hear(self, said: WatchRequest) -> None:
        if isinstance(said, WatchCreate):
            self.stream, created = create(self.member, self.stream, said)
            self.control.append(created)
            if not created.reason:
                self.watches[created.watch_id] = Watched(said, created.revision)
        elif isinstance(said, WatchCancel):
            watcher = self.stream.watcher(said.watch_id)
            self.stream, ended = cancel(self.member, self.stream, said)
            if watcher is not None and ended is not None:
                self.control.append(ended)
                watched = self.watches[watcher.id]
                _, message = tell(self.member, Stream((watcher,)), watcher)
                watched.told += message.batches if isinstance(message, Told) else ()
                watched.cancelled = True
        else:
            answer = request_progress(self.member, self.stream, version=self.member.version)
            self.progress += [] if answer is None else [answer]

    def follow(self) -> None:
        """Let the model tell every watch what there is to tell."""
        for watcher in self.stream.watchers:
            self.stream, message = tell(self.member, self.stream, watcher)
            watched = self.watches[watcher.id]
            if isinstance(message, Told):
                watched.told += message.batches
            elif isinstance(message, Ended):
                watched.ended = message

    def _settle(self) -> None:
        """Wait until the server has answered what was said, and told what there was to tell."""
        self.reception.read_until(lambda: len(self._bodies(control=True)) >= len(self.control) and self._is_complete())
        present = self.member.revision
        if any(
            0 < each.request.start_revision <= present and not each.told and not each.ended and not each.cancelled
            for each in self.watches.values()
        ):
            time.sleep(_SECONDS_TO_CATCH_UP)

    def hear_all(self) -> None:
        """Wait until the server has sent everything up to the event that marks the end."""
        self.reception.read_until(self._is_complete)

    def _is_complete(self) -> bool:
        return all(self._has_all(id_, watched) for id_, watched in self.watches.items())

    def _has_all(self, id_: int, watched: Watched) -> bool:
        if watched.cancelled:
            return True
        bodies = self._of_watch(id_)
        if any(body.get("canceled") for body in bodies):
            return True
        return not watched.ended and sum(len(a_list(body.get("events"))) for body in bodies) >= watched.events

    def _bodies(self, *, control: bool) -> list[Json]:
        """The messages that answer what was said, or all others."""
        return [body for body in messages_of(self.reception.messages) if _is_control(body) == control]

    def _of_watch(self, id_: int) -> list[Json]:
        return [body for body in self._bodies(control=False) if watch_of(body) == id_]

    def differences(self) -> dict[str, list[Difference]]:
        """Where the server differs from the model: in its answers on the stream, and in what each watch was told."""
        control = [write_message(each) for each in self.control if isinstance(each, Created | Ended)]
        found = {"stream": differences(self._bodies(control=True), control, "stream")}
        found["stream"] += self._progress_differences()
        return found | {f"watch {id_}": self._of(id_, watched) for id_, watched in sorted(self.watches.items())}

    def _progress_differences(self) -> list[Difference]:
        """A server that waits for watches from the past may leave an answer out."""
        answers = [an_object(body.get("header")) for body in self._of_watch(OF_NO_WATCH)]
        expected = [{"revision": str(each.revision)} for each in self.progress]
        if self.member.version.progress_waits:
            expected = expected[: len(answers)]
        return differences(answers, expected, "progress")

    def _of(self, id_: int, watched: Watched) -> list[Difference]:
        bodies = joined(self._of_watch(id_), watched.request)
        ends = [body for body in bodies if body.get("canceled")]
        found = differences(ends, [] if watched.ended is None else [write_message(watched.ended)], "canceled")
        bodies = [body for body in bodies if not body.get("canceled")]
        told = self._as_heard(watched.told, bodies)
        if watched.cancelled:
            told = told[: len({_revision(event) for event in _events(bodies)})]
        bounds = Bounds.of(self.member, watched.request, watched.begun)
        return found + compare_told(told, bodies, bounds, BASE64, id_)

    def _as_heard(self, told: Sequence[Batch], bodies: Sequence[Json]) -> list[Batch]:
        """Batches without those previous values that a later compaction may have taken, and did."""
        heard = iter(_events(bodies))
        return [
            Batch(batch.revision, tuple(self._event_as_heard(each, batch, next(heard, None)) for each in batch.events))
            for batch in told
        ]

    def _event_as_heard(self, event: Event, batch: Batch, heard: Json | None) -> Event:
        lost = self.compacted < batch.revision <= self.member.compacted and "prev_kv" not in (heard or ())
        return evolve(event, previous=None) if lost else event


def _is_control(body: Json) -> bool:
    return bool(body.get("created")) or bool(body.get("canceled") and "compact_revision" not in body)


def _events(bodies: Sequence[Json]) -> list[Json]:
    return [an_object(event) for body in bodies for event in a_list(body.get("events"))]


def _revision(event: Json) -> object:
    return an_object(event.get("kv")).get("mod_revision")
