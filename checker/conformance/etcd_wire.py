"""The JSON of etcd's gateway, field by field: how keys, numbers, choices and lists are written.

Lives here: reading and writing single fields.  Which fields a request or an answer has is known by
``etcd_gateway``.

Numbers of 64 bits are strings, empty fields are left out, and bytes are base64 on the wire, but plain text in
recordings; that is what an ``Encoding`` is for.

Source: etcd documentation, "gRPC gateway"; Protocol Buffers documentation, "ProtoJSON Format".
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from enum import StrEnum
from itertools import zip_longest
from typing import Any, Final, TypeVar, cast

from attrs import define, field, frozen

from seatrial.model.errors import BadInput

Json = dict[str, Any]
Choice = TypeVar("Choice", bound=StrEnum)


_WHOLE: Final = re.compile(r"-?(0|[1-9][0-9]{0,18})", re.ASCII)
_NUMBERS: Final = 2**63


def _in_mixed_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


class NotModelled(Exception):
    """A request asks for something that the model does not have; the reason is the exception's text."""


@frozen
class Encoding:
    """How keys and values are written."""

    write: Callable[[str], str]
    read: Callable[[str], str]


def _to_base64(text: str) -> str:
    return b64encode(text.encode("utf-8", "surrogateescape")).decode("ascii")


def _from_base64(text: str) -> str:
    return b64decode(text, validate=True).decode("utf-8", "surrogateescape")


PLAIN: Final = Encoding(str, str)
BASE64: Final = Encoding(_to_base64, _from_base64)


@define
class Fields:
    """The fields of one JSON object, each of which is to be taken once.

    Raises (each method):
        BadInput: the field is not of the asked-for kind.
    """

    name: str
    body: Json
    encoding: Encoding
    _taken: set[str] = field(factory=set[str], init=False)

    def bytes(self, name: str) -> str:
        """A key or a value; empty if it is not there."""
        text = self._take(name, "")
        try:
            if isinstance(text, str):
                return self.encoding.read(text)
        except ValueError:
            pass
        raise self._bad(name, "not a text, or not encoded as it should be")

    def number(self, name: str) -> int:
        """A number, perhaps written as a string; 0 if it is not there."""
        value = self._take(name, 0)
        text = "" if isinstance(value, bool | float) else str(value)
        if _WHOLE.fullmatch(text) and -_NUMBERS <= int(text) < _NUMBERS:
            return int(text)
        raise self._bad(name, "not a whole number of 64 bits")

    def flag(self, name: str) -> bool:
        """A truth value; false if it is not there."""
        value = self._take(name, default=False)
        if not isinstance(value, bool):
            raise self._bad(name, "not true or false")
        return value

    def choice(self, name: str, kind: type[Choice]) -> Choice:
        """A member of an enumeration by its name or its number; the first if it is not there."""
        return self._choice(name, self._take(name, 0), kind)

    def choices(self, name: str, kind: type[Choice]) -> tuple[Choice, ...]:
        """A list of members of an enumeration."""
        return tuple(self._choice(name, each, kind) for each in self._list(name))

    def objects(self, name: str) -> list[Fields]:
        """A list of JSON objects."""
        return [self._object(name, each) for each in self._list(name)]

    def inner(self, name: str) -> Fields | None:
        """A JSON object, if there is one."""
        value = self._take(name, None)
        return None if value is None else self._object(name, value)

    def done(self) -> None:
        """Make sure that every field was taken.

        Raises:
            NotModelled: one was not.
        """
        for name in sorted(set(self.body) - self._taken):
            raise NotModelled(f"the model does not know the field {name} of {self.name}")

    def _take(self, name: str, default: Any) -> Any:
        """A field by its name, or by the name in mixed case that JSON has for it; a null is as good as no field."""
        found = name if name in self.body else _in_mixed_case(name)
        self._taken.add(found)
        value = self.body.get(found)
        return default if value is None else value

    def _list(self, name: str) -> list[object]:
        value = self._take(name, [])
        if not isinstance(value, list):
            raise self._bad(name, "not a list")
        return cast("list[object]", value)

    def _choice(self, name: str, value: object, kind: type[Choice]) -> Choice:
        members = list(kind)
        if isinstance(value, int) and not isinstance(value, bool):
            if 0 <= value < len(members):
                return members[value]
            raise NotModelled(f"the model does not know the choice {value} of {self.name}.{name}")
        for member in members:
            if member.value == value:
                return member
        raise self._bad(name, f"not one of {', '.join(members)}")

    def _object(self, name: str, value: object) -> Fields:
        if not isinstance(value, dict):
            raise self._bad(name, "not a JSON object")
        return Fields(f"{self.name}.{name}", cast("Json", value), self.encoding)

    def _bad(self, name: str, reason: str) -> BadInput:
        return BadInput(f"{self.name}.{name} is {reason}: {self.body.get(name)!r}")


def filled(fields: Json) -> Json:
    """An object as etcd writes it: numbers as strings, empty fields left out, except that a header stays."""
    return {
        name: str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in fields.items()
        if value or name == "header"
    }


def an_object(value: object) -> Json:
    """A JSON object; an empty one in place of anything else."""
    return cast("Json", value) if isinstance(value, dict) else {}


def a_list(value: object) -> list[object]:
    """A JSON list; an empty one in place of anything else."""
    return cast("list[object]", value) if isinstance(value, list) else []


_ONLY_OF_ONE_SERVER: Final = {"cluster_id", "member_id", "raft_term"}


def masked(value: object) -> object:
    """An answer without what tells only which server gave it: the ids and the election term in headers."""
    if a_list(value):
        return [masked(each) for each in a_list(value)]
    if not an_object(value):
        return value
    fields = {name: masked(each) for name, each in an_object(value).items()}
    if "header" in fields:
        told = an_object(fields["header"])
        fields["header"] = {name: told[name] for name in told if name not in _ONLY_OF_ONE_SERVER}
    return fields


def revision_of(body: object) -> int | None:
    """The revision that an answer's header tells, if it does."""
    text = str(an_object(an_object(body).get("header")).get("revision"))
    return int(text) if text.isdecimal() else None


@frozen
class Difference:
    """A place in an answer where two servers differ, and what stands there (``ABSENT``: nothing)."""

    field: str
    expected: object
    actual: object


ABSENT: Final = "(nothing)"


def differences(expected: object, actual: object, place: str = "body") -> list[Difference]:
    """Where the answer of a real server (``expected``) and the model's (``actual``) differ."""
    if expected == actual:
        return []
    kinds = {type(expected), type(actual)}
    if kinds == {dict}:
        left, right = an_object(expected), an_object(actual)
        names = dict.fromkeys((*left, *right))
        pairs = [(f"{place}.{name}", left.get(name, ABSENT), right.get(name, ABSENT)) for name in names]
    elif kinds == {list}:
        both = enumerate(zip_longest(a_list(expected), a_list(actual), fillvalue=ABSENT))
        pairs = [(f"{place}[{number}]", this, that) for number, (this, that) in both]
    else:
        return [Difference(place, expected, actual)]
    return [found for name, this, that in pairs for found in differences(this, that, name)]
