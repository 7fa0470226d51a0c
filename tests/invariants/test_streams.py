"""Streams judged: what is right keeps every promise, and each way of being wrong breaks the promise about it.

Lives here: streams of etcd, made by the model from programs; each is judged with what truly happened, and without.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from seatrial.invariants.streams import etcd
from seatrial.invariants.streams.heard import Change, Ended, Message, Opened, Position, Progress, Told, Waited
from seatrial.invariants.streams.judgement import Stream, judge
from seatrial.model.etcd import Batch, Compact, DeleteRange, Event, Filter, Member, Put, Txn, WatchCreate, events

ALL = WatchCreate("a/", "a0", start_revision=2, prev_kv=True)
PROGRAM = (
    Put("a/1", "x"),
    Txn(success=(Put("a/1", "y"), Put("a/2", "y"))),
    DeleteRange("a/1"),
    Put("b/1", "z"),
    Put("a/1", "z"),
)
"""Revisions 2 to 6; all but revision 5 are of ``a/``."""


def carried_out(program: Sequence[Put | DeleteRange | Txn | Compact]) -> tuple[Member, tuple[Batch, ...]]:
    """A store after a program, and all that happened, compacted away or not."""
    member, history = Member(), dict[int, Batch]()
    for request in program:
        member.serve(request)
        history.update({batch.revision: batch for batch in member.log if batch.revision not in history})
    return member, tuple(history.values())


def stream(
    messages: Sequence[Message], history: Sequence[Batch] | None, request: WatchCreate = ALL
) -> Stream[WatchCreate]:
    """A stream of etcd; with a history, what truly happened is known."""
    due = None if history is None else etcd.due(history, request)
    return Stream(tuple(messages), request, due, compacted=-1 if history is not None else None)


def told(*batches: Batch) -> Told:
    """A message with all events of some revisions."""
    return Told(tuple(etcd.change_of(each) for batch in batches for each in batch.events))


def right(request: WatchCreate = ALL) -> tuple[list[Message], tuple[Batch, ...]]:
    """What a watch of the program above is told, a message for each revision, and what happened."""
    member, history = carried_out(PROGRAM)
    batches = events(member, request, request.start_revision)
    assert isinstance(batches, tuple)
    return [Opened(request.start_revision), *(told(each) for each in batches), Progress(6), Waited(6)], history


def broken(found: Stream[WatchCreate]) -> dict[str, int]:
    """The promises of etcd that a stream breaks, each with the number of the message."""
    return {each.promise.id: each.breach.message for each in judge(found, etcd.PROMISES) if each.breach is not None}


# --- etcd -----------------------------------------------------------------------------------------------------------


requests = st.sampled_from(
    [Put("a/1", "x"), Put("a/2", "x"), Put("b/1", "x"), DeleteRange("a/1"), DeleteRange("a/", "a0")]
)


FILTERS = ((), (Filter.NOPUT,), (Filter.NODELETE,))
watches = st.builds(
    WatchCreate,
    st.just("a/"),
    st.just("a0"),
    start_revision=st.integers(2, 6),
    prev_kv=st.booleans(),
    filters=st.sampled_from(FILTERS),
)


@given(st.lists(requests, max_size=8), watches, st.lists(st.integers(1, 3), min_size=8, max_size=8), st.booleans())
def test_whatever_the_model_tells_keeps_every_promise(
    program: list[Put | DeleteRange], request: WatchCreate, sizes: list[int], known: bool
) -> None:
    """Whatever a watch asks for, however its events are grouped, broken off and resumed: nothing is broken."""
    start = request.start_revision
    member, history = carried_out(program)
    batches = events(member, request, start)
    assert isinstance(batches, tuple)
    messages: list[Message] = [Opened(start)]
    for size in sizes:
        group, batches = batches[:size], batches[size:]
        if group:
            messages += [told(*group), Progress(group[-1].revision), Opened(group[-1].revision + 1)]
    messages.append(Waited(member.revision))

    assert broken(stream(messages, history if known else None, request)) == {}


def swapped(messages: list[Message]) -> list[Message]:
    """The second and third message with events change places."""
    return [*messages[:2], messages[3], messages[2], *messages[4:]]


def twice(messages: list[Message]) -> list[Message]:
    """The second message with events comes again."""
    return [*messages[:3], messages[2], *messages[3:]]


def split(messages: list[Message]) -> list[Message]:
    """The second message with events comes in two."""
    two = messages[2]
    assert isinstance(two, Told)
    return [*messages[:2], Told(two.changes[:1]), Told(two.changes[1:]), *messages[3:]]


def without_second(messages: list[Message]) -> list[Message]:
    """The second message with events does not come."""
    return [*messages[:2], *messages[3:]]


def lost_over_a_break(messages: list[Message]) -> list[Message]:
    """After a break the second message with events does not come."""
    return [*messages[:2], Opened(3), *messages[3:]]


def again_after_a_break(messages: list[Message]) -> list[Message]:
    """After a break the first message with events comes again."""
    return [*messages[:2], Opened(3), *messages[1:]]


def early_progress(messages: list[Message]) -> list[Message]:
    """A notification of the last revision comes before the last event."""
    return [*messages[:4], Progress(6), *messages[4:]]


def before_start(messages: list[Message]) -> list[Message]:
    """The watch began later than its first events."""
    return [Opened(4), *messages[1:]]


def progress_before_start(messages: list[Message]) -> list[Message]:
    """A notification from before the start."""
    return [Opened(10), *messages[-2:-1]]


def after_the_end(messages: list[Message]) -> list[Message]:
    """An event comes after a cancellation."""
    return [*messages[:2], Ended(compacted=4), *messages[2:]]


WRONG: list[tuple[Callable[[list[Message]], list[Message]], str, int, int | None]] = [
    (swapped, "ew-ordered", 4, 4),
    (twice, "ew-unique", 4, 4),
    (split, "ew-atomic", 3, 4),
    (without_second, "ew-reliable", 3, None),
    (lost_over_a_break, "ew-resumable", 4, None),
    (again_after_a_break, "ew-resumable", 4, 4),
    (early_progress, "ew-bookmarkable", 5, 6),
    (before_start, "ew-start-respected", 2, 2),
    (progress_before_start, "ew-start-respected", 2, 2),
    (after_the_end, "ew-compacted-cancel", 4, 4),
]
"""A way to be wrong, the promise that it breaks, and at which message with and without what truly happened."""


@pytest.mark.parametrize(
    ("change", "promise", "with_truth", "without"), WRONG, ids=[each[0].__name__ for each in WRONG]
)
def test_each_way_to_be_wrong_breaks_its_promise(
    change: Callable[[list[Message]], list[Message]], promise: str, with_truth: int, without: int | None
) -> None:
    """The promise breaks at the message that is wrong; without the truth, where that can be told."""
    messages, history = right()
    assert broken(stream(messages, history)) == {}
    assert broken(stream(change(messages), history)).get(promise) == with_truth
    assert broken(stream(change(messages), None)).get(promise) == without


def altered(message: int, number: int, change: Callable[[Event], Event]) -> list[Message]:
    """The right stream with one event of a message changed."""
    messages, _ = right()
    one = messages[message]
    assert isinstance(one, Told)
    changes = list(one.changes)
    event = changes[number].body
    assert isinstance(event, Event)
    changes[number] = etcd.change_of(change(event))
    messages[message] = Told(tuple(changes))
    return messages


def stale(event: Event) -> Event:
    """An event that tells itself as what was before."""
    return evolve(event, previous=event.kv)


def other_creation(event: Event) -> Event:
    """A put that says of a key that was there that it is new."""
    return evolve(event, kv=evolve(event.kv, create_revision=event.kv.mod_revision))


def elsewhere(event: Event) -> Event:
    """An event of a key outside the range."""
    return evolve(event, kv=evolve(event.kv, key="a1"))


def no_previous(event: Event) -> Event:
    """An event that tells nothing of before."""
    return evolve(event, previous=None)


@pytest.mark.parametrize(
    ("change", "promise", "also_without"),
    [
        (stale, "ew-prevkv", True),
        (no_previous, "ew-prevkv", False),
        (other_creation, "ew-iscreate", True),
        (elsewhere, "ew-filter", True),
    ],
)
def test_a_wrong_event_breaks_its_promise(change: Callable[[Event], Event], promise: str, also_without: bool) -> None:
    """What an event says of its key is judged by what happened or, where that is possible, by what was told before."""
    messages, history = altered(2, 0, change), right()[1]

    assert broken(stream(messages, history)).get(promise) == 3
    assert broken(stream(messages, None)).get(promise) == (3 if also_without else None)


def test_versions_betray_what_was_left_out() -> None:
    """Without what happened, an event left out shows in the versions of its key, whichever it is that is missing."""
    _, history = carried_out((Put("a/1", "x"), Put("a/1", "y"), Put("a/1", "z"), DeleteRange("a/1"), Put("a/1", "x")))
    whole = [told(each) for each in history]
    for missing in range(4):
        found = broken(stream([Opened(2), *whole[:missing], *whole[missing + 1 :]], None))
        seen = missing != 2  # the put before a deletion shows nowhere
        assert ("ew-reliable" in found) is seen


def test_a_gap_is_told_or_broken() -> None:
    """A watch from below the compaction is cancelled; going on is broken, and so is cancelling what can be served."""
    member, history = carried_out((*PROGRAM, Compact(4)))
    kept = events(member, ALL, 4)
    assert isinstance(kept, tuple)
    cancelled = evolve(stream([Opened(2), Ended(compacted=4), Waited(6)], history), compacted=4)
    goes_on = evolve(stream([Opened(2), *(told(each) for each in kept)], history), compacted=4)
    needless = evolve(stream([Opened(4), Ended(compacted=4)], history), compacted=4)

    assert broken(cancelled) == {}
    assert broken(goes_on)["ew-compacted-cancel"] == 2
    assert broken(needless) == {"ew-compacted-cancel": 2}


def test_a_fragment_may_split_a_revision() -> None:
    """A message that says that more follows may end inside a revision."""
    messages, history = right()
    two = messages[2]
    assert isinstance(two, Told)
    parts: list[Message] = [Told(two.changes[:1], fragment=True), Told(two.changes[1:])]

    assert broken(stream([*messages[:2], *parts, *messages[3:]], history)) == {}


def test_nothing_is_judged_that_nothing_tests() -> None:
    """A stream that tells nothing keeps nothing: all is vacuous."""
    silent: Stream[WatchCreate] = Stream((Opened(),))
    assert {each.verdict for each in judge(silent, etcd.PROMISES)} == {"vacuous"}


@given(st.lists(st.integers(2, 5), max_size=6))
def test_forgetting_changes_only_what_is_remembered_as_told(revisions: list[int]) -> None:
    """A position that forgets differs only in the changes of earlier revisions."""
    whole = forgetful = Position()
    for revision in revisions:
        message = Told((Change(revision, "k", "PUT"),))
        whole, forgetful = whole.after(message), forgetful.after(message, forget=True)
        assert forgetful.seen == {each for each in whole.seen if each[0] == whole.last}
    assert evolve(whole, seen=frozenset()) == evolve(forgetful, seen=frozenset())
