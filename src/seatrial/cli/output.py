"""How the command line speaks: results to standard output, everything else to standard error.

Lives here: the two consoles, writing JSON and files, and numbers as people read them.
Must not know: any command.
"""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import fill
from typing import NoReturn

from rich.console import Console
from rich.text import Text

from seatrial.model.errors import BadInput

WIDEST = 100
"""Columns beyond which sentences are not read easily."""


class PipeConsole(Console):
    """A console that reports a closed pipe as the error that it is."""

    def on_broken_pipe(self) -> NoReturn:
        """What rich does then would end the process with the status of a broken promise."""
        raise BrokenPipeError


def standard_output() -> Console:
    """Where results go; made anew, so that it is the standard output of now."""
    return PipeConsole(highlight=False, soft_wrap=False, emoji=False)


def standard_error() -> Console:
    """Where progress and complaints go."""
    return PipeConsole(stderr=True, highlight=False, emoji=False)


def width_of(console: Console) -> int:
    """How wide text is to be."""
    return min(console.width, WIDEST)


def print_json(value: object) -> None:
    """Print one JSON document, and nothing else."""
    standard_output().out(json.dumps(value, ensure_ascii=False, indent=2), highlight=False)


def print_plain(text: str) -> None:
    """Print a text as it is: no line is broken, nothing is coloured."""
    standard_output().out(text, end="" if text.endswith("\n") else "\n", highlight=False)


def complain(text: str) -> None:
    """Say on standard error, in one paragraph, what is wrong."""
    message = Text.assemble(("seatrial: ", "bold red"), " ".join(text.split()))
    standard_error().print(message, soft_wrap=True)


def hint(text: str) -> None:
    """Say on standard error what may be worth knowing."""
    standard_error().print(Text(text, style="dim"), soft_wrap=True)


def deliver(text: str, output: Path | None) -> None:
    """Write a text to a file, or print it if there is none.

    Raises:
        BadInput: the file cannot be written.
    """
    if output is None:
        print_plain(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        reason = f"cannot be written: {error.strerror}"
        raise BadInput(reason, place=str(output), remedy="give a path in a folder that you may write to") from None
    hint(f"{output} written")


def indented(text: str, width: int, *, by: int = 2, hanging: int = 0) -> str:
    """The text in lines of at most ``width`` columns, set in; names are not torn apart."""
    first, later = " " * by, " " * (by + hanging)
    return fill(
        text, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False, break_long_words=False
    )


def counted(number: int, thing: str) -> str:
    """``1 state``, ``66,000 states``."""
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 1:
        return f"{seconds:.2f} s"
    return f"{seconds:.1f} s" if seconds < 60 else f"{int(seconds) // 60} min {int(seconds) % 60} s"  # noqa: PLR2004


def size(number: int) -> str:
    """Bytes as people say them."""
    megabytes = number / 2**20
    return f"{megabytes:,.0f} MB" if megabytes >= 1 else f"{number // 1024} kB"
