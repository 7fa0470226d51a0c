"""Strategic merge patches.

Lives here: the merge of objects by the patch strategies of their types: lists by the key of their items, sets of
scalars, directives.  Must not know: requests, or what is done with the result.

Directives: ``$patch: replace`` and ``delete`` of a map or of the items of a list, ``$retainKeys`` of a map,
``$deleteFromPrimitiveList/<field>``, ``$setElementOrder/<field>``.

The order of a merged list: what the patch names is in the patch's order (or that of ``$setElementOrder``), what only
the server has in the server's; of the two, the patch's comes first where nothing says otherwise.

Source: Kubernetes 1.36, ``apimachinery/pkg/util/strategicpatch/patch.go``,
``apimachinery/third_party/forked/golang/json/fields.go``; recordings D.4; scenario f-patch.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key
from typing import Any, Final

from ...frozen_json import EMPTY, FrozenMap, Json, as_map
from ...schema import ANY, Listed, Mapped, Record, Type

_DIRECTIVE: Final = "$patch"
_RETAIN: Final = "$retainKeys"
_DELETE_FROM: Final = "$deleteFromPrimitiveList"
_ORDER: Final = "$setElementOrder"


class BadStrategicPatch(ValueError):
    """A patch that cannot be merged; ``status`` is what a real server answers."""

    def __init__(self, why: str, status: int = 500) -> None:
        super().__init__(why)
        self.status = status


def merge_strategically(type_: Type, target: FrozenMap, patch: FrozenMap) -> FrozenMap:
    """What a strategic merge patch makes of an object of a type.

    >>> from ...schema import record_of
    >>> meta = FrozenMap({"metadata": FrozenMap({"finalizers": ("a/a",)})})
    >>> more = FrozenMap({"metadata": FrozenMap({"finalizers": ("b/b",)})})
    >>> merge_strategically(record_of("", "v1", "ConfigMap"), meta, more)["metadata"]["finalizers"]
    ('b/b', 'a/a')

    Raises:
        BadStrategicPatch: the patch cannot be merged.
    """
    if _DIRECTIVE in patch:
        return _directed(patch)
    original = dict(_retained(target, patch))
    rest = {name: value for name, value in patch.items() if name != _RETAIN}
    for name in [name for name in rest if name.startswith(_ORDER)]:
        order = rest.pop(name)
        field = _field_of(name, _ORDER)
        _order_list(type_, field, original, rest, order)
    for name, value in rest.items():
        if name.startswith(_DELETE_FROM):
            _delete_from(original, _field_of(name, _DELETE_FROM), value)
        else:
            _merge_field(type_, name, original, value)
    return FrozenMap(original)


def _directed(patch: FrozenMap) -> FrozenMap:
    match patch[_DIRECTIVE]:
        case "replace":
            return patch.without(_DIRECTIVE)
        case "delete":
            return EMPTY
        case other:
            raise BadStrategicPatch(f"unknown patch type: {other!r}")


def _retained(target: FrozenMap, patch: FrozenMap) -> FrozenMap:
    """The object with the fields that ``$retainKeys`` names, which must name all that the patch sets."""
    if _RETAIN not in patch:
        return target
    names = patch[_RETAIN]
    if not isinstance(names, tuple):
        raise BadStrategicPatch("invalid patch format of retainKeys", 400)
    for name, value in patch.items():
        is_own = name == _RETAIN or name.startswith((_DELETE_FROM, _ORDER))
        if value is not None and not is_own and name not in names:
            raise BadStrategicPatch("invalid patch format of retainKeys", 400)
    return FrozenMap({name: value for name, value in target.items() if name in names})


def _field_of(name: str, prefix: str) -> str:
    """The field that a directive with a slash is about."""
    before, slash, field = name.partition("/")
    if not slash or before != prefix:
        raise BadStrategicPatch(f"invalid patch format of {name}", 400)
    return field


def _delete_from(original: dict[str, Json], name: str, value: Json) -> None:
    present = original.get(name)
    if value is None:
        original.pop(name, None)
    elif isinstance(present, tuple) and isinstance(value, tuple):
        _check_alike(present, value)
        original[name] = tuple(item for item in present if not _is_in(item, value))


def _merge_field(type_: Type, name: str, original: dict[str, Json], value: Json) -> None:
    if value is None:
        original.pop(name, None)
        return
    present = original.get(name)
    if isinstance(present, FrozenMap) and isinstance(value, FrozenMap):
        original[name] = merge_strategically(_field_type(type_, name), present, value)
    elif isinstance(present, tuple) and isinstance(value, tuple):
        original[name] = _merge_list(_field_type(type_, name), present, value)
    else:
        original[name] = _without_directives(value)


def _field_type(type_: Type, name: str) -> Type:
    match type_:
        case Record():
            field: Type | None = type_.field(name)
            if field is None:
                raise BadStrategicPatch(f"unable to find api field in struct {type_.name} for the json field {name!r}")
            return field
        case Mapped():
            return type_.values
        case _:
            return ANY


def _without_directives(value: Json) -> Json:
    """What a patch sets where there was nothing: without nulls and directives."""
    if isinstance(value, FrozenMap):
        kept = {name: item for name, item in value.items() if item is not None and not name.startswith("$")}
        return FrozenMap({name: _without_directives(item) for name, item in kept.items()})
    if isinstance(value, tuple):
        return tuple(_without_directives(item) for item in value if not _is_deleted(item))
    return value


def _is_deleted(item: Json) -> bool:
    return isinstance(item, FrozenMap) and _DIRECTIVE in item


def _merge_list(type_: Type, present: tuple[Json, ...], value: tuple[Json, ...]) -> tuple[Json, ...]:
    """A list by its strategy: merged, or else replaced."""
    if not isinstance(type_, Listed) or "merge" not in type_.patch.split(","):
        return value
    if not present and not value:
        return present
    _check_alike(present, value)
    if not isinstance((*present, *value)[0], FrozenMap):
        return _in_order(_unique((*present, *value)), value, present, "")
    if not type_.patch_key:
        raise BadStrategicPatch("cannot merge lists without merge key")
    server, patch = _without_special(present, value, type_.patch_key)
    merged = _merge_items(type_, server, patch)
    return _in_order(merged, patch, server, type_.patch_key)


def _check_alike(*lists: tuple[Json, ...]) -> None:
    """All items must be of one JSON type, and none a list."""
    types = {_json_type(item) for items in lists for item in items}
    if "list" in types:
        raise BadStrategicPatch("lists of lists are not supported", 422)
    if len(types) > 1 or "null" in types:
        raise BadStrategicPatch(f"list element types are not identical: {sorted(types)}")


def _json_type(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case str():
            return "text"
        case int():
            return "integer"
        case float():
            return "number"
        case FrozenMap():
            return "object"
        case _:
            return "list"


def _without_special(
    present: tuple[Json, ...], value: tuple[Json, ...], key: str
) -> tuple[tuple[Json, ...], tuple[Json, ...]]:
    """The server's and the patch's items once the items with directives are done with."""
    patch = tuple(item for item in value if not _is_deleted(item))
    replaces = False
    for item in map(as_map, value):
        match item.get(_DIRECTIVE):
            case None if _DIRECTIVE not in item:
                continue
            case "delete":
                wanted = _key_of(item, key)
                present = tuple(old for old in present if not _same(as_map(old).get(key), wanted))
            case "replace":
                replaces = True
            case other:
                raise BadStrategicPatch(f"unknown patch type: {other!r}")
    return (patch, ()) if replaces else (present, patch)


def _merge_items(type_: Listed, present: tuple[Json, ...], patch: tuple[Json, ...]) -> tuple[Json, ...]:
    key = type_.patch_key
    merged = list(present)
    for item in map(as_map, patch):
        wanted = _key_of(item, key)
        place = next((index for index, old in enumerate(merged) if _same(as_map(old).get(key), wanted)), None)
        if place is None:
            merged.append(item)
        else:
            merged[place] = merge_strategically(type_.items, as_map(merged[place]), item)
    return tuple(merged)


def _key_of(item: Json, key: str) -> Json:
    fields = as_map(item)
    if key not in fields:
        raise BadStrategicPatch(f"map: {fields!r} does not contain declared merge key: {key}")
    value: Json = fields[key]
    return value


def _same(left: Json, right: Json) -> bool:
    return _json_type(left) == _json_type(right) and left == right


def _is_in(item: Json, items: Sequence[Json]) -> bool:
    return any(_same(item, other) for other in items)


def _unique(items: tuple[Json, ...]) -> tuple[Json, ...]:
    found: list[Json] = []
    for item in items:
        if not _is_in(item, found):
            found.append(item)
    return tuple(found)


def _order_list(type_: Type, name: str, original: dict[str, Json], patch: dict[str, Json], order: Json) -> None:
    """Merge the list of a field, if there is one, into the order that ``$setElementOrder`` demands."""
    if not isinstance(order, tuple):
        raise BadStrategicPatch("invalid patch format of setElementOrder list")
    present, value = original.get(name), patch.pop(name, None)
    if not isinstance(present, tuple | None) or not isinstance(value, tuple | None):
        raise BadStrategicPatch(f"expected a list at {name!r}")
    listed = _field_type(type_, name)
    if present is None and value is None:
        return
    key = listed.patch_key if isinstance(listed, Listed) else ""
    _check_order(value or (), order, key)
    merged = _merge_list(listed, present, value) if present and value else value or present or ()
    original[name] = _in_order(merged, order, present or (), key)


def _check_order(value: tuple[Json, ...], order: tuple[Json, ...], key: str) -> None:
    """What the patch has must be in the demanded order, in that order."""
    wanted = [item for item in value if not _is_deleted(item)]
    rest = iter(order)
    if order and not all(any(_matches(item, other, key) for other in rest) for item in wanted):
        raise BadStrategicPatch(f"The order in patch list doesn't match {_ORDER} list")


def _matches(item: Json, other: Json, key: str) -> bool:
    return _same(_key_of(item, key), _key_of(other, key)) if key else _same(item, other)


def _in_order(
    merged: tuple[Json, ...], order: tuple[Json, ...], server_order: tuple[Json, ...], key: str
) -> tuple[Json, ...]:
    """The merged items: those of the order as it says, the others as the server has them, the two interleaved."""

    def place(item: Json, among: tuple[Json, ...]) -> int:
        return next((index for index, other in enumerate(among) if _matches(item, other, key)), -1)

    def sorted_by(items: list[Json], among: tuple[Json, ...]) -> list[Json]:
        def compared(left: Any, right: Any) -> int:
            places = place(left, among), place(right, among)
            return 0 if -1 in places else places[0] - places[1]

        return sorted(items, key=cmp_to_key(compared))

    named = sorted_by([item for item in merged if place(item, order) >= 0], order)
    others = sorted_by([item for item in merged if place(item, order) < 0], server_order)
    result: list[Json] = []
    while named and others:
        left, right = place(others[0], server_order), place(named[0], server_order)
        result.append(others.pop(0) if 0 <= left < right else named.pop(0))
    return (*result, *named, *others)
