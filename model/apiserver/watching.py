"""What a watch tells: its frames, from a log of changes.

Lives here: :func:`watch_answer`, which serves a watch from etcd; and what it is made of, for whoever keeps a log of its
own: how a change looks through a selection (:func:`frame_of`), the initial events, bookmarks.  Must not know: when
frames are sent, who sends them, or how a watcher's position is kept.

A watch begins at a resourceVersion and tells all later changes, in their order.  Without one, with 0, or when initial
events are asked for, it first tells what there is, as ADDED, and then all later changes.  Through a selection, what
leaves it is DELETED (as it was before, with the resourceVersion of the change) and what enters it is ADDED.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher/{cacher,cache_watcher}.go``, ``apiserver/pkg/storage/etcd3/
{watcher,event}.go``, ``apimachinery/pkg/apis/internalversion/defaults.go``; recordings K; scenarios k-watch and
l-watch-gone of the Kubernetes 1.36 recording and the one without watch cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..etcd.cells import Cells
from ..etcd.values import Batch, Event
from ..kinds import Kind
from ..objects import Object, resource_prefix
from ..schema import record_of
from .answer import Answer, Frame
from .decoding import parse_resource_version
from .decoding.typed import completed
from .reading import Selection, is_cached, select
from .reads import read_all, stored_of, too_large
from .request import Request
from .settings import SMALL, Settings

INITIAL_EVENTS_END: Final = "k8s.io/initial-events-end"
"""The annotation of the bookmark that ends the initial events."""


def watch_answer(
    cells: Cells, request: Request, settings: Settings = SMALL, *, past: Cells | None = None, opened: int = 0
) -> Answer:
    """The answer to a watch that was opened when etcd was at revision ``opened`` (0: now), with all its frames so far.

    ``past`` is etcd as the server's watch caches remember it (see :func:`.reads.serve_read`).  Bookmarks that come as
    time goes by are not told.
    """
    selection = select(request)
    if isinstance(selection, Answer):
        return selection
    version = parse_resource_version(request.options.resource_version)
    if isinstance(version, Answer):
        return version
    cached = is_cached(request, settings)
    source = past if cached and past is not None else cells
    opened = opened or cells.revision
    if not wants_initial_events(request):
        if version + 1 < source.compacted:
            return _told([Frame("ERROR", error=too_old(version, source.compacted - 1, cached=cached))])
        return _told(_changes(source, request, selection, version))
    if version > opened:
        return _told([Frame("ERROR", error=too_large(version, opened, cached=cached))])
    copies = read_all(source, request.kind.resource, request.namespace, revision=opened)
    first = initial_frames(request, selection, [copy.object for copy in copies], opened)
    return _told([*first, *_changes(source, request, selection, opened)])


def wants_initial_events(request: Request) -> bool:
    """Whether a watch first tells what there is.  Without a resourceVersion it does, unless it says no."""
    asked = request.options.send_initial_events
    return request.options.resource_version in ("", "0") if asked is None else asked


def initial_frames(request: Request, selection: Selection, objects: Iterable[Object], revision: int) -> Iterator[Frame]:
    """What there is at a revision, as ADDED; and a bookmark that ends it, if the client allows bookmarks."""
    for object_ in objects:
        if selection.admits(request, object_):
            yield Frame("ADDED", object_)
    if request.options.allow_bookmarks:
        yield bookmark(request.kind, revision, ends_initial_events=True)


def frame_of(request: Request, selection: Selection, event: Event) -> Frame | None:
    """How a change of one object looks to a watch; ``None`` if it does not concern it."""
    before, now = stored_of(event.previous), stored_of(event.kv) if event.kind == "PUT" else None
    was_in = before is not None and selection.admits(request, before.object)
    if now is not None and selection.admits(request, now.object):
        return Frame("MODIFIED" if was_in else "ADDED", now.object)
    if before is None or not was_in:
        return None
    return Frame("DELETED", before.object.with_metadata(resourceVersion=str(event.kv.mod_revision)))


def bookmark(kind: Kind, revision: int, *, ends_initial_events: bool = False) -> Frame:
    """A frame that says nothing but how far the watch has come: an object with a resourceVersion only."""
    metadata = {"resourceVersion": str(revision)}
    annotations = {"annotations": {INITIAL_EVENTS_END: "true"}} if ends_initial_events else {}
    fields: dict[str, object] = {
        "apiVersion": kind.api_version,
        "kind": kind.name,
        "metadata": {**metadata, **annotations},
    }
    root = Object.of(fields).root
    record = record_of(kind.group, kind.version, kind.name)
    return Frame("BOOKMARK", Object(root if record is None else completed(record, root)))


def too_old(version: int, begin: int, *, cached: bool) -> Answer:
    """410: changes after a version are no longer known, as an ERROR says it.  A watch cache tells where it begins."""
    message = f"too old resource version: {version} ({begin})" if cached else _TOO_OLD
    return Answer(410, "Expired", message)


_TOO_OLD: Final = "The resourceVersion for the provided watch is too old."


def _changes(source: Cells, request: Request, selection: Selection, version: int) -> Iterator[Frame]:
    """All changes after a version."""
    prefix = resource_prefix(request.kind.resource, request.namespace)
    for event in _events(source.log, prefix, version):
        frame = frame_of(request, selection, event)
        if frame is not None:
            yield frame


def _events(log: Iterable[Batch], prefix: str, version: int) -> Iterator[Event]:
    for batch in log:
        if batch.revision > version:
            yield from (event for event in batch.events if event.kv.key.startswith(prefix))


def _told(frames: Iterable[Frame]) -> Answer:
    return Answer(200, frames=tuple(frames))
