"""A watch without resourceVersion begins with whatever a server's watch cache has (Kubernetes before 1.31)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, kept

LITMUS = "watch-from-an-old-state"


def test_it_begins_with_an_old_state() -> None:
    """A server that reads consistent lists from etcd begins such a watch with what its cache has."""
    broken(LITMUS, "consistent-lists=etcd")


def test_it_begins_with_the_present() -> None:
    """A server whose cache asks etcd how far it must come begins it with a state as new as the request."""
    kept(LITMUS, "consistent-lists=cache")
