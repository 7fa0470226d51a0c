"""What lines of a recording say besides a request and its answer: order, revisions, compactions, what was sent."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.checker.conformance.apiserver_lines import (
    compaction,
    in_turn,
    is_during_watch,
    request_of,
    told_revision,
)
from seatrial.checker.conformance.correspondence import Correspondence
from seatrial.model.apiserver import Malformed
from seatrial.model.apiserver.paging import Token, encode_token
from seatrial.model.frozen_json import thaw
from seatrial.traces.recordings import Line


def line(number: int = 1, *, step: str = "s", method: str = "GET", **fields: Any) -> Line:
    """A line of a recording; ``request`` and ``response`` may be given in part."""
    request = {"method": method, "path": "/api/v1/namespaces/a/configmaps", **fields.pop("request", {})}
    response = {"status": 200, "body": None, **fields.pop("response", {})}
    whole = {"seq": number, "scenario": "x", "step": step, "actor": "alice", "request": request, "response": response}
    return Line("f.jsonl", number, {**whole, **fields})


def answered(version: str) -> dict[str, Any]:
    """A response with an object of a version."""
    return {"status": 200, "body": {"metadata": {"resourceVersion": version}}}


def test_lines_asked_at_once_are_taken_in_the_order_of_their_effect() -> None:
    """By the version each was answered with, then what succeeded without one, refusals last."""
    lines = [
        line(1, etcd_revision=[1, 1]),
        line(2, step="race", response={"status": 409}),
        line(3, step="race", response=answered("9")),
        line(4, step="race", response={"status": 201, "body": {"kind": "Status"}}),
        line(5, step="race", response=answered("7")),
        line(6, step="race", etcd_revision=[9, 9]),
        line(7, step="watch", method="WATCH"),
        line(8, step="watch", method="WATCH"),
    ]
    assert [[each.number for each in turn] for turn in in_turn(lines)] == [[1], [5, 3, 4, 2], [6], [7], [8]]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("[etcd compacted by hand at 542: HTTP 200] next page", 542),
        ("compacted at 594; watch of events", 594),
        ("list Exact at a compacted revision", None),
        ("[during, after a compaction] update", None),
    ],
)
def test_a_compaction_by_hand_stands_in_the_step(step: str, expected: int | None) -> None:
    """The recorder compacted etcd before the request of such a line."""
    assert compaction(line(step=step)) == expected


def test_what_was_asked_during_a_watch_says_so() -> None:
    """Such lines stand before the watch, which ended after them."""
    assert is_during_watch(line(step="[during all] create"))
    assert not is_during_watch(line(step="create"))


def test_reads_tell_how_far_etcd_had_come() -> None:
    """A list by its own version, a watch by the highest of its frames; an object says only when it was written."""
    frames = [{"type": "ADDED", "object": {"metadata": {"resourceVersion": each}}} for each in ("5", "9", "x")]
    assert told_revision(line(method="WATCH", response={"body": frames})) == 9
    listed: dict[str, Any] = {"kind": "ConfigMapList", "metadata": {"resourceVersion": "7"}, "items": []}
    assert told_revision(line(response={"body": listed})) == 7
    assert told_revision(line(response=answered("5"))) is None


def test_a_request_is_translated() -> None:
    """Its token, agent and headers, and what is called otherwise in the model; a watch is a GET."""
    known = Correspondence()
    known.names.bind("gen-x7x7x", "gen-00004")
    known.revisions.bind(206, 5)
    request = {
        "path": "/api/v1/namespaces/a/pods/gen-x7x7x",
        "query": {"continue": encode_token(Token(206, "/gen-x7x7x\0"))},
        "headers": {"Accept": "text/csv"},
        "body": {"message": 'pods "gen-x7x7x" of a/gen-x7x7x', "ports": [{"nodePort": 30080}]},
    }
    asked = request_of(line(method="WATCH", request=request), known, "alice-token")
    assert (asked.method, asked.path, asked.token) == ("GET", "/api/v1/namespaces/a/pods/gen-00004", "alice-token")
    assert dict(asked.query) == {"continue": encode_token(Token(5, "gen-00004\0"))}
    assert (asked.header("accept"), asked.header("user-agent")) == (("text/csv",), ("alice/rec",))
    assert thaw(asked.body) == {  # type: ignore[arg-type]
        "message": 'pods "gen-00004" of a/gen-00004',
        "ports": [{"nodePort": 30080}],
    }


@pytest.mark.parametrize(
    ("raw", "media_type", "body", "duplicates"),
    [
        ('{"data": {"a": "1", "a": "2"}}', "application/json", {"data": {"a": "2"}}, ("data.a",)),
        ("a: 1\nb: [x]\n", "application/yaml", {"a": 1, "b": ["x"]}, ()),
        ("null", "application/json", None, ()),
    ],
)
def test_a_raw_body_is_read(raw: str, media_type: str, body: object, duplicates: tuple[str, ...]) -> None:
    """JSON with repeated fields, of which the last counts, and YAML."""
    request = {"raw_body": raw, "content_type": media_type, "body": None}
    asked = request_of(line(method="POST", request=request), Correspondence(), "t")
    assert thaw(asked.body) == body  # type: ignore[arg-type]
    assert asked.duplicates == duplicates


@pytest.mark.parametrize(
    ("raw", "media_type"), [("{", "application/json"), ("", "text/plain"), ("a: [", "application/yaml")]
)
def test_a_raw_body_that_is_none_is_malformed(raw: str, media_type: str) -> None:
    """What cannot be read is handed on as such."""
    request = {"raw_body": raw, "content_type": media_type}
    assert isinstance(request_of(line(method="POST", request=request), Correspondence(), "t").body, Malformed)
