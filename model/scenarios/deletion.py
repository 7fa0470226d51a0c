"""An object is deleted while others hold on to it or change it."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.request import Options
from ..cluster import Cluster
from ..objects import Object
from ..reconcile import Reconciler
from ..scenario import Scenario

THING = ("default", "thing")
HOLD, BACKUP = "example.com/hold", "example.com/backup"
CONFLICT = 409


def thing(*finalizers: str) -> Object:
    """A ConfigMap with these finalizers."""
    held = Object.of(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": THING[1], "namespace": THING[0]},
            "data": {"k": "0"},
        }
    )
    return held.with_finalizers(finalizers)


def deleter() -> Generator[Effect, Any, None]:
    """Somebody who deletes the object."""
    try:
        yield from api.delete("ConfigMap", THING)
    except ApiError:
        return


def releaser(finalizer: str) -> Reconciler:
    """The owner of a finalizer: takes it off if the object is being deleted; on a conflict it looks again."""

    def release() -> Generator[Effect, Any, None]:
        while True:
            found = yield from api.get("ConfigMap", THING, live=True)
            if found is None or not found.is_terminating:
                return
            left = tuple(each for each in found.finalizers if each != finalizer)
            try:
                yield from api.update(found.with_finalizers(left))
            except ApiError as error:
                if error.status != CONFLICT:
                    return
            else:
                return

    return release


def overwriter() -> Generator[Effect, Any, None]:
    """Somebody who replaces the object by one of their own making, which knows nothing of a deletion."""
    try:
        yield from api.update(thing(HOLD, BACKUP).with_field("data.k", "1"), conditional=False)
    except ApiError:
        return


def editor() -> Generator[Effect, Any, None]:
    """Somebody who changes what they read, on condition that it is still so."""
    found = yield from api.get("ConfigMap", THING, live=True)
    if found is None:
        return
    try:
        yield from api.update(found.with_field("data.k", "1"))
    except ApiError:
        return


def holder() -> Generator[Effect, Any, None]:
    """A controller that adds its finalizer, so that the object does not go before it has cleaned up."""
    try:
        yield from api.patch("ConfigMap", THING, {"metadata": {"finalizers": [HOLD]}})
    except ApiError:
        return


def deletion(servers: int = 2) -> Scenario:
    """An object with two finalizers is deleted, released by both holders, and overwritten meanwhile."""
    scripts = {
        "deleter": deleter,
        "holder": releaser(HOLD),
        "backup": releaser(BACKUP),
        "overwriter": overwriter,
    }
    return Scenario(
        "deletion",
        Cluster(objects=[thing(HOLD, BACKUP)], scripts=scripts, apiservers=servers),
        summary="an object with two finalizers is deleted while somebody overwrites it and its two holders let go",
        hazards=("unconditional-update", "last-finalizer-taken-off"),
        faults={"stale-cache": 2, "lost-answer": 1},
    )


def with_policy(policy: str) -> Reconciler:
    """Somebody who deletes the object with a propagation policy."""

    def delete() -> Generator[Effect, Any, None]:
        try:
            yield from api.delete("ConfigMap", THING, options=Options(propagation_policy=policy))
        except ApiError:
            return

    return delete


def policies(servers: int = 2) -> Scenario:
    """An object is deleted by two people with different propagation policies."""
    scripts = {"foreground": with_policy("Foreground"), "orphan": with_policy("Orphan")}
    return Scenario(
        "policies",
        Cluster(objects=[thing(HOLD)], scripts=scripts, apiservers=servers),
        summary="an object is deleted twice, with different propagation policies",
        hazards=("second-deletion-policy",),
        faults={"stale-cache": 1},
    )


def finalizer_race(servers: int = 1) -> Scenario:
    """A finalizer is added while a DELETE is under way."""
    scripts = {"deleter": deleter, "holder": holder}
    return Scenario(
        "finalizer-race",
        Cluster(objects=[thing()], scripts=scripts, apiservers=servers),
        summary="a controller adds its finalizer while a DELETE of the object is under way",
        hazards=("finalizer-added-during-delete",),
    )


def release_race(servers: int = 2) -> Scenario:
    """The last finalizer is taken off while somebody changes the object."""
    scripts = {"deleter": deleter, "holder": releaser(HOLD), "editor": editor}
    return Scenario(
        "release-race",
        Cluster(objects=[thing(HOLD)], scripts=scripts, apiservers=servers),
        summary="the holder of the last finalizer lets a deleted object go while somebody changes it",
        hazards=("last-finalizer-taken-off",),
        faults={"stale-cache": 1},
    )
