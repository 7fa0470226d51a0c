"""Comparing one answer of the model with one of a real API server.

Lives here: what of an answer is compared: status, reason, causes (reason and field), details, warnings, text, objects
with all their fields, lists with their pages, and the frames of watches.  Must not know: recordings as files, or how
the model came to its answer.

A field of the real answer which the model lacks is passed over only where the answer is a document about the server
itself (its version, its API): such a document has no metadata.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import frozen

from seatrial.model import kinds
from seatrial.model.apiserver import Answer
from seatrial.model.apiserver.answer import Frame
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.paging import PRESENT, decode_token
from seatrial.model.apiserver.watching import INITIAL_EVENTS_END, bookmark
from seatrial.model.errors import BadInput
from seatrial.model.frozen_json import as_map, thaw
from seatrial.model.kinds import Kind
from seatrial.model.objects import Object

from .correspondence import Correspondence
from .fields import Difference, FieldComparison, Fields, as_fields, as_list

_BY_CORRESPONDENCE: Final = ("uid", "resourceVersion")
"""Fields of metadata that differ by nature, and must correspond instead of being equal."""

_WARNING: Final = '299 - "'


@frozen
class Comparison:
    """The comparison of the answers to one request."""

    request: HttpRequest
    known: Correspondence

    def differences(self, recorded: Mapping[str, Any], answer: Answer) -> list[Difference]:
        """Where the model's answer differs from the recorded one; new uids and revisions become known on the way."""
        expected, actual = recorded["status"], answer.status
        if expected != actual:
            return [Difference("status", expected, actual)]
        return [*self._warnings(recorded, answer), *self._bodies(recorded, answer)]

    def _bodies(self, recorded: Mapping[str, Any], answer: Answer) -> Iterator[Difference]:
        body = as_fields(recorded.get("body")) or {}
        if answer.text is not None:
            told = body.get("text", recorded.get("body"))
            if told != answer.text:
                yield Difference("body", told, answer.text)
        elif answer.refused:
            yield from self._refusals(recorded.get("reason"), body, answer)
        elif answer.frames is not None:
            yield from self._watches(as_list(recorded.get("body")), answer.frames)
        elif answer.items is not None:
            yield from self._lists(body, answer)
        elif answer.object is not None:
            yield from self._objects(body or self._only_frame(recorded), answer.object, "")
        else:
            yield from self._details(body, answer)

    def _only_frame(self, recorded: Mapping[str, Any]) -> Fields:
        """The object with which a watch of a single object's path is answered."""
        frames = as_list(recorded.get("body")) or []
        return (as_fields(frames[0]) if len(frames) == 1 else None) or {}

    def _warnings(self, recorded: Mapping[str, Any], answer: Answer) -> Iterator[Difference]:
        told = as_list(recorded.get("warnings")) or []
        expected = [_unquoted(str(each)) for each in told]
        actual = [self.known.recorded_text(each) for each in answer.warnings]
        if expected != actual:
            yield Difference("warnings", expected, actual)

    # --- Refusals -----------------------------------------------------------------------------------------------

    def _refusals(self, reason: object, body: Fields, answer: Answer) -> Iterator[Difference]:
        if (reason or "") != answer.reason:
            yield Difference("reason", reason, answer.reason)
        details = as_fields(body.get("details")) or {}
        causes = [as_fields(cause) or {} for cause in as_list(details.get("causes")) or ()]
        expected = [(cause.get("reason", ""), cause.get("field", "")) for cause in causes]
        actual = [(cause.reason, cause.field) for cause in answer.causes]
        if expected != actual:
            yield Difference("details.causes", expected, actual)
        if details.get("retryAfterSeconds", 0) != answer.retry_after_seconds:
            theirs, ours = details.get("retryAfterSeconds"), answer.retry_after_seconds
            yield Difference("details.retryAfterSeconds", theirs, ours)
        yield from self._tokens(_metadata(body), answer)
        yield from self._details(body, answer)

    def _details(self, body: Fields, answer: Answer) -> Iterator[Difference]:
        """Which object a Status is about.  A name that the server made up for one that it refused is its own secret."""
        details = as_fields(body.get("details")) or {}
        if body.get("kind") != "Status":
            yield Difference("kind", body.get("kind"), "Status")
        ours = answer.details
        actual = {} if ours is None else {"name": ours.name, "group": ours.group, "kind": ours.kind, "uid": ours.uid}
        made_up = answer.refused and self.request.method == "POST" and _is_generated(self.request)
        for name in ("name", "group", "kind", "uid"):
            value = self.known.recorded_text(actual.get(name) or "")
            if (details.get(name) or "") != value and not (name == "name" and made_up):
                yield Difference(f"details.{name}", details.get(name), value)

    # --- Lists --------------------------------------------------------------------------------------------------

    def _lists(self, body: Fields, answer: Answer) -> Iterator[Difference]:
        """Items are in the order of their keys on both sides; generated names differ, and are ordered as recorded."""
        metadata = _metadata(body)
        version = metadata.get("resourceVersion")
        yield from self._revisions("metadata.resourceVersion", version, str(answer.revision or ""))
        yield from self._tokens(metadata, answer)
        if metadata.get("remainingItemCount") != answer.remaining:
            yield Difference("metadata.remainingItemCount", metadata.get("remainingItemCount"), answer.remaining)
        expected = [as_fields(item) or {} for item in as_list(body.get("items")) or ()]
        actual = sorted(answer.items or (), key=self._recorded_key) if answer.revision else list(answer.items or ())
        names = [_metadata(item).get("name") for item in expected]
        named = [self.known.recorded_text(item.name) for item in actual]
        if names != named:
            yield Difference("items", names, named)
            return
        for index, (theirs, ours) in enumerate(zip(expected, actual, strict=True)):
            whole = {"apiVersion": ours.api_version, "kind": ours.kind, **theirs}
            yield from self._objects(whole, ours, f"items[{index}].")

    def _recorded_key(self, item: Object) -> str:
        return f"{item.namespace}/{self.known.recorded_text(item.name)}"

    def _tokens(self, metadata: Fields, answer: Answer) -> Iterator[Difference]:
        """How a list goes on: at which revision and key, and in which form the token says so."""
        theirs, ours = str(metadata.get("continue", "")), answer.continue_token
        if not theirs and not ours:
            return
        expected, actual = decode_token(theirs), decode_token(ours)
        if isinstance(expected, str) or isinstance(actual, str):
            yield Difference("metadata.continue", theirs, ours)
            return
        alike = self.known.recorded_text(actual.start) == expected.start
        present = (expected.revision, actual.revision) == (PRESENT, PRESENT)
        if not alike or not (present or self.known.revisions.bind(expected.revision, actual.revision)):
            yield Difference("metadata.continue", expected, actual)

    # --- Watches ------------------------------------------------------------------------------------------------

    def _watches(self, recorded: list[object] | None, frames: tuple[Frame, ...]) -> Iterator[Difference]:
        """Frame by frame.  A bookmark that only time made may come at any moment: what it says is compared."""
        told = [as_fields(each) or {} for each in recorded or ()]
        ours = iter(frames)
        actual = [_kind_of_bookmark(each) or next(ours, None) for each in told]
        actual.extend(ours)
        types = [each.get("type") for each in told]
        if types != ["BOOKMARK" if isinstance(each, Kind) else each and each.type for each in actual]:
            yield Difference("frames", types, [each.type for each in frames])
            return
        yield from _misplaced_bookmarks(told)
        for index, (theirs, frame) in enumerate(zip(told, actual, strict=True)):
            object_ = as_fields(theirs.get("object")) or {}
            if isinstance(frame, Kind):
                version = str(_metadata(object_).get("resourceVersion"))
                frame = bookmark(frame, self.known.revisions.model(int(version)))  # noqa: PLW2901 - now it can be told
            if frame is not None:
                yield from self._frames(object_, frame, f"frames[{index}].")

    def _frames(self, theirs: Fields, ours: Frame, place: str) -> Iterator[Difference]:
        if ours.error is not None:
            found = list(self._refusals(theirs.get("reason"), theirs, ours.error))
            if theirs.get("code") != ours.error.status:
                found.append(Difference("code", theirs.get("code"), ours.error.status))
            yield from (Difference(place + each.field, each.expected, each.actual) for each in found)
        elif ours.object is not None:
            yield from self._objects(theirs, ours.object, place)

    # --- Objects ------------------------------------------------------------------------------------------------

    def _objects(self, theirs: Fields, ours: Object, place: str) -> Iterator[Difference]:
        writes = self.request.method != "GET"
        about_server = "metadata" not in theirs
        compared = FieldComparison(self.known, self._was_asked, writes=writes, may_lack=about_server)
        if about_server:
            yield from compared.differences(theirs, thaw(ours.root), place)
            return
        metadata = _metadata(theirs)
        yield from self._identities(metadata, ours, place)
        version = metadata.get("resourceVersion")
        yield from self._revisions(f"{place}metadata.resourceVersion", version, ours.resource_version)
        rest = {name: value for name, value in metadata.items() if name not in _BY_CORRESPONDENCE}
        actual = ours.without_metadata(*_BY_CORRESPONDENCE).thaw()
        actual.setdefault("metadata", {})
        yield from compared.differences({**theirs, "metadata": rest}, actual, place)

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

    def _was_asked(self, path: str, recorded: object) -> bool:
        """Whether the client asked for the very value that is recorded at a path."""
        asked = thaw(self.request.body) if isinstance(self.request.body, Mapping) else None
        first, _, _ = path.partition("[]")
        for name in first.split("."):
            asked = (as_fields(asked) or {}).get(name)
        return asked is not None and str(recorded) in str(asked)


