"""Clients that read: lists of every kind, pages, and what one client sees over several reads.

Lives here also: the two notes that clients of this and of other scenarios read, their author, and a cluster of these.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.request import Options
from ..cluster import Cluster
from ..objects import Object
from ..profiles import NEWEST, Profile
from ..reconcile import Reconciler
from ..scenario import Scenario

ALPHA, BETA = ("default", "alpha"), ("default", "beta")
KIND = "ConfigMap"


def note(place: api.Place, text: str = "new", **labels: str) -> Object:
    """A note: a ConfigMap."""
    metadata = {"name": place[1], "namespace": place[0], "labels": labels}
    return Object.of({"apiVersion": "v1", "kind": KIND, "metadata": metadata, "data": {"text": text}})


def notes() -> list[Object]:
    """Two notes."""
    return [note(ALPHA), note(BETA)]


def author(*, changes: int = 1) -> Reconciler:
    """Somebody who changes one note so often, and then deletes the other."""

    def write() -> Generator[Effect, Any, None]:
        try:
            for number in range(1, changes + 1):
                yield from api.patch(KIND, ALPHA, {"data": {"text": f"change {number}"}})
            yield from api.delete(KIND, BETA)
        except ApiError:
            return

    return write


def among_notes(
    readers: Mapping[str, Reconciler], servers: int, *, changes: int = 1, profile: Profile = NEWEST
) -> Cluster:
    """The two notes, these readers, and the notes' author."""
    scripts = {**readers, "author": author(changes=changes)}
    return Cluster(objects=notes(), scripts=scripts, apiservers=servers, profile=profile, remembers=True)


def listed(*, at: int | str = "", exactly: bool = False) -> Generator[Effect, Any, int]:
    """List all notes, as of a revision; the answer is the revision of the list."""
    options = Options(resource_version=str(at), resource_version_match="Exact" if exactly else "")
    answer = yield from api.list_live(KIND, namespace=ALPHA[0], options=options)
    return answer.revision


def reader() -> Generator[Effect, Any, None]:
    """Somebody who lists the present, then asks for the same or something newer, in each of the ways that there are."""
    try:
        seen = yield from listed()
        seen = yield from listed(at=seen)
        yield from listed(at=seen, exactly=True)
        yield from api.get(KIND, ALPHA, live=True, options=Options(resource_version=str(seen)))
        yield from api.get(KIND, ALPHA, live=True)
    except ApiError:
        return


def readers(servers: int = 2) -> Scenario:
    """A reader and a writer at two API servers, whose caches lag."""
    return Scenario(
        "readers",
        among_notes({"reader": reader}, servers),
        summary="somebody lists and gets in every way while somebody else writes, at two API servers",
        faults={"stale-cache": 1, "api-switch": 1, "crash-server": 1},
    )


def pager() -> Generator[Effect, Any, None]:
    """Somebody who lists page by page; if told that the rest is gone, they go on as they are told to."""
    token = ""
    while True:
        options = Options(limit=1, continue_token=token)
        try:
            answer = yield from api.list_live(KIND, namespace=ALPHA[0], options=options)
        except ApiError as error:
            answer = error.answer
        token = answer.continue_token
        if not token:
            return


def pages(servers: int = 2) -> Scenario:
    """Pages of a list, while somebody writes and the past is forgotten."""
    return Scenario(
        "pages",
        among_notes({"pager": pager}, servers),
        summary="somebody lists page by page while somebody else writes and history is forgotten",
        faults={"stale-cache": 1, "api-switch": 1, "compaction": 2},
    )


def visitor(*, anything: bool) -> Reconciler:
    """Somebody who lists again and again: what is no older than what they saw, or anything."""

    def visit() -> Generator[Effect, Any, None]:
        newest: int | str = 0 if anything else ""
        for _ in range(3):
            try:
                seen = yield from listed(at=newest)
            except ApiError:
                continue
            newest = 0 if anything else seen

    return visit


def sessions(servers: int = 2) -> Scenario:
    """A client that always passes the newest revision that it saw."""
    return Scenario(
        "sessions",
        among_notes({"visitor": visitor(anything=False)}, servers),
        summary="somebody lists again and again, each time what is no older than what they saw, at two API servers",
        faults={"stale-cache": 2, "api-switch": 2, "crash-server": 1},
    )


def sessions_any(servers: int = 2) -> Scenario:
    """A client that asks with resourceVersion 0, at one server."""
    return Scenario(
        "sessions-any",
        among_notes({"visitor": visitor(anything=True)}, servers),
        summary="somebody lists again and again with resourceVersion 0, which takes whatever the server's cache has",
        hazards=("asks-for-anything",),
        faults={"stale-cache": 2, "crash-server": 1},
    )
