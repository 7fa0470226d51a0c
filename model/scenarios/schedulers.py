"""A scheduler that has bound a pod, and does not see it bound yet."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import Effect
from ..apiserver.request import Options, Request
from ..cluster import Cluster
from ..frozen_json import freeze_map
from ..kinds import of_name
from ..objects import Object
from ..scenario import Scenario

NODE = "node-1"
PODS = ("first", "second")
_CACHED = Options(resource_version="0")


def node(pods: int) -> Object:
    """A node that takes so many pods."""
    status = {"allocatable": {"pods": str(pods)}, "capacity": {"pods": str(pods)}}
    return Object.of({"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE}, "spec": {}, "status": status})


def pod(name: str) -> Object:
    """A pod on no node."""
    spec = {"containers": [{"name": "work", "image": "work:1"}]}
    metadata = {"name": name, "namespace": "default"}
    return Object.of({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def binding(name: str) -> Request:
    """The request that binds a pod to the node."""
    target = {"kind": "Node", "name": NODE}
    body = {"apiVersion": "v1", "kind": "Binding", "metadata": {"name": name}, "target": target}
    return Request(
        verb="create",
        kind=of_name("Pod"),
        namespace="default",
        name=name,
        subresource="binding",
        body=freeze_map(body),
    )


def scheduler() -> Generator[Effect, Any, None]:
    """Binds two pods, one after the other, where there is room for one.

    What it has bound it assumes to be bound before it sees it.  Between the two more than half a minute passes: one
    that does not assume for longer goes by what it sees, which is the state in a server's watch cache.

    Source: Kubernetes 1.25, ``pkg/scheduler/scheduler.go`` (durationToExpireAssumedPod).
    """
    expires = (yield from api.setting("assumed-pods")) == "expire"
    assumed: set[str] = set()
    for name in PODS:
        listed = yield from api.list_live("Pod", namespace="default", options=_CACHED)
        bound = {each.name for each in listed.items or () if each.spec.get("nodeName") == NODE}
        if len(bound | assumed) == 0:
            answer = yield from api.ask(binding(name))
            if not answer.refused and not expires:
                assumed.add(name)


def one_place(servers: int = 1) -> Scenario:
    """Two pods are scheduled to a node that has room for one."""
    cluster = Cluster(
        objects=[node(1), *(pod(each) for each in PODS)],
        scripts={"scheduler": scheduler},
        apiservers=servers,
    )
    return Scenario(
        "one-place",
        cluster,
        summary="two pods are scheduled, half a minute apart, to a node that has room for one",
        faults={"stale-cache": 1},
    )
