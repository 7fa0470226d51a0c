"""What a server fills in where pods and templates say nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.checks import CONTAINER, decoded, pod, prepared, template, with_container, workload

from seatrial.model import kinds
from seatrial.model.apiserver.defaulting import defaulted
from seatrial.model.apiserver.strategies.pod_templates.images import is_latest


def spec_of(parts: dict[str, Any]) -> dict[str, Any]:
    """The specification of a pod with its defaults."""
    spec: dict[str, Any] = decoded("Pod", **parts).thaw()["spec"]
    return spec


def test_a_pod_gets_its_defaults() -> None:
    """A pod that says nothing but its container is completed as recorded.

    Source: recordings of kube-apiserver 1.36, scenario b-pod.
    """
    assert spec_of(pod()) == {
        "containers": [
            {
                **CONTAINER,
                "resources": {},
                "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "imagePullPolicy": "IfNotPresent",
            }
        ],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "enableServiceLinks": True,
    }


def test_a_template_lacks_what_only_pods_get() -> None:
    """Links to services, and requests that follow from limits, are decided when a pod is made."""
    limits = {"limits": {"cpu": "1"}}
    container = {**CONTAINER, "resources": limits}
    in_template = decoded("ReplicaSet", **workload(template=template(containers=[container]))).spec["template"]["spec"]
    assert "enableServiceLinks" not in in_template
    assert "requests" not in in_template["containers"][0]["resources"]
    assert spec_of(pod(containers=[container]))["containers"][0]["resources"] == {**limits, "requests": {"cpu": "1"}}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ports": [{"containerPort": 80}]}, {"ports": [{"containerPort": 80, "protocol": "TCP"}]}),
        (
            {"livenessProbe": {"httpGet": {"port": 80}}},
            {
                "livenessProbe": {
                    "httpGet": {"port": 80, "path": "/", "scheme": "HTTP"},
                    "timeoutSeconds": 1,
                    "periodSeconds": 10,
                    "successThreshold": 1,
                    "failureThreshold": 3,
                }
            },
        ),
        (
            {"readinessProbe": {"grpc": {"port": 1}, "periodSeconds": 5}},
            {
                "readinessProbe": {
                    "grpc": {"port": 1, "service": ""},
                    "timeoutSeconds": 1,
                    "periodSeconds": 5,
                    "successThreshold": 1,
                    "failureThreshold": 3,
                }
            },
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]},
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.name"}}}]},
        ),
        (
            {"lifecycle": {"preStop": {"httpGet": {"port": "web"}}}},
            {"lifecycle": {"preStop": {"httpGet": {"port": "web", "path": "/", "scheme": "HTTP"}}}},
        ),
        (
            {"resources": {"requests": {"cpu": "100u", "memory": "1Gi"}}},
            {"resources": {"requests": {"cpu": "1m", "memory": "1Gi"}}},
        ),
    ],
)
def test_parts_of_containers_get_defaults(fields: dict[str, Any], expected: dict[str, Any]) -> None:
    """Ports, probes, references to fields and hooks are completed; amounts are rounded up to thousandths."""
    [container] = spec_of(with_container(**fields))["containers"]
    assert {name: container[name] for name in fields} == expected


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ({}, {"emptyDir": {}}),
        ({"emptyDir": {}}, {"emptyDir": {}}),
        ({"secret": {"secretName": "s"}}, {"secret": {"secretName": "s", "defaultMode": 420}}),
        ({"configMap": {"name": "m", "defaultMode": 0}}, {"configMap": {"name": "m", "defaultMode": 0}}),
        ({"hostPath": {"path": "/a"}}, {"hostPath": {"path": "/a", "type": ""}}),
        (
            {"projected": {"sources": [{"serviceAccountToken": {"path": "t"}}]}},
            {
                "projected": {
                    "defaultMode": 420,
                    "sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 3600}}],
                }
            },
        ),
        (
            {"downwardAPI": {"items": [{"path": "p", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
            {
                "downwardAPI": {
                    "defaultMode": 420,
                    "items": [{"path": "p", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.labels"}}],
                }
            },
        ),
        (
            {"image": {"reference": "a/b"}},
            {"image": {"reference": "a/b", "pullPolicy": "Always"}},
        ),
    ],
)
def test_volumes_get_defaults(volume: dict[str, Any], expected: dict[str, Any]) -> None:
    """A volume without a source is an empty directory; files have permissions, tokens an hour."""
    [completed] = spec_of(pod(volumes=[{"name": "v", **volume}]))["volumes"]
    assert completed == {"name": "v", **expected}


@pytest.mark.parametrize(
    ("image", "latest"),
    [
        ("nginx", True),
        ("nginx:latest", True),
        ("nginx:1", False),
        ("example.com:5000/team/web", True),
        ("example.com:5000/team/web:2", False),
        ("localhost/web", True),
        ("web@sha256:" + "0" * 64, False),
        ("web:1@sha256:" + "0" * 64, False),
        ("Upper/case", True),
        ("Upper", False),
        ("a b", False),
        ("", False),
    ],
)
def test_which_images_are_pulled_always(image: str, *, latest: bool) -> None:
    """Always pulled is what has no tag or the tag ``latest``; what is no reference is not."""
    assert is_latest(image) == latest


def test_ports_are_the_hosts_with_its_network() -> None:
    """With the host's network, a port of a pod's container is the host's port; of a template's it stays open."""
    ports = [{"containerPort": 80}]
    [container] = spec_of(pod(hostNetwork=True, containers=[{**CONTAINER, "ports": ports}]))["containers"]
    assert container["ports"] == [{"containerPort": 80, "hostPort": 80, "protocol": "TCP"}]


def test_the_two_names_of_the_service_account_agree() -> None:
    """Who says one says the other."""
    for name in ("serviceAccount", "serviceAccountName"):
        spec = spec_of(pod(**{name: "robot"}))
        assert (spec["serviceAccount"], spec["serviceAccountName"]) == ("robot", "robot")


def test_addresses_of_old_and_new_agree() -> None:
    """A status with one address has a list of one, and the other way round."""
    for status in ({"podIP": "10.0.0.1"}, {"podIPs": [{"ip": "10.0.0.1"}]}):
        completed = decoded("Pod", **pod(), status=status).thaw()["status"]
        assert completed == {"podIP": "10.0.0.1", "podIPs": [{"ip": "10.0.0.1"}]}


def test_a_pod_that_is_limited_as_a_whole_asks_for_what_its_containers_do() -> None:
    """Where the containers ask for nothing, the pod asks for all that it may have."""
    container = {**CONTAINER, "resources": {"requests": {"cpu": "100m"}}}
    resources = spec_of(pod(containers=[container, {**container, "name": "d"}], resources={"limits": {"cpu": "1"}}))
    assert resources["resources"] == {"limits": {"cpu": "1"}, "requests": {"cpu": "200m"}}
    alone = spec_of(pod(resources={"limits": {"memory": "1Gi"}}))
    assert alone["resources"] == {"limits": {"memory": "1Gi"}, "requests": {"memory": "1Gi"}}


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ({}, "BestEffort"),
        ({"requests": {"ephemeral-storage": "1Gi"}}, "BestEffort"),
        ({"requests": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, "Guaranteed"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "500m"}}, "Burstable"),
        ({"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1000m"}}, "Guaranteed"),
    ],
)
def test_what_a_pod_asks_for_decides_its_class(resources: dict[str, Any], expected: str) -> None:
    """Only processors and memory count; who gets exactly what it is limited to is guaranteed it.

    Source: recordings of kube-apiserver 1.36, scenarios b-pod and o-admission.
    """
    assert prepared("Pod", **with_container(resources=resources)).status["qosClass"] == expected


def test_a_gated_pod_is_told_why_it_waits() -> None:
    """Its status says that nobody places it.

    Source: recordings of kube-apiserver 1.36, scenario b-pod.
    """
    [condition] = prepared("Pod", **pod(schedulingGates=[{"name": "g"}])).thaw()["status"]["conditions"]
    assert (condition["type"], condition["status"], condition["reason"]) == ("PodScheduled", "False", "SchedulingGated")


def test_selectors_may_be_about_pods_labelled_alike() -> None:
    """Keys of labels become conditions with the pod's own values, in affinity and in spreading."""
    keyed: dict[str, Any] = {"labelSelector": {}, "topologyKey": "zone", "matchLabelKeys": ["app", "none"]}
    terms = "requiredDuringSchedulingIgnoredDuringExecution"
    made = prepared(
        "Pod",
        metadata={"name": "x", "labels": {"app": "web"}},
        **pod(
            affinity={"podAffinity": {terms: [keyed]}},
            topologySpreadConstraints=[{**keyed, "maxSkew": 1, "whenUnsatisfiable": "DoNotSchedule"}],
        ),
    ).thaw()["spec"]
    expected = {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]}
    assert made["affinity"]["podAffinity"][terms][0]["labelSelector"] == expected
    assert made["topologySpreadConstraints"][0]["labelSelector"] == expected


