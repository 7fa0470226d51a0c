"""Files that are no traces: each kind of mistake gives one message with its place, its reason and what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import pytest

from seatrial.model.errors import BadInput
from seatrial.traces import dumps, loads, read
from seatrial.traces.strict_json import DEEPEST

from .test_codec import ALL_FIELDS
from .toy import lost_update

TEXT = dumps(lost_update())
DOCUMENT: Any = json.loads(TEXT)


def refusal(text: str) -> BadInput:
    """The refusal of a text."""
    with pytest.raises(BadInput) as caught:
        loads(text, "t.json")
    return caught.value


def refusal_of(change: Callable[[Any], object]) -> BadInput:
    """The refusal of a trace that was changed."""
    document = deepcopy(DOCUMENT)
    change(document)
    return refusal(json.dumps(document))


def put(*path: str | int, value: object) -> Callable[[Any], None]:
    """A change: this value at this place."""

    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        document[path[-1]] = value

    return change


def drop(*path: str | int) -> Callable[[Any], None]:
    """A change: nothing at this place."""

    def change(document: Any) -> None:
        for key in path[:-1]:
            document = document[key]
        del document[path[-1]]

    return change


def shown(path: tuple[str | int, ...]) -> str:
    """A place as messages show it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


@pytest.mark.parametrize(
    ("change", "place", "reason", "remedy"),
    [
        (put("extra", value=1), "", "unknown field `extra`", "take it out; the fields here are `format`, `scenario`"),
        (
            put("steps", 0, "who", value=""),
            "steps[0]",
            "unknown field `who`",
            "take it out; the fields here are `rule`",
        ),
        (drop("violated"), "", "the field `violated` is missing", "add it; the fields here are"),
        (drop("scenario", "mutant"), "scenario", "the field `mutant` is missing", "`faults`, `mutant`"),
        (drop("steps", 4, "events", 1, "arrow", "lost"), "steps[4].events[1].arrow", "the field `lost`", "add it"),
        (drop("format"), "", "the field `format` is missing", "give a trace"),
    ],
)
def test_fields_are_neither_unknown_nor_missing(
    change: Callable[[Any], None], place: str, reason: str, remedy: str
) -> None:
    """The message names the field and those that belong there."""
    refused = refusal_of(change)
    assert refused.place == (f"t.json: {place}" if place else "t.json")
    assert refused.reason.startswith(reason)
    assert remedy in refused.remedy


@pytest.mark.parametrize(
    ("path", "value", "reason"),
    [
        (("scenario",), [], "an object is needed here, not a list"),
        (("steps",), {}, "a list is needed here, not an object"),
        (("steps", 2), None, "an object is needed here, not null"),
        (("scenario", "name"), 5, "a text is needed here, not the number 5"),
        (("scenario", "name"), "", "the text must not be blank"),
        (("violated", "invariant"), " \n", "the text must not be blank"),
        (("scenario", "parameters"), None, "an object is needed here, not null"),
        (("scenario", "faults", "lost-answer"), -1, "a whole number from 0 on is needed here, not the number -1"),
        (("scenario", "faults", "lost-answer"), 1.0, "a whole number from 0 on is needed here, not the number 1.0"),
        (("scenario", "faults", "lost-answer"), "1", 'a whole number from 0 on is needed here, not the text "1"'),
        (("scenario", "faults", "lost-answer"), True, "a whole number from 0 on is needed here, not true"),
        (("violated",), "no-lost-update", 'an object is needed here, not the text "no-lost-update"'),
        (("violated", "invariant"), None, "a text is needed here, not null"),
        (("provenance", "found"), {}, "a text is needed here, not an object"),
        (("steps", 0, "rule"), ["read"], "a text is needed here, not a list"),
        (("steps", 0, "arguments", "client"), 0.5, "a fraction can be neither an argument nor a choice"),
        (("steps", 6, "choices"), "stopped", 'a list is needed here, not the text "stopped"'),
        (("steps", 6, "choices", 0, 1), {}, "an object can be neither an argument nor a choice"),
        (("steps", 0, "events", 0, "arrow", "lost"), 0, "true or false is needed here, not the number 0"),
        (
            ("steps", 0, "events", 0, "arrow", "lost"),
            "y" * 50,
            f'true or false is needed here, not the text "{"y" * 38}…',
        ),
    ],
)
def test_values_have_the_right_type(path: tuple[str | int, ...], value: object, reason: str) -> None:
    """The message says what is needed and what stands there; nothing is converted on the quiet."""
    refused = refusal_of(put(*path, value=value))
    assert (refused.place, refused.reason) == (f"t.json: {shown(path)}", reason)
    assert refused.remedy


@pytest.mark.parametrize("version", [0, 2, 1000])
def test_another_format_is_refused_before_its_fields(version: int) -> None:
    """A file of another version gets one message about the version, not one about a field that it knows."""

    def change(document: Any) -> None:
        document.clear()
        document.update({"format": version, "behaviour": []})

    refused = refusal_of(change)
    assert refused.place == "t.json: format"
    assert refused.reason == f"the format's version is {version}, this version of Seatrial reads 1"
    assert refused.remedy == "use the version of Seatrial that wrote it, or search for the trace again"


