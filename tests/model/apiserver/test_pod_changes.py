"""What of a pod may change, and through which URL."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.checks import CONTAINER, NOTHING, change_refused_for, decoded, pod, prepared, with_container

from seatrial.model import kinds
from seatrial.model.apiserver.preparation import for_update

Found = list[tuple[str, str]]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"containers": [{**CONTAINER, "image": "i:2"}]}, []),
        ({"containers": [{**CONTAINER, "image": ""}]}, [("Required", "spec.containers[0].image")] * 2),
        ({"containers": [{**CONTAINER, "name": "d"}]}, [("Forbidden", "spec")]),
        ({"containers": [CONTAINER, {**CONTAINER, "name": "d"}]}, [("Forbidden", "spec.containers")]),
        ({"initContainers": [{**CONTAINER, "name": "d"}]}, [("Forbidden", "spec.initContainers")]),
        ({"nodeName": "n1"}, [("Forbidden", "spec")]),
        ({"restartPolicy": "Never"}, [("Forbidden", "spec")]),
        ({"activeDeadlineSeconds": 5}, []),
        ({"activeDeadlineSeconds": 50}, [("Invalid", "spec.activeDeadlineSeconds")]),
        ({"activeDeadlineSeconds": None}, [("Invalid", "spec.activeDeadlineSeconds")]),
        ({"tolerations": [{"key": "a"}, {"key": "b"}]}, []),
        ({"tolerations": [{"key": "a", "effect": "NoExecute"}]}, [("Forbidden", "spec.tolerations")]),
        ({"tolerations": []}, [("Forbidden", "spec.tolerations")]),
        ({"schedulingGates": []}, []),
        ({"schedulingGates": [{"name": "g"}, {"name": "h"}]}, [("Forbidden", "spec.schedulingGates[1].name")]),
        ({"nodeSelector": {"disk": "ssd", "zone": "a"}}, []),
        ({"nodeSelector": {"disk": "hdd"}}, [("Invalid", "spec.nodeSelector")]),
    ],
)
def test_a_pod_is_fixed_but_for_a_few_fields(change: dict[str, Any], expected: Found) -> None:
    """Images, a sooner deadline, further tolerations, fewer gates; while it has gates, further conditions on its node.

    Source: recordings H.2 of kube-apiserver 1.36, scenario b-pod.
    """
    spec = {
        "activeDeadlineSeconds": 9,
        "tolerations": [{"key": "a"}],
        "schedulingGates": [{"name": "g"}],
        "nodeSelector": {"disk": "ssd"},
    }
    assert change_refused_for("Pod", pod(**spec), pod(**{**spec, **change})) == expected


def test_the_node_of_a_pod_without_gates_cannot_be_narrowed() -> None:
    """It is placed already, or may be at any moment."""
    assert change_refused_for("Pod", pod(), pod(nodeSelector={"a": "b"})) == [("Forbidden", "spec")]


def test_seconds_of_a_toleration_may_change() -> None:
    """Only how long a taint is put up with may."""
    taint = {"key": "a", "effect": "NoExecute", "operator": "Exists"}
    old, new = ({"tolerations": [{**taint, "tolerationSeconds": seconds}]} for seconds in (1, 2))
    assert change_refused_for("Pod", pod(**old), pod(**new)) == []


def test_metadata_of_a_pod_is_checked_three_times() -> None:
    """Twice as a change, once more with the whole pod."""
    wrong = {"metadata": {"name": "x", "namespace": "shop", "labels": {"a": "b c"}}, **pod()}
    assert change_refused_for("Pod", pod(), wrong) == [("Invalid", "metadata.labels")] * 3


def test_containers_for_a_look_can_only_be_added() -> None:
    """Through ``ephemeralcontainers`` nothing else changes, and what was added stays."""
    look = {"name": "look", "image": "i"}
    of = "ephemeralcontainers"
    kind = kinds.of_name("Pod")
    existing = prepared("Pod", **pod())
    sent = decoded("Pod", metadata={"name": "x", "labels": {"a": "b"}}, **pod(ephemeralContainers=[look], nodeName="n"))
    stored = for_update(kind, sent, existing, of)
    assert [container["name"] for container in stored.spec["ephemeralContainers"]] == ["look"]
    assert (stored.labels, stored.spec.get("nodeName"), stored.generation) == (existing.labels, None, 2)
    field = "spec.ephemeralContainers"
    assert change_refused_for("Pod", pod(), pod(ephemeralContainers=[look]), of) == []
    again = for_update(kind, decoded("Pod", **pod()), stored, of)
    assert "ephemeralContainers" not in again.spec
    for name, expected in (
        ("ports", [("Forbidden", f"{field}[0].ports")]),
        ("targetContainerName", [("NotFound", f"{field}[0].targetContainerName")]),
    ):
        value = [{"containerPort": 1}] if name == "ports" else "none"
        assert change_refused_for("Pod", pod(), pod(ephemeralContainers=[{**look, name: value}]), of) == expected
    double = pod(ephemeralContainers=[{**look, "name": "c"}])
    assert change_refused_for("Pod", pod(), double, of) == [("Duplicate", f"{field}[0].name")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"requests": {"cpu": "1"}}, {"requests": {"cpu": "2"}}, []),
        ({}, {"requests": {"cpu": "1"}}, [("Invalid", "spec")]),
        (
            {"requests": {"cpu": "1", "memory": "1Gi"}},
            {"requests": {"cpu": "1"}},
            [("Forbidden", "spec.containers[0].resources.requests")],
        ),
        (
            {"requests": {"cpu": "1", "ephemeral-storage": "1Gi"}},
            {"requests": {"cpu": "1", "ephemeral-storage": "2Gi"}},
            [("Forbidden", "spec")],
        ),
    ],
)
def test_a_running_pod_may_ask_for_more_or_less(old: dict[str, Any], new: dict[str, Any], expected: Found) -> None:
    """Processors and memory may change through ``resize``, as long as the pod's class does not.

    Source: recordings of kube-apiserver 1.36, scenario b-pod.
    """
    before, after = (with_container(resources=resources) for resources in (old, new))
    assert change_refused_for("Pod", before, after, "resize") == expected


def test_other_changes_are_passed_over_when_resizing() -> None:
    """Images through ``resize`` stay as they are."""
    existing = prepared("Pod", **with_container(resources={"requests": {"cpu": "1"}}))
    sent = decoded("Pod", **with_container(resources={"requests": {"cpu": "2"}}, image="other"))
    stored = for_update(kinds.of_name("Pod"), sent, existing, "resize")
    assert stored.spec["containers"][0]["image"] == CONTAINER["image"]
    assert (stored.spec["containers"][0]["resources"]["requests"]["cpu"], stored.generation) == ("2", 2)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {"phase": "Running"}, []),
        ({"qosClass": "BestEffort"}, {"qosClass": "Guaranteed"}, [("Invalid", "status.qosClass")]),
        ({}, {"podIPs": [{"ip": "none"}]}, [("Invalid", "status.podIPs[0]")]),
        ({}, {"podIPs": [{"ip": "10.0.0.1"}, {"ip": "10.0.0.2"}]}, [("Invalid", "status.podIPs")]),
        ({}, {"conditions": [{"type": "a b", "status": "True"}]}, [("Invalid", "metadata.conditions[0].Type")]),
        (
            {"containerStatuses": [{"name": "c", "state": {"terminated": {"exitCode": 0}}}]},
            {"containerStatuses": [{"name": "c", "state": {"running": NOTHING}}]},
            [("Forbidden", "status.containerStatuses[0].state")],
        ),
    ],
)
def test_the_status_of_a_pod(old: dict[str, Any], new: dict[str, Any], expected: Found) -> None:
    """The class never changes, addresses are addresses, and what has ended for good does not run again."""
    parts = pod(restartPolicy="Never")
    before, after = ({**parts, "status": {"qosClass": "BestEffort", **status}} for status in (old, new))
    assert change_refused_for("Pod", before, after, "status") == expected


def test_who_forgets_the_class_in_a_status_does_not_change_it() -> None:
    """Nodes that do not know the field leave it out."""
    existing = prepared("Pod", **pod())
    stored = for_update(kinds.of_name("Pod"), decoded("Pod", **pod(), status={"phase": "Running"}), existing, "status")
    assert stored.status.get("qosClass") == "BestEffort"
