"""The streams of an API server, judged by what watches promise.

Lives here: from recorded lines and from the output of ``kubectl get --watch --output-watch-events -o json`` to the
neutral streams of :mod:`seatrial.invariants.streams`.

What there was when a watch began is shown as ADDED, in no order that is promised.  Where a bookmark marks the end, it
is known which frames those are.  Else they are taken to be the first ADDED ones, as long as no object comes twice.

Source: Kubernetes documentation, "Efficient detection of changes", "Streaming lists"; recordings K.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from seatrial.invariants.streams.heard import Change, Ended, Message, Opened, Progress, Told
from seatrial.invariants.streams.judgement import Stream
from seatrial.invariants.streams.kubernetes import GONE, KubernetesWatch
from seatrial.model.apiserver.selectors import BadSelector, parse_selector
from seatrial.model.apiserver.watching import INITIAL_EVENTS_END
from seatrial.model.errors import BadInput
from seatrial.model.objects import Object
from seatrial.traces.recordings import Line, read_recording

from .etcd_wire import Json, a_list, an_object

CHANGES: Final = ("ADDED", "MODIFIED", "DELETED")
TYPES: Final = (*CHANGES, "BOOKMARK", "ERROR")
"""The types of frames."""


@frozen
class _Frame:
    """A frame as it was recorded, with the object in it."""

    type: str
    object: Object

    @property
    def revision(self) -> int:
        version = self.object.resource_version
        return int(version) if version.isdecimal() else 0

    @property
    def key(self) -> str:
        return f"{self.object.namespace}/{self.object.name}" if self.object.namespace else self.object.name

    @property
    def ends_initial(self) -> bool:
        return self.type == "BOOKMARK" and self.object.annotations.get(INITIAL_EVENTS_END) == "true"


def frame_stream(
    frames: Iterable[Json], request: KubernetesWatch | None = None, *, start: int | None = None, name: str = ""
) -> Stream[KubernetesWatch]:
    """A stream of an API server that begins at revision ``start`` (``None``: unknown, or with what there is).

    Raises:
        BadInput: something is no frame.
    """
    read = [_read(each, number, name) for number, each in enumerate(frames, start=1)]
    kinds = sorted({each.object.kind for each in read if each.type in CHANGES})
    if len(kinds) > 1:
        reason = f"these are frames of several watches, for they are about {', '.join(kinds)}"
        raise BadInput(reason, place=name, remedy="give what one watch printed: it is about one kind")
    shown = _shown_at_first(read) if start is None else 0
    return Stream((Opened(start), *_messages(read, shown)), request, name=name)


def _read(frame: Json, number: int, place: str) -> _Frame:
    if frame.get("type") not in TYPES:
        remedy = f"a frame has a type ({', '.join(TYPES)}) and an object"
        raise BadInput(f"document {number} is no frame of a watch", place=place, remedy=remedy)
    try:
        read = _Frame(frame["type"], Object.of(an_object(frame.get("object"))))
    except BadInput as bad:
        raise BadInput(f"document {number}: {bad.reason}", place=place, remedy="give what a watch printed") from None
    if read.type in CHANGES and not (read.revision and read.object.name):
        remedy = "each of these has metadata with a name and a resourceVersion"
        raise BadInput(
            f"document {number} is {read.type}, but has no object with a revision", place=place, remedy=remedy
        )
    return read


def _shown_at_first(frames: Sequence[_Frame]) -> int:
    """How many frames show what there was when the watch began."""
    for number, frame in enumerate(frames):
        if frame.ends_initial:
            return number
    keys = set[str]()
    for number, frame in enumerate(frames):
        if frame.type != "ADDED" or frame.key in keys:
            return number
        keys.add(frame.key)
    return len(frames)


def _messages(frames: Sequence[_Frame], shown: int) -> Iterator[Message]:
    for number, frame in enumerate(frames):
        if frame.type == "ERROR":
            code: object = frame.object.root.get("code")
            yield Ended(code=code if isinstance(code, int) else 0)
        elif frame.type == "BOOKMARK":
            yield Progress(frame.revision, ends_initial=frame.ends_initial)
        else:
            change = Change(frame.revision, frame.key, frame.type, frame.object)
            yield Told((change,), initial=number < shown)


# --- Recordings of API servers --------------------------------------------------------------------------------------


def recorded_frame_streams(path: Path | str) -> list[Stream[KubernetesWatch]]:
    """The watches that a recording of an API server holds; not those that were refused for other reasons than age.

    Raises:
        BadInput: the file is no recording.
    """
    found = (_recorded(line) for line in read_recording(path) if _is_watch(line))
    return [each for each in found if each is not None]


def _is_watch(line: Line) -> bool:
    return an_object(line.fields.get("request")).get("method") == "WATCH"


def _recorded(line: Line) -> Stream[KubernetesWatch] | None:
    response = an_object(line.fields.get("response"))
    status, body = response.get("status"), [an_object(each) for each in a_list(response.get("body"))]
    if status not in (200, GONE) or any("type" not in each for each in body):
        return None
    name, asked = f"{line.place} {line.fields.get('step')}", line.fields["request"].get("query")
    if asked is None:  # what was asked for is not recorded
        return frame_stream(body, KubernetesWatch(status=status), name=name)
    query = {option: str(value) for option, value in an_object(asked).items()}
    version, send = query.get("resourceVersion", ""), query.get("sendInitialEvents")
    initial = version in ("", "0") if send is None else send == "true"
    number = int(version) if version.isdecimal() else 0
    request = KubernetesWatch(initial=initial, not_older=number, selects=_selects(query), status=status)
    start = number + 1 if number and not initial else None
    return frame_stream(body, request, start=start, name=name)


def _selects(query: dict[str, str]) -> Callable[[Object], bool] | None:
    """Which objects a query wants; ``None`` where it names fields, whose meaning depends on the kind."""
    labels = parse_selector(query.get("labelSelector", ""))
    if isinstance(labels, BadSelector) or query.get("fieldSelector"):
        return None
    return lambda object_: labels.admits(object_.labels)
