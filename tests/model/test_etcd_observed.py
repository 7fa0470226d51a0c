"""What was observed of real etcd servers, in the numbering of the recordings (A.1 to A.22), as examples for the model.

Lives here: one example or more for each observed fact.  The general laws are in the other files on etcd.
"""

from __future__ import annotations

import pytest

from seatrial.model.etcd import (
    VERSIONS,
    Batch,
    Cancelled,
    Compact,
    Compare,
    DeleteRange,
    DeleteRangeResponse,
    Event,
    Filter,
    KeyValue,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseResponse,
    LeaseTimeToLive,
    LeaseTimeToLiveResponse,
    Member,
    Put,
    PutResponse,
    Range,
    RangeResponse,
    Refused,
    Request,
    Result,
    SortOrder,
    SortTarget,
    Stream,
    Target,
    Txn,
    TxnResponse,
    WatchCreate,
    events,
    first_revision,
)
from seatrial.model.etcd.leases import expire
from seatrial.model.etcd.refusals import (
    Compacted,
    DuplicateKey,
    EmptyKey,
    FutureRevision,
    KeyNotFound,
    LeaseExists,
    LeaseNotFound,
    RequestTooLarge,
    TooManyOperations,
)
from seatrial.model.etcd.requests import Operation
from seatrial.model.etcd.streams import Created, Progress, create, notify_progress


def told(member: Member, watch: WatchCreate) -> list[Event]:
    """All events that a watch is told."""
    found = events(member, watch, first_revision(member, watch))
    assert not isinstance(found, Cancelled)
    return [event for batch in found for event in batch.events]


def transact(member: Member, *success: Operation, compare: tuple[Compare, ...] = ()) -> TxnResponse:
    """Make a transaction with an empty other branch."""
    answer = member.serve(Txn(compare, success))
    assert isinstance(answer, TxnResponse)
    return answer


def read(member: Member, request: Range) -> RangeResponse:
    """Ask a range."""
    answer = member.serve(request)
    assert isinstance(answer, RangeResponse)
    return answer


def of(*puts: tuple[str, str]) -> Member:
    """A member into which these keys were put, one revision each, from 2 on."""
    member = Member()
    for key, value in puts:
        member.serve(Put(key, value))
    return member


def holds(member: Member, *compare: Compare) -> bool:
    """Whether a transaction's conditions hold."""
    return transact(member, compare=compare).succeeded


# --- Revisions ------------------------------------------------------------------------------------------------------


def test_a1_a_fresh_store() -> None:
    """A fresh store is at revision 1, and the first write makes revision 2."""
    member = Member()
    assert read(member, Range("k")) == RangeResponse(1)
    assert member.serve(Put("k")) == PutResponse(2)


def test_a2_a3_a_put_always_makes_a_revision() -> None:
    """A put of the value that is there makes the next revision and version; its answer tells that revision, no key."""
    member = of(("k", "v"))
    assert member.serve(Put("k", "v")) == PutResponse(3)
    assert read(member, Range("k")).kvs == (KeyValue("k", "v", 2, 3, 2),)


def test_a4_deleting() -> None:
    """Deleting nothing makes no revision; deleting three keys makes one."""
    member = of(("p/1", ""), ("p/2", ""), ("p/3", ""))
    assert member.serve(DeleteRange("missing")) == DeleteRangeResponse(4)
    assert member.serve(DeleteRange("p/", "p0")) == DeleteRangeResponse(5, 3)


def test_a5_a_key_begins_anew() -> None:
    """After a deletion a put makes version 1, created at its own revision; no revision comes twice."""
    member = of(("k", "1"), ("k", "2"))
    member.serve(DeleteRange("k"))
    member.serve(Put("k", "3"))
    assert read(member, Range("k")).kvs == (KeyValue("k", "3", 5, 5, 1),)
    assert [batch.revision for batch in member.log] == [2, 3, 4, 5]


# --- Transactions ---------------------------------------------------------------------------------------------------


