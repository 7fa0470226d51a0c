"""What a person names on the command line, as scenarios.

A target is the name of a shipped scenario, a Python file (``FILE.py``, or ``FILE.py:NAME`` for one of its scenarios),
or a Kubernetes manifest; all manifests given together are one workload and make one scenario.

Lives here: the look-up, and running a user's Python file so that whatever is wrong in it is told in one line.
Must not know: what is done with the scenarios.
"""

from __future__ import annotations

import difflib
import sys
import traceback
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import TypeVar

from attrs import frozen

from seatrial.invariants.catalogue import CATALOGUE
from seatrial.invariants.invariant import Invariant
from seatrial.model.errors import BadInput, SeatrialError
from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import QUICK, SCENARIOS, build

from . import manifests

T = TypeVar("T")


@frozen
class Target:
    """A scenario with the promises of its own that its file makes; ``origin`` is that file, if it is one in Python."""

    scenario: Scenario
    invariants: tuple[Invariant, ...] = ()
    origin: str = ""


def resolve(names: Sequence[str]) -> list[Target]:
    """The scenarios that these names mean, in order; the quick set if there are none.

    Raises:
        BadInput: a name means nothing, or its file cannot be used.
    """
    if not names:
        return [Target(build(name)) for name in QUICK]
    found: list[Target] = []
    together = [Path(name) for name in names if name.endswith(manifests.SUFFIXES)]
    for name in names:
        if name.endswith(manifests.SUFFIXES):
            if Path(name) == together[0] and not any(each.scenario.name == manifests.MANIFEST for each in found):
                found.append(Target(manifests.scenario(together)))
        elif _is_python(name):
            found += in_python(name)
        else:
            found.append(Target(_shipped(name)))
    return found


def _is_python(name: str) -> bool:
    return name.endswith(".py") or ".py:" in name


def _shipped(name: str) -> Scenario:
    if name in SCENARIOS:
        return build(name)
    if Path(name).exists() or "/" in name or Path(name).suffix:
        there = "is no manifest and no Python file" if Path(name).exists() else "there is no such file"
        remedy = "a target is a scenario's name, FILE.py, FILE.py:NAME, or a manifest (*.yaml, *.yml)"
        if name.endswith(".json"):
            remedy = f"{remedy}; to replay a trace: `seatrial replay {name}`"
        raise BadInput(there, place=name, remedy=remedy)
    return build(name)  # says which name is near


# --- A user's Python file --------------------------------------------------------------------------------------


def in_python(name: str) -> list[Target]:
    """The scenarios of a Python file (``FILE.py``), or one of them (``FILE.py:NAME``), with the file's promises.

    ``NAME`` is a scenario's name or that of its variable.

    Raises:
        BadInput: there is no such file or scenario, or the file does not run.
    """
    file, _, wanted = name.partition(".py:")
    path = Path(name if name.endswith(".py") and not wanted else f"{file}.py")
    module = _run(path)
    scenarios = _values(module, Scenario)
    if not scenarios:
        remedy = "give it one: `seatrial.Scenario(…)` as the value of a variable of the module"
        raise BadInput("holds no scenario", place=str(path), remedy=remedy)
    _check_unlike([each.name for _, each in scenarios], "scenarios are called", path)
    own = [each for _, each in _values(module, Invariant) if each not in CATALOGUE]
    _check_unlike([each.id for each in (*own, *CATALOGUE)], "promises have the id", path)
    chosen = [each for variable, each in scenarios if not wanted or wanted in {variable, each.name}]
    if not chosen:
        known = dict.fromkeys(each.name for _, each in scenarios)
        near = difflib.get_close_matches(wanted, known, 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise BadInput(f"holds no scenario {wanted!r}", place=str(path), remedy=f"{meant}it holds {', '.join(known)}")
    return [Target(each, tuple(own), str(path)) for each in chosen]


def _values(module: ModuleType, kind: type[T]) -> list[tuple[str, T]]:
    """The module's variables of one kind, each value once, in the order of the file."""
    found = {id(value): (name, value) for name, value in reversed(vars(module).items()) if isinstance(value, kind)}
    return list(reversed(found.values()))


def _check_unlike(names: Iterable[str], what: str, path: Path) -> None:
    names = list(names)
    twice = next((each for each in names if names.count(each) > 1), None)
    if twice is not None:
        raise BadInput(f"two {what} {twice!r}", place=str(path), remedy="give each a name of its own")


def _run(path: Path) -> ModuleType:
    """The file as a module.  What it prints goes to standard error: standard output is for results."""
    if not path.is_file():
        raise BadInput("there is no such file", place=str(path), remedy="give the path of a Python file")
    name = f"seatrial_target_{path.stem}"
    spec = spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise BadInput("cannot be imported", place=str(path), remedy="give the path of a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module  # attrs and typing look a class's module up
    sys.path.insert(0, str(path.resolve().parent))  # as `python FILE.py` does
    try:
        with redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except SyntaxError as error:
        own = error.filename is None or Path(error.filename) == path.resolve()
        place = f"{path if own else error.filename}:{error.lineno}:{error.offset}"
        raise BadInput(f"not Python: {error.msg}", place=place, remedy="correct it there") from None
    except SeatrialError as error:
        raise BadInput(str(error), place=_blamed(error, path)) from None
    except (Exception, SystemExit) as error:
        said = f"{type(error).__name__}: {error}".rstrip(": ")
        raise BadInput(f"raised {said}", place=_blamed(error, path), remedy="run it with Python to see more") from error
    finally:
        sys.path.remove(str(path.resolve().parent))
    return module


def _blamed(error: BaseException, path: Path) -> str:
    """The last line of the user's file that led to the error."""
    here = path.resolve()
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == here]
    return f"{path}:{lines[-1]}" if lines else str(path)
