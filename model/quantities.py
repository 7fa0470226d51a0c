"""Quantities: amounts of resources as Kubernetes writes them, such as ``500m``, ``1Gi`` or ``2e3``.

Lives here: :class:`Quantity`, an exact number with the family of suffixes that it is written in.  Must not know: which
resources there are.

Source: Kubernetes 1.36, ``apimachinery/pkg/api/resource/quantity.go`` and ``suffix.go``.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final, Literal

from attrs import frozen

from .frozen_json import as_map

Family = Literal["binary", "decimal", "exponent"]

_FORM: Final = re.compile(r"([+-]?)(\d+\.?\d*|\.\d+)([eE][+-]?\d+|[KMGTPE]i|[numkMGTPE]?)")
_LONGEST: Final = 400
_DECIMAL: Final = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY: Final = {"": 0, "Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_SUFFIX_OF: Final = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIX_OF: Final = {exponent: suffix for suffix, exponent in _BINARY.items()}
_NANO: Final = 10**9
_MOST: Final = 2**63 - 1
_SMALLEST_BINARY: Final = 1024


@frozen
class Quantity:
    """An amount, and how it is written.

    >>> str(Quantity.of("0.5")), str(Quantity.of("1024Mi")), str(Quantity.of("1e3")), str(Quantity.of("2000"))
    ('500m', '1Gi', '1e3', '2k')
    """

    value: Fraction
    family: Family = "decimal"

    @classmethod
    def of(cls, text: str) -> Quantity:
        """The quantity that a text means; finer than a billionth is rounded up, away from zero.

        Raises:
            ValueError: it means none.
        """
        return _parsed(text)

    @classmethod
    def read(cls, value: object) -> Quantity | None:
        """The quantity that a JSON value means, be it text or a number; ``None`` if it means none."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        try:
            return cls.of(value if isinstance(value, str) else repr(value))
        except ValueError:
            return None

    def __add__(self, other: Quantity) -> Quantity:
        """The sum, written like the first of the two unless that is nothing."""
        return Quantity(self.value + other.value, self.family if self.value else other.family)

    def __sub__(self, other: Quantity) -> Quantity:
        """The difference, written like the first of the two unless that is nothing."""
        return Quantity(self.value - other.value, self.family if self.value else other.family)

    def __str__(self) -> str:
        """The canonical form: no fraction, and the largest suffix that allows it."""
        if not self.value:
            return "0"
        whole = self.value.denominator == 1 and abs(self.value) >= _SMALLEST_BINARY
        return self._in_binary() if self.family == "binary" and whole else self._in_decimal()

    def _in_binary(self) -> str:
        mantissa, exponent = self.value.numerator, 0
        while mantissa % 1024 == 0 and exponent + 1 in _BINARY_SUFFIX_OF:
            mantissa, exponent = mantissa // 1024, exponent + 1
        return f"{mantissa}{_BINARY_SUFFIX_OF[exponent]}"

    def _in_decimal(self) -> str:
        mantissa, exponent = (self.value * _NANO).numerator, -9
        while mantissa % 1000 == 0 and (self.family == "exponent" or exponent + 3 in _SUFFIX_OF):
            mantissa, exponent = mantissa // 1000, exponent + 3
        if self.family == "exponent":
            return f"{mantissa}e{exponent}" if exponent else str(mantissa)
        return f"{mantissa}{_SUFFIX_OF[exponent]}"


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Quantity:
    found = _FORM.fullmatch(text)
    if found is None or len(text) > _LONGEST or not text.isascii():
        raise ValueError("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
    sign, digits, suffix = found.groups()
    number = Fraction(f"0{digits}" if digits[0] == "." else digits.rstrip("."))
    family: Family = "decimal"
    if suffix in _DECIMAL:
        number *= Fraction(10) ** _DECIMAL[suffix]
    elif suffix in _BINARY:
        number, family = number * 1024 ** _BINARY[suffix], "binary"
    else:
        exponent = max(-_LONGEST, min(_LONGEST, int(suffix[1:])))
        number, family = number * Fraction(10) ** exponent, "exponent"
    return Quantity(_rounded(number) * (-1 if sign == "-" else 1), family)


def _rounded(number: Fraction) -> Fraction:
    """Up to the next billionth, and no more than fits into 64 bits."""
    return min(Fraction(-(-number * _NANO // 1), _NANO), Fraction(_MOST))


def amounts(value: object) -> dict[str, Quantity]:
    """The quantities of a map such as ``spec.hard`` or ``resources.requests``; what means none is left out."""
    read = {name: Quantity.read(item) for name, item in as_map(value).items()}
    return {name: quantity for name, quantity in read.items() if quantity is not None}
