"""What etcd promises at the edges: nothing to change, absent keys, compacted revisions and such as are to come.

Source of the catalogue's sentences: etcd documentation, "KV API guarantees", "Data model" and "etcd API".
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, Final, cast

from seatrial.model.draft import View
from seatrial.model.etcd import (
    Cancelled,
    Cells,
    Compact,
    Compare,
    DeleteRange,
    DeleteRangeResponse,
    KeyValue,
    Put,
    PutResponse,
    Range,
    Result,
    Target,
    Txn,
    TxnResponse,
    WatchCreate,
    events,
    read_range,
)
from seatrial.model.machine import Step
from seatrial.model.rigs.store_edges import KEY, Served

from .invariant import Parts, stepwise
from .store import ETCD

EDGES = (*ETCD, "transactions_left")
OPERATORS: Final[Mapping[Result, Callable[[Any, Any], bool]]] = {
    Result.EQUAL: operator.eq,
    Result.NOT_EQUAL: operator.ne,
    Result.GREATER: operator.gt,
    Result.LESS: operator.lt,
}


@stepwise(on=Served, source="etcd documentation, Data model (revisions); mvcc/kvstore_txn.go", needs=EDGES)
def etcd_rev_bump_iff_change(before: View, step: Step, after: View) -> Parts:
    """A request makes a new revision if it changed a key, be it to the value that was there, and otherwise none."""
    for each in step.emitted(Served):
        if isinstance(each.reply, TxnResponse) and _changes(each.reply):
            yield "what changes a key makes the next revision", after.revision == before.revision + 1
        else:
            yield "what changes no key makes no revision", after.revision == before.revision


def _changes(reply: TxnResponse) -> bool:
    puts = (isinstance(each, PutResponse) for each in reply.responses)
    deletions = (isinstance(each, DeleteRangeResponse) and each.deleted > 0 for each in reply.responses)
    return any(puts) or any(deletions)


@stepwise(on=Served, source="etcd API, Key-Value pair; Data model (logical view)", needs=EDGES)
def etcd_kv_version_laws(before: View, step: Step, after: View) -> Parts:
    """A key's version counts its puts since it came into being, and its revisions say when it did and last changed."""
    del step
    now = after.revision
    for key in after.keys:
        old, new = before.keys.get(key), after.keys[key]
        if new == old:
            continue
        if old is None:
            yield "what comes into being does so now, as version 1", _stamps(new) == (now, now, 1)
        else:
            expected = (old.create_revision, now, old.version + 1)
            yield "a further put counts on and keeps when it came into being", _stamps(new) == expected


def _stamps(kv: KeyValue) -> tuple[int, int, int]:
    return kv.create_revision, kv.mod_revision, kv.version


@stepwise(
    on=Served, source="etcd server/etcdserver/txn/txn.go (applyCompare); observed on etcd 3.6 (A.11)", needs=EDGES
)
def etcd_compare_absent_zero(before: View, step: Step, after: View) -> Parts:
    """Of an absent key all numbers are 0, and no comparison of its value holds: "never changed" means "not there"."""
    del after
    for each in step.emitted(Served):
        if isinstance(each.request, Txn) and isinstance(each.reply, TxnResponse):
            for compare in each.request.compare:
                if before.keys.get(compare.key) is None:
                    yield _what_is_compared(compare), each.reply.succeeded == _holds_of_nothing(compare)


def _what_is_compared(compare: Compare) -> str:
    if compare.target is Target.VALUE:
        return "no comparison of an absent key's value holds"
    return "an absent key's numbers are 0"


def _holds_of_nothing(compare: Compare) -> bool:
    operand: Any = compare.operand  # the operand of a number is one
    return compare.target is not Target.VALUE and OPERATORS[compare.result](0, operand)


@stepwise(on=Served, source="mvcc/kvstore.go, watchable_store.go; observed on etcd 3.6 (A.14, A.17)", needs=EDGES)
def etcd_compaction_boundary(before: View, step: Step, after: View) -> Parts:
    """The compacted revision itself can be read, and watched from; what is below cannot, nor be compacted to again."""
    del after
    compacted = before.compacted
    for each in step.emitted(Served):
        match each.request:
            case Range(revision=revision) if revision < compacted:
                yield "what is below is not read", each.refusal == "Compacted"
            case Range(revision=revision) if revision == compacted:
                yield "the compacted revision is read", each.reply is not None
            case WatchCreate(start_revision=revision) if revision < compacted:
                yield "a watch from below is told that it cannot be", each.reply == Cancelled(compacted)
            case WatchCreate(start_revision=revision) if revision == compacted:
                yield "a watch from the compacted revision goes on", not isinstance(each.reply, Cancelled)
            case Compact(revision=revision) if revision <= compacted:
                yield "nothing is compacted twice", each.refusal == "Compacted"
            case Compact(revision=revision) if revision > before.revision:
                yield "what does not exist yet is not compacted", each.refusal == "FutureRevision"
            case _:
                pass


@stepwise(on=Served, source="mvcc/key_index.go (keep); etcd issues 17780, 19179", needs=EDGES)
def etcd_compaction_preserves(before: View, step: Step, after: View) -> Parts:
    """Compaction changes neither the revision, nor what is read at the revisions that it leaves, nor their events."""
    for each in step.emitted(Served):
        if isinstance(each.request, Compact) and each.reply is not None:
            yield "the revision stays", after.revision == before.revision
            begin = max(each.request.revision, before.compacted, after.compacted)
            left = range(begin, min(before.revision, after.revision) + 1)
            yield "reads show the same as before", _reads(before, left) == _reads(after, left)
            yield "watches tell the same as before", _told(before, left) == _told(after, left)


def _reads(state: View, revisions: Iterable[int]) -> list[Hashable]:
    cells = cast("Cells", state)  # the machine's variables are etcd's cells
    return [read_range(cells, Range(KEY, revision=each)).kvs for each in revisions]


def _told(state: View, revisions: Iterable[int]) -> list[Hashable]:
    cells = cast("Cells", state)
    return [events(cells, WatchCreate(KEY), each) for each in revisions]


@stepwise(on=Served, source="mvcc/kvstore_txn.go; observed on etcd 3.6 (A.12)", needs=EDGES)
def etcd_future_rev_rejected(before: View, step: Step, after: View) -> Parts:
    """A read at a revision that does not exist yet is refused: it neither waits nor shows the present."""
    del after
    for each in step.emitted(Served):
        if isinstance(each.request, Range) and each.request.revision > before.revision:
            yield "it is refused", each.refusal == "FutureRevision"


@stepwise(on=Served, source="etcd server/etcdserver/api/v3rpc/key.go (checkIntervals); observed (A.9)", needs=EDGES)
def etcd_duplicate_key_rejected(before: View, step: Step, after: View) -> Parts:
    """A transaction that would change one key twice is refused whole."""
    del before, after
    for each in step.emitted(Served):
        if isinstance(each.request, Txn) and _meets_itself(each.request):
            yield "it is refused", each.refusal == "DuplicateKey"


def _meets_itself(txn: Txn) -> bool:
    puts = [each.key for each in txn.success if isinstance(each, Put)]
    deleted = {each.key for each in txn.success if isinstance(each, DeleteRange)}
    return len(set(puts)) < len(puts) or not deleted.isdisjoint(puts)
