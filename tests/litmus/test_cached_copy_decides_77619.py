"""An API server decides a DELETE on its cached copy, which lacks a finalizer (kubernetes#77619)."""

from __future__ import annotations

from tests.behaviours import taken
from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import ObjectKey

LITMUS = "cached-copy-decides"
THING = ObjectKey("configmaps", "default", "thing").path


def test_what_has_a_finalizer_is_removed() -> None:
    """Servers that look again only after a conflict remove an object whose finalizer was there before the DELETE."""
    found = broken(LITMUS, "update-retry=conflict")
    assert found.trace is not None
    state, _ = taken(found.scenario.machine, found.trace.actions[:-1])

    assert state.keys[THING].value.finalizers == ("example.com/hold",)
    assert THING not in end_of(found).keys


def test_looking_again_after_any_error_prevents_it() -> None:
    """Servers that look again whatever went wrong never remove it, also not when the finalizer is taken off later."""
    kept(LITMUS, "update-retry=any-error")
