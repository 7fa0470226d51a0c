"""An informer's queue hands a list out object by object: its store shows what never was (client-go before 1.36)."""

from __future__ import annotations

import pytest
from tests.litmus.verdicts import broken, kept

LITMUS = "list-object-by-object"


def test_a_store_shows_what_never_was() -> None:
    """Where a list is taken over piece by piece, the store shows objects of different revisions together."""
    broken(LITMUS, "informer-order=in-order")


@pytest.mark.thorough
def test_a_list_that_replaces_all_at_once_prevents_it() -> None:
    """Where a list replaces everything at once, the store shows a state that was, at every moment."""
    kept(LITMUS, "informer-order=atomic")
