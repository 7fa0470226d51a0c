"""Writing keys: transactions, of which a put and a deletion are the smallest.

Lives here: everything that makes a revision.  A transaction is refused whole before it changes anything, or
it is made whole: all its changes get the one next revision, and if it changed nothing there is no new
revision.

The steps are etcd's own: check the request; decide all comparisons, those of nested transactions too, on
the state before the transaction; check what the chosen operations need; then run them in order, each seeing
what those before it wrote.

Source: etcd ``server/etcdserver/txn/txn.go`` and ``server/storage/mvcc/kvstore_txn.go``; observed behaviour
of etcd 3.4 to 3.6, recordings A.2 to A.11, A.19 and A.20.
"""

from __future__ import annotations

from collections.abc import Container, Hashable
from typing import Any

from attrs import Factory, define, frozen

from ..errors import ModelError
from .cells import Cells
from .check import check
from .mvcc import present, range_at, refuse_unreadable
from .refusals import KeyNotFound, LeaseNotFound
from .requests import Compare, DeleteRange, Operation, Put, Range, Result, Target, Txn
from .responses import DeleteRangeResponse, OperationResponse, PutResponse, RangeResponse, TxnResponse
from .values import Batch, Event, KeyValue, tombstone
from .versions import NEWEST, Version


@frozen
class Committed:
    """An optimistic write was made: its revision, what the key is now and what it was (None: nothing)."""

    revision: int
    kv: KeyValue | None
    previous: KeyValue | None


@frozen
class Lost:
    """An optimistic write was not made, because the key was not as expected: what it was at that moment."""

    current: KeyValue | None


def transact(cells: Cells, txn: Txn, *, leases: Container[int] = (), version: Version = NEWEST) -> TxnResponse:
    """Make a transaction: all of it, at one revision, or nothing.

    ``leases`` are the ids of the leases that exist.

    Raises:
        Refused: one of the request's own faults (see :func:`~.check.check`), a put that keeps what is not
        there, a lease
            that does not exist, or a range at a revision that cannot be read.  Nothing has changed then.
    """
    check(txn)
    return make(cells, txn, leases=leases, version=version)


def make(cells: Cells, txn: Txn, *, leases: Container[int] = (), version: Version = NEWEST) -> TxnResponse:
    """Make a transaction that is known to be well formed, such as the server's own, which may be of any size.

    Raises:
        Refused: as :func:`transact`, but for the request's own faults.
    """
    chosen = _decide(cells, txn)
    run = _Run(cells, cells.revision)
    for operation in _in_checking_order(_flatten(chosen), version):
        _refuse_impossible(run, operation, leases)
    responses = _execute(run, chosen)
    if run.events:
        cells.revision = run.now
        cells.log = (*cells.log, Batch(run.now, tuple(run.events)))
    return TxnResponse(run.now, chosen.succeeded, responses)


def put(cells: Cells, request: Put, *, leases: Container[int] = (), version: Version = NEWEST) -> PutResponse:
    """Make a transaction of one put.

    Raises:
        Refused: as :func:`transact`; a lease that does not exist is seen first.
    """
    check(request)
    if request.lease and request.lease not in leases:
        raise LeaseNotFound
    response = make(cells, Txn(success=(request,)), leases=leases, version=version).responses[0]
    assert isinstance(response, PutResponse)  # noqa: S101 - what a put answers
    return response


def delete_range(cells: Cells, request: DeleteRange) -> DeleteRangeResponse:
    """Make a transaction of one deletion.

    Raises:
        EmptyKey: the request names no key.
    """
    check(request)
    response = make(cells, Txn(success=(request,))).responses[0]
    assert isinstance(response, DeleteRangeResponse)  # noqa: S101 - what a deletion answers
    return response


def optimistic_put(cells: Cells, key: str, value: Hashable, expected: int) -> Committed | Lost:
    """Put a key if it was last changed at revision ``expected`` (0: if it does not exist), otherwise read it.

    Source: etcd ``client/v3/kubernetes`` (OptimisticPut).
    """
    written = _if_unchanged(cells, Put(key, value, prev_kv=True), expected)
    if isinstance(written, Lost):
        return written
    revision, response = written
    assert isinstance(response, PutResponse)  # noqa: S101 - what a put answers
    return Committed(revision, cells.keys[key], response.previous)


def optimistic_delete(cells: Cells, key: str, expected: int) -> Committed | Lost:
    """Delete a key if it was last changed at revision ``expected``, otherwise read it.

    Source: etcd ``client/v3/kubernetes`` (OptimisticDelete).
    """
    deleted = _if_unchanged(cells, DeleteRange(key, prev_kv=True), expected)
    if isinstance(deleted, Lost):
        return deleted
    revision, response = deleted
    assert isinstance(response, DeleteRangeResponse)  # noqa: S101 - what a deletion answers
    return Committed(revision, None, response.previous[0] if response.previous else None)


def _if_unchanged(cells: Cells, change: Put | DeleteRange, expected: int) -> tuple[int, OperationResponse] | Lost:
    unchanged = Compare(change.key, Target.MOD, Result.EQUAL, expected)
    answer = transact(cells, Txn((unchanged,), (change,), (Range(change.key),)))
    (response,) = answer.responses
    if answer.succeeded:
        return answer.revision, response
    assert isinstance(response, RangeResponse)  # noqa: S101 - what a range answers
    return Lost(response.kvs[0] if response.kvs else None)


