"""Which pods are valid: the causes of refusals, in their order.

The fields are those of Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.checks import CONTAINER, NOTHING, pod, refused_for, with_container

from seatrial.model import kinds
from seatrial.model.apiserver.defaulting import defaulted
from seatrial.model.apiserver.preparation import for_creation
from seatrial.model.apiserver.validation import validate_creation
from seatrial.model.objects import Object

Found = list[tuple[str, str]]
C = "spec.containers[0]"
V = "spec.volumes[0]"


def test_a_plain_pod_is_valid() -> None:
    """A container with an image is enough."""
    assert refused_for("Pod", **pod()) == []


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"containers": []}, [("Required", "spec.containers")]),
        ({"containers": [{"name": "c"}]}, [("Required", f"{C}.image")]),
        ({"containers": [{"image": "i"}]}, [("Required", f"{C}.name")]),
        ({"containers": [{**CONTAINER, "name": "Bad_Name"}]}, [("Invalid", f"{C}.name")]),
        ({"containers": [CONTAINER, CONTAINER]}, [("Duplicate", "spec.containers[1].name")]),
        ({"initContainers": [CONTAINER]}, [("Duplicate", "spec.initContainers[0].name")]),
        ({"ephemeralContainers": [{"name": "e", "image": "i"}]}, [("Forbidden", "spec.ephemeralContainers")]),
        ({"containers": [{**CONTAINER, "image": " i "}]}, [("Invalid", f"{C}.image")]),
        ({"restartPolicy": "Sometimes"}, [("NotSupported", "spec.restartPolicy")]),
        ({"dnsPolicy": "Mine"}, [("NotSupported", "spec.dnsPolicy")]),
        ({"dnsPolicy": "None"}, [("Required", "spec.dnsConfig")]),
        ({"dnsConfig": {"nameservers": ["x"]}}, [("Invalid", "spec.dnsConfig.nameservers[0]")]),
        ({"nodeName": "Bad_Node"}, [("Invalid", "spec.nodeName")]),
        ({"nodeName": "n", "schedulingGates": [{"name": "g"}]}, [("Forbidden", "spec.nodeName")]),
        ({"schedulingGates": [{"name": "g"}] * 2}, [("Duplicate", "spec.schedulingGates[1]")]),
        ({"nodeSelector": {"a": "b c"}}, [("Invalid", "spec.nodeSelector")]),
        ({"activeDeadlineSeconds": 0}, [("Invalid", "spec.activeDeadlineSeconds")]),
        ({"hostname": "a.b"}, [("Invalid", "spec.hostname")]),
        ({"serviceAccountName": "A"}, [("Invalid", "spec.serviceAccountName")]),
        ({"priorityClassName": "A"}, [("Invalid", "spec.priorityClassName")]),
        ({"preemptionPolicy": "Maybe"}, [("NotSupported", "spec.preemptionPolicy")]),
        ({"os": {"name": "plan9"}}, [("NotSupported", "spec.os.name")]),
        ({"hostUsers": False, "hostPID": True}, [("Forbidden", "spec.HostPID")]),
        (
            {"hostAliases": [{"ip": "x", "hostnames": ["a_b"]}]},
            [
                ("Invalid", "spec.hostAliases[0].ip"),
                ("Invalid", "spec.hostAliases[0].hostnames[0]"),
            ],
        ),
        ({"readinessGates": [{"conditionType": "a b"}]}, [("Invalid", "spec.readinessGates[0].conditionType")]),
        ({"terminationGracePeriodSeconds": -1}, []),
    ],
)
def test_the_specification_of_a_pod(spec: dict[str, Any], expected: Found) -> None:
    """Each wrong field is named."""
    assert refused_for("Pod", **pod(**spec)) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ports": [{"containerPort": 0}]}, [("Required", f"{C}.ports[0].containerPort")]),
        ({"ports": [{"containerPort": 70000}]}, [("Invalid", f"{C}.ports[0].containerPort")]),
        ({"ports": [{"containerPort": 1, "protocol": "ICMP"}]}, [("NotSupported", f"{C}.ports[0].protocol")]),
        ({"ports": [{"containerPort": 1, "name": "--"}]}, [("Invalid", f"{C}.ports[0].name")] * 3),
        (
            {"ports": [{"containerPort": 1, "name": "a"}, {"containerPort": 2, "name": "a"}]},
            [("Duplicate", f"{C}.ports[1].name")],
        ),
        ({"ports": [{"containerPort": 1, "hostPort": 9}] * 2}, [("Duplicate", f"{C}.ports[1].hostPort")]),
        ({"env": [{"name": ""}]}, [("Required", f"{C}.env[0].name")]),
        ({"env": [{"name": "A=B"}]}, [("Invalid", f"{C}.env[0].name")]),
        ({"env": [{"name": "A", "valueFrom": NOTHING}]}, [("Invalid", f"{C}.env[0].valueFrom")]),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels"}}}]},
            [("NotSupported", f"{C}.env[0].valueFrom.fieldRef.fieldPath")],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "spec.nosuch"}}}]},
            [("Invalid", f"{C}.env[0].valueFrom.fieldRef.fieldPath")],
        ),
        ({"env": [{"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a']"}}}]}, []),
        (
            {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}]},
            [("Required", f"{C}.env[0].valueFrom.secretKeyRef.key")],
        ),
        (
            {"env": [{"name": "A", "valueFrom": {"resourceFieldRef": {"resource": "limits.gold"}}}]},
            [("NotSupported", f"{C}.env[0].valueFrom.resourceFieldRef.resource")],
        ),
        ({"envFrom": [NOTHING]}, [("Invalid", f"{C}.envFrom")]),
        ({"envFrom": [{"secretRef": NOTHING}]}, [("Required", f"{C}.envFrom[0].secretRef.name")]),
        ({"volumeMounts": [{"name": "v", "mountPath": "/v"}]}, [("NotFound", f"{C}.volumeMounts[0].name")]),
        ({"imagePullPolicy": "Now"}, [("NotSupported", f"{C}.imagePullPolicy")]),
        ({"terminationMessagePolicy": "Now"}, [("NotSupported", f"{C}.terminationMessagePolicy")]),
        ({"livenessProbe": NOTHING}, [("Required", f"{C}.livenessProbe")]),
        (
            {"livenessProbe": {"exec": {"command": ["a"]}, "tcpSocket": {"port": 1}}},
            [("Forbidden", f"{C}.livenessProbe.tcpSocket")],
        ),
        (
            {"livenessProbe": {"tcpSocket": {"port": 0}, "successThreshold": 2}},
            [("Invalid", f"{C}.livenessProbe.tcpSocket.port"), ("Invalid", f"{C}.livenessProbe.successThreshold")],
        ),
        (
            {"readinessProbe": {"exec": NOTHING, "periodSeconds": -1}},
            [("Required", f"{C}.readinessProbe.exec.command"), ("Invalid", f"{C}.readinessProbe.periodSeconds")],
        ),
        ({"lifecycle": {"preStop": {"sleep": {"seconds": 31}}}}, [("Invalid", f"{C}.lifecycle.preStop.sleep")]),
        ({"resources": {"requests": {"cpu": "-1"}}}, [("Invalid", f"{C}.resources.requests[cpu]")]),
        (
            {"resources": {"requests": {"cpu": "2"}, "limits": {"cpu": "1"}}},
            [("Invalid", f"{C}.resources.requests")],
        ),
        (
            {"resources": {"limits": {"pods": "1"}}},
            [
                ("Invalid", f"{C}.resources.limits[pods]"),
                ("Invalid", f"{C}.resources.requests[pods]"),
            ],
        ),
        ({"resources": {"requests": {"example.com/gpu": "1"}}}, [("Required", f"{C}.resources.limits")]),
        (
            {"resources": {"limits": {"example.com/gpu": "1500m"}}},
            [
                ("Invalid", f"{C}.resources.limits[example.com/gpu]"),
                ("Invalid", f"{C}.resources.requests[example.com/gpu]"),
            ],
        ),
        ({"securityContext": {"runAsUser": -1}}, [("Invalid", f"{C}.securityContext.runAsUser")]),
        (
            {"securityContext": {"seccompProfile": {"type": "Mine"}}},
            [("NotSupported", f"{C}.securityContext.seccompProfile.type")],
        ),
        (
            {"securityContext": {"privileged": True, "allowPrivilegeEscalation": False}},
            [("Invalid", f"{C}.securityContext")],
        ),
    ],
)
def test_a_container(fields: dict[str, Any], expected: Found) -> None:
    """Ports, variables, mounts, probes, resources and security contexts are looked at in this order."""
    assert refused_for("Pod", **with_container(**fields)) == expected


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ({"name": "v"}, []),
        ({"name": "V"}, [("Invalid", f"{V}.name")]),
        ({"emptyDir": {}}, [("Required", f"{V}.name")]),
        ({"name": "v", "emptyDir": {}, "hostPath": {"path": "/a"}}, [("Forbidden", f"{V}.hostPath")]),
        ({"name": "v", "hostPath": {}}, [("Required", f"{V}.hostPath.path")]),
        ({"name": "v", "hostPath": {"path": "/a/../b"}}, [("Invalid", f"{V}.hostPath.path")]),
        ({"name": "v", "hostPath": {"path": "/a", "type": "Hole"}}, [("NotSupported", f"{V}.hostPath.type")]),
        ({"name": "v", "secret": {}}, [("Required", f"{V}.secret.secretName")]),
        ({"name": "v", "configMap": {}}, [("Required", f"{V}.configMap.name")]),
        ({"name": "v", "configMap": {"name": "m", "defaultMode": 512}}, [("Invalid", f"{V}.configMap.defaultMode")]),
        (
            {"name": "v", "configMap": {"name": "m", "items": [{"key": "k", "path": "/abs"}]}},
            [("Invalid", f"{V}.configMap.items[0].path")],
        ),
        ({"name": "v", "persistentVolumeClaim": {}}, [("Required", f"{V}.persistentVolumeClaim.claimName")]),
        ({"name": "v", "nfs": {"server": "s", "path": "p"}}, [("Invalid", f"{V}.nfs.path")]),
        ({"name": "v", "csi": {}}, [("Required", f"{V}.csi.driver")]),
        ({"name": "v", "ephemeral": {}}, [("Required", f"{V}.ephemeral.volumeClaimTemplate")]),
        (
            {"name": "v", "projected": {"sources": [{"secret": {}, "configMap": {"name": "m"}}]}},
            [("Required", f"{V}.projected.sources[0].secret.name"), ("Forbidden", f"{V}.projected.sources[0]")],
        ),
        (
            {"name": "v", "projected": {"sources": [{"serviceAccountToken": {"path": "t", "expirationSeconds": 1}}]}},
            [
                ("Invalid", f"{V}.projected.sources[0].serviceAccountToken.expirationSeconds"),
                ("Forbidden", f"{V}.projected.sources[0].serviceAccountToken"),
            ],
        ),
    ],
)
def test_a_volume(volume: dict[str, Any], expected: Found) -> None:
    """A volume has a name and one source, which says what it needs."""
    assert refused_for("Pod", **pod(volumes=[volume])) == expected


def test_only_valid_volumes_can_be_mounted() -> None:
    """A volume with something wrong is not found by those who mount it."""
    parts = with_container(volumeMounts=[{"name": "v", "mountPath": "/v"}, {"name": "v", "mountPath": "/v"}])
    parts["spec"]["volumes"] = [{"name": "v", "secret": {}}]
    mounts = f"{C}.volumeMounts"
    assert refused_for("Pod", **parts) == [
        ("Required", f"{V}.secret.secretName"),
        ("NotFound", f"{mounts}[0].name"),
        ("NotFound", f"{mounts}[1].name"),
        ("Invalid", f"{mounts}[1].mountPath"),
    ]
    parts["spec"]["volumes"] = [{"name": "v"}, {"name": "v"}]
    assert refused_for("Pod", **parts) == [
        ("Duplicate", "spec.volumes[1].name"),
        ("Invalid", f"{mounts}[1].mountPath"),
    ]


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"tolerations": [{"operator": "Exists"}]}, []),
        ({"tolerations": [{"key": "a", "operator": "Like"}]}, [("NotSupported", "spec.tolerations[0].operator")]),
        ({"tolerations": [{"value": "v"}]}, [("Invalid", "spec.tolerations[0].operator")]),
        (
            {"tolerations": [{"key": "a", "effect": "NoSchedule", "tolerationSeconds": 1}]},
            [("Invalid", "spec.tolerations[0].effect")],
        ),
        ({"tolerations": [{"key": "a", "effect": "Bite"}]}, [("NotSupported", "spec.tolerations[0].effect")]),
        (
            {"topologySpreadConstraints": [{"maxSkew": 0, "topologyKey": "", "whenUnsatisfiable": "Cry"}]},
            [
                ("Invalid", "spec.topologySpreadConstraints[0].maxSkew"),
                ("Required", "spec.topologySpreadConstraints[0].topologyKey"),
                ("NotSupported", "spec.topologySpreadConstraints[0].whenUnsatisfiable"),
            ],
        ),
        (
            {
                "affinity": {
                    "nodeAffinity": {
                        "requiredDuringSchedulingIgnoredDuringExecution": {
                            "nodeSelectorTerms": [
                                {"matchExpressions": [{"key": "a", "operator": "In"}]},
                                {"matchFields": [{"key": "spec.x", "operator": "Exists"}]},
                            ]
                        }
                    }
                }
            },
            [
                (
                    "Required",
                    (
                        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0]"
                        ".matchExpressions[0].values"
                    ),
                ),
                (
                    "Invalid",
                    (
                        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1]"
                        ".matchFields[0].operator"
                    ),
                ),
                (
                    "Invalid",
                    (
                        "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[1]"
                        ".matchFields[0].key"
                    ),
                ),
            ],
        ),
    ],
)
def test_where_pods_may_run(spec: dict[str, Any], expected: Found) -> None:
    """Tolerations, spreading and affinities are looked at."""
    assert refused_for("Pod", **pod(**spec)) == expected


def test_containers_that_run_before_have_no_probes_unless_they_stay() -> None:
    """A sidecar may be probed like any other container."""
    probe = {"exec": {"command": ["a"]}}
    first = {"name": "i", "image": "i", "livenessProbe": probe}
    assert refused_for("Pod", **pod(initContainers=[first])) == [("Forbidden", "spec.initContainers[0].livenessProbe")]
    assert refused_for("Pod", **pod(initContainers=[{**first, "restartPolicy": "Always"}])) == []


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-3, 70000), st.text("aA-_.0/ ", max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=2), st.dictionaries(st.text("ab", max_size=2), inner, max_size=2)),
    max_leaves=6,
)
FIELDS = (  # noqa: SIM905 - one line a name would fill a page
    "affinity containers dnsConfig ephemeralContainers hostAliases hostNetwork initContainers nodeSelector os overhead "
    "readinessGates resourceClaims resources restartPolicy schedulingGates securityContext tolerations "
    "topologySpreadConstraints volumes"
).split()


@settings(derandomize=True, max_examples=150, deadline=None)
@given(spec=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_nothing_whatever_breaks_the_rules(spec: dict[str, Any]) -> None:
    """Whatever a specification holds, it is valid or refused."""
    kind = kinds.of_name("Pod")
    made = for_creation(kind, defaulted(kind, Object.of({"metadata": {"name": "x"}, "spec": spec})))
    assert isinstance(validate_creation(kind, made), tuple)
