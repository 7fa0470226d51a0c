"""JSON read strictly: every value knows where it stands, and whatever is not as it must be is refused at its place.

Lives here: :func:`parse` and :class:`Node`.  A refusal is a :class:`~seatrial.model.errors.BadInput` whose place is
``file: path.in[0].document`` (``file: line 3, column 7`` where the text is not JSON at all).

Must not know: what the documents mean.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Final, NoReturn, TypeVar, cast

from attrs import frozen

from seatrial.model.errors import BadInput

DEEPEST: Final = 100
"""How deep lists and objects may be nested; far more than a document needs, far less than Python's own limit."""

_PLAIN_KEY = re.compile(r"[\w-]+")
_LONGEST_SHOWN = 40
T = TypeVar("T")


@frozen
class _Refused:
    """Stands in a document for what the parser saw and JSON does not allow, until its place is known."""

    reason: str
    remedy: str


@frozen
class Node:
    """A value in a document: ``file`` and ``path`` say where it stands."""

    value: object
    file: str
    path: str = ""

    def refuse(self, reason: str, remedy: str) -> NoReturn:
        """Say what is wrong here.

        Raises:
            BadInput: always.
        """
        raise BadInput(reason, place=f"{self.file}: {self.path}" if self.path else self.file, remedy=remedy)

    def _expected(self, wanted: str) -> NoReturn:
        self.refuse(f"{wanted} is needed here, not {_described(self.value)}", f"write {wanted}")

    def entries(self) -> dict[str, Node]:
        """The entries of an object, whatever their names."""
        if not isinstance(self.value, dict):
            self._expected("an object")
        entries = cast("dict[str, object]", self.value)  # pyright: ignore[reportUnknownMemberType]
        return {key: Node(value, self.file, self._path_of(key)) for key, value in entries.items()}

    def _path_of(self, key: str) -> str:
        if not _PLAIN_KEY.fullmatch(key):
            return f"{self.path}[{json.dumps(key, ensure_ascii=False)}]"
        return f"{self.path}.{key}" if self.path else key

    def fields(self, *names: str) -> tuple[Node, ...]:
        """The values of an object that has exactly the given fields, in the order of the names."""
        entries = self.entries()
        for key in entries:
            if key not in names:
                self.refuse(f"unknown field `{key}`", f"take it out; the fields here are {_listed(names)}")
        for name in names:
            if name not in entries:
                self.refuse(f"the field `{name}` is missing", f"add it; the fields here are {_listed(names)}")
        return tuple(entries[name] for name in names)

    def items(self) -> tuple[Node, ...]:
        """The items of a list."""
        if not isinstance(self.value, list):
            self._expected("a list")
        items = cast("list[object]", self.value)  # pyright: ignore[reportUnknownMemberType]
        return tuple(Node(item, self.file, f"{self.path}[{index}]") for index, item in enumerate(items))

    def each(self, read: Callable[[Node], T]) -> tuple[T, ...]:
        """What ``read`` makes of each item of a list."""
        return tuple(read(item) for item in self.items())

    def optional(self, read: Callable[[Node], T]) -> T | None:
        """``None`` for ``null``, else what ``read`` makes of the value."""
        return None if self.value is None else read(self)

    def text(self) -> str:
        """A text, which may be empty."""
        if not isinstance(self.value, str):
            self._expected("a text")
        return self.value

    def name(self) -> str:
        """A text with more than white space in it."""
        if not self.text().strip():
            self.refuse("the text must not be blank", "write a name")
        return self.text()

    def truth(self) -> bool:
        """``true`` or ``false``."""
        if not isinstance(self.value, bool):
            self._expected("true or false")
        return self.value

    def count(self) -> int:
        """A whole number, zero or more."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or self.value < 0:
            self._expected("a whole number from 0 on")
        return self.value


def parse(text: str, file: str) -> Node:
    """Read a JSON document; ``file`` is what refusals call it.

    Raises:
        BadInput: the text is not JSON, or holds what JSON does not allow though parsers often do: NaN, infinite
            numbers, an object with the same key twice, half a character; or it is nested more than ``DEEPEST`` deep.
    """
    too_deep = BadInput(f"nested more than {DEEPEST} deep", place=file, remedy="this is no file of Seatrial")
    try:
        value: object = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
        )
    except json.JSONDecodeError as error:
        place = f"{file}: line {error.lineno}, column {error.colno}"
        raise BadInput(f"not JSON: {error.msg}", place=place, remedy="correct it there") from None
    except RecursionError:
        raise too_deep from None
    document = Node(value, file)
    _check(document, too_deep)
    return document


def _object(pairs: Iterable[tuple[str, object]]) -> object:
    entries: dict[str, object] = {}
    for key, value in pairs:
        if key in entries:
            return _Refused(f"the field `{key}` occurs twice", "keep one of them")
        entries[key] = value
    return entries


def _constant(word: str) -> object:
    return _Refused(f"{word} is not a JSON number", "write a finite number")


def _float(digits: str) -> object:
    value = float(digits)
    if value in (float("inf"), float("-inf")):
        return _Refused(f"the number {_shortened(digits)} is too big", "write a number that fits 64-bit floats")
    return value


def _int(digits: str) -> object:
    try:
        return int(digits)
    except ValueError:  # Python converts only so many digits
        return _Refused(f"the number {_shortened(digits)} is too long", "write fewer digits")


def _check(node: Node, too_deep: BadInput, depth: int = 1) -> None:
    """Refuse what the parser let pass, in the order in which it stands in the document."""
    if depth > DEEPEST and isinstance(node.value, dict | list):
        raise too_deep
    if isinstance(node.value, _Refused):
        node.refuse(node.value.reason, node.value.remedy)
    if isinstance(node.value, dict):
        for key, child in node.entries().items():
            _check(Node(key, node.file, node.path), too_deep)
            _check(child, too_deep, depth + 1)
    elif isinstance(node.value, list):
        for child in node.items():
            _check(child, too_deep, depth + 1)
    elif isinstance(node.value, str) and not _is_unicode(node.value):
        node.refuse(f"the text {node.value!a} holds half a character", "write whole Unicode characters")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _described(value: object) -> str:
    """A value as it stands in the document, shortened, with the kind of thing that it is."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, str):
        return f"the text {_shortened(json.dumps(value, ensure_ascii=False))}"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return f"the number {_shortened(str(value))}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
