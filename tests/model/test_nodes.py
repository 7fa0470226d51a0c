"""Nodes: what kubelets start and stop, what outlives them, and how a cluster begins."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from seatrial.checker.check import check
from seatrial.checker.exhaustive import search
from seatrial.invariants.invariant import Invariant, at_rest, stepwise
from seatrial.model import api
from seatrial.model.apiserver import request as requests
from seatrial.model.apiserver.request import Options
from seatrial.model.cluster import Cluster
from seatrial.model.draft import View
from seatrial.model.errors import BadInput, ModelError
from seatrial.model.kinds import of_name
from seatrial.model.machine import Step
from seatrial.model.machinery.informer import Change
from seatrial.model.machinery.workqueue import Key
from seatrial.model.nodes.containers import Containers
from seatrial.model.nodes.kubelet import kubelet
from seatrial.model.objects import Object
from seatrial.model.scenario import Scenario

POD = of_name("Pod")
WEB, DB = ("default", "web"), ("default", "db")
GONE = [requests.delete(POD, *WEB, options=Options(grace_period_seconds=0))]
MARKED = [requests.delete(POD, *WEB)]
Asking = Generator[api.Effect, Any, None]


def pod(name: str = "web", node: str = "node-1", phase: str = "") -> Object:
    """A pod that is bound to a node."""
    spec = {"nodeName": node, "containers": [{"name": "main", "image": "main:1"}]}
    metadata = {"name": name, "namespace": "default"}
    made = Object.of({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})
    return made.with_field("status.phase", phase) if phase else made


def one_node(*objects: Object, faults: dict[str, int] | None = None, **options: Any) -> Scenario:
    """A node with its kubelet."""
    chosen: dict[str, Any] = {"apiservers": 1, **options}
    cluster = Cluster(objects=objects, reconcilers=[kubelet("node-1")], **chosen)
    return Scenario("one-node", cluster, faults=faults or {})


def ends_with(*names: str) -> Invariant:
    """What runs when nothing is left to do."""

    @at_rest(needs=("containers", "works"))
    def runs(state: View) -> bool:
        """In the end exactly these run."""
        return sorted(each.name for each in state.containers["node-1"]) == sorted(names)

    return runs


@stepwise(needs=("containers",))
def crash_stops_nothing(before: View, step: Step, after: View) -> bool | None:
    """When a kubelet crashes, what runs goes on running."""
    if step.action.rule != "crash":
        return None
    return all(before.containers[node] == after.containers[node] for node in before.containers)


def test_what_is_bound_runs_from_the_beginning() -> None:
    """A cluster begins with what its kubelets have started: bound to their nodes, and not ended."""
    scenario = one_node(pod(), pod("db", phase="Succeeded"), pod("other", "node-2"))

    (running,) = scenario.machine.initial.containers["node-1"]
    assert (running.key, bool(running.uid)) == (Key(*WEB), True)
    assert check(scenario, [ends_with("web")]).holds


def test_there_is_no_physical_world_without_kubelets() -> None:
    """A cluster without kubelets has no nodes on which anything runs."""
    assert "containers" not in Cluster(objects=[pod()]).machine("no-kubelet").schema.maps


def test_a_pod_that_comes_is_started() -> None:
    """What is bound to the node later is started when the kubelet hears of it."""
    created = [requests.create(POD, pod())]
    assert check(one_node(pod("db"), since=created, behind=["a"]), [ends_with("db", "web")]).holds


@pytest.mark.parametrize("since", [GONE, MARKED], ids=["gone", "marked"])
def test_a_pod_that_goes_is_stopped(since: list[requests.Request]) -> None:
    """Containers of a pod that is gone, or is being deleted, are stopped, also if that is news."""
    assert check(one_node(pod(), since=since, behind=["a"]), [ends_with()]).holds
    assert check(one_node(pod(), since=since), [ends_with()]).holds


def test_a_stopped_pod_is_removed() -> None:
    """Once its containers have stopped, the kubelet confirms, and the pod's object goes."""

    @at_rest(needs=("keys", "works"))
    def gone(state: View) -> bool:
        """In the end there is no pod."""
        return not any(state.keys[path].value.kind == "Pod" for path in state.keys)

    assert check(one_node(pod(), since=MARKED), [gone]).holds


