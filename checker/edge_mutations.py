"""What mutants change of one etcd at the edges of its promises: absent keys, empty changes, compacted revisions.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve

from seatrial.model.etcd import (
    Batch,
    Cancelled,
    Compact,
    Compacted,
    CompactResponse,
    Compare,
    DeleteRange,
    Event,
    KeyValue,
    Range,
    RangeResponse,
    Result,
    Target,
    Txn,
    TxnResponse,
    WatchCreate,
    compact,
    events,
    read_range,
    transact,
)
from seatrial.model.etcd.transactions import make
from seatrial.model.etcd.versions import ETCD_3_5_1

from .mutations import Row, exchanging

# --- Transactions -----------------------------------------------------------------------------------------------


def transact_empty_changes(cells: Any, txn: Txn) -> TxnResponse:
    """A deletion that finds nothing makes a revision."""
    before = cells.revision
    response = transact(cells, txn)
    if cells.revision == before and any(isinstance(each, DeleteRange) for each in txn.success):
        cells.revision = before + 1
    return response


def transact_no_equal_puts(cells: Any, txn: Txn) -> TxnResponse:
    """A put of the value that is there makes no revision."""
    response = transact(cells, txn)
    batch = cells.log[-1] if cells.log else Batch(0, ())
    if batch.revision == response.revision and all(_changed_nothing(each) for each in batch.events):
        for each in batch.events:
            cells.keys[each.kv.key] = each.previous
        cells.log, cells.revision = cells.log[:-1], response.revision - 1
    return response


def _changed_nothing(event: Event) -> bool:
    return event.kind == "PUT" and event.previous is not None and event.previous.value == event.kv.value


def transact_counting_on(cells: Any, txn: Txn) -> TxnResponse:
    """A key that was deleted and comes into being again keeps on counting its versions."""
    past = [event for batch in cells.log for event in batch.events if event.kind == "DELETE"]
    response = transact(cells, txn)
    for event in past:
        now = cells.keys.get(event.kv.key)
        if now is not None and event.previous is not None and now.create_revision == cells.revision:
            cells.keys[now.key] = evolve(now, version=event.previous.version + 1)
    return response


def transact_creating_anew(cells: Any, txn: Txn) -> TxnResponse:
    """Every put makes a new key of one that is there."""
    before = cells.revision
    response = transact(cells, txn)
    for key in list(cells.keys):
        kv: KeyValue = cells.keys[key]
        if kv.mod_revision == cells.revision > before:
            cells.keys[key] = evolve(kv, create_revision=cells.revision, version=1)
    return response


def transact_if_value_differs(cells: Any, txn: Txn) -> TxnResponse:
    """The value of an absent key differs from every other."""
    differs = [each for each in txn.compare if each.target is Target.VALUE and each.result is Result.NOT_EQUAL]
    holding = {each for each in differs if cells.keys.get(each.key) is None}
    return transact(cells, evolve(txn, compare=tuple(each for each in txn.compare if each not in holding)))


def transact_with_tombstones(cells: Any, txn: Txn) -> TxnResponse:
    """A key that was deleted is compared by the revision of its deletion."""
    gone = {event.kv.key for batch in cells.log for event in batch.events} - set(cells.keys)
    compared = [_never_of_absent(each) if each.key in gone else each for each in txn.compare]
    return transact(cells, evolve(txn, compare=tuple(compared)))


def _never_of_absent(compare: Compare) -> Compare:
    """A comparison that fails, as that of a tombstone's revision with 0 would."""
    return evolve(compare, result=Result.GREATER) if compare.target is Target.MOD else compare


def transact_unchecked(cells: Any, txn: Txn) -> TxnResponse:
    """A transaction may change a key twice: the last change wins."""
    return make(cells, txn)


# --- Reads, watches and compaction ------------------------------------------------------------------------------


def read_future(cells: Any, request: Range) -> RangeResponse:
    """A read at a revision that does not exist yet shows the present."""
    return read_range(cells, evolve(request, revision=min(request.revision, cells.revision)))


def read_not_at_compaction(cells: Any, request: Range) -> RangeResponse:
    """A read at the compacted revision itself is refused."""
    if 0 < request.revision <= cells.compacted:
        raise Compacted
    return read_range(cells, request)


