"""The kubelet: a node runs the pods that are bound to it, until they are to end.

It decides on its informer's copy of pods, and looks at what really runs on its node.  A pod that is being deleted is
stopped first; then the kubelet confirms with a DELETE without grace that names the pod's uid, and only that removes the
object.  After a restart it finds what it had started still running, and keeps what should run.

Lives here: a reconciler.  Must not know: how a cluster runs it, or that containers are a variable of a machine.

Left out: the kubelet's watch shows it the pods of its own node only; here its informer has all of them and it looks
past the others.  The status with the terminal phase that it writes before it confirms is left out as well.

Source: Kubernetes 1.36, ``pkg/kubelet/{kubelet,pod_workers}.go``, ``pkg/kubelet/status/status_manager.go``
(canBeDeleted); documentation, Pod Lifecycle (Termination of Pods).
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import Effect
from ..apiserver.request import Options
from ..machinery.controller import Controller, Seen
from ..machinery.expectations import Expectations
from ..machinery.informer import Change
from ..machinery.workqueue import Key
from ..objects import Object

PODS = "pods"
ENDED = ("Succeeded", "Failed")


def kubelet(node: str) -> Controller:
    """The kubelet of a node, as the process ``kubelet-NODE``."""

    def reconcile(key: Key) -> Generator[Effect, Any, None]:
        yield from _sync(node, key)

    def handle(resource: str, change: Change, expectations: Expectations) -> Seen:
        """A change of a pod concerns the kubelet if the pod is, or was, bound to its node."""
        del resource
        versions = [each.object for each in (change.old, change.new) if each is not None]
        if not any(node_of(each) == node for each in versions):
            return Seen((), expectations)
        return Seen((Key(versions[0].namespace, versions[0].name),), expectations)

    return Controller(f"kubelet-{node}", reconcile, (PODS,), handle, node=node)


def _sync(node: str, key: Key) -> Generator[Effect, Any, None]:
    """Bring what runs of a pod on the node to what its object says."""
    pod = yield from api.get("Pod", key)
    if pod is not None and node_of(pod) != node:
        pod = None
    running = yield from api.running(key)
    for each in running:
        if pod is None or pod.uid != each.uid or not should_run(pod):
            yield from api.stop_containers(each)
    if pod is None:
        return
    if should_run(pod):
        if not any(each.uid == pod.uid for each in running):
            yield from api.start_containers(pod)
    elif pod.is_terminating:
        confirmed = Options(grace_period_seconds=0, precondition_uid=pod.uid)
        yield from api.delete("Pod", key, options=confirmed)


def node_of(pod: Object) -> str:
    """The node that a pod is bound to, or nothing."""
    return str(pod.spec.get("nodeName", ""))


def should_run(pod: Object) -> bool:
    """Whether a bound pod's containers should run: it has not ended and is not to end."""
    return not pod.is_terminating and pod.status.get("phase") not in ENDED
