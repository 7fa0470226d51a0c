"""What was stored at a revision, told by what is stored now and by what has happened since.

Promises about reads compare with it what was shown.  It is written without the functions that serve reads.

Must not know: the promises.
"""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.model.apiserver.reading import Selection, select
from seatrial.model.apiserver.reads import stored_of
from seatrial.model.apiserver.request import Request
from seatrial.model.apiserver.storage import Stored
from seatrial.model.cluster.read_history import scope
from seatrial.model.draft import View
from seatrial.model.etcd import Event, KeyValue


def stored_at(state: View, prefix: str, revision: int) -> dict[str, Stored]:
    """The objects under a prefix as they were at a revision, in order of their keys."""
    keys: dict[str, KeyValue | None] = {path: state.keys[path] for path in state.keys if path.startswith(prefix)}
    for batch in reversed(state.log):
        if batch.revision <= revision:
            break
        keys |= {event.kv.key: event.previous for event in batch.events if event.kv.key.startswith(prefix)}
    found = ((path, stored_of(keys[path])) for path in sorted(keys))
    return {path: stored for path, stored in found if stored is not None}


def selected_at(state: View, request: Request, revision: int) -> dict[str, Stored]:
    """The objects that a list or a watch is about, as they were at a revision."""
    selection = selection_of(request)
    everything = stored_at(state, scope(request), revision)
    return {path: each for path, each in everything.items() if selection.admits(request, each.object)}


def happened(state: View, request: Request, after: int, until: int) -> Iterator[Event]:
    """The changes that a watch is about, of revisions above one and up to another, in order.

    A change concerns a watch if it selects the object as it was before or as it is then.
    """
    selection = selection_of(request)
    for batch in state.log:
        if not after < batch.revision <= until:
            continue
        for event in batch.events:
            if event.kv.key.startswith(scope(request)):
                sides = (stored_of(event.previous), stored_of(event.kv) if event.kind == "PUT" else None)
                if any(each is not None and selection.admits(request, each.object) for each in sides):
                    yield event


def selection_of(request: Request) -> Selection:
    """What a request that was answered selects."""
    selection = select(request)
    assert isinstance(selection, Selection)  # noqa: S101 - otherwise it would have been refused
    return selection