def read_below_compaction(cells: Any, request: Range) -> RangeResponse:
    """A read below the compacted revision is answered with what can still be found."""
    return read_range(cells, evolve(request, revision=max(request.revision, cells.compacted)))


def told_not_at_compaction(cells: Any, watch: WatchCreate, start: int) -> tuple[Batch, ...] | Cancelled:
    """A watch from the compacted revision itself is cancelled."""
    return Cancelled(cells.compacted) if start <= cells.compacted else events(cells, watch, start)


def told_below_compaction(cells: Any, watch: WatchCreate, start: int) -> tuple[Batch, ...] | Cancelled:
    """A watch from below the compacted revision goes on with what is left."""
    return events(cells, watch, max(start, cells.compacted))


def compact_again(cells: Any, request: Compact) -> CompactResponse:
    """Compaction to where history was compacted to already is no error."""
    return CompactResponse(cells.revision) if request.revision <= cells.compacted else compact(cells, request)


def compact_ahead(cells: Any, request: Compact) -> CompactResponse:
    """Compaction to a revision that does not exist yet compacts to the present."""
    if request.revision > cells.revision:
        return CompactResponse(cells.revision)
    return compact(cells, request)


def compact_with_old_keys(cells: Any, request: Compact) -> CompactResponse:
    """Compaction forgets keys that were not changed after its revision, though they exist."""
    response = compact(cells, request)
    for key in list(cells.keys):
        if cells.keys[key].mod_revision <= request.revision:
            del cells.keys[key]
    return response


def compact_with_deletions(cells: Any, request: Compact) -> CompactResponse:
    """Compaction forgets the deletions that were made at its revision (etcd issue 19179)."""
    return compact(cells, request, version=ETCD_3_5_1)


MUTANTS: Final[tuple[Row, ...]] = (
    (
        "deletion-of-nothing-counts",
        "a deletion that finds nothing makes a revision",
        exchanging(transact=transact_empty_changes),
    ),
    (
        "equal-put-is-no-change",
        "a put of the value that is there already makes no revision",
        exchanging(transact=transact_no_equal_puts),
    ),
    (
        "version-survives-deletion",
        "a key that is made again after its deletion goes on counting versions",
        exchanging(transact=transact_counting_on),
    ),
    (
        "put-makes-anew",
        "a put of a key that exists counts as its creation",
        exchanging(transact=transact_creating_anew),
    ),
    (
        "absent-value-differs",
        "the value of an absent key is unequal to any other",
        exchanging(transact=transact_if_value_differs),
    ),
    (
        "tombstone-is-compared",
        "a deleted key is compared by the revision of its deletion",
        exchanging(transact=transact_with_tombstones),
    ),
    (
        "key-changed-twice",
        "a transaction may change a key twice, and the last change wins",
        exchanging(transact=transact_unchecked),
    ),
    ("future-shows-present", "a read at a revision to come shows the present", exchanging(read_range=read_future)),
    (
        "compacted-revision-unreadable",
        "the compacted revision itself cannot be read",
        exchanging(read_range=read_not_at_compaction),
    ),
    (
        "compacted-is-read",
        "a read below the compacted revision shows what is left",
        exchanging(read_range=read_below_compaction),
    ),
    (
        "compacted-revision-unwatchable",
        "a watch from the compacted revision itself is cancelled",
        exchanging(told=told_not_at_compaction),
    ),
    (
        "compacted-is-skipped",
        "a watch from below the compacted revision goes on with what is left",
        exchanging(told=told_below_compaction),
    ),
    ("compacts-twice", "compaction to an older revision is no error", exchanging(compact=compact_again)),
    ("compacts-ahead", "compaction to a revision to come is no error", exchanging(compact=compact_ahead)),
    (
        "compaction-forgets-keys",
        "compaction forgets keys that were not changed after its revision",
        exchanging(compact=compact_with_old_keys),
    ),
    (
        "compaction-forgets-deletions",
        "compaction forgets the deletions that were made at its revision",
        exchanging(compact=compact_with_deletions),
    ),
)
