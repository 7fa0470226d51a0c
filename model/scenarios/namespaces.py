"""Namespaces that are missing, that cannot go, and that go while somebody still fills them."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver import request as requests
from ..cluster import Cluster
from ..kinds import of_name
from ..objects import Object
from ..profiles import Profile
from ..scenario import Scenario

SHOP = ("", "shop")


def note(namespace: str) -> Object:
    """A ConfigMap in a namespace."""
    return Object.of(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "note", "namespace": namespace}, "data": {}}
    )


def namespace(name: str) -> Object:
    """A namespace."""
    return Object.of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def stranger() -> Generator[Effect, Any, None]:
    """Somebody who creates an object in a namespace that does not exist, and then in one that does."""
    for place in ("nowhere", "shop"):
        try:
            yield from api.create(note(place))
        except ApiError:
            continue


def iconoclast() -> Generator[Effect, Any, None]:
    """Somebody who deletes the namespace without which a cluster cannot be."""
    try:
        yield from api.delete("Namespace", ("", "default"))
    except ApiError:
        return


def leaver() -> Generator[Effect, Any, None]:
    """Somebody who deletes the shop."""
    try:
        yield from api.delete("Namespace", SHOP)
    except ApiError:
        return


def undertaker() -> Generator[Effect, Any, None]:
    """The namespace controller, which looks whether the shop is empty and then lets it go."""
    found = yield from api.get("Namespace", SHOP, live=True)
    if found is None or not found.is_terminating:
        return
    if (yield from api.setting("namespace-check")) == "settled":
        yield from api.await_settled("Namespace", "shop")
    if (yield from api.get("ConfigMap", ("shop", "note"), live=True)) is not None:
        try:
            yield from api.delete("ConfigMap", ("shop", "note"))
        except ApiError:
            return
    finalized = requests.update(of_name("Namespace"), found.with_field("spec.finalizers", ()), subresource="finalize")
    yield from api.ask(finalized)


def creator() -> Generator[Effect, Any, None]:
    """Somebody who creates an object in the shop."""
    try:
        yield from api.create(note("shop"))
    except ApiError:
        return


def namespaces(servers: int = 2) -> Scenario:
    """Objects are created in namespaces that are and are not, and somebody tries to delete the default one."""
    scripts = {"stranger": stranger, "iconoclast": iconoclast, "leaver": leaver}
    objects = [namespace("default"), namespace("shop"), note("default")]
    return Scenario(
        "namespaces",
        Cluster(objects=objects, scripts=scripts, apiservers=servers, cached=("namespaces",)),
        summary="objects are created in a namespace that is missing and in one that goes; the default one cannot go",
        faults={"stale-cache": 1},
    )


def teardown(servers: int = 2) -> Scenario:
    """A namespace is emptied and removed while somebody creates an object in it."""
    scripts = {"leaver": leaver, "undertaker": undertaker, "creator": creator}
    return Scenario(
        "teardown",
        Cluster(objects=[namespace("shop")], scripts=scripts, apiservers=servers, cached=("namespaces",)),
        summary="a namespace is emptied and removed while somebody creates an object in it",
        hazards=("created-during-teardown",),
        faults={"stale-cache": 1},
    )


def teardown_settled(servers: int = 2) -> Scenario:
    """The same, but the namespace is emptied only when no server would admit anything into it any more."""
    scripts = {"leaver": leaver, "undertaker": undertaker, "creator": creator}
    cluster = Cluster(
        objects=[namespace("shop")],
        scripts=scripts,
        apiservers=servers,
        homes={"undertaker": "a", "creator": "b"},
        cached=("namespaces",),
        profile=Profile(namespace_check="settled"),
    )
    return Scenario(
        "teardown-settled",
        cluster,
        summary="a namespace is emptied and removed once every server knows of its end; somebody creates an object",
        faults={"stale-cache": 1},
    )
