"""The laws of objects, after each request of random sequences of them: whatever is asked, these hold.

The requests are of all verbs, on a few kinds and names, through the whole chain of a server that is set up as a real
one.  Their preconditions are right, wrong or absent, their objects valid and invalid.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

from attrs import evolve, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from seatrial.model.apiserver import ADMIN, FULL, JSON, MERGE_PATCH, Answer
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import freeze
from seatrial.model.objects import Object, ObjectKey

SETTINGS: Final = evolve(FULL, tokens={"t": ADMIN})
NAMES: Final = ("a", "a", "b")
KINDS: Final[Mapping[str, str]] = {
    "configmaps": "/api/v1",
    "pods": "/api/v1",
    "replicasets": "/apis/apps/v1",
    "leases": "/apis/coordination.k8s.io/v1",
}
HAVE_GENERATION: Final = ("pods", "replicasets")
COLLECTORS: Final = {"orphan", "foregroundDeletion"}

OPERATIONS: Final = (
    *("create", "create", "put", "put", "patch", "delete", "delete", "deletecollection"),
    *("status", "scale", "binding", "eviction", "create generated"),
)

ONLY_OF: Final = {"binding": "pods", "eviction": "pods", "scale": "replicasets", "status": "pods"}
"""The resource that an operation is asked of, whatever was chosen: the others do not have it."""


@frozen
class Ask:
    """One random request; what it means depends on what is there when it is made."""

    operation: str
    chosen: str
    name: str
    value: int
    uid: str
    version: str
    finalizers: tuple[str, ...] | None
    policy: str
    grace: int | None
    dry: bool
    valid: bool

    @property
    def resource(self) -> str:
        """What it is asked of."""
        return ONLY_OF.get(self.operation, self.chosen)


ASKS: Final = st.builds(
    Ask,
    operation=st.sampled_from(OPERATIONS),
    chosen=st.sampled_from(sorted(KINDS)),
    name=st.sampled_from(NAMES),
    value=st.integers(0, 2),
    uid=st.sampled_from(["absent", "absent", "right", "wrong"]),
    version=st.sampled_from(["absent", "right", "right", "wrong"]),
    finalizers=st.sampled_from([None, (), ("x/y",), ("x/y", "x/z"), ("x/z",)]),
    policy=st.sampled_from(["", "", "Background", "Foreground", "Orphan"]),
    grace=st.sampled_from([None, None, 0, 5, 60, -1]),
    dry=st.sampled_from([False, False, False, True]),
    valid=st.sampled_from([True, True, True, False]),
)


def content(ask: Ask) -> dict[str, Any]:
    """What an object of a kind holds besides metadata; invalid if that is wanted."""
    labels = {"app": "x"} if ask.valid else {"app": "not a label!"}
    containers = [{"name": "c", "image": f"img:{ask.value}"}]
    match ask.resource:
        case "configmaps":
            return {"data": {"k": str(ask.value)} if ask.valid else {"not a key!": "v"}}
        case "pods":
            return {"spec": {"containers": containers if ask.valid else []}}
        case "leases":
            return {"spec": {"holderIdentity": str(ask.value), "leaseDurationSeconds": 1 if ask.valid else -1}}
        case _:
            template = {"metadata": {"labels": labels}, "spec": {"containers": containers}}
            return {"spec": {"replicas": ask.value, "selector": {"matchLabels": {"app": "x"}}, "template": template}}


def preconditions(ask: Ask, there: Object | None) -> dict[str, str]:
    """A uid and a resourceVersion: those of what is there, wrong ones, or none."""
    right = {"uid": there.uid, "resourceVersion": there.resource_version} if there is not None else {}
    wrong = {"uid": "no-such-uid", "resourceVersion": "1"}
    wanted = {"uid": ask.uid, "resourceVersion": ask.version}
    chosen = {name: {"right": right, "wrong": wrong, "absent": {}}[how].get(name) for name, how in wanted.items()}
    return {name: value for name, value in chosen.items() if value}


def request_of(ask: Ask, there: Object | None) -> HttpRequest:
    """The HTTP request that a random one means now."""
    method, path, body, media_type = _http(ask, there)
    query = {"dryRun": "All"} if ask.dry and method != "DELETE" else {}
    return HttpRequest(
        method=method,
        path=f"{KINDS[ask.resource]}/namespaces/shop/{ask.resource}{path}",
        query=query,
        body=freeze(body),
        media_type=media_type,
        token="t",  # noqa: S106 - no secret
    )


def _http(ask: Ask, there: Object | None) -> tuple[str, str, object, str]:
    """Method, path within the collection, body, and the body's type."""
    found, path = preconditions(ask, there), f"/{ask.name}"
    metadata = _metadata(ask)
    match ask.operation:
        case "create":
            return "POST", "", {"metadata": metadata, **content(ask)}, JSON
        case "create generated":
            return "POST", "", {"metadata": {**metadata, "generateName": ask.name, "name": ""}, **content(ask)}, JSON
        case "put":
            return "PUT", path, {"metadata": {**metadata, **found}, **_changed(ask, there)}, JSON
        case "patch":
            change = {} if ask.resource == "pods" else content(ask)
            return "PATCH", path, {"metadata": {**metadata, **found}, **change}, MERGE_PATCH
        case "status":
            phase = "Running" if ask.value else "Succeeded"
            return "PATCH", f"{path}/status", {"metadata": found, "status": {"phase": phase}}, MERGE_PATCH
        case "delete" | "deletecollection" as how:
            return "DELETE", path if how == "delete" else "", _options(ask, found), JSON
        case _:
            return _asked_of_one(ask, found)


