"""Claims and those who use them: one that is deleted while a pod uses it, and one of a database that was made anew."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api, kinds
from ..api import ApiError, Effect
from ..apiserver import request as requests
from ..apiserver.request import Options, Request
from ..cluster import Cluster
from ..frozen_json import freeze_map
from ..machinery.controller import Controller, Seen
from ..machinery.expectations import Expectations
from ..machinery.informer import Change
from ..machinery.workqueue import Key
from ..objects import Object, ObjectKey
from ..profiles import EARLIER
from ..scenario import Scenario

CLAIMS, PODS = "persistentvolumeclaims", "pods"
DATA, DB = ("default", "data-db"), ("default", "db")
PROTECTED = "kubernetes.io/pvc-protection"
DATABASES = kinds.of_name("Database.v1.example.com")


def claim(*finalizers: str) -> Object:
    """The claim of the database's volume."""
    asked = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    metadata = {"name": DATA[1], "namespace": DATA[0]}
    made = Object.of({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": metadata, "spec": asked})
    return made.with_finalizers(finalizers)


def pod() -> Object:
    """A pod that uses the claim."""
    volume = {"name": "data", "persistentVolumeClaim": {"claimName": DATA[1]}}
    spec = {"containers": [{"name": "db", "image": "db:1"}], "volumes": [volume]}
    return Object.of({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": DB[1], "namespace": DB[0]}, "spec": spec})


def used_by(pod: Object) -> tuple[str, ...]:
    """The names of the claims that a pod uses."""
    volumes = pod.spec.get("volumes", ())
    return tuple(each["persistentVolumeClaim"]["claimName"] for each in volumes if "persistentVolumeClaim" in each)


# --- A claim that is deleted while it is used -------------------------------------------------------------------


def user() -> Generator[Effect, Any, None]:
    """Somebody who makes a pod, then deletes the claim that it uses, and then the pod."""
    try:
        yield from api.create(pod())
        yield from api.delete("PersistentVolumeClaim", DATA)
        yield from api.delete("Pod", DB)
    except ApiError:
        return


def _protect(key: Key) -> Generator[Effect, Any, None]:
    """Let a deleted claim go when no pod uses it; with ``live-get`` the API server is asked once more before."""
    found = yield from api.get("PersistentVolumeClaim", key)
    if found is None or not found.is_terminating or PROTECTED not in found.finalizers:
        return
    pods = yield from api.list("Pod", namespace=key.namespace)
    if any(key.name in used_by(each) for each in pods):
        return
    if (yield from api.setting("live-get")) == "yes":
        listed = yield from api.list_live("Pod", namespace=key.namespace)
        if any(key.name in used_by(each) for each in listed.items or ()):
            return
    left = tuple(each for each in found.finalizers if each != PROTECTED)
    yield from api.update(found.with_finalizers(left))


def _concerned(resource: str, change: Change, expectations: Expectations) -> Seen:
    """A change of a claim concerns it, one of a pod the claims that it uses."""
    stored = change.new or change.old
    assert stored is not None  # noqa: S101 - a change has at least one of the two
    names = (stored.object.name,) if resource == CLAIMS else used_by(stored.object)
    return Seen(tuple(Key(stored.object.namespace, name) for name in names), expectations)


def protection() -> Controller:
    """The controller that keeps claims while pods use them.

    Source: Kubernetes 1.36, ``pkg/controller/volume/pvcprotection/pvc_protection_controller.go``.
    """
    return Controller("pvc-protection", _protect, (CLAIMS, PODS), _concerned)


def claim_in_use(servers: int = 1) -> Scenario:
    """A claim is deleted while a pod uses it that was made right before."""
    cluster = Cluster(
        objects=[claim(PROTECTED)],
        reconcilers=[protection()],
        scripts={"user": user},
        apiservers=servers,
    )
    return Scenario(
        "claim-in-use",
        cluster,
        summary="a claim is deleted right after a pod was made that uses it, while its protector's informers lag",
        faults={"stale-cache": 2},
    )


# --- A database that was deleted and made anew, with its claim ---------------------------------------------------


def database() -> Object:
    """A database, as an operator defines it."""
    metadata = {"name": DB[1], "namespace": DB[0], "finalizers": ["example.com/operator"]}
    return Object.of({"apiVersion": "example.com/v1", "kind": "Database", "metadata": metadata, "spec": {}})


def _operate(key: Key) -> Generator[Effect, Any, None]:
    """Delete the claim of a database that is being deleted: by its name, or that very one if it is the database's."""
    found = yield from api.get(DATABASES, key)
    if found is None or not found.is_terminating:
        return
    if (yield from api.setting("deletes")) == "by-name":
        yield from api.delete("PersistentVolumeClaim", (key.namespace, f"data-{key.name}"))
        return
    for each in (yield from api.list("PersistentVolumeClaim", owner=found, namespace=key.namespace)):
        this = Options(precondition_uid=each.uid)
        yield from api.delete("PersistentVolumeClaim", (each.namespace, each.name), options=this)


def _owned(resource: str, change: Change, expectations: Expectations) -> Seen:
    """A change of a database concerns it; what becomes of claims is nobody's business here."""
    stored = change.new or change.old
    keys = (Key(stored.object.namespace, stored.object.name),) if stored and resource == DATABASES.resource else ()
    return Seen(keys, expectations)


def closer() -> Generator[Effect, Any, None]:
    """Somebody who deletes the database."""
    try:
        yield from api.delete(DATABASES, DB)
    except ApiError:
        return


def operator() -> Controller:
    """The operator of databases, as many were written.

    Source: zookeeper-operator issue 312, cass-operator issue 412.
    """
    return Controller("operator", _operate, (DATABASES.resource, CLAIMS), _owned)


def _made_anew() -> tuple[list[Object], list[Request]]:
    """A database that is being deleted with its claim; and that they went, and were made anew."""
    objects: list[Object] = []
    for made in (database(), claim()):
        objects.append(_of(objects, [], made))
    let_go = freeze_map({"metadata": {"finalizers": ()}})
    since = [
        requests.delete(DATABASES, *DB),
        requests.delete(kinds.of_name("PersistentVolumeClaim"), *DATA),
        requests.patch(DATABASES, *DB, let_go),
    ]
    for made in (database(), claim()):
        kind = kinds.of_object(made.api_version, made.kind)
        since.append(requests.create(kind, _of(objects, since, made)))
    return objects, since


def _of(objects: list[Object], since: list[Request], made: Object) -> Object:
    """The claim with its owner, as that lies in etcd by then; a database as it is."""
    if made.kind != "PersistentVolumeClaim":
        return made
    keys = Cluster(objects=objects, since=since).machine("claims").initial.keys
    owner: Object = keys[ObjectKey(DATABASES.resource, *DB).path].value
    return made.with_metadata(ownerReferences=(owner.as_owner().as_json,))


def database_anew(servers: int = 2) -> Scenario:
    """An operator restarts on a server that still shows a database's end, long after it was made anew."""
    objects, since = _made_anew()
    cluster = Cluster(
        objects=objects,
        since=since,
        behind=("b",),
        reconcilers=[operator()],
        scripts={"closer": closer},
        homes={"operator": "a", "closer": "a"},
        apiservers=servers,
        profile=EARLIER,
        requests_outlive=False,
    )
    return Scenario(
        "database-anew",
        cluster,
        summary="an operator restarts on a server that still shows the end of a database that was made anew",
        faults={"stale-cache": 3, "crash": 1},
    )
