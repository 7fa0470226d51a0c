"""The API server from end to end, one request at a time, on an etcd that nobody else uses meanwhile.

Lives here: :func:`handle`, which takes the steps of ``storage`` and ``reading`` one after the other, for comparing the
model with recordings and for loading manifests.  It goes to etcd only through ``model.etcd``.  A cluster takes the same
steps in rules of its own, so that others come in between.  Must not know: how a write is decided.

The server's cache is always fresh here: what it would hold is read from etcd.  What a real server would ask etcd for is
told to whoever hands over a :class:`~.calls.Calls`.
"""

from __future__ import annotations

from attrs import evolve, frozen

from ..etcd.cells import Cells
from ..etcd.transactions import Lost, optimistic_delete, optimistic_put
from ..objects import Object, ObjectKey
from .admission import warned
from .answer import Answer, method_not_allowed
from .calls import Calls
from .decoding import check_options, with_warnings
from .deletion import deletion_warnings
from .lookup import Lookup
from .oddities import told_of_oddities
from .reading import Demand, is_cached, plan
from .reads import read, read_all, serve_read, stored_of
from .request import Begin, Request
from .settings import SMALL, Settings
from .storage import Attempt, FollowUp, Outcome, Reread, Stored, after_commit, after_loss, decide
from .subresources import about_brought
from .watching import watch_answer


def handle(  # noqa: PLR0913 - the last three by keyword
    cells: Cells,
    request: Request,
    settings: Settings = SMALL,
    *,
    past: Cells | None = None,
    opened: int = 0,
    calls: Calls | None = None,
) -> Answer:
    """Carry out a request and give its answer; ``cells`` (an etcd) are changed by writes.

    ``past`` is etcd as the server's watch caches remember it; ``opened`` the revision at which a watch was opened;
    ``calls`` notes what a real server would ask etcd for.
    """
    lookup = EtcdLookup(cells, settings, calls)
    match request.verb:
        case "get" | "list":
            return _read(lookup, request, past)
        case "create" | "update" | "patch" | "delete":
            return _with_warnings(lookup, request)
        case "deletecollection":
            return _warned_of_deletion(_delete_collection(lookup, request), request)
        case "watch":
            return watch_answer(cells, request, settings, past=past, opened=opened)


@frozen
class EtcdLookup:
    """What admission looks up, read from etcd: never stale.  ``calls`` notes what a real server asks etcd for."""

    cells: Cells
    settings: Settings = SMALL
    calls: Calls | None = None

    def get(self, key: ObjectKey) -> Object | None:
        """The object at a key, or ``None``."""
        stored = read(self.cells, key)
        return None if stored is None else stored.object

    def live(self, key: ObjectKey) -> Object | None:
        """The object at a key, or ``None``."""
        stored = self.read(key)
        return None if stored is None else stored.object

    def read(self, key: ObjectKey) -> Stored | None:
        """The object at a key with its revision: what a real server must read etcd for."""
        if self.calls is not None:
            self.calls.read(key)
        return read(self.cells, key)

    def live_list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """All objects of a resource, in order of their keys."""
        if self.calls is not None:
            self.calls.read_revision(resource)
        return tuple(stored.object for stored in read_all(self.cells, resource, namespace))

    def list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """All objects of a resource, in order of their keys."""
        found = tuple(stored.object for stored in read_all(self.cells, resource, namespace))
        if self.calls is not None and not found:
            self.calls.found_empty(resource, namespace)
        return found


def commit(cells: Cells, attempt: Attempt, lookup: Lookup) -> Outcome | FollowUp:
    """Try an attempt as one etcd transaction, and take the step that follows."""
    attempt = attempt.stamped(cells.revision + 1)
    if attempt.value is None:
        written = optimistic_delete(cells, attempt.key.path, attempt.expected)
    else:
        written = optimistic_put(cells, attempt.key.path, attempt.value, attempt.expected)
    if isinstance(written, Lost):
        return after_loss(attempt, stored_of(written.current), lookup=lookup)
    return after_commit(attempt, written.revision)


def _with_warnings(lookup: EtcdLookup, request: Request) -> Answer:
    """The answer to a write of one object, with all that its client is warned of."""
    before = read(lookup.cells, request.key)
    existing = None if before is None else before.object
    answer = warned(told_of_oddities(_write(lookup, request), request, existing), request, existing, lookup)
    if request.verb == "delete":
        return _warned_of_deletion(answer, request)
    return with_warnings(answer, about_brought(request))


def _warned_of_deletion(answer: Answer, request: Request) -> Answer:
    found = deletion_warnings(request)
    if not found or check_options(request) is not None:
        return answer
    return evolve(answer, warnings=(*answer.warnings, *found))


def _write(lookup: EtcdLookup, request: Request) -> Answer:
    """Take a write's steps until there is an answer."""
    cells = lookup.cells
    step: Outcome | FollowUp = decide(request, read(cells, request.key), current=False, lookup=lookup)
    has_read = False
    while not isinstance(step, Answer):
        match step:
            case Reread(request):
                has_read = request.verb != "delete" or not isinstance(request.stage, Begin)
                step = decide(request, lookup.read(request.key), current=True, lookup=lookup)
            case FollowUp(request, copy):
                has_read = False
                copy = read(cells, request.key) if copy is None else copy
                step = decide(request, copy, current=False, lookup=lookup)
            case Attempt():
                _note_attempt(lookup, step, has_read=has_read)
                has_read = True
                step = commit(cells, step, lookup)
    return step


def _note_attempt(lookup: EtcdLookup, attempt: Attempt, *, has_read: bool) -> None:
    """Note what is asked of etcd for an attempt; without a watch cache the object must be read before it is changed."""
    if lookup.calls is None:
        return
    if not (has_read or attempt.creates or is_cached(attempt.request, lookup.settings)):
        lookup.calls.read(attempt.key)
    lookup.calls.attempt(attempt.stamped(lookup.cells.revision + 1))


def _read(lookup: EtcdLookup, request: Request, past: Cells | None) -> Answer:
    if lookup.calls is not None:
        _note_read(lookup.calls, request, cached=is_cached(request, lookup.settings))
    return serve_read(lookup.cells, request, lookup.settings, past=past, calls=lookup.calls)


def _note_read(calls: Calls, request: Request, *, cached: bool) -> None:
    """Note what is asked of etcd for a read: nothing, where the watch cache may answer as it is."""
    wanted = plan(request, cached=cached)
    if isinstance(wanted, Answer) or (cached and wanted.demand is not Demand.MOST_RECENT):
        return
    if request.verb == "get":
        calls.read(request.key)
    elif cached:
        calls.read_revision(request.kind.resource)
    else:
        calls.read_range(request.kind.resource, request.namespace, wanted.page.limit, wanted.revision)


def _delete_collection(lookup: EtcdLookup, request: Request) -> Answer:
    """One list, then one DELETE for each: not atomic.  What is gone meanwhile is passed over; other refusals end it."""
    if not request.kind.collection_deletable:
        return method_not_allowed("the server does not allow this method on the requested resource")
    listed = _read(lookup, evolve(request, verb="list"), None)
    refusal = listed if listed.refused else check_options(request)
    if refusal is not None:
        return refusal
    for item in listed.items or ():
        single = evolve(request, verb="delete", namespace=item.namespace, name=item.name, of_collection=True)
        answer = _write(lookup, single)
        if answer.refused and answer.reason != "NotFound":
            return answer
    return listed
