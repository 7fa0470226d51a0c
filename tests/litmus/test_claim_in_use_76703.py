"""A claim is let go while a pod uses it, because its protector has not seen the pod yet (kubernetes#76703)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import ObjectKey

LITMUS = "claim-in-use"


def test_a_claim_is_removed_under_its_pod() -> None:
    """A protector that trusts its informers lets a claim go that a pod uses."""
    keys = end_of(broken(LITMUS, "live-get=no")).keys

    assert ObjectKey("pods", "default", "db").path in keys
    assert ObjectKey("persistentvolumeclaims", "default", "data-db").path not in keys


def test_one_more_look_prevents_it() -> None:
    """A protector that asks the API server before it lets go keeps the claim as long as the pod is there."""
    kept(LITMUS, "live-get=yes")
