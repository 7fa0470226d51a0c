"""Paths that name no resource: what a server tells of itself.

Lives here: :func:`document`, the answer to each such path, and the status of components.  Must not know: who may ask.

Of the discovery documents there is only what identifies them: which resources a group has is told by trying.  A server
here stands alone, so of its components only etcd is found to be well.

Source: Kubernetes 1.36, ``apiserver/pkg/server/routes``, ``apiserver/pkg/endpoints/discovery``,
``pkg/registry/core/componentstatus``; recordings L, M.1; scenario n-rbac.
"""

from __future__ import annotations

from typing import Final

from ..objects import Object
from .answer import Answer, done, method_not_allowed, not_found
from .request import Request
from .routes import plain_not_found, served_versions

_HEALTH: Final = ("healthz", "livez", "readyz")
_VERSION: Final = {"major": "1", "minor": "36", "gitVersion": "v1.36.2"}
_SERVED_AS_TEXT: Final = ("metrics",)
_SERVED_AS_OBJECT: Final = (
    ("openapi", "v2"),
    ("openapi", "v3"),
    ("openapi", "v3", "api"),
    ("openapi", "v3", "api", "v1"),
    ("openapi", "v3", "apis"),
    (".well-known", "openid-configuration"),
    ("openid", "v1", "jwks"),
)
_CHECKS: Final = ("etcd", "log", "ping")
"""Parts of a server whose health can be asked for by name."""
_WITHOUT_KINDS: Final = frozenset({("apiregistration.k8s.io", "v1"), ("resource.k8s.io", "v1")})
"""Groups that a real server has, and the model has no kind of."""
_GROUP_DEPTH: Final = 2
_VERSION_DEPTH: Final = 3
_COMPONENTS: Final = (("scheduler", 10259), ("controller-manager", 10257), ("etcd-0", None))
"""The parts of a control plane, and the port at which a server on the same host asks one how it is (etcd it calls)."""


def document(method: str, path: str, groups: frozenset[tuple[str, str]] = frozenset()) -> Answer | None:
    """The answer to a request for a path that names no resource; ``None`` if it may name one.

    ``groups`` are the groups and versions of custom resources that are served besides the built-in ones.
    """
    parts = tuple(part for part in path.split("/") if part)
    if len(parts) > {"api": _GROUP_DEPTH, "apis": _VERSION_DEPTH}.get(parts[0] if parts else "", len(parts)):
        return None
    found = _text(parts) or _object(parts, groups | served_versions() | _WITHOUT_KINDS)
    if found is None:
        return plain_not_found()
    if method != "GET":
        return method_not_allowed("the server does not allow this method on the requested resource")
    return found


def component_statuses(request: Request) -> Answer:
    """The parts of a control plane, and whether they are well."""
    components = [
        Object.of(
            {
                "apiVersion": "v1",
                "kind": "ComponentStatus",
                "metadata": {"name": name},
                "conditions": [_health(port)],
            }
        )
        for name, port in _COMPONENTS
    ]
    if request.verb == "list":
        return Answer(200, items=tuple(components))
    found = next((component for component in components if component.name == request.name), None)
    return not_found(request.kind, request.name) if found is None else done(200, found, 0)


def _health(port: int | None) -> dict[str, str]:
    """How a part is.  On the modelled host neither a scheduler nor a controller manager listens."""
    if port is None:
        return {"type": "Healthy", "status": "True", "message": "ok"}
    at = f"127.0.0.1:{port}"
    message = f'Get "https://{at}/healthz": dial tcp {at}: connect: connection refused'
    return {"type": "Healthy", "status": "False", "message": message}


def _text(parts: tuple[str, ...]) -> Answer | None:
    if parts and parts[0] in _HEALTH:
        return Answer(200, text="ok") if set(parts[1:]) <= set(_CHECKS) else None
    return Answer(200, text="") if parts in [(name,) for name in _SERVED_AS_TEXT] else None


def _object(parts: tuple[str, ...], groups: frozenset[tuple[str, str]]) -> Answer | None:
    fields = _fields(parts, groups)
    return None if fields is None else Answer(200, object=Object.of(fields))


def _fields(parts: tuple[str, ...], groups: frozenset[tuple[str, str]]) -> dict[str, object] | None:
    match parts:
        case ():
            return {}
        case ("version",):
            return dict(_VERSION)
        case ("api",):
            return {"kind": "APIVersions", "versions": ["v1"]}
        case ("api", "v1"):
            return {"kind": "APIResourceList", "groupVersion": "v1"}
        case ("apis",):
            return {"kind": "APIGroupList", "apiVersion": "v1"}
        case ("apis", group) if any(group == served for served, _ in groups if served):
            return {"kind": "APIGroup", "apiVersion": "v1", "name": group}
        case ("apis", group, version) if (group, version) in groups:
            return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{group}/{version}"}
        case ("openapi", "v3", "apis", group) if any(group == served for served, _ in groups if served):
            return {}
        case ("openapi", "v3", "apis", group, version) if (group, version) in groups:
            return {}
        case _:
            return {} if parts in _SERVED_AS_OBJECT else None
