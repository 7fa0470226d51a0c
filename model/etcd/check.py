"""Which requests are refused whatever the store holds.

Lives here: the checks that need no state.  Each raises a refusal or returns nothing.

Two ranges of a transaction count as overlapping by their plain bounds: a deletion ``TO_THE_END`` covers,
for this check, no key at all, so that a put of a key that it deletes is let through.  Nor is a put in one
nested transaction held against a deletion in a later one.  Both are etcd's own, and are compared with a
real etcd.

Source: etcd ``server/etcdserver/api/v3rpc/key.go`` (checkTxnRequest, checkIntervals); observed behaviour of
etcd 3.4 to 3.6, recordings A.9.
"""

from __future__ import annotations

from typing import Final

from .refusals import (
    DuplicateKey,
    EmptyKey,
    LeaseProvided,
    MessageTooLarge,
    RequestTooLarge,
    TooManyOperations,
    ValueProvided,
)
from .requests import DeleteRange, Operation, Put, Range, Txn
from .sizes import proposal_size, rough_size, size
from .values import EMPTY

MAX_OPERATIONS: Final = 128
"""How many operations a branch of a transaction may have, nested ones included (etcd's default)."""

MAX_BYTES: Final = 1536 * 1024
"""How large a proposal to the log may be (etcd's default).  What only reads is not proposed."""

MAX_RECEIVED: Final = MAX_BYTES + 512 * 1024
"""How large a request may be that is received at all."""

_SURELY_SMALL: Final = MAX_BYTES // 8
"""With so few characters in keys and values no request is too large, so that its size need not be told exactly."""


def check(request: Operation) -> None:
    """Refuse a request that no state of the store could make right.

    Raises:
        EmptyKey: a request or a comparison without a key.
        ValueProvided: a put with a value that is to be ignored.
        LeaseProvided: a put with a lease that is to be ignored.
        TooManyOperations: a transaction larger than allowed.
        DuplicateKey: a transaction that changes a key twice.
        RequestTooLarge: it is too large to be proposed.
        MessageTooLarge: it is too large to be received.
    """
    exact = size(request) if rough_size(request) > _SURELY_SMALL else 0
    if exact > MAX_RECEIVED:
        raise MessageTooLarge(exact, MAX_RECEIVED)
    if isinstance(request, Txn):
        _check_transaction(request, MAX_OPERATIONS)
        for branch in (request.success, request.failure):
            if len(branch) > 1 or (branch and isinstance(branch[0], Txn)):
                _changes(branch)
    else:
        _check_operation(request)
    if exact and not _only_reads(request) and proposal_size(request) > MAX_BYTES:
        raise RequestTooLarge


def _check_operation(operation: Operation, allowance: int = MAX_OPERATIONS) -> None:
    if isinstance(operation, Txn):
        _check_transaction(operation, allowance)
        return
    if not operation.key:
        raise EmptyKey
    if isinstance(operation, Put):
        if operation.ignore_value and operation.value != EMPTY:
            raise ValueProvided
        if operation.ignore_lease and operation.lease:
            raise LeaseProvided


def _check_transaction(txn: Txn, allowance: int) -> None:
    """Count and check a transaction; what is nested in it shares what is left of the allowance."""
    size = max(len(txn.compare), len(txn.success), len(txn.failure))
    if size > allowance:
        raise TooManyOperations
    if not all(compare.key for compare in txn.compare):
        raise EmptyKey
    for operation in (*txn.success, *txn.failure):
        _check_operation(operation, allowance - size)


def _only_reads(operation: Operation) -> bool:
    """Whether a request is answered without the log: a range, or a transaction of nothing but ranges."""
    if isinstance(operation, Txn):
        return all(isinstance(each, Range) for each in (*operation.success, *operation.failure))
    return isinstance(operation, Range)


def _changes(operations: tuple[Operation, ...]) -> tuple[set[str], list[DeleteRange]]:
    """The keys that a branch puts and the deletions that it makes, nested transactions included.

    Raises:
        DuplicateKey: two of them meet.
    """
    puts: set[str] = set()
    deletions = [each for each in operations if isinstance(each, DeleteRange)]
    for operation in operations:
        if isinstance(operation, Txn):
            puts_then, deletions_then = _changes(operation.success)
            puts_else, deletions_else = _changes(operation.failure)
            # Only one of the two branches will run: they may put the same key.
            _refuse_meeting(puts_then | puts_else, puts, deletions)
            puts |= puts_then | puts_else
            deletions += [*deletions_then, *deletions_else]
    for operation in operations:
        if isinstance(operation, Put):
            _refuse_meeting({operation.key}, puts, deletions)
            puts.add(operation.key)
    return puts, deletions


def _refuse_meeting(keys: set[str], puts: set[str], deletions: list[DeleteRange]) -> None:
    if not keys.isdisjoint(puts) or any(_meets(each, key) for each in deletions for key in keys):
        raise DuplicateKey


def _meets(deletion: DeleteRange, key: str) -> bool:
    if deletion.range_end:
        return deletion.key <= key < deletion.range_end
    return deletion.key == key
