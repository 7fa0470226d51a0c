"""``seatrial replay``: take the steps of traces again, and say whether they go as recorded."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from seatrial.checker.remake import replay as take_again
from seatrial.model.errors import BadInput
from seatrial.traces import Replayed

from .output import print_json, standard_output
from .status import FINE, VIOLATED
from .tracefile import find, offered


def replay(
    traces: Annotated[list[str], typer.Argument(metavar="TRACE", help="Files, or names of shipped traces.")],
    *,
    origin: Annotated[
        list[str] | None, typer.Option("--from", metavar="FILE.py", help="Look for scenarios here first. Repeatable.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Take the steps of traces again: 0 if all go as recorded, 1 if one is stale."""
    scenarios, invariants = offered(origin or [])
    results: list[tuple[str, Replayed]] = []
    for name in traces:
        path = find(name)
        try:
            replayed = take_again(path, *scenarios, invariants=invariants)
        except BadInput as bad:
            foreign = not origin and bad.reason.startswith(("there is no scenario", "there is no invariant"))
            own = "if it is of your own making, say --from FILE.py; " if foreign else ""
            raise BadInput(bad.reason, place=bad.place, remedy=f"{own}{bad.remedy}") from None
        if replayed.refused:
            raise BadInput(
                replayed.explanation,
                place=str(path),
                remedy="the model has changed since, or the file was edited: search for the trace again",
            )
        results.append((name, replayed))
    if json:
        print_json({"results": [_as_json(name, replayed) for name, replayed in results]})
    else:
        for name, replayed in results:
            mark, style = ("✓", "green") if replayed.as_recorded else ("✗", "bold red")
            line = Text.assemble((mark, style), f" {name}: {replayed.status.replace('-', ' ')}: {replayed.explanation}")
            standard_output().print(line, soft_wrap=True)
    raise typer.Exit(FINE if all(replayed.as_recorded for _, replayed in results) else VIOLATED)


def _as_json(name: str, replayed: Replayed) -> dict[str, object]:
    return {
        "trace": name,
        "status": replayed.status,
        "explanation": replayed.explanation,
        "step": replayed.step,
    }
