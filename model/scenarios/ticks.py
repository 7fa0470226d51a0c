"""Work that is to be done once: a job for each tick, a letter for each order."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver import request as requests
from ..cluster import Cluster
from ..frozen_json import freeze_map
from ..kinds import of_name
from ..machinery.controller import reconciler
from ..machinery.workqueue import Key
from ..objects import Object
from ..scenario import Scenario
from .namespaces import namespace

SCHEDULED = "batch.kubernetes.io/cronjob-scheduled-timestamp"
ANSWERED = "example.com/answered"
ORDER = ("default", "order")
ORDERS = of_name("Order.v1.example.com")
_TICK = "2000-01-01T00:00:00Z"
_TRIES = 2


def job() -> Object:
    """The job of one tick, without a name."""
    spec = {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "work", "image": "work:1"}]}}}
    metadata = {"namespace": "default", "annotations": {SCHEDULED: _TICK}}
    return Object.of({"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec})


def ticker() -> Generator[Effect, Any, None]:
    """Makes the job of a tick, and tries again when no answer comes; its name is the tick's, or made up each time."""
    generated = (yield from api.setting("names")) == "generated"
    name = {"generateName": "report-"} if generated else {"name": "report-946684800"}
    for _ in range(_TRIES):
        try:
            yield from api.create(job().with_metadata(**name))
        except ApiError as error:
            if error.reason == "AlreadyExists":
                return
        else:
            return


def tick(servers: int = 2) -> Scenario:
    """The job of one tick is made, and the answer is lost."""
    return Scenario(
        "tick",
        Cluster(objects=[namespace("default")], scripts={"ticker": ticker}, apiservers=servers, cached=("jobs",)),
        summary="a job is made for a tick, its answer is lost, and it is made again",
        faults={"stale-cache": 1, "lost-answer": 1},
    )


# --- A letter for each order ------------------------------------------------------------------------------------


def order() -> Object:
    """An object of a kind of one's own that says what is wanted."""
    metadata = {"name": ORDER[1], "namespace": ORDER[0]}
    return Object.of({"apiVersion": "example.com/v1", "kind": "Order", "metadata": metadata, "spec": {"item": "book"}})


def letter(about: Object) -> Object:
    """What a handler does in the world outside, as an object: one each time."""
    answers = f"{about.uid}/{about.generation}"
    metadata = {"generateName": "letter-", "namespace": about.namespace, "annotations": {ANSWERED: answers}}
    return Object.of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


@reconciler(watches=ORDERS, name="operator")
def operator(key: Key) -> Generator[Effect, Any, None]:
    """Write a letter for each new order, and note on the order that it was written.

    Source: kopf documentation, Configuration (Consistency).
    """
    awaits = (yield from api.setting("own-patch")) == "awaited"
    if awaits:
        yield from api.await_own_writes(key)
    found = yield from api.get(ORDERS, key)
    if found is None or found.annotations.get(ANSWERED) == str(found.generation):
        return
    yield from api.create(letter(found))
    noted = {"metadata": {"annotations": {ANSWERED: str(found.generation)}}}
    patched = yield from api.patch(ORDERS, key, noted)
    if awaits:
        yield from api.wrote(key, patched)


def letters(servers: int = 1) -> Scenario:
    """An operator handles an order that somebody else has labelled meanwhile."""
    labelled = freeze_map({"metadata": {"labels": {"seen": "yes"}}})
    cluster = Cluster(
        objects=[order()],
        since=[requests.patch(ORDERS, *ORDER, labelled)],
        behind=("a",),
        reconcilers=[operator],
        apiservers=servers,
        requests_outlive=False,
    )
    return Scenario(
        "letters",
        cluster,
        summary="an operator handles an object and notes that on it, while a label of somebody else's arrives",
        faults={"stale-cache": 2},
    )
