"""Reflectors: what they ask first and next, and that they never go back, whatever they are answered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.machinery.things import histories

from seatrial.model.machinery.delta_queue import Bookmark, Delta, Replace
from seatrial.model.machinery.reflector import (
    FirstRead,
    ListRequest,
    Marked,
    Reflector,
    Refusal,
    Told,
    WatchRequest,
    asks,
    closed,
    listed,
    opened,
    refused,
    started,
    told,
    why_refused,
)
from seatrial.model.rigs.informer_events import FIRST, Thing, Write, frame_of, present

FIRST_READS: tuple[FirstRead, ...] = ("any", "consistent")
REFUSALS: tuple[Refusal, ...] = (
    "expired",
    "too-large",
    "busy",
    "no-connection",
    "internal",
    "unsupported",
    "other",
)
A = "default/a"


def watching(first_read: FirstRead, revision: int) -> Reflector[Any]:
    """A reflector that watches, and has seen everything up to a revision."""
    before: Reflector[Any] = started(first_read)
    return opened(listed(before, (), revision)[0])


def test_older_clients_begin_with_anything_newer_ones_with_the_newest() -> None:
    """The first question of a reflector: a list of whatever the server has, or a stream of the newest."""
    assert asks(started("any")) == ListRequest("0")
    assert asks(started("consistent")) == WatchRequest("", initial_events=True)


def test_a_watch_goes_on_where_the_list_ended() -> None:
    """After a list, and after a watch that ended in an orderly way, it watches from what it has seen."""
    assert asks(listed(started("any"), (), 7)[0]) == WatchRequest("7")
    assert asks(watching("any", 7)) is None
    assert asks(closed(watching("any", 7))) == WatchRequest("7")


@pytest.mark.parametrize("why", ["busy", "no-connection"])
def test_whoever_is_busy_is_asked_again(why: Refusal) -> None:
    """A watch for which a server has no time, or which finds no server, is asked for again, as it was."""
    assert asks(refused(closed(watching("any", 7)), why)) == WatchRequest("7")


@pytest.mark.parametrize(
    ("first_read", "question"), [("any", ListRequest("7")), ("consistent", WatchRequest("7", initial_events=True))]
)
def test_a_watch_that_is_too_old_is_followed_by_a_list_that_is_not_older(
    first_read: FirstRead, question: ListRequest | WatchRequest
) -> None:
    """After "410 Gone", as an answer or as a frame, it lists again, not older than what it has."""
    assert asks(refused(closed(watching(first_read, 7)), "expired")) == question
    assert asks(closed(watching(first_read, 7), "expired")) == question


@pytest.mark.parametrize("why", ["expired", "too-large"])
def test_a_list_that_is_refused_is_asked_for_as_new_as_there_is(why: Refusal) -> None:
    """A list that no server can give is followed by one of the newest; once that is there it is as before."""
    old = refused(closed(watching("any", 7), "expired"), why)
    new = refused(closed(watching("consistent", 7), "expired"), why)

    assert asks(old) == ListRequest("")
    assert asks(new) == WatchRequest("", initial_events=True)
    assert asks(listed(old, (), 9)[0]) == WatchRequest("9")


def test_a_server_that_cannot_stream_is_asked_for_a_list() -> None:
    """A streaming list that is refused is followed by a plain one."""
    assert asks(refused(started("consistent"), "unsupported")) == ListRequest("0")
    assert asks(refused(closed(watching("consistent", 7), "expired"), "unsupported")) == ListRequest("7")


def test_a_streaming_list_is_delivered_as_a_whole() -> None:
    """What a streaming list shows neither moves the revision nor is delivered before the bookmark that ends it."""
    before: Reflector[Any] = opened(started("consistent"))
    shown, nothing = told(before, Told("ADDED", A, Thing(2, 5)))
    after, delivery = told(shown, Marked(9, ends_initial=True))

    assert (shown.last, nothing) == (0, None)
    assert told(shown, Marked(6)) == (shown, None)
    assert delivery == Replace(((A, Thing(2, 5)),), 9)
    assert (after.last, asks(after), asks(closed(after))) == (9, None, WatchRequest("9"))


def test_a_streaming_list_that_breaks_begins_anew() -> None:
    """Of a streaming list that did not come to its end nothing is kept."""
    shown, _ = told(opened(started("consistent")), Told("ADDED", A, Thing(2, 5)))

    assert closed(shown) == started("consistent")


def test_frames_move_the_revision_and_are_delivered() -> None:
    """Each change is delivered, and a bookmark too: both say how far the watch has come."""
    before = watching("any", 4)

    assert told(before, Told("MODIFIED", A, Thing(2, 6)))[1] == Delta("Updated", A, Thing(2, 6))
    assert told(before, Told("DELETED", A, Thing(2, 6)))[1] == Delta("Deleted", A, Thing(2, 6))
    after, delivery = told(before, Marked(8))
    assert (after.last, delivery) == (8, Bookmark(8))


@pytest.mark.parametrize(
    ("code", "reason", "too_large", "meaning"),
    [
        (410, "Expired", False, "expired"),
        (410, "Gone", False, "expired"),
        (504, "Timeout", True, "too-large"),
        (504, "Timeout", False, "other"),
        (429, "TooManyRequests", False, "busy"),
        (500, "InternalError", False, "internal"),
        (422, "Invalid", False, "unsupported"),
        (403, "Forbidden", False, "other"),
    ],
)
def test_what_answers_mean(code: int, reason: str, *, too_large: bool, meaning: Refusal) -> None:
    """A refusal is understood by its code, its reason and its cause."""
    assert why_refused(code, reason, too_large=too_large) == meaning


def answer(reflector: Reflector[Any], log: tuple[Write, ...], data: st.DataObject) -> Reflector[Any]:
    """What an honest server does with the reflector's question, or with its stream."""
    newest = FIRST + len(log)
    question = asks(reflector)
    if question is None:
        if data.draw(st.booleans()):
            return closed(reflector, data.draw(st.none() | st.sampled_from(REFUSALS)))
        if reflector.stage == "stream":
            at = data.draw(st.integers(max(reflector.last, FIRST), newest))
            return told(reflector, Marked(at, ends_initial=True))[0]
        return told(reflector, frame_of(log[reflector.last - FIRST]))[0] if reflector.last < newest else reflector
    if data.draw(st.booleans()):
        return refused(reflector, data.draw(st.sampled_from(REFUSALS)))
    if isinstance(question, WatchRequest):
        return opened(reflector)
    asked = question.resource_version
    at = newest if not asked else data.draw(st.integers(max(int(asked), FIRST), newest))
    return listed(reflector, present(log, at), at)[0]


@pytest.mark.parametrize("first_read", FIRST_READS)
@given(log=histories(), data=st.data())
def test_a_reflector_never_goes_back(first_read: FirstRead, log: tuple[Write, ...], data: st.DataObject) -> None:
    """Whatever servers answer and however streams end, it sees what it asked for and asks for nothing older."""
    reflector: Reflector[Any] = started(first_read)
    for _ in range(data.draw(st.integers(0, 25))):
        before, question = reflector.last, asks(reflector)
        if question is not None and before:
            assert question.resource_version in {str(before), ""}
        reflector = answer(reflector, log, data)
        assert reflector.last >= before
