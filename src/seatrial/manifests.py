"""Kubernetes manifests: YAML files as objects, and the scenario that they make together.

Lives here: reading YAML as Kubernetes' own tools do, and strictly: every refusal names file, line and column.
Must not know: what the model does with the objects (``seatrial.model.scenarios.manifest``).

Differences from plain YAML 1.1, as in ``sigs.k8s.io/yaml``: a time is a text, ``12:30`` is no number, a key that is no
text becomes one, a key twice is refused.  What JSON cannot hold is refused as well.
"""

# pyright: reportUnknownMemberType=false
# (PyYAML's stubs leave the arguments of its constructors open.)

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import yaml
from attrs import frozen
from yaml.constructor import ConstructorError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import ParserError
from yaml.reader import ReaderError
from yaml.scanner import ScannerError

from seatrial.model.errors import BadInput
from seatrial.model.frozen_json import Json, freeze
from seatrial.model.objects import Object
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import build

MANIFEST: Final = "manifest"
SUFFIXES: Final = (".yaml", ".yml")
MOST_VALUES: Final = 200_000
"""How many values the manifests may hold once their aliases are written out; some fan out without end."""

_REMEDY: Final = "correct it there"


@frozen
class Placed:
    """An object as plain JSON, with the file, line and column where it begins."""

    value: Mapping[str, Any]
    place: str


def read(path: Path) -> list[Placed]:
    """The objects of one file, in order: documents that are empty are passed over, lists are unpacked.

    Raises:
        BadInput: the file cannot be read, is not YAML, or holds something that is no object.
    """
    try:
        text = path.read_bytes().decode()
    except UnicodeDecodeError as error:
        reason = f"not a text in UTF-8 (byte {error.start})"
        raise BadInput(reason, place=str(path), remedy="save it as UTF-8") from None
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise BadInput(reason, place=str(path), remedy="give the path of a manifest") from None
    return parse(text, str(path))


def parse(text: str, file: str) -> list[Placed]:
    """The objects in a text; ``file`` is what refusals call it.

    Raises:
        BadInput: it is not YAML, or holds something that is no object.
    """
    try:
        return [each for value, place in _documents(text, file) for each in _unpacked(value, place)]
    except yaml.MarkedYAMLError as error:
        remedy = "this looks like a template: give what `helm template` prints" if "{{" in text else _REMEDY
        raise BadInput(_said(error), place=_place(file, error.problem_mark), remedy=remedy) from None
    except ReaderError as error:
        before = text[: error.position]
        place = f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"
        reason = f"not YAML: {text[error.position]!a} cannot stand in a text"
        raise BadInput(reason, place=place, remedy=_REMEDY) from None
    except RecursionError:
        raise BadInput("nested too deep", place=file, remedy="this is no manifest") from None


def scenario(paths: Sequence[Path]) -> Scenario:
    """The scenario of the manifests in these files, given together.

    Raises:
        BadInput: a file cannot be used, two objects have one name, or the API server refuses an object.
    """
    objects = [each for path in paths for each in read(path)]
    if not objects:
        raise BadInput(
            "there is no object here",
            place=", ".join(map(str, paths)),
            remedy="a manifest has documents with apiVersion, kind and metadata.name",
        )
    _check_names(objects)
    for each in objects:
        _check_alone(each)
    # As `kubectl apply` of a folder needs them: what others live in comes first.
    ordered = sorted(objects, key=lambda each: each.value.get("kind") != "Namespace")
    return build(MANIFEST, {"objects": [each.value for each in ordered]})


def _check_alone(placed: Placed) -> None:
    """Let the API server see the object by itself, so that a refusal can say where it stands."""
    try:
        build(MANIFEST, {"objects": [placed.value]}).machine  # noqa: B018 - making it is the test
    except BadInput as bad:
        if not bad.remedy.startswith("not run:"):
            raise BadInput(bad.reason, place=placed.place, remedy=bad.remedy or _REMEDY) from None


def _check_names(objects: Iterable[Placed]) -> None:
    places: dict[tuple[str, str, str, str], str] = {}
    for each in objects:
        object_ = Object.of(each.value)
        if not object_.name:
            continue
        group = object_.api_version.rpartition("/")[0]
        called = (group, object_.kind, object_.namespace or "default", object_.name)
        if called in places:
            raise BadInput(
                f"{object_.kind} {object_.name} is here twice",
                place=each.place,
                remedy=f"the first is at {places[called]}",
            )
        places[called] = each.place


def _documents(text: str, file: str) -> Iterator[tuple[object, str]]:
    """The documents that are not empty, each with its place."""
    loader = _Loader(text)
    while loader.check_node():
        node = cast("Node", loader.get_node())
        value = loader.construct_document(node)
        if value is not None:
            yield value, _place(file, node.start_mark)


