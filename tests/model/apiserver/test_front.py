"""Whole requests on an etcd: collections, hostile bodies, and the laws of objects under random requests."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.model.apiserver.server import SHOP, Server, fresh_server

from seatrial.model.apiserver import MERGE_PATCH
from seatrial.model.apiserver.addresses import PORTS_KEY
from seatrial.model.objects import Object

MAPS = f"{SHOP}/configmaps"
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        *("name", "namespace", "labels", "annotations", "finalizers", "ownerReferences", "uid", "resourceVersion"),
        *("generation", "kind", "apiVersion", "metadata", "spec", "status", "data", "stringData", "type"),
        *("replicas", "selector", "template", "containers", "tolerations", "nodeName", "immutable"),
    ]
)
ODD_OBJECTS: st.SearchStrategy[Any] = st.recursive(
    ANYTHING, lambda inner: st.dictionaries(FIELDS, inner, max_size=5) | st.lists(inner, max_size=2), max_leaves=15
)
PLURALS = ["configmaps", "secrets", "pods", "services", "serviceaccounts"]


def test_deletecollection_is_one_list_and_single_deletes(server: Server) -> None:
    """It answers the list of before; what has a finalizer is only marked; each deletion is a revision of its own.

    Source: recordings G.7 of kube-apiserver 1.36.
    """
    for name, finalizers in (("a", []), ("b", ["x/y"]), ("c", [])):
        server.make("ConfigMap", name, metadata={"labels": {"l": "1"}, "finalizers": finalizers})
    server.make("ConfigMap", "other")
    before = server.etcd.revision
    answer = server.ask("DELETE", MAPS, query={"labelSelector": "l=1"})
    assert ([item.name for item in answer.items or ()], answer.revision) == (["a", "b", "c"], before)
    assert server.etcd.revision == before + 3
    assert [item.name for item in server.ask("GET", MAPS).items or ()] == ["b", "other"]
    assert server.ask("DELETE", "/api/v1/namespaces").status == 405


def test_deletecollection_ends_at_the_first_refusal(server: Server) -> None:
    """It is not atomic: what was deleted before stays deleted."""
    first = server.make("ConfigMap", "a")
    server.make("ConfigMap", "b")
    answer = server.ask("DELETE", MAPS, {"preconditions": {"uid": first.uid}})
    assert (answer.status, [item.name for item in server.ask("GET", MAPS).items or ()]) == (409, ["b"])


@given(body=ODD_OBJECTS, plural=st.sampled_from(PLURALS), method=st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]))
def test_no_body_whatever_breaks_the_server(body: object, plural: str, method: str) -> None:
    """Any JSON gets an answer that a server gives; a refusal changes nothing."""
    server = fresh_server()
    name = "" if method == "POST" else "/x"
    server.ask(
        "POST", f"{SHOP}/{plural}", {"metadata": {"name": "x"}, "spec": {"containers": [{"name": "c", "image": "i:1"}]}}
    )
    before = what_is_there(server)
    media_type = MERGE_PATCH if method == "PATCH" else "application/json"
    answer = server.ask(method, f"{SHOP}/{plural}{name}", body, media_type=media_type)
    assert answer.status in (200, 201, 400, 404, 409, 422, 500)
    assert answer.ok or what_is_there(server) == before


def what_is_there(server: Server) -> dict[str, tuple[object, int]]:
    """What etcd holds, and since when; all but the ports of nodes, which a refused service takes and gives back."""
    keys = server.etcd.keys
    return {path: (keys[path].value, keys[path].mod_revision) for path in keys if path != PORTS_KEY.path}


STEPS = st.tuples(
    st.sampled_from(["POST", "PUT", "PATCH", "DELETE"]),
    st.sampled_from("xy"),
    st.fixed_dictionaries(
        {},
        optional={
            "finalizers": st.lists(st.sampled_from(["x/a", "x/b"]), unique=True, max_size=2),
            "resourceVersion": st.integers(2, 12).map(str),
            "uid": st.integers(3, 8).map("uid-{}".format),
            "deletionTimestamp": st.just("2030-01-01T00:00:00Z"),
            "generation": st.integers(0, 9),
        },
    ),
    st.sampled_from([None, "Foreground", "Orphan", "Background"]),
)


@given(st.lists(STEPS, max_size=12))
def test_the_laws_of_objects_hold_under_any_requests(
    steps: list[tuple[str, str, dict[str, object], str | None]],
) -> None:
    """Versions are commits; a uid lives once; deletion is not taken back; finalizers hold; a refusal has no effect."""
    server = fresh_server()
    ended: set[str] = set()
    for method, name, metadata, policy in steps:
        before = {item.name: item for item in server.ask("GET", MAPS).items or ()}
        revision = server.etcd.revision
        body: object = {"metadata": {"name": name, **metadata}, "data": {"at": str(revision)}}
        if method == "DELETE":
            body = {"propagationPolicy": policy}
        path = MAPS if method == "POST" else f"{MAPS}/{name}"
        media_type = MERGE_PATCH if method == "PATCH" else "application/json"
        answer = server.ask(method, path, body, media_type=media_type)
        after = {item.name: item for item in server.ask("GET", MAPS).items or ()}
        assert answer.ok or server.etcd.revision == revision
        for each in {*before, *after}:
            check_step(before.get(each), after.get(each), revision, ended)


def check_step(old: Object | None, new: Object | None, revision: int, ended: set[str]) -> None:
    """One object before and after one request."""
    if old is None:
        assert new is not None
        assert new.uid not in ended
        assert not new.is_terminating
        assert int(new.resource_version) == revision + 1
    elif new is None:
        assert not old.finalizers or old.is_terminating
        ended.add(old.uid)
    else:
        assert (new.uid, new.metadata["creationTimestamp"]) == (old.uid, old.metadata["creationTimestamp"])
        assert new.is_terminating or not old.is_terminating
        assert new.is_terminating == (new.deletion_grace_period_seconds == 0)
        changed = new.without_metadata("resourceVersion") != old.without_metadata("resourceVersion")
        assert int(new.resource_version) == (revision + 1 if changed else int(old.resource_version))
        if old.is_terminating:
            assert set(new.finalizers) - set(old.finalizers) <= {"orphan", "foregroundDeletion"}