def test_a6_a_transaction_is_one_revision() -> None:
    """All writes have one revision; a range before the first of them tells the old one, a range after it the new."""
    member = Member()
    member.serve(Txn(success=(Put("k", "1"), Put("l", "1"))))
    answer = transact(member, Range("k"), Put("k", "2"), Range("k"), DeleteRange("l"), Range("l"))
    assert answer.revision == 3
    assert answer.responses == (
        RangeResponse(2, (KeyValue("k", "1", 2, 2, 1),), 1),
        PutResponse(3),
        RangeResponse(3, (KeyValue("k", "2", 2, 3, 2),), 1),
        DeleteRangeResponse(3, 1),
        RangeResponse(3, (), 0),
    )
    assert {kv.mod_revision for kv in member.keys.values()} == {3}


NEVER = Compare("k", Target.VERSION, Result.EQUAL, 99)


@pytest.mark.parametrize(
    ("txn", "made"),
    [
        (Txn(), 0),
        (Txn(success=(Range("k"),)), 0),
        (Txn(success=(DeleteRange("none"),)), 0),
        (Txn((NEVER,), (Put("k"),)), 0),
        (Txn((NEVER,), (Put("k"),), (Range("k"),)), 0),
        (Txn((NEVER,), (), (Put("k"),)), 1),
        (Txn(success=(Put("k"), Txn(success=(Put("l"), Txn(success=(Put("m"),)))))), 1),
    ],
    ids=str,
)
def test_a7_a8_what_makes_a_revision(txn: Txn, made: int) -> None:
    """A transaction that wrote nothing makes no revision; one that wrote, in any branch or depth, makes one."""
    member = of(("k", "v"))
    member.serve(txn)
    assert member.revision == 2 + made


P, D = Put("k"), DeleteRange("k")


@pytest.mark.parametrize(
    ("request_", "refusal"),
    [
        (Txn(success=(P, P)), DuplicateKey),
        (Txn(success=(P, D)), DuplicateKey),
        (Txn(success=(D, P)), DuplicateKey),
        (Txn(success=(DeleteRange("a", "z"), P)), DuplicateKey),
        (Txn(success=(P, DeleteRange("a", "z"))), DuplicateKey),
        (Txn(success=(P, Txn(success=(P,)))), DuplicateKey),
        (Txn(success=(P, Txn(failure=(D,)))), DuplicateKey),
        (Txn(success=(D, D)), None),
        (Txn(success=(P,), failure=(P,)), None),
        (Txn(success=tuple(Put(str(n)) for n in range(129))), TooManyOperations),
        (Txn(success=tuple(Put(str(n)) for n in range(128))), None),
        (Put(""), EmptyKey),
        (Txn(success=(Put("l"), Put(""))), EmptyKey),
        (Put("k", "v" * (1536 * 1024 + 1)), RequestTooLarge),
        (Put("k", lease=4242), LeaseNotFound),
        (Txn(success=(Put("l"), Put("k", lease=4242))), LeaseNotFound),
        (Txn(success=(Put("l"), Range("k", revision=2))), Compacted),
        (Txn(success=(Put("l"), Range("k", revision=4))), FutureRevision),
        (Txn(success=(Put("l"), Txn(success=(Range("k", revision=99),)))), FutureRevision),
    ],
    ids=lambda each: str(each)[:60],
)
def test_a9_a10_refused_whole(request_: Request, refusal: type[Refused] | None) -> None:
    """A transaction with one impossible operation is refused before anything is applied; a few doubles are allowed."""
    member = of(("k", "1"), ("k", "2"))
    member.serve(Compact(3))
    before = member.copy()
    if refusal is None:
        member.serve(request_)
        assert member.revision == 4
    else:
        with pytest.raises(refusal):
            member.serve(request_)
        assert member == before


RESULTS = list(Result)


@pytest.mark.parametrize("target", [Target.VERSION, Target.CREATE, Target.MOD, Target.LEASE])
def test_a11_numbers_of_a_missing_key_are_zero(target: Target) -> None:
    """On a missing key, and on a range without keys, every number compares as 0."""
    for range_end in ("", "z"):
        compared = [[holds(Member(), Compare("x", target, result, n, range_end)) for result in RESULTS] for n in (0, 1)]
        assert compared == [
            [result is Result.EQUAL for result in RESULTS],
            [result in {Result.LESS, Result.NOT_EQUAL} for result in RESULTS],
        ]


