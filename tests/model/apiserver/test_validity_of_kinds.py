"""What is filled in in objects of single kinds, and which of them are refused, and for what."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.judging import BACKEND, CLAIM, POLICY, RULE, SCALER, VOLUME, WEBHOOK, read, refused

from seatrial.model import kinds
from seatrial.model.apiserver.decoding import decode
from seatrial.model.frozen_json import freeze_map

DEFAULTS: list[tuple[str, dict[str, Any], str, Any]] = [
    ("Secret", {"stringData": {"a": "b"}, "data": {"a": "eA=="}}, "data", {"a": "Yg=="}),
    ("Secret", {}, "type", "Opaque"),
    ("NetworkPolicy", {"spec": {"podSelector": {}}}, "spec.policyTypes", ["Ingress"]),
    ("NetworkPolicy", {"spec": {"egress": [{}]}}, "spec.policyTypes", ["Ingress", "Egress"]),
    ("PersistentVolumeClaim", {"spec": CLAIM}, "spec.volumeMode", "Filesystem"),
    ("PersistentVolume", {"spec": VOLUME}, "spec.persistentVolumeReclaimPolicy", "Retain"),
    ("PersistentVolume", {"spec": VOLUME}, "spec.hostPath", {"path": "/x", "type": ""}),
    ("StorageClass", {"provisioner": "p"}, "volumeBindingMode", "Immediate"),
    ("HorizontalPodAutoscaler", {"spec": SCALER}, "spec.minReplicas", 1),
    ("HorizontalPodAutoscaler", {"spec": {**SCALER, "behavior": {}}}, "spec.behavior.scaleDown.selectPolicy", "Max"),
    ("PriorityClass", {"value": 5}, "preemptionPolicy", "PreemptLowerPriority"),
    ("Node", {"status": {"capacity": {"cpu": "1"}}}, "status.allocatable", {"cpu": "1"}),
    ("Node", {"spec": {"podCIDR": "10.1.0.0/24"}}, "spec.podCIDRs", ["10.1.0.0/24"]),
    (
        "LimitRange",
        {"spec": {"limits": [{"type": "Container", "max": {"cpu": "2"}, "min": {"memory": "1Mi"}}]}},
        "spec.limits",
        [
            {
                "type": "Container",
                "max": {"cpu": "2"},
                "min": {"memory": "1Mi"},
                "default": {"cpu": "2"},
                "defaultRequest": {"cpu": "2", "memory": "1Mi"},
            }
        ],
    ),
    (
        "MutatingWebhookConfiguration",
        {"webhooks": [{**WEBHOOK, "rules": [RULE]}]},
        "webhooks",
        [
            {
                **WEBHOOK,
                "rules": [{**RULE, "scope": "*"}],
                "failurePolicy": "Fail",
                "matchPolicy": "Equivalent",
                "namespaceSelector": {},
                "objectSelector": {},
                "timeoutSeconds": 10,
                "reinvocationPolicy": "Never",
            }
        ],
    ),
    ("ValidatingAdmissionPolicy", {"spec": POLICY}, "spec.matchConstraints.matchPolicy", "Equivalent"),
    ("IngressClass", {"spec": {"parameters": {"kind": "K", "name": "n"}}}, "spec.parameters.scope", "Cluster"),
    ("Endpoints", {"subsets": [{"ports": [{"port": 1}]}]}, "subsets", [{"ports": [{"port": 1, "protocol": "TCP"}]}]),
]


@pytest.mark.parametrize(("kind", "parts", "path", "expected"), DEFAULTS)
def test_what_is_left_open_is_filled_in(kind: str, parts: dict[str, Any], path: str, expected: Any) -> None:
    """A server tells what it takes an object to mean."""
    field = read(kind, **parts).field(path)
    assert field == freeze_map({"": expected})[""]


@pytest.mark.parametrize(("kind", "parts", "path", "expected"), DEFAULTS)
def test_filling_in_twice_is_filling_in_once(kind: str, parts: dict[str, Any], path: str, expected: Any) -> None:
    """An object that was read from a server can be sent back: then nothing is left open."""
    del path, expected
    once = read(kind, **parts)
    assert decode(kinds.of_name(kind), once.root) == once


VALID: list[tuple[str, dict[str, Any]]] = [
    ("Ingress", {"spec": {"defaultBackend": BACKEND}}),
    ("IngressClass", {"spec": {"controller": "example.com/c"}}),
    ("NetworkPolicy", {"spec": {"ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]}}),
    ("EndpointSlice", {"addressType": "IPv4", "endpoints": [{"addresses": ["10.1.2.3"]}]}),
    ("Endpoints", {"subsets": [{"addresses": [{"ip": "10.1.2.3"}], "ports": [{"port": 80}]}]}),
    ("PersistentVolume", {"spec": VOLUME}),
    ("PersistentVolumeClaim", {"spec": CLAIM}),
    ("StorageClass", {"provisioner": "p"}),
    ("PodDisruptionBudget", {"spec": {"minAvailable": "50%"}}),
    ("ResourceQuota", {"spec": {"hard": {"pods": "2", "requests.cpu": "1", "count/jobs.batch": "1"}}}),
    ("LimitRange", {"spec": {"limits": [{"type": "Pod", "max": {"cpu": "1"}}]}}),
    ("HorizontalPodAutoscaler", {"spec": SCALER}),
    ("PriorityClass", {"value": 1_000_000_000}),
    ("RuntimeClass", {"handler": "runc"}),
    ("Node", {"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}}),
    ("ValidatingWebhookConfiguration", {"webhooks": [{**WEBHOOK, "rules": [RULE]}]}),
    ("ValidatingAdmissionPolicy", {"spec": POLICY}),
    ("ValidatingAdmissionPolicyBinding", {"spec": {"policyName": "p", "validationActions": ["Deny"]}}),
    ("Lease", {"spec": {"leaseDurationSeconds": 1}}),
    ("Namespace", {}),
]


@pytest.mark.parametrize(("kind", "parts"), VALID)
def test_sound_objects_are_taken(kind: str, parts: dict[str, Any]) -> None:
    """Nothing is said against an object that is as it should be."""
    assert refused(kind, **parts) == []


UNSOUND: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    ("ConfigMap", {"data": {"a": "b"}, "binaryData": {"a": "eA=="}}, [("Invalid", "data[a]")]),
    ("ConfigMap", {"data": {"a": "x" * (1 << 20), "b": "x"}}, [("TooLong", "[]")]),
    ("Secret", {"type": "kubernetes.io/tls", "data": {"tls.crt": "eA=="}}, [("Required", "data[tls.key]")]),
    ("Ingress", {"spec": {}}, [("Invalid", "spec")]),
    (
        "Ingress",
        {"spec": {"rules": [{"http": {"paths": [{"backend": BACKEND}]}}]}},
        [("Required", "spec.rules[0].http.paths[0].pathType")],
    ),
    ("Ingress", {"spec": {"defaultBackend": {}}}, [("Invalid", "spec.defaultBackend")]),
    (
        "NetworkPolicy",
        {"spec": {"policyTypes": ["Sideways"]}},
        [("NotSupported", "spec.policyTypes[0]")],
    ),
    ("NetworkPolicy", {"spec": {"egress": [{"to": [{}]}]}}, [("Required", "spec.egress[0].to[0]")]),
    ("EndpointSlice", {"endpoints": []}, [("Required", "addressType")]),
    (
        "EndpointSlice",
        {"addressType": "IPv4", "endpoints": [{"addresses": ["::1"]}]},
        [("Invalid", "endpoints[0].addresses[0]")],
    ),
    ("Endpoints", {"subsets": [{}]}, [("Required", "subsets[0]")]),
    (
        "PersistentVolume",
        {"spec": {}},
        [
            ("Required", "spec.accessModes"),
            ("Required", "spec.capacity"),
            ("NotSupported", "spec.capacity"),
            ("Required", "spec"),
        ],
    ),
    (
        "PersistentVolumeClaim",
        {"spec": {}},
        [("Required", "spec.accessModes"), ("Required", "spec.resources[storage]")],
    ),
    ("StorageClass", {}, [("Required", "provisioner")]),
    ("PodDisruptionBudget", {"spec": {"minAvailable": 1, "maxUnavailable": 1}}, [("Invalid", "spec")]),
    ("PodDisruptionBudget", {"spec": {"minAvailable": "101%"}}, [("Invalid", "spec.minAvailable")]),
    ("ResourceQuota", {"spec": {"hard": {"pods": "-1"}}}, [("Invalid", "spec.hard[pods]")]),
    ("ResourceQuota", {"spec": {"hard": {"nonsense": "1"}}}, [("Invalid", "spec.hard[nonsense]")] * 2),
    (
        "LimitRange",
        {"spec": {"limits": [{"type": "Container", "min": {"cpu": "2"}, "max": {"cpu": "1"}}]}},
        [
            ("Invalid", "spec.limits[0].min[cpu]"),
            ("Invalid", "spec.limits[0].defaultRequest[cpu]"),
            ("Invalid", "spec.limits[0].default[cpu]"),
        ],
    ),
    (
        "HorizontalPodAutoscaler",
        {"spec": {**SCALER, "minReplicas": 3}},
        [("Invalid", "spec.maxReplicas")],
    ),
    (
        "HorizontalPodAutoscaler",
        {"spec": {"maxReplicas": 0}},
        [
            ("Invalid", "spec.maxReplicas"),
            ("Invalid", "spec.maxReplicas"),
            ("Required", "spec.scaleTargetRef.kind"),
            ("Required", "spec.scaleTargetRef.name"),
        ],
    ),
    ("PriorityClass", {"value": 1_000_000_001}, [("Forbidden", "value")]),
    ("PriorityClass", {"metadata": {"name": "system-x"}}, [("Forbidden", "metadata.name")]),
    ("RuntimeClass", {"handler": "A"}, [("Invalid", "handler")]),
    (
        "Node",
        {"spec": {"taints": [{"key": "a", "effect": "Never"}]}},
        [("NotSupported", "metadata.taints[0].effect")],
    ),
    (
        "ValidatingWebhookConfiguration",
        {"webhooks": [{"name": "short", "clientConfig": {}}]},
        [
            ("Invalid", "webhooks[0].name"),
            ("Required", "webhooks[0].sideEffects"),
            ("Required", "webhooks[0].clientConfig"),
            ("Required", "webhooks[0].admissionReviewVersions"),
        ],
    ),
    (
        "ValidatingAdmissionPolicyBinding",
        {"spec": {"validationActions": ["Deny", "Warn"]}},
        [("Required", "spec.policyName"), ("Invalid", "spec.validationActions")],
    ),
    ("Lease", {"spec": {"leaseDurationSeconds": 0}}, [("Invalid", "spec.leaseDurationSeconds")]),
    ("Lease", {"spec": {"leaseTransitions": -1}}, [("Invalid", "spec.leaseTransitions")]),
    (
        "Event",
        {"metadata": {"name": "x", "namespace": "a"}, "involvedObject": {"namespace": "b"}},
        [("Invalid", "involvedObject.namespace")],
    ),
    ("IPAddress", {"metadata": {"name": "10.0.0.1"}}, [("Required", "spec.parentRef")]),
    ("ServiceCIDR", {}, [("Required", "spec.cidrs")]),
]


@pytest.mark.parametrize(("kind", "parts", "expected"), UNSOUND)
def test_unsound_objects_are_refused(kind: str, parts: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Everything that is wrong is told, in the order in which a server looks."""
    assert refused(kind, **parts) == expected
