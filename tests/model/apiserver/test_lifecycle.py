"""The life of objects: what the server owns in them, how status and spec are kept apart, how they end."""

from __future__ import annotations

import pytest
from tests.model.apiserver.server import CORE, SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver import MERGE_PATCH, Cause
from seatrial.model.apiserver.deletion import finalizers_after
from seatrial.model.apiserver.preparation import NOW, for_creation, for_update, stamped
from seatrial.model.apiserver.request import Options
from seatrial.model.objects import Object

MAPS = f"{SHOP}/configmaps"
SETS = "/apis/apps/v1/namespaces/shop/replicasets"
SET_SPEC = {
    "replicas": 2,
    "selector": {"matchLabels": {"app": "web"}},
    "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}},
}


def replica_set(**spec: object) -> Object:
    """A replica set as a client sends it."""
    return Object.of({"metadata": {"name": "web", "namespace": "shop"}, "spec": {**SET_SPEC, **spec}})


def test_what_the_server_owns_is_not_taken_from_the_client() -> None:
    """A creation drops the client's uid and timestamps; generation begins at 1 where the kind has one."""
    claims = {"uid": "mine", "creationTimestamp": "x", "deletionTimestamp": "x", "deletionGracePeriodSeconds": 5}
    sent = replica_set().with_metadata(**claims, generation=77).with_field("status", {"replicas": 9})
    new = stamped(kinds.of_name("ReplicaSet"), for_creation(kinds.of_name("ReplicaSet"), sent), 12)
    assert (new.uid, new.metadata["creationTimestamp"], new.generation) == ("uid-12", NOW, 1)
    assert not new.is_terminating
    assert dict(new.status) == {"replicas": 0}


def test_a_kind_without_generation_keeps_what_the_client_claims() -> None:
    """The generation of a config map is the client's at creation, and nobody's afterwards.

    Source: recordings C.2 of kube-apiserver 1.36.
    """
    kind = kinds.of_name("ConfigMap")
    new = for_creation(kind, Object.of({"metadata": {"name": "x", "generation": 77}}))
    assert new.generation == 77
    assert for_update(kind, new.with_metadata(generation=12), new, "").generation == 77


@pytest.mark.parametrize(
    ("kind", "path", "value", "subresource", "grows"),
    [
        ("ReplicaSet", "spec.replicas", 3, "", True),
        ("ReplicaSet", "metadata.labels", {"a": "b"}, "", False),
        ("ReplicaSet", "metadata.annotations", {"a": "b"}, "", False),
        ("ReplicaSet", "status.replicas", 3, "", False),
        ("ReplicaSet", "status.replicas", 3, "status", False),
        ("ReplicaSet", "spec.replicas", 3, "status", False),
        ("Deployment", "metadata.annotations", {"a": "b"}, "", True),
        ("Deployment", "metadata.labels", {"a": "b"}, "", False),
    ],
)
def test_generation_counts_changes_of_what_is_wanted(
    kind: str, path: str, value: object, subresource: str, *, grows: bool
) -> None:
    """It grows by one with the spec (of deployments also with annotations), never with status or labels.

    Source: recordings F.3 of kube-apiserver 1.36.
    """
    existing = for_creation(kinds.of_name(kind), replica_set())
    new = for_update(kinds.of_name(kind), existing.with_field(path, value), existing, subresource)
    assert new.generation == (2 if grows else 1)


def test_spec_and_status_have_their_own_urls(server: Server) -> None:
    """The main URL leaves the status as it is, /status the spec; both share one version."""
    made = server.ask("POST", SETS, replica_set().thaw()).object
    assert made is not None
    both = made.with_field("spec.replicas", 5).with_field("status.replicas", 4)
    main = server.ask("PUT", f"{SETS}/web", both.thaw()).object
    assert main is not None
    assert (main.spec["replicas"], main.status["replicas"]) == (5, 0)
    assert server.ask("PUT", f"{SETS}/web/status", both.thaw()).reason == "Conflict"
    half = main.with_field("spec.replicas", 9).with_field("status.replicas", 4)
    status = server.ask("PUT", f"{SETS}/web/status", half.thaw()).object
    assert status is not None
    assert (status.spec["replicas"], status.status["replicas"]) == (5, 4)


def test_a_custom_resource_changes_only_its_status_through_status() -> None:
    """/status of a custom resource keeps all of the rest, metadata included."""
    kind = kinds.of_object("example.com/v1", "Widget")
    existing = Object.of({"metadata": {"name": "w", "generation": 1}, "spec": {"n": 1}})
    sent = Object.of({"metadata": {"name": "w", "labels": {"a": "b"}}, "spec": {"n": 2}, "status": {"ready": True}})
    assert for_update(kind, sent, existing, "status") == existing.with_field("status", {"ready": True})


