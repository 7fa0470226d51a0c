"""From where a client goes on watching after it has listed: from the list's resourceVersion, or from an object's.

An object's resourceVersion says when that object was last changed.  A watch that begins there tells again what the list
has shown already: the client's handlers run again for changes that may be long past.

Source: kubernetes_asyncio issue 135; kubernetes-client/python issue 819; kopf issue 42.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

from .. import api
from ..api import ApiError, Effect
from ..apiserver.request import Options
from ..errors import BadInput
from ..reconcile import Reconciler
from ..scenario import Scenario
from .readers import ALPHA, KIND, among_notes

PLACES = ("list", "item")


def lister(resume_from: str) -> Reconciler:
    """Somebody who lists and then watches, from the list's revision or from that of the last object in it."""

    def follow() -> Generator[Effect, Any, None]:
        try:
            listed = yield from api.list_live(KIND, namespace=ALPHA[0])
            place = str(listed.revision)
            if resume_from == "item" and listed.items:
                place = listed.items[-1].resource_version
            yield from api.watch(KIND, namespace=ALPHA[0], options=Options(resource_version=place))
        except ApiError:
            return

    return follow


def resumption(resume_from: str = "list", servers: int = 1) -> Scenario:
    """A client lists and watches while somebody writes.

    Raises:
        BadInput: one cannot resume from there.
    """
    if resume_from not in PLACES:
        raise BadInput(f"one cannot resume from {resume_from!r}", remedy=f"resume_from is {' or '.join(PLACES)}")
    return Scenario(
        "resumption",
        among_notes({"lister": lister(resume_from)}, servers, changes=2),
        summary="somebody lists, then watches from the list's resourceVersion",
        hazards=() if resume_from == "list" else ("resumes-from-object",),
        faults={"stale-cache": 1},
    )


def resumption_from_item(servers: int = 1) -> Scenario:
    """The client that watches from the resourceVersion of the last object that was listed."""
    made = resumption("item", servers)
    made.summary = "somebody lists, then watches from the resourceVersion of the last object in the list"
    return made
