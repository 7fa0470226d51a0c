"""Bodies of requests as objects.

Lives here: the reading of a body as an object of a kind, and its agreement with the URL.  Must not know: what is
stored.

A decoded object has its apiVersion and kind, and its defaults; it has no fields that its kind does not have, and is
written as a real server writes it (see :mod:`.typed`).  Custom resources keep what their definition's schema keeps
(nulls too), without a definition everything.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/{create,update,patch,rest}.go``,
``apiextensions-apiserver/pkg/apiserver/customresource_handler.go``; recordings C.2 to C.5, D.3, L; scenario
i-validation.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from attrs import frozen

from ...frozen_json import EMPTY, FrozenMap, Json, as_map, is_too_deep
from ...kinds import Kind
from ...objects import Object
from ...schema import Record, fitted, record_of, structural
from ..answer import Answer, Cause, Details, bad_request
from ..defaulting import defaulted
from ..request import Malformed, Request
from .options import PROTOBUF, media_type_of
from .scalars import WrongValue, free_form, json_type
from .strict import complaints
from .typed import completed, read

_OBJECT_META: Final = Record("meta.v1.ObjectMeta")
_NEVER_PRUNED: Final = ("apiVersion", "kind", "metadata")
_NO_TYPE: Final = "couldn't get version/kind; json parse error"


@frozen
class Undecodable:
    """Why something is no object of the kind that is expected."""

    message: str


def decode(kind: Kind, body: Json | Malformed) -> Object | Undecodable:
    """The object of this kind that a body holds; ``null`` is an object without any field."""
    if isinstance(body, Malformed):
        return _unrecognized(kind, f"{_NO_TYPE}: {body.message}")
    root = _with_type(kind, body)
    if isinstance(root, Undecodable):
        return root
    try:
        content = _custom_content(kind, root) if kind.custom else _content(kind, root)
    except WrongValue as wrong:
        return Undecodable(f"{_named(kind, root)} cannot be handled as a {kind.name}: {wrong.message}")
    return finished(kind, defaulted(kind, Object(content)))


def finished(kind: Kind, object_: Object) -> Object:
    """The object with what a real server always writes, also if it is empty: ``status: {}``, required numbers."""
    record = type_of(kind)
    root = object_.root if record is None else completed(record, object_.root)
    return object_ if root is object_.root else Object(root)


@cache
def type_of(kind: Kind) -> Record | None:
    """The type of a kind's objects, ``None`` for custom ones."""
    return None if kind.custom else record_of(kind.group, kind.version, kind.name)


def _with_type(kind: Kind, body: Json) -> FrozenMap | Undecodable:
    """The body with apiVersion and kind, which must be those of the kind if they are given."""
    root = EMPTY if body is None else body
    if not isinstance(root, FrozenMap):
        return _unrecognized(kind, f"{_NO_TYPE}: json: cannot unmarshal {json_type(root)} into Go value")
    api_version, name = root.get("apiVersion"), root.get("kind")
    for value in (api_version, name):
        if not isinstance(value, str | None):
            return _unrecognized(kind, f"{_NO_TYPE}: json: cannot unmarshal {json_type(value)} into Go struct field")
    if kind.definition is not None and not name:
        return _unrecognized(kind, "Object 'Kind' is missing")
    if not api_version and kind.definition is None:
        api_version = kind.api_version
        root = root.set("apiVersion", api_version)
    if not name:
        root = root.set("kind", kind.name)
    if api_version != kind.api_version:
        wanted = kind.api_version
        return Undecodable(f"the API version in the data ({api_version}) does not match the expected ({wanted})")
    if root["kind"] != kind.name and not kind.custom:
        why = f"converting ({kind.version}.{name}) to (core.{kind.name}): unknown conversion"
        return Undecodable(f"{_named(kind, root)} cannot be handled as a {kind.name}: {why}")
    return root


def _unrecognized(kind: Kind, why: str) -> Undecodable:
    return Undecodable(f"the object provided is unrecognized (must be of type {kind.name}): {why}")


