"""Values without parts, read as a server of Kubernetes reads them into its own types.

Lives here: one reader for each scalar of the schema: what it takes, what it refuses, and the canonical form in which
the value is written again.  Must not know: where in an object a value stands.

Source: Go's ``encoding/json``; Kubernetes 1.36, ``apimachinery/pkg/api/resource/quantity.go``,
``apimachinery/pkg/apis/meta/v1/{time,micro_time}.go``, ``apimachinery/pkg/util/intstr``.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Final, TypeAlias

from ...frozen_json import DEEPEST, FrozenMap, Json, is_too_deep
from ...quantities import Quantity
from ...schema import Scalar

Reader: TypeAlias = Callable[[Json], Json]

_BITS_32: Final = 2**31
_BITS_64: Final = 2**63
_LONE_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_REPLACEMENT: Final = "\ufffd"
_TIME: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))", flags=re.ASCII
)
_MICRO_DIGITS: Final = 6
_LEVELS_OF_OWNERSHIP: Final = 10
"""Who owns the fields of an object (``managedFields``) is told in a few more levels than the object has."""


class WrongValue(ValueError):
    """A value that a type cannot hold.  ``place`` is where it stands, filled in on the way out, innermost first."""

    def __init__(self, why: str, type_: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.type = type_
        self.place: list[str] = []

    @property
    def message(self) -> str:
        """What a real server says of it."""
        if not self.type:
            return self.why
        path = "".join(reversed(self.place)).removeprefix(".")
        return f"json: cannot unmarshal {self.why} into Go struct field {path} of type {self.type}"


def json_type(value: Json) -> str:
    """What Go calls the JSON type of a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "bool"
        case int() | float():
            return "number"
        case str():
            return "string"
        case tuple():
            return "array"
        case FrozenMap():
            return "object"


def _text(value: Json) -> Json:
    if not isinstance(value, str):
        raise WrongValue(json_type(value), "string")
    return well_formed(value)


def well_formed(text: str) -> str:
    """A text as Unicode allows it: half a character becomes the sign for what cannot be shown."""
    return text if text.isascii() or not _LONE_SURROGATE.search(text) else _LONE_SURROGATE.sub(_REPLACEMENT, text)


def _boolean(value: Json) -> Json:
    if not isinstance(value, bool):
        raise WrongValue(json_type(value), "bool")
    return value


def _integer(value: Json) -> Json:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongValue(json_type(value), "int64")
    if not -_BITS_64 <= value < _BITS_64:
        raise WrongValue("number out of range", "int64")
    return value


def _integer_32(value: Json) -> Json:
    if not isinstance(value, int) or isinstance(value, bool):
        raise WrongValue(json_type(value), "int32")
    if not -_BITS_32 <= value < _BITS_32:
        raise WrongValue("number out of range", "int32")
    return value


def _number(value: Json) -> Json:
    if not isinstance(value, int | float) or isinstance(value, bool) or not is_finite(value):
        raise WrongValue(json_type(value), "float64")
    if isinstance(value, float) and value.is_integer() and abs(value) < _BITS_64:
        return int(value)
    return value if isinstance(value, float) or abs(value) < _BITS_64 else float(value)


def is_finite(number: float) -> bool:
    """Whether a number, of whatever size, can be held as a float of 64 bits."""
    try:
        return math.isfinite(float(number))
    except OverflowError:
        return False


def _integer_or_text(value: Json) -> Json:
    return _text(value) if isinstance(value, str) else _integer_32(value)


