"""The architecture as a test: who may import whom, sizes, docstrings, links, version.

Lives here: what is promised about the shape of the source, not about what it does.  It reads the source as
text and syntax trees, so it runs in the repository only, not against an installed wheel.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from itertools import chain
from pathlib import Path

import pytest

import seatrial

ROOT = Path(__file__).resolve().parent.parent
DOORPLATE = "src/seatrial"
ROOMS = (
    "model",
    "invariants",
    "traces",
    "checker",
)  # from the bottom to the top: a room looks only downwards
PURE_ROOMS = ("model", "invariants")

LONGEST_FILE = 400
LONGEST_FUNCTION = 70

# Places of the workshop in which the house was built, which no reader has.  Written with gaps, so that this
# file may be searched as well.
FORBIDDEN_WORDS = ("/wor" + "k/", "../sha" + "red", "/bash" + "_jobs")
TEXT = {"", ".cfg", ".json", ".jsonl", ".md", ".py", ".svg", ".toml", ".txt", ".yaml", ".yml"}
PASSED_OVER = {"build", "dist", "htmlcov", "venv", "__pycache__"}

# What cannot read a clock, throw dice, or reach a disk, a network, a thread or another process.
PURE_STANDARD_LIBRARY = set(
    "__future__ abc array ast base64 binascii bisect collections contextlib copy dataclasses decimal difflib "  # noqa: SIM905 (one line a name would fill a page)
    "enum fnmatch fractions functools hashlib heapq inspect ipaddress itertools json keyword math numbers "
    "operator re reprlib string struct textwrap types typing unicodedata weakref zlib".split()
)
IMPURE_CALLS = {"__import__", "breakpoint", "eval", "exec", "input", "open", "print"}

# The libraries that a room may use, by the name under which they are imported.
MAY_USE = {
    "model": {"attrs", "jsonpatch", "jsonpointer"},
    "invariants": {"attrs"},
    "traces": {"attrs", "cattrs", "yaml"},
    "checker": {"attrs", "cattrs", "celpy", "httpx", "hypothesis", "networkx", "yaml"},
    DOORPLATE: {"attrs", "cattrs", "hypothesis", "networkx", "pytest", "rich", "typer", "yaml"},
}
AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


# --- Reading the source -------------------------------------------------------------------------------------


def python_files(place: str) -> list[Path]:
    """The Python files below a folder of the repository, in order; not those behind a link, nor data."""
    links = [path for path in (ROOT / place).iterdir() if path.is_symlink()]
    return sorted(
        path
        for path in (ROOT / place).rglob("*.py")
        if not any(path.is_relative_to(link) for link in links) and "data" not in path.relative_to(ROOT).parts
    )


def text_files() -> list[Path]:
    """What people read in the repository, ``.ci`` included; other hidden folders, caches and environments not."""
    places = [
        path
        for path in ROOT.iterdir()
        if (not path.name.startswith(".") or path.name == ".ci") and not (path / "pyvenv.cfg").exists()
    ]
    files = chain.from_iterable([place] if place.is_file() else place.rglob("*") for place in places)
    return sorted(
        path
        for path in files
        if path.is_file() and path.suffix in TEXT and not PASSED_OVER & set(path.relative_to(ROOT).parts)
    )


def name_of(path: Path) -> str:
    """A file's path from the root, as it is printed."""
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


HOUSE = {place: python_files(place) for place in (*ROOMS, DOORPLATE)}
HOUSE_FILES = list(chain.from_iterable(HOUSE.values()))
TEST_FILES = python_files("tests")
OUTBUILDINGS = [*python_files("benchmarks"), *python_files("examples")]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


# --- What is promised, each as a function from source to complaints -----------------------------------------


