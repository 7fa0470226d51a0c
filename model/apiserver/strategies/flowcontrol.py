"""How requests wait for each other when a server is busy: what such objects say by default.

Lives here: their strategies.  Must not know: requests, storage; nobody obeys these objects here.

Source: Kubernetes 1.36, ``pkg/apis/flowcontrol/{v1/defaults.go,validation/validation.go}``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ..answer import Cause
from ..causes import invalid_value, required
from .checks import choice_causes
from .strategy import Strategy

_QUEUING: Final = FrozenMap({"handSize": 8, "queueLengthLimit": 50, "queues": 64})
_SHARES: Final[Mapping[str, int]] = {"exempt": 0, "limited": 30}
_HIGHEST_PRECEDENCE: Final = 10_000
_PRECEDENCE: Final = 1000
_WHOLE: Final = 100


def _schema_default(schema: Object) -> Object:
    if schema.spec.get("matchingPrecedence"):
        return schema
    return schema.with_field("spec.matchingPrecedence", _PRECEDENCE)


def _schema(schema: Object) -> Iterator[Cause]:
    precedence = schema.spec.get("matchingPrecedence", 0)
    if not 1 <= precedence <= _HIGHEST_PRECEDENCE:
        yield invalid_value("spec.matchingPrecedence", f"{precedence}: must be between 1 and {_HIGHEST_PRECEDENCE}")
    if not schema.field("spec.priorityLevelConfiguration.name"):
        yield required("spec.priorityLevelConfiguration.name", "must reference a priority level")
    for index, item in enumerate(as_items(schema.spec.get("rules"))):
        rule, at = as_map(item), f"spec.rules[{index}]"
        if not rule.get("subjects"):
            yield required(f"{at}.subjects", "subjects must contain at least one value")
        if not rule.get("resourceRules") and not rule.get("nonResourceRules"):
            yield required(at, "at least one of resourceRules and nonResourceRules has to be non-empty")


def _level_default(level: Object) -> Object:
    for name, shares in _SHARES.items():
        part = level.spec.get(name)
        if isinstance(part, FrozenMap):
            defaults = FrozenMap({"nominalConcurrencyShares": shares, "lendablePercent": 0})
            level = level.with_field(f"spec.{name}", FrozenMap({**defaults, **part}))
    queuing = level.field("spec.limited.limitResponse.queuing")
    if isinstance(queuing, FrozenMap):
        level = level.with_field("spec.limited.limitResponse.queuing", FrozenMap({**_QUEUING, **queuing}))
    return level


def _level(level: Object) -> Iterator[Cause]:
    yield from choice_causes(level.spec.get("type"), ("Exempt", "Limited"), "spec.type")
    if level.spec.get("type") == "Limited" and "limited" not in level.spec:
        yield required("spec.limited", "must not be empty when type is Limited")
    for name in _SHARES:
        part = as_map(level.spec.get(name))
        if part.get("nominalConcurrencyShares", 0) < 0:
            yield invalid_value(f"spec.{name}.nominalConcurrencyShares", "must be a non-negative integer")
        if not 0 <= part.get("lendablePercent", 0) <= _WHOLE:
            yield invalid_value(f"spec.{name}.lendablePercent", "must be between 0 and 100, inclusive")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "flowschemas": Strategy(default=_schema_default, validate=_schema),
    "prioritylevelconfigurations": Strategy(default=_level_default, validate=_level),
}
