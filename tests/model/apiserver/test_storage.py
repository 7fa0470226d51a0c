"""The storage loop: what is computed from a stale copy never decides; each write is one conditional transaction.

The steps are taken one by one, with other writers coming in between.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.apiserver.server import Server, fresh_server

from seatrial.model import kinds
from seatrial.model.apiserver import (
    Answer,
    Attempt,
    FollowUp,
    Options,
    Remove,
    Request,
    Reread,
    Stored,
    create,
    decide,
    delete,
    patch,
    update,
)
from seatrial.model.apiserver.front import EtcdLookup, commit
from seatrial.model.frozen_json import freeze_map
from seatrial.model.objects import Object

CONFIG_MAP, POD, LEASE = (kinds.of_name(name) for name in ("ConfigMap", "Pod", "Lease"))


def config_map(name: str = "x", **metadata: object) -> Object:
    """A config map in the namespace ``shop``."""
    return Object.of({"metadata": {"name": name, "namespace": "shop", **metadata}, "data": {"a": "1"}})


def stored(server: Server, name: str = "x") -> Stored:
    """The config map as it is stored now."""
    found = server.read("ConfigMap", name)
    assert found is not None
    return found


def change(**data: object) -> Request:
    """A merge patch of the config map's data."""
    return patch(CONFIG_MAP, "shop", "x", freeze_map({"data": data}))


def test_a_creation_is_one_transaction_on_an_absent_key(server: Server) -> None:
    """A creation reads nothing: it compares mod_revision with 0 and puts."""
    attempt = decide(create(CONFIG_MAP, config_map()), None, current=False, lookup=EtcdLookup(server.etcd))
    assert isinstance(attempt, Attempt)
    assert (attempt.expected, attempt.key.path) == (0, "/registry/configmaps/shop/x")
    assert attempt.value is not None
    assert "resourceVersion" not in attempt.value.metadata


def test_a_creation_that_loses_is_told_that_the_name_is_taken(server: Server) -> None:
    """Whoever commits second gets AlreadyExists, and makes no revision."""
    answer, trace = server.steps(
        create(CONFIG_MAP, config_map()), None, meanwhile=lambda: server.make("ConfigMap", "x", data={"a": "2"})
    )
    assert (answer.status, answer.reason, trace) == (409, "AlreadyExists", ["Attempt", "Reread"])
    assert stored(server).object.field("data.a") == "2"


def test_identity_comes_from_the_revision_of_the_commit(server: Server) -> None:
    """The uid and the generated name are those of the revision at which the object is committed, not of the request."""
    object_ = Object.of({"metadata": {"generateName": "gen-", "namespace": "shop"}})
    answer, _ = server.steps(create(CONFIG_MAP, object_), None, meanwhile=lambda: server.make("ConfigMap", "other"))
    assert answer.object is not None
    assert (answer.revision, answer.object.uid, answer.object.name) == (4, "uid-4", "gen-00004")
    assert stored(server, "gen-00004").revision == 4


def test_a_patch_is_applied_to_what_is_there_at_the_commit(server: Server) -> None:
    """A patch without version that loses is applied again to the fresh object: both writes are kept."""
    server.make("ConfigMap", "x", data={"a": "1"})
    answer, trace = server.steps(
        change(mine="1"), stored(server), meanwhile=lambda: server.steps(change(theirs="1"), stored(server))
    )
    assert (answer.status, trace) == (200, ["Attempt", "Attempt"])
    assert dict(stored(server).object.field("data")) == {"a": "1", "mine": "1", "theirs": "1"}


def test_an_update_with_a_version_that_loses_is_a_conflict(server: Server) -> None:
    """The conflict is told to the client only because its own request named a version."""
    made = server.make("ConfigMap", "x", data={"a": "1"})
    request = update(CONFIG_MAP, made.with_field("data.a", "2"))
    answer, trace = server.steps(
        request, stored(server), meanwhile=lambda: server.steps(change(theirs="1"), stored(server))
    )
    assert (answer.status, answer.reason, trace) == (409, "Conflict", ["Attempt"])
    assert stored(server).object.field("data.a") == "1"


def test_an_unconditional_update_that_loses_overwrites(server: Server) -> None:
    """Without a version the last writer wins: the other write is lost."""
    made = server.make("ConfigMap", "x", data={"a": "1"})
    request = update(CONFIG_MAP, made.without_metadata("resourceVersion").with_field("data.a", "2"))
    answer, _ = server.steps(
        request, stored(server), meanwhile=lambda: server.steps(change(theirs="1"), stored(server))
    )
    assert answer.status == 200
    assert dict(stored(server).object.field("data")) == {"a": "2"}


