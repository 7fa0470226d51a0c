"""Nodes begin as not ready.

Lives here: the plugin ``TaintNodesByCondition``.  Must not know: when the taint goes (the node life cycle controller
takes it off).

Source: Kubernetes 1.36, ``plugin/pkg/admission/nodetaint``; scenario d-service-lease-others.
"""

from __future__ import annotations

from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ..lookup import Lookup
from .review import Plugin, Review

_NOT_READY: Final = FrozenMap({"key": "node.kubernetes.io/not-ready", "effect": "NoSchedule"})


def mutate(review: Review, lookup: Lookup) -> Object:
    """A new node with the taint that keeps pods away until it is ready."""
    del lookup
    node = review.object
    assert node is not None  # noqa: S101 - deletions are not mutated
    if not review.asks_to(("CREATE",), "nodes"):
        return node
    taints = as_items(node.spec.get("taints"))
    if any(_is_that_taint(as_map(taint)) for taint in taints):
        return node
    return node.with_field("spec.taints", (*taints, _NOT_READY))


def _is_that_taint(taint: FrozenMap) -> bool:
    """Whether it is the one that is added; its value makes no difference."""
    return bool(taint.get("key") == _NOT_READY["key"] and taint.get("effect") == _NOT_READY["effect"])


TAINT_NODES_BY_CONDITION: Final = Plugin("TaintNodesByCondition", mutate=mutate)
