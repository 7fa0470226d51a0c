"""Lines of the recording of etcd, for tests that change one of them and compare again."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from seatrial.checker.conformance.etcd_recording import conform_etcd
from seatrial.checker.conformance.report import Report

RECORDING = Path(__file__).parents[1] / "data" / "recordings" / "etcd.jsonl"

Line = dict[str, Any]
Change = Callable[[Line], None]


def lines(version: str = "3.6.8") -> list[Line]:
    """The lines of one release."""
    everything = [json.loads(text) for text in RECORDING.read_text(encoding="utf-8").splitlines()]
    return [line for line in everything if line["etcd"] == version]


def conform(tmp_path: Path, recorded: list[Line]) -> Report:
    """Compare the model with lines written to a file."""
    path = tmp_path / "recording.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in recorded), encoding="utf-8")
    return conform_etcd(path)


def altered(step: str, change: Change) -> list[Line]:
    """The lines of the newest release, one step of them changed."""
    recorded = lines()
    (line,) = (line for line in recorded if line["step"] == step)
    change(line)
    return recorded


def at(line: Line, place: tuple[str | int, ...]) -> Any:
    """What stands at a place of a line."""
    found: Any = line
    for name in place:
        found = found[name]
    return found


def setting(*place: str | int, to: object) -> Change:
    """A change that puts something else at a place."""

    def change(line: Line) -> None:
        at(line, place[:-1])[place[-1]] = to

    return change


def dropping(*place: str | int) -> Change:
    """A change that takes away what stands at a place."""

    def change(line: Line) -> None:
        del at(line, place[:-1])[place[-1]]

    return change
