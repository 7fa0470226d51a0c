"""The kinds that keep pods of a template running: defaults, validity, changes, status."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.checks import change_refused_for, decoded, prepared, refused_for, template, workload

from seatrial.model import kinds
from seatrial.model.apiserver.preparation import for_update

Found = list[tuple[str, str]]
WORKLOADS = ("ReplicaSet", "Deployment", "StatefulSet", "DaemonSet")
COUNTER = "deprecated.daemonset.template.generation"


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ReplicaSet", {"replicas": 1}),
        (
            "Deployment",
            {
                "replicas": 1,
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "25%", "maxSurge": "25%"}},
                "revisionHistoryLimit": 10,
                "progressDeadlineSeconds": 600,
            },
        ),
        (
            "StatefulSet",
            {
                "replicas": 1,
                "serviceName": "",
                "podManagementPolicy": "OrderedReady",
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
                "revisionHistoryLimit": 10,
                "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            },
        ),
        (
            "DaemonSet",
            {
                "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 1, "maxSurge": 0}},
                "revisionHistoryLimit": 10,
            },
        ),
    ],
)
def test_workloads_get_their_defaults(kind: str, expected: dict[str, Any]) -> None:
    """What is not said is filled in as recorded.

    Source: recordings of kube-apiserver 1.36, scenario s-generation.
    """
    spec = decoded(kind, **workload()).thaw()["spec"]
    assert {name: value for name, value in spec.items() if name not in ("selector", "template")} == expected
    assert spec["template"]["spec"]["restartPolicy"] == "Always"


def test_who_chooses_another_strategy_gets_no_defaults_of_this_one() -> None:
    """Neither does a stateful set that chooses to roll, and says no more."""
    assert dict(decoded("Deployment", **workload(strategy={"type": "Recreate"})).spec["strategy"]) == {
        "type": "Recreate"
    }
    rolling = {"type": "RollingUpdate"}
    assert dict(decoded("StatefulSet", **workload(updateStrategy=rolling)).spec["updateStrategy"]) == rolling


def test_a_replication_controller_takes_selector_and_labels_from_its_template() -> None:
    """It is older than selectors of more than labels.

    Source: recordings of kube-apiserver 1.36, scenario d-service-lease-others.
    """
    made = decoded("ReplicationController", spec={"template": template()})
    assert (dict(made.spec["selector"]), dict(made.labels), made.spec["replicas"]) == (
        {"app": "web"},
        {"app": "web"},
        1,
    )


@pytest.mark.parametrize("kind", WORKLOADS)
@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({}, []),
        ({"template": template(containers=[])}, [("Required", "spec.template.spec.containers")]),
        ({"template": template(restartPolicy="Never")}, [("NotSupported", "spec.template.spec.restartPolicy")]),
        (
            {"template": template(activeDeadlineSeconds=1)},
            [("Forbidden", "spec.template.spec.activeDeadlineSeconds")],
        ),
        ({"selector": {"matchLabels": {"app": "no"}}}, [("Invalid", "spec.template.metadata.labels")]),
        ({"minReadySeconds": -1}, [("Invalid", "spec.minReadySeconds")]),
        ({"replicas": -1}, [("Invalid", "spec.replicas")]),
    ],
)
def test_workloads_must_be_valid(kind: str, spec: dict[str, Any], expected: Found) -> None:
    """Their template, their selector and their numbers; a stateful set's template is hardly looked at."""
    unseen = {"StatefulSet": ("spec.template.spec.containers",), "DaemonSet": ("spec.replicas",)}.get(kind, ())
    assert refused_for(kind, **workload(**spec)) == [cause for cause in expected if cause[1] not in unseen]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ReplicaSet", [("Required", "spec.selector"), ("Invalid", "spec.template.metadata.labels")]),
        ("DaemonSet", [("Invalid", "spec.template.metadata.labels")]),
    ],
)
def test_a_selector_that_is_missing_selects_nothing(kind: str, expected: Found) -> None:
    """So it does not select the workload's own pods either; a daemon set complains of nothing else.

    Source: recordings of kube-apiserver 1.36, scenario c-replicaset-deployment.
    """
    assert refused_for(kind, **workload(selector=None)) == expected


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("Deployment", {"strategy": {"type": "Never"}}, [("NotSupported", "spec.strategy")]),
        (
            "Deployment",
            {"strategy": {"type": "Recreate", "rollingUpdate": {}}},
            [("Forbidden", "spec.strategy.rollingUpdate")],
        ),
        (
            "Deployment",
            {"strategy": {"rollingUpdate": {"maxUnavailable": 0, "maxSurge": 0}}},
            [("Invalid", "spec.strategy.rollingUpdate.maxUnavailable")],
        ),
        (
            "Deployment",
            {"strategy": {"rollingUpdate": {"maxUnavailable": "200%", "maxSurge": "x"}}},
            [
                ("Invalid", "spec.strategy.rollingUpdate.maxSurge"),
                ("Invalid", "spec.strategy.rollingUpdate.maxUnavailable"),
            ],
        ),
        (
            "Deployment",
            {"progressDeadlineSeconds": 5, "minReadySeconds": 5},
            [("Invalid", "spec.progressDeadlineSeconds")],
        ),
        ("StatefulSet", {"podManagementPolicy": "Chaos"}, [("Invalid", "spec.podManagementPolicy")]),
        ("StatefulSet", {"updateStrategy": {"type": "Chaos"}}, [("Invalid", "spec.updateStrategy")]),
        (
            "StatefulSet",
            {"persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Burn"}},
            [("NotSupported", "spec.persistentVolumeClaimRetentionPolicy.whenDeleted")],
        ),
        (
            "DaemonSet",
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 1, "maxSurge": 1}}},
            [("Invalid", "spec.updateStrategy.rollingUpdate.maxSurge")],
        ),
        (
            "DaemonSet",
            {"updateStrategy": {"rollingUpdate": {"maxUnavailable": 0}}},
            [("Required", "spec.updateStrategy.rollingUpdate.maxUnavailable")],
        ),
    ],
)
def test_how_pods_are_exchanged(kind: str, spec: dict[str, Any], expected: Found) -> None:
    """Strategies must be known, and must leave room to move."""
    assert refused_for(kind, **workload(**spec)) == expected


