"""Pods carry the zone and region of the node that they are bound to.

Lives here: the plugin ``PodTopologyLabels``.  Must not know: who binds pods.

Source: Kubernetes 1.36, ``plugin/pkg/admission/podtopologylabels``.
"""

from __future__ import annotations

from typing import Final

from ...objects import Object, ObjectKey
from ..lookup import Lookup
from .review import Plugin, Review

LABELS: Final = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")
"""The labels of a node that are copied."""


def mutate(review: Review, lookup: Lookup) -> Object:
    """A new pod on a node, or a binding to one (whose labels the pod gets), with that node's labels; its own win."""
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    node = _node_named(review, object_)
    found = lookup.get(ObjectKey("nodes", "", node)) if node else None
    if found is None:
        return object_
    copied = {label: found.labels[label] for label in LABELS if label in found.labels}
    if not copied:
        return object_
    return object_.with_metadata(labels={**copied, **object_.labels})


def _node_named(review: Review, object_: Object) -> str:
    if review.operation != "CREATE" or review.resource != "pods":
        return ""
    if review.request.subresource == "binding":
        return str(object_.field("target.name", "")) if object_.field("target.kind") == "Node" else ""
    return str(object_.spec.get("nodeName", "")) if not review.request.subresource else ""


POD_TOPOLOGY_LABELS: Final = Plugin("PodTopologyLabels", mutate=mutate)
