"""What admission adds to pods, and what it refuses: accounts, priorities, tolerations, limits, pod security."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.admitting import Admitting, admitted

from seatrial.model.apiserver import FULL
from seatrial.model.frozen_json import thaw

CONTAINER = {"name": "c", "image": "img:1"}


@pytest.fixture
def server() -> Admitting:
    """A full server, in whose namespace pods have an account without a token."""
    made = Admitting(FULL)
    admitted(made.make("ServiceAccount", "default", automountServiceAccountToken=False))
    return made


def test_a_pod_needs_its_account() -> None:
    """Without the account that it names, or the default one, a pod is refused (403), not invalid."""
    bare = Admitting(FULL)
    refused = bare.pod("p")
    assert (refused.status, refused.reason) == (403, "Forbidden")
    assert refused.message.endswith('error looking up service account shop/default: serviceaccount "default" not found')
    admitted(bare.make("ServiceAccount", "default"))
    pod = admitted(bare.pod("p"))
    assert (pod.spec["serviceAccountName"], pod.spec["serviceAccount"]) == ("default", "default")
    assert bare.pod("q", serviceAccountName="other").status == 403


def test_a_token_is_mounted_unless_somebody_says_no(server: Admitting) -> None:
    """The pod's wish counts before the account's; what is mounted at the token's place already stays."""
    assert not admitted(server.pod("silent")).spec.get("volumes")
    pod = admitted(server.pod("wanting", automountServiceAccountToken=True))
    (volume,) = pod.spec["volumes"]
    (mount,) = pod.spec["containers"][0]["volumeMounts"]
    assert volume["name"] == mount["name"]
    assert volume["name"].startswith("kube-api-access-")
    path = "/var/run/secrets/kubernetes.io/serviceaccount"
    taken = {**CONTAINER, "volumeMounts": [{"name": "mine", "mountPath": path}]}
    volumes: list[dict[str, Any]] = [{"name": "mine", "emptyDir": {}}]
    own = admitted(server.pod("own", automountServiceAccountToken=True, containers=[taken], volumes=volumes))
    assert len(own.spec["volumes"]) == 1


def test_pods_tolerate_a_silent_node_for_five_minutes(server: Admitting) -> None:
    """The two tolerations are added, each unless the pod says something about its taint."""
    added = admitted(server.pod("p")).spec["tolerations"]
    assert [each["key"] for each in added] == ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]
    own = {"key": "node.kubernetes.io/not-ready", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 1}
    assert len(admitted(server.pod("q", tolerations=[own])).spec["tolerations"]) == 2
    assert len(admitted(server.pod("r", tolerations=[{"operator": "Exists"}])).spec["tolerations"]) == 1


def test_priority_comes_from_the_class(server: Admitting) -> None:
    """The number is the class's; without a name it is the default class's, without one 0; a pod cannot choose it."""
    assert admitted(server.pod("plain")).spec["priority"] == 0
    admitted(server.make("PriorityClass", "high", namespace="", value=7, preemptionPolicy="Never"))
    pod = admitted(server.pod("high", priorityClassName="high"))
    assert (pod.spec["priority"], pod.spec["preemptionPolicy"]) == (7, "Never")
    assert server.pod("none", priorityClassName="none").status == 403
    assert server.pod("own", priorityClassName="high", priority=8).status == 403
    assert admitted(server.pod("system", priorityClassName="system-node-critical")).spec["priority"] == 2_000_001_000
    admitted(server.make("PriorityClass", "usual", namespace="", value=3, globalDefault=True))
    pod = admitted(server.pod("usual"))
    assert (pod.spec["priorityClassName"], pod.spec["priority"]) == ("usual", 3)
    assert server.make("PriorityClass", "second", namespace="", value=4, globalDefault=True).status == 403


def limits(**item: Any) -> dict[str, Any]:
    """The spec of a limit range."""
    return {"limits": [item]}


def test_limit_ranges_fill_in_and_say_so(server: Admitting) -> None:
    """Defaults go to each container that says nothing, and the pod is annotated with what was set."""
    spec = limits(type="Container", default={"cpu": "500m"}, defaultRequest={"cpu": "100m"}, max={"cpu": "1"})
    admitted(server.make("LimitRange", "lr", spec=spec))
    pod = admitted(server.pod("p"))
    assert thaw(pod.spec["containers"][0]["resources"]) == {"limits": {"cpu": "500m"}, "requests": {"cpu": "100m"}}
    note = "LimitRanger plugin set: cpu request for container c; cpu limit for container c"
    assert pod.annotations["kubernetes.io/limit-ranger"] == note
    own = {**CONTAINER, "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}}}
    assert not admitted(server.pod("q", containers=[own])).annotations


@pytest.mark.parametrize(
    ("limit", "resources", "why"),
    [
        (
            {"type": "Container", "max": {"cpu": "1"}},
            {"limits": {"cpu": "2"}, "requests": {"cpu": "1"}},
            "maximum cpu usage per Container is 1, but limit is 2",
        ),
        (
            {"type": "Container", "min": {"memory": "1Gi"}},
            {"limits": {"memory": "2Gi"}, "requests": {"memory": "512Mi"}},
            "minimum memory usage per Container is 1Gi, but request is 512Mi",
        ),
        (
            {"type": "Container", "maxLimitRequestRatio": {"cpu": "2"}},
            {"limits": {"cpu": "3"}, "requests": {"cpu": "1"}},
            "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000",
        ),
        (
            {"type": "Pod", "max": {"cpu": "1500m"}},
            {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}},
            "maximum cpu usage per Pod is 1500m, but limit is 2",
        ),
        (
            {"type": "Pod", "min": {"cpu": "1"}},
            {},
            "minimum cpu usage per Pod is 1.  No request is specified",
        ),
    ],
)
def test_limit_ranges_refuse(server: Admitting, limit: dict[str, Any], resources: dict[str, Any], why: str) -> None:
    """Too little, too much, too far apart: of each container, or of the pod that the two containers make together."""
    admitted(server.make("LimitRange", "lr", spec=limits(**limit)))
    pair = [{**CONTAINER, "name": name, "resources": resources} for name in ("c", "d")]
    refused = server.pod("p", containers=pair)
    assert refused.status == 403
    assert why in refused.message


