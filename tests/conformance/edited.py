"""Recordings with something changed, for tests of what the comparison finds."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, Final

from seatrial.checker.conformance.apiserver_recording import conform_apiserver
from seatrial.checker.conformance.report import Report

DATA: Final = Path(__file__).parents[1] / "data" / "recordings"

Fields = dict[str, Any]


class Edited:
    """The lines of a recording, by their number in the file; ``report`` is what comes of them."""

    def __init__(self, name: str, place: Path) -> None:
        """Read a recording; what is made of it is written to ``place``."""
        self.lines: dict[float, Fields] = {
            number: json.loads(text)
            for number, text in enumerate((DATA / name).read_text(encoding="utf-8").splitlines(), start=1)
        }
        self._path = place / name

    def __getitem__(self, number: float) -> Fields:
        """One line, to be changed."""
        return self.lines[number]

    def body(self, number: float) -> Any:
        """The body of a line's answer."""
        return self.lines[number]["response"]["body"]

    def insert(self, number: float, like: float, **changes: object) -> None:
        """A line more, in the place of its number: like another one, with other fields."""
        self.lines[number] = {**deepcopy(self.lines[like]), **changes}

    def every(self, change: Callable[[Fields], None], *, after: float) -> None:
        """Change all lines from one on."""
        for number, line in self.lines.items():
            if number >= after:
                change(line)

    def report(self) -> Report:
        """The comparison with the model."""
        lines = [self.lines[number] for number in sorted(self.lines)]
        self._path.write_text("\n".join(json.dumps(each) for each in lines), encoding="utf-8")
        return conform_apiserver(self._path)


def wrong(report: Report) -> set[tuple[int, str]]:
    """The lines that are not as recorded, and the fields in which they are not."""
    return {(each.line, each.field) for each in report.mismatches}
