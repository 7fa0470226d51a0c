"""What the status of a workload may say.

Lives here: the rules for writes through ``status``: no count is below zero, and no part is more than the whole.  Must
not know: specifications.

Source: Kubernetes 1.36, ``pkg/apis/apps/validation/validation.go``, ``pkg/apis/core/validation/validation.go``;
scenario c-replicaset-deployment.
"""

from __future__ import annotations

from collections.abc import Iterator

from ....frozen_json import FrozenMap
from ....objects import Object
from ...answer import Cause
from ...causes import invalid_value
from ..reading import maybe_number, nonnegative, number


def counts(status: FrozenMap, *names: str) -> Iterator[Cause]:
    """Counts must not be below zero."""
    for name in names:
        yield from nonnegative(f"status.{name}", maybe_number(status, name))


def _within(status: FrozenMap, whole: str, *names: str) -> Iterator[Cause]:
    for name in names:
        if number(status, name) > number(status, whole):
            yield invalid_value(f"status.{name}", f"{number(status, name)}: cannot be greater than status.{whole}")


def _collisions(new: FrozenMap, old: FrozenMap) -> Iterator[Cause]:
    """Names that collided stay so."""
    before, after = maybe_number(old, "collisionCount"), maybe_number(new, "collisionCount")
    if before is not None and (after is None or after < before):
        yield invalid_value("status.collisionCount", f"{after or 0}: cannot be decremented")


def replica_set(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with the status of a replica set."""
    del existing
    parts = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    yield from counts(new.status, "replicas", *parts, "observedGeneration", "terminatingReplicas")
    yield from _within(new.status, "replicas", *parts)
    yield from _within(new.status, "readyReplicas", "availableReplicas")


def deployment(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with the status of a deployment."""
    parts = ("updatedReplicas", "readyReplicas", "availableReplicas")
    yield from counts(new.status, "observedGeneration", "replicas", *parts, "unavailableReplicas")
    yield from counts(new.status, "terminatingReplicas", "collisionCount")
    yield from _within(new.status, "replicas", *parts)
    yield from _within(new.status, "readyReplicas", "availableReplicas")
    yield from _collisions(new.status, existing.status)


def stateful_set(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with the status of a stateful set."""
    parts = ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")
    yield from counts(new.status, "replicas", *parts, "observedGeneration", "collisionCount")
    yield from _within(new.status, "replicas", *parts)
    yield from _within(new.status, "readyReplicas", "availableReplicas")
    yield from _collisions(new.status, existing.status)


def daemon_set(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with the status of a daemon set."""
    yield from counts(
        new.status,
        "currentNumberScheduled",
        "numberMisscheduled",
        "desiredNumberScheduled",
        "numberReady",
        "observedGeneration",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberUnavailable",
        "collisionCount",
    )
    yield from _collisions(new.status, existing.status)


def replication_controller(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with the status of a replication controller."""
    del existing
    parts = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    yield from counts(new.status, "replicas", *parts, "observedGeneration")
    yield from _within(new.status, "replicas", *parts)
    yield from _within(new.status, "readyReplicas", "availableReplicas")
