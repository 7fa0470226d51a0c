"""Quotas: charged before the object is stored, in a transaction of their own, and not given back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.admitting import DRY_RUN, Admitting, admitted

from seatrial.model import kinds
from seatrial.model.apiserver import SMALL, Answer, Attempt, FollowUp, Request, Reread, create, decide, front
from seatrial.model.apiserver.front import EtcdLookup
from seatrial.model.apiserver.reads import read
from seatrial.model.apiserver.storage import Outcome
from seatrial.model.frozen_json import thaw
from seatrial.model.objects import Object

QUOTAS = evolve(SMALL, plugins=frozenset({"NamespaceLifecycle", "ResourceQuota"}))
CONFIG_MAP = kinds.of_name("ConfigMap")


@pytest.fixture
def server() -> Admitting:
    """A server with quotas."""
    return Admitting(QUOTAS)


def limit(server: Admitting, name: str = "q", *, observed: bool = True, spec: Any = None, **hard: str) -> None:
    """Make a quota; unless told otherwise it has the status that a controller gives it, with nothing used.

    A dot in a resource is written as ``_`` here, and a slash as ``__``.
    """
    limits = {key.replace("__", "/").replace("_", "."): value for key, value in hard.items()}
    admitted(server.make("ResourceQuota", name, spec={"hard": limits, **(spec or {})}))
    if observed:
        status = {"hard": limits, "used": dict.fromkeys(limits, "0")}
        assert server.change("ResourceQuota", name, {"status": status}, subresource="status").ok


def used(server: Admitting, name: str = "q") -> dict[str, str]:
    """What a quota says is used."""
    return dict(thaw(server.read("ResourceQuota", name).status["used"]))


def steps(server: Admitting, request: Request, *, before_each: Callable[[], object]) -> tuple[Answer, list[str]]:
    """Serve a write, with something happening before each of its transactions; also gives the keys that were tried."""
    lookup = EtcdLookup(server.etcd, server.settings)
    tried: list[str] = []
    step: Outcome | FollowUp = decide(request, None, current=False, lookup=lookup)
    while not isinstance(step, Answer):
        match step:
            case Reread(asked):
                step = decide(asked, read(server.etcd, asked.key), current=True, lookup=lookup)
            case FollowUp(asked, copy):
                step = decide(asked, copy, current=False, lookup=lookup)
            case Attempt():
                tried.append(step.key.path)
                assert len(tried) < 20
                before_each()
                step = front.commit(server.etcd, step, lookup)
    return step, tried


def making(name: str) -> Request:
    """A request for a new config map."""
    return create(CONFIG_MAP, Object.of({"metadata": {"name": name, "namespace": "shop"}}))


def test_the_quota_is_charged_first_by_a_transaction_of_its_own(server: Admitting) -> None:
    """Two revisions: the quota's, then the object's."""
    limit(server, configmaps="2")
    before = server.etcd.revision
    answer, tried = steps(server, making("a"), before_each=lambda: None)
    assert answer.revision == before + 2
    assert tried == ["/registry/resourcequotas/shop/q", "/registry/configmaps/shop/a"]
    assert used(server) == {"configmaps": "1"}


def test_a_charge_is_leaked_when_the_object_then_cannot_be_made(server: Admitting) -> None:
    """The name is taken (409), yet the quota counts the object that is not there."""
    limit(server, configmaps="2")
    admitted(server.make("ConfigMap", "a"))
    assert server.make("ConfigMap", "a").status == 409
    assert used(server) == {"configmaps": "2"}
    refused = server.make("ConfigMap", "b")
    why = "exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2"
    assert (refused.status, refused.message) == (403, f'configmaps "b" is forbidden: {why}')


def test_deleting_gives_nothing_back(server: Admitting) -> None:
    """Only the controller counts again."""
    limit(server, configmaps="1")
    admitted(server.make("ConfigMap", "a"))
    assert server.remove("ConfigMap", "a").ok
    assert used(server) == {"configmaps": "1"}
    assert server.make("ConfigMap", "a").status == 403


def test_two_requests_cannot_both_take_the_last_place(server: Admitting) -> None:
    """Both have seen the room for one; the charge of the second loses its compare, and it is refused."""
    limit(server, configmaps="1")
    others: list[Answer] = []

    def other() -> None:
        if not others:
            others.append(server.make("ConfigMap", "b"))

    answer, tried = steps(server, making("a"), before_each=other)
    assert (others[0].status, answer.status) == (201, 403)
    assert tried == ["/registry/resourcequotas/shop/q"]
    assert used(server) == {"configmaps": "1"}


def test_a_charge_that_loses_again_and_again_fails_with_the_conflict(server: Admitting) -> None:
    """Three times it is tried once more; then the client is told of a conflict on an object that it never named."""
    limit(server, configmaps="9")
    count = iter(range(100))

    def touch() -> None:
        changes = {"metadata": {"annotations": {"touched": str(next(count))}}}
        assert server.change("ResourceQuota", "q", changes).ok

    answer, tried = steps(server, making("a"), before_each=touch)
    assert (answer.status, answer.reason) == (409, "Conflict")
    assert answer.details is not None
    assert answer.details.kind == "resourcequotas"
    assert tried == ["/registry/resourcequotas/shop/q"] * 4


def test_nothing_is_checked_again_between_the_charge_and_the_object(server: Admitting) -> None:
    """The namespace begins to terminate after the checks: the object is stored in it all the same."""
    limit(server, configmaps="1")
    charged: list[bool] = []

    def end_the_namespace() -> None:
        if charged:
            assert server.remove("Namespace", "shop", namespace="").ok
        charged.append(True)

    answer, _ = steps(server, making("a"), before_each=end_the_namespace)
    assert answer.status == 201
    assert server.read("Namespace", "shop", namespace="").status["phase"] == "Terminating"


def test_a_quota_without_a_status_limits_nothing(server: Admitting) -> None:
    """Until a controller has filled it in, the quota is as if it were not there."""
    limit(server, observed=False, configmaps="0")
    assert server.make("ConfigMap", "a").status == 201


def test_a_dry_run_is_checked_and_charges_nothing(server: Admitting) -> None:
    """It is refused like others, but counts nowhere."""
    limit(server, configmaps="1")
    assert server.make("ConfigMap", "a", options=DRY_RUN).status == 201
    assert used(server) == {"configmaps": "0"}
    admitted(server.make("ConfigMap", "a"))
    assert server.make("ConfigMap", "b", options=DRY_RUN).status == 403


def test_a_resource_version_on_a_new_object_is_looked_at_after_the_charge(server: Admitting) -> None:
    """Storage looks at it, and storage comes last: the charge is leaked here too."""
    limit(server, configmaps="1")
    assert server.make("ConfigMap", "a", metadata={"resourceVersion": "1"}).status == 500
    assert used(server) == {"configmaps": "1"}


def test_all_quotas_of_a_namespace_must_have_room_and_each_is_charged(server: Admitting) -> None:
    """One that is full refuses before any is charged."""
    limit(server, "a", configmaps="5")
    limit(server, "b", count__configmaps="1")
    admitted(server.make("ConfigMap", "x"))
    assert (used(server, "a"), used(server, "b")) == ({"configmaps": "1"}, {"count/configmaps": "1"})
    assert server.make("ConfigMap", "y").status == 403
    assert used(server, "a") == {"configmaps": "1"}


def test_a_put_that_creates_is_charged_and_one_that_changes_is_not(server: Admitting) -> None:
    """Only how many there are is counted."""
    limit(server, count__leases_coordination_k8s_io="1")
    lease = Object.of({"metadata": {"name": "l", "namespace": "shop"}, "spec": {"leaseDurationSeconds": 1}})
    made = admitted(server.put("Lease", lease))
    assert used(server) == {"count/leases.coordination.k8s.io": "1"}
    assert server.put("Lease", made.with_field("spec.leaseDurationSeconds", 2)).status == 200
    assert used(server) == {"count/leases.coordination.k8s.io": "1"}
    other = Object.of({"metadata": {"name": "m", "namespace": "shop"}})
    assert server.put("Lease", other).status == 403


def pod(server: Admitting, name: str, resources: dict[str, Any], **spec: Any) -> Answer:
    """Make a pod that asks for resources."""
    return server.pod(name, containers=[{"name": "c", "image": "i", "resources": resources}], **spec)


def test_compute_resources_are_summed_in_any_writing(server: Admitting) -> None:
    """Half a processor and 500 thousandths are the same; the sum is written in its canonical form."""
    limit(server, requests_cpu="1", limits_memory="1Gi")
    asked = {"requests": {"cpu": "500m"}, "limits": {"memory": "512Mi"}}
    assert pod(server, "a", asked).status == 201
    assert pod(server, "b", {"requests": {"cpu": "0.5"}, "limits": {"memory": "536870912"}}).status == 201
    assert used(server) == {"limits.memory": "1Gi", "requests.cpu": "1"}
    refused = pod(server, "c", {"requests": {"cpu": "1m"}, "limits": {"memory": "1"}})
    assert "requested: limits.memory=1,requests.cpu=1m, used: limits.memory=1Gi,requests.cpu=1" in refused.message


def test_what_is_limited_must_be_said(server: Admitting) -> None:
    """A quota for processors refuses a pod that does not say how much it needs."""
    limit(server, requests_cpu="1")
    refused = server.pod("a")
    assert refused.message.endswith("failed quota: q: must specify requests.cpu for: c")


@pytest.mark.parametrize(
    ("scope", "counted"),
    [
        ("BestEffort", ["plain"]),
        ("NotBestEffort", ["asking", "ending"]),
        ("Terminating", ["ending"]),
        ("NotTerminating", ["plain", "asking"]),
    ],
)
def test_scopes_tell_pods_apart(server: Admitting, scope: str, counted: list[str]) -> None:
    """A quota counts only the pods of its scope."""
    limit(server, pods="9", spec={"scopes": [scope]})
    counts: list[str] = []
    for name, resources, spec in (
        ("plain", {}, {}),
        ("asking", {"requests": {"cpu": "1"}}, {}),
        ("ending", {"requests": {"cpu": "1"}}, {"activeDeadlineSeconds": 1}),
    ):
        before = used(server)
        assert pod(server, name, resources, **spec).status == 201
        if used(server) != before:
            counts.append(name)
    assert counts == counted


def test_scopes_may_name_priority_classes(server: Admitting) -> None:
    """The selector is matched against the name of the pod's class."""
    selector = {"matchExpressions": [{"scopeName": "PriorityClass", "operator": "In", "values": ["high"]}]}
    limit(server, pods="1", spec={"scopeSelector": selector})
    assert pod(server, "a", {}).status == 201
    assert used(server) == {"pods": "0"}
    assert pod(server, "b", {}, priorityClassName="high").status == 201
    assert used(server) == {"pods": "1"}


def test_a_service_that_becomes_a_load_balancer_is_charged_for_it(server: Admitting) -> None:
    """What an update adds is charged; what it takes away is not given back."""
    limit(server, services="2", services_loadbalancers="1")
    ports = [{"port": 80}]
    admitted(server.make("Service", "s", spec={"ports": ports, "selector": {"a": "b"}}))
    assert used(server) == {"services": "1", "services.loadbalancers": "0"}
    assert server.change("Service", "s", {"spec": {"type": "LoadBalancer"}}).ok
    assert server.change("Service", "s", {"spec": {"type": "ClusterIP"}}).ok
    assert used(server) == {"services": "1", "services.loadbalancers": "1"}
