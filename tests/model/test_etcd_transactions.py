"""The model of etcd's transactions: what they see, what is refused, and what they read of the state.

Lives here: examples and properties of single transactions.  Histories are in ``test_etcd.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from random import Random
from typing import cast

import pytest
from attrs import define, evolve
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checker.conformance.etcd_programs import Author
from seatrial.model.errors import ModelError
from seatrial.model.etcd import (
    TO_THE_END,
    Batch,
    Cells,
    Committed,
    Compare,
    DeleteRange,
    KeyValue,
    LeaseGrant,
    LeaseRevoke,
    Lost,
    Member,
    Put,
    Range,
    Refused,
    Result,
    Target,
    Txn,
    TxnResponse,
    optimistic_delete,
    optimistic_put,
    put,
    read_range,
    transact,
)
from seatrial.model.etcd.check import MAX_BYTES, MAX_OPERATIONS, MAX_RECEIVED
from seatrial.model.etcd.refusals import (
    Compacted,
    DuplicateKey,
    EmptyKey,
    FutureRevision,
    KeyNotFound,
    LeaseExists,
    LeaseNotFound,
    LeaseProvided,
    MessageTooLarge,
    RequestTooLarge,
    TooManyOperations,
    ValueProvided,
)
from seatrial.model.etcd.requests import Operation, Request
from seatrial.model.etcd.responses import PutResponse, RangeResponse
from seatrial.model.etcd.versions import nearest

randoms = st.randoms(use_true_random=False)


def member_with(**keys: str) -> Member:
    """A member into which the given keys were put, one revision each."""
    member = Member()
    for key, value in keys.items():
        member.serve(Put(key, value))
    return member


def absent(key: str) -> Compare:
    """The condition that a key does not exist."""
    return Compare(key, Target.MOD, Result.EQUAL, 0)


# --- What is refused ------------------------------------------------------------------------------------------------

P, D, R = Put("k"), DeleteRange("k"), Range("k")


@pytest.mark.parametrize(
    ("branch", "refused"),
    [
        ((P, P), True),
        ((P, D), True),
        ((D, P), True),
        ((D, D), False),
        ((P, R, Put("l")), False),
        ((P, DeleteRange("a", "z")), True),
        ((P, DeleteRange("z", "a")), False),
        ((P, DeleteRange("a", TO_THE_END)), False),
        ((P, Txn(success=(P,))), True),
        ((P, Txn(failure=(D,))), True),
        ((Txn(success=(P,), failure=(P,)),), False),
        ((Txn(success=(D,), failure=(P,)),), False),
        ((Txn(failure=(P,)), Txn(success=(P,))), True),
        ((Txn(success=(D,)), Txn(success=(P,))), True),
        ((Txn(success=(P,)), Txn(success=(D,))), False),
    ],
    ids=str,
)
def test_a_key_is_changed_once(branch: tuple[Operation, ...], refused: bool) -> None:
    """A branch that would change a key twice is refused, nested or not, taken or not, within etcd's own bounds."""
    for txn in (Txn(success=branch), Txn(failure=branch)):
        if refused:
            with pytest.raises(DuplicateKey):
                Member().serve(txn)
        else:
            Member().serve(txn)


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (Range(""), EmptyKey),
        (Put(""), EmptyKey),
        (DeleteRange(""), EmptyKey),
        (Txn((Compare("", Target.MOD, Result.EQUAL, 0),)), EmptyKey),
        (Txn(failure=(Put(""),)), EmptyKey),
        (Put("a", "value", ignore_value=True), ValueProvided),
        (Put("a", lease=1, ignore_lease=True), LeaseProvided),
        (Put("none", ignore_value=True), KeyNotFound),
        (Put("none", ignore_lease=True), KeyNotFound),
        (Put("a", lease=4242), LeaseNotFound),
        (LeaseRevoke(4242), LeaseNotFound),
        (LeaseGrant(10, 1), LeaseExists),
        (Txn(success=(Put("b"), Put("a", lease=4242))), LeaseNotFound),
        (Txn(success=(Put("b"), Range("a", revision=99))), FutureRevision),
        (Txn(success=(Put("b"), Txn(success=(Range("a", revision=1),)))), Compacted),
        (Txn((absent("c"),) * (MAX_OPERATIONS + 1)), TooManyOperations),
        (Txn(success=(R,) * (MAX_OPERATIONS + 1)), TooManyOperations),
        (Txn(success=(*(R,) * 64, Txn(success=(R,) * 64))), TooManyOperations),
        (Put("big", "x" * (MAX_BYTES - 25)), RequestTooLarge),
        (Put("x" * MAX_BYTES), RequestTooLarge),
        (Txn(success=(Put("b", "x" * MAX_BYTES), Put("c", "x"))), RequestTooLarge),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_refused_and_why(request_: Request, refusal: type[Refused]) -> None:
    """Each refusal has its reason, and leaves everything as it was."""
    member = member_with(a="1", z="2")
    member.compacted = 2
    member.serve(LeaseGrant(10, 1))
    before = member.copy()
    with pytest.raises(refusal) as caught:
        member.serve(request_)
    assert caught.value.message.startswith("etcdserver: ")
    assert member == before


