"""A client with several servers: whom it asks next, and what it may ask again."""

from __future__ import annotations

import pytest

from seatrial.model.machinery.failover import (
    Failover,
    Failure,
    Repetition,
    Sent,
    answered,
    failed,
    in_vain,
    may_repeat,
    repetition,
)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (Sent("get"), "harmless"),
        (Sent("watch"), "harmless"),
        (Sent("delete", dry_run=True), "harmless"),
        (Sent("create", names_state=True), "guarded"),
        (Sent("update", names_state=True), "guarded"),
        (Sent("delete", names_state=True), "guarded"),
        (Sent("create"), "doubling"),
        (Sent("update"), "doubling"),
        (Sent("patch"), "doubling"),
    ],
    ids=str,
)
def test_what_a_repetition_may_do(sent: Sent, expected: Repetition) -> None:
    """Reads may be repeated at will; writes that name a state happen once; others may happen twice."""
    assert repetition(sent) == expected


@pytest.mark.parametrize(
    ("failure", "verb", "repeated"),
    [
        ("refused-connection", "create", True),
        ("told-to-retry", "create", True),
        ("no-answer", "create", False),
        ("no-answer", "list", True),
    ],
)
def test_a_library_repeats_what_was_not_done_or_does_no_harm(failure: Failure, verb: str, *, repeated: bool) -> None:
    """A write of which nobody knows whether it was done is left to the caller."""
    sent = Sent("create") if verb == "create" else Sent("list")

    assert may_repeat(sent, failure) == repeated


def test_every_server_is_tried_in_turn() -> None:
    """A client goes from server to server until one answers, and stays there."""
    client, asked = Failover(("api-1", "api-2", "api-3"), at=1), list[str]()
    while not in_vain(client):
        asked.append(client.server)
        client = failed(client, "refused-connection")

    assert asked == ["api-2", "api-3", "api-1"]
    assert not in_vain(answered(client))
    assert answered(client).server == "api-2"


def test_a_server_that_asks_for_patience_gets_it() -> None:
    """A client that is told to come back asks the same server again."""
    client = Failover(("api-1", "api-2"))

    assert failed(client, "told-to-retry").server == "api-1"
    assert failed(client, "no-answer").server == "api-2"
