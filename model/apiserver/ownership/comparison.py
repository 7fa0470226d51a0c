"""What differs between two objects, as sets of fields.

Lives here: :func:`compare`, and the tables of what is :data:`ABSENT`.  Must not know: who owns what.

What a real server compares are its own structs: a required list that nobody gave is ``null`` there, not absent, so
that giving it later modifies the field instead of adding it.

Source: ``structured-merge-diff``, ``typed/compare.go``.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias

from attrs import define, field, frozen

from ...frozen_json import EMPTY, FrozenMap, Json, as_items, as_map
from ...schema import Listed, Mapped, Record
from .fields import Fields, Path, field_element, without_below
from .shapes import Shape, Unkeyed, entry_shape, is_list, is_whole, item_element, item_shape, nulls_of


class Absent(Enum):
    """That there is nothing, not even ``null``."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Value: TypeAlias = "Json | Absent"


@frozen
class Comparison:
    """The fields that one object has more, less, or otherwise than another."""

    removed: Fields
    modified: Fields
    added: Fields

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        return not (self.removed or self.modified or self.added)

    def without(self, ignored: tuple[Path, ...]) -> Comparison:
        """The comparison without some fields and all below them."""
        parts = (without_below(fields, ignored) for fields in (self.removed, self.modified, self.added))
        return Comparison(*parts)


def compare(shape: Shape, old: FrozenMap, new: FrozenMap) -> Comparison:
    """What differs between two objects of a type."""
    found = _Found()
    _compare(shape, (), old, new, found)
    return Comparison(frozenset(found.removed), frozenset(found.modified), frozenset(found.added))


@define
class _Found:
    removed: set[Path] = field(factory=set[Path])
    modified: set[Path] = field(factory=set[Path])
    added: set[Path] = field(factory=set[Path])


def _compare(shape: Shape, path: Path, old: Value, new: Value, found: _Found) -> None:
    if is_whole(shape, one_of(new, old)) or (_is_empty(old) and _is_empty(new)):
        if old is ABSENT:
            found.added.add(path)
        elif new is ABSENT:
            found.removed.add(path)
        elif not same(old, new):
            found.modified.add(path)
        return
    if is_list(shape):
        _compare_items(shape, path, old, new, found)
    else:
        _compare_entries(shape, path, old, new, found)
    if path and old is ABSENT:
        found.added.add(path)
    elif path and new is ABSENT:
        found.removed.add(path)


def one_of(first: Value, second: Value) -> Json:
    """The first of two values that says anything; ``null`` if neither does."""
    for value in (first, second):
        if not isinstance(value, Absent) and value is not None:
            return value
    return None


def _is_empty(value: Value) -> bool:
    return value is ABSENT or value is None or (isinstance(value, FrozenMap | tuple) and not value)


def same(old: Value, new: Value) -> bool:
    """Whether two values are equal as JSON: ``true`` is not 1, but 1.0 is."""
    if isinstance(old, bool) != isinstance(new, bool):
        return False
    return old == new


def _compare_entries(shape: Shape, path: Path, old: Value, new: Value, found: _Found) -> None:
    olds, news = as_map(old), as_map(new)
    nulls = nulls_of(shape) if isinstance(shape, Record) else frozenset[str]()
    old_default = None if isinstance(old, FrozenMap) else ABSENT
    new_default = None if isinstance(new, FrozenMap) else ABSENT
    for name in {*olds, *news, *nulls}:
        old_item: Value = olds.get(name, old_default if name in nulls else ABSENT)
        new_item: Value = news.get(name, new_default if name in nulls else ABSENT)
        if old_item is new_item:
            continue
        _compare(entry_shape(shape, name) or shape, (*path, field_element(name)), old_item, new_item, found)


def _compare_items(shape: Shape, path: Path, old: Value, new: Value, found: _Found) -> None:
    olds, news = by_element(shape, old), by_element(shape, new)
    for element in {**olds, **news}:
        old_items, new_items = olds.get(element, ()), news.get(element, ())
        further = (*path, element)
        old_item: Value = old_items[0] if old_items else ABSENT
        new_item: Value = new_items[0] if new_items else ABSENT
        match len(old_items) > 1, len(new_items) > 1:
            case False, False:
                _compare(item_shape(shape), further, old_item, new_item, found)
            case True, True:
                if old_items != new_items:
                    found.modified.add(further)
            case True, False:
                if new_items:
                    _compare(item_shape(shape), further, ABSENT, new_item, found)
                found.removed.add(further)
            case _:
                if old_items:
                    _compare(item_shape(shape), further, old_item, ABSENT, found)
                found.added.add(further)


def by_element(shape: Shape, value: Value) -> Mapping[str, tuple[Json, ...]]:
    """The items of a list by their elements, in the order of the list; those that cannot be told apart are left out."""
    groups: dict[str, tuple[Json, ...]] = {}
    for index, item in enumerate(as_items(value)):
        try:
            element = item_element(shape, index, item)
        except Unkeyed:
            continue
        groups[element] = (*groups.get(element, ()), item)
    return groups


def with_empties(shape: Shape, read: FrozenMap, sent: Json) -> FrozenMap:
    """An object as it was read, but with the required lists and maps that were sent, and empty.

    Reading drops them, because etcd does; but until then a real server has them, and who sends them owns them.
    """
    if not isinstance(shape, Record) or not isinstance(sent, FrozenMap):
        return read
    entries: dict[str, Json] = {}
    for name, item in sent.items():
        type_ = shape.field(name)
        if name in nulls_of(shape) and isinstance(type_, Listed | Mapped) and not read.get(name):
            if item is not None:
                entries[name] = () if isinstance(type_, Listed) else EMPTY
        elif isinstance(type_, Record) and isinstance(read.get(name), FrozenMap):
            inner = with_empties(type_, read[name], item)
            if inner is not read[name]:
                entries[name] = inner
    return FrozenMap({**read, **entries}) if entries else read