def test_a_large_transaction_is_allowed() -> None:
    """As many operations as allowed, nested ones included, and as many bytes as allowed, are allowed."""
    Member().serve(Txn(success=(*(R,) * 63, Txn(success=(R,) * 64))))
    Member().serve(Put("big", "x" * (MAX_BYTES - 26)))


def test_what_only_reads_is_not_proposed() -> None:
    """A request that makes no entry in the log may be as large as what is received; a larger one is not even read."""
    large = Range("x" * (MAX_RECEIVED - 10))
    assert Member().serve(large) == RangeResponse(1)
    assert Member().serve(Txn(success=(Range("x" * MAX_BYTES),))).revision == 1
    with pytest.raises(MessageTooLarge) as caught:
        Member().serve(Put("", "x" * 2_200_000))
    assert caught.value.message == "grpc: received message larger than max (2200005 vs. 2097152)"
    assert caught.value.code == 8


def test_releases_differ_in_what_they_check_first() -> None:
    """A transaction that is wrong in two ways is refused for its put up to 3.5, for what comes first in 3.6."""
    twice_wrong = Txn(success=(Range("a", revision=99), Put("a", lease=4242)))
    for name, refusal in (("3.4.23", LeaseNotFound), ("3.5.16", LeaseNotFound), ("3.6.8", FutureRevision)):
        with pytest.raises(refusal):
            Member(version=nearest(name)).serve(twice_wrong)


def test_what_a_real_etcd_does_not_survive_is_no_answer() -> None:
    """A transaction that deletes a key and then keeps its value makes etcd panic; the model says so."""
    with pytest.raises(ModelError, match="panics"):
        member_with(a="1").serve(Txn(success=(DeleteRange("a", TO_THE_END), Put("a", ignore_value=True))))


# --- What a transaction sees ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("result", list(Result))
@pytest.mark.parametrize("target", list(Target))
def test_a_missing_key_compares_as_zero(target: Target, result: Result) -> None:
    """Of a key that does not exist all numbers are 0, alone or as an empty range; comparing its value always fails."""
    holds = {Result.EQUAL: 0, Result.NOT_EQUAL: 1, Result.LESS: 1, Result.GREATER: -1}
    for range_end in ("", "z"):
        operand = "" if target is Target.VALUE else holds[result]
        answer = transact(Member(), Txn((Compare("k", target, result, operand, range_end),)))
        assert answer.succeeded == (target is not Target.VALUE)


@given(randoms)
def test_a_range_compares_every_key(random: Random) -> None:
    """A comparison of a range holds if it holds for each key in it."""
    member = member_with(a="1", b="0", c="text")
    compare = evolve(Author(random).condition(), range_end=TO_THE_END)
    keys = [key for key in member.keys if key >= compare.key]
    each = [transact(member, Txn((evolve(compare, key=key, range_end=""),))).succeeded for key in keys]
    if keys:
        assert transact(member, Txn((compare,))).succeeded == all(each)


def test_operations_see_what_came_before_them() -> None:
    """A range within a transaction sees the earlier writes, and the revision being made once there is one."""
    answer = member_with(a="1").serve(Txn(success=(R, Put("k", "new"), R, DeleteRange("a"), Range("a", "z"))))
    assert isinstance(answer, TxnResponse)
    first, _, second, _, third = answer.responses
    written = KeyValue("k", "new", 3, 3, 1)
    assert first == RangeResponse(2)
    assert second == third == RangeResponse(3, (written,), 1)


def test_the_past_within_a_transaction_is_without_its_writes() -> None:
    """A range at a past revision within a transaction does not see what the transaction has just written."""
    answer = member_with(a="1").serve(Txn(success=(Put("a", "2"), Put("b", "2"), Range("a", "z", revision=2))))
    assert isinstance(answer, TxnResponse)
    assert answer.responses[-1] == RangeResponse(3, (KeyValue("a", "1", 2, 2, 1),), 1)


