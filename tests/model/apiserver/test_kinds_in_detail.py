"""Rules of single kinds that few clients ever meet: each is one that a server was once found to lack here."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.judging import BACKEND, SCALER, VOLUME, change_refused, refused
from tests.model.apiserver.server import SHOP, fresh_server

from seatrial.model import kinds
from seatrial.model.apiserver import ADMIN, SMALL, Answer
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.field_selectors import parse_field_selector, unknown_label
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.selectors import BadSelector
from seatrial.model.frozen_json import freeze_map

USER = "t"
"""The bearer token of who asks."""


def _cron(zone: str) -> dict[str, Any]:
    pods = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}
    return {"spec": {"schedule": "@daily", "timeZone": zone, "jobTemplate": {"spec": {"template": pods}}}}


def _metric(kind: str, **source: Any) -> dict[str, Any]:
    return {"spec": {**SCALER, "metrics": [{"type": kind[0].upper() + kind[1:], kind: source}]}}


UNSOUND: list[tuple[str, dict[str, Any], list[tuple[str, str]]]] = [
    (
        "HorizontalPodAutoscaler",
        _metric("resource", name="cpu", target={"type": "Utilization"}),
        [("Required", "spec.metrics[0].resource.target.averageUtilization")],
    ),
    (
        "HorizontalPodAutoscaler",
        _metric("resource", name="cpu", target={"type": "Utilization", "averageUtilization": 5, "averageValue": "1"}),
        [("Forbidden", "spec.metrics[0].resource.target.averageValue")],
    ),
    (
        "HorizontalPodAutoscaler",
        _metric("pods", metric={"name": "m"}, target={"type": "AverageValue", "averageValue": "0"}),
        [
            ("Invalid", "spec.metrics[0].pods.target.averageValue"),
            ("Required", "spec.metrics[0].pods.target.averageValue"),
        ],
    ),
    (
        "HorizontalPodAutoscaler",
        _metric("external", metric={"name": "m"}, target={"type": "Value", "value": "1", "averageValue": "1"}),
        [("Forbidden", "spec.metrics[0].external.target.value")],
    ),
    ("StorageClass", {"provisioner": "a b"}, [("Invalid", "provisioner")]),
    (
        "PersistentVolume",
        {"spec": {**VOLUME, "hostPath": {"path": "/a/../b"}}},
        [("Invalid", "spec.hostPath.path")],
    ),
    (
        "PersistentVolume",
        {"spec": {**VOLUME, "hostPath": None, "local": {"path": "/a"}}},
        [("Required", "spec.nodeAffinity")],
    ),
    (
        "Ingress",
        {"spec": {"defaultBackend": BACKEND, "tls": [{"hosts": ["a b", "*.c"], "secretName": "A"}]}},
        [("Invalid", "spec.tls[0].hosts[0]"), ("Invalid", "spec.tls[0].secretName")],
    ),
    (
        "Ingress",
        {"spec": {"rules": [{"http": {"paths": [{"path": "/a//b", "pathType": "Exact", "backend": BACKEND}]}}]}},
        [("Invalid", "spec.rules[0].http.paths[0].path")],
    ),
    (
        "Ingress",
        {
            "metadata": {"name": "x", "annotations": {"kubernetes.io/ingress.class": "a"}},
            "spec": {"ingressClassName": "b", "defaultBackend": BACKEND},
        },
        [("Invalid", "annotations.kubernetes.io/ingress.class")],
    ),
    (
        "IngressClass",
        {"spec": {"controller": "a.b/c", "parameters": {"kind": "K", "name": "n", "scope": "Galaxy"}}},
        [("NotSupported", "spec.parameters.scope")],
    ),
    ("ServiceCIDR", {"spec": {"cidrs": ["10.1.0.0/16", "10.2.0.0/16"]}}, [("Invalid", "spec.cidrs")]),
    ("Node", {"spec": {"podCIDR": "x"}}, [("Invalid", "spec.podCIDRs[0]")]),
    ("LimitRange", {"spec": {"limits": [{}]}}, [("Invalid", "spec.limits[0].type")] * 2),
    ("ResourceQuota", {"spec": {"hard": {"a b/": "1"}}}, [("Invalid", "spec.hard[a b/]")] * 3),
    ("CronJob", _cron("Nowhere/Land"), [("Invalid", "spec.timeZone")]),
    ("CronJob", _cron("Europe/Berlin"), []),
]


@pytest.mark.parametrize(("kind", "parts", "expected"), UNSOUND)
def test_rare_faults_are_told(kind: str, parts: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """What is wrong with an object is told with its place, also where hardly anybody ever goes wrong."""
    assert refused(kind, **parts) == expected


def test_a_class_may_be_named_in_both_ways_if_they_agree() -> None:
    """An ingress that names its class by the old annotation and by the field must name the same one."""
    both = {"metadata": {"name": "x", "annotations": {"kubernetes.io/ingress.class": "a"}}}
    assert refused("Ingress", **both, spec={"ingressClassName": "a", "defaultBackend": BACKEND}) == []


def test_the_first_range_of_a_node_is_one_field_with_two_names() -> None:
    """Who sets ``podCIDR`` alone to another value changes ``podCIDRs`` too, which is allowed once."""
    before, after = (
        {"spec": {"podCIDR": text, "podCIDRs": ["10.1.0.0/24"]}} for text in ("10.1.0.0/24", "10.2.0.0/24")
    )
    assert change_refused("Node", before, after) == ["spec.podCIDRs"]
    assert change_refused("Node", {}, after) == []


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (["10.1.0.0/16"], ["10.1.0.0/16", "fd00::/64"], []),
        (["10.1.0.0/16"], ["10.2.0.0/16"], ["spec.cidrs[0]"]),
        (["10.1.0.0/16"], [], ["spec.cidrs"]),
        (["10.1.0.0/16", "fd00::/64"], ["10.1.0.0/16"], ["spec.cidrs"]),
    ],
)
def test_ranges_of_services_only_get_a_second_family(before: list[str], after: list[str], expected: list[str]) -> None:
    """A range stays as it is, but for a second one of the other version of IP that may be added."""
    assert change_refused("ServiceCIDR", {"spec": {"cidrs": before}}, {"spec": {"cidrs": after}}) == expected


def test_events_are_selected_by_the_names_of_their_group() -> None:
    """One group speaks of the involved object, the other of what an event is regarding."""
    groups = {group: kinds.of_url(group, "v1", "events") for group in ("", "events.k8s.io")}
    for text, group in (("involvedObject.kind=Pod", ""), ("regarding.kind=Pod", "events.k8s.io")):
        selector = parse_field_selector(text)
        assert not isinstance(selector, BadSelector)
        assert [name for name, kind in groups.items() if kind and unknown_label(kind, selector) is None] == [group]


def test_a_refused_change_of_a_service_takes_and_gives_back_once() -> None:
    """A refusal that was computed from a cached copy is not computed again if the copy was up to date.

    So one port is taken, and given back, and etcd's revision rises by two.
    """
    server = fresh_server()
    made = server.ask("POST", f"{SHOP}/services", {"metadata": {"name": "s"}, "spec": {"ports": [{"port": 80}]}})
    assert made.status == 201
    before = server.etcd.revision
    patch = {"spec": {"type": "NodePort", "sessionAffinity": "Nonsense"}}
    answer = server.ask("PATCH", f"{SHOP}/services/s", patch, media_type="application/merge-patch+json")
    assert (answer.status, server.etcd.revision - before) == (422, 2)


def test_an_owner_that_is_named_twice_is_kept_once() -> None:
    """A server takes a repeated reference off, and warns whoever sent it; others with the same uid stay."""
    server = fresh_server()
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "p", "uid": "1"}
    other = {**owner, "name": "q"}
    metadata = {"name": "m", "ownerReferences": [owner, other, owner]}
    made = server.ask("POST", f"{SHOP}/configmaps", {"metadata": metadata})
    assert made.object is not None
    assert [reference.name for reference in made.object.owner_references] == ["p", "q"]
    assert [warning.rpartition(": ")[2] for warning in made.warnings] == ["[1]"]
    patch = {"metadata": {"ownerReferences": [other, other]}}
    patched = server.ask("PATCH", f"{SHOP}/configmaps/m", patch, media_type="application/merge-patch+json")
    assert patched.object is not None
    assert [reference.name for reference in patched.object.owner_references] == ["q"]
    assert "after mutating admission" in patched.warnings[0]


@pytest.mark.parametrize(
    ("reference", "status"),
    [
        ({"kind": "Pod", "name": "p"}, 201),
        ({"kind": "Pod", "name": "p", "uid": "other"}, 409),
        ({"kind": "Pod", "name": "none"}, 404),
        ({"kind": "Secret", "name": "none"}, 404),
        ({"kind": "Service", "name": "p"}, 400),
    ],
)
def test_a_token_goes_with_what_is_there(reference: dict[str, str], status: int) -> None:
    """A token that is to go with an object needs that object to be there, of a kind that tokens can go with."""
    server = fresh_server()
    server.make("ServiceAccount", "a")
    server.make("Pod", "p", spec={"serviceAccountName": "a", "containers": [{"name": "c", "image": "i"}]})
    body = {"spec": {"boundObjectRef": {"apiVersion": "v1", **reference}}}
    http = HttpRequest(method="POST", path=f"{SHOP}/serviceaccounts/a/token", body=freeze_map(body), token=USER)
    answer = serve(server.etcd, http, evolve(SMALL, tokens={USER: ADMIN}))
    assert isinstance(answer, Answer)
    assert answer.status == status


def test_what_a_role_gathers_is_selected_soundly() -> None:
    """The selectors of an aggregated role are looked at one by one, each as a whole and in its parts."""
    selectors = [{"matchLabels": {"a": "b"}}, {"matchLabels": {"a b": "c"}}]
    at = "aggregationRule.clusterRoleSelectors[1]"
    expected = [("Invalid", f"{at}.matchLabels"), ("Invalid", at)]
    assert refused("ClusterRole", aggregationRule={"clusterRoleSelectors": selectors}) == expected
