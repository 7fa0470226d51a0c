"""The benchmark: an etcd-like store with optimistic concurrency, a lagging cache and a controller.

    python benchmarks/occ.py [s1|s2|s3] [--clients N …] [--engine exhaustive|naive|walk|hypothesis] [--no-cas] [--json]

Without an engine it runs ``exhaustive`` and ``naive``, each in a process of its own so that its memory is its own, and
prints how many times as much CPU the naive one takes.  ``--no-cas`` drops the comparison of revisions from the store,
which loses updates.

Lives here: the command line and the measuring.  The model is in ``occ_model.py``, the naive explorer in
``occ_naive.py``.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from attrs import evolve, fields, frozen

from occ_model import NAMED, Parameters, occ, promises
from occ_naive import Naive
from seatrial.checker.exhaustive import search
from seatrial.checker.hypothesis_machine import explore
from seatrial.checker.limits import resident
from seatrial.checker.verdict import Verdict
from seatrial.checker.walk import walk

ENGINES = ("exhaustive", "naive", "walk", "hypothesis")
COMPARED = ("exhaustive", "naive")
NUMBERS = tuple(each.name for each in fields(Parameters))


@frozen
class Measured:
    """What one engine came to, and what it cost; ``trace_length`` is the number of actions of the counterexample."""

    states: int
    transitions: int
    depth: int
    cpu_seconds: float
    bytes_per_state: int
    verdict: str
    violated: str | None
    trace_length: int | None

    def as_json(self) -> dict[str, Any]:
        """The keys that ``--json`` prints."""
        return {each.name: getattr(self, each.name) for each in fields(Measured)}


def measure(engine: str, size: Parameters, *, compare: bool, sampling: dict[str, Any]) -> Measured:
    """Run one engine.  Its memory is how much the peak of this process grew, so this process should be fresh."""
    naive = Naive(size, compare)
    machine, invariants = occ(size, compare=compare), promises(size)
    runs: dict[str, Callable[[], Verdict]] = {
        "exhaustive": lambda: search(machine, invariants),
        "walk": lambda: walk(machine, invariants, **sampling),
        "hypothesis": lambda: explore(machine, invariants, **sampling),
    }
    memory, seconds = resident(), time.process_time()
    if engine == "naive":
        result = naive.search()
        verdict = "violated" if result.violated else "holds"
        counts, violated, length = (result.states, result.transitions, result.depth), result.violated, len(result.trace)
    else:
        found = runs[engine]()
        verdict, counts = found.verdict, (found.states, found.transitions, found.depth)
        violated = found.violation.invariant if found.violation else None
        length = len(found.violation.actions) if found.violation else 0
    seconds, memory = time.process_time() - seconds, resident() - memory
    return Measured(
        *counts,
        cpu_seconds=round(seconds, 3),
        bytes_per_state=memory // counts[0],
        verdict=verdict,
        violated=violated,
        trace_length=length if violated else None,
    )


def in_a_process_of_its_own(engine: str, arguments: list[str]) -> Measured:
    """Run this program again, for one engine.

    Raises:
        SystemExit: it failed; what it had to say is on standard error.
    """
    command = [sys.executable, __file__, *arguments, "--engine", engine, "--json"]
    finished = subprocess.run(command, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own program
    if finished.returncode != 0:
        sys.exit(finished.returncode)
    return Measured(**json.loads(finished.stdout))


def line(engine: str, measured: Measured) -> str:
    """One engine's result for people."""
    ending = f", {measured.violated} breaks after {measured.trace_length} actions" if measured.violated else ""
    return (
        f"{engine}: {measured.states:,} states, {measured.transitions:,} transitions, depth {measured.depth}, "
        f"{measured.cpu_seconds:.2f} s CPU, {measured.bytes_per_state} bytes a state: {measured.verdict}{ending}"
    )


def natural(text: str) -> int:
    """A number from 0 on."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 on")
    return int(text)


def positive(text: str) -> int:
    """A number from 1 on."""
    if not natural(text):
        raise argparse.ArgumentTypeError("it has to be at least 1")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="occ.py", description=__doc__.splitlines()[0] if __doc__ else None)
    made.add_argument("size", nargs="?", choices=sorted(NAMED), default="s2", help="a named size (default: s2)")
    for name in NUMBERS:
        made.add_argument(f"--{name}", type=natural, metavar="N", help="instead of the named size's")
    made.add_argument("--engine", choices=ENGINES, help="default: exhaustive and naive, and their ratio")
    made.add_argument("--no-cas", action="store_true", help="drop the comparison of revisions from the store")
    made.add_argument("--json", action="store_true", help="print one JSON object")
    made.add_argument("--seed", type=natural, metavar="N", help="of walk and hypothesis (default: 0)")
    made.add_argument("--examples", type=positive, metavar="N", help="how many behaviours walk and hypothesis try")
    made.add_argument("--steps", type=positive, metavar="N", help="how long these are at most")
    return made


def main(arguments: list[str]) -> None:
    """Run the benchmark as the command line says."""
    command_line = parser()
    asked = vars(command_line.parse_args(arguments))
    sampling = {name: asked[name] for name in ("seed", "examples", "steps") if asked[name] is not None}
    if sampling and asked["engine"] not in {"walk", "hypothesis"}:
        command_line.error(f"--{min(sampling)} is for the engines that choose at random: walk, hypothesis")
    engine = asked["engine"]
    if engine is None:
        compare_engines([each for each in arguments if each != "--json"], as_json=asked["json"])
        return
    size = evolve(NAMED[asked["size"]], **{name: asked[name] for name in NUMBERS if asked[name] is not None})
    measured = measure(engine, size, compare=not asked["no_cas"], sampling=sampling)
    print(json.dumps(measured.as_json()) if asked["json"] else line(engine, measured))


def compare_engines(arguments: list[str], *, as_json: bool) -> None:
    """Run both engines and print what they came to, and the ratio of their CPU seconds."""
    both: dict[str, Measured] = {}
    for engine in COMPARED:
        both[engine] = in_a_process_of_its_own(engine, arguments)
        if not as_json:
            print(line(engine, both[engine]), flush=True)
    fast, slow = (max(both[engine].cpu_seconds, 0.001) for engine in COMPARED)
    ratio = round(slow / fast, 1)
    if as_json:
        print(json.dumps({**{engine: each.as_json() for engine, each in both.items()}, "cpu_ratio": ratio}))
    else:
        print(f"naive takes {ratio} times the CPU of exhaustive")


if __name__ == "__main__":
    main(sys.argv[1:])
