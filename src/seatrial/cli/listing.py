"""``seatrial list``: what there is."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.text import Text

from seatrial.checker.mutants import MUTANTS
from seatrial.invariants.catalogue import CATALOGUE
from seatrial.model import scenarios
from seatrial.model.errors import BadInput
from seatrial.model.profiles import KNOBS, PROFILES
from seatrial.traces import read

from .output import counted, indented, print_json, standard_output, width_of
from .report import faults_in_words
from .tracefile import shipped

Row = dict[str, Any]
_PARAMETRIC = "made from the manifests that are given: seatrial check FILE.yaml"


def _scenarios() -> list[Row]:
    rows: list[Row] = []
    for name in scenarios.SCENARIOS:
        if name not in scenarios.QUICK:
            unknown: Row = {"faults": {}, "hazards": [], "profile": "", "quick": False}
            rows.append({"name": name, "summary": _PARAMETRIC, **unknown})
            continue
        made = scenarios.build(name)
        rows.append(
            {
                "name": name,
                "summary": made.summary,
                "faults": dict(sorted(made.faults.items())),
                "hazards": list(made.hazards),
                "profile": made.settings.text,
                "quick": True,
            }
        )
    return rows


def _invariants() -> list[Row]:
    return [
        {
            "id": each.id,
            "sentence": " ".join(each.sentence.split()),
            "mode": each.mode,
            "limits": dict(sorted(each.limits.items())),
            "source": each.source,
        }
        for each in CATALOGUE
    ]


def _mutants() -> list[Row]:
    return [{"id": each.id, "sentence": each.sentence, "changes": each.of.__name__} for each in MUTANTS.values()]


def _profiles() -> list[Row]:
    rows: list[Row] = [
        {"name": name, "sentence": sentence, "settings": profile.settings}
        for name, (sentence, profile) in PROFILES.items()
    ]
    return rows + [
        {"name": each.name, "sentence": each.meaning, "settings": dict(each.settings), "source": each.source}
        for each in KNOBS.values()
    ]


def _traces() -> list[Row]:
    rows: list[Row] = []
    for path in shipped():
        trace = read(path)
        rows.append(
            {
                "name": path.stem,
                "scenario": trace.scenario.name,
                "mutant": trace.scenario.mutant or None,
                "violated": trace.violated.invariant if trace.violated else None,
                "steps": len(trace.steps),
                "file": str(path),
            }
        )
    return rows


_LISTS: Mapping[str, Callable[[], list[Row]]] = {
    "scenarios": _scenarios,
    "invariants": _invariants,
    "mutants": _mutants,
    "profiles": _profiles,
    "traces": _traces,
}


def list_(
    what: Annotated[str, typer.Argument(metavar="|".join(_LISTS), help="What to list.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """List scenarios, invariants, mutants, profiles or traces."""
    if what not in _LISTS:
        near = difflib.get_close_matches(what, _LISTS, 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise BadInput(f"there are no {what!r} to list", remedy=f"{meant}there are {', '.join(_LISTS)}")
    rows = _LISTS[what]()
    if json:
        print_json({what: rows})
    else:
        console = standard_output()
        for name, text in _lines(what, rows):
            console.print(Text(name, style="bold"))
            console.print(Text(indented(text, width_of(console))), soft_wrap=True)


def _lines(what: str, rows: Sequence[Row]) -> list[tuple[str, str]]:
    """Each entry's name and what is said of it."""
    match what:
        case "scenarios":
            return [(row["name"], _told_of_scenario(row)) for row in rows]
        case "invariants":
            return [(row["id"], _told_of_invariant(row)) for row in rows]
        case "mutants":
            return [(row["id"], row["sentence"]) for row in rows]
        case "profiles":
            return [(row["name"], _told_of_profile(row)) for row in rows]
        case _:
            return [(row["name"], _told_of_trace(row)) for row in rows]


def _told_of_profile(row: Row) -> str:
    """A profile by its sentence, a knob by its meaning and where its settings hold."""
    if row["name"] in PROFILES:
        return str(row["sentence"])
    settings = "; ".join(f"{setting}: {versions}" for setting, versions in row["settings"].items())
    return f"knob: {row['sentence']}. {settings}"


def _told_of_scenario(row: Row) -> str:
    if not row["quick"]:
        return str(row["summary"])
    return f"{row['summary']} (faults: {faults_in_words(scenarios.build(row['name']))})"


def _told_of_invariant(row: Row) -> str:
    limits = f" Not under: {', '.join(row['limits'])}." if row["limits"] else ""
    return f"{row['sentence']}{limits}"


def _told_of_trace(row: Row) -> str:
    bug = f" with mutant {row['mutant']}" if row["mutant"] else ""
    end = f"breaks {row['violated']}" if row["violated"] else "breaks nothing"
    return f"{row['scenario']}{bug} {end} in {counted(row['steps'], 'step')}"
