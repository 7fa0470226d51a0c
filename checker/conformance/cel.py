"""The language of policies and of rules in schemas (CEL), as a recorded server evaluates it.

Lives here: :func:`evaluate`, for ``Settings.expressions``, by the library cel-python; what Kubernetes adds to the
language as far as it is needed: parts of objects written as ``Object{…}`` and ``JSONPatch{…}``, and functions on text.
Must not know: policies, or schemas.

The library is optional.  Without it, or for what it does not know, :class:`CannotEvaluate` is raised: then the line is
passed over, with that reason.

Source: Kubernetes 1.36, ``apiserver/pkg/cel/library``, ``…/cel/mutation``; documentation, "CEL in Kubernetes".
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from seatrial.model.frozen_json import FrozenMap, Json, freeze, thaw

_STRING: Final = r'''[rRbB]*(?:"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')'''
_TOKEN: Final = re.compile(rf"{_STRING}|//[^\n]*|[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*|\s+|[\s\S]")
_NAME: Final = re.compile(r"[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
_PART: Final = re.compile(r"(?:Object(?:\s*\.\s*\w+)*|JSONPatch)")
_MACROS: Final = frozenset({"all", "exists", "exists_one", "filter", "has", "map"})


class CannotEvaluate(Exception):
    """Nothing here evaluates the expression."""


def evaluate(expression: str, variables: FrozenMap) -> Json:
    """The value of an expression.

    Raises:
        ValueError: a real server could not evaluate it either, as it speaks of what is not there.
        CannotEvaluate: the library is missing, or the expression uses what it does not know.
    """
    celpy = _library()
    program = _program(expression)
    seen = {name: celpy.json_to_cel(thaw(value)) for name, value in variables.items()}
    try:
        result = program.evaluate({**seen, "jsonpatch": celpy.json_to_cel(None)})
    except celpy.CELEvalError as error:
        raise ValueError(str(error.args[0] if error.args else error)) from error
    return freeze(_plain(result))


@cache
def _library() -> Any:
    try:
        return importlib.import_module("celpy")
    except ImportError as error:
        raise CannotEvaluate("evaluating policies needs the library cel-python") from error


@cache
def _program(expression: str) -> Any:
    celpy = _library()
    unknown = sorted(set(_functions_called(expression)) - _MACROS - set(_FUNCTIONS) - _known_to_library())
    if unknown:
        raise CannotEvaluate(f"the function {unknown[0]} of policies")
    environment = celpy.Environment()
    try:
        return environment.program(environment.compile(_with_maps(expression)), functions=dict(_FUNCTIONS))
    except celpy.CELParseError as error:
        raise CannotEvaluate("an expression of a policy") from error


def _known_to_library() -> frozenset[str]:
    functions = cast("Mapping[str, object]", importlib.import_module("celpy.evaluation").base_functions)
    return frozenset(functions)


def _functions_called(expression: str) -> Iterator[str]:
    """The names before an opening bracket."""
    previous = ""
    for piece in _tokens(expression):
        if piece == "(" and _NAME.fullmatch(previous):
            yield previous.rpartition(".")[2].strip()
        if not piece.isspace():
            previous = piece


def _tokens(expression: str) -> list[str]:
    return [piece for piece in _TOKEN.findall(expression) if not piece.startswith("//")]


def _with_maps(expression: str) -> str:
    """The expression with parts of objects, ``Object.spec{replicas: 1}``, written as maps.

    >>> _with_maps("Object{spec: Object.spec{replicas: size([1])}}")
    '{"spec": {"replicas": size([1])}}'
    """
    tokens = _tokens(expression)
    written: list[str] = []
    open_: list[bool] = []  # of each bracket, whether it holds the fields of a part
    expects_name = False
    for index, piece in enumerate(tokens):
        following = next((each for each in tokens[index + 1 :] if not each.isspace()), "")
        if following == "{" and _PART.fullmatch(piece):
            open_.append(True)
            continue
        if expects_name and following == ":" and _NAME.fullmatch(piece):
            written.append(f'"{piece}"')
        else:
            written.append(piece)
        if piece in "([{" and not (piece == "{" and _begins_part(tokens, index)):
            open_.append(False)
        elif piece in ")]}" and open_:
            open_.pop()
        if not piece.isspace():
            expects_name = bool(open_) and open_[-1] and piece in "{,"
    return "".join(written)


def _begins_part(tokens: Sequence[str], index: int) -> bool:
    before = next((each for each in reversed(tokens[:index]) if not each.isspace()), "")
    return _PART.fullmatch(before) is not None


def _plain(value: Any) -> object:
    """A value of the library as JSON."""
    if value is None or isinstance(value, str):
        return None if value is None else str(value)
    if type(value).__name__ in {"bool", "BoolType"}:
        return bool(value)
    if isinstance(value, Mapping):
        entries = cast("Mapping[object, object]", value)
        return {str(key): _plain(item) for key, item in entries.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in cast("Sequence[object]", value)]
    return float(value) if isinstance(value, float) else int(value)


def _text(function: Callable[..., object]) -> Callable[..., object]:
    """A function on text, given and giving the library's values."""

    def on_values(*arguments: Any) -> object:
        return _library().json_to_cel(function(*(_plain(argument) for argument in arguments)))

    return on_values


def _escaped(_: object, key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _found(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return "" if found is None else found[0]


def _joined(items: list[str], separator: str = "") -> str:
    return separator.join(items)


def _substring(text: str, begin: int, end: int | None = None) -> str:
    return text[begin:end]


_FUNCTIONS: Final[Mapping[str, Callable[..., object]]] = {
    "charAt": _text(str.__getitem__),
    "escapeKey": _text(_escaped),
    "find": _text(_found),
    "indexOf": _text(str.find),
    "join": _text(_joined),
    "lastIndexOf": _text(str.rfind),
    "lowerAscii": _text(str.lower),
    "replace": _text(str.replace),
    "split": _text(str.split),
    "substring": _text(_substring),
    "trim": _text(str.strip),
    "upperAscii": _text(str.upper),
}
"""What Kubernetes adds to the language, as far as recordings are likely to need it."""
