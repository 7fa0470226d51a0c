"""The rules in which kinds differ: what may change, what is counted, what a write may do."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.judging import BACKEND, CLAIM, VOLUME, change_refused
from tests.model.apiserver.server import SHOP, Server

from seatrial.model import kinds

MERGE = "application/merge-patch+json"


@pytest.mark.parametrize(
    ("kind", "old", "new", "expected"),
    [
        ("Secret", {"type": "a"}, {"type": "b"}, ["type"]),
        ("EndpointSlice", {"addressType": "IPv4"}, {"addressType": "IPv6"}, ["addressType"]),
        ("PersistentVolumeClaim", {"spec": CLAIM}, {"spec": {**CLAIM, "volumeName": "v"}}, []),
        ("PersistentVolumeClaim", {"spec": CLAIM}, {"spec": {**CLAIM, "accessModes": ["ReadWriteMany"]}}, ["spec"]),
        (
            "PersistentVolume",
            {"spec": VOLUME},
            {"spec": {**VOLUME, "hostPath": {"path": "/y"}}},
            ["spec.persistentvolumesource"],
        ),
        ("StorageClass", {"provisioner": "p"}, {"provisioner": "q"}, ["provisioner"]),
        (
            "StorageClass",
            {"provisioner": "p"},
            {"provisioner": "p", "volumeBindingMode": "WaitForFirstConsumer"},
            ["volumeBindingMode"],
        ),
        ("PriorityClass", {"value": 1}, {"value": 2}, ["value"]),
        ("RuntimeClass", {"handler": "a"}, {"handler": "b"}, ["handler"]),
        ("ResourceQuota", {"spec": {"scopes": ["Terminating"]}}, {"spec": {}}, ["spec.scopes"]),
        ("Node", {"spec": {"podCIDR": "10.1.0.0/24"}}, {"spec": {}}, ["spec.podCIDRs"]),
        ("Node", {}, {"spec": {"podCIDR": "10.1.0.0/24", "unschedulable": True}}, []),
        ("IngressClass", {"spec": {"controller": "a/b"}}, {"spec": {"controller": "a/c"}}, ["spec.controller"]),
        ("ServiceCIDR", {"spec": {"cidrs": ["10.1.0.0/24"]}}, {"spec": {"cidrs": ["10.2.0.0/24"]}}, ["spec.cidrs[0]"]),
    ],
)
def test_some_fields_may_not_change(kind: str, old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    """What others rely on stays as it was made."""
    assert change_refused(kind, old, new) == expected


def test_phase_of_a_namespace_follows_from_its_deletion() -> None:
    """Nobody can say by /status that a namespace ends which nobody has deleted."""
    active, ending = {"status": {"phase": "Active"}}, {"status": {"phase": "Terminating"}}
    assert change_refused("Namespace", active, ending, "status") == ["status.Phase"]
    assert change_refused("Namespace", active, active, "status") == []


@pytest.mark.parametrize(
    ("kind", "unconditional", "created_by_put", "answers_with_object"),
    [
        ("Lease", False, True, False),
        ("Endpoints", True, True, False),
        ("EndpointSlice", True, False, False),
        ("LimitRange", True, True, False),
        ("Event", True, True, False),
        ("Service", True, True, True),
        ("Node", True, False, False),
        ("PersistentVolume", True, False, True),
        ("PersistentVolumeClaim", True, False, True),
        ("StorageClass", True, False, True),
        ("ResourceQuota", True, False, True),
        ("PodDisruptionBudget", False, False, False),
        ("HorizontalPodAutoscaler", True, False, False),
        ("Ingress", True, False, False),
        ("NetworkPolicy", True, False, False),
        ("PriorityClass", True, False, False),
        ("RuntimeClass", False, True, False),
        ("ValidatingWebhookConfiguration", False, False, False),
        ("ValidatingAdmissionPolicy", False, False, False),
    ],
)
def test_writes_of_kinds_differ(
    kind: str, *, unconditional: bool, created_by_put: bool, answers_with_object: bool
) -> None:
    """The table: may a PUT name no version, may it create, what does a DELETE answer with."""
    found = kinds.of_name(kind)
    assert found.allow_unconditional_update == unconditional
    assert found.create_on_update == created_by_put
    assert found.answers_delete_with_object == answers_with_object


@pytest.mark.parametrize(
    ("kind", "parts", "patches"),
    [
        ("endpointslices", {"addressType": "IPv4"}, [({"metadata": {"labels": {"a": "b"}}}, 2)]),
        ("endpointslices", {"addressType": "IPv4"}, [({"metadata": {"annotations": {"a": "b"}}}, 1)]),
        ("networkpolicies", {"spec": {}}, [({"metadata": {"labels": {"a": "b"}}}, 1)]),
        ("networkpolicies", {"spec": {}}, [({"spec": {"podSelector": {"matchLabels": {"a": "b"}}}}, 2)]),
        ("ingresses", {"spec": {"defaultBackend": BACKEND}}, [({"spec": {"ingressClassName": "c"}}, 2)]),
        ("poddisruptionbudgets", {"spec": {}}, [({"spec": {"minAvailable": 1}}, 2)]),
    ],
)
def test_generation_counts_what_a_kind_counts(
    server: Server, kind: str, parts: dict[str, Any], patches: list[tuple[dict[str, Any], int]]
) -> None:
    """Of slices labels count too; of most kinds the spec alone."""
    groups = {"endpointslices": "discovery.k8s.io", "poddisruptionbudgets": "policy"}
    base = f"/apis/{groups.get(kind, 'networking.k8s.io')}/v1/namespaces/shop/{kind}"
    made = server.ask("POST", base, {"metadata": {"name": "x"}, **parts}).object
    assert made is not None
    assert made.generation == 1
    for patch, generation in patches:
        changed = server.ask("PATCH", f"{base}/x", patch, media_type=MERGE).object
        assert changed is not None
        assert changed.generation == generation


@pytest.mark.parametrize(
    ("path", "body", "warned"),
    [
        (f"{SHOP}/services", {"spec": {"clusterIP": "None", "sessionAffinity": "ClientIP"}}, True),
        (f"{SHOP}/services", {"spec": {"clusterIP": "None"}}, False),
        ("/api/v1/persistentvolumes", {"spec": {**VOLUME, "persistentVolumeReclaimPolicy": "Recycle"}}, True),
    ],
)
def test_what_is_said_for_nothing_is_warned_of(
    server: Server, path: str, body: dict[str, Any], *, warned: bool
) -> None:
    """A server takes what has no effect, and says so."""
    answer = server.ask("POST", path, {"metadata": {"name": "x"}, **body})
    assert answer.status == 201
    assert bool(answer.warnings) == warned


def test_addresses_of_endpoints_are_put_in_order(server: Server) -> None:
    """The same endpoints in another order are the same endpoints."""
    first, second = {"ip": "10.1.0.1"}, {"ip": "10.1.0.2"}
    path = f"{SHOP}/endpoints/e"
    made = server.ask("PUT", path, {"metadata": {"name": "e"}, "subsets": [{"addresses": [second, first]}]}).object
    again = server.ask("PUT", path, {"metadata": {"name": "e"}, "subsets": [{"addresses": [first, second]}]}).object
    assert made is not None
    assert made == again
    assert [address["ip"] for address in made.thaw()["subsets"][0]["addresses"]] == ["10.1.0.1", "10.1.0.2"]


def test_secrets_of_a_service_account_are_named_only(server: Server) -> None:
    """What else is said of them is dropped."""
    body = {"metadata": {"name": "a"}, "secrets": [{"name": "s", "namespace": "elsewhere"}]}
    made = server.ask("POST", f"{SHOP}/serviceaccounts", body).object
    assert made is not None
    assert made.thaw()["secrets"] == [{"name": "s"}]


def test_priority_class_has_one_generation(server: Server) -> None:
    """A priority class is given a generation, and it stays."""
    base = "/apis/scheduling.k8s.io/v1/priorityclasses"
    made = server.ask("POST", base, {"metadata": {"name": "x"}, "value": 1}).object
    changed = server.ask("PATCH", f"{base}/x", {"description": "d"}, media_type=MERGE).object
    assert made is not None
    assert changed is not None
    assert (made.generation, changed.generation) == (1, 1)


def test_node_is_created_with_its_status(server: Server) -> None:
    """A kubelet says at once what its node has; of a volume nobody but the server says how it is."""
    node = server.ask("POST", "/api/v1/nodes", {"metadata": {"name": "n"}, "status": {"capacity": {"cpu": "1"}}})
    assert node.object is not None
    assert node.object.field("status.capacity.cpu") == "1"
    body = {"metadata": {"name": "v"}, "spec": VOLUME, "status": {"phase": "Bound"}}
    volume = server.ask("POST", "/api/v1/persistentvolumes", body)
    assert volume.object is not None
    assert volume.object.status["phase"] == "Pending"
    assert volume.object.status["lastPhaseTransitionTime"]


def test_namespace_keeps_the_finalizers_that_it_is_created_with(server: Server) -> None:
    """The server's own comes after those of the client."""
    body = {"metadata": {"name": "n"}, "spec": {"finalizers": ["x/y"]}}
    made = server.ask("POST", "/api/v1/namespaces", body).object
    assert made is not None
    assert made.spec["finalizers"] == ("x/y", "kubernetes")
