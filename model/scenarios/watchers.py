"""Clients that watch: they list, watch, and watch again where the stream ended, with selectors or initial events.

Their code is what careful clients do: go on from the newest revision that they were told, list again when that is too
old.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.answer import Frame
from ..apiserver.request import Options
from ..cluster import Cluster
from ..reconcile import Reconciler
from ..scenario import Scenario
from .readers import ALPHA, BETA, KIND, among_notes, note

WEB = "app=web"


def told_last(frames: tuple[Frame, ...], before: str) -> str:
    """Where a watch goes on: at the newest revision that it was told, nowhere (empty) if it was told an error."""
    if any(each.type == "ERROR" for each in frames):
        return ""
    shown = [each.object.resource_version for each in frames if each.object is not None]
    return shown[-1] if shown else before


def watcher(*, watches: int = 2, selector: str = "") -> Reconciler:
    """Somebody who lists, watches, and watches again where the stream ended."""

    def watch() -> Generator[Effect, Any, None]:
        newest = ""
        for _ in range(watches):
            try:
                if not newest:
                    asked = Options(label_selector=selector)
                    listed = yield from api.list_live(KIND, namespace=ALPHA[0], options=asked)
                    newest = str(listed.revision)
                asked = Options(resource_version=newest, allow_bookmarks=True, label_selector=selector)
                newest = told_last((yield from api.watch(KIND, namespace=ALPHA[0], options=asked)), newest)
            except ApiError:
                continue

    return watch


def watchers(servers: int = 2) -> Scenario:
    """A watcher goes on at two API servers, whose caches lag and forget."""
    return Scenario(
        "watchers",
        among_notes({"watcher": watcher()}, servers),
        summary="somebody lists, watches, and goes on watching at another server, while caches lag and forget",
        faults={"stale-cache": 1, "api-switch": 1, "compaction": 1},
    )


def watchers_calm(servers: int = 2) -> Scenario:
    """The same with a crash, and caches that are read only when they have everything."""
    return Scenario(
        "watchers-calm",
        among_notes({"watcher": watcher()}, servers),
        summary="somebody lists, watches, and goes on watching after a crash, at servers whose caches are up to date",
        faults={"api-switch": 1, "crash-server": 1},
    )


def labeller() -> Generator[Effect, Any, None]:
    """Somebody who takes a note out of a selection, changes it, puts it back, and deletes it."""
    try:
        yield from api.patch(KIND, ALPHA, {"metadata": {"labels": {"app": "mail"}}, "data": {"text": "out"}})
        yield from api.patch(KIND, ALPHA, {"metadata": {"labels": {"app": "web"}}, "data": {"text": "in"}})
        yield from api.delete(KIND, ALPHA)
    except ApiError:
        return


def selections(servers: int = 1) -> Scenario:
    """A watcher with a selector that an object leaves and enters."""
    scripts = {"watcher": watcher(selector=WEB), "labeller": labeller}
    objects = [note(ALPHA, app="web"), note(BETA, app="mail")]
    return Scenario(
        "selections",
        Cluster(objects=objects, scripts=scripts, apiservers=servers, remembers=True),
        summary="somebody watches with a label selector while an object leaves the selection, enters it and goes",
        faults={"stale-cache": 1},
    )


def streamer(*, at: str = "", legacy: bool = False) -> Reconciler:
    """Somebody who begins with initial events in place of a list, and goes on watching from the bookmark that ends."""

    def stream() -> Generator[Effect, Any, None]:
        first = Options(resource_version=at, allow_bookmarks=True)
        if not legacy:
            first = Options(
                resource_version=at,
                allow_bookmarks=True,
                send_initial_events=True,
                resource_version_match="NotOlderThan",
            )
        try:
            newest = told_last((yield from api.watch(KIND, namespace=ALPHA[0], options=first)), at)
            onward = Options(resource_version=newest, allow_bookmarks=True)
            yield from api.watch(KIND, namespace=ALPHA[0], options=onward)
        except ApiError:
            return

    return stream


def streams(servers: int = 2) -> Scenario:
    """Watches that begin with initial events: a streaming list, and one without resourceVersion as of old."""
    return Scenario(
        "streams",
        among_notes({"streamer": streamer(), "old-streamer": streamer(legacy=True)}, servers),
        summary="two clients begin to watch with initial events, and go on from the bookmark that ends them",
        faults={"stale-cache": 1, "api-switch": 1},
    )
