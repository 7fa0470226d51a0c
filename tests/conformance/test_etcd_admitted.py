"""Where a recorded answer of etcd is one of several: those that the model admits, and those that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.conformance.etcd_lines import Line, altered, conform, lines, setting

from seatrial.checker.conformance.etcd_recording import AT_ONCE

# --- Requests under way at once, and time ---------------------------------------------------------------------------


def raced(order: list[int], *, winner: int = 0, seen: str = "v0") -> list[Line]:
    """A new key, and four writers who would change it if it is still new, written down in this order."""
    put: Line = {"http_status": 200, "body": {"header": {"revision": "2"}}}
    asked = {"path": "/v3/kv/put", "body": {"key": "k", "value": "base"}}
    recorded = [{"etcd": "3.6.8", "seq": 1, "scenario": "race", "step": "base", "request": asked, "response": put}]
    for number, racer in enumerate(order):
        unchanged = {"key": "k", "target": "MOD", "result": "EQUAL", "mod_revision": "2"}
        write = [{"request_put": {"key": "k", "value": f"v{racer}"}}]
        body = {"compare": [unchanged], "success": write, "failure": [{"request_range": {"key": "k"}}]}
        header = {"header": {"revision": "3"}}
        kv = {"key": "k", "create_revision": "2", "mod_revision": "3", "version": "2", "value": seen}
        lost = {**header, "responses": [{"response_range": {**header, "kvs": [kv], "count": "1"}}]}
        won = {**header, "succeeded": True, "responses": [{"response_put": header}]}
        recorded.append(
            {
                "etcd": "3.6.8",
                "seq": number + 2,
                "scenario": "race",
                "step": f"racer {racer}",
                "request": {"path": "/v3/kv/txn", "body": body},
                "response": {"http_status": 200, "body": won if racer == winner else lost},
            }
        )
    return recorded


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [1, 0, 2, 3], [3, 2, 1, 0]], ids=str)
def test_a_race_may_be_written_down_in_any_order(tmp_path: Path, order: list[int]) -> None:
    """Whoever won came first, wherever its line stands; the report says where a line was moved."""
    report = conform(tmp_path, raced(order))
    assert (report.steps, report.matched, report.mismatched) == (5, 5, 0)
    assert dict(report.rules) == ({} if order[0] == 0 else {AT_ONCE: 1})


@pytest.mark.parametrize(
    ("recorded", "wrong"),
    [(raced([1, 2, 0], seen="v2"), 3), (raced([1, 2, 3], winner=9), 3), (raced([0, 0]), 1)],
    ids=["seen is not what won", "nobody won", "two won"],
)
def test_a_race_that_no_order_explains_is_reported(tmp_path: Path, recorded: list[Line], wrong: int) -> None:
    """If no order of the requests gives all the answers, they differ."""
    assert conform(tmp_path, recorded).mismatched == wrong


def test_a_gap_is_no_race(tmp_path: Path) -> None:
    """A line that follows unrecorded steps is never moved before them."""
    recorded = raced([1, 0])
    recorded[-1]["seq"] += 5
    assert conform(tmp_path, recorded).mismatched > 0


@pytest.mark.parametrize(
    ("step", "time", "fits"),
    [
        ("20", "95", False),
        ("20", "94", True),
        ("20", "78", True),
        ("20", "77", False),
        ("20", "100", False),
        ("time to live", "2", False),
        ("time to live", "1", True),
    ],
)
def test_what_a_lease_has_left_is_bounded_by_the_recorded_times(
    tmp_path: Path, step: str, time: str, fits: bool
) -> None:
    """Five seconds were listened to and 17 requests asked, each in a second at most: between 5 and 22 of 100."""
    recorded = lines()
    (line,) = (line for line in recorded if (line["scenario"], str(line["step"])) == ("11-lease", step))
    setting("response", "body", "TTL", to=time)(line)
    report = conform(tmp_path, recorded)
    assert report.mismatched == (0 if fits else 1)
    assert {each.field for each in report.mismatches} == (set() if fits else {"body.TTL"})


@pytest.mark.parametrize(("size", "skipped", "mismatched"), [(5, 1, 0), (1600 * 1024, 0, 0)])
def test_a_request_may_be_recorded_in_short(tmp_path: Path, size: int, skipped: int, mismatched: int) -> None:
    """What a server found too large is compared if all of it is recorded, and passed over if it is not."""
    refusal: Line = {"code": 3, "message": "etcdserver: request is too large"}
    recorded = raced([])
    recorded[0]["request"]["body"]["value"] = "v" * size
    recorded[0]["response"] = {"http_status": 400, "body": refusal}
    report = conform(tmp_path, recorded)
    assert (report.skipped, report.mismatched) == (skipped, mismatched)


def test_attached_keys_come_in_any_order(tmp_path: Path) -> None:
    """The keys that hang on a lease are compared as a set: servers of one release tell them in different orders."""
    recorded = lines()
    (line,) = (line for line in recorded if (line["scenario"], line["step"]) == ("11-lease", 20))
    line["response"]["body"]["keys"].reverse()
    assert conform(tmp_path, recorded).mismatched == 0
    line["response"]["body"]["keys"].pop()
    assert conform(tmp_path, recorded).mismatched == 1


@pytest.mark.parametrize(
    ("place", "value", "field"),
    [
        (("version",), "3.6.7", "body.version"),
        (("header", "revision"), "2", "body.header.revision"),
        (("storageVersion",), "3.5.0", "body.storageVersion"),
        (("raftAppliedIndex",), "5", "raftAppliedIndex"),
        (("dbSizeInUse",), "20481", "dbSizeInUse"),
        (("leader",), "1", "leader"),
        (("raftTerm",), "3", "raftTerm"),
        (("errors",), ["corrupt"], "body.errors"),
    ],
)
def test_a_status_is_compared_but_for_sizes_and_counters(
    tmp_path: Path, place: tuple[str, ...], value: object, field: str
) -> None:
    """Revision and release are the model's; sizes and counters may be any, unless they contradict each other."""
    report = conform(tmp_path, altered("status of a fresh member", setting("response", "body", *place, to=value)))
    assert [each.field for each in report.mismatches] == [field]
