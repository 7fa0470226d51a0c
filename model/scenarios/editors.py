"""Several people change one object: read, change, write back."""

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

PETITION = ("default", "petition")
CONFLICT = 409


def petition() -> Object:
    """A ConfigMap that people sign."""
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": PETITION[1], "namespace": PETITION[0]},
            "data": {"signed": ""},
        }
    )


def editor(name: str, *, conditional: bool) -> Reconciler:
    """Somebody who adds their name; on a conflict they read again and try again, as ``kubectl edit`` does."""

    def edit() -> Generator[Effect, Any, None]:
        while True:
            found = yield from api.get("ConfigMap", PETITION, live=True)
            if found is None:
                return
            signed = f"{found.field('data.signed')} {name}".strip()
            try:
                yield from api.update(found.with_field("data.signed", signed), conditional=conditional)
            except ApiError as error:
                if error.status != CONFLICT:
                    return
            else:
                return

    return edit


def tidier() -> Generator[Effect, Any, None]:
    """Somebody who deletes a petition that nobody has signed, on condition that it is still the one that they saw."""
    found = yield from api.get("ConfigMap", PETITION, live=True)
    if found is None or found.field("data.signed"):
        return
    try:
        unchanged = Options(precondition_resource_version=found.resource_version)
        yield from api.delete("ConfigMap", PETITION, options=unchanged)
    except ApiError:
        return


def _editors(count: int, *, conditional: bool) -> dict[str, Reconciler]:
    return {
        name: editor(name, conditional=conditional) for name in (f"editor-{number}" for number in range(1, count + 1))
    }


def editors(count: int = 2, servers: int = 2) -> Scenario:
    """Editors that send the resourceVersion of what they read, and a tidier that does so too."""
    scripts = {**_editors(count, conditional=True), "tidier": tidier}
    return Scenario(
        "editors",
        Cluster(objects=[petition()], scripts=scripts, apiservers=servers),
        summary=(
            "people sign one ConfigMap through two API servers and somebody deletes it if it is not signed, "
            "all sending the resourceVersion that they read"
        ),
        faults={"stale-cache": 1, "lost-answer": 1, "late-commit": 1, "crash-server": 1},
    )


def editors_unconditional(count: int = 2, servers: int = 2) -> Scenario:
    """Editors that leave the resourceVersion out: the last one wins."""
    return Scenario(
        "editors-unconditional",
        Cluster(objects=[petition()], scripts=_editors(count, conditional=False), apiservers=servers),
        summary="people sign one ConfigMap without resourceVersion: the last writer wins",
        hazards=("unconditional-update",),
        faults={"stale-cache": 1},
    )
