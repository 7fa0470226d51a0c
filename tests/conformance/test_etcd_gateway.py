"""Requests and answers of etcd as JSON.

Lives here: that translation loses nothing, and what it leaves to others.
"""

from __future__ import annotations

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checker.conformance.etcd_gateway import (
    DIALECTS,
    read_request,
    write_answer,
    write_event,
    write_refusal,
    write_request,
)
from seatrial.checker.conformance.etcd_programs import Author
from seatrial.checker.conformance.etcd_wire import BASE64, PLAIN, Difference, Encoding, NotModelled, differences, masked
from seatrial.model.errors import BadInput
from seatrial.model.etcd import (
    VERSIONS,
    Event,
    Filter,
    KeyValue,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseList,
    LeaseTimeToLive,
    Put,
    Range,
    Status,
    StatusResponse,
    WatchCancel,
    WatchCreate,
    WatchProgress,
)
from seatrial.model.etcd.refusals import LeaseExists
from seatrial.model.etcd.requests import Request, WatchRequest


@given(st.randoms(use_true_random=False), st.sampled_from([PLAIN, BASE64]))
def test_a_request_survives_the_wire(random: Random, encoding: Encoding) -> None:
    """What is written is read as the same request, whatever its keys and values."""
    request = Author(random, start=5).request()
    assert read_request(*write_request(request, encoding), encoding) == request


@pytest.mark.parametrize(
    "request_",
    [
        WatchCreate("k", "l", 5, prev_kv=True, progress_notify=True, filters=(Filter.NOPUT, Filter.NODELETE)),
        WatchCreate("k", watch_id=7, fragment=True),
        WatchCancel(7),
        WatchProgress(),
        Status(),
        LeaseTimeToLive(777, keys=True),
        LeaseGrant(10),
        LeaseGrant(10, 777),
        LeaseKeepAlive(777),
        LeaseTimeToLive(777),
        LeaseList(),
        Put("\udcff", "\udc80"),
        Range("\0", "\0"),
    ],
    ids=str,
)
def test_other_requests_survive_the_wire_too(request_: Request | WatchRequest) -> None:
    """Watches, leases, and keys that are no text."""
    assert read_request(*write_request(request_, BASE64), BASE64) == request_


def test_the_wire_is_etcds() -> None:
    """Bytes are base64, numbers of 64 bits are strings, and empty fields are left out."""
    assert write_request(Put("a", "1", lease=7), BASE64) == (
        "/v3/kv/put",
        {"key": "YQ==", "value": "MQ==", "lease": "7"},
    )
    kv = KeyValue("a", "1", 2, 3, 4)
    assert write_event(Event("PUT", kv, kv), PLAIN) == {
        "kv": {"key": "a", "value": "1", "create_revision": "2", "mod_revision": "3", "version": "4"},
        "prev_kv": {"key": "a", "value": "1", "create_revision": "2", "mod_revision": "3", "version": "4"},
    }


def test_choices_may_be_numbers() -> None:
    """The gateway takes an enumeration's members by name or by number."""
    by_name = read_request("/v3/kv/range", {"key": "k", "sort_order": "DESCEND", "sort_target": "VALUE"}, PLAIN)
    assert read_request("/v3/kv/range", {"key": "k", "sort_order": 2, "sort_target": 4}, PLAIN) == by_name


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v3/lock/lock", "{}"),
        ("/v3/watch", '{"surprise_request": {}}'),
        ("/v3/watch", '{"create_request": {"key": "k", "surprise": true}}'),
        ("/v3/kv/txn", '{"success": [{}]}'),
        ("/v3/kv/txn", '{"success": [{"request_put": {"key": "k", "new": 1}}]}'),
    ],
)
def test_what_the_model_lacks_is_said(path: str, body: str) -> None:
    """A request, or a field of one, that the model does not know is not dropped in silence."""
    with pytest.raises(NotModelled, match="the model"):
        read_request(path, json.loads(body), PLAIN)


def test_what_is_not_base64_is_bad_input() -> None:
    """Bytes that do not decode are named by their field."""
    with pytest.raises(BadInput, match=r"range\.key is not a text, or not encoded"):
        read_request("/v3/kv/range", {"key": "%"}, BASE64)


def test_releases_refuse_in_their_own_form() -> None:
    """The status and the form of a refusal are the gateway's, and each release that the model knows has its own."""
    assert set(DIALECTS) == set(VERSIONS)
    said = "etcdserver: lease already exists"
    assert write_refusal(LeaseExists(), DIALECTS["3.6.8"]) == (400, {"code": 9, "message": said})
    assert write_refusal(LeaseExists(), DIALECTS["3.4.23"]) == (412, {"code": 9, "message": said, "error": said})


def test_releases_tell_of_themselves() -> None:
    """Every release tells its name and revision; since 3.6 also in which form it stores, and how much it may."""
    for name in VERSIONS:
        told = write_answer(Status(), StatusResponse(7, name), PLAIN)
        assert (told["header"], told["version"]) == ({"revision": "7"}, name)
        assert ("storageVersion" in told) == (name == "3.6.8")


def test_only_what_names_a_server_is_masked() -> None:
    """The ids and the election term go, from headers only, at any depth."""
    header = {"cluster_id": "1", "member_id": "2", "raft_term": "3", "revision": "4"}
    body = {"responses": [{"response_put": {"header": header}}], "raft_term": "5"}
    assert masked(body) == {"responses": [{"response_put": {"header": {"revision": "4"}}}], "raft_term": "5"}


def test_differences_are_found_where_they_are() -> None:
    """Each differing place is named, with what stands on either side, also where one side has nothing."""
    assert differences({"a": [1, {"b": 2}], "c": 3}, {"a": [1, {"b": 4}, 5], "d": 6}) == [
        Difference("body.a[1].b", 2, 4),
        Difference("body.a[2]", "(nothing)", 5),
        Difference("body.c", 3, "(nothing)"),
        Difference("body.d", "(nothing)", 6),
    ]
    assert differences([], {}) == [Difference("body", [], {})]
