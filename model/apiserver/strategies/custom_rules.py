"""Custom resources: the rules in the schema of their definition that are expressions.

Lives here: :func:`broken_rules`, what ``x-kubernetes-validations`` find wrong with an object.  Must not know: the
language of the expressions, which whoever sets up the server evaluates (``Settings.expressions``); where nobody does,
no rule is looked at.

* Rules come last, and only for an object that has the right form: a cause without a place says if they were left out.
* A rule that speaks of ``oldSelf`` is about a change: of a value that is new, or was in a list whose items have no
  identity, it says nothing.
* A rule that a value broke before is not held against it while the value stays as it was.

Source: Kubernetes 1.36, ``apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go``,
``apiextensions-apiserver/pkg/registry/customresource/strategy.go``; recordings N.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from attrs import frozen

from ...frozen_json import EMPTY, FrozenMap, Json, as_items, as_map
from ...kinds import Kind
from ...objects import Object
from ...schema import Structural, structural
from ..answer import Cause
from ..settings import Expressions, Settings, no_expressions

_RULES: Final = "x-kubernetes-validations"
_OLD: Final = re.compile(r"\boldSelf\b")
_NOWHERE: Final = "<nil>"
"""How a real server writes the place of what is wrong with an object as a whole."""

_BLOCKING: Final = frozenset(
    {
        "FieldValueNotSupported",
        "FieldValueRequired",
        "FieldValueTooLong",
        "FieldValueTooMany",
        "FieldValueTypeInvalid",
    }
)
"""The causes after which no rule is looked at: the object may not have the form that rules rely on."""

Before: TypeAlias = "tuple[Json, ...]"
"""What a value was before the change: one value, or none if there was none that is known to be the same one."""


def broken_rules(
    kind: Kind, new: Object, existing: Object | None, causes: Sequence[Cause], settings: Settings
) -> tuple[Cause, ...]:
    """What rules find wrong with an object of a custom kind, in which ``causes`` were found before."""
    if kind.definition is None or settings.expressions is no_expressions:
        return ()
    schema = structural(kind.definition)
    if not _has_rules(schema):
        return ()
    if any(cause.reason in _BLOCKING for cause in causes):
        why = "some validation rules were not checked because the object was invalid; correct the existing errors to"
        return (Cause("FieldValueInvalid", _NOWHERE, f"Invalid value: null: {why} complete validation"),)
    before = () if existing is None else (existing.root,)
    return tuple(_Rules(settings.expressions).broken(schema, new.root, before, ""))


def _has_rules(schema: Structural) -> bool:
    below = (*schema.properties.values(), schema.values, schema.items)
    return bool(schema.raw.get(_RULES)) or any(_has_rules(each) for each in below if each is not None)


@frozen
class _Rules:
    """The rules of a schema, and what evaluates them."""

    evaluate: Expressions

    def broken(self, schema: Structural, value: Json, before: Before, place: str) -> Iterator[Cause]:
        """What is wrong with a value, then with its parts."""
        if value is None:
            return
        for rule in map(as_map, as_items(schema.raw.get(_RULES))):
            yield from self._rule(rule, value, before, place)
        if isinstance(value, FrozenMap):
            yield from self._fields(schema, value, before, place)
        elif isinstance(value, tuple) and schema.items is not None:
            for index, item in enumerate(value):
                yield from self.broken(schema.items, item, item_before(schema, item, before), f"{place}[{index}]")

    def _fields(self, schema: Structural, value: FrozenMap, before: Before, place: str) -> Iterator[Cause]:
        for name, item in value.items():
            old = field_before(name, before)
            if name in schema.properties:
                yield from self.broken(schema.properties[name], item, old, f"{place}.{name}" if place else name)
            elif schema.values is not None:
                yield from self.broken(schema.values, item, old, f"{place}[{name}]")

    def _rule(self, rule: FrozenMap, value: Json, before: Before, place: str) -> Iterator[Cause]:
        expression = str(rule.get("rule", ""))
        is_about_change = _OLD.search(expression) is not None
        if is_about_change and not before and rule.get("optionalOldSelf") is not True:
            return
        if not is_about_change and before == (value,):
            return
        seen = FrozenMap(
            {"self": value, "oldSelf": before[0] if before else None} if is_about_change else {"self": value}
        )
        try:
            why = "" if self.evaluate(expression, seen) is True else self._message(rule, seen)
        except ValueError as error:
            why = f"rule evaluation error: {error}"
        if why:
            field = place + str(rule.get("fieldPath", ""))
            yield Cause(str(rule.get("reason", "FieldValueInvalid")), field.lstrip(".") or _NOWHERE, why)

    def _message(self, rule: FrozenMap, seen: FrozenMap) -> str:
        by_expression = rule.get("messageExpression")
        if by_expression:
            try:
                message = self.evaluate(str(by_expression), seen)
            except ValueError:
                message = None
            if isinstance(message, str) and message.strip():
                return message.strip()
        return str(rule.get("message") or f"failed rule: {rule.get('rule')}")


def field_before(name: str, before: Before) -> Before:
    """What a field of an object was."""
    fields = as_map(before[0]) if before else EMPTY
    return (fields[name],) if name in fields else ()


def item_before(schema: Structural, item: Json, before: Before) -> Before:
    """The item that had the same identity: only those of a list that is a map by keys have one."""
    if schema.raw.get("x-kubernetes-list-type") != "map" or not before:
        return ()
    keys = [str(key) for key in as_items(schema.raw.get("x-kubernetes-list-map-keys"))]
    same = (old for old in as_items(before[0]) if all(as_map(old).get(key) == as_map(item).get(key) for key in keys))
    found = next(same, None)
    return () if found is None else (found,)
