"""Creations: taken names, made-up names, dry runs, and PUTs that create."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.apiserver.server import SHOP, Server

from seatrial.model import kinds
from seatrial.model.apiserver import Answer, Request, front
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.preparation import generated_name
from seatrial.model.apiserver.storage.creation import MOST_TRIES
from seatrial.model.etcd.requests import Range, Txn
from seatrial.model.frozen_json import freeze

MAPS = f"{SHOP}/configmaps"
LEASES = "/apis/coordination.k8s.io/v1/namespaces/shop/leases"


def generated(server: Server) -> Answer:
    """Create a config map with a made-up name."""
    return server.ask("POST", MAPS, {"metadata": {"generateName": "g-"}})


def take_next_names(server: Server, count: int) -> None:
    """Let a client take the first names that a server would make up once it has."""
    revision = server.etcd.revision + count + 1
    for tries in range(count):
        server.make("ConfigMap", generated_name("g-", revision, tries))


def test_made_up_names_differ() -> None:
    """Those of one revision, and those of another one."""
    names = [generated_name("g-", revision, tries) for revision in range(1, 50) for tries in range(MOST_TRIES)]
    assert len(set(names)) == len(names)
    assert all(len(name) == len("g-") + 5 for name in names)


def test_a_made_up_name_that_is_taken_is_exchanged(server: Server) -> None:
    """The server tries again with another one: seven times."""
    take_next_names(server, MOST_TRIES - 1)
    before = server.etcd.revision
    answer = generated(server)
    assert (answer.status, server.etcd.revision) == (201, before + 1)
    assert answer.object is not None
    assert answer.object.name == generated_name("g-", before + 1, MOST_TRIES - 1)


def test_when_all_made_up_names_are_taken_the_client_may_try_again(server: Server) -> None:
    """After eight of them the answer is 409, with the advice to come again in a second; then it succeeds."""
    take_next_names(server, MOST_TRIES)
    before = server.etcd.revision
    answer = generated(server)
    assert (answer.status, answer.reason, answer.retry_after_seconds) == (409, "AlreadyExists", 1)
    assert "unique name" in answer.message
    assert server.etcd.revision == before
    server.make("ConfigMap", "another")
    assert generated(server).status == 201


def test_each_made_up_name_costs_a_transaction_and_a_look(server: Server) -> None:
    """A creation that loses looks at what has the name."""
    take_next_names(server, 2)
    calls = Calls()
    body = freeze({"metadata": {"generateName": "g-"}})
    request = Request(verb="create", kind=kinds.of_name("ConfigMap"), namespace="shop", body=body)
    assert front.handle(server.etcd, request, calls=calls).status == 201
    assert [type(call) for call in calls.made] == [Txn, Range, Txn, Range, Txn]
    assert all(call.failure == () for call in calls.made if isinstance(call, Txn))


def test_a_name_of_the_client_is_not_exchanged(server: Server) -> None:
    """Also with ``generateName``: the name wins, and is simply taken."""
    server.make("ConfigMap", "x")
    before = server.etcd.revision
    answer = server.ask("POST", MAPS, {"metadata": {"name": "x", "generateName": "g-"}})
    assert (answer.status, server.etcd.revision) == (409, before)


@pytest.mark.parametrize(("finalizers", "prefix"), [([], False), (["x/y"], True)])
def test_whether_a_taken_name_will_be_free_is_said(server: Server, finalizers: list[str], prefix: bool) -> None:
    """The message tells an object that is being deleted from one that stays; a dry run says the same."""
    server.make("ConfigMap", "x", metadata={"finalizers": finalizers} if finalizers else {})
    if finalizers:
        assert server.ask("DELETE", f"{MAPS}/x").status == 200
    for query in ({}, {"dryRun": "All"}):
        answer = server.ask("POST", MAPS, {"metadata": {"name": "x"}}, query=query)
        assert (answer.status, answer.message.startswith("object is being deleted: ")) == (409, prefix)


def test_a_dry_run_shows_an_object_that_is_not_there(server: Server) -> None:
    """It has a uid but no version; nothing is stored, also with a made-up name."""
    before = server.etcd.revision
    for metadata in ({"name": "x"}, {"generateName": "g-"}):
        answer = server.ask("POST", MAPS, {"metadata": metadata}, query={"dryRun": "All"})
        assert answer.status == 201
        assert answer.object is not None
        assert answer.object.name
        assert answer.object.uid
        assert not answer.object.resource_version
    assert server.etcd.revision == before


def put(server: Server, **metadata: Any) -> Answer:
    """PUT a lease."""
    return server.ask("PUT", f"{LEASES}/l", {"metadata": {"name": "l", **metadata}, "spec": {"holderIdentity": "h"}})


def test_a_put_creates_where_the_kind_lets_it(server: Server) -> None:
    """Also with a stale version; a second one without a version is invalid, not a conflict; a uid is a conflict."""
    assert put(server, uid="u").status == 409
    assert put(server, resourceVersion="1").status == 201
    assert put(server).status == 422
    assert put(server, resourceVersion="1").status == 409


def test_a_put_that_creates_reads_first(server: Server) -> None:
    """Absence in a cache proves nothing; its transaction reads the key if it loses, as that of a change does."""
    calls = Calls()
    request = Request(
        verb="update",
        kind=kinds.of_name("Lease"),
        namespace="shop",
        name="l",
        body=freeze({"metadata": {"name": "l"}, "spec": {}}),
    )
    assert front.handle(server.etcd, request, calls=calls).status == 201
    read, written = calls.made
    assert isinstance(read, Range)
    assert isinstance(written, Txn)
    assert [type(each) for each in written.failure] == [Range]


def test_a_put_that_loses_its_creation_becomes_an_update(server: Server) -> None:
    """Somebody else created the lease meanwhile: now a version is demanded."""
    request = Request(
        verb="update",
        kind=kinds.of_name("Lease"),
        namespace="shop",
        name="l",
        body=freeze({"metadata": {"name": "l"}, "spec": {}}),
    )
    answer, trace = server.steps(request, None, meanwhile=lambda: server.make("Lease", "l"))
    assert (answer.status, trace) == (422, ["Reread", "Attempt"])
