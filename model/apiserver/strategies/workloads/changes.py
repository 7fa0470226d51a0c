"""What of a workload may change.

Lives here: the rules for writes through the workload itself, but for selectors, which the kinds' table fixes.  Must not
know: status.

Source: Kubernetes 1.36, ``pkg/registry/apps/*/strategy.go``, ``pkg/apis/apps/validation/validation.go``; scenario
c-replicaset-deployment.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....objects import Object
from ...answer import Cause
from ...causes import forbidden_value, invalid_value

_CHANGEABLE: Final = (
    "replicas",
    "template",
    "updateStrategy",
    "minReadySeconds",
    "ordinals",
    "persistentVolumeClaimRetentionPolicy",
    "revisionHistoryLimit",
)


def stateful_set(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """Of a stateful set little may change: what its pods are called and keep, not."""
    del subresource
    if new.spec.without(*_CHANGEABLE) != existing.spec.without(*_CHANGEABLE):
        why = (
            "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
            "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
        )
        yield forbidden_value("spec", why)


def controller_revision(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """What was kept is kept."""
    del subresource
    if new.root.get("data") != existing.root.get("data"):
        yield invalid_value("data", "field is immutable")