@pytest.mark.parametrize("name", ["a.b", "x" * 64])
def test_the_name_of_a_stateful_set_is_a_label(name: str) -> None:
    """Its pods are named after it, and a pod's name is a host's."""
    parts = {"metadata": {"name": name}, **workload()}
    assert refused_for("StatefulSet", **parts) == [("Invalid", "metadata.name")]
    assert refused_for("ReplicaSet", **parts) == []


OTHER = workload(selector={"matchLabels": {"app": "web", "tier": "a"}})
OTHER["spec"]["template"] = {**template(), "metadata": {"labels": {"app": "web", "tier": "a"}}}


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("ReplicaSet", [("Invalid", "spec.selector")]),
        ("Deployment", [("Invalid", "spec.selector")]),
        ("DaemonSet", [("Invalid", "spec.selector")]),
        ("StatefulSet", [("Forbidden", "spec")]),
    ],
)
def test_selectors_stay(kind: str, expected: Found) -> None:
    """Else pods would be left behind."""
    assert change_refused_for(kind, workload(), OTHER) == expected


def test_some_kinds_list_what_is_wrong_twice() -> None:
    """Daemon sets and replication controllers are checked as new ones, and then as changed ones."""
    wrong = workload(minReadySeconds=-1)
    assert change_refused_for("ReplicaSet", workload(), wrong) == [("Invalid", "spec.minReadySeconds")]
    assert change_refused_for("DaemonSet", workload(), wrong) == [("Invalid", "spec.minReadySeconds")] * 2


