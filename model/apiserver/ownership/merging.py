"""Configurations merged into objects, and taken out again.

Lives here: which fields a configuration gives, the merge of one into an object, the removal of fields, and whether a
configuration fits its type at all.  Must not know: who owns what.

Source: ``structured-merge-diff``, ``typed/{tofieldset,merge,remove,validate}.go``.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...schema import ANY, Scalar
from .comparison import ABSENT, Absent, Value, by_element, one_of
from .fields import Fields, Path, below, field_element, is_field, name_of, path_text
from .shapes import (
    Shape,
    Unkeyed,
    entry_shape,
    has_field,
    is_list,
    is_whole,
    item_element,
    item_shape,
)


def fields_given(shape: Shape, value: FrozenMap) -> Fields:
    """The fields that a configuration gives."""
    return frozenset(path for path in _given(shape, value, ()) if path)


def _given(shape: Shape, value: Json, path: Path) -> Iterator[Path]:
    if is_whole(shape, value):
        yield path
    elif is_list(shape):
        for element, items in by_element(shape, value).items():
            further = (*path, element)
            yield further
            if len(items) == 1:
                yield from _given(item_shape(shape), items[0], further)
    else:
        for name, item in as_map(value).items():
            further = (*path, field_element(name))
            yield from _given(entry_shape(shape, name) or ANY, item, further)
            if item is None or item == FrozenMap() or not has_field(shape, name):
                yield further


def merged(shape: Shape, live: FrozenMap, config: FrozenMap) -> FrozenMap:
    """The object with what a configuration gives."""
    return as_map(_merge(shape, live, config))


def _merge(shape: Shape, live: Value, config: Value) -> Json:
    if is_whole(shape, one_of(config, live)) or (not as_parts(live) and not as_parts(config)):
        chosen = live if config is ABSENT else config
        assert not isinstance(chosen, Absent)  # noqa: S101 - at most one of the two is absent
        return chosen
    if is_list(shape):
        return _merge_items(shape, live, config)
    lives, configs = as_map(live), as_map(config)
    entries: dict[str, Json] = {
        name: _merge(entry_shape(shape, name) or ANY, lives.get(name, ABSENT), configs.get(name, ABSENT))
        for name in {**lives, **configs}
    }
    return FrozenMap(entries)


def as_parts(value: Value) -> FrozenMap | tuple[Json, ...]:
    """The parts of a value: none of a scalar, of ``null``, and of what is absent."""
    return value if isinstance(value, FrozenMap | tuple) else ()


def _merge_items(shape: Shape, live: Value, config: Value) -> Json:
    """The items of both lists: those of the configuration in its order, the others where they stood before."""
    lives, configs = by_element(shape, live), by_element(shape, config)
    order = [*_interleaved(list(lives), list(configs))]
    items: list[Json] = []
    for element in order:
        old, new = lives.get(element, ()), configs.get(element, ())
        if len(old) > 1 and not new:
            items.extend(old)
        else:
            old_item: Value = old[0] if len(old) == 1 else ABSENT
            items.append(_merge(item_shape(shape), old_item, new[0] if new else ABSENT))
    return tuple(items)


def _interleaved(lives: list[str], configs: list[str]) -> Iterator[str]:
    """What both have keeps the order of the second, what only one of them has its neighbours."""
    in_live, in_config = set(lives), set(configs)
    shared = [element for element in configs if element in in_live]
    left = right = 0
    while left < len(lives) or right < len(configs):
        if left < len(lives) and right < len(configs):
            if lives[left] == configs[right]:
                yield lives[left]
                left, right, shared = left + 1, right + 1, shared[1:]
                continue
            if lives[left] in in_config and shared and shared[0] != lives[left]:
                left += 1
                continue
        if left < len(lives) and lives[left] not in in_config:
            yield lives[left]
            left += 1
        elif right < len(configs):
            yield configs[right]
            if shared and shared[0] == configs[right]:
                shared = shared[1:]
            right += 1
        else:
            left += 1


def without_fields(shape: Shape, value: FrozenMap, taken: Fields) -> FrozenMap:
    """The object without some fields."""
    return as_map(_remove(shape, value, taken))


def _remove(shape: Shape, value: Json, taken: Fields) -> Json:
    """What is left of a value; ``None`` where nothing is."""
    if not taken or not isinstance(value, FrozenMap | tuple):
        return value
    if is_whole(shape, value):
        return None
    if isinstance(value, FrozenMap):
        entries = {
            name: _remove(entry_shape(shape, name) or ANY, item, below(taken, field_element(name)))
            for name, item in value.items()
            if (field_element(name),) not in taken
        }
        return FrozenMap(entries) if entries else None
    items: list[Json] = []
    for index, item in enumerate(value):
        try:
            element = item_element(shape, index, item)
        except Unkeyed:
            items.append(item)
            continue
        if (element,) not in taken:
            items.append(_remove(item_shape(shape), item, below(taken, element)))
    return tuple(items) if items else None


def with_named(shape: Shape, fields: Fields) -> Fields:
    """The set with the fields above its members that the type names: they are owned by whoever owns a part of them."""
    named = {path[:length] for path in fields for length in range(1, len(path)) if _is_named(shape, path[:length])}
    return fields | named


def _is_named(shape: Shape, path: Path) -> bool:
    for element in path[:-1]:
        if is_list(shape):
            shape = item_shape(shape)
        else:
            shape = (entry_shape(shape, name_of(element)) if is_field(element) else None) or ANY
    return is_field(path[-1]) and has_field(shape, name_of(path[-1]))


def misfits(shape: Shape, value: Json) -> Iterator[str]:
    """Why a configuration does not fit its type; nothing if it does."""
    yield from _misfits(shape, value, ())


def _misfits(shape: Shape, value: Json, path: Path) -> Iterator[str]:
    if value is None:
        return
    if isinstance(shape, Scalar):
        if not _fits(shape, value):
            yield f"{path_text(path)}: expected {shape.value}, got {type(value).__name__}"
    elif is_list(shape):
        yield from _misfits_in_list(shape, value, path)
    elif isinstance(value, FrozenMap):
        for name, item in value.items():
            further = (*path, field_element(name))
            inner = entry_shape(shape, name)
            if inner is None:
                yield f"{path_text(further)}: field not declared in schema"
            else:
                yield from _misfits(inner, item, further)
    elif not is_whole(shape, value) or not _is_deduced(shape):
        yield f"{path_text(path)}: expected map, got {type(value).__name__}"


def _misfits_in_list(shape: Shape, value: Json, path: Path) -> Iterator[str]:
    if not isinstance(value, tuple):
        yield f"{path_text(path)}: expected list, got {type(value).__name__}"
        return
    seen: set[str] = set()
    for index, item in enumerate(as_items(value)):
        try:
            element = item_element(shape, index, item)
        except Unkeyed as why:
            yield f"{path_text(path)}: element {index}: {why}"
            continue
        if element in seen:
            yield f"{path_text(path)}: duplicate entries for key {path_text((element,))}"
        seen.add(element)
        yield from _misfits(item_shape(shape), item, (*path, element))


def _is_deduced(shape: Shape) -> bool:
    return entry_shape(shape, "") is shape


def _fits(shape: Scalar, value: Json) -> bool:
    match shape:
        case Scalar.TEXT | Scalar.BYTES:
            return isinstance(value, str)
        case Scalar.BOOLEAN:
            return isinstance(value, bool)
        case Scalar.INTEGER | Scalar.INTEGER_32 | Scalar.NUMBER:
            return isinstance(value, int | float) and not isinstance(value, bool)
        case Scalar.ANY:
            return True
        case _:
            return not isinstance(value, FrozenMap | tuple)
