"""Controllers whose informers cannot go on, because what came next is forgotten: they list again."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import Effect
from ..cluster import Cluster
from ..controllers.replicaset import controller
from ..machinery.controller import reconciler
from ..machinery.workqueue import Key
from ..scenario import Scenario
from .readers import KIND, author, notes
from .replicaset import pod_deleter, running


def replicaset_forgetful(replicas: int = 1, servers: int = 1) -> Scenario:
    """Somebody deletes a pod while history is forgotten; the controller must notice from a list."""
    cluster = Cluster(
        objects=running(replicas),
        reconcilers=[controller()],
        scripts={"kubectl-delete": pod_deleter},
        apiservers=servers,
    )
    return Scenario(
        "replicaset-forgetful",
        cluster,
        summary="a pod of a ReplicaSet is deleted while etcd and watch caches forget what happened",
        faults={"stale-cache": 2, "compaction": 2},
    )


@reconciler(watches=KIND, name="archivist")
def archivist(key: Key) -> Generator[Effect, Any, None]:
    """Somebody who looks at each note that has changed."""
    yield from api.get(KIND, key)


def relisting(servers: int = 2) -> Scenario:
    """An informer must list again, while its process turns to a server that lags."""
    cluster = Cluster(objects=notes(), reconcilers=[archivist], scripts={"author": author()}, apiservers=servers)
    return Scenario(
        "relisting",
        cluster,
        summary="an informer must list again because history is forgotten, while its process turns to another server",
        faults={"stale-cache": 2, "compaction": 1, "api-switch": 1},
    )
