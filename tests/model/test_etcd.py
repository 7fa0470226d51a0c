"""The model of etcd against what is promised of it, on random programs.

Lives here: properties that need nothing but the model.  That the model is etcd's is shown by the comparisons with real
servers (``tests/conformance``).
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checker.conformance.etcd_programs import Author
from seatrial.model.etcd import (
    EMPTY,
    TO_THE_END,
    VERSIONS,
    Batch,
    Cancelled,
    Compact,
    Compacted,
    DeleteRange,
    Event,
    Filter,
    FutureRevision,
    KeyValue,
    Member,
    Put,
    Range,
    RangeResponse,
    Refused,
    Txn,
    WatchCreate,
    events,
    first_revision,
)
from seatrial.model.etcd.requests import Request

EVERYTHING = Range("\0", TO_THE_END)
randoms = st.randoms(use_true_random=False)
lengths = st.integers(min_value=1, max_value=16)


def perform(member: Member, request: Request) -> bool:
    """Ask a request; False if it was refused."""
    try:
        member.serve(request)
    except Refused:
        return False
    return True


def read(member: Member, request: Range) -> RangeResponse:
    """Ask a range."""
    response = member.serve(request)
    assert isinstance(response, RangeResponse)
    return response


def history(random: Random, length: int, *, compacting: bool = False) -> Iterator[tuple[Request, Member, Member]]:
    """A random program: each request with the store before it and the store after it."""
    member, author = Member(), Author(random)
    for _ in range(length):
        request = author.request()
        if compacting or not isinstance(request, Compact):
            before = member.copy()
            perform(member, request)
            yield request, before, member.copy()


def fold(batches: tuple[Batch, ...], keys: dict[str, KeyValue]) -> dict[str, KeyValue]:
    """What a reader of events makes of them, beginning with ``keys``."""
    keys = dict(keys)
    for event in (event for batch in batches for event in batch.events):
        if event.kind == "PUT":
            keys[event.kv.key] = event.kv
        else:
            del keys[event.kv.key]
    return keys


# --- Revisions and keys ---------------------------------------------------------------------------------------------


@given(randoms, lengths)
def test_a_request_makes_one_revision_or_none(random: Random, length: int) -> None:
    """A request that changes something makes exactly the next revision, with one batch; any other makes none."""
    for request, before, after in history(random, length):
        added = after.log[len(before.log) :]
        assert after.log[: len(before.log)] == before.log
        assert [batch.revision for batch in added] == list(range(before.revision + 1, after.revision + 1))
        assert len(added) <= 1, request
        assert all(batch.events for batch in added)
        assert added or after.keys == before.keys


@given(randoms, lengths)
def test_a_refused_request_changes_nothing(random: Random, length: int) -> None:
    """Whatever is refused is refused whole: revision, keys, history, compaction and leases are as before."""
    member, author = Member(), Author(random)
    for _ in range(length):
        before = member.copy()
        if not perform(member, author.request()):
            assert member == before


@given(randoms, lengths)
def test_the_keys_are_the_fold_of_the_log(random: Random, length: int) -> None:
    """Who reads all events from the beginning knows the keys as they are."""
    for _, _, after in history(random, length):
        assert fold(after.log, {}) == after.keys


@given(randoms, lengths)
def test_versions_count_the_puts_of_one_life(random: Random, length: int) -> None:
    """A key begins at version 1 with all revisions alike; each put adds 1 and keeps the beginning; deletion ends it."""
    for _, before, after in history(random, length):
        for event in (event for batch in after.log[len(before.log) :] for event in batch.events):
            kv, previous = event.kv, event.previous
            assert kv.mod_revision == after.revision
            if event.kind == "DELETE":
                assert previous is not None
                assert kv == KeyValue(kv.key, EMPTY, 0, after.revision, 0)
            elif previous is None:
                assert (kv.create_revision, kv.version) == (kv.mod_revision, 1)
            else:
                assert (kv.create_revision, kv.version) == (previous.create_revision, previous.version + 1)


# --- The past -------------------------------------------------------------------------------------------------------


@given(randoms, lengths, st.data())
def test_the_past_is_what_it_was(random: Random, length: int, data: st.DataObject) -> None:
    """A range at a past revision finds what a copy taken at that revision holds, but for the present revision."""
    snapshots = {1: Member()}
    member = Member()
    for _, _, after in history(random, length):
        member = snapshots[after.revision] = after
    revision = data.draw(st.sampled_from(sorted(snapshots)))
    request = evolve(Author(random).reading(), revision=0)
    then = read(snapshots[revision], request)
    assert read(member, evolve(request, revision=revision)) == evolve(then, revision=member.revision)


@given(randoms, lengths)
def test_the_future_cannot_be_read(random: Random, length: int) -> None:
    """A range at a revision above the present is refused, also within the transaction that makes it."""
    member = Member()
    for _, _, after in history(random, length, compacting=True):
        member = after
    future = evolve(EVERYTHING, revision=member.revision + 1)
    with pytest.raises(FutureRevision):
        member.serve(future)
    with pytest.raises(FutureRevision):
        member.serve(Txn(success=(Put("new", "value"), future)))


@given(randoms, lengths, st.data())
def test_compaction_changes_no_answer_from_its_revision_on(random: Random, length: int, data: st.DataObject) -> None:
    """After a compaction everything at its revision and above reads as before, and everything below is refused."""
    member = Member()
    for _, _, after in history(random, length):
        member = after
    compacted = member.copy()
    target = data.draw(st.integers(min_value=0, max_value=member.revision))
    assert perform(compacted, Compact(target))
    assert (compacted.revision, compacted.keys, compacted.compacted) == (member.revision, member.keys, target)
    for revision in range(1, member.revision + 1):
        request = evolve(EVERYTHING, revision=revision)
        watch = WatchCreate("\0", TO_THE_END)
        if revision >= target:
            assert read(compacted, request) == read(member, request)
            assert events(compacted, watch, revision) == events(member, watch, revision)
        else:
            with pytest.raises(Compacted):
                compacted.serve(request)
            assert events(compacted, watch, revision) == Cancelled(target)
    with pytest.raises(Compacted):
        compacted.serve(Compact(target))


# --- Watches --------------------------------------------------------------------------------------------------------


@given(randoms, lengths, st.data())
def test_a_watcher_can_resume_anywhere(random: Random, length: int, data: st.DataObject) -> None:
    """From what was at any revision, the events after it lead to what is now: none is missing, none comes twice."""
    snapshots = {1: Member()}
    member = Member()
    for _, _, after in history(random, length):
        member = snapshots[after.revision] = after
    revision = data.draw(st.sampled_from(sorted(snapshots)))
    told = events(member, WatchCreate("\0", TO_THE_END), revision + 1)
    assert not isinstance(told, Cancelled)
    assert fold(told, snapshots[revision].keys) == member.keys
    assert [batch.revision for batch in told] == sorted({batch.revision for batch in told})


@given(randoms, lengths)
def test_a_watch_tells_its_range_and_kinds_only(random: Random, length: int) -> None:
    """A watch on a range, without one kind of events, tells exactly the other events in the range."""
    member = Member()
    for _, _, after in history(random, length):
        member = after
    whole = events(member, WatchCreate("\0", TO_THE_END), 1)
    part = events(member, WatchCreate("b", "c", filters=(Filter.NODELETE,)), 1)
    assert not isinstance(whole, Cancelled)
    assert not isinstance(part, Cancelled)
    wanted = [event for batch in whole for event in batch.events if "b" <= event.kv.key < "c" and event.kind == "PUT"]
    assert [event for batch in part for event in batch.events] == wanted
    assert all(batch.events for batch in part)


@given(randoms, lengths)
def test_previous_values_are_those_of_the_revision_before(random: Random, length: int) -> None:
    """With ``prev_kv`` an event tells the key as a range one revision earlier finds it, or nothing if it began."""
    member = Member()
    for _, _, after in history(random, length):
        member = after
    told = events(member, WatchCreate("\0", TO_THE_END, prev_kv=True), 1)
    silent = events(member, WatchCreate("\0", TO_THE_END), 1)
    assert not isinstance(told, Cancelled)
    assert not isinstance(silent, Cancelled)
    for batch in told:
        for event in batch.events:
            began = event.kind == "PUT" and event.kv.version == 1
            found = read(member, Range(event.kv.key, revision=batch.revision - 1)).kvs
            assert event.previous == (found[0] if found and not began else None)
    assert all(event.previous is None for batch in silent for event in batch.events)


def test_the_value_before_a_compaction_is_not_told() -> None:
    """An event at the compacted revision comes without the previous value, which is below the compaction."""
    member = Member()
    for value in ("1", "2", "3"):
        member.serve(Put("k", value))
    member.serve(Compact(3))
    told = events(member, WatchCreate("k", prev_kv=True), 3)
    assert not isinstance(told, Cancelled)
    first, second = (event for batch in told for event in batch.events)
    assert (first.previous, second.previous) == (None, first.kv)


def test_older_releases_lose_the_deletion_at_the_compacted_revision() -> None:
    """A watch from the revision of a deletion, compacted to it, gets the deletion on 3.5.16 and 3.6.8 only."""
    for name, version in VERSIONS.items():
        member = Member(version=version)
        member.serve(Put("k", "v"))
        member.serve(DeleteRange("k"))
        member.serve(Compact(3))
        told = events(member, WatchCreate("k"), 3)
        deletion = Batch(3, (Event("DELETE", KeyValue("k", EMPTY, 0, 3, 0)),))
        assert told == ((deletion,) if name in {"3.5.16", "3.6.8"} else ())


def test_a_watch_begins_now_unless_it_says_otherwise() -> None:
    """Without a start, a watch begins with the next revision; a start in the future is respected."""
    member = Member(revision=7)
    assert first_revision(member, WatchCreate("k")) == 8
    assert first_revision(member, WatchCreate("k", start_revision=20)) == 20
