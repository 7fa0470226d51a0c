"""What is promised about nodes: which containers run, when a pod's object may go, and how many pods a node is given.

Judged on what really runs, and on what etcd holds; not on what anybody believes.
"""

from __future__ import annotations

from collections import Counter

from seatrial.model.cluster.events import Committed
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.nodes.containers import Containers, Started
from seatrial.model.nodes.kubelet import ENDED, node_of
from seatrial.model.objects import Object, ObjectKey

from .clusters import stored
from .invariant import Parts, always, at_rest, stepwise

NODES = ("keys", "containers")
"""The variables that a machine has if there are kubelets in it."""


@always(
    source="Kubernetes documentation, StatefulSets (at most one pod of an identity); kubernetes issue 59848",
    limits={
        "first-read=any": "a kubelet that restarts may begin with an old list, and start again a pod that it had "
        "stopped and that has a successor elsewhere by now",
        "force-delete": "a pod that is deleted without grace is gone before its kubelet has stopped it",
    },
    needs=NODES,
)
def pod_runs_once(state: View) -> Parts:
    """Of pods of one name, the containers of at most one run at any moment, wherever in the cluster."""
    names = Counter((each.namespace, each.name) for node in state.containers for each in state.containers[node])
    for (namespace, name), count in sorted(names.items()):
        yield f"{namespace}/{name} runs {count} times", count <= 1


@stepwise(
    on=Started,
    source="Kubernetes documentation, Nodes and Pod Lifecycle; pkg/kubelet/pod_workers.go",
    limits={
        "first-read=any": "a kubelet that restarts may begin with an old list, which shows pods that are gone",
    },
    needs=NODES,
)
def pod_runs_where_bound(before: View, step: Step, after: View) -> Parts:
    """A kubelet starts only containers of a pod that exists and is bound to its node."""
    del after
    for event in step.emitted(Started):
        pod = _pod_of(before, event.containers)
        yield "the pod is there", pod is not None
        if pod is not None:
            yield "it is bound to this node", node_of(pod) == event.node


@stepwise(
    on=Committed,
    source="pkg/kubelet/status/status_manager.go (canBeDeleted); documentation, Pod Lifecycle (Termination of Pods)",
    limits={"force-delete": "a DELETE without grace removes a pod at once, whatever still runs"},
    needs=NODES,
)
def pod_stopped_before_removed(before: View, step: Step, after: View) -> Parts:
    """A pod that was bound to a node goes only after its containers there have stopped."""
    for commit in step.emitted(Committed):
        pod = commit.before
        if pod is not None and commit.after is None and pod.kind == "Pod":
            yield "nothing of it runs", Containers.of(pod) not in before.containers.get(node_of(pod), ())
    del after


@at_rest(
    source="Kubernetes documentation, Nodes; pkg/kubelet/kubelet_pods.go (HandlePodCleanups)",
    needs=(*NODES, "works"),
)
def pod_at_rest_runs(state: View) -> Parts:
    """When nothing is left to do, a node runs what is bound to it and not being deleted, and nothing else."""
    pods = [each for each in stored(state, "pods") if not each.is_terminating]
    for node in state.containers:
        running = set(state.containers[node])
        bound = {Containers.of(each) for each in pods if node_of(each) == node}
        yield "everything that runs is bound", running <= bound
        yield "everything that is bound runs", bound <= running


@always(
    source="Kubernetes documentation, Scheduler; kubernetes issue 106361, pull request 110925",
    limits={"assumed-pods=expire": "the scheduler forgets what it has bound before it sees it bound"},
    needs=("keys", "calls"),
)
def sched_no_overcommit(state: View) -> Parts:
    """A node is not given more pods than it has room for."""
    pods = [each for each in stored(state, "pods") if each.status.get("phase") not in ENDED]
    for node in stored(state, "nodes"):
        room = node.field("status.allocatable.pods")
        if room is not None:
            bound = [each for each in pods if node_of(each) == node.name]
            yield "it has room for what is bound to it", len(bound) <= int(room)


def _pod_of(state: View, containers: Containers) -> Object | None:
    """The pod as etcd has it, if it still is the one that is meant."""
    found = state.keys.get(ObjectKey("pods", containers.namespace, containers.name).path)
    return found.value if found is not None and found.value.uid == containers.uid else None
