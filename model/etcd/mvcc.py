"""Reading keys, as they are now or as they were at a past revision.

Lives here: everything that answers a range.  Nothing here changes the store.

The past is not stored a second time: it is derived from the present and the log.  Whatever an event after
the wanted revision changed was, at that revision, what the oldest such event calls ``previous``.

Source: etcd ``server/storage/mvcc/kvstore_txn.go`` and ``server/etcdserver/txn/range.go``; observed
behaviour of etcd 3.4 to 3.6, recordings A.6, A.10, A.12 and A.13.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, Final

from .cells import Cells
from .check import check
from .refusals import Compacted, FutureRevision
from .requests import TO_THE_END, Range, SortOrder, SortTarget
from .responses import RangeResponse
from .values import EMPTY, Event, KeyValue


def read_range(cells: Cells, request: Range) -> RangeResponse:
    """Answer a range that stands alone.

    Raises:
        EmptyKey: the request names no key.
        FutureRevision: the revision does not exist yet.
        Compacted: the revision was compacted away.
    """
    check(request)
    return range_at(cells, request, cells.revision)


def range_at(cells: Cells, request: Range, now: int, unlogged: Sequence[Event] = ()) -> RangeResponse:
    """Answer a range when the present revision is ``now``.

    Within a transaction that has written, ``now`` is the revision that it is making, and ``unlogged`` are
    its events so far: the keys have changed, the log does not know yet.

    Raises:
        FutureRevision: the revision does not exist yet.
        Compacted: the revision was compacted away.
    """
    if request.revision <= 0 or request.revision == now:
        kvs = present(cells, request.key, request.range_end)
    else:
        refuse_unreadable(cells, request.revision, now)
        kvs = _past(cells, request, unlogged)
    if request.count_only:
        return RangeResponse(now, (), len(kvs))
    chosen = tuple(_sorted([kv for kv in kvs if _wanted(kv, request)], request))
    more = 0 < request.limit < len(chosen)
    if more:
        chosen = chosen[: request.limit]
    if request.keys_only:
        chosen = tuple(_without_value(kv) for kv in chosen)
    return RangeResponse(now, chosen, len(kvs), more)


def refuse_unreadable(cells: Cells, revision: int, now: int) -> None:
    """Refuse to read at a revision that does not exist yet or no longer.

    Raises:
        FutureRevision: it is above ``now``.
        Compacted: it is below the compacted revision; that revision itself can be read.
    """
    if revision > now:
        raise FutureRevision
    if revision < cells.compacted:
        raise Compacted


def covers(key: str, range_end: str, candidate: str) -> bool:
    """Whether a key lies in the range that a request names."""
    if not range_end:
        return candidate == key
    return key <= candidate and (range_end == TO_THE_END or candidate < range_end)


def present(cells: Cells, key: str, range_end: str = "") -> tuple[KeyValue, ...]:
    """The keys of a range as they are now, in the order of the keys."""
    if not range_end:
        kv = cells.keys.get(key)
        return () if kv is None else (kv,)
    keys = cells.keys
    return tuple(keys[each] for each in sorted(each for each in keys if covers(key, range_end, each)))


def _past(cells: Cells, request: Range, unlogged: Sequence[Event]) -> tuple[KeyValue, ...]:
    """The keys of a range as they were after ``request.revision``, in the order of the keys."""
    key, range_end = request.key, request.range_end
    later = chain.from_iterable(batch.events for batch in cells.log if batch.revision > request.revision)
    undone: dict[str, KeyValue | None] = {}
    for event in chain(later, unlogged):
        if covers(key, range_end, event.kv.key):
            undone.setdefault(event.kv.key, event.previous)
    if not range_end and undone:
        then: Iterable[KeyValue | None] = undone.values()
    else:
        now = {kv.key: kv for kv in present(cells, key, range_end)}
        then = (kv for _, kv in sorted({**now, **undone}.items()))
    return tuple(kv for kv in then if kv is not None)


def _wanted(kv: KeyValue, request: Range) -> bool:
    """Whether a key passes the request's bounds on revisions; 0 is no bound."""
    return (
        (not request.min_mod_revision or kv.mod_revision >= request.min_mod_revision)
        and (not request.max_mod_revision or kv.mod_revision <= request.max_mod_revision)
        and (not request.min_create_revision or kv.create_revision >= request.min_create_revision)
        and (not request.max_create_revision or kv.create_revision <= request.max_create_revision)
    )


_SORT_KEYS: Final[dict[SortTarget, Callable[[KeyValue], Any]]] = {
    SortTarget.KEY: lambda kv: kv.key,
    SortTarget.VERSION: lambda kv: kv.version,
    SortTarget.CREATE: lambda kv: kv.create_revision,
    SortTarget.MOD: lambda kv: kv.mod_revision,
    SortTarget.VALUE: lambda kv: kv.value,
}


def _sorted(kvs: list[KeyValue], request: Range) -> list[KeyValue]:
    """The keys in the order asked for.

    Without an order but with another target than the key, etcd has cut the range to the limit (and one
    more) before it sorts; so a limit then gives the least of the first keys, not the least of all.
    """
    order, target = request.sort_order, request.sort_target
    if order is SortOrder.NONE:
        if target is SortTarget.KEY:
            return kvs
        if request.limit > 0 and not _has_bounds(request):
            kvs = kvs[: request.limit + 1]
    return sorted(kvs, key=_SORT_KEYS[target], reverse=order is SortOrder.DESCEND)


def _has_bounds(request: Range) -> bool:
    return bool(
        request.min_mod_revision
        or request.max_mod_revision
        or request.min_create_revision
        or request.max_create_revision
    )


def _without_value(kv: KeyValue) -> KeyValue:
    return KeyValue(kv.key, EMPTY, kv.create_revision, kv.mod_revision, kv.version, kv.lease)
