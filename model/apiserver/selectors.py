"""Label selectors: as text in a URL, and as an object in a spec.

Lives here: their syntax and what they select.  Must not know: which objects there are.

Source: Kubernetes documentation, "Labels and Selectors"; ``apimachinery/pkg/labels``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from attrs import frozen

from ..frozen_json import FrozenMap, as_items, as_map

Operator = Literal["in", "notin", "exists", "absent"]


@frozen
class Requirement:
    """One condition on the labels of an object; ``key = value`` is ``key in (value)``."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def admits(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it.  A key that is missing is also "not in"."""
        match self.operator:
            case "in":
                return labels.get(self.key) in self.values
            case "notin":
                return labels.get(self.key) not in self.values
            case "exists":
                return self.key in labels
            case "absent":
                return self.key not in labels


@frozen
class Selector:
    """Conditions that must all hold; without any, everything is selected."""

    requirements: tuple[Requirement, ...] = ()

    def admits(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet all conditions."""
        return all(requirement.admits(labels) for requirement in self.requirements)


_NAME = r"(?P<key>(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)"
_VALUE = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
_FORMS: tuple[tuple[Operator, re.Pattern[str]], ...] = (
    ("notin", re.compile(rf"{_NAME}\s*!=\s*(?P<value>{_VALUE})")),
    ("in", re.compile(rf"{_NAME}\s*==?\s*(?P<value>{_VALUE})")),
    ("in", re.compile(rf"{_NAME}\s+in\s*\((?P<values>[^()]*)\)")),
    ("notin", re.compile(rf"{_NAME}\s+notin\s*\((?P<values>[^()]*)\)")),
    ("absent", re.compile(rf"!\s*{_NAME}")),
    ("exists", re.compile(_NAME)),
)


def parse_selector(text: str) -> Selector | None:
    """The selector that a ``labelSelector`` option means, or ``None`` where a real server answers 400.

    >>> parse_selector("app=web,tier!=db").admits({"app": "web"})
    True
    """
    if not text.strip():
        return Selector()
    requirements = tuple(_parse_requirement(part.strip()) for part in re.split(r",(?![^()]*\))", text))
    known = tuple(requirement for requirement in requirements if requirement is not None)
    return Selector(known) if len(known) == len(requirements) else None


def _parse_requirement(text: str) -> Requirement | None:
    for operator, form in _FORMS:
        found = form.fullmatch(text)
        if found is None:
            continue
        parts = found.groupdict()
        values = tuple(value.strip() for value in _value_list(parts))
        if not all(re.fullmatch(_VALUE, value) for value in values):
            return None
        return Requirement(parts["key"], operator, values)
    return None


def _value_list(parts: Mapping[str, str]) -> Sequence[str]:
    if "value" in parts:
        return (parts["value"],)
    return parts["values"].split(",") if "values" in parts else ()


_SPELLED: dict[object, Operator] = {"In": "in", "NotIn": "notin", "Exists": "exists", "DoesNotExist": "absent"}


def selector_of(selector: FrozenMap) -> Selector:
    """The selector that a spec holds: ``matchLabels`` and ``matchExpressions``.  Malformed parts select nothing."""
    requirements = [Requirement(key, "in", (str(value),)) for key, value in as_map(selector.get("matchLabels")).items()]
    for expression in as_items(selector.get("matchExpressions")):
        fields = as_map(expression)
        requirements.append(
            Requirement(
                key=str(fields.get("key", "")),
                operator=_SPELLED.get(fields.get("operator"), "in"),
                values=tuple(str(value) for value in as_items(fields.get("values"))),
            )
        )
    return Selector(tuple(requirements))
