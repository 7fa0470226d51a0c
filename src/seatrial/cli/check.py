"""``seatrial check``: explore scenarios and say what holds.

Lives here: the options and the run.  What is to be done is worked out in :mod:`.plan`, shown by :mod:`.report`.
"""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from seatrial.checker.check import EXHAUSTIVE, as_json, engine_named, run, trace_of
from seatrial.checker.verdict import Bounds, Verdict
from seatrial.model.errors import BadInput
from seatrial.traces import write

from . import report
from .output import hint, print_json, standard_output
from .plan import Job, plan
from .progress import progress
from .report import Result
from .status import FINE, STOPPED, VIOLATED

EPILOG = (
    "Exit status: 0 nothing violated, also when a bound that was asked for ended the search; 1 violated; 2 bad input; "
    "3 stopped by a signal or for want of memory before anything was found."
)


def check(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET",
            help="Scenarios by name, Python files (FILE.py: all its scenarios, FILE.py:NAME: one), or Kubernetes "
            "manifests (*.yaml; all of them together are one workload). Without any: the quick set.",
        ),
    ] = None,
    *,
    engine: Annotated[str, typer.Option(help="exhaustive, walk or hypothesis.")] = EXHAUSTIVE,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Judge this promise only. Repeatable.")] = None,
    mutant: Annotated[str | None, typer.Option(metavar="ID", help="Remove one guard of the model.")] = None,
    profile: Annotated[
        str, typer.Option(metavar="NAME", help="Behave like other versions: a profile's name, or KNOB=SETTING,… .")
    ] = "",
    fault: Annotated[
        list[str] | None, typer.Option(metavar="NAME=N", help="Let a fault happen N times; 0 forbids it. Repeatable.")
    ] = None,
    max_states: Annotated[int | None, typer.Option(min=1, help="Stop each search after so many states.")] = None,
    max_depth: Annotated[int | None, typer.Option(min=1, help="Stop each search at this depth.")] = None,
    examples: Annotated[int | None, typer.Option(min=1, help="walk, hypothesis: how many behaviours.")] = None,
    steps: Annotated[int | None, typer.Option(min=1, help="walk, hypothesis: how long they are.")] = None,
    seed: Annotated[int | None, typer.Option(help="walk, hypothesis: where chance begins.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes to search with (1; more is not built yet).")] = 1,
    timeout: Annotated[float | None, typer.Option(min=0, metavar="S", help="Stop each search after S seconds.")] = None,
    save: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the counterexample as a trace.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what is violated.")] = False,
) -> None:
    """Explore scenarios completely, and say what holds and what breaks."""
    engine_named(engine)
    _refuse_what_is_not_built(workers)
    plans = plan(targets or [], faults=fault or [], broken=mutant, only=only or [], profile=profile)
    if not quiet:
        for remark in plans.remarks:
            hint(remark)
    search = _Search(
        engine,
        Bounds(max_states, max_depth, timeout),
        {"examples": examples, "steps": steps, "seed": seed},
        save,
        quiet=quiet or json,
    )
    results, interrupted = search.all(plans.jobs)
    if json:
        print_json({"results": [_as_json(each) for each in results]})
    else:
        report.show(standard_output(), results, quiet=quiet)
    if interrupted and not quiet:
        hint(f"interrupted: {len(results)} of {len(plans.jobs)} scenarios were begun")
    raise typer.Exit(_status([each.verdict for each in results], interrupted=interrupted))


def _refuse_what_is_not_built(workers: int) -> None:
    if workers > 1:
        raise BadInput("searching with several processes is not built yet", place="--workers", remedy="leave it out")


def _status(verdicts: list[Verdict], *, interrupted: bool) -> int:
    if any(each.verdict == "violated" for each in verdicts):
        return VIOLATED
    return STOPPED if interrupted or any(each.stopped == "memory" for each in verdicts) else FINE


class _Search:
    """How to search, and the searches made."""

    def __init__(
        self, engine: str, bounds: Bounds, sampling: dict[str, int | None], save: Path | None, *, quiet: bool
    ) -> None:
        self.engine = engine
        self.bounds = bounds
        self.sampling = sampling
        self.save = save
        self.quiet = quiet
        self.saved = 0

    def all(self, jobs: tuple[Job, ...]) -> tuple[list[Result], bool]:
        """Do the jobs; the results so far if somebody interrupts, and whether somebody did."""
        results: list[Result] = []
        try:
            for number, job in enumerate(jobs, 1):
                results.append(self._one(job, f"{number}/{len(jobs)} " if len(jobs) > 1 else ""))
                if results[-1].verdict.stopped == "interrupted":
                    return results, True
                gc.collect()  # or the next search would be told to have taken that time
        except KeyboardInterrupt:
            return results, True
        return results, False

    def _one(self, job: Job, counter: str) -> Result:
        with progress(f"{counter}{job.scenario.name}", quiet=self.quiet) as told:
            verdict = run(
                job.scenario, job.invariants, engine=self.engine, bounds=self.bounds, report=told, **self.sampling
            )
            trace = trace_of(job.scenario, verdict, job.invariants, found=self._found())
        if trace is None or self.save is None:
            return Result(job, verdict, trace)
        file = self._next_file(self.save)
        write(file, trace)
        return Result(job, verdict, trace, file)

    def _next_file(self, file: Path) -> Path:
        """The file for the next counterexample: the one named, then NAME-2, NAME-3 and so on."""
        self.saved += 1
        return file if self.saved == 1 else file.with_stem(f"{file.stem}-{self.saved}")

    def _found(self) -> str:
        if self.engine == EXHAUSTIVE:
            return "breadth first, so there is no shorter one"
        return f"seed {self.sampling['seed'] or 0}, then shrunk"


def _as_json(result: Result) -> dict[str, object]:
    """One result; beside the keys of all engines, the promises that were left out, and where the trace is."""
    job = result.job
    left_out = {each.id: sorted(job.scenario.circumstances & each.limits.keys()) for each in job.not_promised}
    return {
        **as_json(job.scenario, result.verdict, result.trace),
        "not_promised": left_out,
        "saved": None if result.saved is None else str(result.saved),
    }
