"""A merge patch replaces a list of finalizers, and one of them is lost (kubermatic#6759)."""

from __future__ import annotations

from tests.litmus.verdicts import broken, end_of, kept

from seatrial.model.objects import ObjectKey

LITMUS = "finalizer-lost-in-a-patch"
THING = ObjectKey("configmaps", "default", "thing").path


def test_one_of_two_finalizers_is_lost() -> None:
    """Two blind patches of one list leave the finalizer of whoever came last."""
    found = broken(LITMUS, "patches=blind")

    assert len(end_of(found).keys[THING].value.finalizers) == 1
    assert found.trace is not None
    assert not any(step.fault for step in found.trace.steps)


def test_a_patch_with_a_version_loses_none() -> None:
    """A patch that names the resourceVersion that was read is refused if somebody was faster."""
    kept(LITMUS, "patches=with-version")