def test_a11_values_and_ranges() -> None:
    """No value compares on a missing key; all conditions must hold, and each for every key of its range."""
    member = of(("a", "1"), ("b", "2"), ("b", "2"))
    assert not any(
        holds(member, Compare("x", Target.VALUE, result, value)) for result in RESULTS for value in ("", "v")
    )
    for number, expected in ((1, False), (0, False)):
        assert holds(member, Compare("a", Target.VERSION, Result.EQUAL, number, "c")) == expected
    assert holds(member, Compare("a", Target.VERSION, Result.GREATER, 0, "c"))
    first, second = (Compare(key, Target.VERSION, Result.EQUAL, 1) for key in ("a", "b"))
    assert holds(member, first)
    assert not holds(member, first, second)


# --- Ranges ---------------------------------------------------------------------------------------------------------


def test_a12_the_past_and_the_future() -> None:
    """A range at a revision tells the keys right after it, and the present revision; the future is refused."""
    member = of(("k", "1"), ("k", "2"))
    member.serve(DeleteRange("k"))
    assert [read(member, Range("k", revision=r)).count for r in (1, 2, 3, 4)] == [0, 1, 1, 0]
    assert read(member, Range("k", revision=2)) == RangeResponse(4, (KeyValue("k", "1", 2, 2, 1),), 1)
    assert read(member, Range("k", revision=0)) == read(member, Range("k", revision=-1)) == RangeResponse(4)
    for revision in (5, 1024):
        with pytest.raises(FutureRevision):
            member.serve(Range("k", revision=revision))


def test_a13_counting_limits_and_bounds() -> None:
    """The count is of the whole range; a limit that cuts it is told; bounds choose what is told, not what counts."""
    member = of(("a", "3"), ("b", "2"), ("c", "1"))
    keys = [[kv.key for kv in read(member, each).kvs] for each in (Range("a", "z", limit=2), Range("a", "z", limit=3))]
    assert keys == [["a", "b"], ["a", "b", "c"]]
    seen = [(r.count, r.more) for r in (read(member, Range("a", "z", limit=n)) for n in (2, 3))]
    assert seen == [(3, True), (3, False)]
    bound = read(member, Range("a", "z", min_mod_revision=3, max_mod_revision=3))
    assert ([kv.key for kv in bound.kvs], bound.count) == (["b"], 3)
    assert read(member, Range("b", "a")) == RangeResponse(4)
    by_value = read(member, Range("a", "z", sort_order=SortOrder.ASCEND, sort_target=SortTarget.VALUE))
    assert [kv.key for kv in by_value.kvs] == ["c", "b", "a"]
    assert read(member, Range("a", "z", count_only=True)) == RangeResponse(4, (), 3)
    assert {kv.value for kv in read(member, Range("a", "z", keys_only=True)).kvs} == {""}


# --- Compaction -----------------------------------------------------------------------------------------------------


def test_a14_compaction() -> None:
    """The compacted revision can be read, nothing below it; no compaction goes back, stands still, or goes ahead."""
    fresh = Member()
    for revision in (0, 1):
        fresh.serve(Compact(revision))
    member = of(("old", "v"), ("k", "1"), ("k", "2"), ("k", "3"))
    member.serve(Compact(4))
    for request, refusal in (
        (Compact(4), Compacted),
        (Compact(3), Compacted),
        (Compact(6), FutureRevision),
        (Range("k", revision=3), Compacted),
    ):
        with pytest.raises(refusal):
            member.serve(request)
    assert read(member, Range("k", revision=4)).kvs == (KeyValue("k", "2", 3, 4, 2),)
    assert read(member, Range("old")).kvs == (KeyValue("old", "v", 2, 2, 1),)


# --- Watches --------------------------------------------------------------------------------------------------------


def test_a15_where_a_watch_begins() -> None:
    """First comes the present revision; then what is later, or what was from a revision on, or what will be."""
    member = of(("k", "1"), ("k", "2"))
    _, created = create(member, Stream(), WatchCreate("k"))
    assert created == Created(0, 3)
    assert told(member, WatchCreate("k")) == []
    assert [event.kv.mod_revision for event in told(member, WatchCreate("k", start_revision=2))] == [2, 3]
    future = WatchCreate("k", start_revision=5)
    member.serve(Txn(success=(Put("k", "3"), Put("l", "3"))))
    assert told(member, future) == []
    member.serve(Put("k", "4"))
    assert [event.kv.value for event in told(member, future)] == ["4"]
    assert [len(batch.events) for batch in member.log] == [1, 1, 2, 1]


