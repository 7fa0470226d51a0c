"""Leader election on a Lease: who acts, when, and what of it the store sees.

Lives here: the scenarios.  Durations are scaled down with their inequalities: with a retry period of 2, a renew
deadline of 3 and answers that take at most 1, a lease duration of 6 just suffices.  The system is in
:mod:`seatrial.model.rigs.leaders`.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..clocks import Time
from ..faults import CLOCK_JUMP, CLOCK_OFFSET, CLOCK_RATE, CRASH_SERVER, PAUSE
from ..machinery.leader_election import Config, Rules, holds, margin
from ..rigs.leaders import Leaders
from ..scenario import Scenario

TIGHT = "tight-lease"
"""The hazard of a lease duration that does not cover what :func:`~..machinery.leader_election.margin` counts."""


WRONG_BY = Fraction(33, 4)
"""By how many seconds a wall clock is wrong, to be ahead of a long lease."""

UNCHECKED = "unchecked-release"
"""The hazard of a release that does not look whose record it has read."""


def election(  # noqa: PLR0913 - the durations by keyword
    summary: str,
    *,
    lease: Time = 6,
    deadline: Time = 3,
    retry: Time = 2,
    release: bool = False,
    checked: bool = True,
    **others: Any,
) -> Scenario:
    """A scenario of an election with these durations.

    ``tight-lease`` is among its hazards if they do not suffice; ``checked`` electors release only what they hold, the
    others do as client-go does.
    """
    config = Config(lease, deadline, retry, release)
    rules = Rules(config, may_release=holds) if checked else Rules(config)
    system = Leaders(rules, **others)
    suffices = margin(config, response=system.response, stop=system.stop, drift=system.drift) >= 0
    hazards = ([] if suffices else [TIGHT]) + ([] if checked or not release else [UNCHECKED])
    return Scenario("leaders", system, summary=summary, hazards=tuple(hazards))


def leaders() -> Scenario:
    """Two electors whose lease just suffices; the leader's API server may stop."""
    scenario = election("two electors on one Lease, each with its API server; the lease is just long enough")
    return scenario.with_faults({CRASH_SERVER: 1})


def leaders_apart() -> Scenario:
    """The same with wall clocks that are wrong."""
    scenario = election("two electors whose wall clocks are wrong, or are set", horizon=7, sleeps=(3,))
    return scenario.with_faults({CRASH_SERVER: 1, CLOCK_OFFSET: 1, CLOCK_JUMP: 1})


def leaders_drifting() -> Scenario:
    """The same with clocks that are a third too slow, or too fast, and a lease that allows for that."""
    drift = Fraction(1, 3)
    summary = "two electors whose clocks run a third too slow or too fast, and a lease that allows for it"
    scenario = election(summary, lease=12, drift=drift, horizon=13, first_try=8, sleeps=(4,))
    return scenario.with_faults({CRASH_SERVER: 1, CLOCK_RATE: 2})


def leaders_tight() -> Scenario:
    """Two electors with durations that client-go accepts, and that do not suffice."""
    return election("two electors whose lease is too short, though client-go accepts it", lease=4, first_try=4)


def leaders_vacant() -> Scenario:
    """Two candidates, and a Lease whose holder is no more."""
    summary = "two candidates, and a Lease whose holder is no more"
    return election(summary, lease=4, deadline=2, retry=1, vacant=True, horizon=13, first_try=2, sleeps=(2,))


def leaders_resigning() -> Scenario:
    """Two electors that give the Lease up when their owners end them."""
    summary = "leaders that are ended by their owners, and release the Lease"
    return election(summary, release=True, resigns=True, horizon=7, sleeps=(3,))


def leaders_releasing() -> Scenario:
    """Two electors that give the Lease up as client-go does, and may be paused."""
    summary = "leaders that may be paused, and release the Lease without looking whose it is"
    return election(summary, release=True, checked=False, horizon=9, sleeps=(3,)).with_faults({PAUSE: 1})


def leaders_releasing_checked() -> Scenario:
    """The same; they look whose the Lease is."""
    summary = "leaders that may be paused, and release the Lease if it is theirs"
    return election(summary, release=True, horizon=9, sleeps=(3,)).with_faults({PAUSE: 1})


def leaders_writing() -> Scenario:
    """Two electors that write when they lead; the lease also covers a write that is on its way."""
    summary = "leaders that write without comparing; the lease covers a write that is on its way"
    scenario = election(summary, lease=8, horizon=9, first_try=4, sleeps=(4,), writes=1, fenced=False, leap=WRONG_BY)
    return scenario.with_faults({CRASH_SERVER: 1, CLOCK_OFFSET: 1})


def leaders_unfenced() -> Scenario:
    """Two electors whose lease is too short; they compare nothing when they write."""
    summary = "leaders that may overlap, and write without comparing"
    return election(summary, lease=4, horizon=4, first_try=4, sleeps=(4,), writes=1, fenced=False)


def leaders_fenced() -> Scenario:
    """Two electors whose lease is too short, and who may be paused; they compare terms when they write."""
    summary = "leaders that may overlap, and write only if no later term has written"
    scenario = election(summary, lease=4, horizon=4, first_try=4, sleeps=(4,), writes=1)
    return scenario.with_faults({PAUSE: 1})
