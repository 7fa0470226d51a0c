"""Two people apply what they want of one object; each owns the fields that they apply."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.request import APPLY_PATCH, Options, Request
from ..apiserver.settings import Settings
from ..cluster import Cluster
from ..frozen_json import freeze_map
from ..kinds import of_name
from ..objects import Object
from ..reconcile import Reconciler
from ..scenario import Scenario

PAGE = ("default", "page")


def page() -> Object:
    """A ConfigMap that nobody has applied yet."""
    return Object.of(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": PAGE[1], "namespace": PAGE[0]}, "data": {}}
    )


def applied(manager: str, data: Mapping[str, str], *, force: bool = False) -> Request:
    """The request of ``kubectl apply --server-side`` with so much of the object."""
    wanted = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": PAGE[1]}, "data": dict(data)}
    return Request(
        verb="patch",
        kind=of_name("ConfigMap"),
        namespace=PAGE[0],
        name=PAGE[1],
        body=freeze_map(wanted),
        media_type=APPLY_PATCH,
        options=Options(field_manager=manager, force=True if force else None),
    )


def applier(manager: str, *wanted: Mapping[str, str], force: bool = False) -> Reconciler:
    """Somebody who applies one version after another."""

    def apply() -> Generator[Effect, Any, None]:
        for data in wanted:
            yield from api.ask(applied(manager, data, force=force))

    return apply


def painter() -> Generator[Effect, Any, None]:
    """Somebody who patches a field, and asks nobody."""
    try:
        yield from api.patch("ConfigMap", PAGE, {"data": {"color": "green"}})
    except ApiError:
        return


def appliers(servers: int = 1) -> Scenario:
    """Two people apply fields that overlap, one insists, and a third patches."""
    scripts: dict[str, Reconciler] = {
        "designer": applier("designer", {"color": "red", "font": "serif"}, {"color": "red"}),
        "editor": applier("editor", {"color": "blue", "title": "news"}),
        "owner": applier("owner", {"color": "black"}, force=True),
        "painter": painter,
    }
    return Scenario(
        "appliers",
        Cluster(objects=[page()], scripts=scripts, apiservers=servers, settings=Settings(tracks_ownership=True)),
        summary="people apply overlapping fields of one object, one of them with force, and somebody patches",
    )
