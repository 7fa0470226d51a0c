"""What mutants change of one etcd: its functions with one guard missing.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from seatrial.model.etcd import (
    Batch,
    Compact,
    CompactResponse,
    KeyValue,
    Range,
    RangeResponse,
    Txn,
    TxnResponse,
    compact,
    read_range,
    transact,
)

from .mutations import Row, exchanging


def transact_one_by_one(cells: Any, txn: Txn) -> TxnResponse:
    """Every operation of a transaction is a transaction of its own."""
    responses = [transact(cells, Txn(success=(operation,))) for operation in txn.success]
    return responses[-1]


def transact_with_old_revision(cells: Any, txn: Txn) -> TxnResponse:
    """From its second change on, a transaction leaves the keys at the revision before."""
    before = cells.revision
    response = transact(cells, txn)
    if cells.revision == before:
        return response
    batch = cells.log[-1]
    late = [evolve(each, kv=_one_earlier(each.kv)) for each in batch.events[1:]]
    for event in late:
        if event.kind == "PUT":
            cells.keys[event.kv.key] = event.kv
    cells.log = (*cells.log[:-1], Batch(batch.revision, (batch.events[0], *late)))
    return response


def _one_earlier(kv: KeyValue) -> KeyValue:
    return evolve(kv, mod_revision=kv.mod_revision - 1)


def read_between_operations(cells: Any, request: Range) -> RangeResponse:
    """A read of two keys sees the second one as it was a revision earlier."""
    now = read_range(cells, request)
    at = (request.revision or cells.revision) - 1
    if at < max(cells.compacted, 1) or not now.kvs:
        return now
    earlier = {kv.key: kv for kv in read_range(cells, evolve(request, revision=at)).kvs}
    last = now.kvs[-1]
    return evolve(now, kvs=(*now.kvs[:-1], earlier.get(last.key, last)))


def compact_and_go_back(cells: Any, request: Compact) -> CompactResponse:
    """Compaction at a deletion forgets that its revision was used (etcd issue 17780)."""
    last = cells.log[-1] if cells.log else None
    done = compact(cells, request)
    if last is not None and last.revision == request.revision and all(each.kind == "DELETE" for each in last.events):
        cells.revision -= 1
    return done


MUTANTS: Final[tuple[Row, ...]] = (
    (
        "revision-goes-back-after-compaction",
        "compacting at a deletion gives its revision away again",
        exchanging(compact=compact_and_go_back),
    ),
    (
        "a-revision-for-each-operation",
        "each operation of a transaction gets a revision of its own",
        exchanging(transact=transact_one_by_one),
    ),
    (
        "second-change-keeps-its-revision",
        "only the first change of a transaction is given the new revision",
        exchanging(transact=transact_with_old_revision),
    ),
    (
        "read-between-operations",
        "a read shows one key as of its revision and another as of the revision before",
        exchanging(read_range=read_between_operations),
    ),
)
