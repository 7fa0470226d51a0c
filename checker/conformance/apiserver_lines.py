"""What the lines of a recording of an API server say.

Lives here: from a line to the request that the model is asked, to the revisions of etcd around it, to the compaction
that somebody made before it; and which lines were asked at the same time.  Must not know: the model's server.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, Final, cast

import yaml
from attrs import frozen

from seatrial.model.apiserver import Malformed
from seatrial.model.apiserver.decoding.text import Parsed, parse_text
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.routes import builtin_groups
from seatrial.model.frozen_json import freeze, thaw
from seatrial.model.objects import ObjectKey
from seatrial.traces.recordings import Line

from .correspondence import Correspondence

WATCH: Final = "WATCH"
"""The method of a GET whose answer was listened to for a while."""

ETCD_WATCH: Final = "ETCD-WATCH"
"""What stands for the method where etcd itself was listened to."""

_COMPACTION: Final = re.compile(r"compacted (?:by hand )?at (\d+)")
_DURING: Final = "[during"
_TOO_LARGE: Final = re.compile(r"Timeout: Too large resource version: \d+, current: (\d+)")
_TOO_OLD: Final = re.compile(r"too old resource version: \d+ \((\d+)\)")
_YAML: Final = "yaml"
_ANONYMOUS: Final = "anonymous"
_OF_NAMESPACES: Final = ("status", "finalize")


def request_of(line: Line, known: Correspondence, token: str, agent: str | None = None) -> HttpRequest:
    """The request of a line, as the model's server is asked; ``agent`` is what the client calls itself, if told."""
    request: dict[str, Any] = line.fields["request"]
    body = _body(line, known)
    media_type: object = request.get("content_type") or "application/json"
    if not isinstance(media_type, str):
        raise line.bad("request.content_type is not a string", "repair or remove the line")
    return HttpRequest(
        method="GET" if request["method"] == WATCH else request["method"],
        path=known.path(request["path"]),
        query=known.query(_texts(line, "query")),
        headers={
            "User-Agent": (agent or f"{actor(line)}/rec",),
            **{k: (v,) for k, v in _texts(line, "headers").items()},
        },
        body=body.body,
        duplicates=body.duplicates,
        media_type=media_type,
        token=None if actor(line) == _ANONYMOUS else token,
    )


def actor(line: Line) -> str:
    """Who asked: the name of a user or, after ``sa:``, the namespace and name of a service account."""
    return str(line.fields.get("actor"))


def is_watch(line: Line) -> bool:
    """Whether the answer was listened to for a while."""
    return bool(line.fields["request"]["method"] == WATCH)


def is_etcd_watch(line: Line) -> bool:
    """Whether the line holds what etcd itself told."""
    return bool(line.fields["request"]["method"] == ETCD_WATCH)


def is_during_watch(line: Line) -> bool:
    """Whether the request was made while the watch of a later line was open."""
    return str(line.fields["step"]).startswith(_DURING)


def is_summary(line: Line) -> bool:
    """Whether the line sums up what is not recorded: it has no request."""
    return line.fields["request"] is None


def shows_its_query(line: Line) -> bool:
    """Whether the parameters of a watch are recorded: one of them says that it is a watch."""
    return "watch" in _texts(line, "query")


def times(line: Line) -> tuple[float, float] | None:
    """When a line was asked, and when its answer was there, in seconds; ``None`` if that is not recorded."""
    end, lasted = line.fields.get("t"), line.fields["response"].get("seconds")
    if not isinstance(end, int | float):
        return None
    return float(end) - (float(lasted) if isinstance(lasted, int | float) else 0.0), float(end)


def duration(line: Line) -> float | None:
    """For how many seconds a watch was open, if that is recorded: the end of its last stream."""
    ended: object = line.fields["response"].get("ended")
    last: object = cast("list[object]", ended)[-1] if isinstance(ended, list) and ended else None
    seconds = cast("list[object]", last)[0] if isinstance(last, list) and last else None
    return float(seconds) if isinstance(seconds, int | float) else None


def agents(lines: Iterable[Line]) -> dict[str, str]:
    """What clients call themselves, by actor, where a server tells it: it notes who writes which field."""
    found: dict[str, str] = {}
    for line in lines:
        if is_summary(line) or line.fields["request"]["method"] != "POST":
            continue
        managers = _field(_field(line.fields["response"].get("body"), "metadata"), "managedFields")
        if isinstance(managers, list) and managers:
            found.setdefault(actor(line), str(_field(cast("list[object]", managers)[-1], "manager")))
    return found


def revisions(line: Line) -> tuple[int, int] | None:
    """The revision of etcd before and after, or ``None`` where a line does not tell."""
    match line.fields.get("etcd_revision"):
        case [int(before), int(after)]:
            return before, after
        case None:
            return None
        case _:
            raise line.bad("etcd_revision is not a pair of numbers", "repair or remove the line")


def compaction(line: Line) -> int | None:
    """The revision at which somebody compacted etcd right before a line.  The recorder says so in the step's name."""
    found = _COMPACTION.search(str(line.fields["step"]))
    return None if found is None else int(found[1])


def told_revision(line: Line) -> int | None:
    """A revision that etcd had reached when a read was answered, by what the answer says; ``None`` if it says none."""
    body: object = line.fields["response"].get("body")
    if is_watch(line):
        frames = cast("list[object]", body) if isinstance(body, list) else []
        objects = [_field(frame, "object") for frame in frames]
        return max((version for each in objects if (version := _version(each)) is not None), default=None)
    is_list = str(_field(body, "kind") or "").endswith("List")
    return _version(body) if is_list else None