def test_of_a_stateful_set_little_may_change() -> None:
    """Replicas and template, but not the name of its service."""
    assert change_refused_for("StatefulSet", workload(), workload(replicas=3, minReadySeconds=1)) == []
    assert change_refused_for("StatefulSet", workload(), workload(serviceName="b")) == [("Forbidden", "spec")]


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        (
            "ReplicaSet",
            {"replicas": -1},
            ["status.replicas", "status.fullyLabeledReplicas", "status.readyReplicas", "status.availableReplicas"],
        ),
        ("ReplicaSet", {"replicas": 4, "readyReplicas": 77}, ["status.readyReplicas"]),
        ("ReplicaSet", {"replicas": 4, "readyReplicas": 1, "availableReplicas": 2}, ["status.availableReplicas"]),
        ("Deployment", {"replicas": 1, "observedGeneration": -1}, ["status.observedGeneration"]),
        ("StatefulSet", {"replicas": 1, "currentReplicas": 2}, ["status.currentReplicas"]),
        ("DaemonSet", {"numberReady": -1}, ["status.numberReady"]),
        ("DaemonSet", {"numberReady": 9}, []),
    ],
)
def test_counts_in_statuses(kind: str, status: dict[str, Any], expected: list[str]) -> None:
    """None is below zero, and no part is more than the whole; the specification is not looked at.

    Source: recordings of kube-apiserver 1.36, scenario c-replicaset-deployment.
    """
    sent = {**workload(replicas=-5), "status": status}
    assert change_refused_for(kind, workload(), sent, "status") == [("Invalid", field) for field in expected]


def test_names_that_collided_stay_collided() -> None:
    """The count of collisions never falls."""
    old = {**workload(), "status": {"collisionCount": 2}}
    assert change_refused_for("Deployment", old, workload(), "status") == [("Invalid", "status.collisionCount")]


def test_a_daemon_set_counts_its_templates() -> None:
    """An annotation tells how many it has had; nobody else may count.

    Source: recordings of kube-apiserver 1.36, scenarios d-service-lease-others and s-generation.
    """
    kind = kinds.of_name("DaemonSet")
    existing = prepared("DaemonSet", **workload())
    assert existing.annotations.get(COUNTER) == "1"
    same = for_update(kind, decoded("DaemonSet", **workload(minReadySeconds=2)), existing, "")
    assert (same.annotations.get(COUNTER), same.generation) == ("1", 2)
    claimed = {"name": "x", "namespace": "shop", "annotations": {COUNTER: "7"}}
    for subresource, count in (("", "2"), ("status", "1")):
        other = decoded(
            "DaemonSet", metadata=claimed, **workload(template=template(restartPolicy="Always", hostPID=True))
        )
        assert for_update(kind, other, existing, subresource).annotations.get(COUNTER) == count


def test_generation_of_a_deployment_counts_annotations_only_of_itself() -> None:
    """Annotations count through the deployment, not through its status.

    Source: recordings of kube-apiserver 1.36, scenario c-replicaset-deployment.
    """
    existing = prepared("Deployment", **workload())
    sent = existing.with_metadata(annotations={"a": "b"}, labels={"c": "d"})
    kind = kinds.of_name("Deployment")
    assert for_update(kind, sent, existing, "").generation == 2
    through_status = for_update(kind, sent, existing, "status")
    assert (through_status.generation, dict(through_status.annotations), dict(through_status.labels)) == (
        1,
        {"a": "b"},
        {},
    )


def test_what_was_kept_of_a_workload_is_kept() -> None:
    """A revision holds something, which never changes."""
    assert refused_for("ControllerRevision", revision=1) == [("Required", "data")]
    assert refused_for("ControllerRevision", data={"a": 1}, revision=-1) == [("Invalid", "revision")]
    old, new = ({"data": {"a": number}, "revision": 1} for number in (1, 2))
    assert change_refused_for("ControllerRevision", old, new) == [("Invalid", "data")]


def test_a_pod_template_counts_what_it_holds() -> None:
    """Its generation grows with its template, not with its labels."""
    existing = prepared("PodTemplate", template=template())
    kind = kinds.of_name("PodTemplate")
    assert existing.generation == 1
    assert for_update(kind, existing.with_metadata(labels={"a": "b"}), existing, "").generation == 1
    assert for_update(kind, decoded("PodTemplate", template=template(hostPID=True)), existing, "").generation == 2
    assert refused_for("PodTemplate", template=template(containers=[])) == [("Required", "template.spec.containers")]
