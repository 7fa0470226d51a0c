"""Requests about a pod: it is bound to a node, or evicted."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.server import SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver import MERGE_PATCH, Answer, Request, front
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.request import Options
from seatrial.model.apiserver.subresources.eviction import judge
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object

BUDGETS = "/apis/policy/v1/namespaces/shop/poddisruptionbudgets"
PODS = f"{SHOP}/pods"


def stored(server: Server, kind: str, name: str) -> Object:
    """What is stored, which must be there."""
    found = server.read(kind, name)
    assert found is not None
    return found.object


# --- Binding --------------------------------------------------------------------------------------------------------


@pytest.fixture
def pod(server: Server) -> Object:
    """A pod ``p`` without a node."""
    labels = {"app": "x", "kept": "1"}
    spec = {"containers": [{"name": "c", "image": "i"}]}
    return server.make("Pod", "p", metadata={"labels": labels}, spec=spec)


def bind(server: Server, node: str = "n", **metadata: Any) -> Answer:
    """Bind the pod."""
    return server.ask("POST", f"{PODS}/p/binding", {"metadata": {"name": "p", **metadata}, "target": {"name": node}})


def test_a_binding_gives_the_pod_a_node(server: Server, pod: Object) -> None:
    """One write: node, condition, the binding's annotations and labels besides; the generation stays."""
    answer = bind(server, labels={"app": "y"}, annotations={"a": "1"})
    bound = stored(server, "Pod", "p")
    assert (answer.status, answer.object, answer.revision) == (201, None, int(bound.resource_version))
    assert bound.spec["nodeName"] == "n"
    assert dict(bound.labels) == {"app": "y", "kept": "1"}
    assert dict(bound.annotations) == {"a": "1"}
    assert bound.generation == pod.generation
    (condition,) = bound.thaw()["status"]["conditions"]
    assert (condition["type"], condition["status"]) == ("PodScheduled", "True")


def test_a_pod_is_bound_once(server: Server, pod: Object) -> None:
    """Also to the same node a second binding is a conflict, about ``pods/binding``."""
    assert bind(server).status == 201
    again = bind(server)
    assert (again.status, again.details and again.details.kind) == (409, "pods/binding")
    assert pod.uid == stored(server, "Pod", "p").uid


@pytest.mark.parametrize(
    ("fault", "metadata", "node", "status", "kind"),
    [
        ("another uid", {"uid": "other"}, "n", 409, "pods"),
        ("another version", {"resourceVersion": "1"}, "n", 409, "pods"),
        ("no target", {}, "", 500, None),
        ("another name, no target", {"name": "q"}, "", 400, None),
        ("another namespace", {"namespace": "q"}, "n", 400, None),
    ],
)
def test_the_faults_of_a_binding(  # noqa: PLR0913, PLR0917 - the columns of the table
    server: Server, pod: Object, fault: str, metadata: dict[str, str], node: str, status: int, kind: str | None
) -> None:
    """Preconditions are conflicts about the pod; nothing is changed."""
    answer = bind(server, node, **metadata)
    assert (answer.status, answer.details and answer.details.kind) == (status, kind), fault
    assert stored(server, "Pod", "p") == pod


def test_right_preconditions_and_a_dry_run(server: Server, pod: Object) -> None:
    """A dry run is answered as the binding would be; the right preconditions bind."""
    body = {"metadata": {"name": "p", "uid": pod.uid, "resourceVersion": pod.resource_version}, "target": {"name": "n"}}
    assert server.ask("POST", f"{PODS}/p/binding", body, query={"dryRun": "All"}).status == 201
    assert stored(server, "Pod", "p") == pod
    assert server.ask("POST", f"{PODS}/p/binding", body).status == 201


def test_the_old_way_to_bind(server: Server, pod: Object) -> None:
    """A POST to ``bindings`` of the namespace is about the pod of the binding's name."""
    assert server.ask("POST", f"{SHOP}/bindings", {"metadata": {"name": "p"}, "target": {"name": "n"}}).status == 201
    assert stored(server, "Pod", "p").spec["nodeName"] == "n"
    assert pod.uid


def test_a_binding_computed_from_a_stale_copy_is_computed_again(server: Server, pod: Object) -> None:
    """The pod was bound by somebody else in between: the transaction loses, and the fresh pod says why."""
    cached = server.read("Pod", "p")
    request = Request(
        verb="create",
        kind=kinds.of_name("Pod"),
        namespace="shop",
        name="p",
        subresource="binding",
        body=freeze({"metadata": {"name": "p"}, "target": {"name": "mine"}}),
    )
    answer, trace = server.steps(request, cached, meanwhile=lambda: bind(server, "theirs"))
    assert (answer.status, trace) == (409, ["Attempt"])
    assert stored(server, "Pod", "p").spec["nodeName"] == "theirs"
    assert pod.uid


# --- Eviction -------------------------------------------------------------------------------------------------------


