"""Bodies as text.

Lives here: :func:`parse_text`, for whoever takes requests from files or from a network.  Must not know: kinds, or what
is done with a body.

Source: ``sigs.k8s.io/json``; Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/rest.go`` (``limitedReadBody``);
scenario i-validation.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, cast

from attrs import frozen

from ...errors import BadInput
from ...frozen_json import DEEPEST, Json, freeze
from ..request import Malformed

LARGEST_BODY: Final = 3 * 1024 * 1024
"""How many bytes a request's body may have."""

_MOST_DIGITS: Final = 400
_STRINGS_AND_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', flags=re.DOTALL)


@frozen
class Parsed:
    """A body as JSON, and the paths of the fields that were sent more than once (of which the last counts)."""

    body: Json | Malformed
    duplicates: tuple[str, ...] = ()


class _Pairs(list[tuple[str, Any]]):
    """A JSON object as it was sent, with its repetitions."""


def parse_text(text: str) -> Parsed:
    """The body that a text holds.

    >>> parse_text('{"data": {"a": "1", "a": "2"}}').duplicates
    ('data.a',)
    """
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST_BODY:
        return Parsed(Malformed(f"Request entity too large: limit is {LARGEST_BODY}", status=413))
    if not text.strip():
        return Parsed(Malformed("unexpected end of JSON input"))
    if _depth(text) > DEEPEST:
        return Parsed(Malformed("exceeded max depth"))
    try:
        sent = json.loads(
            text, object_pairs_hook=_Pairs, parse_constant=_refuse, parse_int=_integer, parse_float=_number
        )
        duplicates: list[str] = []
        return Parsed(freeze(_plain(sent, "", duplicates)), tuple(duplicates))
    except (ValueError, BadInput) as error:
        return Parsed(Malformed(str(error)))


def _depth(text: str) -> int:
    """How many brackets are open at once, at most."""
    depth = deepest = 0
    for found in _STRINGS_AND_BRACKETS.finditer(text):
        if found[0] in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif found[0] in ("]", "}"):
            depth -= 1
    return deepest


def _refuse(constant: str) -> object:
    raise ValueError(f"invalid character {constant[:1]!r} looking for beginning of value")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else _number(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("cannot unmarshal number into Go value of type float64")
    return number


def _plain(value: object, place: str, duplicates: list[str]) -> object:
    if isinstance(value, _Pairs):
        entries: dict[str, object] = {}
        for key, item in value:
            path = f"{place}.{key}" if place else key
            if key in entries:
                duplicates.append(path)
            entries[key] = _plain(item, path, duplicates)
        return entries
    if isinstance(value, list):
        items = cast("list[object]", value)
        return [_plain(item, f"{place}[{index}]", duplicates) for index, item in enumerate(items)]
    return value