def test_nothing_to_do_is_confirmed_by_a_fresh_read_and_writes_nothing(server: Server) -> None:
    """A no-op computed from a cached copy rereads, keeps the resourceVersion and makes no revision."""
    made = server.make("ConfigMap", "x", data={"a": "1"})
    before = server.etcd.revision
    answer, trace = server.steps(change(a="1"), stored(server))
    assert (answer.status, answer.object, trace) == (200, made, ["Reread"])
    assert server.etcd.revision == before


def test_a_stale_no_op_is_not_believed(server: Server) -> None:
    """What would change nothing in the cached copy may change the fresh one; then it is written."""
    server.make("ConfigMap", "x", data={"a": "1"})
    stale = stored(server)
    server.steps(change(a="2"), stale)
    answer, trace = server.steps(change(a="1"), stale)
    assert (answer.status, trace) == (200, ["Reread", "Attempt"])
    assert stored(server).object.field("data.a") == "1"


def test_a_stale_refusal_is_not_believed(server: Server) -> None:
    """An update that carries the present version succeeds though the cache still has the one before."""
    server.make("ConfigMap", "x", data={"a": "1"})
    stale = stored(server)
    fresh, _ = server.steps(change(a="2"), stale)
    assert fresh.object is not None
    answer, trace = server.steps(update(CONFIG_MAP, fresh.object.with_field("data.a", "3")), stale)
    assert (answer.status, trace) == (200, ["Reread", "Attempt"])


WRITES = st.one_of(
    st.fixed_dictionaries({"data": st.dictionaries(st.sampled_from("ab"), st.sampled_from(["1", "2"]) | st.none())}),
    st.just({"metadata": {"finalizers": ["x/y"]}}),
    st.just({"metadata": {"finalizers": None}}),
    st.just({"metadata": {"resourceVersion": "5"}, "data": {"a": "9"}}),
    st.sampled_from(["DELETE", "DELETE 5", "Foreground", "Background"]),
)


def as_request(write: object) -> Request:
    """A write of the config map, from what Hypothesis draws."""
    if isinstance(write, dict):
        return patch(CONFIG_MAP, "shop", "x", freeze_map(write))  # pyright: ignore[reportUnknownArgumentType]
    options = {
        "DELETE": Options(),
        "DELETE 5": Options(precondition_resource_version="5"),
        "Foreground": Options(propagation_policy="Foreground"),
        "Background": Options(propagation_policy="Background"),
    }
    return delete(CONFIG_MAP, "shop", "x", options=options[str(write)])


@given(history=st.lists(WRITES, min_size=1, max_size=4), age=st.integers(0, 4), write=WRITES)
def test_how_stale_the_cached_copy_is_makes_no_difference(history: list[object], age: int, write: object) -> None:
    """A write answers and stores the same from any old copy as from the present one.

    Source: Kubernetes 1.36, GuaranteedUpdate: an outcome computed from the cached copy is confirmed by a fresh read.
    """
    outcomes: list[tuple[Answer, object]] = []
    for stale in (True, False):
        server = fresh_server()
        server.make("ConfigMap", "x", data={"a": "1"})
        seen = [server.read("ConfigMap", "x")]
        for past in history:
            server.steps(as_request(past), seen[-1])
            seen.append(server.read("ConfigMap", "x"))
        cached = seen[-1 - min(age, len(seen) - 1)] if stale else seen[-1]
        answer, _ = server.steps(as_request(write), cached)
        outcomes.append((answer, server.etcd.keys))
    assert outcomes[0] == outcomes[1]


def test_the_last_finalizer_taken_off_removes_instead_of_storing(server: Server) -> None:
    """The answer shows what was asked for with the old version; what is deleted is the object as last stored.

    Source: recordings B.8 of kube-apiserver 1.36.
    """
    server.make("ConfigMap", "x", data={"a": "1"}, metadata={"finalizers": ["x/y"]})
    server.steps(delete(CONFIG_MAP, "shop", "x"), stored(server))
    marked = stored(server)
    request = patch(CONFIG_MAP, "shop", "x", freeze_map({"metadata": {"finalizers": None}, "data": {"a": "2"}}))
    answer, trace = server.steps(request, marked)
    assert answer.object is not None
    assert (answer.object.field("data.a"), answer.object.resource_version) == ("2", str(marked.revision))
    assert (answer.revision, server.etcd.revision, trace) == (5, 5, ["Reread", "Attempt"])
    assert server.read("ConfigMap", "x") is None
    assert server.etcd.log[-1].events[0].previous is not None
    assert server.etcd.log[-1].events[0].previous.value == marked.value


