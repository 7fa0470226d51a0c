"""Finalizers that somebody relies on: put there before the deletion, and put there by two at once."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..cluster import Cluster
from ..reconcile import Reconciler
from ..scenario import Scenario
from .deletion import CONFLICT, HOLD, THING, releaser, thing

DOMAIN = "example.com"


def holder() -> Generator[Effect, Any, None]:
    """A controller that adds its finalizer to what it read, so that the object does not go before it has cleaned up."""
    found = yield from api.get("ConfigMap", THING, live=True)
    if found is None or found.is_terminating:
        return
    try:
        yield from api.update(found.with_finalizers((*found.finalizers, HOLD)))
    except ApiError:
        return


def careful_deleter() -> Generator[Effect, Any, None]:
    """Somebody who deletes the object once they have seen that it is held."""
    found = yield from api.get("ConfigMap", THING, live=True)
    if found is None or HOLD not in found.finalizers:
        return
    try:
        yield from api.delete("ConfigMap", THING)
    except ApiError:
        return


def sealer(name: str) -> Reconciler:
    """A controller that adds its finalizer, ``example.com/NAME``, to those that it read: a merge patch of the list."""
    own = f"{DOMAIN}/{name}"

    def seal() -> Generator[Effect, Any, None]:
        careful = (yield from api.setting("patches")) == "with-version"
        while True:
            found = yield from api.get("ConfigMap", THING, live=True)
            if found is None or own in found.finalizers:
                return
            change: dict[str, Any] = {"finalizers": [*found.finalizers, own]}
            if careful:
                change["resourceVersion"] = found.resource_version
            try:
                yield from api.patch("ConfigMap", THING, {"metadata": change})
            except ApiError as error:
                if error.status != CONFLICT:
                    return
            else:
                return

    return seal


def held_first(servers: int = 2) -> Scenario:
    """An object is deleted, through a server that lags, by somebody who has seen that it has a finalizer."""
    return Scenario(
        "held-first",
        Cluster(
            objects=[thing()],
            scripts={"holder": holder, "deleter": careful_deleter, "cleaner": releaser(HOLD)},
            apiservers=servers,
        ),
        summary="an object is deleted by somebody who saw its finalizer, through a server that may not have seen it",
        faults={"stale-cache": 1},
    )


def two_seals(servers: int = 1) -> Scenario:
    """Two controllers add their finalizers to one object at once."""
    return Scenario(
        "two-seals",
        Cluster(
            objects=[thing()],
            scripts={"alpha": sealer("alpha"), "beta": sealer("beta")},
            apiservers=servers,
        ),
        summary="two controllers add their finalizers to one object at once, each by a merge patch of the list",
        faults={"stale-cache": 1},
    )
