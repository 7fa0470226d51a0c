"""The ReplicaSet controller: as many pods as the ReplicaSet wants, no more, no fewer.

It decides on its informers' copies and so may act on what is not true any more; expectations keep it from acting twice
on one observation.  They expire; with the knob ``own-writes`` at ``own-revisions`` it waits besides until its informers
have what it created.

Left out, and so the bugs that it hides: adoption and release of pods by labels, the status of the ReplicaSet, the
choice of the pods to delete by readiness and cost (the youngest goes), and parallel
creation within a batch (one after the other here, stopping at the first failure as the real one stops at the first
failing batch).

Source: Kubernetes 1.36, ``pkg/controller/replicaset/replica_set.go``.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api, kinds
from ..api import ApiError, Effect
from ..machinery.controller import Controller, Seen, of_owned
from ..machinery.expectations import Expectations
from ..machinery.informer import Change
from ..machinery.workqueue import Key
from ..objects import Object

REPLICASETS, PODS = "replicasets", "pods"


def reconcile(key: Key) -> Generator[Effect, Any, None]:
    """Bring the number of a ReplicaSet's pods to what it wants."""
    remembers = (yield from api.setting("own-writes")) == "own-revisions"
    if remembers:
        yield from api.await_own_writes(key)
    replicaset = yield from api.get("ReplicaSet", key)
    if replicaset is None:
        yield from api.expect_creations(key, 0)
        return
    # Before the pods are listed: what is observed in between must not count as known.
    may_act = yield from api.fulfilled(key)
    pods = yield from api.list("Pod", owner=replicaset, namespace=key.namespace)
    active = [pod for pod in pods if is_active(pod)]
    if may_act and not replicaset.is_terminating:
        yield from _manage(key, replicaset, active, remembers=remembers)


def _manage(key: Key, replicaset: Object, active: list[Object], *, remembers: bool) -> Generator[Effect, Any, None]:
    missing = int(replicaset.spec.get("replicas", 1)) - len(active)
    if missing > 0:
        yield from _create(key, replicaset, missing, remembers=remembers)
    elif missing < 0:
        yield from _delete(key, active[missing:])


def _create(key: Key, replicaset: Object, count: int, *, remembers: bool) -> Generator[Effect, Any, None]:
    yield from api.expect_creations(key, count)
    for left in range(count, 0, -1):
        try:
            created = yield from api.create(pod_of(replicaset))
        except ApiError:
            yield from api.creations_failed(key, left)
            raise
        if remembers:
            yield from api.wrote(key, created)


def _delete(key: Key, victims: list[Object]) -> Generator[Effect, Any, None]:
    yield from api.expect_deletions(key, tuple(pod.name for pod in victims))
    failed: ApiError | None = None
    for pod in victims:
        try:
            yield from api.delete("Pod", (pod.namespace, pod.name))
        except ApiError as error:
            yield from api.deletion_failed(key, pod.name)
            failed = error
    if failed is not None:
        raise failed


def pod_of(replicaset: Object) -> Object:
    """A new pod for a ReplicaSet, from its template; the server makes up the rest of its name."""
    template = Object.of({"apiVersion": "v1", "kind": "Pod", **replicaset.field("spec.template", {})})
    return template.with_metadata(
        generateName=f"{replicaset.name}-",
        namespace=replicaset.namespace,
        ownerReferences=(replicaset.as_owner().as_json,),
    )


def is_active(pod: Object) -> bool:
    """Whether a pod counts: it is neither ended nor being deleted."""
    return not pod.is_terminating and pod.status.get("phase") not in {"Succeeded", "Failed"}


def handle(resource: str, change: Change, expectations: Expectations) -> Seen:
    """A change of a ReplicaSet or a pod: whose turn it is, and which expectations it fulfils."""
    seen = _whose(resource, change, expectations)
    stored = change.new or change.old
    if resource == REPLICASETS or stored is None:
        return seen
    for key in seen.keys:
        if change.old is None:
            expectations = expectations.creation_observed(key)
        if change.new is None or stored.object.is_terminating:
            expectations = expectations.deletion_observed(key, stored.object.name)
    return Seen(seen.keys, expectations)


_whose = of_owned(kinds.of_name("ReplicaSet"))


def controller(name: str = "replicaset-controller") -> Controller:
    """The ReplicaSet controller as a process of this name."""
    return Controller(name, reconcile, (REPLICASETS, PODS), handle)
