"""Several people patch one object, which merges what an update would overwrite."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..cluster import Cluster
from ..objects import Object
from ..reconcile import Reconciler
from ..scenario import Scenario

BOARD = ("default", "board")


def board() -> Object:
    """A ConfigMap to which people pin notes, each under a key of their own."""
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": BOARD[1], "namespace": BOARD[0]},
            "data": {"title": "notes"},
        }
    )


def pinner(key: str) -> Reconciler:
    """Somebody who pins a note; nothing is read before, so nothing is sent that could conflict."""

    def pin() -> Generator[Effect, Any, None]:
        try:
            yield from api.patch("ConfigMap", BOARD, {"data": {key: "pinned"}})
        except ApiError:
            return

    return pin


def careful() -> Generator[Effect, Any, None]:
    """Somebody who changes the title only if nobody has touched the board since they looked."""
    found = yield from api.get("ConfigMap", BOARD, live=True)
    if found is None:
        return
    version = {"resourceVersion": found.resource_version}
    try:
        yield from api.patch("ConfigMap", BOARD, {"metadata": version, "data": {"title": "news"}})
    except ApiError:
        return


def repeater() -> Generator[Effect, Any, None]:
    """Somebody who sets the title to what it is, and then signs a board of another's making, by its uid."""
    try:
        yield from api.patch("ConfigMap", BOARD, {"data": {"title": "notes"}})
        yield from api.patch("ConfigMap", BOARD, {"metadata": {"uid": "of-another"}, "data": {"signed": "yes"}})
    except ApiError:
        return


def patches(servers: int = 2) -> Scenario:
    """Notes are pinned at once, the title is changed on condition, and somebody changes nothing."""
    scripts: dict[str, Reconciler] = {
        "pinner-1": pinner("one"),
        "pinner-2": pinner("two"),
        "careful": careful,
        "repeater": repeater,
    }
    return Scenario(
        "patches",
        Cluster(objects=[board()], scripts=scripts, apiservers=servers),
        summary="people patch one ConfigMap through two API servers: blindly, on condition, and without any effect",
        faults={"stale-cache": 2},
    )
