"""A work queue with two workers.

Lives here: the scenarios.  The system is in :mod:`seatrial.model.rigs.workqueues`.
"""

from __future__ import annotations

from ..rigs.workqueues import WorkQueues
from ..scenario import Scenario


def workqueues(workers: int = 2, adds: int = 3, delays: int = 1, failures: int = 2) -> Scenario:
    """Two keys are added at any time, at once or later, looked at by workers, and fail; the queue is shut down."""
    return Scenario(
        "workqueues",
        WorkQueues(("a", "b"), workers, adds, delays, failures, 1),
        summary="a work queue with two workers: additions, delays, failures with back-off, shutdown",
    )
