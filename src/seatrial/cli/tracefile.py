"""Traces as they are named on the command line: a file, or the name of one that is shipped.

Lives here: finding them.  Must not know: what is done with them.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

import seatrial.traces
from seatrial.invariants.invariant import Invariant
from seatrial.model.errors import BadInput
from seatrial.model.scenario import Scenario
from seatrial.targets import in_python

CORPUS = Path(seatrial.traces.__file__).resolve().parent / "corpus"


def shipped() -> list[Path]:
    """The traces that come with Seatrial, by name."""
    return sorted(CORPUS.glob("*.json"))


def find(name: str) -> Path:
    """The file of a trace.

    Raises:
        BadInput: there is no such file, and no such shipped trace.
    """
    path = Path(name)
    if path.exists():
        return path
    known = {each.stem: each for each in shipped()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, 1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    remedy = f"{meant}give the file of a trace, or one of those that `seatrial list traces` lists"
    raise BadInput("there is no such file", place=name, remedy=remedy)


def offered(files: Sequence[str]) -> tuple[list[Scenario], list[Invariant]]:
    """The scenarios and the promises of Python files.

    Raises:
        BadInput: a file cannot be used.
    """
    targets = [target for file in files for target in in_python(file)]
    own = {each.id: each for target in targets for each in target.invariants}
    return [target.scenario for target in targets], list(own.values())
