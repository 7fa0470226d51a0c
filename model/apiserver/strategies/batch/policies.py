"""When a job has failed, and when it has succeeded.

Lives here: the rules for ``podFailurePolicy`` and ``successPolicy``, and for lists of indexes.  Must not know: the rest
of a job.

Source: Kubernetes 1.36, ``pkg/apis/batch/validation/validation.go``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_items, as_map
from ...answer import Cause
from ...causes import duplicate, invalid_value, not_supported, required, too_long, too_many
from ...forms import complaints, qualified_name
from ..pod_templates.containers import names
from ..reading import maybe_number, nonnegative, number, part, parts, text

_ACTIONS: Final = ("Count", "FailIndex", "FailJob", "Ignore")
_OPERATORS: Final = ("In", "NotIn")
_STATUSES: Final = ("False", "True", "Unknown")
_MOST_RULES: Final = 20
_MOST_CODES: Final = 255
_MOST_CONDITIONS: Final = 20
_LONGEST_INDEXES: Final = 64 * 1024
_INTERVAL: Final = re.compile(r"(\d{1,10})(?:-(\d{1,10}))?", flags=re.ASCII)


def failure_policy(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with what counts as a failure of a job."""
    rules = parts(as_map(spec.get("podFailurePolicy")), "rules")
    if len(rules) > _MOST_RULES:
        yield too_many(f"{at}.rules", _MOST_RULES)
    known = names(as_map(as_map(spec.get("template")).get("spec")), "containers", "initContainers")
    for index, rule in enumerate(rules):
        yield from _failure_rule(spec, rule, f"{at}.rules[{index}]", known)


def _failure_rule(spec: FrozenMap, rule: FrozenMap, at: str, known: Collection[str]) -> Iterator[Cause]:
    action = text(rule, "action")
    if not action:
        yield required(f"{at}.action")
    elif action == "FailIndex":
        if spec.get("backoffLimitPerIndex") is None:
            yield invalid_value(f"{at}.action", f'"{action}": requires the backoffLimitPerIndex to be set')
    elif action not in _ACTIONS:
        yield not_supported(f"{at}.action", action, _ACTIONS)
    codes, conditions = part(rule, "onExitCodes"), parts(rule, "onPodConditions")
    if codes is not None:
        yield from _exit_codes(codes, f"{at}.onExitCodes", known)
    if len(conditions) > _MOST_CONDITIONS:
        yield too_many(f"{at}.onPodConditions", _MOST_CONDITIONS)
    for index, condition in enumerate(conditions):
        yield from _condition(condition, f"{at}.onPodConditions[{index}]")
    if codes is not None and conditions:
        yield invalid_value(at, "specifying both OnExitCodes and OnPodConditions is not supported")
    if codes is None and not conditions:
        yield invalid_value(at, "specifying one of OnExitCodes and OnPodConditions is required")


def _condition(condition: FrozenMap, at: str) -> Iterator[Cause]:
    yield from complaints(f"{at}.type", text(condition, "type"), qualified_name)
    status = text(condition, "status")
    if not status:
        yield required(f"{at}.status")
    elif status not in _STATUSES:
        yield not_supported(f"{at}.status", status, _STATUSES)


def _exit_codes(codes: FrozenMap, at: str, known: Collection[str]) -> Iterator[Cause]:
    operator = text(codes, "operator")
    if not operator:
        yield required(f"{at}.operator")
    elif operator not in _OPERATORS:
        yield not_supported(f"{at}.operator", operator, _OPERATORS)
    container = codes.get("containerName")
    if container is not None and container not in known:
        yield invalid_value(
            f"{at}.containerName", "must be one of the container or initContainer names in the template"
        )
    values = [value for value in as_items(codes.get("values")) if isinstance(value, int)]
    if not values:
        yield invalid_value(f"{at}.values", "at least one value is required")
    elif len(values) > _MOST_CODES:
        yield too_many(f"{at}.values", _MOST_CODES)
    seen: set[int] = set()
    for index, value in enumerate(values):
        if operator == "In" and value == 0:
            yield invalid_value(f"{at}.values[{index}]", "0: must not be 0 for the In operator")
        if value in seen:
            yield duplicate(f"{at}.values[{index}]", value)
        seen.add(value)
    if values != sorted(values):
        yield invalid_value(f"{at}.values", "must be ordered")


def success_policy(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with what counts as success of a job whose pods are numbered."""
    rules = parts(as_map(spec.get("successPolicy")), "rules")
    if not rules:
        yield required(f"{at}.rules", "at least one rules must be specified when the successPolicy is specified")
    if len(rules) > _MOST_RULES:
        yield too_many(f"{at}.rules", _MOST_RULES)
    for index, rule in enumerate(rules):
        yield from _success_rule(rule, f"{at}.rules[{index}]", number(spec, "completions"))


def _success_rule(rule: FrozenMap, at: str, completions: int) -> Iterator[Cause]:
    indexes, count = rule.get("succeededIndexes"), maybe_number(rule, "succeededCount")
    if indexes is None and count is None:
        yield required(at, "at least one of succeededCount or succeededIndexes must be specified")
    total: int | None = 0
    if isinstance(indexes, str):
        if len(indexes) > _LONGEST_INDEXES:
            yield too_long(f"{at}.succeededIndexes", _LONGEST_INDEXES)
        total = count_of(indexes, completions)
        if total is None:
            yield invalid_value(f"{at}.succeededIndexes", "error parsing succeededIndexes")
    if count is None:
        return
    yield from nonnegative(f"{at}.succeededCount", count)
    if count > completions:
        yield invalid_value(f"{at}.succeededCount", f"{count}: must be less than or equal to {completions}")
    if indexes is not None and count > (total or 0):
        yield invalid_value(f"{at}.succeededCount", f"{count}: must be less than or equal to {total or 0}")


def count_of(indexes: str, completions: int) -> int | None:
    """How many indexes a list such as ``1,3-5`` names, in ascending order and below a bound; ``None`` if it is none."""
    total, last = 0, -1
    for interval in indexes.split(",") if indexes else ():
        found = _INTERVAL.fullmatch(interval)
        if found is None:
            return None
        first, end = int(found[1]), int(found[2] or found[1])
        if first <= last or end >= completions or (found[2] is not None and first >= end):
            return None
        total, last = total + end - first + 1, end
    return total