def _named(kind: Kind, root: FrozenMap) -> str:
    return f'{root["kind"]} in version "{kind.version}"'


def _content(kind: Kind, root: FrozenMap) -> FrozenMap:
    record = type_of(kind)
    return _untyped_content(root) if record is None else read(record, root)


def _custom_content(kind: Kind, root: FrozenMap) -> FrozenMap:
    if is_too_deep(root.without("metadata")):
        raise WrongValue("exceeded max depth")
    content = _untyped_content(root)
    if kind.definition is None:
        return content
    own = {name: content[name] for name in _NEVER_PRUNED if name in content}
    fit = as_map(fitted(structural(kind.definition), content.without(*_NEVER_PRUNED)))
    return FrozenMap({**fit, **own})


def _untyped_content(root: FrozenMap) -> FrozenMap:
    """An object of which only the metadata has a type."""
    metadata = root.get("metadata")
    if metadata is not None and not isinstance(metadata, FrozenMap):
        raise WrongValue(json_type(metadata), "v1.ObjectMeta")
    free = free_form(root.without("metadata"))
    assert isinstance(free, FrozenMap)  # noqa: S101 - a map stays one
    return free.set("metadata", read(_OBJECT_META, metadata or EMPTY))


def decode_body(request: Request) -> Object | Answer:
    """The object that a POST or PUT brings, or the refusal to take it."""
    body = request.body
    if isinstance(body, Malformed):
        return _malformed(request.kind, body)
    if media_type_of(request) == PROTOBUF:
        return bad_request("provided data does not appear to be a protobuf message, expected prefix")
    decoded = decode(request.kind, body)
    if isinstance(decoded, Undecodable):
        return bad_request(decoded.message)
    if request.options.field_validation == "Strict":
        found = complaints(request.kind, body, request.duplicates)
        if found:
            named = _named(request.kind, decoded.root)
            why = f"strict decoding error: {', '.join(found)}"
            return bad_request(f"{named} cannot be handled as a {request.kind.name}: {why}")
    return decoded


def _malformed(kind: Kind, body: Malformed) -> Answer:
    if body.status == 413:  # noqa: PLR2004 - a body that is too large
        return Answer(413, "RequestEntityTooLarge", body.message)
    return bad_request(_unrecognized(kind, f"{_NO_TYPE}: {body.message}").message)


def decode_patched(request: Request, root: Json) -> Object | Answer:
    """The object that a PATCH has led to, or the refusal: 422 where it is none of the kind."""
    decoded = decode(request.kind, root)
    if isinstance(decoded, Undecodable):
        return _invalid_patch(decoded.message)
    if request.options.field_validation == "Strict":
        found = complaints(request.kind, root, request.duplicates)
        if found:
            return _invalid_patch(f"strict decoding error: {', '.join(found)}")
    return agree_with_url(request, decoded)


def _invalid_patch(why: str) -> Answer:
    cause = Cause("FieldValueInvalid", "patch", f"Invalid value: {why}")
    return Answer(422, "Invalid", f' "" is invalid: patch: {why}', (cause,), Details())


def agree_with_url(request: Request, object_: Object) -> Object | Answer:
    """The object with the URL's namespace; refuse one that says that it lives elsewhere or has another name.

    A POST's URL names no object, so only the namespace counts there.
    """
    if request.verb != "create" and object_.name != request.name:
        return bad_request(
            f"the name of the object ({object_.name}) does not match the name on the URL ({request.name})"
            if object_.name
            else f"the name of the object ({request.name} based on URL) was undeterminable: name must be provided"
        )
    if not request.kind.namespaced:
        return object_.without_metadata("namespace")
    if object_.namespace and object_.namespace != request.namespace:
        return bad_request("the namespace of the provided object does not match the namespace sent on the request")
    if object_.namespace == request.namespace:
        return object_
    return object_.with_metadata(namespace=request.namespace)
