"""A pod on a node is deleted with one grace period and another, and held by a finalizer that comes late."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.request import Options
from ..cluster import Cluster
from ..objects import Object
from ..reconcile import Reconciler
from ..scenario import Scenario

WORKER = ("default", "worker")


def worker() -> Object:
    """A pod that runs on a node."""
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": WORKER[1], "namespace": WORKER[0]},
            "spec": {"nodeName": "node-1", "containers": [{"name": "work", "image": "work:1"}]},
        }
    )


def deleter(grace: int | None) -> Reconciler:
    """Somebody who deletes the pod with so many seconds of grace; ``None``: with the pod's own."""

    def delete() -> Generator[Effect, Any, None]:
        try:
            yield from api.delete("Pod", WORKER, options=Options(grace_period_seconds=grace))
        except ApiError:
            return

    return delete


def late_holder() -> Generator[Effect, Any, None]:
    """A controller that wants to clean up first: adds its finalizer, unless the pod is being deleted already."""
    try:
        yield from api.patch("Pod", WORKER, {"metadata": {"finalizers": ["example.com/hold"]}})
    except ApiError:
        return


def kubelet() -> Generator[Effect, Any, None]:
    """Confirms the end of a pod that is being deleted: it deletes it without grace, by its uid."""
    found = yield from api.get("Pod", WORKER, live=True)
    if found is None or not found.is_terminating:
        return
    confirmed = Options(grace_period_seconds=0, precondition_uid=found.uid)
    try:
        yield from api.delete("Pod", WORKER, options=confirmed)
    except ApiError:
        return


def farewell(servers: int = 2) -> Scenario:
    """A pod is deleted with its own grace and with less, and its kubelet confirms."""
    scripts: dict[str, Reconciler] = {
        "deleter": deleter(None),
        "patient": deleter(60),
        "hasty": deleter(5),
        "late-holder": late_holder,
        "kubelet": kubelet,
    }
    return Scenario(
        "farewell",
        Cluster(objects=[worker()], scripts=scripts, apiservers=servers),
        summary="a pod is deleted with its own grace, with more and with less; a finalizer comes late",
        hazards=("finalizer-added-during-delete",),
        faults={"stale-cache": 1},
    )
