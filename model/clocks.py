"""Clocks of processes: what a process reads on its own clock at a moment of true time.

True time is a number that no process can read.  A process has two clocks on one machine:

- the *wall clock* tells a date.  It is off by some offset, and somebody may set it: then it jumps;
- the *monotonic clock* measures durations.  Setting the wall clock does not move it.  Go measures with it wherever
  one time is taken from another, and timers go by it.

Both run at the machine's rate, which is near 1 but not quite: no synchronization cures that for the monotonic clock.
A process that is paused (by its scheduler, a garbage collector, a debugger) takes no steps, but both clocks go on: what
it believed when it stopped it still believes when it goes on.

Left out: a machine that is suspended as a whole, whose monotonic clock stands still; it is a pause that is longer than
it seems, and breaks what a pause breaks.

Lives here: the readings.  Numbers are exact (integers and fractions).  Must not know: who has a clock, or what for.

Source: Go, package ``time`` (Monotonic Clocks); client-go tools/leaderelection/leaderelection.go, package comment.
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil
from typing import TypeAlias

from attrs import evolve, field, frozen

Time: TypeAlias = "Fraction | int"
"""A moment or a duration in seconds, exact."""


def exact(time: Time) -> Time:
    """The same number, as an integer if it is one: equal times then also look equal."""
    return time.numerator if time.denominator == 1 else time


@frozen(cache_hash=True)
class Clock:
    """The clocks of one machine.

    ``offset`` is how far the wall clock is ahead of true time (before drift); ``rate`` how many of its seconds pass in
    one true second.
    """

    offset: Time = 0
    rate: Time = field(default=1, converter=exact)

    def wall(self, now: Time) -> Time:
        """What the wall clock shows at a moment of true time."""
        return exact(self.offset + self.rate * now)

    def monotonic(self, now: Time) -> Time:
        """What the monotonic clock shows: durations are differences of this."""
        return exact(self.rate * now)

    def jumped(self, by: Time) -> Clock:
        """The clocks after somebody set the wall clock forward, or back (``by`` is negative)."""
        return evolve(self, offset=exact(self.offset + by))

    def moment(self, reading: Time) -> int:
        """The first whole second of true time at which the monotonic clock shows at least this: when a timer fires.

        >>> Clock(rate=Fraction(2, 3)).moment(3), Clock(rate=Fraction(4, 3)).moment(3)
        (5, 3)
        """
        return ceil(Fraction(reading) / Fraction(self.rate))


TRUE = Clock()
"""A clock that is neither ahead nor behind, and runs at the rate of true time."""


def rates(drift: Time) -> tuple[Time, Time]:
    """The slowest and the fastest rate of clocks that drift by so much of a second in a second."""
    return exact(1 - drift), exact(1 + drift)
