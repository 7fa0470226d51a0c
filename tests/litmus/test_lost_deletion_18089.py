"""A watch that begins at a compacted deletion is not told of it (etcd#18089, etcd#19179)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, kept

LITMUS = "lost-deletion"


def test_a_deletion_is_told_to_nobody() -> None:
    """With an etcd of that time, a watch is not reliable, and no fault of a server is needed."""
    found = broken(LITMUS, "compacted-deletion=lost")

    assert found.trace is not None
    assert not any(step.fault for step in found.trace.steps)


def test_an_etcd_that_tells_it_loses_nothing() -> None:
    """With a newer etcd every watch tells every change after its beginning, or that it cannot."""
    kept(LITMUS, "compacted-deletion=told")