def _quantity(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not (value == value):  # noqa: PLR0124
        raise WrongValue("quantities must match the regular expression", "")
    if isinstance(value, int) and abs(value) >= _BITS_64:
        value = _BITS_64 - 1 if value > 0 else 1 - _BITS_64
    try:
        return _same_or(value, _canonical(str(value)))
    except ValueError as error:
        raise WrongValue(str(error)) from None


@lru_cache(maxsize=1024)
def _canonical(quantity: str) -> str:
    return str(Quantity.of(quantity))


def _same_or(value: Json, new: str) -> Json:
    """The value itself where it is in its canonical form: what is unchanged stays the same object."""
    return value if value == new else new


def _bytes(value: Json) -> Json:
    if not isinstance(value, str):
        raise WrongValue(json_type(value), "[]uint8")
    try:
        content = base64.b64decode(value.replace("\r", "").replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        raise WrongValue("illegal base64 data") from None
    return _same_or(value, base64.b64encode(content).decode())


def _time(value: Json) -> Json:
    return _same_or(value, _moment(value)[0] + "Z")


def _micro_time(value: Json) -> Json:
    moment, fraction = _moment(value)
    return _same_or(value, f"{moment}.{fraction[:_MICRO_DIGITS].ljust(_MICRO_DIGITS, '0')}Z")


def _moment(value: Json) -> tuple[str, str]:
    """A time in UTC, and the digits of its fraction of a second."""
    if not isinstance(value, str):
        raise WrongValue(json_type(value), "string")
    found = _TIME.fullmatch(value)
    if found is None:
        raise WrongValue(f'parsing time "{well_formed(value)}" as "2006-01-02T15:04:05Z07:00": cannot parse it')
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[:6])
    if not 1 <= month <= 12 or not 1 <= day <= _days(year, month) or hour > 23 or minute > 59 or second > 59:  # noqa: PLR2004
        raise WrongValue(f'parsing time "{value}": out of range')
    if found[8]:
        minutes = int(found[9]) * 60 + int(found[10])
        year, month, day, hour, minute = _shifted(
            year, month, day, hour * 60 + minute + (minutes if found[8] == "-" else -minutes)
        )
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", found[7] or ""


def _shifted(year: int, month: int, day: int, minutes: int) -> tuple[int, int, int, int, int]:
    """A day and minutes since its beginning, which may lie in another day (offsets are less than five days)."""
    while minutes < 0:
        minutes, day = minutes + 1440, day - 1
        if day == 0:
            year, month = (year - 1, 12) if month == 1 else (year, month - 1)
            day = _days(year, month)
    while minutes >= 1440:  # noqa: PLR2004 - the minutes of a day
        minutes, day = minutes - 1440, day + 1
        if day > _days(year, month):
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004
            day = 1
    return year, month, day, minutes // 60, minutes % 60


def _days(year: int, month: int) -> int:
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def free_form(value: Json) -> Json:
    """Whatever JSON, as a server holds what it has no type for: integers of 64 bits, all other numbers as floats.

    Raises:
        WrongValue: for numbers that are too large, and what is nested too deep.
    """
    if isinstance(value, FrozenMap | tuple):
        if is_too_deep(value, DEEPEST + _LEVELS_OF_OWNERSHIP):
            raise WrongValue("exceeded max depth")
        return _free(value)
    return _free(value)


def _free(value: Json) -> Json:
    if isinstance(value, FrozenMap):
        items = {well_formed(key): _free(item) for key, item in value.items()}
        unchanged = len(items) == len(value) and all(items.get(key) is item for key, item in value.items())
        return value if unchanged else FrozenMap(items)
    if isinstance(value, tuple):
        freed = tuple(_free(item) for item in value)
        return value if all(new is old for new, old in zip(freed, value, strict=True)) else freed
    if isinstance(value, str):
        return well_formed(value)
    if isinstance(value, float) or (isinstance(value, int) and not -_BITS_64 <= value < _BITS_64):
        if not is_finite(value):
            raise WrongValue("number", "float64")
        return float(value)
    return value


READERS: Final[Mapping[Scalar, Reader]] = {
    Scalar.TEXT: _text,
    Scalar.BYTES: _bytes,
    Scalar.TIME: _time,
    Scalar.MICRO_TIME: _micro_time,
    Scalar.INTEGER: _integer,
    Scalar.INTEGER_32: _integer_32,
    Scalar.NUMBER: _number,
    Scalar.BOOLEAN: _boolean,
    Scalar.QUANTITY: _quantity,
    Scalar.INTEGER_OR_TEXT: _integer_or_text,
    Scalar.ANY: free_form,
}
"""How each scalar is read."""

ZEROS: Final[Mapping[Scalar, Json]] = {
    Scalar.TEXT: "",
    Scalar.BYTES: "",
    Scalar.INTEGER: 0,
    Scalar.INTEGER_32: 0,
    Scalar.NUMBER: 0,
    Scalar.BOOLEAN: False,
    Scalar.QUANTITY: "0",
    Scalar.INTEGER_OR_TEXT: 0,
}
"""What stands for nothing; times and free forms have no such value, they are absent (``null``)."""
