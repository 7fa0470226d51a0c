"""DELETE: what it answers, its options in body and query, dry runs, and many at once."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.server import SHOP, Server

from seatrial.model.apiserver import MERGE_PATCH

MAPS = f"{SHOP}/configmaps"
POD = {"containers": [{"name": "c", "image": "i"}]}


@pytest.mark.parametrize(
    ("finalizers", "options", "status"),
    [
        ((), {"orphanDependents": False}, 200),
        (("x/y",), {"orphanDependents": False}, 202),
        (("x/y",), {"orphanDependents": True}, 200),
        (("x/y",), {"propagationPolicy": "Background"}, 200),
    ],
)
def test_202_is_only_said_to_who_asks_in_the_old_way(
    server: Server, finalizers: tuple[str, ...], options: dict[str, Any], status: int
) -> None:
    """And only as long as the object is still there; a repetition says the same."""
    server.make("ConfigMap", "x", metadata={"finalizers": finalizers} if finalizers else {})
    assert server.ask("DELETE", f"{MAPS}/x", options).status == status
    if finalizers:
        assert server.ask("DELETE", f"{MAPS}/x", options).status == status


def test_options_in_a_body_silence_those_in_the_query(server: Server) -> None:
    """Also a dry run that only the query asks for."""
    server.make("ConfigMap", "x")
    options = {"preconditions": {"resourceVersion": "3"}}
    assert server.ask("DELETE", f"{MAPS}/x", options, query={"dryRun": "All"}).status == 200
    assert server.read("ConfigMap", "x") is None


def test_a_dry_run_shows_what_would_be(server: Server) -> None:
    """A marked object where it would stay, the present one where it would go; nothing changes."""
    server.make("Pod", "p", spec=POD)
    server.make("ConfigMap", "x", metadata={"finalizers": ["x/y"]})
    before = server.etcd.revision
    gone = server.ask("DELETE", f"{SHOP}/pods/p", query={"dryRun": "All"})
    held = server.ask("DELETE", f"{MAPS}/x", query={"dryRun": "All"})
    assert [(each.status, each.object and each.object.is_terminating) for each in (gone, held)] == [
        (200, False),
        (200, True),
    ]
    assert server.etcd.revision == before


@pytest.mark.parametrize(
    ("first", "grace", "second"),
    [(None, None, 30), (None, 60, 30), (None, 5, 5), (5, 60, 5), (60, -1, 1), (-1, None, 1), (60, 0, None)],
)
def test_grace_only_shrinks(server: Server, first: int | None, grace: int | None, second: int | None) -> None:
    """A repetition with less grace shortens it, one with more changes nothing; none removes the pod."""
    server.make("Pod", "p", spec={**POD, "nodeName": "n"})
    path = f"{SHOP}/pods/p"
    assert server.ask("DELETE", path, {} if first is None else {"gracePeriodSeconds": first}).status == 200
    assert server.ask("DELETE", path, {} if grace is None else {"gracePeriodSeconds": grace}).status == 200
    left = server.read("Pod", "p")
    assert (left and left.object.deletion_grace_period_seconds) == second


def test_events_have_no_dependents(server: Server) -> None:
    """No policy makes one wait for the garbage collector."""
    event = {"metadata": {"name": "e"}, "involvedObject": {"namespace": "shop"}, "reason": "R"}
    assert server.ask("POST", f"{SHOP}/events", event).status == 201
    assert server.ask("DELETE", f"{SHOP}/events/e", {"propagationPolicy": "Orphan"}).status == 200
    assert server.ask("GET", f"{SHOP}/events/e").status == 404


@pytest.fixture
def many(server: Server) -> Server:
    """A server with three config maps, two of them labelled."""
    for name, labels in (("a", {"l": "1"}), ("b", {"l": "1"}), ("c", {})):
        server.make("ConfigMap", name, metadata={"labels": labels})
    return server


def names(server: Server) -> list[str]:
    """The config maps that are there."""
    return [item.name for item in server.ask("GET", MAPS).items or ()]


def test_many_are_deleted_one_by_one(many: Server) -> None:
    """Those that are selected; the answer is the list as it was, with its revision."""
    before = many.etcd.revision
    answer = many.ask("DELETE", MAPS, query={"labelSelector": "l=1"})
    assert [item.name for item in answer.items or ()] == ["a", "b"]
    assert (answer.revision, many.etcd.revision) == (before, before + 2)
    assert names(many) == ["c"]


@pytest.mark.parametrize(
    ("query", "options", "status", "left"),
    [
        ({"labelSelector": "!!"}, {}, 400, ["a", "b", "c"]),
        ({"fieldSelector": "no.such=1"}, {}, 400, ["a", "b", "c"]),
        ({"fieldSelector": "metadata.name=b"}, {}, 200, ["a", "c"]),
        ({}, {"propagationPolicy": "Sideways"}, 422, ["a", "b", "c"]),
        ({"resourceVersionMatch": "Exact"}, {}, 422, ["a", "b", "c"]),
        ({}, {"preconditions": {"uid": "none"}}, 409, ["a", "b", "c"]),
        ({}, {"preconditions": {"resourceVersion": "3"}}, 409, ["b", "c"]),
        ({}, {"dryRun": ["All"]}, 200, ["a", "b", "c"]),
        ({"limit": "1"}, {}, 200, ["b", "c"]),
    ],
)
def test_what_ends_a_deletion_of_many(
    many: Server, query: dict[str, str], options: dict[str, Any], status: int, left: list[str]
) -> None:
    """Options that cannot be meant delete nothing; the first refusal ends it, and what is deleted stays deleted."""
    assert many.ask("DELETE", MAPS, options, query=query).status == status
    assert names(many) == left


def test_an_update_that_takes_the_last_finalizer_off_deletes(server: Server) -> None:
    """What it would have stored is shown with the old version and stored nowhere."""
    server.make("ConfigMap", "x", metadata={"finalizers": ["x/y"]})
    marked = server.ask("DELETE", f"{MAPS}/x").object
    assert marked is not None
    before = server.etcd.revision
    change = {"metadata": {"finalizers": None}, "data": {"never": "stored"}}
    answer = server.ask("PATCH", f"{MAPS}/x", change, media_type=MERGE_PATCH)
    assert answer.object is not None
    assert answer.object.resource_version == marked.resource_version
    assert answer.object.field("data.never") == "stored"
    assert (server.read("ConfigMap", "x"), server.etcd.revision) == (None, before + 1)


def test_a_pod_whose_grace_is_over_waits_like_any_other_object(server: Server) -> None:
    """Once nothing but finalizers holds a pod, a later DELETE exchanges those of the collector as on any kind.

    While its grace lasts, a DELETE that does not shorten it changes nothing.
    """
    spec = {"nodeName": "n", "containers": [{"name": "c", "image": "i"}]}
    server.make("Pod", "p", metadata={"finalizers": ["a/b"]}, spec=spec)
    for options, finalizers in (
        ({"gracePeriodSeconds": 5}, ("a/b",)),
        ({"propagationPolicy": "Foreground"}, ("a/b",)),
        ({"gracePeriodSeconds": 0}, ("a/b",)),
        ({"propagationPolicy": "Foreground"}, ("a/b", "foregroundDeletion")),
        ({}, ("a/b", "foregroundDeletion")),
        ({"propagationPolicy": "Background"}, ("a/b",)),
    ):
        answer = server.ask("DELETE", f"{SHOP}/pods/p", options)
        assert answer.status == 200
        assert answer.object is not None
        assert answer.object.finalizers == finalizers, options