def _asked_of_one(ask: Ask, found: Mapping[str, str]) -> tuple[str, str, object, str]:
    path, metadata = f"/{ask.name}/{ask.operation}", {"name": ask.name, **found}
    match ask.operation:
        case "scale":
            replicas = ask.value if ask.valid else -1
            return "PUT", path, {"metadata": metadata, "spec": {"replicas": replicas}}, JSON
        case "binding":
            return "POST", path, {"metadata": metadata, "target": {"name": "n" if ask.valid else ""}}, JSON
        case _:
            return "POST", path, {"metadata": {"name": ask.name}, "deleteOptions": _options(ask, found)}, JSON


def _metadata(ask: Ask) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": ask.name, "annotations": {"v": str(ask.value)}}
    return metadata if ask.finalizers is None else {**metadata, "finalizers": list(ask.finalizers)}


def _changed(ask: Ask, there: Object | None) -> dict[str, Any]:
    """What a PUT wants: of a pod, another deadline, since little else of it may change."""
    if there is None or ask.resource != "pods":
        return content(ask)
    return {"spec": {**there.thaw()["spec"], "activeDeadlineSeconds": 10 - ask.value}}


def _options(ask: Ask, found: Mapping[str, str]) -> dict[str, Any]:
    """The options of a deletion."""
    options: dict[str, Any] = {"preconditions": dict(found)} if found else {}
    options |= {"propagationPolicy": ask.policy} if ask.policy else {}
    options |= {} if ask.grace is None else {"gracePeriodSeconds": ask.grace}
    return options | ({"dryRun": ["All"]} if ask.dry else {})


def fresh_etcd() -> Member:
    """An etcd with a namespace, its service account, and one object of each kind."""
    etcd = Member()
    first = [("/api/v1/namespaces", {"metadata": {"name": "shop"}})]
    first.append(("/api/v1/namespaces/shop/serviceaccounts", {"metadata": {"name": "default"}}))
    for path, body in first:
        request = HttpRequest(method="POST", path=path, body=freeze(body), token="t")  # noqa: S106 - no secret
        assert answered(etcd, request).status == 201
    for resource in sorted(KINDS):
        ask = Ask("create", resource, "a", 1, "absent", "absent", None, "", None, dry=False, valid=True)
        assert answered(etcd, request_of(ask, None)).status == 201
    return etcd


def answered(etcd: Member, request: HttpRequest) -> Answer:
    """The server's answer."""
    answer = serve(etcd, request, SETTINGS)
    assert isinstance(answer, Answer), answer
    return answer


Store = Mapping[str, tuple[Object, int]]