def test_claims_have_limits_too(server: Admitting) -> None:
    """A claim may ask for no more, and no less, storage than the range allows."""
    spec = limits(type="PersistentVolumeClaim", min={"storage": "1Gi"}, max={"storage": "2Gi"})
    admitted(server.make("LimitRange", "lr", spec=spec))

    def asking(name: str, storage: str) -> int:
        wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}}
        return server.make("PersistentVolumeClaim", name, spec=wanted).status

    assert [asking("a", "1Gi"), asking("b", "512Mi"), asking("c", "3Gi")] == [201, 403, 403]


def test_claims_are_protected_and_get_the_default_class(server: Admitting) -> None:
    """The finalizer is there from the beginning; of several default classes the claim gets one, and keeps its own."""
    default = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    admitted(server.make("StorageClass", "fast", namespace="", metadata=default, provisioner="x.example.com"))
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    claim = admitted(server.make("PersistentVolumeClaim", "a", spec=wanted))
    assert (claim.spec["storageClassName"], claim.finalizers) == ("fast", ("kubernetes.io/pvc-protection",))
    claim = admitted(server.make("PersistentVolumeClaim", "b", spec={**wanted, "storageClassName": ""}))
    assert claim.spec["storageClassName"] == ""


RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


def enforce(server: Admitting, **modes: str) -> Any:
    """Label the namespace; gives the answer."""
    labels = {f"pod-security.kubernetes.io/{mode}": level for mode, level in modes.items()}
    return server.change("Namespace", "shop", {"metadata": {"labels": labels}}, namespace="")


@pytest.mark.parametrize(
    ("level", "container", "found"),
    [
        ("baseline", {}, ""),
        ("baseline", {"securityContext": {"privileged": True}}, "privileged"),
        ("baseline", {"ports": [{"containerPort": 1, "hostPort": 80}]}, "hostPort"),
        ("baseline", {"securityContext": {"capabilities": {"add": ["NET_ADMIN"]}}}, "non-default capabilities"),
        ("baseline", {"securityContext": {"seccompProfile": {"type": "Unconfined"}}}, "seccompProfile"),
        ("restricted", {"securityContext": RESTRICTED}, ""),
        ("restricted", {"securityContext": {**RESTRICTED, "runAsNonRoot": False}}, "runAsNonRoot != true"),
        ("restricted", {"securityContext": {**RESTRICTED, "runAsUser": 0}}, "runAsUser=0"),
        ("restricted", {"securityContext": {**RESTRICTED, "capabilities": {}}}, "unrestricted capabilities"),
        ("restricted", {}, "allowPrivilegeEscalation != false"),
        ("privileged", {"securityContext": {"privileged": True}}, ""),
    ],
)
def test_pod_security_refuses_by_level(server: Admitting, level: str, container: dict[str, Any], found: str) -> None:
    """Each level refuses (403) what it forbids, and says what; `privileged` refuses nothing."""
    assert enforce(server, enforce=level).ok
    answer = server.pod("p", containers=[{**CONTAINER, **container}])
    assert answer.status == (403 if found else 201), answer.message
    if found:
        assert f'violates PodSecurity "{level}:latest"' in answer.message
        assert found in answer.message


def test_pod_security_sees_what_all_of_a_pod_shares(server: Admitting) -> None:
    """Namespaces, folders and sysctls of the node belong to the pod, not to a container."""
    enforce(server, enforce="baseline")
    volume = {"name": "v", "hostPath": {"path": "/"}}
    refused = server.pod("p", hostNetwork=True, volumes=[volume])
    assert 'host namespaces (hostNetwork=true), hostPath volumes (volume "v")' in refused.message
    context = {"sysctls": [{"name": "kernel.msgmax", "value": "1"}]}
    assert "forbidden sysctls (kernel.msgmax)" in server.pod("q", securityContext=context).message


def test_pod_security_only_warns_of_workloads(server: Admitting) -> None:
    """A workload whose pods would be refused is made, with a warning; pods that are there already are named."""
    admitted(server.pod("old"))
    told = enforce(server, enforce="restricted").warnings
    assert told[0] == 'existing pods in namespace "shop" violate the new PodSecurity enforce level "restricted:latest"'
    assert told[1].startswith("old: allowPrivilegeEscalation != false")
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [CONTAINER]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": template}
    made = server.make("Deployment", "d", spec=spec)
    assert made.status == 201
    assert [each.partition(":")[0] for each in made.warnings] == ['would violate PodSecurity "restricted']


def test_labels_that_name_no_level_are_invalid(server: Admitting) -> None:
    """A level or a version that is none is refused (422), and what says so already may stay."""
    refused = enforce(server, enforce="strict")
    assert (refused.status, refused.causes[0].field) == (422, "metadata.labels[pod-security.kubernetes.io/enforce]")
    assert enforce(server, **{"enforce-version": "1.2"}).status == 422
    assert enforce(server, **{"enforce-version": "v1.22", "enforce": "baseline"}).ok