NAMES = st.sampled_from(["a", "b", "web"])
CONTAINERS = st.fixed_dictionaries(
    {"name": NAMES, "image": st.sampled_from(["i", "i:1", "X"])},
    optional={
        "ports": st.lists(st.fixed_dictionaries({"containerPort": st.integers(1, 9)}), max_size=2),
        "livenessProbe": st.sampled_from([{"exec": {"command": ["a"]}}, {"httpGet": {"port": 1}}]),
        "resources": st.sampled_from([{"limits": {"cpu": "1"}}, {"requests": {"cpu": "10u"}}]),
    },
)
SPECS = st.fixed_dictionaries(
    {"containers": st.lists(CONTAINERS, min_size=1, max_size=3)},
    optional={
        "initContainers": st.lists(CONTAINERS, max_size=2),
        "hostNetwork": st.booleans(),
        "volumes": st.lists(st.fixed_dictionaries({"name": NAMES}), max_size=2),
        "serviceAccountName": NAMES,
    },
)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(spec=SPECS)
def test_defaults_are_filled_in_once(spec: dict[str, Any]) -> None:
    """What has its defaults gets no others: it is the very same object afterwards."""
    for name, parts in (
        ("Pod", {"spec": spec}),
        ("Deployment", workload(template=template(**spec))),
        ("StatefulSet", workload(template=template(**spec))),
        ("DaemonSet", workload(template=template(**spec))),
        ("Job", {"spec": {"template": template(**spec)}}),
        ("CronJob", {"spec": {"jobTemplate": {"spec": {"template": template(**spec)}}}}),
    ):
        once = decoded(name, **parts)
        assert defaulted(kinds.of_name(name), once).root is once.root, name
