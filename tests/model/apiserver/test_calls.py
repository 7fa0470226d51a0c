"""What a server asks of etcd: as little as its watch cache lets it."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from tests.model.apiserver.server import SHOP, Server

from seatrial.model.apiserver import SMALL, Request, Settings, front
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.rest import parse_request
from seatrial.model.etcd.requests import DeleteRange, Put, Range, Txn
from seatrial.model.frozen_json import freeze

MAP = "/registry/configmaps/shop/x"
ALL = "/registry/configmaps"
UNCACHED = evolve(SMALL, watch_cache=False)


def told(  # noqa: PLR0913 - a request has these parts
    server: Server,
    method: str,
    path: str,
    body: object = None,
    *,
    settings: Settings = SMALL,
    query: dict[str, str] | None = None,
) -> list[str]:
    """The calls that a request makes, in short."""
    asked = parse_request(method, path, body=freeze(body), query=query)
    assert isinstance(asked, Request)
    calls = Calls()
    front.handle(server.etcd, asked, settings, calls=calls)
    return [short(call) for call in calls.made]


def short(call: Range | Txn) -> str:
    """A call in a few words."""
    if isinstance(call, Range):
        return f"range {call.key}{'..' if call.range_end else ''}"
    (change,) = call.success
    assert isinstance(change, Put | DeleteRange)
    return f"{'put' if isinstance(change, Put) else 'delete'} {change.key} if {call.compare[0].operand}"


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ({}, "/x", [f"range {MAP}"]),
        ({"resourceVersion": "0"}, "/x", []),
        ({"resourceVersion": "3"}, "/x", []),
        ({}, "", [f"range {ALL}"]),
        ({"limit": "1"}, "", [f"range {ALL}"]),
        ({"resourceVersion": "0"}, "", []),
        ({"resourceVersion": "3", "resourceVersionMatch": "Exact"}, "", []),
        ({"resourceVersion": "x"}, "", []),
    ],
)
def test_reads_ask_etcd_only_for_what_must_be_new(
    server: Server, query: dict[str, str], name: str, expected: list[str]
) -> None:
    """A GET without a version reads its key, a LIST only the present revision; all others nothing."""
    server.make("ConfigMap", "x")
    assert told(server, "GET", f"{SHOP}/configmaps{name}", query=query) == expected


@pytest.mark.parametrize(
    ("query", "name", "expected"),
    [
        ({"resourceVersion": "0"}, "/x", [f"range {MAP}"]),
        ({"resourceVersion": "0"}, "", [f"range {ALL}/shop/.."]),
        ({}, "", [f"range {ALL}/shop/.."]),
    ],
)
def test_without_a_watch_cache_all_reads_go_to_etcd(
    server: Server, query: dict[str, str], name: str, expected: list[str]
) -> None:
    """Also those that would take anything."""
    server.make("ConfigMap", "x")
    assert told(server, "GET", f"{SHOP}/configmaps{name}", settings=UNCACHED, query=query) == expected


def changed(value: str) -> dict[str, Any]:
    """A config map."""
    return {"metadata": {"name": "x"}, "data": {"a": value}}


@pytest.mark.parametrize("settings", [SMALL, UNCACHED], ids=["cached", "uncached"])
def test_what_a_write_asks(server: Server, settings: Settings) -> None:
    """One transaction where all is well; without a cache the object is read before it is changed."""
    cached = settings is SMALL
    first = [] if cached else [f"range {MAP}"]
    path = f"{SHOP}/configmaps/x"
    assert told(server, "POST", f"{SHOP}/configmaps", changed("1"), settings=settings) == [f"put {MAP} if 0"]
    assert told(server, "PUT", path, changed("2"), settings=settings) == [*first, f"put {MAP} if 3"]
    assert told(server, "PUT", path, changed("2"), settings=settings) == [f"range {MAP}"]
    assert told(server, "DELETE", path, settings=settings) == [f"range {MAP}", *first, f"delete {MAP} if 4"]
    assert told(server, "DELETE", path, settings=settings) == [f"range {MAP}"]


def test_events_are_never_cached(server: Server) -> None:
    """A server keeps no watch cache of them, however it is set up."""
    event = {"metadata": {"name": "e"}, "involvedObject": {"namespace": "shop"}, "reason": "R"}
    key = "/registry/events/shop/e"
    assert told(server, "POST", f"{SHOP}/events", event) == [f"put {key} if 0"]
    assert told(server, "GET", f"{SHOP}/events/e", query={"resourceVersion": "0"}) == [f"range {key}"]
    assert told(server, "DELETE", f"{SHOP}/events/e") == [f"range {key}", f"range {key}", f"delete {key} if 3"]


def test_nobody_listening_changes_nothing(server: Server) -> None:
    """The same requests make the same store, whether calls are noted or not."""
    other = Server()
    asked = [("POST", "/api/v1/namespaces", {"metadata": {"name": "shop"}})]
    asked += [("POST", f"{SHOP}/configmaps", changed("1")), ("PUT", f"{SHOP}/configmaps/x", changed("2"))]
    for method, path, body in asked:
        other.ask(method, path, body)
        if path != "/api/v1/namespaces":
            told(server, method, path, body)
    assert other.etcd.keys == server.etcd.keys


def test_what_admission_finds_missing_is_asked_for_once(server: Server) -> None:
    """A server remembers for a while that a namespace has no limit ranges."""
    settings = evolve(SMALL, plugins=SMALL.plugins | {"LimitRanger"})
    calls = Calls()
    for name in ("p", "q"):
        spec = {"containers": [{"name": "c", "image": "i"}]}
        asked = parse_request("POST", f"{SHOP}/pods", body=freeze({"metadata": {"name": name}, "spec": spec}))
        assert isinstance(asked, Request)
        assert front.handle(server.etcd, asked, settings, calls=calls).status == 201
    first, *writes = map(short, calls.made)
    assert first == "range /registry/limitranges"
    assert writes == ["put /registry/pods/shop/p if 0", "put /registry/pods/shop/q if 0"]
