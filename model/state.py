"""States as values: what a machine's variables hold at one moment.

Lives here: :class:`State`, and the check that what it holds cannot change.  Must not know: rules, or how states follow
one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .draft import ABSENT, Cell, MapView, Schema, Value, View
from .errors import ModelError


class State:
    """One immutable global state.  Variables are read as attributes, as in a draft; equal states are equal values."""

    __slots__ = ("_hash", "_maps", "_plain", "_schema")

    def __init__(self, schema: Schema, plain: dict[str, Any], maps: dict[str, dict[Any, Any]]) -> None:
        self._schema = schema
        self._plain = plain
        self._maps = maps
        self._hash: int | None = None

    @property
    def schema(self) -> Schema:
        """The names of the variables."""
        return self._schema

    def read(self, cell: Cell) -> Value:
        """The value of one cell (see :class:`~seatrial.model.draft.Source`)."""
        if cell.variable in self._plain:
            return self._plain[cell.variable]
        return self._maps[cell.variable].get(cell.key, ABSENT)

    def keys_held(self, variable: str) -> list[Any]:
        """The keys of a map variable, ascending."""
        return sorted(self._maps[variable])

    def __getattr__(self, name: str) -> Value:
        if name.startswith("__"):
            raise AttributeError(name)
        value = getattr(View(self), name)
        return dict(value) if isinstance(value, MapView) else value

    def cells(self) -> Iterator[tuple[Cell, Any]]:
        """Every cell that holds something, in a fixed order."""
        for name in sorted(self._plain):
            yield Cell(name), self._plain[name]
        for name in sorted(self._maps):
            for key in sorted(self._maps[name]):
                yield Cell(name, key), self._maps[name][key]

    def updated(self, writes: Iterable[tuple[Cell, Any]]) -> State:
        """The state in which the given cells hold the given values."""
        plain, maps = dict(self._plain), dict(self._maps)
        copied: set[str] = set()
        for cell, value in writes:
            if cell.variable in plain:
                plain[cell.variable] = value
                continue
            if cell.variable not in copied:
                maps[cell.variable] = dict(maps[cell.variable])
                copied.add(cell.variable)
            if value is ABSENT:
                maps[cell.variable].pop(cell.key, None)
            else:
                maps[cell.variable][cell.key] = value
        return State(self._schema, plain, maps)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, State):
            return NotImplemented
        return self._plain == other._plain and self._maps == other._maps

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(tuple(self.cells()))
        return self._hash

    def __repr__(self) -> str:
        return "State(" + ", ".join(f"{_cell_name(cell)}={value!r}" for cell, value in self.cells()) + ")"


def check_hashable(cell: Cell, value: object, who: str) -> None:
    """Refuse values that cannot be told apart by hashing.

    Raises:
        ModelError: the value is a list, a dict or holds one.
    """
    try:
        hash(value)
    except TypeError as error:
        message = (
            f"{who}: {_cell_name(cell)} holds {type(value).__name__} {value!r}, which is not immutable ({error}); "
            "use a tuple or a frozen attrs class"
        )
        raise ModelError(message) from None


def _cell_name(cell: Cell) -> str:
    return cell.variable if cell.key is None else f"{cell.variable}[{cell.key!r}]"
