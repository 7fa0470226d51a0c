"""Pods stay for a while on a node that has become silent.

Lives here: the plugin ``DefaultTolerationSeconds``.  Must not know: who evicts pods.

Source: Kubernetes 1.36, ``plugin/pkg/admission/defaulttolerationseconds``; scenario b-pod.
"""

from __future__ import annotations

from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ..lookup import Lookup
from .review import Plugin, Review

_TAINTS: Final = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")
_SECONDS: Final = 300


def mutate(review: Review, lookup: Lookup) -> Object:
    """A pod that tolerates, for five minutes, a node that is not ready or cannot be reached."""
    del lookup
    pod = review.object
    assert pod is not None  # noqa: S101 - deletions are not mutated
    if not review.asks_to(("CREATE", "UPDATE"), "pods"):
        return pod
    present = as_items(pod.spec.get("tolerations"))
    missing = [taint for taint in _TAINTS if not any(_covers(as_map(each), taint) for each in present)]
    if not missing:
        return pod
    added = tuple(
        FrozenMap({"key": taint, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": _SECONDS})
        for taint in missing
    )
    return pod.with_field("spec.tolerations", (*present, *added))


def _covers(toleration: FrozenMap, taint: str) -> bool:
    """Whether a toleration already says what to do about a taint; without a key or effect it speaks of all."""
    return toleration.get("key", "") in ("", taint) and toleration.get("effect", "") in ("", "NoExecute")


DEFAULT_TOLERATION_SECONDS: Final = Plugin("DefaultTolerationSeconds", mutate=mutate)
