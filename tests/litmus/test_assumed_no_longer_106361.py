"""A scheduler forgets what it has bound before it sees it bound (kubernetes#106361)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import ObjectKey

LITMUS = "assumed-no-longer"


def test_a_place_is_given_away_twice() -> None:
    """A scheduler that assumes for half a minute only binds two pods where there is room for one."""
    keys = end_of(broken(LITMUS, "assumed-pods=expire")).keys

    pods = [keys[ObjectKey("pods", "default", name).path].value for name in ("first", "second")]
    assert [each.spec["nodeName"] for each in pods] == ["node-1", "node-1"]


def test_assuming_until_it_is_seen_prevents_it() -> None:
    """A scheduler that remembers what it has bound gives no place away twice."""
    kept(LITMUS, "assumed-pods=stay")
