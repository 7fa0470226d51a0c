"""A ReplicaSet and its controller: pods are created and deleted on what informers show."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..cluster import Cluster
from ..controllers.replicaset import controller, pod_of
from ..objects import Object, resource_prefix
from ..profiles import EARLIER
from ..reconcile import Reconciler
from ..scenario import Scenario


def web(replicas: int) -> Object:
    """A ReplicaSet of so many pods."""
    labels = {"app": "web"}
    return Object.of(
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {"containers": [{"name": "web", "image": "nginx"}]},
                },
            },
        }
    )


def running(replicas: int) -> list[Object]:
    """A ReplicaSet and the pods that it wants, called web-a, web-b and so on."""
    stored = Cluster(objects=[web(replicas)]).machine("web").initial.keys
    owner: Object = next(kv.value for path, kv in stored.items() if path.startswith(resource_prefix("replicasets")))
    pods = [pod_of(owner).with_metadata(name=f"web-{letter}") for letter in "abcdefgh"[:replicas]]
    return [web(replicas), *(pod.without_metadata("generateName") for pod in pods)]


def scaling(replicas: int) -> Reconciler:
    """Somebody who sets the number of replicas, as ``kubectl scale`` does."""

    def scale() -> Generator[Effect, Any, None]:
        try:
            yield from api.patch("ReplicaSet", ("default", "web"), {"spec": {"replicas": replicas}})
        except ApiError:
            return

    return scale


def pod_deleter() -> Generator[Effect, Any, None]:
    """Somebody who deletes a pod."""
    try:
        yield from api.delete("Pod", ("default", "web-a"))
    except ApiError:
        return


def replicaset(replicas: int = 2, servers: int = 2) -> Scenario:
    """The controller brings up its pods through two API servers; one crash, one lost answer and stale caches."""
    cluster = Cluster(objects=[web(replicas)], reconcilers=[controller()], apiservers=servers, profile=EARLIER)
    return Scenario(
        "replicaset",
        cluster,
        summary="a ReplicaSet comes up through two API servers, with a crash, a lost answer and stale caches",
        faults={"stale-cache": 2, "crash": 1, "lost-answer": 1},
    )


def replicaset_calm(replicas: int = 2, servers: int = 2) -> Scenario:
    """The same with nothing worse than stale caches and a change of API server."""
    cluster = Cluster(objects=[web(replicas)], reconcilers=[controller()], apiservers=servers)
    return Scenario(
        "replicaset-calm",
        cluster,
        summary="a ReplicaSet comes up; nothing worse than stale caches and turning to another API server",
        faults={"stale-cache": 2, "api-switch": 1},
    )


def replicaset_stale_restart(replicas: int = 1, servers: int = 2) -> Scenario:
    """A controller restarts and lists from an API server that lags; no request outlives a crash."""
    cluster = Cluster(
        objects=[web(replicas)],
        reconcilers=[controller()],
        apiservers=servers,
        profile=EARLIER,
        requests_outlive=False,
    )
    return Scenario(
        "replicaset-stale-restart",
        cluster,
        summary="a controller restarts and lists from an API server that lags (client-go before v1.35)",
        faults={"stale-cache": 2, "crash": 1},
    )


def replicaset_outage(replicas: int = 2, servers: int = 2) -> Scenario:
    """A ReplicaSet comes up while an API server crashes and a request is given up."""
    cluster = Cluster(objects=[web(replicas)], reconcilers=[controller()], apiservers=servers)
    return Scenario(
        "replicaset-outage",
        cluster,
        summary="a ReplicaSet comes up while an API server crashes and the controller gives up waiting for an answer",
        faults={"stale-cache": 1, "crash-server": 1, "late-commit": 1},
    )


def replicaset_scaled(replicas: int = 2, to: int = 1, servers: int = 1) -> Scenario:
    """A ReplicaSet is scaled while somebody deletes one of its pods: creations, surplus, expectations of both."""
    scripts = {"kubectl-scale": scaling(to), "kubectl-delete": pod_deleter}
    cluster = Cluster(objects=running(replicas), reconcilers=[controller()], scripts=scripts, apiservers=servers)
    return Scenario(
        "replicaset-scaled",
        cluster,
        summary="a running ReplicaSet is scaled down by one person while another deletes one of its pods",
        faults={"stale-cache": 2},
    )


def replicaset_expiry(replicas: int = 2, servers: int = 1) -> Scenario:
    """A ReplicaSet comes up, and its controller does not wait for ever to see its pods."""
    cluster = Cluster(objects=[web(replicas)], reconcilers=[controller()], apiservers=servers)
    return Scenario(
        "replicaset-expiry",
        cluster,
        summary="a ReplicaSet comes up while its controller's informers lag for longer than expectations are kept",
        faults={"stale-cache": 2, "expectations-expire": 1},
    )