def evict(server: Server, options: dict[str, Any] | None = None, **more: Any) -> Answer:
    """Evict the pod."""
    body = {"metadata": {"name": "p"}, **({} if options is None else {"deleteOptions": options})}
    return server.ask("POST", f"{PODS}/p/eviction", body, **more)


def run(server: Server, *, ready: bool = True) -> None:
    """Let the pod run on a node."""
    assert bind(server).status == 201
    conditions = [{"type": "Ready", "status": "True" if ready else "False"}]
    patch = {"status": {"phase": "Running", "conditions": conditions}}
    assert server.ask("PATCH", f"{PODS}/p/status", patch, media_type=MERGE_PATCH).status == 200


def guard(server: Server, name: str = "b", **status: Any) -> None:
    """Make a disruption budget of the pod."""
    spec = {"minAvailable": 1, "selector": {"matchLabels": {"app": "x"}}}
    assert server.ask("POST", BUDGETS, {"metadata": {"name": name}, "spec": spec}).status == 201
    if status:
        answer = server.ask("PATCH", f"{BUDGETS}/{name}/status", {"status": status}, media_type=MERGE_PATCH)
        assert answer.status == 200, answer


def test_an_eviction_lowers_the_budget_tells_the_pod_and_marks_it(server: Server, pod: Object) -> None:
    """Three writes, in this order; the answer shows nothing."""
    run(server)
    guard(server, observedGeneration=1, disruptionsAllowed=1, currentHealthy=1, desiredHealthy=1)
    before = server.etcd.revision
    answer = evict(server)
    assert (answer.status, answer.object, answer.revision) == (201, None, before + 3)
    budget, evicted = stored(server, "PodDisruptionBudget", "b"), stored(server, "Pod", "p")
    assert budget.resource_version == str(before + 1)
    assert budget.status["disruptionsAllowed"] == 0
    assert set(budget.status["disruptedPods"]) == {"p"}
    assert [each["status"] for each in budget.thaw()["status"]["conditions"]] == ["False"]
    assert evicted.resource_version == str(before + 3)
    assert evicted.is_terminating
    assert evicted.thaw()["status"]["conditions"][-1]["type"] == "DisruptionTarget"
    assert evicted.uid == pod.uid


@pytest.mark.parametrize(
    ("status", "advice"),
    [({}, 10), ({"observedGeneration": 1, "disruptionsAllowed": 0}, 0)],
)
def test_a_budget_refuses(server: Server, pod: Object, status: dict[str, int], advice: int) -> None:
    """A budget that allows none, or whose status is not observed, is answered 429 with its cause; nothing changes."""
    run(server)
    guard(server, "b", **status)
    before = server.etcd.revision
    answer = evict(server)
    assert (answer.status, answer.retry_after_seconds, server.etcd.revision) == (429, advice, before)
    assert [cause.reason for cause in answer.causes] == ["DisruptionBudget"]
    assert not stored(server, "Pod", "p").is_terminating
    assert pod.uid


@pytest.mark.parametrize("status", [{"disruptionsAllowed": -1}, {"disruptedPods": {f"p{n}": "t" for n in range(2001)}}])
def test_a_budget_in_disorder_forbids(status: dict[str, Any]) -> None:
    """Less than none allowed, or too many evictions that its controller has not seen: 403."""
    labels = {"app": "x"}
    spec = {"selector": {"matchLabels": labels}}
    whole = {"observedGeneration": 1, "disruptionsAllowed": 1, **status}
    budget = Object.of({"metadata": {"name": "b", "generation": 1}, "spec": spec, "status": whole})
    running = Object.of({"metadata": {"name": "p", "labels": labels}, "status": {"phase": "Running"}})
    verdict = judge(running, [budget])
    assert isinstance(verdict, Answer)
    assert (verdict.status, verdict.details and verdict.details.kind) == (403, "poddisruptionbudget")


def test_two_budgets_are_too_many(server: Server, pod: Object) -> None:
    """A pod that two budgets guard cannot be evicted: 500."""
    run(server)
    guard(server, "b", observedGeneration=1, disruptionsAllowed=1)
    guard(server, "c", observedGeneration=1, disruptionsAllowed=1)
    assert evict(server).status == 500
    assert not stored(server, "Pod", "p").is_terminating
    assert pod.uid


def test_budgets_guard_what_they_select(server: Server, pod: Object) -> None:
    """A budget of others, or without a selector, has no say."""
    run(server)
    for name, selector in (("others", {"matchLabels": {"app": "other"}}), ("nobody", {})):
        spec = {"minAvailable": 1, "selector": selector}
        assert server.ask("POST", BUDGETS, {"metadata": {"name": name}, "spec": spec}).status == 201
    assert evict(server).status == 201
    assert pod.uid


def test_a_pod_that_does_not_run_needs_no_leave(server: Server, pod: Object) -> None:
    """A pending pod is evicted whatever the budget says, and goes at once: told, marked, deleted."""
    guard(server)
    before = server.etcd.revision
    assert evict(server).status == 201
    assert (server.read("Pod", "p"), server.etcd.revision) == (None, before + 3)
    assert pod.uid


