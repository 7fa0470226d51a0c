"""How pods of an old template are exchanged for those of a new one.

Lives here: the rules for the strategies of deployments, daemon sets and stateful sets.  Must not know: the rest of
them.

Source: Kubernetes 1.36, ``pkg/apis/apps/validation/validation.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap
from ...answer import Cause
from ...causes import forbidden_value, invalid_value, not_supported, required
from ..reading import nonnegative, number, part, text

_PERCENT: Final = re.compile(r"[0-9]+%")
_WHOLE: Final = 100
_MOST_DIGITS: Final = 9


def deployment_strategy(strategy: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the strategy of a deployment."""
    rolling = part(strategy, "rollingUpdate")
    match text(strategy, "type"):
        case "Recreate":
            if rolling is not None:
                why = "may not be specified when strategy `type` is 'Recreate'"
                yield forbidden_value(f"{at}.rollingUpdate", why)
        case "RollingUpdate":
            if rolling is None:
                yield required(f"{at}.rollingUpdate", "this should be defaulted and never be nil")
                return
            unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
            field = f"{at}.rollingUpdate.maxUnavailable"
            yield from _share(unavailable, field)
            yield from _share(surge, f"{at}.rollingUpdate.maxSurge")
            if _amount(unavailable) == 0 and _amount(surge) == 0:
                yield invalid_value(field, "may not be 0 when `maxSurge` is 0")
            yield from _not_more_than_all(unavailable, field)
        case _:
            yield not_supported(at, strategy, ("Recreate", "RollingUpdate"))


def daemon_set_strategy(strategy: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the strategy of a daemon set: a node has one pod more or one less, not either."""
    kind, rolling = text(strategy, "type"), part(strategy, "rollingUpdate")
    if kind == "OnDelete":
        return
    if kind != "RollingUpdate":
        yield not_supported(at, strategy, ("RollingUpdate", "OnDelete"))
        return
    if rolling is None:
        yield required(f"{at}.rollingUpdate")
        return
    unavailable, surge = rolling.get("maxUnavailable"), rolling.get("maxSurge")
    fields = (f"{at}.rollingUpdate.maxUnavailable", f"{at}.rollingUpdate.maxSurge")
    for check in (_share, _not_more_than_all):
        for value, field in zip((unavailable, surge), fields, strict=True):
            yield from check(value, field)
    if _amount(unavailable) and _amount(surge):
        yield invalid_value(fields[1], "may not be set when maxUnavailable is non-zero")
    elif not _amount(unavailable) and not _amount(surge):
        yield required(fields[0], "cannot be 0 when maxSurge is 0")


def stateful_set_strategy(strategy: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the strategy of a stateful set."""
    kind, rolling = text(strategy, "type"), part(strategy, "rollingUpdate")
    match kind:
        case "":
            yield required(at)
        case "OnDelete":
            if rolling is not None:
                yield invalid_value(f"{at}.rollingUpdate", "only allowed for updateStrategy 'RollingUpdate'")
        case "RollingUpdate":
            if rolling is None:
                return
            yield from nonnegative(f"{at}.rollingUpdate.partition", number(rolling, "partition"))
            most = rolling.get("maxUnavailable")
            if most is not None:
                field = f"{at}.rollingUpdate.maxUnavailable"
                yield from _share(most, field)
                if _amount(most) == 0:
                    yield invalid_value(field, "cannot be 0")
                yield from _not_more_than_all(most, field)
        case _:
            yield invalid_value(at, "must be 'RollingUpdate' or 'OnDelete'")


def _share(value: object, at: str) -> Iterator[Cause]:
    """A number of pods, or a percentage of them."""
    if isinstance(value, str):
        if not _PERCENT.fullmatch(value):
            yield invalid_value(at, f"\"{value}\": must be an integer or percentage (e.g '5%')")
    elif isinstance(value, int):
        yield from nonnegative(at, value)


def _percentage(value: object) -> int | None:
    if not isinstance(value, str) or not _PERCENT.fullmatch(value):
        return None
    return int(value[:-1]) if len(value) <= _MOST_DIGITS else _WHOLE + 1


def _amount(value: object) -> int:
    percentage = _percentage(value)
    if percentage is not None:
        return percentage
    return value if isinstance(value, int) else 0


def _not_more_than_all(value: object, at: str) -> Iterator[Cause]:
    percentage = _percentage(value)
    if percentage is not None and percentage > _WHOLE:
        yield invalid_value(at, f'"{value}": must not be greater than 100%')
