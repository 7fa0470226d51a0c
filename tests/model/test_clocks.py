"""Clocks: what a process can know of true time.

Lives here: properties of single readings.  What they do to an election is in ``test_leaders.py``.
"""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.clocks import TRUE, Clock, rates

moments = st.integers(0, 1000)
offsets = st.fractions(-50, 50, max_denominator=12)
paces = st.fractions(Fraction(1, 4), 4, max_denominator=12)
clocks = st.builds(Clock, offsets, paces)


@given(clocks, moments, st.integers(0, 100), offsets)
def test_a_jump_moves_the_date_and_no_duration(clock: Clock, now: int, later: int, by: Fraction) -> None:
    """Setting the wall clock moves its reading by exactly that; durations and timers stay as they were."""
    jumped = clock.jumped(by)
    assert jumped.wall(now) - clock.wall(now) == by
    assert jumped.monotonic(now + later) - jumped.monotonic(now) == clock.monotonic(now + later) - clock.monotonic(now)
    assert jumped.moment(now) == clock.moment(now)


@given(clocks, st.fractions(0, 200, max_denominator=12))
def test_a_timer_fires_at_the_first_whole_second(clock: Clock, reading: Fraction) -> None:
    """A timer never fires early on the process's own clock, and never a second later than it could."""
    fires = clock.moment(reading)
    assert clock.monotonic(fires) >= reading
    assert clock.monotonic(fires - 1) < reading


@given(moments, st.integers(0, 100), st.fractions(0, Fraction(9, 10), max_denominator=12))
def test_drift_bounds_how_long_a_second_is(now: int, later: int, drift: Fraction) -> None:
    """Of any stretch of true time a slow clock sees the least and a fast one the most that drift allows."""
    slow, fast = (Clock(rate=rate) for rate in rates(drift))
    seen = [clock.monotonic(now + later) - clock.monotonic(now) for clock in (slow, TRUE, fast)]
    assert seen == [later * (1 - drift), later, later * (1 + drift)]


@given(clocks, moments)
def test_equal_readings_look_equal(clock: Clock, now: int) -> None:
    """A reading that is a whole number is an integer, so that what is told of it has no second form."""
    for reading in (clock.wall(now), clock.monotonic(now)):
        assert isinstance(reading, int) == (Fraction(reading).denominator == 1)
