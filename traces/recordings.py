"""Recordings of real servers: JSON lines, each one request and its answer.

Lives here: reading them strictly.  What a line means is known by those who compare the model with it.

A recording is a text file in UTF-8 (or such a file compressed by gzip, if its name ends in ``.gz``) with
one JSON object a line; empty lines are passed over.  Order matters: a server's state is what the lines so
far made of it.

A recording of etcd has in each line:

- ``etcd``: the version of the server; the lines of one version went, in their order, to one fresh server;
- ``seq``: the number of the request to that server; where a number is missing, something was asked that is
  not recorded;
- ``scenario`` and ``step``: names for people; ``note``, if it is there, says how a stream was listened to
  ("every message of the stream within 1.5s");
- ``request``: ``method``, ``path`` (of etcd's JSON gateway) and ``body``;
- ``response``: ``http_status`` and ``body``; a stream's body is the list of its messages, and it stands
  where it ended, after what others asked meanwhile (in scenarios named ``...-writer``).
  Numbers of 64 bits are strings and empty fields are left out, as on the wire, but keys and values are
  plain text.

A recording of an API server has in each line:

- ``seq``, ``t`` (seconds since the start), ``scenario``, ``step``;
- ``actor``: the client, by its token's user;
- ``request``: ``method``, ``path``, ``query``, ``content_type`` and ``body``;
- ``response``: ``status``, ``reason``, ``message``, ``warnings`` and ``body``; a watch's body is the list of
  its frames;
- ``etcd_revision``: etcd's revision before and after the request;
- where there are several servers, ``server``: which of them was asked;
- where a line sums up what was asked in between, ``request`` is null; where no answer came, ``response.status`` is
  null and its body says what the client saw; what happened to servers meanwhile stands in the step, in brackets.

A recording of the calls that an API server makes of etcd has in each line:

- ``step``: a name for people;
- ``http``: the method and the path with its query, and ``status``, the answer's; without them, the line is about
  several requests that were under way at once;
- ``etcd_rpcs``: the calls in their order, each with ``rpc``, its name, and ``content``, as etcd's log tells it.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn, cast

from attrs import frozen

from seatrial.model.errors import BadInput

Demands = Mapping[str, type]
"""Which fields a line must have, and of which type (``object``: any); a dot leads inwards, and behind a question mark
a null is as good as what is demanded."""

ETCD: Final[Demands] = {
    "etcd": str,
    "seq": int,
    "scenario": str,
    "step": object,
    "request?.path": str,
    "request?.body": object,
    "response?.http_status?": int,
}

APISERVER: Final[Demands] = {
    "seq": int,
    "scenario": str,
    "step": object,
    "request?.method": str,
    "request?.path": str,
    "response.status?": int,
}

ETCD_CALLS: Final[Demands] = {
    "step": str,
    "etcd_rpcs": list,
}

_JSON_NAMES: Final = {
    str: "a string",
    int: "a number",
    dict: "an object",
    list: "a list",
}


@frozen
class Line:
    """One line of a recording: its number in the file, counted from 1, and the object in it."""

    file: str
    number: int
    fields: dict[str, Any]

    @property
    def place(self) -> str:
        """The file and line, as printed in messages."""
        return f"{self.file}:{self.number}"

    def bad(self, reason: str, remedy: str = "") -> BadInput:
        """The error to raise when this line cannot be used."""
        return BadInput(reason, place=self.place, remedy=remedy)


def read_recording(path: Path | str, demands: Demands | None = None) -> list[Line]:
    """The lines of a recording, in order.

    Raises:
        BadInput: there is no such file, it cannot be read as text, it is empty, or a line is not a JSON
        object or lacks a
            demanded field.
    """
    lines = [
        _parse(str(path), number, text, demands or {})
        for number, text in enumerate(_text(Path(path)).split("\n"), start=1)
        if text.strip()
    ]
    if not lines:
        raise BadInput("the recording holds no line", place=str(path), remedy="give a file of JSON lines")
    return lines


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        return (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
    except FileNotFoundError:
        raise BadInput("no such file", place=str(path), remedy="give the path of a recording") from None
    except UnicodeDecodeError as error:
        reason = f"not a text in UTF-8 (byte {error.start})"
        raise BadInput(reason, place=str(path), remedy="give a file of JSON lines") from None
    except (OSError, EOFError) as error:
        reason = f"cannot be read: {error}"
        raise BadInput(reason, place=str(path), remedy="give the path of a recording") from None


def _parse(file: str, number: int, text: str, demands: Demands) -> Line:
    place = f"{file}:{number}"
    try:
        value: object = json.loads(text, parse_constant=_refuse_constant)
    except ValueError as error:
        remedy = "each line of a recording is one JSON object; repair or remove the line"
        raise BadInput(f"not JSON: {error}", place=place, remedy=remedy) from None
    except RecursionError:
        raise BadInput("nested too deeply", place=place, remedy="repair or remove the line") from None
    if not isinstance(value, dict):
        remedy = "each line of a recording is one JSON object: a request and its answer"
        raise BadInput("not a JSON object", place=place, remedy=remedy)
    line = Line(file, number, cast("dict[str, Any]", value))
    for name, wanted in demands.items():
        _demand(line, name, wanted)
    return line


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is no JSON value"
    raise ValueError(message)


def _demand(line: Line, name: str, wanted: type) -> None:
    """Refuse a line in which a field is missing or of another type."""
    value: Any = line.fields
    parts, name = name.split("."), name.replace("?", "")
    for part, optional in ((each.removesuffix("?"), each.endswith("?")) for each in parts):
        if not isinstance(value, dict) or part not in value:
            remedy = f"a line of this kind of recording has {name}; is this the right kind of recording?"
            raise line.bad(f"the field {name} is missing", remedy)
        value = cast("dict[str, Any]", value)[part]
        if value is None and optional:
            return
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise line.bad(f"the field {name} is not {_JSON_NAMES[wanted]}", "repair or remove the line")
