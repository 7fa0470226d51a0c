"""A namespace may hold one more object; several people want to create one at once."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.settings import Settings
from ..cluster import Cluster
from ..objects import Object
from ..reconcile import Reconciler
from ..scenario import Scenario

WITH_QUOTA = Settings(plugins=frozenset({"NamespaceLifecycle", "ResourceQuota"}))


def quota(hard: int, used: int) -> Object:
    """A quota for config maps that has been counted once."""
    limits = {"configmaps": str(hard)}
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "notes", "namespace": "default"},
            "spec": {"hard": limits},
            "status": {"hard": limits, "used": {"configmaps": str(used)}},
        }
    )


def note(name: str) -> Object:
    """A ConfigMap."""
    return Object.of(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": {}}
    )


def writer(name: str) -> Reconciler:
    """Somebody who creates a config map."""

    def write() -> Generator[Effect, Any, None]:
        try:
            yield from api.create(note(name))
        except ApiError:
            return

    return write


def quotas(servers: int = 2) -> Scenario:
    """Two people create an object each through two API servers where there is room for one."""
    scripts = {name: writer(name) for name in ("one", "two")}
    objects = [note("first"), quota(hard=2, used=1)]
    return Scenario(
        "quotas",
        Cluster(objects=objects, scripts=scripts, apiservers=servers, settings=WITH_QUOTA, cached=("resourcequotas",)),
        summary="two people create an object each, through two API servers, where a quota leaves room for one",
        faults={"stale-cache": 1},
    )


def quota_leak(servers: int = 1) -> Scenario:
    """Somebody creates an object that exists already; the quota is charged before that is found out."""
    scripts = {"again": writer("first"), "two": writer("two")}
    objects = [note("first"), quota(hard=2, used=1)]
    return Scenario(
        "quota-leak",
        Cluster(objects=objects, scripts=scripts, apiservers=servers, settings=WITH_QUOTA, cached=("resourcequotas",)),
        summary="somebody creates an object that exists already; the quota is charged before that is found out",
        hazards=("refused-after-charge",),
    )
