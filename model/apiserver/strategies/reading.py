"""Reading the fields of objects whose types have been checked, and some rules that many fields share.

Lives here: small readers, each with what to take where a field is absent.  Must not know: any kind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...quantities import Quantity
from ..answer import Cause
from ..causes import invalid_value, not_supported, required


def text(values: FrozenMap, name: str) -> str:
    """A field that holds a text; empty where there is none."""
    value = values.get(name)
    return value if isinstance(value, str) else ""


def number(values: FrozenMap, name: str) -> int:
    """A field that holds a whole number; 0 where there is none."""
    found = maybe_number(values, name)
    return 0 if found is None else found


def maybe_number(values: FrozenMap, name: str) -> int | None:
    """A field that holds a whole number, or nothing."""
    value = values.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def part(values: FrozenMap, name: str) -> FrozenMap | None:
    """A field that holds a structure, or nothing."""
    value = values.get(name)
    return value if isinstance(value, FrozenMap) else None


def parts(values: FrozenMap, name: str) -> tuple[FrozenMap, ...]:
    """A field that holds a list of structures."""
    return tuple([as_map(item) for item in as_items(values.get(name))])


def texts(values: FrozenMap, name: str) -> tuple[str, ...]:
    """A field that holds a list of texts."""
    return tuple([item for item in as_items(values.get(name)) if isinstance(item, str)])


def quantities(values: FrozenMap, name: str) -> dict[str, Quantity]:
    """A field that holds amounts of resources, by the name of the resource."""
    found = {key: Quantity.read(value) for key, value in as_map(values.get(name)).items()}
    return {key: quantity for key, quantity in found.items() if quantity is not None}


def with_defaults(values: FrozenMap, defaults: FrozenMap) -> FrozenMap:
    """The values, with the defaults for what is absent, empty or zero: they cannot be told apart in Go."""
    if all(values.get(name) for name in defaults):
        return values
    return FrozenMap({**values, **{name: value for name, value in defaults.items() if not values.get(name)}})


def with_pointer_defaults(values: FrozenMap, defaults: FrozenMap) -> FrozenMap:
    """The values, with the defaults for what is absent: a pointer to zero is not absent."""
    if all(values.get(name) is not None for name in defaults):
        return values
    return FrozenMap({**values, **{name: value for name, value in defaults.items() if values.get(name) is None}})


def replaced(values: FrozenMap, name: str, value: Json) -> FrozenMap:
    """The values with one of them exchanged, the very same map if it is that already."""
    old = values.get(name)
    same = old is value or (isinstance(value, FrozenMap) and old == value)
    return values if same else values.set(name, value)


def nonnegative(field: str, value: int | None) -> Iterator[Cause]:
    """A number must not be below zero."""
    if value is not None and value < 0:
        yield invalid_value(field, f"{value}: must be greater than or equal to 0")


def one_of(field: str, value: str, supported: Collection[str], *, needed: bool = True) -> Iterator[Cause]:
    """A text must be one of a few; one that is missing is another fault."""
    if not value and needed:
        yield required(field)
    elif value not in supported:
        yield not_supported(field, value, tuple(supported))
