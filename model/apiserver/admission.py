"""Second stage: admission, which may refuse a request because of *other* objects.

Lives here: the admission plugins, each a function, and what they may look up.  Must not know: where the looked-up
objects come from (an informer that lags, a live read): the caller offers them as a :class:`Lookup`.

Modelled: the lifecycle of namespaces.  Check and write are two steps of the server, so an object can still end up in
a namespace that terminates in between.  Not modelled yet: service accounts, limit ranges, quotas, pod security,
policies and webhooks.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/namespace/lifecycle``; recordings I.1 to I.4, L.
"""

from __future__ import annotations

from typing import Final, Protocol

from ..objects import Object, ObjectKey
from .answer import Answer, Cause, Details, forbidden
from .request import Request

IMMORTAL_NAMESPACES: Final = ("default", "kube-public", "kube-system")
"""The namespaces that cannot be deleted."""


class Lookup(Protocol):
    """What admission may look up: other objects as this server sees them, maybe stale ones."""

    def get(self, key: ObjectKey) -> Object | None:
        """The object at a key, or ``None`` if there is none."""
        ...


def admit_creation(request: Request, object_: Object, lookup: Lookup) -> Answer | None:
    """Refuse a new object whose namespace is absent (404) or terminating (403); ``None`` admits it."""
    if not request.kind.namespaced:
        return None
    namespace = lookup.get(ObjectKey("namespaces", "", object_.namespace))
    if namespace is None:
        return _namespace_not_found(object_.namespace)
    if _is_terminating(namespace):
        why = f"unable to create new content in namespace {namespace.name} because it is being terminated"
        message = f"namespace {namespace.name} is being terminated"
        cause = Cause("NamespaceTerminating", "metadata.namespace", message)
        return forbidden(request.kind, object_.name, why, (cause,))
    return None


def admit_update(request: Request, lookup: Lookup) -> Answer | None:
    """Refuse a change in a namespace that is absent (404); a terminating one admits changes, else nothing could end."""
    if request.kind.namespaced and lookup.get(ObjectKey("namespaces", "", request.namespace)) is None:
        return _namespace_not_found(request.namespace)
    return None


def admit_deletion(request: Request, name: str) -> Answer | None:
    """Refuse to delete the namespaces without which a cluster cannot be (403)."""
    if request.kind.resource == "namespaces" and name in IMMORTAL_NAMESPACES:
        return forbidden(request.kind, name, "this namespace may not be deleted")
    return None


def _is_terminating(namespace: Object) -> bool:
    return namespace.status.get("phase") == "Terminating"


def _namespace_not_found(name: str) -> Answer:
    return Answer(
        404,
        "NotFound",
        f'namespaces "{name}" not found',
        details=Details(name=name, kind="namespaces"),
    )
