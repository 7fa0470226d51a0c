"""Watches that lived through faults, or came to a server after its restart: what they must tell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conformance.edited import Edited, wrong

TWO, FAULTS = "two-apiservers.jsonl", "faults.jsonl"

Change = Callable[[Edited], None]


def drop(index: int) -> Change:
    """A frame of the watch that was open over the failure is missing."""

    def change(faults: Edited) -> None:
        del faults.body(26)[index]

    return change


def doubled(faults: Edited) -> None:
    """A frame comes twice."""
    faults.body(26).insert(0, faults.body(26)[0])


def opened_later(faults: Edited) -> None:
    """The watch was opened only after the first of its changes, and does not say where it began."""
    faults[26]["response"]["ended"] = [[30.0, "closed by the server"]]


@pytest.mark.parametrize("change", [drop(0), drop(1), doubled])
def test_a_watch_without_parameters_tells_all_since_it_was_opened(tmp_path: Path, change: Change) -> None:
    """It may have begun anywhere before; nothing may be missing, or come twice."""
    faults = Edited(FAULTS, tmp_path)
    change(faults)
    assert {line for line, _ in wrong(faults.report())} == {26}


def test_a_watch_may_have_begun_earlier_than_it_was_opened(tmp_path: Path) -> None:
    """At a resourceVersion of the past."""
    faults = Edited(FAULTS, tmp_path)
    opened_later(faults)
    assert faults.report().mismatches == ()
    drop(0)(faults)
    assert faults.report().mismatches == ()


def window_moved(begin: int, version: int) -> Change:
    """The restarted server's cache begins elsewhere, or the watch asks from elsewhere."""

    def change(two: Edited) -> None:
        two[31]["request"]["query"]["resourceVersion"] = str(version)
        two.body(31)[0]["object"]["message"] = f"too old resource version: {version} ({begin})"

    return change


@pytest.mark.parametrize(
    ("begin", "version", "allowed"),
    [
        (586, 585, True),
        (590, 513, True),  # others wrote while it started
        (590, 588, True),
        (585, 513, False),  # it was started later
    ],
)
def test_a_restarted_server_remembers_nothing_from_before(
    tmp_path: Path, begin: int, version: int, *, allowed: bool
) -> None:
    """Its caches begin at a revision that etcd had come to when it was started, or later."""
    two = Edited(TWO, tmp_path)
    window_moved(begin, version)(two)
    assert (wrong(two.report()) == set()) is allowed


def test_a_restarted_server_does_not_tell_of_before(tmp_path: Path) -> None:
    """It must say that the watch comes too late, rather than leave something out."""
    two = Edited(TWO, tmp_path)
    two[31]["response"]["body"] = []
    assert wrong(two.report()) == {(31, "frames")}