def imports_of(tree: ast.AST) -> Iterator[tuple[int, int, str]]:
    """Every import wherever it stands: its line, how many dots it begins with, and the full dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, 0, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node.lineno, node.level, ".".join(filter(None, (node.module, alias.name)))


def may_see(place: str) -> tuple[str, ...]:
    """The rooms that a room may import: those below it."""
    return ROOMS if place == DOORPLATE else ROOMS[: ROOMS.index(place)]


def import_complaint(name: str, place: str, *, depth: int, dots: int) -> str | None:
    """Why a module of ``place``, ``depth`` folders below it, may not import ``name``; None when it may."""
    first, _, rest = name.partition(".")
    if dots:
        leaves = dots > depth + 1 or (place == DOORPLATE and dots == depth + 1 and first in ROOMS)
        return f"{'.' * dots}{name}: across rooms, imports are absolute (seatrial.…)" if leaves else None
    if first in ROOMS:
        return f"{name}: a room is imported as seatrial.{first}"
    if first == "seatrial":
        room = rest.partition(".")[0]
        if place == DOORPLATE or room in may_see(place):
            return None
        if room == place:
            return f"{name}: inside a room, imports are relative"
        return f"{name}: {place} may see {' and '.join(may_see(place)) or 'no other room'}"
    standard = PURE_STANDARD_LIBRARY if place in PURE_ROOMS else sys.stdlib_module_names
    return None if first in standard or first in MAY_USE[place] else f"{name}: not among what {place} may use"


def bad_imports(tree: ast.AST, place: str, *, depth: int = 0) -> list[str]:
    """The imports that the architecture forbids to a module that lies ``depth`` folders below ``place``."""
    return [
        f"line {line}: {complaint}"
        for line, dots, name in imports_of(tree)
        if (complaint := import_complaint(name, place, depth=depth, dots=dots))
    ]


def impurities(tree: ast.AST) -> list[str]:
    r"""Calls that reach outside, and global names that a function binds anew.

    >>> impurities(ast.parse("def rule():\n    global count\n    print(api.open())"))
    ['line 2: global count', 'line 3: calls print()']
    """
    found: list[str] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            found.append(f"line {node.lineno}: calls {node.func.id}()")
        elif isinstance(node, ast.Global):
            found.append(f"line {node.lineno}: global {', '.join(node.names)}")
    return found


def functions_of(tree: ast.AST) -> Iterator[AnyFunction]:
    """Every function, wherever it stands."""
    return (node for node in ast.walk(tree) if isinstance(node, AnyFunction))


def long_functions(tree: ast.AST, longest: int = LONGEST_FUNCTION) -> list[str]:
    r"""The functions with more lines than ``longest``, from ``def`` to their last.

    >>> long_functions(ast.parse("@decorator\ndef short():\n    a\ndef long():\n    a\n    b"), longest=2)
    ['line 4: long has 3 lines']
    """
    return [
        f"line {each.lineno}: {each.name} has {length} lines"
        for each in functions_of(tree)
        if (length := (each.end_lineno or each.lineno) - each.lineno + 1) > longest
    ]


def public_definitions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, AnyFunction | ast.ClassDef]]:
    """Public functions, classes, and methods of public classes; not what is local to a function."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, AnyFunction | ast.ClassDef):
            if not child.name.startswith("_"):
                yield prefix + child.name, child
                if isinstance(child, ast.ClassDef):
                    yield from public_definitions(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from public_definitions(child, prefix)


def decorators_of(node: AnyFunction | ast.ClassDef) -> set[str]:
    """The last words of the decorators: ``overload`` for ``@typing.overload``."""
    return {ast.unparse(each).partition("(")[0].rpartition(".")[2] for each in node.decorator_list}


def undocumented(tree: ast.Module) -> list[str]:
    r"""A module without a docstring, and the public definitions in it without one.

    >>> undocumented(ast.parse("class Public:\n    def _private(self): ...\n    def public(self): ..."))[1:]
    ['line 1: Public has no docstring', 'line 3: Public.public has no docstring']
    >>> undocumented(ast.parse("'It has.'\ndef f():\n    'It has.'\n    def local(): ...\nclass _C: ..."))
    []
    >>> undocumented(ast.parse("if x:\n    @overload\n    def f(): ...\n    @property\n    async def g(): ..."))
    ['the module has no docstring', 'line 5: g has no docstring']
    """
    found = [] if ast.get_docstring(tree) else ["the module has no docstring"]
    return found + [
        f"line {node.lineno}: {name} has no docstring"
        for name, node in public_definitions(tree)
        if not ast.get_docstring(node) and not decorators_of(node) & {"overload", "override", "setter"}
    ]


def forbidden_words(text: str) -> list[str]:
    r"""The forbidden words in a text, with their lines.

    >>> forbidden_words(f"workbench\nsee {FORBIDDEN_WORDS[0]}x") == [f"line 2: {FORBIDDEN_WORDS[0]}"]
    True
    """
    return [
        f"line {number}: {word}"
        for number, line in enumerate(text.splitlines(), start=1)
        for word in FORBIDDEN_WORDS
        if word in line
    ]


def has_entry(changelog: str, release: str) -> bool:
    r"""Whether a changelog has a section for a release (``## 0.1.0`` or ``## [0.1.0] - …``).

    >>> (
    ...     has_entry("# Changes\n## [0.1.0] - 2030-01-01", "0.1.0"),
    ...     has_entry("## 0.1.01\nsee 0.1.0\n## 0x1x0", "0.1.0"),
    ... )
    (True, False)
    """
    return re.search(rf"^## \[?{re.escape(release)}\]?(\s|$)", changelog, flags=re.MULTILINE) is not None


# --- The promises, kept by the house ------------------------------------------------------------------------


@pytest.mark.parametrize("path", HOUSE_FILES, ids=name_of)
def test_imports_go_only_downwards(path: Path) -> None:
    """A module imports the rooms below its own, its own room relatively, and its room's libraries."""
    place = next(place for place in HOUSE if path.is_relative_to(ROOT / place))
    depth = len(path.relative_to(ROOT / place).parts) - 1
    assert bad_imports(tree_of(path), place, depth=depth) == []


@pytest.mark.parametrize("path", [*TEST_FILES, *OUTBUILDINGS], ids=name_of)
def test_rooms_have_one_name(path: Path) -> None:
    """Nobody imports ``model`` for ``seatrial.model``: every class in it would exist twice."""
    names = [name for _, dots, name in imports_of(tree_of(path)) if not dots]
    assert [name for name in names if name.partition(".")[0] in ROOMS] == []


@pytest.mark.parametrize("path", [path for room in PURE_ROOMS for path in HOUSE[room]], ids=name_of)
def test_the_model_and_the_invariants_are_pure(path: Path) -> None:
    """Model and invariants neither read nor print, evaluate no text as code, and change no global."""
    assert impurities(tree_of(path)) == []


@pytest.mark.parametrize("path", [*HOUSE_FILES, *TEST_FILES, *OUTBUILDINGS], ids=name_of)
def test_everything_public_is_documented(path: Path) -> None:
    """Every module, public class and function has a docstring; so each test says what it checks."""
    assert undocumented(tree_of(path)) == []


@pytest.mark.parametrize("path", [*HOUSE_FILES, *TEST_FILES, *OUTBUILDINGS], ids=name_of)
def test_files_are_short_and_well_named(path: Path) -> None:
    """A file fits into one head, and its name says what is in it."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert path.stem not in {"util", "utils"}


@pytest.mark.parametrize("path", [*HOUSE_FILES, *OUTBUILDINGS], ids=name_of)
def test_functions_are_short(path: Path) -> None:
    """A function fits on a screen."""
    assert long_functions(tree_of(path)) == []


def test_no_text_speaks_of_the_workshop() -> None:
    """No text names a place that exists only where the house was built."""
    found = {name_of(path): forbidden_words(path.read_text(encoding="utf-8")) for path in text_files()}
    assert {name: words for name, words in found.items() if words} == {}


def test_the_doorplate_links_to_the_rooms() -> None:
    """Each room is reached through a relative link, which survives a clone; nothing else is linked."""
    links = {path.name: path.readlink() for path in (ROOT / DOORPLATE).iterdir() if path.is_symlink()}
    assert links == {room: Path("../..") / room for room in ROOMS}


def test_the_wheel_is_made_from_the_rooms() -> None:
    """pyproject.toml maps the doorplate and every room to its place in the package, and omits the links."""
    build = PYPROJECT["tool"]["hatch"]["build"]
    expected = {DOORPLATE: "seatrial"} | {room: f"seatrial/{room}" for room in ROOMS}
    assert build["targets"]["wheel"]["sources"] == expected
    assert set(build["targets"]["wheel"]["only-include"]) == set(expected)
    assert set(build["exclude"]) == {f"/{DOORPLATE}/{room}" for room in ROOMS}


def test_there_is_one_version() -> None:
    """pyproject.toml, the package and what pip installed agree (after a change of version: install again)."""
    declared = PYPROJECT["project"]["version"]
    assert (seatrial.__version__, version("seatrial")) == (declared, declared)


def test_the_changelog_knows_the_version() -> None:
    """The changelog has a section for the version at hand."""
    assert has_entry((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), PYPROJECT["project"]["version"])


def test_all_rooms_are_searched() -> None:
    """The lists of files that the tests above go through miss nothing, and follow no link."""
    assert all(HOUSE.values())
    assert all(path.resolve() == path for path in HOUSE_FILES)
    assert Path(__file__).resolve() in TEST_FILES
    assert {ROOT / "README.md", ROOT / ".ci/run", ROOT / "model/__init__.py"} <= set(text_files())


# --- The promises can be broken (the doctests above break the others) ---------------------------------------


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("model", "import random"),
        ("model", "import os.path"),
        ("model", "from time import monotonic"),
        ("model", "import hypothesis.strategies as st"),
        ("model", "import networkx"),
        ("model", "from seatrial.invariants import always"),
        ("model", "from seatrial import check"),
        ("model", "import seatrial"),
        ("model", "from seatrial.model import Machine"),
        ("model", "from model import Machine"),
        ("model", "from ..checker import explore"),
        ("model", "def late():\n    import io"),
        ("model", "if TYPE_CHECKING:\n    from seatrial.traces import Trace"),
        ("invariants", "from seatrial.traces import Trace"),
        ("invariants", "import pathlib"),
        ("traces", "from seatrial.checker import Verdict"),
        ("traces", "import rich"),
        ("checker", "from seatrial.cli import main"),
        ("checker", "import typer"),
        (DOORPLATE, "import checker"),
        (DOORPLATE, "from .checker import explore"),
        (DOORPLATE, "import requests"),
    ],
)
def test_a_forbidden_import_is_reported(place: str, source: str) -> None:
    """An import upwards, under a second name, or of a foreign library is seen wherever it stands."""
    assert len(bad_imports(ast.parse(source), place)) == 1


@pytest.mark.parametrize(
    ("place", "depth", "source"),
    [
        ("model", 0, "from collections.abc import Iterator"),
        ("model", 1, "from ..machine import Machine"),
        ("invariants", 0, "from seatrial.model import Machine"),
        ("traces", 0, "import pathlib"),
        ("checker", 1, "from seatrial.traces.codec import read"),
        ("checker", 0, "from .model import hypothesis_model"),
        (DOORPLATE, 0, "from seatrial.checker import check"),
        (DOORPLATE, 0, "from .cli import main"),
    ],
)
def test_an_allowed_import_is_not_reported(place: str, depth: int, source: str) -> None:
    """What the architecture allows passes."""
    assert bad_imports(ast.parse(source), place, depth=depth) == []
