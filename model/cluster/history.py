"""What promises about a cluster need to know of its past, as observers.

A state says how things are; some promises compare it with how things were.  An observer is folded over the events that
steps emit, so that no rule has to remember anything for the sake of a promise.

Must not know: the promises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, cast

from ..etcd import KeyValue
from ..machine import Observer
from ..objects import Object, resource_prefix
from .events import Committed

MostWanted: TypeAlias = tuple[tuple[str, int], ...]
"""For each ReplicaSet, by uid in ascending order, the largest number of pods that it has asked for so far."""

_REPLICASETS = resource_prefix("replicasets")


def most_wanted(keys: Mapping[str, KeyValue]) -> Observer:
    """Observes ``most_wanted`` (:data:`MostWanted`), beginning with the ReplicaSets among these keys."""
    begin: MostWanted = ()
    for path, kv in keys.items():
        if path.startswith(_REPLICASETS):
            begin = _with(begin, cast("Object", kv.value))
    return Observer("most_wanted", begin, _after, (Committed,))


def wanted(replicaset: Object) -> int:
    """How many pods a ReplicaSet asks for."""
    return int(replicaset.spec.get("replicas", 1))


def _after(known: MostWanted, event: Committed) -> MostWanted:
    return known if event.after is None or not event.key.startswith(_REPLICASETS) else _with(known, event.after)


def _with(known: MostWanted, replicaset: Object) -> MostWanted:
    most = dict(known)
    most[replicaset.uid] = max(most.get(replicaset.uid, 0), wanted(replicaset))
    return tuple(sorted(most.items()))