def test_deletion_goes_one_way(server: Server) -> None:
    """An object that is being deleted can be changed, but not be brought back, nor be held by new finalizers."""
    server.make("ConfigMap", "x", metadata={"finalizers": ["x/y"]})
    server.ask("DELETE", f"{MAPS}/x")
    kept = server.ask("PUT", f"{MAPS}/x", {"metadata": {"name": "x", "finalizers": ["x/y"]}, "data": {"a": "1"}})
    assert kept.object is not None
    assert (kept.object.deletion_timestamp, kept.object.deletion_grace_period_seconds) == (NOW, 0)
    more = server.ask("PATCH", f"{MAPS}/x", {"metadata": {"finalizers": ["x/y", "x/z"]}}, media_type=MERGE_PATCH)
    assert more.status == 422
    assert {(cause.reason, cause.field) for cause in more.causes} == {("FieldValueForbidden", "metadata.finalizers")}


def test_finalizers_are_taken_off_one_by_one(server: Server) -> None:
    """The object goes with the last of them; until then its name is taken."""
    server.make("ConfigMap", "x", metadata={"finalizers": ["x/a", "x/b"]})
    assert server.ask("DELETE", f"{MAPS}/x").object is not None
    assert server.ask("POST", MAPS, {"metadata": {"name": "x"}}).reason == "AlreadyExists"
    for finalizers, status in ((["x/b"], 200), (None, 404)):
        server.ask("PATCH", f"{MAPS}/x", {"metadata": {"finalizers": finalizers}}, media_type=MERGE_PATCH)
        assert server.ask("GET", f"{MAPS}/x").status == status


@pytest.mark.parametrize(
    ("present", "options", "after"),
    [
        ((), Options(), ()),
        ((), Options(propagation_policy="Orphan"), ("orphan",)),
        ((), Options(propagation_policy="Foreground"), ("foregroundDeletion",)),
        ((), Options(orphan_dependents=True), ("orphan",)),
        (("orphan",), Options(), ("orphan",)),
        (("orphan", "x/y"), Options(propagation_policy="Background"), ("x/y",)),
        (("orphan", "x/y"), Options(propagation_policy="Foreground"), ("x/y", "foregroundDeletion")),
        (("foregroundDeletion", "x/y"), Options(propagation_policy="Foreground"), ("foregroundDeletion", "x/y")),
        (("foregroundDeletion",), Options(orphan_dependents=False), ()),
    ],
)
def test_the_policy_of_a_deletion_sets_the_collectors_finalizer(
    present: tuple[str, ...], options: Options, after: tuple[str, ...]
) -> None:
    """The policy asked for wins over the finalizer that is there; other finalizers stay.

    Source: recordings G.5 of kube-apiserver 1.36.
    """
    object_ = Object.of({"metadata": {"name": "x", "finalizers": list(present)}})
    assert finalizers_after(kinds.of_name("ConfigMap"), object_, options) == after


def test_a_namespace_ends_when_it_is_empty(server: Server) -> None:
    """DELETE makes it Terminating and is repeatable; nothing new gets in, what is in it can still be changed."""
    server.make("ConfigMap", "x")
    for _ in range(2):
        ending = server.ask("DELETE", SHOP).object
        assert ending is not None
        assert (ending.status["phase"], ending.deletion_grace_period_seconds) == ("Terminating", None)
    assert server.etcd.revision == 4
    refused = server.ask("POST", MAPS, {"metadata": {"name": "y"}})
    assert refused.causes[:1] == (
        Cause("NamespaceTerminating", "metadata.namespace", "namespace shop is being terminated"),
    )
    assert server.ask("PUT", f"{MAPS}/x", {"metadata": {"name": "x"}, "data": {"a": "1"}}).status == 200
    assert server.ask("DELETE", f"{MAPS}/x").status == 200


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_some_namespaces_cannot_be_deleted(server: Server, name: str) -> None:
    """The namespaces without which a cluster cannot be stay."""
    server.ask("POST", CORE, {"metadata": {"name": name}})
    assert server.ask("DELETE", f"{CORE}/{name}").status == 403


def test_objects_of_a_removed_namespace_cannot_be_changed(server: Server) -> None:
    """They can be read and deleted; a change is told that the namespace is missing.

    Source: recordings I.3 of kube-apiserver 1.36.
    """
    server.make("ConfigMap", "x")
    del server.etcd.keys["/registry/namespaces/shop"]
    changed = server.ask("PUT", f"{MAPS}/x", {"metadata": {"name": "x"}, "data": {"a": "1"}})
    assert changed.details is not None
    assert (changed.status, changed.details.kind) == (404, "namespaces")
    assert server.ask("GET", f"{MAPS}/x").status == 200
    assert server.ask("DELETE", f"{MAPS}/x").status == 200
