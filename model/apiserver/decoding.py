"""First stage: what was sent is understood, and agrees with the URL.

Lives here: the checks of options and bodies that need nothing but the request, in the order in which a real server
makes them: media type, options, the body's form and types, its name and namespace against the URL.  Must not know:
what is stored.

A decoded object has its apiVersion and kind filled in and has no nulls and no empty optional fields, as if it had been
read into the server's own types and written again.  Fields that the kind does not have are kept (real servers drop
them with a warning).

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers``; recordings C.2 to C.5, D.3, L; scenario i-validation.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from ..frozen_json import EMPTY, FrozenMap, Json
from ..kinds import FieldType, Kind
from ..objects import Object
from .answer import (
    Answer,
    Cause,
    bad_request,
    internal_error,
    invalid_options,
    unsupported_media_type,
)
from .defaulting import defaulted
from .request import JSON, MERGE_PATCH, Malformed, Request

_OPTIONS_KIND = {
    "create": "CreateOptions",
    "update": "UpdateOptions",
    "patch": "PatchOptions",
    "delete": "DeleteOptions",
    "deletecollection": "DeleteOptions",
}

_POLICIES = ("Foreground", "Background", "Orphan")

_METADATA_TYPES: tuple[tuple[str, FieldType], ...] = (
    ("name", FieldType.TEXT),
    ("generateName", FieldType.TEXT),
    ("namespace", FieldType.TEXT),
    ("uid", FieldType.TEXT),
    ("resourceVersion", FieldType.TEXT),
    ("generation", FieldType.INTEGER),
    ("creationTimestamp", FieldType.TEXT),
    ("deletionTimestamp", FieldType.TEXT),
    ("deletionGracePeriodSeconds", FieldType.INTEGER),
    ("labels", FieldType.TEXT_MAP),
    ("annotations", FieldType.TEXT_MAP),
    ("finalizers", FieldType.TEXTS),
    ("ownerReferences", FieldType.OBJECTS),
)

_OPTIONAL_METADATA = (
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "labels",
    "annotations",
    "finalizers",
    "ownerReferences",
)


@frozen
class Undecodable:
    """Why something is no object of the kind that is expected."""

    message: str


def check_options(request: Request) -> Answer | None:
    """Refuse a request whose media type or options cannot be meant; ``None`` lets it pass."""
    return _check_media_type(request) or _check_dry_run(request) or _check_deletion(request)


def _check_media_type(request: Request) -> Answer | None:
    accepted = (MERGE_PATCH,) if request.verb == "patch" else (JSON,)
    if request.verb in ("create", "update", "patch") and request.media_type not in accepted:
        return unsupported_media_type(f"{request.media_type!r} is not accepted here: {', '.join(accepted)}")
    return None


def _check_dry_run(request: Request) -> Answer | None:
    if not request.options.dry_run or request.options.dry_run == ("All",):
        return None
    cause = Cause("FieldValueNotSupported", "dryRun", 'Unsupported value: supported values: "All"')
    return invalid_options(_OPTIONS_KIND[request.verb], cause)


def _check_deletion(request: Request) -> Answer | None:
    if request.verb not in ("delete", "deletecollection"):
        return None
    if isinstance(request.body, Malformed):
        return bad_request(request.body.message)
    policy = request.options.propagation_policy
    if policy is not None and request.options.orphan_dependents is not None:
        why = "Invalid value: orphanDependents and deletionPropagation cannot be both set"
        return invalid_options("DeleteOptions", Cause("FieldValueInvalid", "propagationPolicy", why))
    if policy is not None and policy not in _POLICIES:
        why = f"Unsupported value: {policy!r}: supported values: {', '.join(_POLICIES)}"
        return invalid_options("DeleteOptions", Cause("FieldValueNotSupported", "propagationPolicy", why))
    return None


def decode(kind: Kind, body: Json | Malformed) -> Object | Undecodable:
    """The object of this kind that a body holds; ``null`` is an object without any field."""
    if isinstance(body, Malformed):
        return Undecodable(body.message)
    root = EMPTY if body is None else body
    if not isinstance(root, FrozenMap):
        return Undecodable(f"the object provided is unrecognized (must be of type {kind.name})")
    root = root.set("apiVersion", root.get("apiVersion") or kind.api_version).set("kind", root.get("kind") or kind.name)
    if (root["apiVersion"], root["kind"]) != (kind.api_version, kind.name):
        return Undecodable(f"{root['kind']} in version {root['apiVersion']} cannot be handled as a {kind.name}")
    root = _without_nulls(root)
    wrong = next(_wrong_types(kind, root), None)
    if wrong is not None:
        return Undecodable(f"{kind.name} cannot be decoded: {wrong}")
    return defaulted(kind, Object(_without_empty(kind, root)))


def decode_body(request: Request) -> Object | Answer:
    """The object that a POST or PUT brings, or the refusal to take it."""
    decoded = decode(request.kind, request.body)
    return bad_request(decoded.message) if isinstance(decoded, Undecodable) else decoded


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
    return object_.with_metadata(namespace=request.namespace)


def parse_resource_version(text: str) -> int | Answer:
    """The number that a resourceVersion stands for, 0 for none; one that is no number is an internal error (500)."""
    if not text:
        return 0
    if text.isascii() and text.isdigit():
        return int(text)
    return internal_error(f'strconv.ParseUint: parsing "{text}": invalid syntax')


def _without_nulls(root: FrozenMap) -> FrozenMap:
    return FrozenMap({key: _strip(value) for key, value in root.items() if value is not None})


def _strip(value: Json) -> Json:
    if isinstance(value, FrozenMap):
        return _without_nulls(value)
    if isinstance(value, tuple):
        return tuple(_strip(item) for item in value)
    return value


def _without_empty(kind: Kind, root: FrozenMap) -> FrozenMap:
    root = root.without(*(name for name in kind.optional if name in root and _is_empty(root[name])))
    metadata: FrozenMap = root.get("metadata", EMPTY)
    empty = (name for name in _OPTIONAL_METADATA if name in metadata and _is_empty(metadata[name]))
    return root.set("metadata", metadata.without(*empty))


def _is_empty(value: Json) -> bool:
    return isinstance(value, str | tuple | FrozenMap) and not value


def _wrong_types(kind: Kind, root: FrozenMap) -> Iterator[str]:
    """The fields whose values have a type that the kind's schema does not allow."""
    for name in ("metadata", *(("spec", "status") if not kind.custom else ())):
        if name in root and not isinstance(root[name], FrozenMap):
            yield name
            return
    metadata: FrozenMap = root.get("metadata", EMPTY)
    for name, type_ in _METADATA_TYPES:
        if name in metadata and not type_.fits(metadata[name]):
            yield f"metadata.{name}"
    for path, type_ in kind.types:
        value = Object(root).field(path)
        if value is not None and not type_.fits(value):
            yield path
