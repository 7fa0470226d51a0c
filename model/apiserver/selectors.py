"""Label selectors: as text in a URL, and as an object in a spec.

Lives here: their syntax and what they select.  Must not know: which objects there are.

Source: Kubernetes documentation, "Labels and Selectors"; Kubernetes 1.36, ``apimachinery/pkg/labels/selector.go``;
scenario j-list of the Kubernetes 1.36 recording.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, Literal

from attrs import define, frozen

from ..frozen_json import FrozenMap, as_items, as_map

Operator = Literal["in", "notin", "exists", "absent", "above", "below"]


@frozen
class Requirement:
    """One condition on the labels of an object; ``key = value`` is ``key in (value)``.

    ``above`` and ``below`` compare numbers; a label that is missing or no number meets neither.
    """

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def admits(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet it.  A key that is missing is also "not in"."""
        match self.operator:
            case "in":
                return labels.get(self.key) in self.values
            case "notin":
                return labels.get(self.key) not in self.values
            case "exists":
                return self.key in labels
            case "absent":
                return self.key not in labels
            case "above" | "below":
                return self._compares(labels.get(self.key, ""))

    def _compares(self, label: str) -> bool:
        bound = _integer(self.values[0])
        number = _integer(label)
        if number is None or bound is None:
            return False
        return number > bound if self.operator == "above" else number < bound


@frozen
class Selector:
    """Conditions that must all hold; without any, everything is selected."""

    requirements: tuple[Requirement, ...] = ()

    def admits(self, labels: Mapping[str, str]) -> bool:
        """Whether labels meet all conditions."""
        return all(requirement.admits(labels) for requirement in self.requirements)


@frozen
class BadSelector:
    """A text that is no selector: a real server answers 400 with this message."""

    message: str


def parse_selector(text: str) -> Selector | BadSelector:
    """The selector that a ``labelSelector`` option means.

    >>> parse_selector("app=web,tier!=db").admits({"app": "web"})
    True
    >>> parse_selector("a b").message
    "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"
    """
    try:
        return Selector(tuple(_Parser(_tokens(text)).requirements()))
    except _SyntaxError as error:
        return BadSelector(str(error))


class _SyntaxError(ValueError):
    """What is wrong with a text."""


_END: Final = ""
_NOT: Final = "!"
_SYMBOLS: Final = (_NOT, "(", ")", ",", "<", "=", "==", "!=", ">")
_TOKEN: Final = re.compile(r"[ \t\r\n]*([=!(),<>]+|[^=!(),<> \t\r\n]*)")
_OPERATORS: Final[Mapping[str, Operator]] = {
    "in": "in",
    "notin": "notin",
    "=": "in",
    "==": "in",
    "!=": "notin",
    ">": "above",
    "<": "below",
}
_LONGEST: Final = 63
_LONGEST_PREFIX: Final = 253
_NAME: Final = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_PREFIX: Final = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_INTEGER: Final = re.compile(r"[+-]?[0-9]+")


def _tokens(text: str) -> list[str]:
    """The words and symbols of a text.  Of symbols that stand together, as many as make one are taken at once."""
    found: list[str] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None or match.end() == place:
            break
        place, token = match.end(), match[1]
        while token and token[0] in "=!(),<>":
            symbol = next((each for each in (token[:2], token[:1]) if each in _SYMBOLS), token[:1])
            found.append(symbol)
            token = token[len(symbol) :]
        if token:
            found.append(token)
    return found


