"""A controller that must not act twice, though its informers lag.

Lives here: the scenarios.  The system is in :mod:`seatrial.model.rigs.own_writes`.
"""

from __future__ import annotations

from ..faults import CRASH, EXPECTATIONS_EXPIRE, STALE_CACHE
from ..profiles import Profile
from ..rigs.own_writes import OwnWriting
from ..scenario import Scenario


def own_writes(changes: int = 2) -> Scenario:
    """A controller with expectations; its informers lag, and it may start again."""
    return Scenario(
        "own-writes",
        OwnWriting(changes, most=2),
        summary="a controller whose informers lag, and which counts what it did and has not seen yet",
        faults={STALE_CACHE: 3, CRASH: 1},
    )


def own_writes_fresh(changes: int = 2) -> Scenario:
    """The same, but the controller looks only at what is up to date."""
    return Scenario(
        "own-writes-fresh",
        OwnWriting(changes, most=2),
        summary="the same with informers that have everything whenever the controller looks",
    )


def own_revisions(changes: int = 2) -> Scenario:
    """A controller that waits for the revisions of its own writes, so that it may stop counting."""
    return Scenario(
        "own-revisions",
        OwnWriting(changes, most=2, profile=Profile(own_writes="own-revisions")),
        summary="the same with a controller that waits for the revisions of its own writes, though five minutes pass",
        faults={STALE_CACHE: 3, CRASH: 1, EXPECTATIONS_EXPIRE: 1},
    )
