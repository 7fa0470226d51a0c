"""A line on standard error that says how far a search has come, where somebody is looking.

Lives here: that line.  Must not know: engines.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.text import Text

from seatrial.checker.verdict import Progress

from .output import counted, duration, size, standard_error

Report = Callable[[Progress], None]
_SPINNER = 4  # columns that the spinner takes


@contextmanager
def progress(what: str, *, quiet: bool = False) -> Generator[Report | None]:
    """What an engine is to call, ``None`` if nobody is looking."""
    console = standard_error()
    if quiet or not console.is_terminal:
        yield None
        return
    with console.status(Text(what), spinner="dots") as status:

        def report(now: Progress) -> None:
            line = Text(f"{what}  {told(now)}")
            line.truncate(console.width - _SPINNER, overflow="ellipsis")
            status.update(line)

        yield report


def told(now: Progress) -> str:
    """How far a search has come, in one line.

    >>> told(Progress(states=2_000, transitions=7_500, queue=90, depth=12, seconds=4.0, memory=2**26))
    '2,000 states · 7,500 transitions · 90 waiting · depth 12 · 500 states/s · 64 MB · 4.0 s'
    """
    rate = now.states / now.seconds if now.seconds else 0
    return " · ".join(
        [
            counted(now.states, "state"),
            counted(now.transitions, "transition"),
            f"{now.queue:,} waiting",
            f"depth {now.depth}",
            f"{rate:,.0f} states/s",
            size(now.memory),
            duration(now.seconds),
        ]
    )
