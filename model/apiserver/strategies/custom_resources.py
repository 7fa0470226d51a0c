"""Custom resources: which values the schema of their definition allows.

Lives here: :func:`strategy_for`, the strategy of a custom kind.  Must not know: requests, storage, what of an object
the schema drops (decoding has done that), or rules that are expressions (``custom_rules`` does).

What an update leaves as it was is not looked at: it may break a newer schema.  Items of a list are the same ones if
they have the same keys; in a list without keys, a change of one item is a change of all.

Not modelled: formats.

Source: Kubernetes 1.36, ``apiextensions-apiserver/pkg/registry/customresource/{strategy,validator}.go``,
``apiextensions-apiserver/pkg/apiserver/validation/validation.go``, ``k8s.io/kube-openapi/pkg/validation/validate``,
``apiextensions-apiserver/pkg/apiserver/schema/listtype``; recordings N.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...kinds import Kind
from ...objects import Object
from ...schema import Structural, structural
from ..answer import Cause
from ..causes import duplicate, invalid_value, not_supported, required, too_long
from .custom_rules import Before, field_before, item_before
from .strategy import Strategy

_MOST_KINDS: Final = 256
_MOST_REPLICAS: Final = 2**31 - 1
_COLLECTORS: Final = ("orphan", "foregroundDeletion")
_PREFER: Final = (
    "prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other finalizer "
    "writers"
)


@lru_cache(maxsize=_MOST_KINDS)
def strategy_for(kind: Kind) -> Strategy:
    """The rules of a custom kind."""

    def validate_type(object_: Object) -> Iterator[Cause]:
        return _type_of_object(kind, object_)

    def validate_new(object_: Object) -> Iterator[Cause]:
        return _content(kind, object_, ())

    def validate_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
        del subresource
        return _content(kind, new, (existing.root,))

    return Strategy(validate=validate_type, validate_new=validate_new, validate_change=validate_change, warn=_warn)


def _warn(new: Object, existing: Object | None) -> Iterator[str]:
    """A finalizer that another program may use too is not refused, as one of a built-in kind is."""
    for finalizer in sorted({*new.finalizers} - {*(existing.finalizers if existing is not None else ())}):
        if "/" not in finalizer and finalizer not in _COLLECTORS:
            yield f'metadata.finalizers: "{finalizer}": {_PREFER}'


def _content(kind: Kind, object_: Object, before: Before) -> Iterator[Cause]:
    if kind.definition is not None:
        yield from valid(structural(kind.definition), object_.root, "", before)
    for path in (kind.scale or ())[:2]:
        number = object_.field(path)
        if isinstance(number, int) and number < 0:
            yield invalid_value(f".{path}", f"{number}: should be a non-negative integer")
        elif isinstance(number, int) and number > _MOST_REPLICAS:
            yield invalid_value(f".{path}", f"{number}: should be less than or equal to {_MOST_REPLICAS}")


def _type_of_object(kind: Kind, object_: Object) -> Iterator[Cause]:
    if object_.kind != kind.name:
        yield invalid_value("kind", f"{object_.kind!r}: must be {kind.name}")
    if object_.api_version != kind.api_version:
        yield invalid_value("apiVersion", f"{object_.api_version!r}: must be {kind.api_version}")


def valid(schema: Structural, value: Json, place: str, before: Before = ()) -> Iterator[Cause]:
    """What is wrong with a value, and with its parts; nothing if it is as it was before."""
    raw = schema.raw
    if before == (value,):
        return
    if value is None and schema.is_nullable:
        return
    if not _has_type(schema, value):
        yield Cause("FieldValueTypeInvalid", place, f"Invalid value: must be of type {_type_name(schema)}")
        return
    yield from _values(raw, value, place)
    yield from _combinations(raw, value, place)
    if isinstance(value, FrozenMap):
        yield from _fields(schema, value, place, before)
    elif isinstance(value, tuple):
        yield from _items(schema, value, place, before)


def _has_type(schema: Structural, value: Json) -> bool:
    if schema.raw.get("x-kubernetes-int-or-string") is True:
        return (isinstance(value, int) and not isinstance(value, bool)) or isinstance(value, str)
    match schema.type:
        case "object":
            return isinstance(value, FrozenMap)
        case "array":
            return isinstance(value, tuple)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return _is_number(value) and (isinstance(value, int) or (isinstance(value, float) and value.is_integer()))
        case "number":
            return _is_number(value)
        case _:
            return True


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _type_name(schema: Structural) -> str:
    return "integer,string" if schema.raw.get("x-kubernetes-int-or-string") is True else schema.type


def _values(raw: FrozenMap, value: Json, place: str) -> Iterator[Cause]:
    """What the schema says of the value itself, not of its parts."""
    if isinstance(value, str):
        yield from _texts(raw, value, place)
    elif isinstance(value, tuple):
        yield from _counts(raw, len(value), place, "Items")
    elif isinstance(value, FrozenMap):
        yield from _counts(raw, len(value), place, "Properties")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _numbers(raw, value, place)
    allowed = as_items(raw.get("enum"))
    if "enum" in raw and not any(_same(value, item) for item in allowed):
        yield not_supported(place, value, tuple(str(item) for item in allowed))


def _same(one: Json, other: Json) -> bool:
    """Equality of JSON: ``1`` is ``1.0``, but not ``true``."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _texts(raw: FrozenMap, value: str, place: str) -> Iterator[Cause]:
    longest, shortest, pattern = raw.get("maxLength"), raw.get("minLength"), raw.get("pattern")
    if longest is not None and len(value) > longest:
        yield too_long(place, longest)
    if shortest is not None and len(value) < shortest:
        yield invalid_value(place, f"{place} in body should be at least {shortest} chars long")
    if pattern is not None and not _matches(pattern, value):
        yield invalid_value(place, f"{place} in body should match '{pattern}'")


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.search(value) is not None


