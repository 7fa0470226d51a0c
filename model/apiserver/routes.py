"""What a path names: the table of routes.

Lives here: :class:`Route`, :func:`find_route` and which methods a route has.  Must not know: queries and bodies, or how
requests are answered.

Unknown paths are answered 404 and methods that a route does not have 405, as by a real server; a group and version that
nobody serves gets a 404 in plain text.  What a real server has and the model has not is :class:`NotModelled`: no answer
of the model, so nobody can take it for one.

Source: Kubernetes 1.36, ``pkg/registry/core/rest/storage_core.go`` and its like,
``apiserver/pkg/endpoints/installer.go``, ``apiextensions-apiserver/pkg/apiserver/customresource_handler.go``;
recordings L; scenario i-validation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Final

from attrs import frozen

from ..kinds import BUILTIN, Kind, guess_plural, of_name, of_url
from ..kinds.reviews import BINDING, COMPONENT_STATUS, REVIEWS, TOKEN_REQUEST
from ..schema import known_kinds
from .answer import Answer, method_not_allowed, not_found, unknown_path
from .request import Verb

_GET: Final[Mapping[str, Verb]] = {"GET": "get"}
_POST: Final[Mapping[str, Verb]] = {"POST": "create"}
_PUT: Final[Mapping[str, Verb]] = {"PUT": "update"}
_PART: Final[Mapping[str, Verb]] = {"GET": "get", "PUT": "update", "PATCH": "patch"}
_OBJECT: Final[Mapping[str, Verb]] = {**_PART, "DELETE": "delete"}
_COLLECTION: Final[Mapping[str, Verb]] = {"GET": "list", "POST": "create", "DELETE": "deletecollection"}
_READ_COLLECTION: Final[Mapping[str, Verb]] = {"GET": "list"}

_SUBRESOURCES: Final[Mapping[str, Mapping[str, Mapping[str, Verb]]]] = {
    "pods": {
        "binding": _POST,
        "eviction": _POST,
        "ephemeralcontainers": _PART,
        "log": _GET,
        "resize": _PART,
    },
    "namespaces": {"finalize": _PUT},
    "serviceaccounts": {"token": _POST},
    "certificatesigningrequests": {"approval": _PART},
    "deployments": {"scale": _PART},
    "replicasets": {"scale": _PART},
    "statefulsets": {"scale": _PART},
    "replicationcontrollers": {"scale": _PART},
}
"""The subresources of built-in kinds besides ``status``, and their methods."""

_CONNECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "pods": ("attach", "exec", "portforward", "proxy"),
    "services": ("proxy",),
    "nodes": ("proxy",),
}
"""The subresources behind which another server stands (a kubelet, a proxied one)."""

_NAMESPACE_SUBRESOURCES: Final = ("status", "finalize")


@frozen
class NotModelled:
    """A real server would do something here which the model does not do yet."""

    what: str


@frozen
class Route:
    """What a path names, and the verb that each method asks for.

    ``watches`` is said of the old paths with ``watch/``.
    """

    kind: Kind
    methods: Mapping[str, Verb]
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    watches: bool = False


def find_route(path: str, *, known: Iterable[Kind] = ()) -> Route | Answer | NotModelled:
    """What a path names.  ``known`` are the custom kinds that are served."""
    parts = path.strip("/").split("/")
    if parts[:1] == ["api"] and len(parts) > 2:  # noqa: PLR2004 - /api/v1/<resource>
        group, version, rest = "", parts[1], parts[2:]
    elif parts[:1] == ["apis"] and len(parts) > 3:  # noqa: PLR2004 - /apis/<group>/<version>/<resource>
        group, version, rest = parts[1], parts[2], parts[3:]
    else:
        return plain_not_found()
    watches = rest[0] == "watch" and len(rest) > 1
    if watches:
        rest = rest[1:]
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 2 and rest[2] not in _NAMESPACE_SUBRESOURCES:  # noqa: PLR2004
        namespace, rest = rest[1], rest[2:]
    kind = _kind_of(group, version, rest[0], tuple(known))
    if not isinstance(kind, Kind):
        return kind
    if not kind.namespaced and namespace:
        return unknown_path()
    name, subresource, further = (*rest[1:], "", "", "")[:3]
    if (kind.namespaced and name and not namespace) or (further and subresource != "proxy"):
        return unknown_path()
    if watches:
        return unknown_path() if subresource else Route(kind, _READ_COLLECTION, namespace, name, watches=True)
    return _route(kind, namespace, name, subresource)


def verb_of(route: Route, method: str) -> Verb | Answer:
    """What a method asks for on a route; 405 for methods that it does not have."""
    verb = route.methods.get(method)
    if verb is None:
        return method_not_allowed("the server does not allow this method on the requested resource")
    return verb


def plain_not_found() -> Answer:
    """404 of a path that no part of the server knows: in plain text."""
    return Answer(404, message="404 page not found", text="404 page not found\n")


def _route(kind: Kind, namespace: str, name: str, subresource: str) -> Route | Answer | NotModelled:
    if subresource:
        return _route_of_part(kind, namespace, name, subresource)
    if kind == COMPONENT_STATUS:
        return Route(kind, _GET if name else _READ_COLLECTION, namespace, name)
    if kind in REVIEWS or kind == BINDING:
        if name or (kind.namespaced and not namespace):
            return unknown_path()
        return _binding_route(namespace) if kind == BINDING else Route(kind, _POST, namespace)
    if name:
        return Route(kind, _OBJECT, namespace, name)
    if kind.namespaced and not namespace:
        return Route(kind, _READ_COLLECTION)
    if not kind.collection_deletable:
        return Route(kind, {method: verb for method, verb in _COLLECTION.items() if method != "DELETE"}, namespace)
    return Route(kind, _COLLECTION, namespace)


def _route_of_part(kind: Kind, namespace: str, name: str, subresource: str) -> Route | Answer | NotModelled:
    if subresource in _CONNECTIONS.get(kind.resource, ()):
        return NotModelled(f"subresource {subresource}")
    has_part = (subresource == "status" and kind.has_status) or (subresource == "scale" and kind.scale is not None)
    methods = _PART if has_part else _SUBRESOURCES.get(kind.resource, {}).get(subresource)
    if methods is None:
        return not_found(kind, name) if kind.custom else unknown_path()
    if subresource == "token":
        return Route(TOKEN_REQUEST, methods, namespace, name, subresource)
    return Route(kind, methods, namespace, name, subresource)


def _binding_route(namespace: str) -> Route:
    """The old way to bind a pod: its name is that of the binding."""
    return Route(of_name("pods"), _POST, namespace, subresource="binding")


def _kind_of(group: str, version: str, plural: str, known: tuple[Kind, ...]) -> Kind | Answer | NotModelled:
    kind = of_url(group, version, plural, known=known)
    if kind is not None:
        return kind
    for unstored in (*REVIEWS, BINDING, COMPONENT_STATUS):
        if (unstored.group, unstored.version, unstored.plural) == (group, version, plural):
            return unstored
    if (group, version) not in served_versions():
        return plain_not_found()
    missing = _known_by_schema().get((group, version, plural))
    return NotModelled(f"kind {missing}") if missing else unknown_path()


@cache
def served_versions() -> frozenset[tuple[str, str]]:
    """The groups and versions that a real server has of itself."""
    builtin = {(kind.group, kind.version) for kind in (*BUILTIN, *REVIEWS)}
    return frozenset(builtin | {(group, version) for group, version, _ in known_kinds()})


@cache
def builtin_groups() -> frozenset[str]:
    """The groups that a real server has of itself."""
    return frozenset(group for group, _ in served_versions())


@cache
def _known_by_schema() -> Mapping[tuple[str, str, str], str]:
    """The kinds of a real server by group, version and plural."""
    return {(group, version, guess_plural(kind)): kind for group, version, kind in known_kinds()}
