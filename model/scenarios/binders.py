"""Two schedulers bind one pod, which somebody deletes meanwhile."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.request import Request
from ..cluster import Cluster
from ..frozen_json import freeze_map
from ..kinds import of_name
from ..objects import Object
from ..reconcile import Reconciler
from ..scenario import Scenario

PARCEL = ("default", "parcel")


def parcel() -> Object:
    """A pod on no node."""
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": PARCEL[1], "namespace": PARCEL[0], "finalizers": ["example.com/hold"]},
            "spec": {"containers": [{"name": "work", "image": "work:1"}]},
        }
    )


def scheduler(node: str) -> Reconciler:
    """A scheduler that has chosen a node for the pod."""
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": PARCEL[1]},
        "target": {"kind": "Node", "name": node},
    }

    def bind() -> Generator[Effect, Any, None]:
        yield from api.ask(
            Request(
                verb="create",
                kind=of_name("Pod"),
                namespace=PARCEL[0],
                name=PARCEL[1],
                subresource="binding",
                body=freeze_map(binding),
            )
        )

    return bind


def deleter() -> Generator[Effect, Any, None]:
    """Somebody who deletes the pod."""
    try:
        yield from api.delete("Pod", PARCEL)
    except ApiError:
        return


def binders(servers: int = 2) -> Scenario:
    """Two schedulers bind one pod to two nodes while it is deleted."""
    scripts: dict[str, Reconciler] = {
        "scheduler-1": scheduler("node-1"),
        "scheduler-2": scheduler("node-2"),
        "deleter": deleter,
    }
    return Scenario(
        "binders",
        Cluster(objects=[parcel()], scripts=scripts, apiservers=servers),
        summary="two schedulers bind one pod to two nodes while somebody deletes it",
        faults={"stale-cache": 2},
    )
