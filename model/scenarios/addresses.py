"""Several Services want an address at once."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..cluster import Cluster
from ..objects import Object
from ..reconcile import Reconciler
from ..scenario import Scenario
from .namespaces import namespace


def service(name: str) -> Object:
    """A Service that wants an address of the cluster."""
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {"selector": {"app": name}, "ports": [{"port": 80}]},
        }
    )


def opener(*names: str) -> Reconciler:
    """Somebody who creates Services, one after the other."""

    def open_() -> Generator[Effect, Any, None]:
        for name in names:
            try:
                yield from api.create(service(name))
            except ApiError:
                continue

    return open_


def addresses(servers: int = 2) -> Scenario:
    """Services are created through two API servers at once, one of them under a name that is taken."""
    scripts = {"opener-1": opener("shop"), "opener-2": opener("shop", "bank")}
    return Scenario(
        "addresses",
        Cluster(objects=[namespace("default")], scripts=scripts, apiservers=servers),
        summary="Services are created through two API servers at once, one of them under a name that is taken",
        faults={"lost-answer": 1},
    )
