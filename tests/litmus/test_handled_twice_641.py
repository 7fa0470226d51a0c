"""An operator handles an object twice, because its own note comes back late (kopf#641)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import resource_prefix

LITMUS = "handled-twice"


def test_two_letters_are_written_for_one_order() -> None:
    """An operator that goes on after a moment takes somebody else's change for a new order."""
    keys = end_of(broken(LITMUS, "own-patch=window")).keys

    assert len([path for path in keys if path.startswith(resource_prefix("configmaps"))]) == 2


def test_waiting_for_ones_own_patch_prevents_it() -> None:
    """An operator that waits for the resourceVersion of its own patch writes one letter."""
    kept(LITMUS, "own-patch=awaited")
