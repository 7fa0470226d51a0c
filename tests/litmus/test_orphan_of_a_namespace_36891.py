"""An object outlives its namespace, through a second API server whose cache lags (kubernetes#36891)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept, told

from seatrial.model.objects import ObjectKey

LITMUS = "orphan-of-a-namespace"


def test_an_object_outlives_its_namespace() -> None:
    """Where each server asks its own cache, one that lags admits an object into a namespace that is being removed."""
    found = broken(LITMUS, "namespace-check=cached")
    end = end_of(found)

    assert ObjectKey("namespaces", "", "shop").path not in end.keys
    assert ObjectKey("configmaps", "shop", "note").path in end.keys
    assert "API server b admits create ConfigMap shop/note of creator" in told(found)


def test_a_settled_namespace_leaves_none() -> None:
    """Where content goes only after every server knows and earlier writes are over, nothing stays behind."""
    found = kept(LITMUS, "namespace-check=settled")

    assert "created-during-teardown" not in found.scenario.hazards
