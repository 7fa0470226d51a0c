"""A leader's renewal is answered late, and another has taken over (client-go, leader election without fencing)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

LITMUS = "two-leaders-by-a-slow-answer"


def test_two_leaders_work_at_once() -> None:
    """When a leader gets a late answer to its renewal, two work at the same time."""
    assert len(end_of(broken(LITMUS, "slow-answer=1")).working) > 1


def test_without_that_leaders_do_not_overlap() -> None:
    """Without that, and with a lease that is long enough, there is never more than one at work."""
    kept(LITMUS, "slow-answer=0")
