"""Classes that are named, or left out, by pods and ingresses."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.admitting import Admitting, admitted
from tests.model.apiserver.judging import BACKEND, change_refused, refused

from seatrial.model.apiserver import SMALL
from seatrial.model.frozen_json import thaw

SANDBOX: dict[str, Any] = {
    "handler": "sandbox",
    "overhead": {"podFixed": {"cpu": "1"}},
    "scheduling": {"nodeSelector": {"sandbox": "yes"}, "tolerations": [{"key": "sandbox", "operator": "Exists"}]},
}


@pytest.fixture
def server() -> Admitting:
    """A server that knows about classes, and has one for pods."""
    server = Admitting(evolve(SMALL, plugins=frozenset({"RuntimeClass", "DefaultIngressClass"})))
    assert server.make("RuntimeClass", "sandbox", namespace="", **SANDBOX).ok
    assert server.make("RuntimeClass", "plain", namespace="", handler="plain").ok
    return server


def test_a_pod_gets_what_its_class_says(server: Admitting) -> None:
    """The overhead of the class, and where pods of the class can run, besides what the pod says itself."""
    pod = admitted(server.pod("p", runtimeClassName="sandbox", nodeSelector={"zone": "a"}))
    assert thaw(pod.spec["overhead"]) == {"cpu": "1"}
    assert thaw(pod.spec["nodeSelector"]) == {"sandbox": "yes", "zone": "a"}
    assert thaw(pod.spec["tolerations"]) == [{"key": "sandbox", "operator": "Exists"}]


@pytest.mark.parametrize(
    "spec",
    [
        {"runtimeClassName": "none"},
        {"runtimeClassName": "sandbox", "overhead": {"cpu": "2"}},
        {"runtimeClassName": "sandbox", "nodeSelector": {"sandbox": "no"}},
        {"runtimeClassName": "plain", "overhead": {"cpu": "1"}},
        {"overhead": {"cpu": "1"}},
    ],
)
def test_a_pod_may_not_contradict_its_class(server: Admitting, spec: dict[str, Any]) -> None:
    """Its class must exist, and what the pod says of overhead and nodes must agree with it."""
    answer = server.pod("p", **spec)
    assert (answer.status, answer.reason) == (403, "Forbidden")


def test_an_ingress_without_a_class_gets_the_default_one(server: Admitting) -> None:
    """As long as there is one, and it says nothing by the old annotation either."""
    spec = {"defaultBackend": BACKEND}
    default = {"annotations": {"ingressclass.kubernetes.io/is-default-class": "true"}}
    old = {"annotations": {"kubernetes.io/ingress.class": "other"}}
    assert "ingressClassName" not in admitted(server.make("Ingress", "a", spec=spec)).spec
    assert server.make("IngressClass", "c", namespace="", metadata=default, spec={"controller": "a.b/c"}).ok
    assert admitted(server.make("Ingress", "b", spec=spec)).spec["ingressClassName"] == "c"
    assert "ingressClassName" not in admitted(server.make("Ingress", "d", metadata=old, spec=spec)).spec


UNSOUND: list[tuple[str, dict[str, Any], list[str]]] = [
    ("CSIDriver", {"spec": {"fsGroupPolicy": "Some"}}, ["spec.fsGroupPolicy"]),
    ("CSIDriver", {"spec": {"volumeLifecycleModes": ["Eternal"]}}, ["spec.volumeLifecycleModes"]),
    (
        "CSINode",
        {"spec": {"drivers": [{"name": "d", "nodeID": "n"}, {"name": "d"}]}},
        ["spec.drivers[1].nodeID", "spec.drivers[1].name"],
    ),
    ("CSIStorageCapacity", {}, ["storageClassName"]),
    (
        "FlowSchema",
        {"spec": {"priorityLevelConfiguration": {"name": "x"}, "rules": [{}]}},
        ["spec.rules[0].subjects", "spec.rules[0]"],
    ),
    (
        "PriorityLevelConfiguration",
        {"spec": {"type": "Limited", "limited": {"nominalConcurrencyShares": -1, "lendablePercent": 101}}},
        ["spec.limited.nominalConcurrencyShares", "spec.limited.lendablePercent"],
    ),
]


@pytest.mark.parametrize(("kind", "parts", "expected"), UNSOUND)
def test_drivers_and_flows_are_looked_at(kind: str, parts: dict[str, Any], expected: list[str]) -> None:
    """Also kinds that administrators seldom write themselves are validated."""
    assert [field for _, field in refused(kind, **parts)] == expected


def test_how_a_driver_attaches_stays() -> None:
    """Who wants it otherwise makes a new driver."""
    assert change_refused("CSIDriver", {"spec": {}}, {"spec": {"attachRequired": False}}) == ["spec.attachedRequired"]


def test_a_job_with_a_long_name_is_refused_for_the_labels_of_its_pods() -> None:
    """The labels that a job gets for itself are made from these, and are not looked at."""
    pods = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "i"}]}}
    found = refused("Job", metadata={"name": "x" * 64}, spec={"template": pods})
    assert found == [("Invalid", "spec.template.labels")] * 2


def test_who_should_lead_is_not_kept(server: Admitting) -> None:
    """A server that does not choose leaders drops what a lease says of how it should."""
    spec = {"holderIdentity": "a", "strategy": "OldestEmulationVersion", "preferredHolder": "b"}
    assert thaw(admitted(server.make("Lease", "l", spec=spec)).spec) == {"holderIdentity": "a"}