def test_a_crash_loses_memory_and_no_containers() -> None:
    """A kubelet that crashes keeps what runs, and stops after its restart what should not run any more."""
    for since in (GONE, MARKED):
        scenario = one_node(pod(), pod("db"), since=since, behind=["a"], faults={"crash": 1, "stale-cache": 2})
        assert check(scenario, [crash_stops_nothing, ends_with("db")]).holds


def test_a_kubelet_looks_past_other_nodes() -> None:
    """A change of a pod on another node puts nothing on the kubelet's queue."""
    machine = one_node(pod(), pod("other", "node-2"), faults={}).machine

    assert machine.initial.queues["kubelet-node-1"] == (Key(*WEB),)
    other = next(each for each in machine.initial.copies["a/pods"].items if each[0].endswith("other"))
    change = Change(other[0], other[1].revision, None, other[1])
    assert kubelet("node-1").handler("pods", change, machine.initial.expectations["kubelet-node-1"]).keys == ()


# --- Effects that not everybody may use -------------------------------------------------------------------------


def starts() -> Asking:
    """Start containers without having a node."""
    yield from api.start_containers(pod())


def stops() -> Asking:
    """Stop containers without having a node."""
    yield from api.stop_containers(Containers(*DB, "uid-1"))


def asks_for_a_knob() -> Asking:
    """Ask for a knob that there is not."""
    yield from api.setting("colour")


@pytest.mark.parametrize(
    ("script", "said"),
    [(starts, "starter is no kubelet"), (stops, "starter is no kubelet"), (asks_for_a_knob, "no such knob")],
)
def test_a_program_that_asks_for_what_it_cannot_have_is_told(script: Any, said: str) -> None:
    """Only kubelets start and stop containers, and only what there is can be set."""
    with pytest.raises(ModelError, match=said):
        search(Cluster(objects=[pod()], scripts={"starter": script}).machine("wrong"), [])


# --- How a cluster begins ---------------------------------------------------------------------------------------


def test_a_server_that_is_behind_shows_the_state_before() -> None:
    """What has been done since is in etcd and in the other servers' caches, and waits for the one that is behind."""
    initial = one_node(pod(), since=MARKED, behind=["b"], apiservers=2).machine.initial
    shown = {server: initial.copies[f"{server}/pods"].items[0][1].object.is_terminating for server in "ab"}

    assert shown == {"a": True, "b": False}
    assert len(initial.log) == 1
    assert initial.positions["b/pods"] == initial.log[0].revision - 1


def test_an_informer_begins_with_what_its_server_shows() -> None:
    """A process at a server that is behind is as far back as that server."""
    homes = {"kubelet-node-1": "b"}
    initial = one_node(pod(), since=MARKED, behind=["b"], homes=homes, apiservers=2).machine.initial

    assert initial.homes["kubelet-node-1"] == "b"
    assert initial.copies["kubelet-node-1/pods"] == initial.copies["b/pods"]


def test_a_starting_controller_has_not_listed() -> None:
    """A controller that has just started has no copies yet, and looks at nothing before it has."""
    initial = one_node(pod(), starting=["kubelet-node-1"]).machine.initial

    assert "kubelet-node-1/pods" not in initial.positions
    assert check(one_node(pod(), pod("db"), starting=["kubelet-node-1"]), [ends_with("web", "db")]).holds


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"behind": ["b"]}, "there is no API server 'b'"),
        ({"homes": {"kubelet-node-1": "z"}}, "there is no API server 'z'"),
        ({"homes": {"nobody": "a"}}, "there is no process 'nobody'"),
        ({"starting": ["nobody"]}, "there is no controller 'nobody'"),
        ({"since": [requests.delete(POD, *DB)]}, "the API server refuses to delete Pod default/db"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(options: dict[str, Any], said: str) -> None:
    """Servers, processes and requests that a cluster names must be there, or possible."""
    with pytest.raises(BadInput) as refusal:
        one_node(pod(), **options).machine  # noqa: B018 - made on first use

    assert str(refusal.value).startswith(said)
