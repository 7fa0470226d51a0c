"""Names are used again: an object is deleted and made anew while others still mean the old one."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import suppress
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.request import Options
from ..cluster import Cluster
from ..objects import Object
from ..scenario import Scenario

TICKET = ("default", "ticket")
DRY = Options(dry_run=("All",))


def ticket() -> Object:
    """A ConfigMap."""
    return Object.of(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": TICKET[1], "namespace": TICKET[0]},
            "data": {"seat": "1"},
        }
    )


def renewer() -> Generator[Effect, Any, None]:
    """Deletes the ticket and makes one of the same name."""
    try:
        yield from api.delete("ConfigMap", TICKET)
        yield from api.create(ticket())
    except ApiError:
        return


def collector() -> Generator[Effect, Any, None]:
    """Reads a ticket and deletes that very one, whatever changed in it, as a garbage collector does."""
    found = yield from api.get("ConfigMap", TICKET, live=True)
    if found is None:
        return
    try:
        yield from api.delete("ConfigMap", TICKET, options=Options(precondition_uid=found.uid))
    except ApiError:
        return


def restorer() -> Generator[Effect, Any, None]:
    """Reads a ticket and makes it again as it was, resourceVersion and all; then a new one, if the name is free."""
    found = yield from api.get("ConfigMap", TICKET, live=True)
    for again in (found, ticket()):
        if again is not None:
            with suppress(ApiError):
                yield from api.create(again)


def rehearser() -> Generator[Effect, Any, None]:
    """Tries everything without meaning it: dry runs."""
    other = ticket().without_metadata("name").with_metadata(generateName="ticket-")
    try:
        yield from api.patch("ConfigMap", TICKET, {"data": {"seat": "2"}}, options=DRY)
        yield from api.delete("ConfigMap", TICKET, options=DRY)
        yield from api.create(other, options=DRY)
        yield from api.create(other)
    except ApiError:
        return


def recreation(servers: int = 2) -> Scenario:
    """A name is used again while others mean the old object, or bring an old state back."""
    scripts = {"renewer": renewer, "collector": collector, "restorer": restorer}
    return Scenario(
        "recreation",
        Cluster(objects=[ticket()], scripts=scripts, apiservers=servers),
        summary="an object is deleted and made anew while others mean the old one, or bring it back",
        faults={"stale-cache": 1, "lost-answer": 1},
    )


def rehearsal(servers: int = 2) -> Scenario:
    """Somebody only rehearses what others do in earnest."""
    scripts = {"rehearser": rehearser, "renewer": renewer}
    return Scenario(
        "rehearsal",
        Cluster(objects=[ticket()], scripts=scripts, apiservers=servers),
        summary="somebody tries everything in dry runs while the object is deleted and made anew",
        faults={"stale-cache": 1},
    )