@frozen
class _Chosen:
    """A transaction whose comparisons are decided: the operations that will run."""

    succeeded: bool
    operations: tuple[Range | Put | DeleteRange | _Chosen, ...]


@define
class _Run:
    """A transaction under way: the store, the revision before it, and its events so far."""

    cells: Cells
    before: int
    events: list[Event] = Factory(list[Event])

    @property
    def now(self) -> int:
        """The revision as an operation of the transaction sees it."""
        return self.before + 1 if self.events else self.before


def _decide(cells: Cells, txn: Txn) -> _Chosen:
    """Choose the branches, all of them on the state before the transaction."""
    succeeded = all(_holds(cells, compare) for compare in txn.compare)
    branch = txn.success if succeeded else txn.failure
    return _Chosen(succeeded, tuple(_decide(cells, each) if isinstance(each, Txn) else each for each in branch))


def _holds(cells: Cells, compare: Compare) -> bool:
    """Whether a comparison holds for every key of its range; for no key, numbers are 0 and VALUE fails."""
    kvs = present(cells, compare.key, compare.range_end)
    if not kvs:
        return compare.target is not Target.VALUE and _stands(compare, 0)
    return all(_stands(compare, _compared(compare.target, kv)) for kv in kvs)


def _compared(target: Target, kv: KeyValue) -> Hashable:
    if target is Target.MOD:
        return kv.mod_revision
    if target is Target.VERSION:
        return kv.version
    if target is Target.CREATE:
        return kv.create_revision
    return kv.value if target is Target.VALUE else kv.lease


def _stands(compare: Compare, actual: Hashable) -> bool:
    if compare.result is Result.EQUAL:
        return actual == compare.operand
    if compare.result is Result.NOT_EQUAL:
        return actual != compare.operand
    left: Any = actual  # values need an order only where they are asked for it
    right: Any = compare.operand
    return bool(left > right if compare.result is Result.GREATER else left < right)


def _flatten(chosen: _Chosen) -> list[Range | Put | DeleteRange]:
    flat: list[Range | Put | DeleteRange] = []
    for operation in chosen.operations:
        flat += _flatten(operation) if isinstance(operation, _Chosen) else (operation,)
    return flat


def _in_checking_order(
    operations: list[Range | Put | DeleteRange], version: Version
) -> list[Range | Put | DeleteRange]:
    if version.checks_puts_first:
        return sorted(operations, key=lambda operation: not isinstance(operation, Put))
    return operations


def _refuse_impossible(run: _Run, operation: Operation, leases: Container[int]) -> None:
    """Refuse the transaction for what one of its operations would need from the state before it."""
    if isinstance(operation, Put):
        if (operation.ignore_value or operation.ignore_lease) and operation.key not in run.cells.keys:
            raise KeyNotFound
        if operation.lease and operation.lease not in leases:
            raise LeaseNotFound
    elif isinstance(operation, Range) and operation.revision:
        refuse_unreadable(run.cells, operation.revision, run.before)


def _execute(run: _Run, chosen: _Chosen) -> tuple[OperationResponse, ...]:
    return tuple(_perform(run, operation) for operation in chosen.operations)


def _perform(run: _Run, operation: Range | Put | DeleteRange | _Chosen) -> OperationResponse:
    if isinstance(operation, Put):
        return _put(run, operation)
    if isinstance(operation, Range):
        return range_at(run.cells, operation, run.now, run.events)
    if isinstance(operation, DeleteRange):
        return _delete_range(run, operation)
    return TxnResponse(0, operation.succeeded, _execute(run, operation))


def _put(run: _Run, request: Put) -> PutResponse:
    keys = run.cells.keys
    previous = keys.get(request.key)
    kv = _successor(previous, request, run.before + 1)
    keys[request.key] = kv
    run.events.append(Event("PUT", kv, previous))
    return PutResponse(kv.mod_revision, previous if request.prev_kv else None)


def _successor(previous: KeyValue | None, request: Put, revision: int) -> KeyValue:
    """What a put at ``revision`` makes of a key: its first version, or the next one."""
    if previous is None:
        if request.ignore_value or request.ignore_lease:
            message = f"etcd panics here: the transaction deletes {request.key!r} and then puts what was there"
            raise ModelError(message)
        return KeyValue(request.key, request.value, revision, revision, 1, request.lease)
    return KeyValue(
        request.key,
        previous.value if request.ignore_value else request.value,
        previous.create_revision,
        revision,
        previous.version + 1,
        previous.lease if request.ignore_lease else request.lease,
    )


def _delete_range(run: _Run, request: DeleteRange) -> DeleteRangeResponse:
    doomed = present(run.cells, request.key, request.range_end)
    for kv in doomed:
        del run.cells.keys[kv.key]
        run.events.append(Event("DELETE", tombstone(kv.key, run.before + 1), kv))
    return DeleteRangeResponse(run.now, len(doomed), doomed if request.prev_kv else ())
