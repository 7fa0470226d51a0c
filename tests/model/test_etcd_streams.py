"""The model's streams of watches: their ids, their ends, and what they are told of their progress.

Lives here: properties of streams.  Which events a watch is told is in ``test_etcd.py``.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checker.conformance.etcd_programs import Author
from seatrial.model.etcd import (
    TO_THE_END,
    VERSIONS,
    Batch,
    Cancelled,
    Compact,
    DeleteRange,
    Event,
    KeyValue,
    Member,
    Put,
    Refused,
    Stream,
    Version,
    WatchCancel,
    WatchCreate,
    Watcher,
    events,
)
from seatrial.model.etcd.streams import (
    DUPLICATE_ID,
    EMPTY_RANGE,
    OF_NO_WATCH,
    Created,
    Ended,
    Progress,
    Told,
    cancel,
    create,
    fragments,
    is_synced,
    notify_progress,
    request_progress,
    tell,
)

randoms = st.randoms(use_true_random=False)
EVERYTHING = WatchCreate("\0", TO_THE_END)
versions = pytest.mark.parametrize("version", list(VERSIONS.values()), ids=list(VERSIONS))


def opened(member: Member, *requests: WatchCreate) -> tuple[Stream, list[Created]]:
    """A stream with these watches, and what was answered."""
    stream, answers = Stream(), list[Created]()
    for request in requests:
        stream, answer = create(member, stream, request)
        answers.append(answer)
    return stream, answers


def with_puts(count: int, key: str = "k") -> Member:
    """A member in which a key was put so often: its revision is one more."""
    member = Member()
    for number in range(count):
        member.serve(Put(key, str(number)))
    return member


# --- Opening and ending ---------------------------------------------------------------------------------------------


def test_each_watch_has_an_id_of_its_own() -> None:
    """The server picks the least id that it has not picked and that is free; a client may pick any that is free."""
    member = with_puts(4)
    stream, answers = opened(
        member, *(WatchCreate("k", watch_id=wanted) for wanted in (0, 2, 0, 0, 2, 3)), WatchCreate("k", watch_id=0)
    )
    refused = Created(OF_NO_WATCH, 5, DUPLICATE_ID)
    assert answers == [*(Created(id_, 5) for id_ in (0, 2, 1, 3)), refused, refused, Created(4, 5)]
    assert [each.id for each in stream.watchers] == [0, 2, 1, 3, 4]


@pytest.mark.parametrize(
    ("key", "range_end", "empty"),
    [
        ("b", "a", True),
        ("b", "b", True),
        ("b", "c", False),
        ("b", "", False),
        ("b", TO_THE_END, False),
        ("", "", False),
    ],
)
def test_a_watch_on_nothing_is_refused(key: str, range_end: str, empty: bool) -> None:
    """A range that ends where it begins, or before, is refused at once; one key and an open range are not."""
    stream, (answer,) = opened(Member(), WatchCreate(key, range_end))
    assert answer.reason == (EMPTY_RANGE if empty else "")
    assert bool(stream.watchers) != empty


def test_a_watch_without_a_key_begins_with_the_first_key() -> None:
    """The empty key stands for the first key that there can be: alone, or as the beginning of a range."""
    member = Member()
    member.serve(Put("\0", "first"))
    member.serve(Put("k", "other"))
    for request, keys in ((WatchCreate(""), ["\0"]), (WatchCreate("", TO_THE_END), ["\0", "k"])):
        told = events(member, request, 1)
        assert not isinstance(told, Cancelled)
        assert [event.kv.key for batch in told for event in batch.events] == keys


def test_a_client_ends_a_watch_and_no_other() -> None:
    """A watch that its client ends is answered and gone; ending one that is not open has no answer."""
    member = with_puts(3)
    stream, _ = opened(member, EVERYTHING, EVERYTHING)
    stream, answer = cancel(member, stream, WatchCancel(0))
    assert answer == Ended(0, 4)
    assert [each.id for each in stream.watchers] == [1]
    assert cancel(member, stream, WatchCancel(0)) == (stream, None)


def test_a_compacted_watch_ends_and_the_others_go_on() -> None:
    """Whoever needs what is compacted away is told so, with the compacted revision, and never told anything again."""
    member = with_puts(5)
    stream, _ = opened(member, WatchCreate("k", start_revision=3), WatchCreate("k", start_revision=4))
    member.serve(Compact(4))
    stream, message = tell(member, stream, stream.watchers[0])
    assert message == Ended(0, 0, 4)
    assert [each.id for each in stream.watchers] == [1]
    stream, message = tell(member, stream, stream.watchers[0])
    assert isinstance(message, Told)
    assert [batch.revision for batch in message.batches] == [4, 5, 6]


# --- Telling --------------------------------------------------------------------------------------------------------


@given(randoms, st.lists(st.integers(min_value=1, max_value=12)))
def test_however_late_a_watch_is_told_it_is_told_everything_once(random: Random, stops: list[int]) -> None:
    """Told piece by piece, at any moments, a watch hears exactly what there was to tell, in the same order."""
    member, author = Member(), Author(random)
    stream, _ = opened(member, WatchCreate("\0", TO_THE_END, start_revision=2))
    heard: tuple[Batch, ...] = ()
    for _ in range(12):
        request = author.request()
        if not isinstance(request, Compact):
            try:
                member.serve(request)
            except Refused:
                continue
        for stop in stops:
            stream, message = tell(member, stream, stream.watchers[0], through=min(stop, member.revision))
            heard += message.batches if isinstance(message, Told) else ()
    stream, message = tell(member, stream, stream.watchers[0])
    heard += message.batches if isinstance(message, Told) else ()
    assert heard == events(member, EVERYTHING, 2)
    assert tell(member, stream, stream.watchers[0])[1] is None


def test_a_watch_of_the_future_is_told_nothing_before() -> None:
    """Events before the start are never told, however often one looks; those from it on are."""
    member = with_puts(2)
    stream, _ = opened(member, WatchCreate("k", start_revision=6))
    for revision in (4, 5):
        member.serve(Put("k"))
        assert member.revision == revision
        stream, message = tell(member, stream, stream.watchers[0])
        assert message is None
    member.serve(Put("k"))
    _, message = tell(member, stream, stream.watchers[0])
    assert isinstance(message, Told)
    assert [batch.revision for batch in message.batches] == [6]


# --- Progress -------------------------------------------------------------------------------------------------------


@versions
def test_progress_is_told_to_those_who_asked_and_know_everything(version: Version) -> None:
    """A notification tells the present revision, once all events are told; not to a watch that did not ask for it."""
    member = with_puts(3)
    stream, _ = opened(
        member,
        WatchCreate("k", start_revision=2, progress_notify=True),
        WatchCreate("k", progress_notify=True),
        WatchCreate("k"),
    )
    assert [notify_progress(member, each, version=version) for each in stream.watchers] == [None, Progress(1, 4), None]
    stream, _ = tell(member, stream, stream.watchers[0])
    assert notify_progress(member, stream.watchers[0], version=version) == Progress(0, 4)


@versions
def test_progress_on_request_waits_for_all_watches(version: Version) -> None:
    """Since etcd issue 15220 was repaired the answer comes only when no watch of the stream has anything to be told."""
    member = with_puts(3)
    stream, _ = opened(member, WatchCreate("k"), WatchCreate("k", start_revision=2))
    answer = Progress(OF_NO_WATCH, 4)
    assert request_progress(member, stream, version=version) == (None if version.progress_waits else answer)
    assert version.progress_waits == (version.name in {"3.5.16", "3.6.8"})
    stream, _ = tell(member, stream, stream.watchers[1])
    assert request_progress(member, stream, version=version) == answer


@versions
def test_progress_of_a_watch_of_the_future(version: Version) -> None:
    """Since etcd issue 20221 was repaired a watch is told of no progress before the revision at which it begins."""
    member = with_puts(3)
    stream, _ = opened(member, WatchCreate("k", start_revision=6, progress_notify=True))
    early = notify_progress(member, stream.watchers[0], version=version)
    assert early == (None if version.progress_respects_start else Progress(0, 4))
    assert version.progress_respects_start == (version.name == "3.6.8")
    for _ in range(2):
        member.serve(Put("k"))
    stream, _ = tell(member, stream, stream.watchers[0])
    assert notify_progress(member, stream.watchers[0], version=version) == Progress(0, 6)


def test_a_stream_without_watches_has_no_progress() -> None:
    """Where nothing is watched a request for progress has no answer."""
    assert request_progress(Member(), Stream()) is None


@given(randoms)
def test_whoever_is_synced_has_nothing_to_be_told(random: Random) -> None:
    """After everything was told a watch is synced, until an event that it wants is made."""
    member, author = Member(), Author(random)
    stream, _ = opened(member, WatchCreate("b", "c"))
    for _ in range(8):
        before = member.revision
        try:
            member.serve(author.request())
        except Refused:
            continue
        wanted = any("b" <= e.kv.key < "c" for b in member.log if b.revision > before for e in b.events)
        assert is_synced(member, stream.watchers[0]) != wanted
        stream, _ = tell(member, stream, stream.watchers[0])
        assert is_synced(member, stream.watchers[0])


def test_a_watch_that_is_compacted_away_is_not_synced() -> None:
    """Whoever has to be told that history is gone has not been told everything."""
    member = with_puts(5)
    watcher = Watcher(0, WatchCreate("other", start_revision=2), 2)
    assert is_synced(member, watcher)
    member.serve(Compact(4))
    assert not is_synced(member, watcher)


# --- Fragments ------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(min_value=0, max_value=9), min_size=1, max_size=20), st.integers(min_value=1, max_value=12))
def test_pieces_fit_and_lose_nothing(sizes: list[int], most: int) -> None:
    """The pieces of a message are all its events in order; each fits or is a single event, and could not take more."""
    told = tuple(Event("PUT", KeyValue(str(n), "v" * size, 2, 2, 1)) for n, size in enumerate(sizes))

    def fits(piece: tuple[Event, ...]) -> bool:
        return sum(len(str(event.kv.value)) for event in piece) <= most

    pieces = fragments(told, fits)
    assert tuple(event for piece in pieces for event in piece) == told
    assert all(fits(piece) or len(piece) == 1 for piece in pieces)
    assert all(not fits((*piece, after[0])) for piece, after in pairwise(pieces))


def test_deletions_are_told_in_streams_as_elsewhere() -> None:
    """What is told is what the store's events are: here a deletion, with the value before it if asked for."""
    member = with_puts(1)
    stream, _ = opened(member, WatchCreate("k", prev_kv=True))
    member.serve(DeleteRange("k"))
    _, message = tell(member, stream, stream.watchers[0])
    assert isinstance(message, Told)
    (batch,) = message.batches
    assert batch == member.log[-1]
