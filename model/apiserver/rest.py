"""The REST form of requests: method, path and query to :class:`Request`.

Lives here: the meaning of query parameters, and of the body of a DELETE.  What a path names is in ``routes``.  Must not
know: how requests are answered.

Source: Kubernetes documentation, "Kubernetes API Concepts"; Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers``,
``apimachinery/pkg/conversion/queryparams``, ``apimachinery/pkg/runtime/conversion.go``; recordings L.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ..frozen_json import as_map
from ..kinds import Kind
from ..objects import Object
from .answer import Answer, bad_request
from .decoding import delete_options
from .request import JSON, Body, Malformed, Options, Request, Verb
from .routes import NotModelled, find_route, verb_of
from .settings import AUTHENTICATED, MASTERS

__all__ = ["NotModelled", "parse_options", "parse_request"]

_LIST_OPTIONS: Final[Mapping[str, str]] = {
    "resourceVersion": "resource_version",
    "resourceVersionMatch": "resource_version_match",
    "labelSelector": "label_selector",
    "fieldSelector": "field_selector",
    "limit": "limit",
    "continue": "continue_token",
    "timeoutSeconds": "timeout_seconds",
    "allowWatchBookmarks": "allow_bookmarks",
    "sendInitialEvents": "send_initial_events",
}
_WRITE_OPTIONS: Final[Mapping[str, str]] = {
    "dryRun": "dry_run",
    "fieldManager": "field_manager",
    "fieldValidation": "field_validation",
}
_DELETE_OPTIONS: Final[Mapping[str, str]] = {
    "dryRun": "dry_run",
    "propagationPolicy": "propagation_policy",
    "orphanDependents": "orphan_dependents",
    "gracePeriodSeconds": "grace_period_seconds",
}
_OPTIONS: Final[Mapping[Verb, Mapping[str, str]]] = {
    "get": {"resourceVersion": "resource_version", "resourceVersionMatch": "resource_version_match"},
    "list": _LIST_OPTIONS,
    "watch": _LIST_OPTIONS,
    "create": _WRITE_OPTIONS,
    "update": _WRITE_OPTIONS,
    "patch": {**_WRITE_OPTIONS, "force": "force"},
    "delete": _DELETE_OPTIONS,
    "deletecollection": {**_LIST_OPTIONS, **_DELETE_OPTIONS},
}
_BOOLEANS: Final = ("allowWatchBookmarks", "force", "orphanDependents", "sendInitialEvents")
_INTEGERS: Final = ("gracePeriodSeconds", "limit", "timeoutSeconds")
_INTEGER_BITS: Final = 63


def parse_request(  # noqa: PLR0913 - an HTTP request has these parts; all but the first two by keyword
    method: str,
    path: str,
    *,
    query: Mapping[str, str] | None = None,
    body: Body = None,
    media_type: str = JSON,
    user: str = "admin",
    groups: tuple[str, ...] = (MASTERS, AUTHENTICATED),
    known: Iterable[Kind] = (),
) -> Request | Answer | NotModelled:
    """The request that an HTTP request makes; an answer where there is nothing to ask (404, 405, 400).

    ``body`` is frozen JSON; ``known`` are the custom kinds that are served.
    """
    route = find_route(path, known=known)
    if isinstance(route, Answer | NotModelled):
        return route
    verb = verb_of(route, method)
    if isinstance(verb, Answer):
        return verb
    query = dict(query or {})
    name = route.name
    if verb == "list" and (route.watches or _is_true(query.get("watch", "false"))):
        verb = "watch"
        if name:
            query["fieldSelector"], name = _only(name, query.get("fieldSelector", "")), ""
    options = parse_options(verb, query, body)
    if isinstance(options, Answer):
        return options
    if route.subresource == "binding" and not name:
        name = str(as_map(as_map(body).get("metadata")).get("name", ""))
    return Request(
        verb=verb,
        kind=route.kind,
        namespace=route.namespace,
        name=name,
        subresource=route.subresource,
        body=_body_of(verb, body),
        media_type=media_type,
        options=options,
        user=user,
        groups=groups,
    )


def parse_options(verb: Verb, query: Mapping[str, str], body: Body) -> Options | Answer:
    """The options that a query string gives, or for a DELETE with a body those that its body gives.

    Unknown ones are ignored; a number that is none is refused (400).  A truth value is false if it is ``false``, ``0``
    or empty, and true else.  A DELETE's body, if there is one, makes the server overlook the options for deletions in
    the query.
    """
    given: dict[str, object] = {}
    names = _OPTIONS[verb]
    in_body = body is not None and verb in ("delete", "deletecollection")
    for name in sorted(query):
        if name not in names or (in_body and name in _DELETE_OPTIONS):
            continue
        value = _typed(name, query[name])
        if isinstance(value, Answer):
            return value
        given[names[name]] = value
    if in_body:
        given |= _options_in(body)
    return Options(**given)  # type: ignore[arg-type]


def _typed(name: str, text: str) -> object:
    """The value of a parameter.  An empty number is none."""
    if name == "dryRun":
        return (text,)
    if name in _BOOLEANS:
        return _is_true(text)
    if name not in _INTEGERS:
        return text
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isdigit()):
        return bad_request(f'strconv.ParseInt: parsing "{text}": invalid syntax')
    number = int(text) if len(digits) <= _INTEGER_BITS else 1 << _INTEGER_BITS
    if not -(1 << _INTEGER_BITS) <= number < 1 << _INTEGER_BITS:
        return bad_request(f'strconv.ParseInt: parsing "{text}": value out of range')
    return number


def _is_true(text: str) -> bool:
    return text.lower() not in ("false", "0", "")


def _only(name: str, selector: str) -> str:
    """A field selector that admits one name, besides what was selected already."""
    return f"{selector},metadata.name={name}" if selector else f"metadata.name={name}"


_BODY_OPTIONS: Final[Mapping[str, str]] = {
    "dryRun": "dry_run",
    "propagationPolicy": "propagation_policy",
    "orphanDependents": "orphan_dependents",
    "gracePeriodSeconds": "grace_period_seconds",
    "preconditions.uid": "precondition_uid",
    "preconditions.resourceVersion": "precondition_resource_version",
}


def _options_in(body: Body) -> dict[str, object]:
    """The options in the body of a DELETE; none if it has a wrong form (see :func:`_body_of`)."""
    options = delete_options(body)
    if isinstance(options, Malformed):
        return {}
    given = {name: Object(options).field(path) for path, name in _BODY_OPTIONS.items()}
    return {name: value for name, value in given.items() if value is not None}


def _body_of(verb: Verb, body: Body) -> Body:
    """What of the body goes on: a DELETE's holds options, which are read already, and must be well formed."""
    if verb not in ("delete", "deletecollection") or body is None:
        return body
    options = delete_options(body)
    return options if isinstance(options, Malformed) else None
