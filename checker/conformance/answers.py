"""Comparing one answer of the model with one of a real API server.

Lives here: what is compared, what is masked (:data:`MASKED`, the one list), and the differences.  Must not know:
recordings as files, or how the model came to its answer.

Compared are status, reason, causes (reason and field), details, and the object: every field that the model has, all of
metadata, and every field that some request wrote.  A field of the real answer which the model lacks is passed over
only if it is outside metadata and no request ever wrote it: then it is a default of the server, and the model fills in
only those that decide something.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias, cast

from attrs import Factory, define, frozen

from seatrial.model.apiserver import Answer
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.frozen_json import as_map
from seatrial.model.objects import Object

from .correspondence import Correspondence

Fields: TypeAlias = "dict[str, Any]"

MASKED: Final[Mapping[str, str]] = {
    "metadata.managedFields": "who owns which field is not modelled yet",
    "metadata.selfLink": "gone from real servers",
}
"""Fields that are not compared at all, and why."""

_BY_CORRESPONDENCE: Final = ("uid", "resourceVersion")
"""Fields of metadata that differ by nature, and must correspond instead of being equal."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_A_TIME: Final = "<a time>"
"""What stands for every time on both sides: that there is one is compared, not which."""


@frozen
class Difference:
    """One field in which two answers differ."""

    field: str
    expected: object
    actual: object


@define
class Written:
    """Which fields requests have written, by resource; items of lists are not told apart."""

    _paths: set[tuple[str, str]] = Factory(set[tuple[str, str]])

    def note(self, request: HttpRequest, body: object) -> None:
        """Remember what a request wrote."""
        if request.method in ("POST", "PUT", "PATCH"):
            self._paths.update((_resource(request), path) for path in _paths(body, ""))

    def has(self, plural: str, path: str) -> bool:
        """Whether some request wrote the field at a path, or something in it."""
        return (plural, path) in self._paths


