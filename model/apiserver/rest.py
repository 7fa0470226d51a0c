"""The REST form of requests: method, path and query to :class:`Request`.

Lives here: the table of routes and the meaning of query parameters.  Must not know: how requests are answered.

Unknown paths are answered 404 and methods that a resource does not have 405, as by a real server.  What a real server
has and the model has not yet is :class:`NotModelled`: no answer of the model, so nobody can take it for one.

Source: Kubernetes documentation, "Kubernetes API Concepts"; recordings L.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from ..frozen_json import FrozenMap
from ..kinds import FieldType, Kind, of_url
from ..objects import Object
from .answer import Answer, method_not_allowed, unknown_path
from .request import JSON, Body, Malformed, Options, Request, Verb

_OBJECT_VERBS: Mapping[str, Verb] = {"GET": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete"}
_COLLECTION_VERBS: Mapping[str, Verb] = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}

_READ_OPTIONS = {
    "resourceVersion": "resource_version",
    "resourceVersionMatch": "resource_version_match",
    "labelSelector": "label_selector",
    "fieldSelector": "field_selector",
    "limit": "limit",
    "continue": "continue_token",
}
_WRITE_OPTIONS = {
    "dryRun": "dry_run",
    "propagationPolicy": "propagation_policy",
    "orphanDependents": "orphan_dependents",
    "gracePeriodSeconds": "grace_period_seconds",
    "fieldManager": "field_manager",
    "fieldValidation": "field_validation",
    "force": "force",
}
_NOT_YET = ("sendInitialEvents", "watch")


@frozen
class NotModelled:
    """A real server would do something here which the model does not do yet."""

    what: str


@frozen
class Route:
    """What a path names."""

    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""


def parse_request(  # noqa: PLR0913 - an HTTP request has these parts; all but the first two by keyword
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Body = None,
    media_type: str = JSON,
    user: str = "admin",
    known: Iterable[Kind] = (),
) -> Request | Answer | NotModelled:
    """The request that an HTTP request makes; an answer where there is nothing to ask (404, 405).

    ``body`` is frozen JSON; ``known`` are the custom kinds that are served.
    """
    route = find_route(path, known=known)
    if not isinstance(route, Route):
        return route
    verbs = _OBJECT_VERBS if route.name else _COLLECTION_VERBS
    verb = verbs.get(method)
    if verb is None:
        return method_not_allowed("the server does not allow this method on the requested resource")
    if verb == "create" and route.kind.namespaced and not route.namespace:
        return method_not_allowed("the server does not allow this method on the requested resource")
    if route.subresource not in ("", "status"):
        return NotModelled(f"subresource {route.subresource}")
    options = parse_options(verb, dict(query or {}), body)
    if isinstance(options, NotModelled):
        return options
    return Request(
        verb=verb,
        kind=route.kind,
        namespace=route.namespace,
        name=route.name,
        subresource=route.subresource,
        body=_body_of(verb, body),
        media_type=media_type,
        options=options,
        user=user,
    )


def find_route(path: str, *, known: Iterable[Kind] = ()) -> Route | Answer | NotModelled:
    """The resource, and the object if any, that a path names."""
    parts = path.strip("/").split("/")
    if parts[:1] == ["api"] and len(parts) > 2:  # noqa: PLR2004 - /api/v1/<resource>
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) > 3:  # noqa: PLR2004 - /apis/<group>/<version>/<resource>
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return NotModelled("discovery and other paths that name no resource")
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in ("status", "finalize"):  # noqa: PLR2004
        namespace, rest = rest[1], rest[2:]
    kind = of_url(group, version, rest[0], known=known)
    if kind is None or kind.namespaced < bool(namespace):
        return unknown_path()
    name, subresource, further = (*rest[1:], "", "", "")[:3]
    has_no_status = subresource == "status" and not kind.has_status
    if further or has_no_status or (kind.namespaced and name and not namespace):
        return unknown_path()
    return Route(kind, namespace, name, subresource)


def parse_options(verb: Verb, query: Mapping[str, str], body: Body) -> Options | NotModelled:
    """The options that a query string gives, and for a DELETE those that its body gives.  Unknown ones are ignored."""
    given: dict[str, object] = {}
    names = _READ_OPTIONS if verb in ("get", "list") else {**_WRITE_OPTIONS, **_READ_OPTIONS}
    for name, text in query.items():
        if name in _NOT_YET:
            return NotModelled(f"query parameter {name}")
        if name in names:
            given[names[name]] = _typed(name, text)
    if verb in ("delete", "deletecollection") and isinstance(body, FrozenMap):
        given |= _delete_options(body)
    if any(isinstance(value, NotModelled) for value in given.values()):
        return NotModelled("a query parameter of a wrong type")
    if given.get("field_selector"):
        return NotModelled("field selectors")
    return Options(**given)  # type: ignore[arg-type]


def _typed(name: str, text: str) -> object:
    match name:
        case "dryRun":
            return (text,)
        case "orphanDependents" | "force":
            return text == "true"
        case "limit" | "gracePeriodSeconds":
            digits = text.removeprefix("-")
            return int(text) if digits.isascii() and digits.isdigit() else NotModelled(name)
        case _:
            return text


_DELETE_OPTIONS: tuple[tuple[str, str, FieldType], ...] = (
    ("dryRun", "dry_run", FieldType.TEXTS),
    ("propagationPolicy", "propagation_policy", FieldType.TEXT),
    ("orphanDependents", "orphan_dependents", FieldType.BOOLEAN),
    ("gracePeriodSeconds", "grace_period_seconds", FieldType.INTEGER),
    ("preconditions.uid", "precondition_uid", FieldType.TEXT),
    ("preconditions.resourceVersion", "precondition_resource_version", FieldType.TEXT),
)


def _delete_options(body: FrozenMap) -> dict[str, object]:
    """The options in the body of a DELETE; those of a wrong type are left out (see :func:`_body_of`)."""
    given: dict[str, object] = {}
    for path, name, type_ in _DELETE_OPTIONS:
        value = Object(body).field(path)
        if value is not None and type_.fits(value):
            given[name] = value
    return given


def _body_of(verb: Verb, body: Body) -> Body:
    """What of the body goes on: a DELETE's holds options, which are read already, and must be well formed."""
    if verb not in ("delete", "deletecollection") or isinstance(body, Malformed):
        return body
    if body is None:
        return None
    if not isinstance(body, FrozenMap) or body.get("kind", "DeleteOptions") != "DeleteOptions":
        return Malformed("the body cannot be handled as DeleteOptions")
    for path, _, type_ in _DELETE_OPTIONS:
        value = Object(body).field(path)
        if value is not None and not type_.fits(value):
            return Malformed(f"the body cannot be handled as DeleteOptions: {path} is no {type_.value}")
    return None
