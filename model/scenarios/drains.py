"""A node is drained: its pod moves, and no identity may run twice."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver import request as requests
from ..apiserver.request import Options
from ..cluster import Cluster
from ..kinds import of_name
from ..nodes.kubelet import kubelet
from ..objects import Object
from ..scenario import Scenario

DB = ("default", "db-0")
NODES = ("node-1", "node-2")


def db(node: str) -> Object:
    """The first pod of a StatefulSet, bound to a node."""
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": DB[1], "namespace": DB[0]},
            "spec": {"nodeName": node, "containers": [{"name": "db", "image": "db:1"}]},
        }
    )


def replacer() -> Generator[Effect, Any, None]:
    """The StatefulSet controller and the scheduler in one: once the name is free, the pod is made on the other node."""
    try:
        yield from api.create(db(NODES[1]))
    except ApiError:
        return


def forcer() -> Generator[Effect, Any, None]:
    """Somebody who deletes the pod by force: the object goes at once, whatever still runs."""
    try:
        yield from api.delete("Pod", DB, options=Options(grace_period_seconds=0))
        yield from api.create(db(NODES[1]))
    except ApiError:
        return


def drain(servers: int = 2) -> Scenario:
    """A pod moves from a drained node to one that has just joined; its kubelet restarts, and an API server lags.

    The drain has marked the pod already; the second server has not seen that yet.
    """
    cluster = Cluster(
        objects=[db(NODES[0])],
        since=[requests.delete(of_name("Pod"), *DB)],
        behind=("b",),
        reconcilers=[kubelet(each) for each in NODES],
        starting=[f"kubelet-{NODES[1]}"],
        scripts={"replacer": replacer},
        homes={f"kubelet-{each}": "a" for each in NODES},
        apiservers=servers,
        requests_outlive=False,
    )
    return Scenario(
        "drain",
        cluster,
        summary="a pod moves from a drained node to another while its kubelet restarts and an API server lags",
        faults={"stale-cache": 3, "crash": 1},
    )


def force_delete(servers: int = 1) -> Scenario:
    """A pod is deleted by force and made anew on another node, while its kubelet knows nothing of it."""
    cluster = Cluster(
        objects=[db(NODES[0])],
        reconcilers=[kubelet(each) for each in NODES],
        scripts={"forcer": forcer},
        apiservers=servers,
    )
    return Scenario(
        "force-delete",
        cluster,
        summary="a pod is deleted by force and made anew on another node before its kubelet hears of it",
        hazards=("force-delete",),
        faults={"stale-cache": 2},
    )
