"""Several masters: as many API servers, and as many members of etcd, each server at its own member."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..cluster import Cluster
from ..scenario import Scenario
from .editors import editor, petition


def reader() -> Generator[Effect, Any, None]:
    """Somebody who lists all petitions as they are now, and then reads each of them as it is now."""
    try:
        listed = yield from api.list_live("ConfigMap", namespace="default")
        for each in listed.items or ():
            yield from api.get("ConfigMap", (each.namespace, each.name), live=True)
    except ApiError:
        return


def masters(count: int = 3) -> Scenario:
    """An editor at the first master, a reader at the second, one at the third; the network between them may break."""
    scripts = {"editor-1": editor("editor-1", conditional=True), "reader": reader}
    if count > 2:  # noqa: PLR2004 - the third one has an editor of its own
        scripts["editor-2"] = editor("editor-2", conditional=True)
    return Scenario(
        "masters",
        Cluster(objects=[petition()], scripts=scripts, apiservers=count, etcd_members=count, remembers=True),
        summary=(
            "three masters, each an API server at a member of etcd of its own: people edit and read one ConfigMap at "
            "all of them while a member lags or is cut off"
        ),
        faults={"stale-cache": 2, "partition": 1},
    )
