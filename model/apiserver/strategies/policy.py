"""Disruption budgets, quotas and limits.

Lives here: their strategies.  Must not know: requests, storage, how what they say is enforced (admission does).

Source: Kubernetes 1.36, ``pkg/apis/policy/validation/validation.go``,
``pkg/apis/core/{v1/defaults.go,validation/validation.go,helper/helpers.go}``; scenarios d-service-lease-others,
o-admission, s-generation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...objects import Object
from ...quantities import Quantity
from ..answer import Cause
from ..causes import duplicate, forbidden_value, invalid_value, not_supported, required
from .checks import is_qualified, qualified_causes, selector_causes
from .strategy import Strategy, UpdateCheck

_PERCENT: Final = re.compile(r"[0-9]+%")
_HUNDRED: Final = 100
_EVICTION_POLICIES: Final = ("AlwaysAllow", "IfHealthyBudget")
_COMPUTE: Final = frozenset({"cpu", "memory", "ephemeral-storage"})
_COUNTED: Final = frozenset(
    {
        "configmaps",
        "persistentvolumeclaims",
        "pods",
        "replicationcontrollers",
        "resourcequotas",
        "secrets",
        "services",
        "services.loadbalancers",
        "services.nodeports",
    }
)
_QUOTA_NAMES: Final = frozenset(
    {
        *_COMPUTE,
        *_COUNTED,
        "requests.cpu",
        "requests.ephemeral-storage",
        "requests.memory",
        "requests.storage",
        "limits.cpu",
        "limits.ephemeral-storage",
        "limits.memory",
    }
)
_STANDARD_NAMES: Final = _QUOTA_NAMES | {"storage"}
_SCOPES: Final = frozenset(
    {
        "BestEffort",
        "CrossNamespacePodAffinity",
        "NotBestEffort",
        "NotTerminating",
        "PriorityClass",
        "Terminating",
        "VolumeAttributesClass",
    }
)
_VALUELESS: Final = ("BestEffort", "CrossNamespacePodAffinity", "NotBestEffort", "NotTerminating", "Terminating")
_CONTRARY: Final = (("BestEffort", "NotBestEffort"), ("Terminating", "NotTerminating"))
_LIMIT_TYPES: Final = ("Container", "PersistentVolumeClaim", "Pod")


# --- disruption budgets ---------------------------------------------------------------------------------------------


def _budget(budget: Object) -> Iterator[Cause]:
    spec = budget.spec
    if spec.get("minAvailable") is not None and spec.get("maxUnavailable") is not None:
        yield invalid_value("spec", "minAvailable and maxUnavailable cannot be both set")
    for name in ("minAvailable", "maxUnavailable"):
        if spec.get(name) is not None:
            yield from _amount_causes(spec[name], f"spec.{name}")
    yield from selector_causes(as_map(spec.get("selector")), "spec.selector")
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in _EVICTION_POLICIES:
        yield not_supported("spec.unhealthyPodEvictionPolicy", policy, _EVICTION_POLICIES)


def _amount_causes(amount: object, at: str) -> Iterator[Cause]:
    """What is wrong with a number of pods, or a share of them."""
    if isinstance(amount, str):
        if not _PERCENT.fullmatch(amount):
            yield invalid_value(at, f"{amount!r}: a valid percent string must be a number followed by an ending '%'")
        elif int(amount[:-1]) > _HUNDRED:
            yield invalid_value(at, f"{amount!r}: must not be greater than 100%")
    elif isinstance(amount, int) and amount < 0:
        yield invalid_value(at, f"{amount}: must be greater than or equal to 0")


def _budget_status(new: Object, existing: Object) -> Iterator[Cause]:
    del existing
    for name in ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"):
        if new.status.get(name, 0) < 0:
            yield invalid_value(f"status.{name}", "must be greater than or equal to 0")


# --- quotas ---------------------------------------------------------------------------------------------------------


def _quota(quota: Object) -> Iterator[Cause]:
    spec = quota.spec
    yield from _amounts(as_map(spec.get("hard")), "spec.hard")
    scopes = tuple(str(item) for item in as_items(spec.get("scopes")))
    for scope in scopes:
        if scope not in _SCOPES:
            yield invalid_value("spec.scopes", f"{scope!r}: unsupported scope")
        for name in as_map(spec.get("hard")):
            if name in _QUOTA_NAMES and scope in _SCOPES and not _can_be_in(scope, name):
                yield invalid_value("spec.scopes", "unsupported scope applied to resource")
    yield from _contrary_causes(scopes)
    if "scopeSelector" in spec:
        yield from _scope_selector_causes(as_map(spec["scopeSelector"]), as_map(spec.get("hard")))


def _amounts(amounts: FrozenMap, at: str) -> Iterator[Cause]:
    for name, value in amounts.items():
        here = f"{at}[{name}]"
        yield from _resource_name_causes(name, _QUOTA_NAMES, here, "must be a standard resource for quota")
        yield from _amount_of_causes(name, value, here)


def _resource_name_causes(name: str, standard: frozenset[str], at: str, why: str) -> Iterator[Cause]:
    """What is wrong with the name of a resource: it must be a known one, or have a domain.

    One that is no resource at all is told twice, as by a real server, which asks two questions.
    """
    if not is_qualified(name):
        yield from qualified_causes(name, at)
    elif "/" not in name and name not in _STANDARD_NAMES and not name.startswith("hugepages-"):
        yield invalid_value(at, f"{name!r}: must be a standard resource type or fully qualified")
    if "/" not in name and name not in standard and not name.startswith(("hugepages-", "requests.hugepages-")):
        yield invalid_value(at, f"{name!r}: {why}")


def _amount_of_causes(name: str, value: object, at: str) -> Iterator[Cause]:
    quantity = Quantity.read(value)
    if quantity is None:
        return
    if quantity.value < 0:
        yield invalid_value(at, f"{value}: must be greater than or equal to 0")
    if (name in _COUNTED or name.startswith("count/")) and quantity.value.denominator != 1:
        yield invalid_value(at, f"{value}: must be an integer")


def _can_be_in(scope: str, name: str) -> bool:
    """Whether a scope says anything about a resource: most speak of pods alone."""
    if scope in ("BestEffort", "CrossNamespacePodAffinity"):
        return name == "pods" or (scope != "BestEffort" and _is_of_pods(name))
    if scope == "VolumeAttributesClass":
        return name in ("persistentvolumeclaims", "requests.storage")
    return _is_of_pods(name)


def _is_of_pods(name: str) -> bool:
    return name == "pods" or name.removeprefix("requests.").removeprefix("limits.") in _COMPUTE


def _contrary_causes(scopes: tuple[str, ...]) -> Iterator[Cause]:
    for pair in _CONTRARY:
        if set(pair) <= set(scopes):
            yield invalid_value("spec.scopes", "conflicting scopes")


def _scope_selector_causes(selector: FrozenMap, hard: FrozenMap) -> Iterator[Cause]:
    at, scopes = "spec.scopeSelector.matchExpressions", list[str]()
    for item in as_items(selector.get("matchExpressions")):
        expression = as_map(item)
        scope, operator = str(expression.get("scopeName", "")), expression.get("operator", "")
        values = as_items(expression.get("values"))
        if scope not in _SCOPES:
            yield invalid_value(f"{at}.scopeName", f"{scope!r}: unsupported scope")
        for name in hard:
            if name in _QUOTA_NAMES and scope in _SCOPES and not _can_be_in(scope, name):
                yield invalid_value(at, "unsupported scope applied to resource")
        if scope in _VALUELESS and operator != "Exists":
            yield invalid_value(f"{at}.operator", f"{operator!r}: must be 'Exists' for this scope")
        if operator in ("In", "NotIn") and not values:
            yield required(f"{at}.values", "must be at least one value")
        elif operator in ("Exists", "DoesNotExist") and values:
            yield invalid_value(f"{at}.values", "must be no value")
        elif operator not in ("In", "NotIn", "Exists", "DoesNotExist"):
            yield invalid_value(f"{at}.operator", f"{operator!r}: not a valid selector operator")
        scopes.append(scope)
    yield from _contrary_causes(tuple(scopes))


def _quota_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    del subresource
    if {*as_items(new.spec.get("scopes"))} != {*as_items(existing.spec.get("scopes"))}:
        yield invalid_value("spec.scopes", "field is immutable")


def _quota_status(new: Object, existing: Object) -> Iterator[Cause]:
    del existing
    for name in ("hard", "used"):
        yield from _amounts(as_map(new.status.get(name)), f"status.{name}")


# --- limits ---------------------------------------------------------------------------------------------------------


def _limits_default(range_: Object) -> Object:
    limits = as_items(range_.spec.get("limits"))
    if not limits:
        return range_
    return range_.with_field("spec.limits", tuple(_limit_default(as_map(limit)) for limit in limits))


def _limit_default(limit: FrozenMap) -> FrozenMap:
    """A container without limits gets the most it may have, without requests its limits, or the least."""
    if limit.get("type") != "Container":
        return limit
    default = {**as_map(limit.get("max")), **as_map(limit.get("default"))}
    request = {**as_map(limit.get("min")), **default, **as_map(limit.get("defaultRequest"))}
    for name, values in (("default", default), ("defaultRequest", request)):
        limit = limit.set(name, FrozenMap(values)) if values else limit
    return limit


def _limits(range_: Object) -> Iterator[Cause]:
    types = list[object]()
    for index, item in enumerate(as_items(range_.spec.get("limits"))):
        limit, at = as_map(item), f"spec.limits[{index}]"
        kind = str(limit.get("type", ""))
        if not is_qualified(kind):
            yield from qualified_causes(kind, f"{at}.type")
        elif "/" not in kind and kind not in _LIMIT_TYPES:
            yield invalid_value(f"{at}.type", f"{kind!r}: must be a standard limit type or fully qualified")
        if kind in types:
            yield duplicate(f"{at}.type", kind)
        types.append(kind)
        yield from _limit_names(limit, kind, at)
        yield from _limit_order(limit, at)


def _limit_names(limit: FrozenMap, kind: str, at: str) -> Iterator[Cause]:
    standard = _COMPUTE if kind in ("Pod", "Container") else _STANDARD_NAMES
    for name in ("max", "min", "default", "defaultRequest", "maxLimitRequestRatio"):
        values = as_map(limit.get(name))
        if kind == "Pod" and name in ("default", "defaultRequest"):
            if values:
                yield forbidden_value(f"{at}.{name}", "may not be specified when `type` is 'Pod'")
            continue
        if name == "maxLimitRequestRatio" and kind == "PersistentVolumeClaim" and not _bounds_storage(limit):
            yield required(f"{at}.limits", "either minimum or maximum storage value is required")
        for resource in values:
            why = "must be a standard resource for containers"
            yield from _resource_name_causes(resource, standard, f"{at}.{name}[{resource}]", why)


def _bounds_storage(limit: FrozenMap) -> bool:
    return any("storage" in as_map(limit.get(bound)) for bound in ("min", "max"))


def _limit_order(limit: FrozenMap, at: str) -> Iterator[Cause]:
    """The least is not above the default request, that not above the default, that not above the most."""
    parts = ("min", "max", "default", "defaultRequest", "maxLimitRequestRatio")
    amounts: dict[str, FrozenMap] = {name: as_map(limit.get(name, EMPTY)) for name in parts}
    for resource in sorted({resource for values in amounts.values() for resource in values}):
        least, most, default, request, ratio = (Quantity.read(amounts[name].get(resource)) for name in parts)
        for low, high, told in (
            (least, most, "min"),
            (least, request, "defaultRequest"),
            (request, most, "defaultRequest"),
            (request, default, "defaultRequest"),
            (least, default, "default"),
            (default, most, "default"),
        ):
            if low is not None and high is not None and low.value > high.value:
                yield invalid_value(f"{at}.{told}[{resource}]", f"{low} is greater than {high}")
        if ratio is not None and ratio.value < 1:
            yield invalid_value(f"{at}.maxLimitRequestRatio[{resource}]", f"ratio {ratio} is less than 1")
        if ratio is None or least is None or most is None or least.value <= 0:
            continue
        if ratio.value > most.value / least.value:
            yield invalid_value(f"{at}.maxLimitRequestRatio[{resource}]", f"ratio {ratio} is greater than max/min")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "poddisruptionbudgets": Strategy(validate=_budget, validate_status=_budget_status),
    "resourcequotas": Strategy(validate=_quota, validate_change=_quota_change, validate_status=_quota_status),
    "limitranges": Strategy(default=_limits_default, validate=_limits, on_update=UpdateCheck.WHOLE),
}