def store_of(etcd: Member) -> Store:
    """What is stored, and since which revision."""
    return {path: (cast("Object", kv.value), kv.mod_revision) for path, kv in etcd.keys.items()}


def check_change(path: str, old: Object, new: Object, ask: Ask) -> None:
    """The laws of one object that a request has changed."""
    resource = ObjectKey.parse(path).resource
    for name in ("name", "namespace", "uid", "creationTimestamp"):
        assert new.metadata.get(name) == old.metadata.get(name), (path, name)
    if old.is_terminating:
        assert new.deletion_timestamp == old.deletion_timestamp, "deletion cannot be taken back"
        added = set(new.finalizers) - set(old.finalizers)
        deletes = ask.operation in ("delete", "deletecollection", "eviction")
        assert not added or (deletes and added <= COLLECTORS), "finalizers only shrink"
        grace = old.deletion_grace_period_seconds
        assert grace is None or (new.deletion_grace_period_seconds or 0) <= grace, "grace only shrinks"
    if resource not in HAVE_GENERATION:
        assert new.generation == old.generation
        return
    wants_another = new.spec.without("nodeName") != old.spec.without("nodeName")
    begins = new.is_terminating and not old.is_terminating
    assert (old.generation or 0) + (wants_another or begins) == new.generation, path


def check_step(before: Store, after: Store, ask: Ask, answer: Answer, used: set[str]) -> None:
    """The laws of what one request has done."""
    one_by_one = ask.operation == "deletecollection"  # not atomic: the refusal of one does not take back the others
    if (answer.refused and not one_by_one) or ask.dry:
        assert after == before, (ask, answer, "nothing changes")
    if one_by_one:
        assert set(after) <= set(before)
    for path in after:
        new, revision = after[path]
        old, then = before.get(path, (None, 0))
        if old is None:
            assert new.uid not in used, "a uid is never used again"
            used.add(new.uid)
        elif new != old:
            assert revision > then, "versions grow"
            check_change(path, old, new, ask)
        else:
            assert revision == then, "what is as it was is not written"
    if answer.object is not None and answer.object.kind != "Scale" and not ask.dry:
        shown = answer.object
        found = next((value for value in after.values() if value[0].uid == shown.uid), None)
        if found is not None:
            assert shown.resource_version == str(found[1]), "a resourceVersion is where the object was stored"


@settings(derandomize=True, max_examples=120, deadline=None)
@given(asks=st.lists(ASKS, min_size=4, max_size=14))
def test_the_laws_of_objects_hold_after_each_request(asks: list[Ask]) -> None:
    """Uid, generation, deletionTimestamp, finalizers and resourceVersion obey their laws; a refusal changes nothing."""
    etcd = fresh_etcd()
    used = {stored.uid for stored, _ in store_of(etcd).values()}
    for ask in asks:
        before, revision = store_of(etcd), etcd.revision
        there = before.get(ObjectKey(ask.resource, "shop", ask.name).path)
        seen = None if there is None else there[0].with_metadata(resourceVersion=str(there[1]))
        answer = answered(etcd, request_of(ask, seen))
        after = store_of(etcd)
        check_step(before, after, ask, answer, used)
        assert (etcd.revision > revision) == (after != before), "a revision is made exactly when something changes"
        kept = max((mod for _, mod in after.values()), default=0)
        assert kept <= etcd.revision


def test_the_random_requests_reach_what_they_are_about() -> None:
    """Each operation succeeds in some of the runs: the laws are not kept by doing nothing."""
    succeeded: set[str] = set()

    @settings(derandomize=True, max_examples=100, deadline=None, database=None)
    @given(asks=st.lists(ASKS, min_size=10, max_size=14))
    def run(asks: list[Ask]) -> None:
        etcd = fresh_etcd()
        for ask in asks:
            there = store_of(etcd).get(ObjectKey(ask.resource, "shop", ask.name).path)
            seen = None if there is None else there[0].with_metadata(resourceVersion=str(there[1]))
            if answered(etcd, request_of(ask, seen)).ok and not ask.dry:
                succeeded.add(ask.operation)

    run()
    assert succeeded == set(OPERATIONS)