def test_a_finalizer_added_during_a_delete_is_lost_with_the_object(server: Server) -> None:
    """The open race: a DELETE that has made up its mind does not look at finalizers again when it loses."""
    server.make("ConfigMap", "x")
    hold = patch(CONFIG_MAP, "shop", "x", freeze_map({"metadata": {"finalizers": ["x/hold"]}}))
    answer, trace = server.steps(
        delete(CONFIG_MAP, "shop", "x"), stored(server), meanwhile=lambda: server.steps(hold, stored(server))
    )
    assert (answer.status, trace) == (200, ["Reread", "Attempt", "Attempt"])
    assert server.read("ConfigMap", "x") is None
    last = server.etcd.log[-1].events[0].previous
    assert last is not None
    assert isinstance(last.value, Object)
    assert last.value.finalizers == ("x/hold",)


def test_preconditions_of_a_delete_are_looked_at_on_each_try(server: Server) -> None:
    """A DELETE for one incarnation spares the one that was made meanwhile."""
    made = server.make("ConfigMap", "x")

    def recreate() -> None:
        server.steps(delete(CONFIG_MAP, "shop", "x"), stored(server))
        server.make("ConfigMap", "x")

    request = delete(CONFIG_MAP, "shop", "x", options=Options(precondition_uid=made.uid))
    answer, _ = server.steps(request, stored(server), meanwhile=recreate)
    assert (answer.status, answer.reason) == (409, "Conflict")
    assert stored(server).object.uid != made.uid


def test_a_delete_that_finds_the_object_gone_is_told_so(server: Server) -> None:
    """Of two concurrent deletes of an object without finalizers exactly one removes it; the other gets 404."""
    server.make("ConfigMap", "x")
    request = delete(CONFIG_MAP, "shop", "x")
    answer, _ = server.steps(request, stored(server), meanwhile=lambda: server.steps(request, stored(server)))
    assert (answer.status, server.etcd.revision) == (404, 4)


def test_an_unbound_pod_is_marked_and_then_removed(server: Server) -> None:
    """Two transactions, the second a follow-up; the answer is the marked object at the deletion's revision."""
    server.make("Pod", "p", spec={"containers": [{"name": "c", "image": "i:1"}]})
    answer, trace = server.steps(delete(POD, "shop", "p"), server.read("Pod", "p"))
    assert answer.object is not None
    assert trace == ["Reread", "Attempt", "FollowUp", "Attempt"]
    assert (answer.object.deletion_grace_period_seconds, answer.object.generation) == (0, 2)
    assert (answer.revision, server.etcd.revision, server.read("Pod", "p")) == (5, 5, None)


def test_a_pod_that_is_gone_after_its_mark_was_deleted_all_the_same(server: Server) -> None:
    """The follow-up that finds nothing is a success for whoever has marked: somebody else finished the work."""
    server.make("Pod", "p", spec={"containers": [{"name": "c", "image": "i:1"}]})
    lookup = EtcdLookup(server.etcd)
    request = delete(POD, "shop", "p", options=Options(precondition_resource_version="3"))
    fresh = server.read("Pod", "p")
    attempt = decide(request, fresh, current=True, lookup=lookup)
    assert isinstance(attempt, Attempt)
    follow_up = commit(server.etcd, attempt, lookup)
    assert isinstance(follow_up, FollowUp)
    assert server.steps(delete(POD, "shop", "p"), None)[0].status == 200
    assert decide(follow_up.request, None, current=False, lookup=lookup) == Reread(follow_up.request)
    answer = decide(follow_up.request, None, current=True, lookup=lookup)
    assert isinstance(answer, Answer)
    assert answer.status == 200


def test_the_mark_moves_a_deletes_own_precondition_forward(server: Server) -> None:
    """A DELETE of one version goes on after its own mark has made another."""
    server.make("Pod", "p", spec={"containers": [{"name": "c", "image": "i:1"}]})
    request = delete(POD, "shop", "p", options=Options(precondition_resource_version="3"))
    answer, trace = server.steps(request, server.read("Pod", "p"))
    assert (answer.status, trace) == (200, ["Reread", "Attempt", "FollowUp", "Attempt"])
    assert server.read("Pod", "p") is None


def test_a_removal_refuses_only_after_a_fresh_read(server: Server) -> None:
    """A precondition that fails on a cached copy proves nothing, in the last stage too."""
    made = server.make("ConfigMap", "x")
    stale = Stored.decode(made.with_metadata(uid="uid-of-old"), 2)
    request = delete(CONFIG_MAP, "shop", "x").at(Remove(uid=made.uid))
    answer, trace = server.steps(request, stale)
    assert (answer.status, trace) == (200, ["Reread", "Attempt"])


