"""A creation whose answer was lost is tried again (kubernetes#62772, argo-workflows#2694)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import resource_prefix

LITMUS = "two-jobs-for-a-tick"


def test_a_name_that_is_made_up_makes_two() -> None:
    """With a name that is made up each time there are two jobs for one tick."""
    keys = end_of(broken(LITMUS, "names=generated")).keys

    assert len([path for path in keys if path.startswith(resource_prefix("jobs"))]) == 2


def test_a_name_that_follows_from_the_tick_makes_one() -> None:
    """With a name that follows from the tick the second creation is refused."""
    kept(LITMUS, "names=deterministic")
