"""The life of namespaces: nothing is created in one that is absent or terminating, and some cannot be deleted.

Lives here: the plugin ``NamespaceLifecycle``.  Must not know: whether what it looks up is stale.

Check and write are two steps of the server, so an object can still end up in a namespace that terminates in between.
The namespace is looked up in the server's cache; only if the cache has none, in etcd.  A server that has itself begun
to delete a namespace also looks in etcd for the next 30 s, where its cache still says that it is active.  That memory
is not modelled: here such a server may believe its cache like any other.  So the model admits what one real server
would refuse, and what any second one really admits; with a single server, a race that is found this way must be one
between the look and the write to be real.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/namespace/lifecycle``; recordings I.1 to I.4, L.
"""

from __future__ import annotations

from typing import Final

from ...objects import Object, ObjectKey
from ..answer import Answer, Cause, Details, forbidden
from ..lookup import Lookup
from .review import Plugin, Review, refuse

IMMORTAL_NAMESPACES: Final = ("default", "kube-public", "kube-system")
"""The namespaces that cannot be deleted."""


def mutate(review: Review, lookup: Lookup) -> Object | Answer:
    """Refuse what cannot be in its namespace; nothing is changed."""
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    if not review.request.kind.namespaced or _is_access_review(review):
        return object_
    key = ObjectKey("namespaces", "", review.request.namespace or object_.namespace)
    namespace = lookup.get(key) or lookup.live(key)
    if namespace is None:
        return _namespace_not_found(key.name)
    if review.operation == "CREATE" and namespace.status.get("phase") == "Terminating":
        return _refuse_creation(review, namespace.name)
    return object_


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """Refuse to delete the namespaces without which a cluster cannot be (403)."""
    del lookup
    request = review.request
    if review.operation == "DELETE" and request.kind.resource == "namespaces" and request.name in IMMORTAL_NAMESPACES:
        return forbidden(request.kind, request.name, "this namespace may not be deleted")
    return None


NAMESPACE_LIFECYCLE: Final = Plugin("NamespaceLifecycle", mutate=mutate, validate=validate)


def _is_access_review(review: Review) -> bool:
    """Whether it asks what somebody may do: an answer about the namespace would tell more than that."""
    return review.resource == "localsubjectaccessreviews"


def _refuse_creation(review: Review, namespace: str) -> Answer:
    why = f"unable to create new content in namespace {namespace} because it is being terminated"
    cause = Cause("NamespaceTerminating", "metadata.namespace", f"namespace {namespace} is being terminated")
    return refuse(review, why, (cause,))


def _namespace_not_found(name: str) -> Answer:
    return Answer(
        404,
        "NotFound",
        f'namespaces "{name}" not found',
        details=Details(name=name, kind="namespaces"),
    )
