"""Requests that get no answer: how long everybody waits, and what may be recorded of it."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.checker.conformance.apiserver_deadlines import (
    CutOff,
    Unanswered,
    gives_up_first,
    nothing_was_sent,
    of_dead_server,
    of_unanswered,
)
from seatrial.model.objects import ObjectKey
from seatrial.traces.recordings import Line

TIMEOUT: dict[str, Any] = {"status": 504, "reason": "Timeout", "body": {"details": {}, "code": 504}}
BROKEN: dict[str, Any] = {"status": None, "body": {"client_error": "RemoteProtocolError('Server disconnected')"}}
REFUSED = {"status": None, "body": {"client_error": "ConnectError('[Errno 111] Connection refused')"}}


def line(response: dict[str, Any], seconds: float, patience: float | None = None) -> Line:
    """A line with an outcome that came after some seconds, of a client with some patience."""
    request = {"method": "GET", "path": "/", "client_timeout": patience}
    return Line("f.jsonl", 1, {"request": request, "response": {**response, "seconds": seconds}})


def fields(outcome: Line, **query: str) -> list[str]:
    """In which fields an outcome cannot be that of a request which waits."""
    return [each.field for each in of_unanswered(outcome, query)]


@pytest.mark.parametrize(
    ("query", "seconds"),
    [
        ({}, 60.0),
        ({"timeout": "5s"}, 5.0),
        ({"timeout": "1m"}, 60.0),
        ({"timeout": "1m30s"}, 60.0),  # no longer than a server allows
        ({"timeout": "1500ms"}, 1.5),
        ({"timeout": "0s"}, 60.0),
        ({"timeout": "soon"}, 60.0),
    ],
)
def test_a_request_waits_until_its_deadline(query: dict[str, str], seconds: float) -> None:
    """Its own, if it asks for a shorter time than the server's; it ends by a 504 or a broken connection."""
    for response in (TIMEOUT, BROKEN):
        assert fields(line(response, seconds), **query) == []
        assert fields(line(response, seconds - 0.5), **query) == ["seconds"]


def test_an_impatient_client_sees_no_answer() -> None:
    """It gives up before the deadline."""
    assert gives_up_first(line(BROKEN, 2, patience=2), {"timeout": "5s"})
    assert fields(line(BROKEN, 2, patience=2), timeout="5s") == []
    assert fields(line(BROKEN, 1, patience=2), timeout="5s") == ["seconds"]
    assert fields(line(TIMEOUT, 2, patience=2), timeout="5s") == ["status"]


@pytest.mark.parametrize(
    "response",
    [
        {"status": 200, "body": {}},
        {"status": 409, "reason": "Conflict", "body": {"code": 409}},
        {**TIMEOUT, "reason": "InternalError"},
        {**TIMEOUT, "body": {"code": 504, "details": {"retryAfterSeconds": 1}}},
        {**TIMEOUT, "body": {"code": 504, "details": {"causes": [{"reason": "ResourceVersionTooLarge"}]}}},
    ],
)
def test_other_outcomes_are_no_deadline(response: dict[str, Any]) -> None:
    """A success, a refusal, and a 504 for another reason."""
    assert fields(line(response, 60)) == ["status"]


def test_a_dead_server_gives_no_status() -> None:
    """Whether anything was sent to it shows in the client's error."""
    assert list(of_dead_server(line(REFUSED, 0))) == []
    assert [each.actual for each in of_dead_server(line(TIMEOUT, 60))] == [None]
    assert (nothing_was_sent(line(REFUSED, 0)), nothing_was_sent(line(BROKEN, 0))) == (True, False)


def test_whoever_asks_an_etcd_that_is_gone_waits() -> None:
    """For a read of a key, of a revision, of many keys; only what admission may remember is no hindrance."""
    calls = CutOff()
    with pytest.raises(Unanswered, match="/registry/pods/a/x"):
        calls.read(ObjectKey("pods", "a", "x"))
    with pytest.raises(Unanswered, match="pods"):
        calls.read_revision("pods")
    with pytest.raises(Unanswered, match="/registry/pods/a/ at 7"):
        calls.read_range("pods", "a", 0, 7)
    calls.found_empty("limitranges", "a")
    assert calls.made == []
