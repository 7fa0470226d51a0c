"""The life of namespaces: nothing is created in one that is absent or terminating, and some cannot be deleted.

Lives here: the plugin ``NamespaceLifecycle``.  Must not know: whether what it looks up is stale.

Check and write are two steps of the server, so an object can still end up in a namespace that terminates in between.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/namespace/lifecycle``; recordings I.1 to I.4, L.
"""

from __future__ import annotations

from typing import Final

from ...kinds import Kind
from ...objects import Object, ObjectKey
from ..answer import Answer, Cause, Details, forbidden
from ..lookup import Lookup
from .review import Plugin, Review

IMMORTAL_NAMESPACES: Final = ("default", "kube-public", "kube-system")
"""The namespaces that cannot be deleted."""


def mutate(review: Review, lookup: Lookup) -> Object | Answer:
    """Refuse what cannot be in its namespace; nothing is changed."""
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    kind = review.request.kind
    if not kind.namespaced:
        return object_
    if review.operation == "CREATE":
        return _refuse_creation(kind, object_, lookup) or object_
    if lookup.get(_key(review.request.namespace)) is None:
        return _namespace_not_found(review.request.namespace)
    return object_


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse to delete the namespaces without which a cluster cannot be (403)."""
    del lookup
    request = review.request
    if review.operation == "DELETE" and request.kind.resource == "namespaces" and request.name in IMMORTAL_NAMESPACES:
        return forbidden(request.kind, request.name, "this namespace may not be deleted")
    return None


NAMESPACE_LIFECYCLE: Final = Plugin("NamespaceLifecycle", mutate=mutate, validate=validate)


def _refuse_creation(kind: Kind, object_: Object, lookup: Lookup) -> Answer | None:
    """Refuse a new object whose namespace is absent (404) or terminating (403)."""
    namespace = lookup.get(_key(object_.namespace))
    if namespace is None:
        return _namespace_not_found(object_.namespace)
    if namespace.status.get("phase") != "Terminating":
        return None
    why = f"unable to create new content in namespace {namespace.name} because it is being terminated"
    cause = Cause("NamespaceTerminating", "metadata.namespace", f"namespace {namespace.name} is being terminated")
    return forbidden(kind, object_.name, why, (cause,))


def _key(namespace: str) -> ObjectKey:
    return ObjectKey("namespaces", "", namespace)


def _namespace_not_found(name: str) -> Answer:
    return Answer(
        404,
        "NotFound",
        f'namespaces "{name}" not found',
        details=Details(name=name, kind="namespaces"),
    )
