"""``binding``: a pod is given to a node.

Lives here: what a ``Binding`` must be, and the pod that it makes.  Must not know: requests, storage.

Whether the node exists nobody checks.

Source: Kubernetes 1.36, ``pkg/registry/core/pod/storage/storage.go`` (BindingREST), ``pkg/apis/core/validation``;
recordings H.1; scenario b-pod.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...frozen_json import FrozenMap, as_items, as_map
from ...kinds import Kind
from ...kinds.reviews import BINDING
from ...objects import Object
from ..answer import Answer, conflict, internal_error
from .conditions import with_pod_condition

__all__ = ["BINDING", "SCHEDULED", "bound", "check_binding", "precondition_refused"]

SCHEDULED: Final = "PodScheduled"
"""The condition that says that a pod has a node."""


def check_binding(binding: Object) -> Answer | None:
    """Refuse what is no binding to a node; a real server does so with an internal error."""
    target = as_map(binding.root.get("target"))
    if target.get("kind", "") not in ("", "Node"):
        return internal_error(
            f'target.kind: Unsupported value: "{target["kind"]}": supported values: "Node", "<empty>"'
        )
    return None if target.get("name") else internal_error("target.name: Required value")


def precondition_refused(kind: Kind, pod: Object, binding: Object) -> Answer | None:
    """Refuse (409) a binding of another pod than this one: its uid and its resourceVersion are preconditions."""
    for name, asked, has in (
        ("UID", binding.uid, pod.uid),
        ("ResourceVersion", binding.resource_version, pod.resource_version),
    ):
        if asked not in ("", has):
            why = f"Precondition failed: {name} in precondition: {asked}, {name} in object meta: {has}"
            return conflict(kind, pod.name, why)
    return None


def bound(kind: Kind, pod: Object, binding: Object) -> Object | Answer:
    """The pod on its node, with the binding's annotations and labels; or the refusal (409) where it cannot be bound."""
    why = _unbindable(pod)
    if why:
        return conflict(evolve(kind, plural=f"{kind.plural}/binding"), pod.name, why)
    pod = pod.with_field("spec.nodeName", as_map(binding.root.get("target"))["name"])
    for name, added in (("annotations", binding.annotations), ("labels", binding.labels)):
        if added:
            pod = pod.with_metadata(**{name: FrozenMap({**as_map(pod.metadata.get(name)), **added})})
    return with_pod_condition(pod, SCHEDULED)


def _unbindable(pod: Object) -> str:
    if pod.is_terminating:
        return f"pod {pod.name} is being deleted, cannot be assigned to a host"
    if pod.spec.get("nodeName"):
        return f'pod {pod.name} is already assigned to node "{pod.spec["nodeName"]}"'
    if as_items(pod.spec.get("schedulingGates")):
        return f"pod {pod.name} has non-empty .spec.schedulingGates"
    return ""
