"""Parts of an object with a URL of their own: its scale, and the finalizers of a namespace."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.server import CORE, SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver import APPLY_PATCH, MERGE_PATCH, Answer
from seatrial.model.apiserver.subresources.scale import scale_of
from seatrial.model.objects import Object

SETS = "/apis/apps/v1/namespaces/shop/replicasets"


def set_of(replicas: int) -> dict[str, Any]:
    """The spec of a replica set."""
    template = {"metadata": {"labels": {"app": "x"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
    return {"replicas": replicas, "selector": {"matchLabels": {"app": "x"}}, "template": template}


@pytest.fixture
def scalable(server: Server) -> Server:
    """A server with a replica set ``r`` of three replicas."""
    server.make("ReplicaSet", "r", spec=set_of(3))
    return server


def stored(server: Server, kind: str, name: str) -> Object:
    """What is stored, which must be there."""
    found = server.read(kind, name)
    assert found is not None
    return found.object


# --- Scale ----------------------------------------------------------------------------------------------------------


def test_a_scale_shows_its_workload(scalable: Server) -> None:
    """Its identity and version are the workload's, its selector is written as in URLs."""
    answer = scalable.ask("GET", f"{SETS}/r/scale")
    there = stored(scalable, "ReplicaSet", "r")
    assert answer.object is not None
    assert answer.object.kind == "Scale"
    assert (answer.object.uid, answer.object.resource_version) == (there.uid, there.resource_version)
    assert answer.object.thaw()["spec"] == {"replicas": 3}
    assert answer.object.field("status.selector") == "app=x"


def test_scaling_is_a_change_of_the_workload(scalable: Server) -> None:
    """One more generation, one revision, nothing else changed; the scale's version moves along."""
    before = stored(scalable, "ReplicaSet", "r")
    answer = scalable.ask("PUT", f"{SETS}/r/scale", {"metadata": {"name": "r"}, "spec": {"replicas": 5}})
    after = stored(scalable, "ReplicaSet", "r")
    assert answer.status == 200
    assert answer.object == scale_of(kinds.of_name("ReplicaSet"), after)
    assert after.generation == (before.generation or 0) + 1
    assert after.with_field("spec.replicas", 3).spec == before.spec


@pytest.mark.parametrize(
    ("faults", "metadata", "replicas", "status"),
    [
        ("none", {}, 4, 200),
        ("nothing new", {}, 3, 200),
        ("stale", {"resourceVersion": "1"}, 4, 409),
        ("stale, nothing new", {"resourceVersion": "1"}, 3, 409),
        ("another uid", {"uid": "other"}, 4, 409),
        ("negative, stale", {"resourceVersion": "1"}, -1, 422),
        ("another name", {"name": "q"}, 4, 400),
    ],
)
def test_the_first_fault_of_a_scale_wins(
    scalable: Server, faults: str, metadata: dict[str, str], replicas: int, status: int
) -> None:
    """A scale is checked by itself before its version is; what is refused, or nothing new, changes nothing."""
    before = scalable.etcd.revision
    body = {"metadata": {"name": "r", **metadata}, "spec": {"replicas": replicas}}
    answer = scalable.ask("PUT", f"{SETS}/r/scale", body)
    assert answer.status == status, faults
    assert scalable.etcd.revision - before == (faults == "none")


def test_a_scale_can_be_patched_and_is_missed(scalable: Server) -> None:
    """A patch is of the scale; the missing one is named as the workload."""
    patched = scalable.ask("PATCH", f"{SETS}/r/scale", {"spec": {"replicas": 0}}, media_type=MERGE_PATCH)
    assert patched.object is not None
    assert patched.object.thaw()["spec"] == {}
    assert stored(scalable, "ReplicaSet", "r").spec["replicas"] == 0
    missing = scalable.ask("PUT", f"{SETS}/none/scale", {"metadata": {"name": "none"}, "spec": {"replicas": 1}})
    assert (missing.status, missing.details and missing.details.kind) == (404, "replicasets")


def test_an_applied_scale_wants_the_workloads_field(scalable: Server) -> None:
    """Who applies a scale changes the replicas of the workload."""
    config = {"apiVersion": "autoscaling/v1", "kind": "Scale", "metadata": {"name": "r"}, "spec": {"replicas": 7}}
    more: dict[str, Any] = {"media_type": APPLY_PATCH, "query": {"fieldManager": "hpa", "force": "true"}}
    answer = scalable.ask("PATCH", f"{SETS}/r/scale", config, **more)
    assert answer.status == 200, answer
    assert answer.object is not None
    assert answer.object.kind == "Scale"
    assert stored(scalable, "ReplicaSet", "r").spec["replicas"] == 7


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ({"matchLabels": {"b": "2", "a": "1"}}, "a=1,b=2"),
        ({"matchExpressions": [{"key": "k", "operator": "In", "values": ["z", "y"]}]}, "k in (y,z)"),
        ({"matchExpressions": [{"key": "k", "operator": "NotIn", "values": ["z"]}]}, "k notin (z)"),
        ({"matchLabels": {"z": "1"}, "matchExpressions": [{"key": "k", "operator": "Exists"}]}, "k,z=1"),
        ({"matchExpressions": [{"key": "k", "operator": "DoesNotExist"}]}, "!k"),
    ],
)
def test_a_selector_is_shown_as_clients_write_it(selector: dict[str, Any], text: str) -> None:
    """Requirements come in the order of their keys, values in theirs."""
    workload = Object.of({"metadata": {"name": "d"}, "spec": {"selector": selector}})
    assert scale_of(kinds.of_name("Deployment"), workload).field("status.selector") == text


