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

FORMATS: Final = ("md", "json")


def guarantees(
    *,
    form: Annotated[str, typer.Option("--format", help="md or json.")] = "md",
    output: Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write them to a file.")] = None,
) -> None:
    """Search for the evidence for every promise, and print it; takes a few minutes."""
    if form not in FORMATS:
        raise BadInput(f"there is no format {form!r}", place="--format", remedy=f"the formats are {', '.join(FORMATS)}")
    evidence = _collected()
    text = as_markdown(evidence) if form == "md" else json.dumps(as_json(evidence), ensure_ascii=False, indent=2) + "\n"
    deliver(text, output)


def _collected() -> Evidence:
    console = standard_error()
    if not console.is_terminal:
        return collect()
    with console.status("guarantees") as status:
        return collect(lambda line: status.update(Text(f"guarantees  {line}"[: console.width - 4])))
