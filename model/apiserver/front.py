"""The API server from end to end, one request at a time, on an etcd that nobody else uses meanwhile.

Lives here: :func:`handle`, which takes the steps of ``storage`` and ``reading`` one after the other, for comparing the
model with recordings and for loading manifests.  It goes to etcd only through ``model.etcd``.  A cluster takes the same
steps in rules of its own, so that others come in between.  Must not know: how a write is decided.

The server's cache is always fresh here: what it would hold is read from etcd.
"""

from __future__ import annotations

from typing import cast

from attrs import evolve, frozen

from ..etcd.cells import Cells
from ..etcd.mvcc import read_range
from ..etcd.refusals import Compacted, FutureRevision
from ..etcd.requests import Range
from ..etcd.transactions import Lost, optimistic_delete, optimistic_put
from ..etcd.values import KeyValue
from ..objects import Object, ObjectKey, resource_prefix
from .answer import Answer, Cause, Details, method_not_allowed
from .decoding import check_options
from .lookup import Lookup
from .reading import Demand, Plan, get_answer, list_answer, plan
from .request import Begin, Request
from .settings import SMALL, Settings
from .storage import Attempt, FollowUp, Outcome, Reread, Stored, after_commit, after_loss, decide


def handle(cells: Cells, request: Request, settings: Settings = SMALL) -> Answer:
    """Carry out a request and give its answer; ``cells`` (an etcd) are changed by writes."""
    lookup = EtcdLookup(cells, settings)
    match request.verb:
        case "get" | "list":
            return _read(cells, request)
        case "create" | "update" | "patch" | "delete":
            return _write(cells, request, lookup)
        case "deletecollection":
            return _delete_collection(cells, request, lookup)
        case "watch":
            return method_not_allowed("watches are not served here")


@frozen
class EtcdLookup:
    """What admission looks up, read from etcd: never stale."""

    cells: Cells
    settings: Settings = SMALL

    def get(self, key: ObjectKey) -> Object | None:
        """The object at a key, or ``None``."""
        stored = read(self.cells, key)
        return None if stored is None else stored.object

    live = get

    def list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """All objects of a resource, in order of their keys."""
        return tuple(stored.object for stored in _range(self.cells, resource_prefix(resource, namespace), 0))


def read(cells: Cells, key: ObjectKey) -> Stored | None:
    """The object that etcd holds at a key now."""
    return stored_of(cells.keys.get(key.path))


def stored_of(kv: KeyValue | None) -> Stored | None:
    """The object in a key of etcd; the model's API server stores objects and nothing else."""
    return None if kv is None else Stored.decode(cast("Object", kv.value), kv.mod_revision)


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


def _write(cells: Cells, request: Request, lookup: Lookup) -> Answer:
    step: Outcome | FollowUp = decide(request, read(cells, request.key), current=False, lookup=lookup)
    while not isinstance(step, Answer):
        match step:
            case Reread(request):
                step = decide(request, read(cells, request.key), current=True, lookup=lookup)
            case FollowUp(request, copy):
                step = decide(request, copy, current=False, lookup=lookup)
            case Attempt():
                step = commit(cells, step, lookup)
    return step


def _read(cells: Cells, request: Request) -> Answer:
    wanted = plan(request)
    if isinstance(wanted, Answer):
        return wanted
    if wanted.revision > cells.revision:
        return _too_large(wanted, cells.revision)
    if request.verb == "get":
        return get_answer(request, read(cells, request.key))
    revision = wanted.revision if wanted.demand is Demand.EXACT else 0
    try:
        copies = _range(cells, resource_prefix(request.kind.resource, request.namespace), revision)
    except (Compacted, FutureRevision):
        return Answer(410, "Expired", "The provided resource version is too old.")
    return list_answer(request, copies, revision or cells.revision)


def _range(cells: Cells, prefix: str, revision: int) -> list[Stored]:
    found = read_range(cells, Range(prefix, range_end=_after(prefix), revision=revision))
    return [Stored.decode(cast("Object", kv.value), kv.mod_revision) for kv in found.kvs]


def _after(prefix: str) -> str:
    """The end of the range of all keys with this prefix, which ends with a slash."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def _too_large(wanted: Plan, present: int) -> Answer:
    """504: the revision is still to come.  A real server waits three seconds for it; here nobody else could make it."""
    message = f"Too large resource version: {wanted.revision}, current: {present}"
    return Answer(504, "Timeout", message, (Cause("ResourceVersionTooLarge", "", message),), Details())


def _delete_collection(cells: Cells, request: Request, lookup: Lookup) -> Answer:
    """One list, then one DELETE for each: not atomic.  What is gone meanwhile is passed over; other refusals end it."""
    if not request.kind.collection_deletable:
        return method_not_allowed("the server does not allow this method on the requested resource")
    refusal = check_options(request)
    if refusal is not None:
        return refusal
    copies = _range(cells, resource_prefix(request.kind.resource, request.namespace), 0)
    listed = list_answer(request, copies, cells.revision)
    for item in listed.items or ():
        single = evolve(request, verb="delete", namespace=item.namespace, name=item.name, stage=Begin())
        answer = _write(cells, single, lookup)
        if answer.refused and answer.reason != "NotFound":
            return answer
    return listed