def _unpacked(value: object, place: str) -> Iterator[Placed]:
    """The objects in a value: itself, or the items of a list such as ``kubectl get -o yaml`` prints."""
    if not isinstance(value, dict):
        shown = f"{value!r}"[:40]
        raise BadInput(f"{shown} is no object", place=place, remedy="an object has apiVersion, kind and metadata")
    object_ = cast("dict[str, Any]", value)
    items = object_.get("items")
    if str(object_.get("kind", "")).endswith("List") and isinstance(items, list | None):
        for number, item in enumerate(cast("list[object]", items or [])):
            yield from _unpacked(item, f"{place}: items[{number}]")
    else:
        yield Placed(object_, place)


def _place(file: str, mark: yaml.Mark | None) -> str:
    return file if mark is None else f"{file}:{mark.line + 1}:{mark.column + 1}"


def _said(error: yaml.MarkedYAMLError) -> str:
    """What PyYAML complains about, in one line."""
    said = ", ".join(filter(None, (error.context, error.problem)))
    if "unconstructable recursive" in said:
        return "a value holds itself"
    if "could not determine a constructor" in said:
        return f"JSON has nothing like {said.rpartition(' ')[2]}"
    return f"not YAML: {said}" if isinstance(error, ScannerError | ParserError) else said


# --- YAML that is JSON ---------------------------------------------------------------------------------------

_TAG: Final = "tag:yaml.org,2002:"
_INTEGER: Final = re.compile(r"[-+]?(?:0|[1-9][0-9_]*|0o?[0-7_]+|0x[0-9a-fA-F_]+|0b[01_]+)$")
_FLOAT: Final = re.compile(
    r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$|[-+]?\.(?:inf|Inf|INF)$|\.(?:nan|NaN|NAN)$"
)


class _Loader(yaml.SafeLoader):
    """Makes nothing but JSON, refuses keys that occur twice, and weighs what it makes."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._weights: dict[int, int] = {}

    def compose_mapping_node(self, anchor: Any) -> MappingNode:
        """A mapping as it is written, before others are merged into it."""
        node = super().compose_mapping_node(anchor)
        seen: set[str] = set()
        for key, _ in cast("list[tuple[Node, Node]]", node.value):
            if not isinstance(key, ScalarNode):
                raise ConstructorError(None, None, "a key must be a text", key.start_mark)
            if key.value in seen:
                raise ConstructorError(None, None, f"the key {key.value!r} occurs twice", key.start_mark)
            seen.add(key.value)
        return node

    def construct_document(self, node: Node) -> Any:
        """A document; nodes of earlier ones are gone."""
        self._weights.clear()
        return super().construct_document(node)

    def list_of(self, node: SequenceNode) -> list[Any]:
        """A list; made at once, so that one that holds itself is noticed."""
        made = [self.construct_object(each, deep=True) for each in node.value]
        self._weigh(node, node.value)
        return made

    def map_of(self, node: MappingNode) -> dict[str, Any]:
        """An object; keys that are no texts become texts."""
        self.flatten_mapping(node)
        made = {_whole(key, key.value): self.construct_object(value, deep=True) for key, value in node.value}
        self._weigh(node, [value for _, value in node.value])
        return made

    def scalar_of(self, node: ScalarNode) -> Json:
        """A text, a number, a truth value or nothing."""
        try:
            made = freeze(yaml.SafeLoader.yaml_constructors[node.tag](self, node))
        except BadInput as bad:
            raise ConstructorError(None, None, bad.reason, node.start_mark) from None
        except (KeyError, ValueError):
            kind = node.tag.removeprefix(_TAG)
            raise ConstructorError(None, None, f"{node.value[:40]!r} is no {kind}", node.start_mark) from None
        return _whole(node, made) if isinstance(made, str) else made

    def _weigh(self, node: Node, parts: Iterable[Node]) -> None:
        weight = 1 + sum(self._weights.get(id(each), 1) for each in parts)
        if weight > MOST_VALUES:
            reason = f"more than {MOST_VALUES:,} values, with the aliases written out"
            raise ConstructorError(None, None, reason, node.start_mark)
        self._weights[id(node)] = weight


def _whole(node: Node, text: str) -> str:
    """The text with each character in one piece: JSON may write those beyond 16 bits as two halves."""
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise ConstructorError(None, None, "half a character stands alone", node.start_mark) from None


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    """What a plain word means, by its first character: as in YAML 1.1, but for numbers, and without times."""
    exchanged = {f"{_TAG}int": _INTEGER, f"{_TAG}float": _FLOAT}
    dropped = {f"{_TAG}timestamp", f"{_TAG}value"}
    given = cast("dict[str, list[tuple[str, re.Pattern[str]]]]", yaml.SafeLoader.yaml_implicit_resolvers)
    kept = {
        first: [(tag, word) for tag, word in words if tag not in dropped | exchanged.keys()]
        for first, words in given.items()
    }
    for first in "+-.0123456789":
        kept[first] = [*kept.get(first, []), *exchanged.items()]
    return kept


_Loader.yaml_implicit_resolvers = _resolvers()
_Loader.yaml_constructors = {
    **{f"{_TAG}{name}": _Loader.scalar_of for name in ("null", "bool", "int", "float", "str")},
    f"{_TAG}seq": _Loader.list_of,
    f"{_TAG}map": _Loader.map_of,
    None: yaml.SafeLoader.construct_undefined,
}
