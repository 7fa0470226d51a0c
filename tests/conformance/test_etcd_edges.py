"""Odd requests and streams of a real etcd, compared with the model; and what such recordings may not contain."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.conformance.etcd_lines import RECORDING, Line, altered, conform

from seatrial.checker.conformance.etcd_recording import AT_ONCE, OVER, conform_etcd
from seatrial.checker.conformance.etcd_replay import MALFORMED, TIME_LEFT
from seatrial.traces.recordings import read_recording

REQUESTS = RECORDING.with_name("etcd-3.5.1-requests.jsonl.gz")
STREAMS = RECORDING.with_name("etcd-3.5.1-streams.jsonl.gz")


@pytest.mark.parametrize(
    ("path", "rules"),
    [(REQUESTS, {MALFORMED}), (STREAMS, {AT_ONCE, OVER, TIME_LEFT})],
    ids=["requests", "streams"],
)
def test_odd_requests_are_answered_as_recorded(path: Path, rules: set[str]) -> None:
    """Every line that is about keys, leases or watches fits; the rest is passed over, with its reason."""
    report = conform_etcd(path, versions=["3.5.1"])
    assert report.mismatched == 0
    assert dict(report.rules).keys() == rules
    assert sum(count for _, count in report.reasons) == report.skipped < report.matched / 10


def streamed() -> list[Line]:
    """The lines about streams, leases, races and restarts."""
    return [line.fields for line in read_recording(STREAMS)]


def differing(tmp_path: Path, recorded: list[Line]) -> int:
    """How many lines differ."""
    path = tmp_path / "recording.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in recorded), encoding="utf-8")
    return conform_etcd(path, versions=["3.5.1"]).mismatched


def live(recorded: list[Line]) -> list[Line]:
    """The messages of a stream of three watches that was open while keys changed and history was compacted."""
    (line,) = (line for line in recorded if isinstance(line["request"]["body"], list) and line["seq"] == 40)
    body: list[Line] = line["response"]["body"]
    return body


@pytest.mark.parametrize(
    ("step", "revision"),
    [("revision after the no-op delete", "8"), ("grant with an ID", "55"), ("keepalive of an expired lease", "58")],
)
def test_a_wrong_revision_is_not_explained_by_later_writes(tmp_path: Path, step: str, revision: str) -> None:
    """Requests of another kind were not under way at once: nobody can have read what was written only afterwards."""
    recorded = altered(step, lambda line: None)
    (line,) = (line for line in recorded if line["step"] == step)
    body = line["response"]["body"]
    body.get("result", body)["header"]["revision"] = revision
    assert conform(tmp_path, recorded).mismatched == 1


@pytest.mark.parametrize("first", [0, 1, 2])
def test_nothing_is_said_of_a_watch_before_it_is_created(tmp_path: Path, first: int) -> None:
    """On a stream of several watches, each is created before anything is told about it."""
    recorded = streamed()
    body = live(recorded)
    created = next(each for each in body if each["result"].get("created") and _watch(each) == first)
    body.remove(created)
    body.append(created)
    assert differing(tmp_path, recorded) == 1


def _watch(message: Line) -> int:
    return int(message["result"].get("watch_id", 0))


@pytest.mark.parametrize("step", ["cancel", "progress", "dup"])
def test_each_request_on_a_stream_is_answered(tmp_path: Path, step: str) -> None:
    """A watch that is cancelled, or refused, and the progress that is asked for, are told."""
    recorded = streamed()
    (line,) = (line for line in recorded if line["step"] == step)
    line["response"]["body"].pop()
    assert differing(tmp_path, recorded) == 1


@pytest.mark.parametrize("place", range(3, 12))
def test_what_was_compacted_while_a_watch_was_open_was_told(tmp_path: Path, place: int) -> None:
    """A watch that began before its past was compacted must be told all of it, with all previous values."""
    recorded = streamed()
    assert "events" in live(recorded)[place]["result"]
    del live(recorded)[place]
    assert differing(tmp_path, recorded) == 1


def test_a_restart_lets_the_time_of_leases_begin_anew(tmp_path: Path) -> None:
    """A higher term shows that the server was started again: a lease then has all its time, and not otherwise."""
    recorded = streamed()
    (line,) = (line for line in recorded if line["scenario"] == "13-restart" and "keys" in line["request"]["body"])
    assert line["response"]["body"]["TTL"] == line["response"]["body"]["grantedTTL"]
    for each in recorded:
        told = re.sub(r'("raft_?[tT]erm": )"[34]"', r'\1"2"', json.dumps(each["response"]["body"]))
        each["response"]["body"] = json.loads(told)
    assert differing(tmp_path, recorded) == 1


def test_a_lease_is_not_over_too_early(tmp_path: Path) -> None:
    """Keys that vanish although the lease that they hang on cannot be over differ."""
    recorded = streamed()
    (put,) = (
        line for line in recorded if line["scenario"] == "11-lease" and line["request"]["body"].get("key") == "e/9"
    )
    read = recorded[recorded.index(put) - 1]
    assert read["response"]["body"].keys() == {"header"}
    (grant,) = (line for line in recorded if line["request"]["body"] == {"TTL": "2", "ID": "52"})
    assert differing(tmp_path, recorded) == 0
    grant["request"]["body"]["TTL"] = grant["response"]["body"]["TTL"] = "4"
    assert differing(tmp_path, recorded) > 0
