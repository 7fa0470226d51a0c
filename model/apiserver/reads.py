"""Reading the objects that etcd holds, and serving GET and LIST from it.

Lives here: how objects are read from etcd, and :func:`serve_read`, which does what the plan of a read says.  Must not
know: which reads may be served from where (``reading``), or how anything is written.
"""

from __future__ import annotations

from typing import Final, cast

from ..etcd.cells import Cells
from ..etcd.mvcc import read_range
from ..etcd.refusals import Compacted
from ..etcd.requests import Range
from ..etcd.values import KeyValue
from ..objects import Object, ObjectKey, resource_prefix
from .answer import Answer, Cause, Details
from .calls import Calls
from .paging import Page, token_at_present
from .reading import Demand, get_answer, is_cached, list_answer, plan
from .request import Request
from .settings import SMALL, Settings
from .storage import Stored


def read(cells: Cells, key: ObjectKey) -> Stored | None:
    """The object that etcd holds at a key now."""
    return stored_of(cells.keys.get(key.path))


def read_all(cells: Cells, resource: str, namespace: str = "", *, revision: int = 0) -> list[Stored]:
    """The objects of a resource, in one namespace if given, in order of keys; as they were at a revision if given.

    Raises:
        Compacted: the revision is compacted away.
        FutureRevision: there is no such revision yet.
    """
    prefix = resource_prefix(resource, namespace)
    found = read_range(cells, Range(prefix, range_end=_after(prefix), revision=revision))
    return [Stored.decode(cast("Object", kv.value), kv.mod_revision) for kv in found.kvs]


def stored_of(kv: KeyValue | None) -> Stored | None:
    """The object in a key of etcd; the model's API server stores objects and nothing else."""
    return None if kv is None else Stored.decode(cast("Object", kv.value), kv.mod_revision)


def serve_read(
    cells: Cells,
    request: Request,
    settings: Settings = SMALL,
    *,
    past: Cells | None = None,
    calls: Calls | None = None,
) -> Answer:
    """The answer to a GET or LIST.

    ``past`` is etcd as the server's watch caches remember it: they still know revisions that etcd has compacted away,
    and where they do not go back far enough etcd is asked, which ``calls`` notes.  Without it they know no more than
    etcd.
    """
    cached = is_cached(request, settings)
    wanted = plan(request, cached=cached)
    if isinstance(wanted, Answer):
        return wanted
    if wanted.revision > cells.revision:
        return too_large(wanted.revision, cells.revision, cached=cached)
    if request.verb == "get":
        return get_answer(request, read(cells, request.key))
    source = past if cached and past is not None else cells
    revision = wanted.revision if wanted.demand is Demand.EXACT else 0
    copies = _snapshot(source, request, revision)
    if copies is None and source is not cells:
        if calls is not None:
            calls.read_range(request.kind.resource, request.namespace, wanted.page.limit, revision)
        copies = _snapshot(cells, request, revision)
    if copies is None:
        return expired(wanted.page)
    return list_answer(request, copies, revision or cells.revision, wanted.page)


def _snapshot(source: Cells, request: Request, revision: int) -> list[Stored] | None:
    """What there is for a list, as it was at a revision (0: now); ``None`` if that is no longer known."""
    try:
        return read_all(source, request.kind.resource, request.namespace, revision=revision)
    except Compacted:
        return None


def too_large(wanted: int, present: int, *, cached: bool) -> Answer:
    """504: the revision is still to come.

    A watch cache waits three seconds for it, and advises to come again a second later; here nobody else could make it.
    """
    message = f"Timeout: Too large resource version: {wanted}, current: {present}"
    cause = Cause("ResourceVersionTooLarge", "", "Too large resource version")
    return Answer(504, "Timeout", message, (cause,), Details(), retry_after_seconds=int(cached))


def expired(page: Page) -> Answer:
    """410: the snapshot is compacted away.  Who was paging through it is told how to go on without."""
    if not page.start:
        return Answer(410, "Expired", "The resourceVersion for the provided list is too old.")
    return Answer(410, "Expired", _PAGE_EXPIRED, continue_token=token_at_present(page))


_PAGE_EXPIRED: Final = (
    "The provided continue parameter is too old to display a consistent list result. You can start a new list without "
    "the continue parameter, or use the continue token in this response to retrieve the remainder of the results. "
    "Continuing with the provided token results in an inconsistent list - objects that were created, modified, or "
    "deleted between the time the first chunk was returned and now may show up in the list."
)


def _after(prefix: str) -> str:
    """The end of the range of all keys with this prefix, which ends with a slash."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)
