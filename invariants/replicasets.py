"""What the ReplicaSet controller promises."""

from __future__ import annotations

from seatrial.model.cluster.history import wanted
from seatrial.model.controllers.replicaset import is_active
from seatrial.model.draft import View
from seatrial.model.objects import Object, resource_prefix

from .invariant import Parts, always, at_rest

_AMBIGUOUS = "a create that got no answer counts as failed; if it was carried out after all, one pod too many is made"


@always(
    source="Kubernetes pkg/controller/replicaset and controller_utils.go (expectations)",
    limits={
        "crash": "expectations are forgotten: the new process may list from a server that has not seen the pods yet, "
        "or the old one's last create may still be on its way",
        "expectations-expire": "a controller that has waited for five minutes acts on what its informer shows by then",
        "crash-server": _AMBIGUOUS,
        "lost-answer": _AMBIGUOUS,
        "late-commit": _AMBIGUOUS,
    },
    needs=("keys", "most_wanted"),
)
def rs_no_over_creation(state: View) -> Parts:
    """A ReplicaSet never has more active pods than it ever asked for, however stale its controller's informers are."""
    most = dict(state.most_wanted)
    for replicaset, pods in _replicasets(state):
        if pods:
            allowed = most.get(replicaset.uid, 0)
            yield f"{replicaset.name} has {len(pods)} pods and asked for {allowed} at most", len(pods) <= allowed


@at_rest(source="Kubernetes documentation, ReplicaSet (How a ReplicaSet works)", needs=("keys", "works", "most_wanted"))
def rs_at_rest_has_its_replicas(state: View) -> Parts:
    """When nothing is left to do, a ReplicaSet has exactly the pods that it wants."""
    for replicaset, pods in _replicasets(state):
        if not replicaset.is_terminating:
            yield f"{replicaset.name} has {len(pods)} of {wanted(replicaset)} pods", len(pods) == wanted(replicaset)


def _replicasets(state: View) -> list[tuple[Object, list[Object]]]:
    """Each ReplicaSet in etcd with its active pods."""
    stored: dict[str, Object] = {path: kv.value for path, kv in state.keys.items()}
    pods = [each for path, each in stored.items() if path.startswith(resource_prefix("pods")) and is_active(each)]
    found: list[tuple[Object, list[Object]]] = []
    for path, each in stored.items():
        if path.startswith(resource_prefix("replicasets")):
            found.append((each, [pod for pod in pods if _owner(pod) == each.uid]))
    return found


def _owner(pod: Object) -> str:
    reference = pod.controller_ref()
    return "" if reference is None else reference.uid
