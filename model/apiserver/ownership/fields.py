"""Sets of fields: which places of an object somebody owns.

Lives here: paths as tuples of elements, sets of them as frozen sets, and their form in ``fieldsV1``.  Must not know:
types, or who owns what.

An element is written as ``fieldsV1`` writes it: ``f:<name>`` is a field, ``k:<keys>`` an item of a list by its keys,
``v:<value>`` one of a set by its value, ``i:<index>`` one by its place.  A path in a set says nothing of the paths
below or above it.

>>> sorted(fields_of(FrozenMap({"f:data": FrozenMap({".": EMPTY, "f:a": EMPTY})})))
[('f:data',), ('f:data', 'f:a')]

Source: ``structured-merge-diff``, ``fieldpath/{set,serialize,serialize-pe,element}.go``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from ...frozen_json import EMPTY, FrozenMap, Json, as_map, thaw

Path: TypeAlias = tuple[str, ...]
Fields: TypeAlias = frozenset[Path]

_ITSELF: Final = "."
_FIELD, _KEYS, _VALUE, _INDEX = "f:", "k:", "v:", "i:"
_ORDER: Final = (_FIELD, _KEYS, _VALUE, _INDEX)


def field_element(name: str) -> str:
    """The element that stands for a field."""
    return _FIELD + name


def keys_element(keys: FrozenMap) -> str:
    """The element that stands for the item of a list with these keys."""
    return _KEYS + _text(keys)


def value_element(value: Json) -> str:
    """The element that stands for a value in a set."""
    return _VALUE + _text(value)


def index_element(index: int) -> str:
    """The element that stands for the item at a place."""
    return f"{_INDEX}{index}"


def is_field(element: str) -> bool:
    """Whether the element stands for a field (or for an entry of a map)."""
    return element.startswith(_FIELD)


def name_of(element: str) -> str:
    """The name of the field that an element stands for."""
    return element[len(_FIELD) :]


def fields_of(tree: FrozenMap) -> Fields:
    """The set that ``fieldsV1`` stands for.  Elements of unknown kinds are passed over, as a real server does.

    Raises:
        ValueError: an element cannot be read.
    """
    return frozenset(_paths(tree, ()))


def _paths(tree: FrozenMap, above: Path) -> Iterator[Path]:
    for written, inner in tree.items():
        if written == _ITSELF or written[:2] not in _ORDER:
            if written != _ITSELF and ":" not in written:
                raise ValueError(f"{written!r} has no kind")
            continue
        path = (*above, _canonical(written))
        below = as_map(inner)
        further = list(_paths(below, path))
        if _ITSELF in below or not further:
            yield path
        yield from further


def _canonical(written: str) -> str:
    kind, rest = written[:2], written[2:]
    if kind == _FIELD:
        return written
    value: object = json.loads(rest)
    if kind == _KEYS and not rest.lstrip().startswith("{"):
        raise ValueError(f"{written!r} has no keys")
    return kind + _dumps(value)


def tree_of(fields: Fields) -> FrozenMap:
    """The set as ``fieldsV1``."""
    return _tree(sorted(fields))


def _tree(paths: list[Path]) -> FrozenMap:
    groups: dict[str, list[Path]] = {}
    for path in paths:
        groups.setdefault(path[0], []).append(path[1:])
    return FrozenMap({element: _branch(rest) for element, rest in groups.items()})


def _branch(rest: list[Path]) -> FrozenMap:
    below = [path for path in rest if path]
    if not below:
        return EMPTY
    tree = _tree(below)
    return tree if len(below) == len(rest) else tree.set(_ITSELF, EMPTY)


def without_below(fields: Fields, taken: Iterable[Path]) -> Fields:
    """The set without some paths and everything below them."""
    prefixes = tuple(taken)
    if not prefixes:
        return fields
    return frozenset(path for path in fields if not any(path[: len(prefix)] == prefix for prefix in prefixes))


def below(fields: Fields, element: str) -> Fields:
    """What of the set lies below an element, seen from there."""
    return frozenset(path[1:] for path in fields if len(path) > 1 and path[0] == element)


def in_order(fields: Fields) -> list[Path]:
    """The paths in the order in which a real server goes through a set: a level comes before what is below it."""
    return sorted(fields, key=_place)


def _place(path: Path) -> list[tuple[bool, int, str]]:
    last = len(path) - 1
    return [(index < last, _ORDER.index(element[:2]), element) for index, element in enumerate(path)]


def path_text(path: Path) -> str:
    """A path as a real server's messages write it.

    >>> path_text(("f:spec", "f:containers", 'k:{"name":"c"}', "f:image"))
    '.spec.containers[name="c"].image'
    """
    return "".join(map(_element_text, path))


def _element_text(element: str) -> str:
    rest = element[2:]
    match element[:2]:
        case "f:":
            return f".{rest}"
        case "k:":
            return "[" + ",".join(f"{name}={_dumps(value)}" for name, value in json.loads(rest).items()) + "]"
        case "v:":
            return f"[={rest}]"
        case _:
            return f"[{rest}]"


def _text(value: Json) -> str:
    return _dumps(thaw(value))


def _dumps(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