def test_a16_what_events_tell() -> None:
    """A deletion tells key and revision, and the last value if asked; a put of the same value is an event."""
    member = of(("k", "v"), ("k", "v"))
    member.serve(DeleteRange("k"))
    one, two = KeyValue("k", "v", 2, 2, 1), KeyValue("k", "v", 2, 3, 2)
    gone = KeyValue("k", "", 0, 4, 0)
    watch = WatchCreate("k", start_revision=2, prev_kv=True)
    assert told(member, watch) == [Event("PUT", one), Event("PUT", two, one), Event("DELETE", gone, two)]
    silent = WatchCreate("k", start_revision=2, filters=(Filter.NOPUT,))
    assert told(member, silent) == [Event("DELETE", gone)]


@pytest.mark.parametrize("name", list(VERSIONS))
def test_a17_watching_from_a_compacted_revision(name: str) -> None:
    """From below, a watch is ended with the compacted revision; from it on it works, but for old deletions."""
    member = Member(version=VERSIONS[name])
    for request in (Put("k", "1"), Put("k", "2"), DeleteRange("k"), Compact(4)):
        member.serve(request)
    assert events(member, WatchCreate("k"), 3) == Cancelled(4)
    kept = (Batch(4, (Event("DELETE", KeyValue("k", "", 0, 4, 0)),)),)
    assert events(member, WatchCreate("k"), 4) == (kept if name in {"3.5.16", "3.6.8"} else ())


def test_a18_progress() -> None:
    """When nothing happens, a watch that asked for it is told the present revision."""
    member = of(("k", "v"))
    stream, _ = create(member, Stream(), WatchCreate("none", progress_notify=True))
    assert notify_progress(member, stream.watchers[0]) == Progress(0, 2)


# --- Leases ---------------------------------------------------------------------------------------------------------


def test_a19_leases() -> None:
    """The least time is 2 s; what has run out is gone in one revision; then every request finds no lease."""
    member = Member()
    assert member.serve(LeaseGrant(1, 7)) == member.serve(LeaseKeepAlive(7))
    for key in ("a", "b"):
        member.serve(Put(key, lease=7))
    member.serve(Put("a", "detached"))
    member.serve(Put("b", "kept", ignore_lease=True))
    with pytest.raises(LeaseExists):
        member.serve(LeaseGrant(100, 7))
    before = member.revision
    assert expire(member, 2) == (7,)
    assert (member.revision, list(member.keys)) == (before + 1, ["a"])
    with pytest.raises(LeaseNotFound):
        member.serve(Put("c", lease=7))
    assert member.serve(LeaseKeepAlive(7)) == LeaseResponse(member.revision, 7, 0)
    assert member.serve(LeaseTimeToLive(7)) == LeaseTimeToLiveResponse(member.revision, 7, -1)


def test_a20_keeping_the_value_of_a_missing_key() -> None:
    """A put that keeps the old value, or the old lease, of a key that is not there is refused."""
    for request in (Put("k", ignore_value=True), Put("k", "v", ignore_lease=True)):
        with pytest.raises(KeyNotFound):
            Member().serve(request)


# --- Races and restarts ---------------------------------------------------------------------------------------------


def test_a21_one_of_eight_racers_wins() -> None:
    """Of eight conditional writes on one revision exactly one is made; the others read what the winner wrote."""
    member = of(("k", "base"))
    unchanged = Compare("k", Target.MOD, Result.EQUAL, 2)
    answers = [member.serve(Txn((unchanged,), (Put("k", f"racer {n}"),), (Range("k"),))) for n in range(8)]
    seen = RangeResponse(3, (KeyValue("k", "racer 0", 2, 3, 2),), 1)
    lost = TxnResponse(3, succeeded=False, responses=(seen,))
    assert answers == [TxnResponse(3, succeeded=True, responses=(PutResponse(3),)), *[lost] * 7]
    assert member.revision == 3


def test_a22_a_restart_keeps_everything() -> None:
    """After a restart revision, versions, compaction and history are as before, and a watch from before works."""
    member = of(("k", "1"), ("k", "2"), ("k", "3"))
    member.serve(Compact(3))
    before = member.copy()
    member.restart(now=1000)
    assert member == before
    member.serve(Put("k", "4"))
    assert [event.kv.version for event in told(member, WatchCreate("k", start_revision=3))] == [2, 3, 4]
