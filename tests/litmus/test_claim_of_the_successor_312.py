"""An operator deletes by name what belongs to a successor (zookeeper-operator#312, cass-operator#412)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import ObjectKey

LITMUS = "claim-of-the-successor"


def test_the_data_of_the_new_database_is_deleted() -> None:
    """An operator that restarts on a server that lags, and deletes by name, deletes the claim of a living database."""
    keys = end_of(broken(LITMUS, "deletes=by-name")).keys

    assert ObjectKey("persistentvolumeclaims", "default", "data-db").path not in keys
    assert not keys["/registry/example.com/databases/default/db"].value.is_terminating


def test_deleting_the_very_one_prevents_it() -> None:
    """An operator that deletes only what belongs to the object that it sees, by its uid, does no harm from there."""
    kept(LITMUS, "deletes=by-uid")


def test_a_consistent_first_list_prevents_it_too() -> None:
    """By name or not, an operator whose first list is consistent sees that the database was made anew."""
    kept(LITMUS, "deletes=by-name,first-read=consistent")