def _paths(value: object, at: str) -> Iterator[str]:
    yield at
    if isinstance(value, dict):
        for name, item in cast("Fields", value).items():
            yield from _paths(item, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for item in cast("list[object]", value):
            yield from _paths(item, f"{at}[]")


@frozen
class Comparison:
    """The comparison of the answers to one request."""

    request: HttpRequest
    known: Correspondence
    written: Written

    def differences(self, recorded: Mapping[str, Any], answer: Answer) -> list[Difference]:
        """Where the model's answer differs from the recorded one; new uids and revisions become known on the way."""
        expected, actual = recorded["status"], answer.status
        if expected != actual:
            return [Difference("status", expected, actual)]
        body = _as_map(recorded.get("body")) or {}
        if answer.refused:
            return list(self._refusals(recorded, body, answer))
        if answer.items is not None:
            return list(self._lists(body, answer))
        if answer.object is not None:
            return list(self._objects(body, answer.object, ""))
        return list(self._details(body, answer))

    def _refusals(self, recorded: Mapping[str, Any], body: Fields, answer: Answer) -> Iterator[Difference]:
        if (recorded.get("reason") or "") != answer.reason:
            yield Difference("reason", recorded.get("reason"), answer.reason)
        details = _as_map(body.get("details")) or {}
        causes = [_as_map(cause) or {} for cause in _as_items(details.get("causes")) or ()]
        expected = [(cause.get("reason"), cause.get("field", "")) for cause in causes]
        actual = [(cause.reason, cause.field) for cause in answer.causes]
        if expected != actual:
            yield Difference("details.causes", expected, actual)
        yield from self._details(body, answer)

    def _details(self, body: Fields, answer: Answer) -> Iterator[Difference]:
        """Which object a Status is about.  A name that the server made up for one that it refused is its own secret."""
        details = _as_map(body.get("details")) or {}
        if body.get("kind") != "Status":
            yield Difference("kind", body.get("kind"), "Status")
        ours = answer.details
        actual = {} if ours is None else {"name": ours.name, "group": ours.group, "kind": ours.kind, "uid": ours.uid}
        for name in ("name", "group", "kind", "uid"):
            value = actual.get(name) or ""
            value = self.known.uids.recorded(value) if name == "uid" else self.known.names.recorded(value)
            made_up = (
                name == "name" and answer.refused and self.request.method == "POST" and _is_generated(self.request)
            )
            if (details.get(name) or "") != value and not made_up:
                yield Difference(f"details.{name}", details.get(name), value)

    def _lists(self, body: Fields, answer: Answer) -> Iterator[Difference]:
        """Items are in the order of their keys on both sides; generated names differ, and are ordered as recorded."""
        version = _metadata(body).get("resourceVersion")
        yield from self._revisions("metadata.resourceVersion", version, str(answer.revision))
        expected = [_as_map(item) or {} for item in _as_items(body.get("items")) or ()]
        actual = sorted(answer.items or (), key=self._recorded_key)
        names = [_metadata(item).get("name") for item in expected]
        named = [self.known.names.recorded(item.name) for item in actual]
        if names != named:
            yield Difference("items", names, named)
            return
        for index, (theirs, ours) in enumerate(zip(expected, actual, strict=True)):
            whole = {"apiVersion": ours.api_version, "kind": ours.kind, **theirs}
            yield from self._objects(whole, ours, f"items[{index}].")

    def _recorded_key(self, item: Object) -> str:
        return f"{item.namespace}/{self.known.names.recorded(item.name)}"

    def _objects(self, theirs: Fields, ours: Object, place: str) -> Iterator[Difference]:
        metadata = _metadata(theirs)
        yield from self._identities(metadata, ours, place)
        version = metadata.get("resourceVersion")
        yield from self._revisions(f"{place}metadata.resourceVersion", version, ours.resource_version)
        compared = {name: value for name, value in metadata.items() if name not in _BY_CORRESPONDENCE}
        actual = ours.without_metadata(*_BY_CORRESPONDENCE).thaw()
        yield from self._fields({**theirs, "metadata": compared}, actual, "", place)

    def _identities(self, metadata: Fields, ours: Object, place: str) -> Iterator[Difference]:
        """The uid, and the generated name of a new object.  A dry run's uid names nothing: it must be there."""
        creates = self.request.method == "POST"
        recorded_uid = str(metadata.get("uid", ""))
        if creates and "dryRun" in self.request.query:
            if bool(recorded_uid) != bool(ours.uid):
                yield Difference(f"{place}metadata.uid", recorded_uid, ours.uid)
        elif not self.known.uids.bind(recorded_uid, ours.uid):
            yield Difference(f"{place}metadata.uid", recorded_uid, self.known.uids.recorded(ours.uid))
        if creates and _is_generated(self.request) and "dryRun" not in self.request.query:
            self.known.names.bind(str(metadata.get("name", "")), ours.name)

    def _revisions(self, place: str, recorded: object, ours: str) -> Iterator[Difference]:
        if recorded is None and not ours:
            return
        if not isinstance(recorded, str) or not recorded.isdecimal() or not ours:
            yield Difference(place, recorded, ours or None)
        elif not self.known.revisions.bind(int(recorded), int(ours)):
            expected = self.known.revisions.model(int(recorded))
            yield Difference(place, recorded, f"{ours} of the model, where {expected} belongs")

    def _fields(self, expected: object, actual: object, path: str, place: str) -> Iterator[Difference]:
        if path in MASKED:
            return
        their_map, our_map = _as_map(expected), _as_map(actual)
        their_items, our_items = _as_items(expected), _as_items(actual)
        if their_map is not None and our_map is not None:
            yield from self._maps(their_map, our_map, path, place)
        elif their_items is not None and our_items is not None:
            yield from self._arrays(their_items, our_items, path, place)
        elif _plain(expected) != _plain(self._recorded_text(actual)):
            yield Difference(place + path, expected, actual)

    def _maps(self, theirs: Fields, ours: Fields, path: str, place: str) -> Iterator[Difference]:
        for name in sorted({*theirs, *ours}):
            further = f"{path}.{name}" if path else name
            if name in theirs and name in ours:
                yield from self._fields(theirs[name], ours[name], further, place)
            elif name in ours or self._must_have(further):
                yield Difference(place + further, theirs.get(name), ours.get(name))

    def _arrays(self, theirs: list[object], ours: list[object], path: str, place: str) -> Iterator[Difference]:
        if len(theirs) != len(ours):
            yield Difference(place + path, theirs, ours)
            return
        for expected, actual in zip(theirs, ours, strict=True):
            yield from self._fields(expected, actual, f"{path}[]", place)

    def _must_have(self, path: str) -> bool:
        """Whether the model must have a field that the real server shows."""
        if path in MASKED:
            return False
        return path.startswith("metadata.") or self.written.has(_resource(self.request), path)

    def _recorded_text(self, ours: object) -> object:
        return self.known.names.recorded(self.known.uids.recorded(ours)) if isinstance(ours, str) else ours


def _metadata(object_: Fields) -> Fields:
    return _as_map(object_.get("metadata")) or {}


def _as_map(value: object) -> Fields | None:
    return cast("Fields", value) if isinstance(value, dict) else None


def _as_items(value: object) -> list[object] | None:
    return cast("list[object]", value) if isinstance(value, list) else None


def _plain(value: object) -> object:
    """The value as it is compared: one time is as good as another, and a boolean is no number."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        return _A_TIME
    return (type(value), value)


def _resource(request: HttpRequest) -> str:
    """The plural that a path names."""
    parts = request.parts[2:] if request.parts[0] == "api" else request.parts[3:]
    in_namespace = parts[:1] == ("namespaces",) and len(parts) > 2 and parts[2] not in ("status", "finalize")  # noqa: PLR2004
    parts = parts[2:] if in_namespace else parts
    return parts[0] if parts else ""


def _is_generated(request: HttpRequest) -> bool:
    metadata = as_map(as_map(request.body).get("metadata"))
    return bool(metadata.get("generateName")) and not metadata.get("name")
