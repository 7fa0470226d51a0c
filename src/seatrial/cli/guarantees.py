"""``seatrial guarantees``: what is promised, with the evidence, found anew."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.text import Text

from seatrial.checker.guarantees import Evidence, as_json, as_markdown, collect
from seatrial.model.errors import BadInput

from .output import deliver, standard_error
from .status import VIOLATED

FORMATS: Final = ("md", "json")


def guarantees(
    *,
    form: Annotated[str, typer.Option("--format", help="md or json.")] = "md",
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write them to a file.")] = None,
) -> None:
    """Search for the evidence for every promise, and print it; takes about a minute.

    Exit status 1 if some of it is missing: a search that was not complete, a witness or a tooth that was not found.
    """
    if form not in FORMATS:
        raise BadInput(f"there is no format {form!r}", place="--format", remedy=f"the formats are {', '.join(FORMATS)}")
    evidence = _collected()
    text = as_markdown(evidence) if form == "md" else json.dumps(as_json(evidence), ensure_ascii=False, indent=2) + "\n"
    deliver(text, output)
    complaints = evidence.complaints()
    for each in complaints:
        standard_error().print(each, markup=False)
    if complaints:
        raise typer.Exit(VIOLATED)


def _collected() -> Evidence:
    console = standard_error()
    if not console.is_terminal:
        return collect()
    with console.status("guarantees") as status:
        return collect(lambda line: status.update(Text(f"guarantees  {line}"[: console.width - 4])))