def versions_told(line: Line, *, of_lists: bool = False) -> list[int]:
    """The resourceVersions that an answer tells, in their order; only those of lists themselves if so wanted."""
    body: object = line.fields["response"].get("body")
    if isinstance(body, list):
        told: list[object] = [] if of_lists else [_field(frame, "object") for frame in cast("list[object]", body)]
    else:
        items = _field(body, "items")
        is_list = str(_field(body, "kind") or "").endswith("List")
        told = [body] if is_list or not of_lists else []
        told.extend(cast("list[object]", items) if isinstance(items, list) and not of_lists else ())
    return [version for each in told if (version := _version(each)) is not None]


@frozen
class Told:
    """An object that an answer shows: its apiVersion, kind and fields, and whether it tells of the object's end."""

    api_version: str
    kind: str
    fields: Mapping[str, Any]
    gone: bool = False


def objects_told(line: Line) -> Iterator[Told]:
    """The objects that an answer shows, in their order; bookmarks are none."""
    body: object = line.fields["response"].get("body")
    if isinstance(body, list):
        for frame in cast("list[object]", body):
            if _field(frame, "type") in ("ADDED", "MODIFIED", "DELETED"):
                yield from _object_told(_field(frame, "object"), gone=_field(frame, "type") == "DELETED")
        return
    items, kind = _field(body, "items"), str(_field(body, "kind") or "")
    if kind.endswith("List") and isinstance(items, list):
        whole = {"apiVersion": _field(body, "apiVersion"), "kind": kind.removesuffix("List")}
        for item in cast("list[object]", items):
            yield from _object_told({**whole, **cast("dict[str, Any]", item)}, gone=False)
    else:
        yield from _object_told(body, gone=False)


def _object_told(object_: object, *, gone: bool) -> Iterator[Told]:
    version, kind = _field(object_, "apiVersion"), _field(object_, "kind")
    if _version(object_) is not None and isinstance(version, str) and isinstance(kind, str):
        yield Told(version, kind, cast("dict[str, Any]", object_), gone)


def key_asked(path: str) -> ObjectKey | None:
    """The key that a path is about, with an empty name for that of a list; ``None`` for a path of something else."""
    match path.strip("/").split("/"):
        case ["api", _, *rest]:
            group = ""
        case ["apis", found, _, *rest]:
            group = "" if found in builtin_groups() else f".{found}"
        case _:
            return None
    match rest:
        case ["namespaces", namespace, plural, *name] if plural not in _OF_NAMESPACES:
            return ObjectKey(plural + group, namespace, "".join(name[:1]))
        case [plural, *name]:
            return ObjectKey(plural + group, "", "".join(name[:1]))
        case _:
            return None


def current_told(line: Line) -> int | None:
    """How far a cache had come, where an answer says that this is not far enough."""
    found = _TOO_LARGE.fullmatch(str(line.fields["response"].get("message")))
    return None if found is None else int(found[1])


def window_told(line: Line) -> int | None:
    """The revision after which a cache remembers changes, where a watch is told that it comes too late."""
    body: object = line.fields["response"].get("body")
    match body:
        case [{"type": "ERROR", "object": {"code": 410, "message": str(message)}}]:
            found = _TOO_OLD.fullmatch(message)
            return None if found is None else int(found[1])
        case _:
            return None


def in_turn(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """The lines one by one, but those asked at the same time together, in the order in which they took effect.

    Lines were asked at the same time if they follow each other, are of one step and tell no revision of etcd.  They
    took effect in the order of the resourceVersions that they were answered with; refusals, which did nothing, come
    last.
    """

    def batch(line: Line) -> object:
        at_once = revisions(line) is None and not is_watch(line)
        return (line.fields["scenario"], line.fields["step"]) if at_once else line.number

    for _, together in groupby(lines, batch):
        yield sorted(together, key=_effect)


def _effect(line: Line) -> tuple[int, int]:
    """Where a line stands among those asked at the same time."""
    response = line.fields["response"]
    version = _version(response.get("body"))
    if version is not None:
        return 0, version
    return (1 if response["status"] < 400 else 2), 0  # noqa: PLR2004 - HTTP's border between success and refusal


def _version(object_: object) -> int | None:
    version = _field(_field(object_, "metadata"), "resourceVersion")
    return int(version) if isinstance(version, str) and version.isdecimal() else None


def _field(value: object, name: str) -> object:
    return cast("dict[str, object]", value).get(name) if isinstance(value, dict) else None


def _texts(line: Line, name: str) -> dict[str, str]:
    texts: object = line.fields["request"].get(name) or {}
    if not isinstance(texts, dict):
        raise line.bad(f"request.{name} is not an object", "repair or remove the line")
    return {str(key): str(value) for key, value in cast("dict[object, object]", texts).items()}


def _body(line: Line, known: Correspondence) -> Parsed:
    """The body of a request: as JSON, or as the text that was sent where that is recorded."""
    request: dict[str, Any] = line.fields["request"]
    raw: object = request.get("raw_body")
    if raw is None:
        return Parsed(freeze(known.body(request.get("body"))))
    if not isinstance(raw, str):
        raise line.bad("request.raw_body is not a string", "repair or remove the line")
    parsed = _parsed_yaml(raw) if _YAML in str(request.get("content_type")) else parse_text(raw)
    if isinstance(parsed.body, Malformed):
        return parsed
    return Parsed(freeze(known.body(thaw(parsed.body))), parsed.duplicates)


def _parsed_yaml(raw: str) -> Parsed:
    try:
        return Parsed(freeze(yaml.safe_load(raw)))
    except (yaml.YAMLError, ValueError) as error:
        return Parsed(Malformed(str(error)))
