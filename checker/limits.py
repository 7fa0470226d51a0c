"""Watching the clock and the memory while an engine works, and telling how far it has come.

Lives here: what all engines share about bounds and progress.
Must not know: how any engine works.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from seatrial.model.errors import BadInput

from .verdict import Bounds, Progress

Report = Callable[[Progress], None]
STATUS = Path("/proc/self/status")


class Reached(BaseException):
    """A bound was reached; the text is its name.  Control flow inside engines, no error.

    Not an ``Exception``, so that it passes through libraries that call back to us.
    """


class Watch:
    """Keeps the time and the memory since an engine began, reports progress, and says when to stop."""

    def __init__(self, bounds: Bounds | None = None, report: Report | None = None) -> None:
        self.bounds = bounds or Bounds()
        self.report = report
        self._started = time.perf_counter()
        self._memory = resident()

    @property
    def seconds(self) -> float:
        """Wall-clock seconds since the beginning."""
        return time.perf_counter() - self._started

    @property
    def memory(self) -> int:
        """The growth of the peak of resident memory since the beginning, in bytes."""
        return max(resident() - self._memory, 0)

    def look(self, *, states: int, transitions: int, queue: int, depth: int) -> None:
        """Report how far the engine is.

        Raises:
            Reached: it is to stop.
        """
        seconds, memory = self.seconds, resident()
        if self.report is not None:
            self.report(Progress(states, transitions, queue, depth, seconds, memory))
        bounds = self.bounds
        if bounds.states is not None and states >= bounds.states:
            raise Reached("states")
        if bounds.seconds is not None and seconds >= bounds.seconds:
            raise Reached("seconds")
        if bounds.memory is not None and memory >= bounds.memory:
            raise Reached("memory")


def resident() -> int:
    """Peak resident memory of this process in bytes.

    On Linux the kernel's own account is read: the peak that ``getrusage`` gives is inherited from the process that
    started this one.
    """
    try:
        _, found, rest = STATUS.read_bytes().partition(b"VmHWM:")
    except OSError:
        found, rest = b"", b""
    if found:
        return int(rest.split(maxsplit=1)[0]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def at_least_one(**numbers: int) -> None:
    """Refuse options that leave nothing to do.

    Raises:
        BadInput: one of the numbers is less than 1.
    """
    for name, number in numbers.items():
        if number < 1:
            raise BadInput(f"{name} is {number}", remedy="give 1 or more")
