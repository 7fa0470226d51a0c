"""``seatrial show``: a trace as a story or as a diagram."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Annotated, Final

import typer

from seatrial.checker.remake import promise_of
from seatrial.model.errors import BadInput
from seatrial.traces import mermaid, read, story

from .output import WIDEST, deliver, standard_output, width_of
from .tracefile import find, offered

TEXT: Final = "text"
FORMATS: Final = (TEXT, "mermaid")
_NOT_BUILT_YET: Final = ("svg", "html", "itf")


def show(
    trace: Annotated[str, typer.Argument(metavar="TRACE", help="A file, or the name of a shipped trace.")],
    *,
    form: Annotated[
        str, typer.Option("--format", help="text: a story in sentences; mermaid: a sequence diagram.")
    ] = TEXT,
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to a file.")] = None,
    origin: Annotated[
        list[str] | None, typer.Option("--from", metavar="FILE.py", help="Look for promises here first. Repeatable.")
    ] = None,
) -> None:
    """Tell a trace as a story, or draw it."""
    _check_format(form)
    path = find(trace)
    recorded = read(path)
    _, invariants = offered(origin or [])
    try:
        promise = promise_of(recorded, invariants)
    except BadInput:
        promise = None  # somebody's own promise: the trace alone names it
    if form == TEXT:
        width = width_of(standard_output()) if output is None else WIDEST
        deliver(story(recorded, promise, width=width), output)
    else:
        deliver(mermaid(recorded, promise), output)


def _check_format(form: str) -> None:
    if form in FORMATS:
        return
    if form in _NOT_BUILT_YET:
        reason, meant = f"format {form!r} is not built yet", ""
    else:
        near = difflib.get_close_matches(form, FORMATS, 1)
        reason, meant = f"there is no format {form!r}", f"did you mean {near[0]!r}? " if near else ""
    raise BadInput(reason, place="--format", remedy=f"{meant}the formats are {', '.join(FORMATS)}")
