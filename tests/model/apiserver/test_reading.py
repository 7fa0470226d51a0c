"""Reads: what they demand of the state that serves them, and what they answer."""

from __future__ import annotations

import pytest
from tests.model.apiserver.server import SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Demand, Options, Plan, get, list_, plan
from seatrial.model.apiserver.paging import Page

MAP = kinds.of_name("ConfigMap")
MAPS = f"{SHOP}/configmaps"


@pytest.mark.parametrize(
    ("version", "match", "limit", "expected"),
    [
        ("", "", 0, Plan(Demand.MOST_RECENT)),
        ("", "", 5, Plan(Demand.MOST_RECENT, page=Page(5))),
        ("0", "", 0, Plan(Demand.ANY)),
        ("0", "NotOlderThan", 0, Plan(Demand.ANY)),
        ("7", "", 0, Plan(Demand.NOT_OLDER, 7)),
        ("0", "NotOlderThan", 5, Plan(Demand.ANY)),
        ("7", "NotOlderThan", 5, Plan(Demand.NOT_OLDER, 7, Page(5))),
        ("7", "", 5, Plan(Demand.EXACT, 7, Page(5))),
        ("7", "Exact", 0, Plan(Demand.EXACT, 7)),
        ("0", "Exact", 0, 422),
        ("", "Exact", 0, 422),
        ("", "NotOlderThan", 0, 422),
        ("7", "Sometimes", 0, 422),
        ("x", "", 0, 400),
    ],
)
def test_a_list_says_how_fresh_it_must_be(version: str, match: str, limit: int, expected: Plan | int) -> None:
    """The table of Kubernetes' documentation; source: recordings J.2 and J.3 of kube-apiserver 1.36."""
    options = Options(resource_version=version, resource_version_match=match, limit=limit)
    found = plan(list_(MAP, "shop", options=options))
    assert (found.status if isinstance(found, Answer) else found) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [("", Plan(Demand.MOST_RECENT)), ("0", Plan(Demand.ANY)), ("7", Plan(Demand.NOT_OLDER, 7)), ("x", 500)],
)
def test_a_get_says_how_fresh_it_must_be(version: str, expected: Plan | int) -> None:
    """A GET ignores resourceVersionMatch; a version that is no number is an internal error."""
    options = Options(resource_version=version, resource_version_match="Exact")
    found = plan(get(MAP, "shop", "x", options=options))
    assert (found.status if isinstance(found, Answer) else found) == expected


def test_a_list_is_a_snapshot_in_the_order_of_keys(server: Server) -> None:
    """Its version is the revision at which it is true; items come by name, and only those selected."""
    for name, labels in (("b", {"l": "1"}), ("a-b", {}), ("a", {"l": "1"})):
        server.make("ConfigMap", name, metadata={"labels": labels})
    server.make("Secret", "s")
    everything = server.ask("GET", MAPS)
    assert [item.name for item in everything.items or ()] == ["a", "a-b", "b"]
    assert everything.revision == server.etcd.revision == 6
    selected = server.ask("GET", MAPS, query={"labelSelector": "l=1"})
    assert [item.resource_version for item in selected.items or ()] == ["5", "3"]
    assert server.ask("GET", MAPS, query={"labelSelector": "a b"}).status == 400


def test_lists_over_all_namespaces_are_ordered_by_key(server: Server) -> None:
    """The order is that of the keys in etcd, in which a hyphen comes before the slash."""
    server.ask("POST", "/api/v1/namespaces", {"metadata": {"name": "shop-2"}})
    server.ask("POST", "/api/v1/namespaces/shop-2/configmaps", {"metadata": {"name": "x"}})
    server.make("ConfigMap", "x")
    everywhere = server.ask("GET", "/api/v1/configmaps").items or ()
    assert [item.namespace for item in everywhere] == ["shop-2", "shop"]
    assert server.ask("GET", "/api/v1/namespaces/none/configmaps").items == ()


def test_an_exact_list_shows_the_past(server: Server) -> None:
    """A list at an exact revision is what was true then; one of the future is refused with its cause."""
    server.make("ConfigMap", "x", data={"a": "1"})
    server.ask("DELETE", f"{MAPS}/x")
    past = server.ask("GET", MAPS, query={"resourceVersion": "3", "resourceVersionMatch": "Exact"})
    assert ([item.name for item in past.items or ()], past.revision) == (["x"], 3)
    future = server.ask("GET", MAPS, query={"resourceVersion": "99"})
    assert (future.status, future.causes[0].reason) == (504, "ResourceVersionTooLarge")
