"""Running the command line inside the test's process."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attrs import frozen
from typer.testing import CliRunner

from seatrial.cli import app

TARGETS = Path(__file__).resolve().parent.parent / "data" / "targets"
EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
WIDE = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}


@frozen
class Ran:
    """What a command printed, and its exit status."""

    status: int
    output: str
    errors: str

    @property
    def json(self) -> Any:
        """Standard output as JSON; nothing else may be on it."""
        return json.loads(self.output)


def seatrial(*arguments: object) -> Ran:
    """Run a command."""
    result = CliRunner(env=WIDE).invoke(app, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Ran(result.exit_code, result.stdout, result.stderr)
