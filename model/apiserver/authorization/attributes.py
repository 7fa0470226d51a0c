"""What a request wants, as far as its authorization is concerned: read off its method, path and query.

Lives here: :class:`Attributes`, :func:`attributes_of`.  Must not know: which resources there are, or who may do what.

A path is read by its form alone: whether the resource exists is asked later, so that who may not ask is not told.
That is why this does not share code with the table of routes.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/request/requestinfo.go`` and ``endpoints/filters/authorization.go``;
recordings L, M.2; scenario n-rbac.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import evolve, frozen

from ..answer import Answer, Details
from ..http import HttpRequest
from ..request import Request
from ..settings import User

_VERBS: Final[Mapping[str, str]] = {
    "GET": "get",
    "HEAD": "get",
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_PREFIXES: Final = ("api", "apis")
_SPECIAL_VERBS: Final = ("proxy", "watch")
_NAMESPACE_SUBRESOURCES: Final = ("status", "finalize")
_LEAST_PARTS: Final = 3
_EXACT_NAME: Final = re.compile(r"metadata\.name==?([^,=!%/]+)")


@frozen
class Attributes:
    """What somebody wants to do with a resource, or (``path``) with a URL that names none."""

    user: User
    verb: str
    group: str = ""
    resource: str = ""
    subresource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def is_resource(self) -> bool:
        """Whether it is about a resource, known or not."""
        return not self.path

    @property
    def combined_resource(self) -> str:
        """The resource as roles name it: with its subresource."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    def __str__(self) -> str:
        """What is refused, in the words of the API."""
        if not self.is_resource:
            return f'User "{self.user.name}" cannot {self.verb} path "{self.path}"'
        place = f'in the namespace "{self.namespace}"' if self.namespace else "at the cluster scope"
        return (
            f'User "{self.user.name}" cannot {self.verb} resource "{self.combined_resource}" '
            f'in API group "{self.group}" {place}'
        )

    def forbidden(self, reason: str = "") -> Answer:
        """403: the answer that tells so, and no more than what was asked for."""
        why = f"{self}: {reason}" if reason else str(self)
        resource = f"{self.resource}.{self.group}" if self.group else self.resource
        named = f'{resource} "{self.name}"' if self.name else resource
        message = f"{named} is forbidden: {why}" if resource else f"forbidden: {why}"
        return Answer(403, "Forbidden", message, details=Details(name=self.name, group=self.group, kind=self.resource))


def attributes_of(http: HttpRequest, user: User) -> Attributes:
    """What a request wants."""
    parts = tuple(part for part in http.path.split("/") if part)
    beyond_prefix = parts[1:] if parts[:1] == ("api",) else parts[2:]
    if len(parts) < _LEAST_PARTS or parts[0] not in _PREFIXES or len(beyond_prefix) < 2:  # noqa: PLR2004 - version and resource
        return Attributes(user, http.method.lower(), path=http.path)
    group = parts[1] if parts[0] == "apis" else ""
    rest = beyond_prefix[1:]
    verb = _VERBS.get(http.method, "")
    if rest[0] in _SPECIAL_VERBS and len(rest) > 1:
        verb, rest = rest[0], rest[1:]
    namespace = ""
    if rest[0] == "namespaces" and len(rest) > 1:
        namespace = rest[1]
        if len(rest) > 2 and rest[2] not in _NAMESPACE_SUBRESOURCES:  # noqa: PLR2004 - the resource follows
            rest = rest[2:]
    resource, name, subresource = (*rest[:3], "", "")[:3]
    if verb == "proxy":
        subresource = ""
    wanted = Attributes(user, verb, group, resource, subresource, namespace, name)
    return wanted if name else _of_collection(wanted, http.query)


def _of_collection(wanted: Attributes, query: Mapping[str, str]) -> Attributes:
    """Without a name a get is a list or a watch; one that selects a name exactly is about that object."""
    if wanted.verb == "delete":
        return evolve(wanted, verb="deletecollection")
    if wanted.verb == "get":
        watches = query.get("watch", "false").lower() not in ("false", "0")
        wanted = evolve(wanted, verb="watch" if watches else "list")
    if wanted.verb in ("list", "watch"):
        return evolve(wanted, name=selected_name(query.get("fieldSelector", "")))
    return wanted


def selected_name(field_selector: str) -> str:
    """The one name that a field selector admits, or the empty text."""
    for part in field_selector.split(","):
        exact = _EXACT_NAME.fullmatch(part.strip())
        if exact is not None and exact[1] not in (".", ".."):
            return exact[1]
    return ""


def attributes_of_request(request: Request, verb: str = "") -> Attributes:
    """What a request that is past the routes wants; with another verb it is about the object that the URL names.

    An object that is yet to be created has no name, so none is known.  A namespace is in itself.
    """
    name = request.name
    if not verb and request.verb == "create" and not request.subresource:
        name = ""
    elif request.verb in ("list", "watch"):
        name = selected_name(request.options.field_selector)
    return Attributes(
        user=User(request.user, request.groups),
        verb=verb or request.verb,
        group=request.kind.group,
        resource=request.kind.plural,
        subresource=request.subresource,
        namespace=request.namespace if request.kind.resource != "namespaces" else request.name,
        name=name,
    )
