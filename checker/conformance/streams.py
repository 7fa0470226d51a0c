"""Streams that somebody recorded, judged by what watches promise.

Lives here: the verdict on a stream; and etcd's streams, from recorded lines and from the output of ``etcdctl watch -w
json`` to the neutral ones of :mod:`seatrial.invariants.streams`.  What is promised is known there, and how an API
server's streams are read in :mod:`.frame_streams`.

Of a recording of etcd, what truly happened is known too: the model carries out the recorded requests, and what it
cannot know (a lease that expired) is what any watch told of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, cast

from attrs import define, evolve, field, frozen

from seatrial.invariants.streams import etcd as of_etcd
from seatrial.invariants.streams import kubernetes as of_kubernetes
from seatrial.invariants.streams.heard import Ended, Message, Opened, Progress, Told, Waited
from seatrial.invariants.streams.judgement import Judged, Promise, Stream, judge
from seatrial.model.errors import BadInput
from seatrial.model.etcd import Batch, Event, EventKind, KeyValue, Member, Refused, Request, WatchCreate
from seatrial.traces.recordings import Line, read_recording

from .etcd_gateway import read_request
from .etcd_wire import PLAIN, Encoding, Fields, Json, NotModelled, a_list, an_object, revision_of

WATCH_PATH: Final = "/v3/watch"
_DELETE: Final = (1, "1", "DELETE")


@frozen
class Account:
    """A stream, what it was asked of (``etcd`` or ``kubernetes``), and how it stands to each promise."""

    name: str
    kind: str
    messages: int
    judged: tuple[Judged, ...]

    @property
    def broken(self) -> tuple[Judged, ...]:
        """The promises that it breaks."""
        return tuple(each for each in self.judged if each.breach is not None)

    def as_json(self) -> dict[str, object]:
        """The object that ``seatrial conform stream --json`` prints for a stream."""
        return {
            "stream": self.name,
            "kind": self.kind,
            "messages": self.messages,
            "promises": [_as_json(each) for each in self.judged],
        }


def _as_json(judged: Judged) -> dict[str, object]:
    told: dict[str, object] = {"id": judged.promise.id, "verdict": judged.verdict, "rulings": judged.rulings}
    if judged.breach is not None:
        told |= {"message": judged.breach.message, "part": judged.breach.part, "reason": judged.breach.reason}
    return told


PROMISES: Final[Mapping[str, tuple[Promise, ...]]] = {
    "etcd": of_etcd.PROMISES,
    "kubernetes": of_kubernetes.PROMISES,
}
"""What the streams of each kind promise."""


def account_of(stream: Stream[Any], kind: str) -> Account:
    """How a stream stands to what those of its kind promise."""
    return Account(stream.name, kind, len(stream.messages), judge(stream, PROMISES[kind]))


# --- Streams of etcd ------------------------------------------------------------------------------------------------


def etcd_messages(bodies: Iterable[Json], encoding: Encoding) -> Iterator[Message]:
    """The messages of a watch of etcd, as its gateway or ``etcdctl`` writes them."""
    for body in bodies:
        told = {_snake(name): value for name, value in an_object(body.get("result", body)).items()}
        events = [read_event(an_object(each), encoding) for each in a_list(told.get("events"))]
        if told.get("created"):
            continue
        if told.get("canceled"):
            yield Ended(compacted=_number(told.get("compact_revision")))
        elif events:
            yield Told(tuple(of_etcd.change_of(each) for each in events), fragment=bool(told.get("fragment")))
        else:
            yield Progress(revision_of(told) or 0)


def read_event(body: Json, encoding: Encoding) -> Event:
    """An event as it stands on the wire."""
    previous = body.get("prev_kv")
    kind: EventKind = "DELETE" if body.get("type") in _DELETE else "PUT"
    kv = read_kv(an_object(body.get("kv")), encoding)
    return Event(kind, kv, None if previous is None else read_kv(an_object(previous), encoding))


def read_kv(body: Json, encoding: Encoding) -> KeyValue:
    """A key with its value and revisions as it stands on the wire."""
    fields = Fields("kv", body, encoding)
    numbers = (fields.number(name) for name in ("create_revision", "mod_revision", "version", "lease"))
    return KeyValue(fields.bytes("key"), fields.bytes("value"), *numbers)


def etcd_stream(
    bodies: Iterable[Json],
    encoding: Encoding,
    request: WatchCreate | None = None,
    *,
    start: int | None = None,
    name: str = "",
) -> Stream[WatchCreate]:
    """A stream of etcd that begins at revision ``start``; by default where its request or its first message says."""
    bodies = tuple(bodies)
    first = an_object(bodies[0].get("result", bodies[0])) if bodies else {}
    begun = revision_of(first) if first.get("created") else None
    if start is None and request is not None:
        start = request.start_revision or None
    if start is None and begun is not None:
        start = begun + 1
    messages = (Opened(start), *etcd_messages(bodies, encoding))
    return Stream((*messages, Waited(begun)) if begun is not None else messages, request, name=name)


def _snake(name: str) -> str:
    """The name that a field has on the wire; ``etcdctl`` writes some as Go does."""
    return {"CompactRevision": "compact_revision"}.get(name, name.lower())


def _number(value: object) -> int:
    return int(str(value)) if str(value).isdecimal() else 0


# --- Recordings of etcd ---------------------------------------------------------------------------------------------


def recorded_etcd_streams(path: Path | str, version: str) -> list[Stream[WatchCreate]]:
    """The watches that one release's lines of a recording hold, with what truly happened.

    Raises:
        BadInput: the file is no recording.
    """
    past, streams = _Past(), list[Stream[WatchCreate]]()
    for line in read_recording(path):
        if line.fields.get("etcd") != version or not (line.fields["request"] and line.fields["response"]):
            continue
        if line.fields["request"]["path"] != WATCH_PATH:
            past.follow(line)
            continue
        stream = _recorded(line)
        if stream is not None:
            streams.append(evolve(stream, compacted=past.member.compacted))
            past.learn(stream)
    history = past.history()
    return [evolve(each, due=of_etcd.due(history, each.request)) for each in streams if each.request is not None]


def _recorded(line: Line) -> Stream[WatchCreate] | None:
    """The watch of a line; ``None`` if it is not one that the model knows."""
    try:
        request = read_request(WATCH_PATH, line.fields["request"]["body"], PLAIN)
    except (NotModelled, BadInput):
        return None
    if not isinstance(request, WatchCreate):
        return None
    bodies = [an_object(each) for each in a_list(line.fields["response"].get("body"))]
    return etcd_stream(bodies, PLAIN, request, name=f"{line.place} {line.fields['step']}")


@define
class _Past:
    """What happened, as the recorded requests and the recorded watches tell it."""

    member: Member = field(factory=Member)
    batches: dict[int, Batch] = field(factory=dict[int, Batch])
    told: dict[int, dict[str, Event]] = field(factory=dict[int, dict[str, Event]])

    def follow(self, line: Line) -> None:
        """Carry out what a line asked for, and go on from the revision that its answer tells."""
        try:
            request = read_request(line.fields["request"]["path"], line.fields["request"]["body"], PLAIN)
            self.member.serve(cast("Request", request))
        except (NotModelled, Refused, BadInput):
            pass
        self.batches.update((each.revision, each) for each in self.member.log if each.revision not in self.batches)
        self.member.revision = max(self.member.revision, revision_of(line.fields["response"].get("body")) or 0)

    def learn(self, stream: Stream[WatchCreate]) -> None:
        """Note what a watch told: of revisions that the recorded requests do not explain it is all there is."""
        for message in stream.messages:
            for change in message.changes if isinstance(message, Told) else ():
                if isinstance(change.body, Event):
                    self.told.setdefault(change.revision, {})[change.key] = change.body

    def history(self) -> tuple[Batch, ...]:
        """All batches, oldest first, each event with what its key was before."""
        known: dict[str, KeyValue] = {}
        told = {revision: Batch(revision, tuple(each.values())) for revision, each in self.told.items()}
        made: list[Batch] = []
        for revision, batch in sorted({**told, **self.batches}.items()):
            events = tuple(evolve(each, previous=known.get(each.kv.key)) for each in batch.events)
            for each in events:
                if each.kind == "PUT":
                    known[each.kv.key] = each.kv
                else:
                    known.pop(each.kv.key, None)
            made.append(Batch(revision, events))
        return tuple(made)