def _metadata(object_: Fields) -> Fields:
    return as_fields(object_.get("metadata")) or {}


def has_bookmark_of_time(recorded: Mapping[str, Any]) -> bool:
    """Whether a watch was told a bookmark that only time made."""
    return any(_kind_of_bookmark(as_fields(each) or {}) for each in as_list(recorded.get("body")) or ())


def _misplaced_bookmarks(told: list[Fields]) -> Iterator[Difference]:
    """Bookmarks that say less than what was told before them, or as much as what was told after them."""
    versions = [str(_metadata(as_fields(each.get("object")) or {}).get("resourceVersion")) for each in told]
    numbers = [int(each) if each.isdecimal() else None for each in versions]
    for index, (frame, said) in enumerate(zip(told, numbers, strict=True)):
        if said is None or _kind_of_bookmark(frame) is None:
            continue
        before = max((each for each in numbers[:index] if each is not None), default=0)
        rest = zip(told[index + 1 :], numbers[index + 1 :], strict=True)
        after = [each for later, each in rest if each is not None and later.get("type") != "BOOKMARK"]
        if said < before or any(each <= said for each in after):
            yield Difference(f"frames[{index}].metadata.resourceVersion", said, (before, *after[:1]))


def _kind_of_bookmark(recorded: Fields) -> Kind | None:
    """Of which kind a recorded bookmark is that only time made; ``None`` if it is no such frame."""
    object_ = as_fields(recorded.get("object")) or {}
    metadata = _metadata(object_)
    if recorded.get("type") != "BOOKMARK" or INITIAL_EVENTS_END in (as_fields(metadata.get("annotations")) or {}):
        return None
    if not str(metadata.get("resourceVersion")).isdecimal():
        return None
    try:
        return kinds.of_object(str(object_.get("apiVersion")), str(object_.get("kind")))
    except BadInput:
        return None


def _unquoted(warning: str) -> str:
    """What a warning says, without its code and agent."""
    text = warning.removeprefix(_WARNING).removesuffix('"') if warning.startswith(_WARNING) else warning
    return text.replace('\\"', '"').replace("\\\\", "\\")


def _is_generated(request: HttpRequest) -> bool:
    metadata = as_map(as_map(request.body).get("metadata"))
    return bool(metadata.get("generateName")) and not metadata.get("name")