@lru_cache(maxsize=_MOST_KINDS)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """A pattern, ``None`` for one that Python does not understand (it is one of Go's)."""
    try:
        return re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return None


def _counts(raw: FrozenMap, count: int, place: str, what: str) -> Iterator[Cause]:
    most, least = raw.get(f"max{what}"), raw.get(f"min{what}")
    if most is not None and count > most:
        yield Cause("FieldValueTooMany", place, f"Too many: {count}: must have at most {most} items")
    if least is not None and count < least:
        yield invalid_value(place, f"{place} in body should have at least {least} {what.lower()}")


def _numbers(raw: FrozenMap, value: float, place: str) -> Iterator[Cause]:
    most, least, factor = raw.get("maximum"), raw.get("minimum"), raw.get("multipleOf")
    if most is not None and (value > most or (value == most and raw.get("exclusiveMaximum") is True)):
        yield invalid_value(place, f"{place} in body should be less than or equal to {most}")
    if least is not None and (value < least or (value == least and raw.get("exclusiveMinimum") is True)):
        yield invalid_value(place, f"{place} in body should be greater than or equal to {least}")
    if factor and value % factor:
        yield invalid_value(place, f"{place} in body should be a multiple of {factor}")


def _combinations(raw: FrozenMap, value: Json, place: str) -> Iterator[Cause]:
    """What must hold besides; of alternatives only that none (or more than one) fits is told."""
    for part in as_items(raw.get("allOf")):
        yield from _against(part, value, place)
    fits = [not any(_against(part, value, place)) for part in as_items(raw.get("anyOf"))]
    if fits and not any(fits):
        yield invalid_value(place, f"{place} in body must validate at least one schema (anyOf)")
    fits = [not any(_against(part, value, place)) for part in as_items(raw.get("oneOf"))]
    if fits and sum(fits) != 1:
        yield invalid_value(place, f"{place} in body must validate one and only one schema (oneOf)")
    if "not" in raw and not any(_against(raw["not"], value, place)):
        yield invalid_value(place, f"{place} in body must not validate the schema (not)")


def _against(part: Json, value: Json, place: str) -> Iterator[Cause]:
    return valid(structural(as_map(part)), value, place)


def _fields(schema: Structural, value: FrozenMap, place: str, before: Before) -> Iterator[Cause]:
    for name in as_items(schema.raw.get("required")):
        if isinstance(name, str) and name not in value:
            yield required(_below(place, name))
    for name, item in value.items():
        field = schema.field(name)
        if field is not None:
            yield from valid(field, item, _below(place, name), field_before(name, before))


def _below(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _items(schema: Structural, value: tuple[Json, ...], place: str, before: Before) -> Iterator[Cause]:
    if schema.items is not None:
        for index, item in enumerate(value):
            yield from valid(schema.items, item, f"{place}[{index}]", item_before(schema, item, before))
    list_type = schema.raw.get("x-kubernetes-list-type")
    keys = [str(key) for key in as_items(schema.raw.get("x-kubernetes-list-map-keys"))]
    seen: set[Json] = set()
    for index, item in enumerate(value if list_type in ("set", "map") else ()):
        identity = tuple(as_map(item).get(key) for key in keys) if list_type == "map" else item
        if identity in seen:
            yield duplicate(f"{place}[{index}]", identity)
        seen.add(identity)