def test_all_comparisons_are_of_the_state_before() -> None:
    """A nested transaction's comparison does not see what the outer one has written, its operations do."""
    answer = Member().serve(Txn(success=(Put("k"), Txn((absent("k"),), (R,)))))
    assert isinstance(answer, TxnResponse)
    assert answer.responses[1] == TxnResponse(0, True, (RangeResponse(2, (KeyValue("k", "", 2, 2, 1),), 1),))


def test_revoking_a_lease_is_one_revision_however_many_keys() -> None:
    """Whatever is attached to a lease goes at once; that is no request, so it is bound by no request's limit."""
    member = Member()
    member.serve(LeaseGrant(10, 1))
    for number in range(MAX_OPERATIONS + 2):
        member.serve(Put(f"{number:03}", lease=1))
    member.serve(Put("000"))  # detached
    before = member.revision
    member.serve(LeaseRevoke(1))
    assert (member.revision, list(member.keys)) == (before + 1, ["000"])
    assert len(member.log[-1].events) == MAX_OPERATIONS + 1


# --- Kubernetes' shapes ---------------------------------------------------------------------------------------------


@given(randoms, st.integers(min_value=0, max_value=6), st.booleans())
def test_an_optimistic_write_is_made_or_lost(random: Random, expected: int, deleting: bool) -> None:
    """It is made if the key was last changed at the expected revision (0: never); otherwise it tells the key."""
    member, author = Member(), Author(random)
    for _ in range(6):
        member.serve(Put(author.reading().key, "old"))
    key = author.reading().key
    before, current = member.copy(), member.keys.get(key)
    answer = optimistic_delete(member, key, expected) if deleting else optimistic_put(member, key, "new", expected)
    if expected != (current.mod_revision if current else 0):
        assert answer == Lost(current)
        assert member == before
    else:
        now = before.revision if deleting and current is None else before.revision + 1
        assert answer == Committed(now, member.keys.get(key), current)
        assert member.revision == now
        assert (key in member.keys) == (not deleting)


# --- What is read of the state --------------------------------------------------------------------------------------


class OneKey(MutableMapping[str, KeyValue]):
    """Keys of which only one may be asked for, and which may not be gone through."""

    def __init__(self, allowed: str, keys: dict[str, KeyValue]) -> None:
        self.allowed = allowed
        self.keys_ = keys

    def __getitem__(self, key: str) -> KeyValue:
        assert key == self.allowed
        return self.keys_[key]

    def __setitem__(self, key: str, value: KeyValue) -> None:
        self.keys_[key] = value

    def __delitem__(self, key: str) -> None:
        del self.keys_[key]

    def __iter__(self) -> Iterator[str]:
        pytest.fail("the keys were gone through")

    def __len__(self) -> int:
        raise AssertionError("the keys were counted")


@define
class Narrow:
    """A store without a log and without a compacted revision: whoever reads or writes one fails."""

    revision: int
    keys: OneKey


@define
class Writable:
    """A store whose log may be added to."""

    revision: int
    keys: OneKey
    log: tuple[Batch, ...] = ()
    compacted: int = -1


def test_a_plain_read_reads_one_cell() -> None:
    """A range of one key, a failed optimistic write and a deletion of nothing touch that key and the revision only."""
    two = {"k": KeyValue("k", "v", 2, 2, 1), "l": KeyValue("l", "v", 2, 2, 1)}
    store = cast("Cells", Narrow(2, OneKey("k", two)))
    assert read_range(store, Range("k")).count == 1
    assert isinstance(optimistic_put(store, "k", "new", 1), Lost)
    store = cast("Cells", Narrow(2, OneKey("none", {})))
    assert transact(store, Txn(success=(DeleteRange("none"),))).revision == 2


def test_a_write_of_one_key_asks_for_no_other() -> None:
    """An optimistic write, a put and a deletion of one key ask for that key and never go through all of them."""
    store: Cells = Writable(2, OneKey("k", {"k": KeyValue("k", "v", 2, 2, 1), "l": KeyValue("l", "v", 2, 2, 1)}))
    assert isinstance(optimistic_put(store, "k", "new", 2), Committed)
    assert put(store, Put("k", "newer")) == PutResponse(4)
    assert isinstance(optimistic_delete(store, "k", 4), Committed)
