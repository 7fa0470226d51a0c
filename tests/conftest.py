"""Settings that every test shares: Hypothesis is deterministic.

Lives here: nothing else.  The same tree gives the same verdict on every machine: examples are derived from
the test itself, not from the clock, and a slow machine is no failure.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("seatrial", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("seatrial")
