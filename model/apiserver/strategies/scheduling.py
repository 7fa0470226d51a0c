"""Priority classes and runtime classes.

Lives here: their strategies.  Must not know: requests, storage, which pods have them (admission does).

Source: Kubernetes 1.36, ``pkg/apis/scheduling/{v1/defaults.go,validation/validation.go}``,
``pkg/apis/node/validation/validation.go``; scenario d-service-lease-others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import as_map
from ...objects import Object
from ..answer import Cause
from ..causes import forbidden_value, invalid_value
from .checks import choice_causes, label_causes, labels_causes
from .strategy import Strategy

_SYSTEM: Final = "system-"
_OF_THE_SYSTEM: Final[Mapping[str, int]] = {
    "system-cluster-critical": 2_000_000_000,
    "system-node-critical": 2_000_001_000,
}
_HIGHEST: Final = 1_000_000_000
"""The highest priority that users can give."""


def _priority_default(class_: Object) -> Object:
    return class_ if class_.field("preemptionPolicy") else class_.with_field("preemptionPolicy", "PreemptLowerPriority")


def _priority(class_: Object) -> Iterator[Cause]:
    value = class_.field("value", 0)
    if class_.name.startswith(_SYSTEM):
        if _OF_THE_SYSTEM.get(class_.name) != value or class_.field("globalDefault"):
            why = f"priority class names with '{_SYSTEM}' prefix are reserved for system use only"
            yield forbidden_value("metadata.name", why)
    elif value > _HIGHEST:
        yield forbidden_value("value", f"maximum allowed value of a user defined priority is {_HIGHEST}")
    yield from choice_causes(class_.field("preemptionPolicy"), ("Never", "PreemptLowerPriority"), "preemptionPolicy")


def _priority_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    del subresource
    if new.field("value", 0) != existing.field("value", 0):
        yield forbidden_value("value", "may not be changed in an update.")
    if new.field("preemptionPolicy") != existing.field("preemptionPolicy"):
        yield invalid_value("preemptionPolicy", "field is immutable")


def _runtime(class_: Object) -> Iterator[Cause]:
    yield from label_causes(str(class_.field("handler", "")), "handler")
    selector = as_map(as_map(class_.field("scheduling")).get("nodeSelector"))
    yield from labels_causes(selector, "scheduling.nodeSelector")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "priorityclasses": Strategy(default=_priority_default, validate_new=_priority, validate_change=_priority_change),
    "runtimeclasses": Strategy(validate_new=_runtime),
}
