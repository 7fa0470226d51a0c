"""What is admitted of one server without faults: windows, bookmarks, caches behind, orders of policies."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.edited import DATA, Fields, wrong

from seatrial.checker.conformance.apiserver_recording import conform_apiserver
from seatrial.checker.conformance.report import Report

WHOLE = DATA / "apiserver-1.36.jsonl.gz"
WATCHES, BOOKMARKS = "k-watch", "bookmarks with nothing happening here: about once a minute, and near the timeout"
FROM_BEFORE = "from one before it"

Change = Callable[[Fields], None]


def report_with(tmp_path: Path, scenario: str, step: str, change: Change) -> tuple[Report, int]:
    """The comparison of a scenario in which one line is changed, and that line's number."""
    lines = [json.loads(each) for each in gzip.decompress(WHOLE.read_bytes()).splitlines()]
    lines = [line for line in lines if line["scenario"] == scenario]
    number = next(number for number, line in enumerate(lines, start=1) if line["step"] == step)
    change(lines[number - 1])
    path = tmp_path / "edited.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return conform_apiserver(path), number


def too_old(version: int, begin: int) -> Change:
    """A watch from a version is told that its cache remembers nothing up to ``begin``."""

    def change(line: dict[str, Any]) -> None:
        line["request"]["query"]["resourceVersion"] = str(version)
        message = f"too old resource version: {version} ({begin})"
        error: dict[str, Any] = {"kind": "Status", "metadata": {}, "message": message, "reason": "Expired", "code": 410}
        line["response"]["body"] = [{"type": "ERROR", "object": error}]

    return change


@pytest.mark.parametrize(
    ("version", "begin", "allowed"),
    [
        (1, 200, True),  # from before the server was started
        (544, 545, False),  # from when it ran, and hardly anything has happened since
    ],
)
def test_a_watch_from_before_the_window_is_too_old(tmp_path: Path, version: int, begin: int, *, allowed: bool) -> None:
    """A cache may have forgotten what was before it was filled, not what happened a moment ago."""
    report, line = report_with(tmp_path, WATCHES, FROM_BEFORE, too_old(version, begin))
    assert (line in {number for number, _ in wrong(report)}) is not allowed
    assert dict(report.rules).get("window", 0) == int(allowed)


def at_fourth_place(line: dict[str, Any]) -> None:
    """The bookmark comes early, and says what it did."""
    frames = line["response"]["body"]
    frames.insert(3, frames.pop())


def at_fourth_place_and_older(line: dict[str, Any]) -> None:
    """The bookmark comes early, and says as much as the change told before it."""
    at_fourth_place(line)
    frames = line["response"]["body"]
    frames[3]["object"]["metadata"]["resourceVersion"] = frames[2]["object"]["metadata"]["resourceVersion"]


def older(line: dict[str, Any]) -> None:
    """The bookmark says less than the last change."""
    line["response"]["body"][-1]["object"]["metadata"]["resourceVersion"] = "575"


@pytest.mark.parametrize(("change", "refused"), [(at_fourth_place_and_older, None), (at_fourth_place, 3), (older, 24)])
def test_a_bookmark_says_what_was_told(tmp_path: Path, change: Change, refused: int | None) -> None:
    """It may come at any time, but not say more than what is told later, nor less than what was told before."""
    report, line = report_with(tmp_path, WATCHES, BOOKMARKS, change)
    found = {field for number, field in wrong(report) if number == line}
    assert found == (set() if refused is None else {f"frames[{refused}].metadata.resourceVersion"})
    assert dict(report.rules).get("bookmark timing", 0) == int(refused is None)


def test_a_lost_event_is_found(tmp_path: Path) -> None:
    """A watch of a server that hears from etcd tells all, to the last."""

    def without_last(line: dict[str, Any]) -> None:
        line["response"]["body"].pop()

    report, line = report_with(tmp_path, WATCHES, FROM_BEFORE, without_last)
    assert (line, "frames") in wrong(report)


TWO_DENY = "two policies deny at once"


def status(code: int, reason: str) -> Change:
    """The request is refused with another status."""

    def change(line: dict[str, Any]) -> None:
        line["response"] |= {"status": code, "reason": reason}
        line["response"]["body"] |= {"reason": reason, "code": code}

    return change


@pytest.mark.parametrize(
    ("change", "rules", "allowed"),
    [
        (status(403, "Forbidden"), 1, True),  # by one of the two policies
        (status(422, "Invalid"), 0, True),  # by the other
        (status(413, "RequestEntityTooLarge"), 0, False),
        (status(401, "Unauthorized"), 0, False),
    ],
)
def test_any_of_the_refusing_policies_may_be_told(tmp_path: Path, change: Change, rules: int, *, allowed: bool) -> None:
    """Of several policies that refuse, whichever; not one that admits the request."""
    report, line = report_with(tmp_path, "o-admission", TWO_DENY, change)
    assert (line in {number for number, _ in wrong(report)}) is not allowed
    assert dict(report.rules).get("order of policies", 0) == rules


def test_a_policy_that_admits_is_not_told(tmp_path: Path) -> None:
    """Where only one policy refuses, the answer is that one's."""
    step = "denied with reason Forbidden: 403"
    report, line = report_with(tmp_path, "o-admission", step, status(422, "Invalid"))
    assert (line, "status") in wrong(report)
