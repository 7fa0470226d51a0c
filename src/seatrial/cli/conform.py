"""``seatrial conform``: the model beside recorded or running servers."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from seatrial.checker.conformance.apiserver_recording import conform_apiserver
from seatrial.checker.conformance.etcd_calls import conform_etcd_calls
from seatrial.checker.conformance.etcd_live import conform_live
from seatrial.checker.conformance.etcd_recording import NEWEST_RECORDED, conform_etcd
from seatrial.checker.conformance.report import Mismatch, Report, combine
from seatrial.model.errors import BadInput

from .output import counted, print_json, standard_error, standard_output
from .status import FINE, VIOLATED
from .streams import judge_streams, known_of

SERVERS: Final = ("etcd", "apiserver", "apiserver-etcd")
STREAM: Final = "stream"
MOST_SHOWN: Final = 20
PROGRAMS: Final = 500


def conform(
    server: Annotated[
        str,
        typer.Argument(
            metavar="etcd|apiserver|apiserver-etcd|stream",
            help="What to compare: etcd's answers, an API server's, or the calls that it makes of etcd. Or 'stream': "
            "judge what a watch printed (kubectl get --watch --output-watch-events -o json, etcdctl watch -w json).",
        ),
    ],
    recordings: Annotated[list[Path] | None, typer.Argument(metavar="RECORDING", help="Recordings (*.jsonl).")] = None,
    *,
    scenario: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Compare this scenario of the recording only. Repeatable.")
    ] = None,
    version: Annotated[
        list[str] | None, typer.Option(metavar="V", help=f"etcd: a recorded release; {NEWEST_RECORDED[0]} unless told.")
    ] = None,
    live: Annotated[bool, typer.Option("--live", help="etcd: start a real one, and ask both the same.")] = False,
    programs: Annotated[int, typer.Option(min=1, help="--live: how many random programs.")] = PROGRAMS,
    seed: Annotated[int, typer.Option(help="--live: the first program's seed.")] = 0,
    after: Annotated[int | None, typer.Option(min=0, help="stream: the revision that the watch begins after.")] = None,
    keys: Annotated[
        str | None, typer.Option(metavar="KEY", help="stream: etcd's key that is watched; KEY… for all that begin so.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Ask the model what was asked of real servers, and compare the answers: 1 if one differs."""
    _check(server, recordings or [], version, live=live)
    if server == STREAM:
        if scenario:
            raise BadInput("streams have no scenarios", place="--scenario", remedy="leave it out")
        broken = judge_streams(recordings or [], known_of(after, keys), json=json)
        raise typer.Exit(VIOLATED if broken else FINE)
    if after is not None or keys:
        raise BadInput("only streams begin after a revision and have keys", remedy="leave --after and --keys out")
    reports = [_recorded(server, path, scenario, version) for path in recordings or []]
    if live:
        reports.append(_live(programs, seed))
    report = combine(reports)
    if json:
        print_json(report.as_json())
    else:
        _show(report)
    raise typer.Exit(VIOLATED if report.mismatched else FINE)


def _recorded(server: str, path: Path, scenarios: Sequence[str] | None, versions: Sequence[str] | None) -> Report:
    if server == "etcd":
        return conform_etcd(path, versions=versions or NEWEST_RECORDED, scenarios=scenarios)
    if server == "apiserver":
        return _replayed(path, scenarios)
    if scenarios:
        raise BadInput("recordings of calls have no scenarios", place="--scenario", remedy="leave it out")
    return conform_etcd_calls(path)


def _check(server: str, recordings: Sequence[Path], version: Sequence[str] | None, *, live: bool) -> None:
    if server not in (*SERVERS, STREAM):
        near = difflib.get_close_matches(server, (*SERVERS, STREAM), 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise BadInput(
            f"there is nothing called {server!r} to compare with",
            remedy=f"{meant}there are {', '.join((*SERVERS, STREAM))}",
        )
    if server != "etcd" and live:
        raise BadInput("a running server other than etcd cannot be asked yet", place="--live", remedy="give recordings")
    if server != "etcd" and version:
        raise BadInput("only recordings of etcd hold several versions", place="--version", remedy="leave it out")
    if not recordings and not live:
        raise BadInput("nothing to compare with", remedy="give recordings, or --live to start a real etcd")


def _replayed(path: Path, scenarios: Sequence[str] | None) -> Report:
    """The report of an API server's recording, with a line that says how far it has come where somebody is looking."""
    console = standard_error()
    if not console.is_terminal:
        return conform_apiserver(path, scenarios=scenarios)
    with console.status(path.name) as status:

        def progress(done: int, of: int) -> None:
            status.update(f"{path.name}   {done:,} of {of:,} lines")

        return conform_apiserver(path, scenarios=scenarios, progress=progress)


def _live(programs: int, seed: int) -> Report:
    console = standard_error()
    if not console.is_terminal:
        return conform_live(programs, seed=seed)
    with console.status("etcd") as status:
        return conform_live(
            programs, seed=seed, progress=lambda done, of: status.update(f"etcd   {done:,} of {of:,} programs")
        )


def _show(report: Report) -> None:
    console = standard_output()
    for each in report.mismatches[:MOST_SHOWN]:
        console.print(Text.assemble(("✗ ", "bold red"), _told(each)), soft_wrap=True)
    if len(report.mismatches) > MOST_SHOWN:
        console.print(f"… and {len(report.mismatches) - MOST_SHOWN:,} differences more (--json has them all)")
    if report.scenarios:
        console.print(_table(report))
    for rule, count in report.rules:
        console.print(Text(f"· {counted(count, 'step')} as recorded by a rule: {rule}", style="dim"), soft_wrap=True)
    for reason, count in report.reasons:
        console.print(Text(f"· {counted(count, 'step')} passed over: {reason}", style="dim"), soft_wrap=True)
    words = f"{counted(report.steps, 'step')}: {report.matched:,} as recorded, {report.mismatched:,} not, "
    style = "bold red" if report.mismatched else "green"
    console.print(Text(f"{words}{report.skipped:,} passed over", style=style))


def _table(report: Report) -> Table:
    """How many lines of which scenario came out how; nothing is written where there is none."""
    table = Table(box=None, pad_edge=False)
    table.add_column("scenario", no_wrap=True)
    for heading in ("as recorded", "not", "passed over"):
        table.add_column(heading, justify="right")
    for name, tally in report.scenarios:
        numbers = (tally.matched, tally.mismatched, tally.skipped)
        style = "red" if tally.mismatched else ""
        table.add_row(name, *(f"{number:,}" if number else "" for number in numbers), style=style)
    return table


def _told(mismatch: Mismatch) -> str:
    place = f"{mismatch.file}:{mismatch.line} {mismatch.scenario} {mismatch.step}"
    return f"{place}: {mismatch.field} is {mismatch.actual!r}, recorded was {mismatch.expected!r}"
