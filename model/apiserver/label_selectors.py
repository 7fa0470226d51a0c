"""Label selectors in objects: which are valid.

Lives here: the rules for ``matchLabels`` and ``matchExpressions``.  Must not know: what a selector selects
(``selectors`` does).

Source: Kubernetes 1.36, ``apimachinery/pkg/apis/meta/v1/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..frozen_json import FrozenMap, as_items, as_map
from .answer import Cause
from .causes import forbidden_value, invalid_value, required
from .forms import as_texts, complaints, label_value, labels, qualified_name

_WITH_VALUES: Final = ("In", "NotIn")
_WITHOUT_VALUES: Final = ("Exists", "DoesNotExist")


def label_selector(selector: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with a selector."""
    yield from labels(f"{at}.matchLabels", selector.get("matchLabels"))
    for index, expression in enumerate(as_items(selector.get("matchExpressions"))):
        yield from _expression(as_map(expression), f"{at}.matchExpressions[{index}]")


def _expression(expression: FrozenMap, at: str) -> Iterator[Cause]:
    operator, values = expression.get("operator", ""), as_items(expression.get("values"))
    if operator in _WITH_VALUES:
        if not values:
            yield required(f"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'")
    elif operator in _WITHOUT_VALUES:
        if values:
            yield forbidden_value(f"{at}.values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")
    else:
        yield invalid_value(f"{at}.operator", f'"{operator}": not a valid selector operator')
    yield from complaints(f"{at}.key", str(expression.get("key", "")), qualified_name)
    for index, value in enumerate(values):
        yield from complaints(f"{at}.values[{index}]", str(value), label_value)


def is_selector(selector: FrozenMap) -> bool:
    """Whether a selector means anything: its expressions have known operators, keys and as many values as they need."""
    texts_are_good = all(not qualified_name(key) and not label_value(value) for key, value in matched(selector))
    expressions = [as_map(expression) for expression in as_items(selector.get("matchExpressions"))]
    return texts_are_good and not any(any(_expression(expression, "")) for expression in expressions)


def matched(selector: FrozenMap) -> Iterator[tuple[str, str]]:
    """The labels that a selector names with their values."""
    return as_texts(selector.get("matchLabels"))


def is_empty(selector: FrozenMap) -> bool:
    """Whether a selector selects everything."""
    return not selector.get("matchLabels") and not selector.get("matchExpressions")
