"""A controller does not wait for ever to see what it made, and makes it again (kubernetes#129795, KEP-5647)."""

from __future__ import annotations

import pytest
from tests.litmus.verdicts import broken, kept, setting_of, told

from seatrial.checker.check import check
from seatrial.checker.litmus import LITMUS as ALL
from seatrial.invariants.catalogue import named
from seatrial.model.scenarios import build

LITMUS = "expectations-expire"


def test_a_pod_too_many_is_made() -> None:
    """After five minutes a controller whose informer lags makes a third pod of two."""
    found = broken(LITMUS, "own-writes=expectations")

    assert "replicaset-controller has waited for five minutes to see what it did, and waits no longer" in told(found)


def test_waiting_for_ones_own_revisions_prevents_it() -> None:
    """A controller that waits for the revision of its last write makes none too many, however long that takes."""
    kept(LITMUS, "own-writes=own-revisions")


@pytest.mark.parametrize("own_writes", ["expectations", "own-revisions"])
def test_waiting_does_not_keep_it_from_its_work(own_writes: str) -> None:
    """When nothing is left to do, the ReplicaSet has its pods, whichever way its controller waits."""
    setting = setting_of(LITMUS, f"own-writes={own_writes}")
    scenario = build(ALL[LITMUS].scenario).under(setting.profile)

    assert check(scenario, named(["rs-at-rest-has-its-replicas"])).holds
