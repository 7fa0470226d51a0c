"""What changes the number of replicas by itself.

Lives here: the strategy of these kinds.  Must not know: requests, storage, who computes what is wanted.

Source: Kubernetes 1.36, ``pkg/apis/autoscaling/{v2/defaults.go,validation/validation.go}``; scenario
d-service-lease-others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map, freeze_map
from ...objects import Object
from ...quantities import Quantity
from ..answer import Cause
from ..causes import duplicate, forbidden_value, invalid_value, not_supported, required
from .checks import segment_causes
from .strategy import Strategy

_CPU_AT_80: Final = freeze_map(
    {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}
)
_UP: Final = freeze_map(
    {
        "stabilizationWindowSeconds": 0,
        "selectPolicy": "Max",
        "policies": [
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ],
    }
)
_DOWN: Final = freeze_map({"selectPolicy": "Max", "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}]})
_SOURCES: Final[Mapping[str, str]] = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}
_TARGETS: Final[Mapping[str, str]] = {
    "AverageValue": "averageValue",
    "Utilization": "averageUtilization",
    "Value": "value",
}
_WANTED: Final[Mapping[str, tuple[str, str, str]]] = {
    "containerResource": ("averageUtilization", "averageValue", "averageValue"),
    "external": ("averageValue", "value", "value"),
    "object": ("averageValue", "value", ""),
    "pods": ("averageValue", "", ""),
    "resource": ("averageUtilization", "averageValue", "averageValue"),
}
"""How a source says what is wanted: the demanded way, another that will do, and what is too much if both are there."""

_SELECT: Final = ("Disabled", "Max", "Min")
_POLICIES: Final = ("Percent", "Pods")
_LONGEST_WINDOW: Final = 3600
_LONGEST_PERIOD: Final = 1800


def _default(scaler: Object) -> Object:
    spec = scaler.spec
    if spec.get("minReplicas") is None:
        spec = spec.set("minReplicas", 1)
    if not spec.get("metrics"):
        spec = spec.set("metrics", (_CPU_AT_80,))
    if "behavior" in spec:
        behavior = as_map(spec["behavior"])
        for name, rules in (("scaleUp", _UP), ("scaleDown", _DOWN)):
            behavior = behavior.set(name, FrozenMap({**rules, **as_map(behavior.get(name))}))
        spec = spec.set("behavior", behavior)
    return scaler if spec is scaler.spec else scaler.with_field("spec", spec)


def _validate(scaler: Object) -> Iterator[Cause]:
    spec = scaler.spec
    least, most = spec.get("minReplicas"), spec.get("maxReplicas", 0)
    if least is not None and least < 1:
        yield invalid_value("spec.minReplicas", f"{least}: must be greater than or equal to 1")
    if most < 1:
        yield invalid_value("spec.maxReplicas", f"{most}: must be greater than 0")
    if least is not None and most < least:
        yield invalid_value("spec.maxReplicas", f"{most}: must be greater than or equal to `minReplicas`")
    yield from _reference_causes(as_map(spec.get("scaleTargetRef")), "spec.scaleTargetRef")
    for index, metric in enumerate(as_items(spec.get("metrics"))):
        yield from _metric_causes(as_map(metric), f"spec.metrics[{index}]")
    behavior = as_map(spec.get("behavior"))
    for name in ("scaleUp", "scaleDown"):
        if name in behavior:
            yield from _rules_causes(as_map(behavior[name]), f"spec.behavior.{name}")


def _reference_causes(reference: FrozenMap, at: str) -> Iterator[Cause]:
    for name in ("kind", "name"):
        yield from segment_causes(str(reference.get(name, "")), f"{at}.{name}")


def _metric_causes(metric: FrozenMap, at: str) -> Iterator[Cause]:
    kind = metric.get("type", "")
    if not kind:
        yield required(f"{at}.type", "must specify a metric source type")
    elif kind not in _SOURCES:
        yield not_supported(f"{at}.type", kind, tuple(_SOURCES))
    given = [name for name in sorted(_SOURCES.values()) if name in metric]
    for name in given[1:]:
        yield forbidden_value(f"{at}.{name}", "must populate the given metric source only")
    wanted = _SOURCES.get(str(kind), "")
    if wanted and wanted not in given:
        yield required(f"{at}.{wanted}", "must populate information for the given metric source")
    elif wanted:
        yield from _source_causes(as_map(metric[wanted]), wanted, f"{at}.{wanted}")


def _source_causes(source: FrozenMap, kind: str, at: str) -> Iterator[Cause]:
    if kind == "object":
        yield from _reference_causes(as_map(source.get("describedObject")), f"{at}.describedObject")
    if kind in ("resource", "containerResource"):
        for name in ("name", *(("container",) if kind == "containerResource" else ())):
            if not source.get(name):
                yield required(f"{at}.{name}", f"must specify a {name}")
    else:
        yield from segment_causes(str(as_map(source.get("metric")).get("name", "")), f"{at}.metric.name")
    target = as_map(source.get("target"))
    yield from _target_causes(target, f"{at}.target")
    yield from _wanted_causes(target, kind, f"{at}.target")


def _wanted_causes(target: FrozenMap, kind: str, at: str) -> Iterator[Cause]:
    """What is wanted must be said in the way, or one of the ways, that the source knows; not all mind both."""
    demanded, other, excluded = _WANTED[kind]
    given = [name for name in (demanded, other) if target.get(name) is not None]
    if not given or (kind == "pods" and any(_not_positive(target.get(demanded)))):
        yield required(f"{at}.{demanded}", "must say what is wanted")
    elif excluded and other and len(given) > 1:
        yield forbidden_value(f"{at}.{excluded}", "may not say in two ways what is wanted")


def _not_positive(amount: object) -> Iterator[str]:
    quantity = Quantity.read(amount)
    if quantity is not None and quantity.value <= 0:
        yield "must be positive"


def _target_causes(target: FrozenMap, at: str) -> Iterator[Cause]:
    kind = target.get("type", "")
    if not kind:
        yield required(f"{at}.type", "must specify a metric target type")
    if kind not in _TARGETS:
        yield invalid_value(f"{at}.type", f"{kind!r}: must be either Utilization, Value, or AverageValue")
    for name in ("value", "averageValue"):
        for why in _not_positive(target.get(name)):
            yield invalid_value(f"{at}.{name}", why)
    share = target.get("averageUtilization")
    if share is not None and share < 1:
        yield invalid_value(f"{at}.averageUtilization", f"{share}: must be greater than 0")


def _rules_causes(rules: FrozenMap, at: str) -> Iterator[Cause]:
    window, policies = rules.get("stabilizationWindowSeconds"), as_items(rules.get("policies"))
    if window is not None and not 0 <= window <= _LONGEST_WINDOW:
        yield invalid_value(f"{at}.stabilizationWindowSeconds", f"{window}: must be between 0 and {_LONGEST_WINDOW}")
    if rules.get("selectPolicy") not in (None, *_SELECT):
        yield not_supported(f"{at}.selectPolicy", rules["selectPolicy"], _SELECT)
    if not policies:
        yield required(f"{at}.policies", "must specify at least one Policy")
    seen = list[object]()
    for index, item in enumerate(policies):
        policy, here = as_map(item), f"{at}.policies[{index}]"
        if policy.get("type") not in _POLICIES:
            yield not_supported(f"{here}.type", policy.get("type", ""), _POLICIES)
        if policy.get("value", 0) <= 0:
            yield invalid_value(f"{here}.value", "must be greater than zero")
        if not 0 < policy.get("periodSeconds", 0) <= _LONGEST_PERIOD:
            yield invalid_value(f"{here}.periodSeconds", f"must be between 1 and {_LONGEST_PERIOD}")
        if item in seen:
            yield duplicate(here, "policy")
        seen.append(item)


def _status(new: Object, existing: Object) -> Iterator[Cause]:
    del existing
    for name in ("currentReplicas", "desiredReplicas"):
        if new.status.get(name, 0) < 0:
            yield invalid_value(f"status.{name}", "must be greater than or equal to 0")


def _view_default(scaler: Object) -> Object:
    """What the older version of these kinds says by itself; its one metric is told when it is stored."""
    least = scaler.spec.get("minReplicas")
    return scaler.with_field("spec.minReplicas", 1) if least is None else scaler


SCALER_VIEW_STRATEGY: Final = Strategy(default=_view_default)
"""The rules of autoscalers that are seen through the older version: the others are those of what is stored."""

STRATEGIES: Final[Mapping[str, Strategy]] = {
    "horizontalpodautoscalers": Strategy(default=_default, validate=_validate, validate_status=_status),
}