def test_a_pod_that_is_not_ready_does_not_lower_the_budget(server: Server, pod: Object) -> None:
    """As long as enough others are healthy, it may go without."""
    run(server, ready=False)
    guard(server, observedGeneration=1, disruptionsAllowed=0, currentHealthy=1, desiredHealthy=1)
    assert evict(server).status == 201
    assert "disruptedPods" not in stored(server, "PodDisruptionBudget", "b").status
    assert pod.uid


def test_a_dry_run_of_an_eviction_changes_nothing(server: Server, pod: Object) -> None:
    """In the URL or in the body; different ones in both are an error."""
    run(server)
    guard(server, observedGeneration=1, disruptionsAllowed=1)
    before = server.etcd.revision
    assert evict(server, {"dryRun": ["All"]}).status == 201
    assert evict(server, query={"dryRun": "All"}).status == 201
    assert server.etcd.revision == before
    assert pod.uid


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"preconditions": {"uid": "other"}}, 409),
        ({"preconditions": {"resourceVersion": "1"}}, 409),
        ({"gracePeriodSeconds": 0}, 201),
    ],
)
def test_the_options_of_an_eviction_are_those_of_its_deletion(
    server: Server, pod: Object, options: dict[str, Any], status: int
) -> None:
    """Its preconditions are checked before the pod is told; a grace of none removes the pod."""
    run(server)
    before = server.etcd.revision
    assert evict(server, options).status == status
    assert (server.etcd.revision > before) == (status == 201)
    assert (server.read("Pod", "p") is None) == (status == 201)
    assert pod.uid


def test_faults_of_an_eviction_and_its_old_version(server: Server, pod: Object) -> None:
    """A missing pod is 404, another name 400; ``policy/v1beta1`` is taken, too."""
    assert server.ask("POST", f"{PODS}/none/eviction", {"metadata": {"name": "none"}}).status == 404
    assert server.ask("POST", f"{PODS}/p/eviction", {"metadata": {"name": "q"}}).status == 400
    old = {"apiVersion": "policy/v1beta1", "kind": "Eviction", "metadata": {"name": "p"}}
    assert server.ask("POST", f"{PODS}/p/eviction", old).status == 201
    assert pod.uid


def eviction(**options: Any) -> Request:
    """The request to evict the pod."""
    body = freeze({"metadata": {"name": "p"}})
    kind = kinds.of_name("Pod")
    return Request(
        verb="create",
        kind=kind,
        namespace="shop",
        name="p",
        subresource="eviction",
        body=body,
        options=Options(**options),
    )


def test_an_unready_pod_that_changes_meanwhile_is_to_be_evicted_later(server: Server, pod: Object) -> None:
    """It could be ready by now: the client is told to try again, not that there was a conflict."""
    run(server, ready=False)
    guard(server, observedGeneration=1, disruptionsAllowed=0, currentHealthy=1, desiredHealthy=1)

    def becomes_ready() -> None:
        patch = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
        assert server.ask("PATCH", f"{PODS}/p/status", patch, media_type=MERGE_PATCH).status == 200

    answer, _ = server.steps(eviction(), None, meanwhile=becomes_ready)
    assert (answer.status, answer.retry_after_seconds) == (429, 10)
    assert not stored(server, "Pod", "p").is_terminating
    assert pod.uid


def test_a_pending_pod_that_begins_to_run_meanwhile_needs_leave(server: Server, pod: Object) -> None:
    """Everything is looked at again, and now the budget refuses."""
    guard(server, observedGeneration=1, disruptionsAllowed=0)
    answer, _ = server.steps(eviction(), None, meanwhile=lambda: run(server))
    assert answer.status == 429
    assert not stored(server, "Pod", "p").is_terminating
    assert pod.uid


def test_a_budget_that_somebody_else_lowers_meanwhile_is_looked_at_again(server: Server, pod: Object) -> None:
    """Two evictions cannot both have the last disruption."""
    run(server)
    guard(server, observedGeneration=1, disruptionsAllowed=1)

    def lower() -> None:
        patch = {"status": {"disruptionsAllowed": 0}}
        assert server.ask("PATCH", f"{BUDGETS}/b/status", patch, media_type=MERGE_PATCH).status == 200

    answer, _ = server.steps(eviction(), None, meanwhile=lower)
    assert answer.status == 429
    assert pod.uid


def test_the_calls_of_an_eviction(server: Server, pod: Object) -> None:
    """The pod is read, budgets are listed, and three transactions follow; the deletion reads the pod again."""
    run(server)
    guard(server, observedGeneration=1, disruptionsAllowed=1)
    calls = Calls()
    front.handle(server.etcd, eviction(), calls=calls)
    assert [type(call).__name__ for call in calls.made] == ["Range", "Range", "Txn", "Txn", "Range", "Txn"]
    assert pod.uid