@pytest.mark.parametrize("version", ["1", 1.0, True, None])
def test_the_format_is_a_number(version: object) -> None:
    """What looks like the version but is none is refused."""
    refused = refusal_of(put("format", value=version))
    assert refused.place == "t.json: format"
    assert refused.reason.startswith("a whole number from 0 on is needed here")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", "line 1, column 1", "Expecting value"),
        ("format: 1", "line 1, column 1", "Expecting value"),
        ('{\n  "format": 1,\n  "scenario": ', "line 3, column 15", "Expecting value"),
        ("{}\n}", "line 2, column 1", "Extra data"),
        ('{\n  "format": 1\n  "scenario": {}}', "line 3, column 3", "Expecting ',' delimiter"),
        ("{'format': 1}", "line 1, column 2", "Expecting property name enclosed in double quotes"),
        ("\ufeff{}", "line 1, column 1", "Unexpected UTF-8 BOM (decode using utf-8-sig)"),
        ('{"format\n', "line 1, column 9", "Invalid control character at"),
    ],
)
def test_what_is_no_json_is_refused_with_line_and_column(text: str, place: str, reason: str) -> None:
    """The message says where JSON ends to be JSON."""
    refused = refusal(text)
    assert (refused.place, refused.reason) == (f"t.json: {place}", f"not JSON: {reason}")
    assert refused.remedy == "correct it there"


@pytest.mark.parametrize(
    ("old", "new", "place", "reason"),
    [
        ('"format": 1', '"format": 1, "format": 1', "", "the field `format` occurs twice"),
        ('"mutant":', '"name": "other", "mutant":', "scenario", "the field `name` occurs twice"),
        ('"client": "bob"', '"client": "bob", "client": 1', "steps[1].arguments", "the field `client` occurs twice"),
        ('"compare": false', '"compare": NaN', "scenario.parameters.compare", "NaN is not a JSON number"),
        (
            '"compare": false',
            '"compare": [-Infinity]',
            "scenario.parameters.compare[0]",
            "-Infinity is not a JSON number",
        ),
        ('"compare": false', '"a b": 1e999', 'scenario.parameters["a b"]', "the number 1e999 is too big"),
        ('"lost-answer": 1', '"lost-answer": 1' + 5000 * "0", "scenario.faults.lost-answer", "the number 1000"),
        ('"put-compare"', r'"\ud800"', "scenario.mutant", r"the text '\ud800' holds half a character"),
        ('"compare"', r'"\ud800"', "scenario.parameters", r"the text '\ud800' holds half a character"),
    ],
)
def test_what_parsers_let_pass_is_refused(old: str, new: str, place: str, reason: str) -> None:
    """Twice the same key, numbers that are none and broken characters are refused where they stand."""
    refused = refusal(TEXT.replace(old, new, 1))
    assert refused.place == (f"t.json: {place}" if place else "t.json")
    assert refused.reason.startswith(reason)
    assert refused.remedy


@pytest.mark.parametrize("depth", [DEEPEST + 1, 100_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    """A document nested deeper than any trace is refused, and does not exhaust the reader."""
    refused = refusal("[" * depth + "]" * depth)
    assert refused.place == "t.json"
    assert refused.reason == f"nested more than {DEEPEST} deep"


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where every field and every item of a document stands."""
    if isinstance(value, list):
        value = dict(enumerate(cast("list[object]", value)))
    if isinstance(value, dict):
        for key, child in cast("dict[str | int, object]", value).items():
            yield (*path, key)
            yield from places(child, (*path, key))


COMPLETE: Any = json.loads(ALL_FIELDS)
PLACES = [path for path in places(COMPLETE) if path[:2] != ("scenario", "parameters") or len(path) == 2]
FREE = {"arguments", "parameters", "faults"}
"""Objects whose fields have names of their own, and may be fewer."""


@pytest.mark.parametrize("path", PLACES, ids=shown)
def test_no_field_takes_just_anything(path: tuple[str | int, ...]) -> None:
    """Wherever a fraction is put, outside of the parameters, it is refused at its place."""
    document = deepcopy(COMPLETE)
    put(*path, value=0.5)(document)
    assert refusal(json.dumps(document)).place == f"t.json: {shown(path)}"


@pytest.mark.parametrize(
    "path",
    [path for path in PLACES if isinstance(path[-1], str) and not FREE & set(path[:-1])],
    ids=shown,
)
def test_every_field_is_needed(path: tuple[str | int, ...]) -> None:
    """Whichever field is left out, its object is refused."""
    document = deepcopy(COMPLETE)
    drop(*path)(document)
    refused = refusal(json.dumps(document))
    assert refused.place == ("t.json: " + shown(path[:-1])).removesuffix(": ")
    assert refused.reason == f"the field `{path[-1]}` is missing"


def test_a_refusal_is_one_line() -> None:
    """Place, reason and remedy make one readable line."""
    assert str(refusal_of(put("steps", 0, "rule", value=None))) == (
        "t.json: steps[0].rule: a text is needed here, not null; write a text"
    )


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(
        BadInput, match=r"no-such\.json: cannot be read: No such file or directory; give the path of a trace"
    ):
        read(tmp_path / "no-such.json")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    """A folder is no trace."""
    with pytest.raises(BadInput, match="cannot be read: Is a directory"):
        read(tmp_path)


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    """The message says which byte is none of a text's."""
    path = tmp_path / "trace.json"
    path.write_bytes(b'{"format\xff')
    with pytest.raises(BadInput, match=r"trace.json: not a text in UTF-8 \(byte 8\)"):
        read(path)