@define
class _Parser:
    """A text's tokens, and how many of them are read."""

    tokens: list[str]
    place: int = 0

    def requirements(self) -> list[Requirement]:
        """All of them.

        Raises:
            _SyntaxError: the text is none.
        """
        found: list[Requirement] = []
        while (first := self._next()) != _END:
            if first != _NOT and not _is_word(first):
                raise _SyntaxError(f"found '{first}', expected: !, identifier, or 'end of string'")
            try:
                found.append(self._requirement())
            except _SyntaxError as error:
                raise _SyntaxError(f"unable to parse requirement: {error}") from None
            separator = self._take()
            if separator == _END:
                break
            if separator != ",":
                raise _SyntaxError(f"found '{separator}', expected: ',' or 'end of string'")
            if (second := self._next()) != _NOT and not _is_word(second):
                raise _SyntaxError(f"found '{second}', expected: identifier after ','")
        return found

    def _next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else _END

    def _take(self) -> str:
        token = self._next()
        self.place += 1
        return token

    def _requirement(self) -> Requirement:
        key = self._take()
        absent = key == _NOT
        if absent:
            key = self._take()
        if not _is_word(key):
            raise _SyntaxError(f"found '{key}', expected: identifier")
        _check_key(key)
        if absent or self._next() in (_END, ","):
            return Requirement(key, "absent" if absent else "exists")
        written = self._take()
        operator = _OPERATORS.get(written)
        if operator is None:
            raise _SyntaxError(f"found '{written}', expected: in, notin, =, ==, !=, gt, lt")
        values = self._values() if written in ("in", "notin") else (self._value(),)
        _check_values(operator, values)
        return Requirement(key, operator, values)

    def _value(self) -> str:
        if self._next() in (_END, ","):
            return ""
        value = self._take()
        if not _is_word(value):
            raise _SyntaxError(f"found '{value}', expected: identifier")
        return value

    def _values(self) -> tuple[str, ...]:
        """Values between brackets; one that is left out is the empty one."""
        if (opening := self._take()) != "(":
            raise _SyntaxError(f"found '{opening}' expected: '('")
        values: list[str] = []
        while True:
            value = self._take() if _is_word(self._next()) else ""
            values.append(value)
            after = self._take()
            if after == ")":
                return tuple(dict.fromkeys(values))
            if after != ",":
                raise _SyntaxError(f"found '{after}', expected: ',' or ')'")


def _is_word(token: str) -> bool:
    """Whether a token may be a key or a value; ``in`` and ``notin`` may, where one is expected."""
    return token not in (_END, *_SYMBOLS)


def _check_key(key: str) -> None:
    prefix, slash, name = key.rpartition("/")
    good_prefix = not slash or (bool(_PREFIX.fullmatch(prefix)) and len(prefix) <= _LONGEST_PREFIX)
    if not (good_prefix and _NAME.fullmatch(name) and len(name) <= _LONGEST):
        raise _SyntaxError(f'key: Invalid value: "{key}": must be a qualified name')


def _check_values(operator: Operator, values: tuple[str, ...]) -> None:
    if operator in ("above", "below") and _integer(values[0]) is None:
        why = "for 'Gt', 'Lt' operators, the value must be an integer"
        raise _SyntaxError(f'values[0]: Invalid value: "{values[0]}": {why}')
    for value in values:
        if value and not (_NAME.fullmatch(value) and len(value) <= _LONGEST):
            raise _SyntaxError(f'values: Invalid value: "{value}": must be a label value')


def _integer(text: str) -> int | None:
    """A number of 64 bits, or ``None``."""
    if not _INTEGER.fullmatch(text) or len(text) > _LONGEST:
        return None
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 63 else None


_SPELLED: Final[Mapping[object, Operator]] = {
    "In": "in",
    "NotIn": "notin",
    "Exists": "exists",
    "DoesNotExist": "absent",
}


def selector_of(selector: FrozenMap) -> Selector:
    """The selector that a spec holds: ``matchLabels`` and ``matchExpressions``.  Malformed parts select nothing."""
    requirements = [Requirement(key, "in", (str(value),)) for key, value in as_map(selector.get("matchLabels")).items()]
    for expression in as_items(selector.get("matchExpressions")):
        fields = as_map(expression)
        requirements.append(
            Requirement(
                key=str(fields.get("key", "")),
                operator=_SPELLED.get(fields.get("operator"), "in"),
                values=tuple(str(value) for value in as_items(fields.get("values"))),
            )
        )
    return Selector(tuple(requirements))
