"""JSON as frozen values: it can be hashed, compared and shared, and unknown fields are kept.

Lives here: :class:`FrozenMap` (a JSON object), :func:`freeze` and :func:`thaw` (from and to plain JSON).
Must not know: API objects, or anything else of Kubernetes.

JSON tells ``1``, ``1.0`` and ``true`` apart where Python's ``==`` does not; so do these values, else two different
objects could be taken for one.
"""

from __future__ import annotations

import math
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias, cast

from .errors import BadInput

Json: TypeAlias = "bool | int | float | str | tuple[Json, ...] | FrozenMap | None"
"""A frozen JSON value: scalars as they are, arrays as tuples, objects as :class:`FrozenMap`."""


DEEPEST: Final = 200
"""How many levels a value may have: what works on values goes down level by level, and must come to an end."""


_MARKED = (bool, float, tuple)


class FrozenMap(Mapping[str, Any]):
    """A JSON object as an immutable, hashable mapping; iterates in the order of its sorted keys.

    Equality and hash do not depend on the order of insertion.  Values must be frozen already: see :func:`freeze`.
    """

    __slots__ = ("_entries", "_hash", "_marks")

    def __init__(self, entries: Mapping[str, Json] | Iterable[tuple[str, Json]] = ()) -> None:
        unordered = dict(entries)
        self._entries: dict[str, Json] = {key: unordered[key] for key in sorted(unordered)}
        self._hash: int | None = None

    @classmethod
    def _in_order(cls, entries: dict[str, Json]) -> FrozenMap:
        """The map of entries that are sorted already, which nobody else may change."""
        made = cls.__new__(cls)
        made._entries, made._hash = entries, None  # noqa: SLF001 - it is one of this class
        return made

    def __getitem__(self, key: str) -> Any:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, or the default."""
        return self._entries.get(key, default)

    def items(self) -> ItemsView[str, Any]:
        """The entries, in the order of the keys."""
        return self._entries.items()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, FrozenMap):
            return NotImplemented
        return hash(self) == hash(other) and self._entries == other._entries and self._marks == other._marks

    def __hash__(self) -> int:
        if self._hash is None:
            items = self._entries.items()
            self._marks = tuple(
                [mark for key, value in items if isinstance(value, _MARKED) for mark in _marks(key, value)]
            )
            self._hash = hash((tuple(self._entries.items()), self._marks))
        return self._hash

    def __repr__(self) -> str:
        return f"FrozenMap({self._entries!r})"

    def __reduce__(self) -> tuple[type[FrozenMap], tuple[dict[str, Json]]]:
        return FrozenMap, (self._entries,)  # without the cached hash: it would be wrong in another process

    def set(self, key: str, value: Json) -> FrozenMap:
        """The map with one entry added or replaced."""
        entries = {**self._entries, key: value}
        return FrozenMap._in_order(entries) if key in self._entries else FrozenMap(entries)

    def updated(self, entries: Mapping[str, Json]) -> FrozenMap:
        """The map with entries added or replaced."""
        return FrozenMap({**self._entries, **entries})

    def without(self, *keys: str) -> FrozenMap:
        """The map without the named entries; those that are not there are ignored."""
        if not any(key in self._entries for key in keys):
            return self
        return FrozenMap._in_order({key: value for key, value in self._entries.items() if key not in keys})


def _marks(place: str, value: Json) -> Iterator[str]:
    """What ``==`` overlooks in a value: which of its scalars are booleans or floats (nested maps mark their own)."""
    if isinstance(value, bool | float):
        yield f"{place}:{type(value).__name__}"
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _marks(f"{place}/{index}", item)


EMPTY = FrozenMap()


def freeze(value: object) -> Json:
    """The frozen form of plain JSON (also of values that are frozen in part or altogether).

    Raises:
        BadInput: for what JSON cannot hold: other types, keys that are not text, numbers that are not finite; and for
            what is nested more than :data:`DEEPEST` levels deep.
    """
    return _freeze(value, DEEPEST)


def _freeze(value: object, levels: int) -> Json:
    if isinstance(value, FrozenMap):
        return value
    if levels == 0 and isinstance(value, Mapping | list | tuple):
        raise BadInput(f"a value is nested more than {DEEPEST} levels deep")
    if isinstance(value, Mapping):
        return _freeze_mapping(cast("Mapping[object, object]", value), levels)
    if isinstance(value, list | tuple):
        return tuple(_freeze(item, levels - 1) for item in cast("Sequence[object]", value))
    if isinstance(value, float) and not math.isfinite(value):
        raise BadInput(f"{value!r} is not a JSON number")
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise BadInput(
        f"a value of type {type(value).__name__} is not JSON",
        remedy="use mappings, lists, text, numbers, booleans or None",
    )


def _freeze_mapping(value: Mapping[object, object], levels: int) -> FrozenMap:
    entries: dict[str, Json] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise BadInput(f"the key {key!r} is not text", remedy="quote it: JSON objects have text for keys")
        entries[key] = _freeze(item, levels - 1)
    return FrozenMap(entries)


def is_too_deep(value: Json, deepest: int = DEEPEST) -> bool:
    """Whether a value has more levels than that.  It goes down by no calls of its own, so any depth can be asked."""
    level: list[Json] = [value]
    for _ in range(deepest):
        level = [item for inner in level for item in _parts(inner)]
        if not level:
            return False
    return True


def _parts(value: Json) -> Iterable[Json]:
    """The parts of a value that have parts themselves."""
    if isinstance(value, FrozenMap):
        return [item for item in as_items(tuple(value.values())) if isinstance(item, FrozenMap | tuple)]
    return [item for item in as_items(value) if isinstance(item, FrozenMap | tuple)]


def freeze_map(value: Mapping[str, object]) -> FrozenMap:
    """:func:`freeze` for what is known to be a mapping."""
    frozen_value = freeze(value)
    assert isinstance(frozen_value, FrozenMap)  # noqa: S101 - a mapping freezes to a mapping
    return frozen_value


def thaw(value: Json) -> Any:
    """Plain JSON again: ``dict`` and ``list``, fresh ones, which the caller may change."""
    if isinstance(value, FrozenMap):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    return value


def as_map(value: object) -> FrozenMap:
    """The value if it is a JSON object, else an empty one: for reading what may have any form."""
    return value if isinstance(value, FrozenMap) else EMPTY


def as_items(value: object) -> tuple[Json, ...]:
    """The value if it is a JSON array, else an empty one."""
    return cast("tuple[Json, ...]", value) if isinstance(value, tuple) else ()
