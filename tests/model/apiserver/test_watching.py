"""What a watch tells: from where, in which order, and how changes look through a selection."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.server import SHOP, Server, fresh_server

from seatrial.model import kinds
from seatrial.model.apiserver import SMALL, Answer, Options, Request
from seatrial.model.apiserver.answer import Frame
from seatrial.model.apiserver.watching import INITIAL_EVENTS_END, bookmark, watch_answer
from seatrial.model.etcd import Compact, Member

MAP = kinds.of_name("ConfigMap")
MAPS = f"{SHOP}/configmaps"
UNCACHED = evolve(SMALL, watch_cache=False)


def watch(server: Server, *, opened: int = 0, **options: Any) -> Answer:
    """The answer to a watch of the config maps of the namespace."""
    request = Request(verb="watch", kind=MAP, namespace="shop", options=Options(**options))
    return watch_answer(server.etcd, request, opened=opened)


def frames_of(answer: Answer) -> tuple[Frame, ...]:
    """The frames of a watch that was not refused."""
    assert answer.frames is not None
    return answer.frames


def told(answer: Answer) -> list[tuple[str, str, str]]:
    """Type, name and version of each frame."""
    return [
        (frame.type, frame.object.name, frame.object.resource_version)
        for frame in frames_of(answer)
        if frame.object is not None
    ]


@pytest.fixture
def lively(server: Server) -> Server:
    """A config map that is made at 3, relabelled at 4 and 5 and deleted at 6; and one that is made at 7."""
    for labels in ({"in": "1"}, {}, {"in": "1"}):
        body = {"metadata": {"name": "a", "labels": labels}}
        server.ask(
            "POST" if server.etcd.revision == 2 else "PUT", MAPS if server.etcd.revision == 2 else f"{MAPS}/a", body
        )
    server.ask("DELETE", f"{MAPS}/a")
    server.make("ConfigMap", "b", metadata={"labels": {"in": "1"}})
    return server


def test_a_watch_tells_what_comes_after_its_version(lively: Server) -> None:
    """Changes in their order, each object with the version of its change, also the deleted one."""
    frames = told(watch(lively, resource_version="3"))
    assert frames == [("MODIFIED", "a", "4"), ("MODIFIED", "a", "5"), ("DELETED", "a", "6"), ("ADDED", "b", "7")]
    assert watch(lively, resource_version="7").frames == ()
    assert watch(lively, resource_version="99").frames == ()


def test_leaving_a_selection_is_a_deletion(lively: Server) -> None:
    """An object that leaves is told as it was before, one that enters as new."""
    answer = watch(lively, resource_version="2", label_selector="in=1")
    assert told(answer) == [
        ("ADDED", "a", "3"),
        ("DELETED", "a", "4"),
        ("ADDED", "a", "5"),
        ("DELETED", "a", "6"),
        ("ADDED", "b", "7"),
    ]
    left = frames_of(answer)[1].object
    assert left is not None
    assert dict(left.labels) == {"in": "1"}


@pytest.mark.parametrize("version", ["", "0"])
def test_without_a_version_a_watch_begins_with_what_there_is(lively: Server, version: str) -> None:
    """First what there was when it was opened, as new; then what came after."""
    assert told(watch(lively, resource_version=version)) == [("ADDED", "b", "7")]
    assert told(watch(lively, resource_version=version, opened=5)) == [
        ("ADDED", "a", "5"),
        ("DELETED", "a", "6"),
        ("ADDED", "b", "7"),
    ]


def test_initial_events_end_with_a_bookmark(lively: Server) -> None:
    """Who asks for initial events and allows bookmarks is told where they end."""
    asked: dict[str, Any] = {"send_initial_events": True, "resource_version_match": "NotOlderThan"}
    answer = watch(lively, **asked, allow_bookmarks=True)
    assert told(answer) == [("ADDED", "b", "7"), ("BOOKMARK", "", "7")]
    last = frames_of(answer)[-1].object
    assert last is not None
    assert dict(last.annotations) == {INITIAL_EVENTS_END: "true"}
    assert told(watch(lively, **asked)) == [("ADDED", "b", "7")]
    assert told(watch(lively, **{**asked, "send_initial_events": False}, resource_version="6")) == [("ADDED", "b", "7")]


def test_initial_events_of_the_future_are_an_error_frame(lively: Server) -> None:
    """The watch is answered 200; the refusal comes in a frame."""
    asked: dict[str, Any] = {
        "send_initial_events": True,
        "resource_version_match": "NotOlderThan",
        "resource_version": "99",
    }
    answer = watch(lively, **asked)
    (frame,) = frames_of(answer)
    assert (answer.status, frame.type) == (200, "ERROR")
    assert frame.error is not None
    assert (frame.error.status, frame.error.causes[0].reason) == (504, "ResourceVersionTooLarge")


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"resource_version": "abc"}, 500),
        ({"resource_version": "-1"}, 500),
        ({"label_selector": "a b"}, 400),
        ({"field_selector": "data.a=1"}, 400),
        ({"resource_version_match": "NotOlderThan", "resource_version": "3"}, 422),
        ({"send_initial_events": True}, 422),
        ({"send_initial_events": True, "resource_version_match": "Exact"}, 422),
    ],
)
def test_options_that_cannot_be_meant_are_refused(lively: Server, options: dict[str, Any], status: int) -> None:
    """Refusals come before the stream."""
    answer = watch(lively, **options)
    assert (answer.status, answer.frames) == (status, None)


def test_what_is_compacted_away_cannot_be_told(lively: Server) -> None:
    """Without a watch cache etcd's compaction decides what is too old; a cache that remembers still tells it."""
    remembered = lively.etcd.copy()
    lively.etcd.serve(Compact(6))
    old = Request(verb="watch", kind=MAP, namespace="shop", options=Options(resource_version="3"))
    (frame,) = frames_of(watch_answer(lively.etcd, old, UNCACHED))
    assert frame.error is not None
    assert (frame.error.status, frame.error.reason) == (410, "Expired")
    assert len(told(watch_answer(lively.etcd, old, past=remembered))) == 4
    recent = evolve(old, options=Options(resource_version="5"))
    assert told(watch_answer(lively.etcd, recent, UNCACHED)) == [("DELETED", "a", "6"), ("ADDED", "b", "7")]


