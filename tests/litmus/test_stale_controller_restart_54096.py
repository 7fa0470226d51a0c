"""A controller restarts on an API server that lags, and makes its pods again (kubernetes#54096)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import resource_prefix

LITMUS = "stale-controller-restart"


def test_pods_are_made_again() -> None:
    """With first lists of whatever a server has, a ReplicaSet of one pod gets two."""
    keys = end_of(broken(LITMUS, "first-read=any")).keys

    assert len([path for path in keys if path.startswith(resource_prefix("pods"))]) == 2


def test_a_consistent_first_list_prevents_it() -> None:
    """With consistent first lists a crash makes no pod too many, if no request outlives it."""
    kept(LITMUS, "first-read=consistent")