def let_go_racing(server: Server, meanwhile: Callable[[], object]) -> Answer:
    """Take the last finalizer off a marked config map while somebody else acts."""
    server.make("ConfigMap", "x", metadata={"finalizers": ["x/y"]})
    server.steps(delete(CONFIG_MAP, "shop", "x"), stored(server))
    let_go = patch(CONFIG_MAP, "shop", "x", freeze_map({"metadata": {"finalizers": None}}))
    return server.steps(let_go, stored(server), meanwhile=meanwhile)[0]


def test_two_may_take_the_last_finalizer_off(server: Server) -> None:
    """Whoever comes second finds nothing to remove, and is told the same as the first: the object that it asked for."""
    let_go = patch(CONFIG_MAP, "shop", "x", freeze_map({"metadata": {"finalizers": None}}))
    answer = let_go_racing(server, lambda: server.steps(let_go, stored(server)))
    assert answer.object is not None
    assert (answer.status, answer.object.finalizers, server.etcd.revision) == (200, (), 5)


def test_a_patch_that_lets_go_may_remove_the_next_incarnation(server: Server) -> None:
    """Only a PUT with a uid makes the removal conditional on the incarnation; a PATCH removes what it finds.

    Source: Kubernetes 1.36, ``registry/store.go`` (deleteWithoutFinalizers gets the request's own preconditions).
    """

    def recreate() -> None:
        let_go = patch(CONFIG_MAP, "shop", "x", freeze_map({"metadata": {"finalizers": None}}))
        server.steps(let_go, stored(server))
        server.make("ConfigMap", "x", data={"new": "1"})

    assert let_go_racing(server, recreate).status == 200
    assert server.read("ConfigMap", "x") is None


def test_a_bound_pod_is_only_marked(server: Server) -> None:
    """A running pod waits for its grace period; a repeated DELETE changes nothing, a shorter one does."""
    spec = {"containers": [{"name": "c", "image": "i:1"}], "nodeName": "n1"}
    server.make("Pod", "p", spec=spec)
    first, trace = server.steps(delete(POD, "shop", "p"), server.read("Pod", "p"))
    assert first.object is not None
    assert (first.object.deletion_grace_period_seconds, trace) == (30, ["Reread", "Attempt"])
    again, trace = server.steps(delete(POD, "shop", "p"), server.read("Pod", "p"))
    assert (again.object, trace) == (first.object, ["Reread"])
    shorter = delete(POD, "shop", "p", options=Options(grace_period_seconds=5))
    third, _ = server.steps(shorter, server.read("Pod", "p"))
    assert third.object is not None
    assert (third.object.deletion_grace_period_seconds, third.object.generation) == (5, 2)
    now = delete(POD, "shop", "p", options=Options(grace_period_seconds=0))
    assert server.steps(now, server.read("Pod", "p"))[0].status == 200
    assert server.read("Pod", "p") is None


def test_a_put_creates_where_the_kind_allows_it(server: Server) -> None:
    """A PUT on a missing lease makes one, even with an old version; if somebody else was first, it is an update."""
    lease = Object.of({"metadata": {"name": "l", "namespace": "shop", "resourceVersion": "1"}})
    answer, trace = server.steps(update(LEASE, lease), None)
    assert (answer.status, trace) == (201, ["Reread", "Attempt"])
    other = Object.of({"metadata": {"name": "m", "namespace": "shop"}})
    answer, trace = server.steps(update(LEASE, other), None, meanwhile=lambda: server.make("Lease", "m"))
    assert (answer.status, answer.causes[0].field) == (422, "metadata.resourceVersion")


@pytest.mark.parametrize(
    "request_",
    [
        create(CONFIG_MAP, config_map("new"), options=Options(dry_run=("All",))),
        update(CONFIG_MAP, config_map(), options=Options(dry_run=("All",))),
        patch(CONFIG_MAP, "shop", "x", freeze_map({"data": {"z": "1"}}), options=Options(dry_run=("All",))),
        delete(CONFIG_MAP, "shop", "x", options=Options(dry_run=("All",))),
    ],
    ids=str,
)
def test_a_dry_run_changes_nothing(server: Server, request_: Request) -> None:
    """A dry run answers as the real thing would, makes no transaction, and shows the old version or none."""
    server.make("ConfigMap", "x")
    before = (server.etcd.revision, dict(server.etcd.keys))
    answer, trace = server.steps(request_, stored(server))
    assert answer.ok
    assert "Attempt" not in trace
    assert (server.etcd.revision, dict(server.etcd.keys)) == before
    assert answer.object is None or answer.object.resource_version in ("", "3")


def test_only_writes_of_one_object_are_decided() -> None:
    """Reads have steps of their own."""
    with pytest.raises(ValueError, match="is not a write of one object"):
        decide(Request(verb="list", kind=POD), None, current=True, lookup=EtcdLookup(fresh_server().etcd))