@pytest.mark.parametrize(("version", "expected"), [("5", "too old resource version: 5 (6)"), ("6", "")])
def test_a_cache_that_was_filled_late_says_where_it_begins(lively: Server, version: str, expected: str) -> None:
    """A watch from before is too old, one from right then is not."""
    etcd = lively.etcd
    filled = Member(etcd.revision, 7, etcd.keys, tuple(batch for batch in etcd.log if batch.revision > 6))
    asked = Request(verb="watch", kind=MAP, namespace="shop", options=Options(resource_version=version))
    (frame,) = frames_of(watch_answer(etcd, asked, past=filled))
    assert (frame.error.message if frame.error else "") == expected


def test_a_bookmark_says_its_version_and_no_more() -> None:
    """It has a kind and a resourceVersion, and what every object of the kind has."""
    frame = bookmark(MAP, 9)
    assert frame.object is not None
    assert frame.object.thaw() == {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"resourceVersion": "9"}}


Write = tuple[str, str, bool]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["PUT", "DELETE"]), st.sampled_from("ab"), st.booleans()), max_size=10),
    st.integers(2, 8),
    st.sampled_from(["", "in=1"]),
)
def test_a_list_and_its_watch_give_the_present(writes: list[Write], version: int, selector: str) -> None:
    """Whatever was written: who applies the frames from a list's version on to that list has what a list gives now."""
    server = fresh_server()
    for method, name, is_in in writes:
        body = {"metadata": {"name": name, "labels": {"in": "1"} if is_in else {}}}
        if method == "PUT" and server.ask("PUT", f"{MAPS}/{name}", body).status == 404:
            server.ask("POST", MAPS, body)
        elif method == "DELETE":
            server.ask("DELETE", f"{MAPS}/{name}")
    version = min(version, server.etcd.revision)
    query = {"labelSelector": selector} if selector else {}
    exact = {"resourceVersion": str(version), "resourceVersionMatch": "Exact"}
    copy = {item.name: item for item in server.ask("GET", MAPS, query={**query, **exact}).items or ()}
    for frame in watch(server, resource_version=str(version), label_selector=selector).frames or ():
        assert frame.object is not None
        assert (frame.object.name in copy) == (frame.type != "ADDED")
        if frame.type == "DELETED":
            del copy[frame.object.name]
        else:
            copy[frame.object.name] = frame.object
    now = server.ask("GET", MAPS, query=query).items or ()
    assert tuple(copy[name] for name in sorted(copy)) == now
