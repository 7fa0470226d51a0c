"""The kinds of ``apps/v1`` and their like, which keep pods of a template running.

Lives here: their strategies.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/apis/apps/validation``; scenario c-replicaset-deployment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap
from ...objects import Object
from ..answer import Cause
from ..causes import invalid_value, required
from ..selectors import selector_of
from .strategy import Strategy


def _workload(object_: Object) -> Iterator[Cause]:
    """Replicas are not negative, and a selector is there that selects the pods of the template."""
    replicas = object_.spec.get("replicas", 0)
    if replicas < 0:
        yield invalid_value("spec.replicas", f"{replicas}: must be greater than or equal to 0")
    selector = object_.field("spec.selector")
    if selector is None:
        yield required("spec.selector")
    labels: FrozenMap = object_.field("spec.template.metadata.labels", EMPTY)
    if not selector_of(selector or EMPTY).admits(labels) or not selector:
        yield invalid_value("spec.template.metadata.labels", "`selector` does not match template `labels`")
    if not object_.field("spec.template.spec.containers"):
        yield required("spec.template.spec.containers")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "deployments": Strategy(validate=_workload),
    "replicasets": Strategy(validate=_workload),
}