# --- Finalize -------------------------------------------------------------------------------------------------------


def test_only_finalize_lets_a_namespace_go(server: Server) -> None:
    """A PUT of the namespace leaves its finalizers; through /finalize they go, and with them the namespace."""
    assert server.ask("DELETE", SHOP).status == 200
    namespace: dict[str, Any] = {"metadata": {"name": "shop"}, "spec": {"finalizers": []}}
    assert server.ask("PUT", SHOP, namespace).status == 200
    assert server.ask("GET", SHOP).status == 200
    before = server.etcd.revision
    answer = server.ask("PUT", f"{SHOP}/finalize", namespace)
    assert (answer.status, server.etcd.revision) == (200, before + 1)
    assert answer.object is not None
    assert "finalizers" not in answer.object.spec
    assert server.ask("GET", SHOP).status == 404


def test_finalizing_a_namespace_that_is_not_being_deleted_keeps_it(server: Server) -> None:
    """Its status is as it was.  A deletion marks it all the same, and only the next one removes it."""
    body: dict[str, Any] = {
        "metadata": {"name": "shop"},
        "spec": {"finalizers": []},
        "status": {"phase": "Terminating"},
    }
    answer = server.ask("PUT", f"{SHOP}/finalize", body)
    assert answer.object is not None
    assert answer.object.thaw()["status"] == {"phase": "Active"}
    marked = server.ask("DELETE", SHOP)
    assert (marked.status, marked.object and marked.object.is_terminating) == (200, True)
    assert server.ask("GET", SHOP).status == 200
    assert server.ask("DELETE", SHOP).status == 200
    assert server.ask("GET", SHOP).status == 404


def test_finalize_creates_nothing(server: Server) -> None:
    """A PUT to a part of what is missing is 404, also where a PUT of the whole would create."""
    assert server.ask("PUT", f"{CORE}/none/finalize", {"metadata": {"name": "none"}}).status == 404


# --- Custom resources -----------------------------------------------------------------------------------------------

SCALED = evolve(
    kinds.custom("example.com", "v1", "Ship", "ships"), scale=("spec.crew.size", "status.crew", "status.selector")
)
SHIPS = "/apis/example.com/v1/namespaces/shop/ships"


def ask_of_ships(server: Server, method: str, path: str, body: object = None) -> Answer:
    """A request about a custom resource with a scale."""
    return server.ask(method, f"{SHIPS}{path}", body, known=(SCALED,))


def test_a_custom_resource_is_scaled_by_its_own_paths(server: Server) -> None:
    """Its definition says where the replicas are; without a version the scale is unconditional, as no other PUT."""
    status = {"crew": 2, "selector": "a=b"}
    ship = {"metadata": {"name": "s"}, "spec": {"crew": {"size": 3}}}
    assert ask_of_ships(server, "POST", "", ship).status == 201
    version = {"resourceVersion": str(server.etcd.revision)}
    with_status = {"metadata": {"name": "s", **version}, "status": status}
    assert ask_of_ships(server, "PUT", "/s/status", with_status).status == 200
    shown = ask_of_ships(server, "GET", "/s/scale").object
    assert shown is not None
    assert shown.thaw()["spec"] == {"replicas": 3}
    assert shown.thaw()["status"] == {"replicas": 2, "selector": "a=b"}
    assert ask_of_ships(server, "PUT", "/s", ship).status == 422
    scaled = ask_of_ships(server, "PUT", "/s/scale", {"metadata": {"name": "s"}, "spec": {"replicas": 5}})
    assert scaled.status == 200, scaled
    whole = ask_of_ships(server, "GET", "/s").object
    assert whole is not None
    assert whole.field("spec.crew.size") == 5
    stale = {"metadata": {"name": "s", "resourceVersion": "1"}, "spec": {"replicas": 6}}
    assert ask_of_ships(server, "PUT", "/s/scale", stale).status == 409


def test_a_custom_resource_without_replicas_has_no_scale(server: Server) -> None:
    """What its path does not lead to cannot be shown: 500."""
    assert ask_of_ships(server, "POST", "", {"metadata": {"name": "s"}, "spec": {}}).status == 201
    assert ask_of_ships(server, "GET", "/s/scale").status == 500
