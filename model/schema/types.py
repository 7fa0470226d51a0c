"""What a field of an API object may hold.

Lives here: the kinds of types, and reading the generated table.  Must not know: what is done with a type.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, Final, Literal, TypeAlias

from attrs import frozen

from .data.v1_36 import TABLE

Merge = Literal["atomic", "set", "map"]


class Scalar(Enum):
    """A value without parts, by its JSON form."""

    TEXT = "text"
    BYTES = "bytes"
    TIME = "time"
    MICRO_TIME = "micro-time"
    INTEGER = "integer"
    INTEGER_32 = "int32"
    NUMBER = "number"
    BOOLEAN = "boolean"
    QUANTITY = "quantity"
    INTEGER_OR_TEXT = "integer-or-text"
    ANY = "any"

    def __repr__(self) -> str:
        return f"Scalar.{self.name}"


ANY: Final = Scalar.ANY
"""Whatever JSON: nothing is known of it, and it is merged as a whole."""


@frozen
class Listed:
    """A list.

    ``merge`` says how server-side apply merges it (a ``map`` by ``keys``); ``patch`` is the strategy of a strategic
    merge patch (``merge``, ``replace``, ``merge,retainKeys``, …; empty: replace) and ``patch_key`` its key.
    """

    items: Type
    merge: Merge = "atomic"
    keys: tuple[str, ...] = ()
    patch: str = ""
    patch_key: str = ""


@frozen
class Mapped:
    """An object whose keys are data.  An ``atomic`` one is owned, and applied, as a whole."""

    values: Type
    atomic: bool = False


@frozen
class Record:
    """An object with named fields, of a definition of the table; types of fields are looked up when asked for."""

    name: str
    atomic: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields, sorted."""
        return tuple(_definition(self.name)["fields"])

    @property
    def required(self) -> tuple[str, ...]:
        """The fields that the schema says must be there."""
        return tuple(_definition(self.name).get("required", ()))

    @property
    def pointers(self) -> tuple[str, ...]:
        """The fields that are kept whenever they are given, also empty: a real server has pointers for them."""
        return tuple(_definition(self.name).get("pointers", ()))

    @property
    def values(self) -> tuple[str, ...]:
        """The fields that are always there, with a zero value if nothing is said."""
        return tuple(_definition(self.name).get("values", ()))

    def field(self, name: str) -> Any:
        """The type of a field, ``None`` if there is no such field.

        It is typed ``Any`` so that look-ups can be chained.
        """
        return _field(self.name, name)


Type: TypeAlias = Scalar | Listed | Mapped | Record


def record_of(group: str, version: str, kind: str) -> Record | None:
    """The record of a built-in kind; ``None`` for others."""
    name = _kinds().get(f"{group}/{version}/{kind}")
    return None if name is None else Record(name)


@cache
def known_kinds() -> tuple[tuple[str, str, str], ...]:
    """Group, version and name of every built-in kind."""
    return tuple((*name.split("/"),) for name in sorted(_kinds()))  # type: ignore[misc]


@cache
def _lines() -> Mapping[str, str]:
    """The table's lines by the name of their definition; parsed one by one, when they are asked for."""
    lines = TABLE.strip().splitlines()
    return {line[2 : line.index('"', 2)]: line for line in lines}


@cache
def _kinds() -> Mapping[str, str]:
    kinds: Mapping[str, str] = json.loads(_lines()["kinds"])["kinds"]
    return kinds


@cache
def _definition(name: str) -> Mapping[str, Any]:
    definition: Mapping[str, Any] = json.loads(_lines()[name])[name]
    return definition


@cache
def _field(record: str, name: str) -> Type | None:
    code = _definition(record)["fields"].get(name)
    return None if code is None else _type(code)


def _type(code: Any) -> Type:
    if isinstance(code, str):
        if not code.startswith("="):
            return Scalar(code)
        return Record(code[1:], atomic=_definition(code[1:]).get("atomic", False))
    if "is" in code:
        return Record(code["is"][1:], atomic=True)
    if "values" in code:
        return Mapped(_type(code["values"]), atomic=code.get("atomic", False))
    return Listed(
        _type(code["items"]),
        merge=code.get("merge", "atomic"),
        keys=tuple(code.get("keys", ())),
        patch=code.get("patch", ""),
        patch_key=code.get("patch_key", ""),
    )
