"""A right is taken away while it is being used."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.settings import Settings, User
from ..cluster import Cluster
from ..objects import Object
from ..scenario import Scenario

DIARY = ("default", "diary")
ROLES = ("roles", "rolebindings", "clusterroles", "clusterrolebindings")


def objects() -> list[Object]:
    """A diary, a role that may change it, and alice's binding to that role."""
    group = "rbac.authorization.k8s.io"
    place = {"name": "writer", "namespace": "default"}
    rule = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["patch", "get"]}
    role = {"apiVersion": f"{group}/v1", "kind": "Role", "metadata": place, "rules": [rule]}
    binding = {
        "apiVersion": f"{group}/v1",
        "kind": "RoleBinding",
        "metadata": place,
        "roleRef": {"apiGroup": group, "kind": "Role", "name": "writer"},
        "subjects": [{"apiGroup": group, "kind": "User", "name": "alice"}],
    }
    diary = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": DIARY[1], "namespace": DIARY[0]},
        "data": {"day": "1"},
    }
    return [Object.of(each) for each in (diary, role, binding)]


def writer() -> Generator[Effect, Any, None]:
    """Somebody who writes in the diary, twice."""
    for day in ("2", "3"):
        try:
            yield from api.patch("ConfigMap", DIARY, {"data": {"day": day}})
        except ApiError:
            continue


def revoker() -> Generator[Effect, Any, None]:
    """An administrator who takes alice's right away."""
    try:
        yield from api.delete("RoleBinding", ("default", "writer"))
    except ApiError:
        return


def _cluster(servers: int) -> Cluster:
    return Cluster(
        objects=objects(),
        scripts={"alice": writer, "mallory": writer, "admin": revoker},
        users={"alice": User("alice"), "mallory": User("mallory")},
        apiservers=servers,
        settings=Settings(authorization="RBAC"),
        cached=ROLES,
    )


def revocation(servers: int = 2) -> Scenario:
    """Alice may write and mallory may not; alice's right is taken away, and every server knows at once."""
    return Scenario(
        "revocation",
        _cluster(servers),
        summary="alice may write and mallory may not; alice's right is taken away meanwhile",
    )


def revocation_stale(servers: int = 2) -> Scenario:
    """The same, with servers that learn of the revocation later."""
    return Scenario(
        "revocation-stale",
        _cluster(servers),
        summary="the same, with API servers that may learn of the revocation later",
        faults={"stale-cache": 1},
    )
