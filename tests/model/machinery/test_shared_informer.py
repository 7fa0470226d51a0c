"""Delta queues and informers: whatever is delivered, and whenever it is taken over, handlers learn the store."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.machinery.things import deliveries

from seatrial.model.machinery.delta_queue import (
    Bookmark,
    Delivery,
    Delta,
    DeltaQueue,
    Deltas,
    Order,
    Replace,
    SyncAll,
    Tombstone,
    deliver,
    resync,
)
from seatrial.model.machinery.indexer import Indexer
from seatrial.model.machinery.shared_informer import (
    Informer,
    Listener,
    Notification,
    heard,
    listener_synced,
    next_of,
    pop,
    registered,
    synced,
)
from seatrial.model.rigs.informer_events import Thing, Things

ORDERS: tuple[Order, ...] = ("per-key", "in-order", "atomic")
A, B = "default/a", "default/b"


def informer_of(order: Order, items: Things = ()) -> Informer[Thing]:
    """An informer with a store and an empty queue."""
    return Informer(DeltaQueue(order), Indexer(items))


def delivered(informer: Informer[Thing], *what: Delivery[Thing]) -> Informer[Thing]:
    """The informer to whose queue things were delivered."""
    for each in what:
        informer = Informer(deliver(informer.queue, each, informer.store), informer.store)
    return informer


def emptied(informer: Informer[Thing]) -> tuple[Informer[Thing], list[Notification[Thing]]]:
    """The informer that has taken everything over, and what handlers were told."""
    told: list[Notification[Thing]] = []
    while informer.queue.entries:
        informer, news = pop(informer)
        told += news
    return informer, told


def folded(told: Iterable[Notification[Thing]], before: Things = ()) -> Things:
    """What a handler knows that was told this, and that every notification goes on from the one before."""
    known = dict(before)
    for each in told:
        if each.kind == "delete":
            assert each.old is not None
            assert known.pop(each.path).uid == each.old.uid
        else:
            assert each.new is not None
            assert known.get(each.path) == each.old
            known[each.path] = each.new
    return tuple(sorted(known.items()))


@pytest.mark.parametrize("order", ORDERS)
@given(what=deliveries(), gaps=st.lists(st.integers(0, 3), min_size=30, max_size=30))
def test_what_handlers_are_told_adds_up_to_the_store(
    order: Order, what: tuple[tuple[Delivery[Thing], ...], Things], gaps: list[int]
) -> None:
    """Folding what handlers were told gives the store at any moment; in the end it is what there is."""
    informer, told = informer_of(order), list[Notification[Thing]]()
    for each, gap in zip(what[0], gaps, strict=False):
        informer = delivered(informer, each)
        for _ in range(min(gap, len(informer.queue.entries))):
            informer, news = pop(informer)
            told += news
            assert folded(told) == informer.store.items
    informer, rest = emptied(informer)

    assert informer.store.items == what[1]
    assert folded([*told, *rest]) == what[1]


@given(what=deliveries(), late=st.integers(0, 12))
def test_a_late_handler_learns_the_same(what: tuple[tuple[Delivery[Thing], ...], Things], late: int) -> None:
    """A handler that registers at any time is told of everything that is there, and then of every change."""
    informer, listener = informer_of("atomic"), None
    for number, each in enumerate(what[0]):
        informer, news = pop(delivered(informer, each))
        if listener is not None:
            listener = heard(listener, news)
        if number == late:
            listener = registered(informer)
    listener = registered(informer) if listener is None else listener
    handled: list[Notification[Thing]] = []
    while listener.waiting:
        assert listener_synced(listener, informer) == all(not each.initial for each in listener.waiting)
        told, listener = next_of(listener)
        handled.append(told)

    assert folded(handled) == what[1]


@pytest.mark.parametrize("order", ORDERS)
@given(what=deliveries())
def test_a_resync_tells_old_news_only(order: Order, what: tuple[tuple[Delivery[Thing], ...], Things]) -> None:
    """A resync of an informer with nothing else to do tells of every object once, that it is what it was."""
    informer, _ = emptied(delivered(informer_of(order), *what[0]))
    again = Informer(resync(informer.queue, informer.store), informer.store)

    after, told = emptied(again)

    assert after.store == informer.store
    assert [(each.path, each.old, each.new) for each in told] == [(path, item, item) for path, item in what[1]]
    assert heard(Listener(), tuple(told)).waiting == ()
    assert heard(Listener(resyncs=True), tuple(told)).waiting == tuple(told)


@pytest.mark.parametrize(("order", "entries"), [("per-key", 2), ("in-order", 2), ("atomic", 1)])
def test_an_informer_has_synced_with_the_last_of_its_first_list(order: Order, entries: int) -> None:
    """Neither an empty queue nor a list that waits makes an informer synced: what it listed must be in its store."""
    informer = informer_of(order)
    assert not synced(informer)

    informer = delivered(informer, Replace(((A, Thing(2, 2)), (B, Thing(3, 3))), 3), Bookmark(4))
    for _ in range(entries):
        assert not synced(informer)
        informer, news = pop(informer)
        assert all(each.initial for each in news)

    assert synced(informer)
    assert informer.store.items == ((A, Thing(2, 2)), (B, Thing(3, 3)))


def test_an_empty_first_list_is_complete_at_once() -> None:
    """With nothing to take over an older informer has synced; a newer one takes over that there is nothing."""
    assert synced(delivered(informer_of("per-key"), Replace((), 1)))
    assert not synced(delivered(informer_of("atomic"), Replace((), 1)))


def test_a_list_finds_what_is_gone() -> None:
    """What a list does not have is told to be deleted, as it was known last, by a tombstone."""
    for order in ORDERS:
        informer = delivered(informer_of(order, ((A, Thing(2, 2)),)), Replace(((B, Thing(5, 5)),), 6))
        _, told = emptied(informer)
        gone = Notification("delete", A, old=Thing(2, 2), tombstone=True)
        new = Notification("add", B, new=Thing(5, 5), initial=True)
        assert told == ([new, gone] if order == "per-key" else [gone, new])


def test_a_tombstone_shows_what_waited() -> None:
    """What is known last of an object is the newest that waits in the queue, not what the store has."""
    informer = informer_of("in-order", ((A, Thing(2, 2)),))
    informer = delivered(informer, Delta("Updated", A, Thing(2, 3)), Replace((), 9))

    _, told = emptied(informer)

    assert told[-1] == Notification("delete", A, old=Thing(2, 3), tombstone=True)


def test_a_deletion_that_waits_is_not_found_twice() -> None:
    """Of an object whose deletion waits already a list finds nothing out."""
    for order in ("per-key", "in-order"):
        informer = informer_of(order, ((A, Thing(2, 2)),))
        informer = delivered(informer, Delta("Deleted", A, Thing(2, 4)), Replace((), 9))
        assert emptied(informer)[1] == [Notification("delete", A, old=Thing(2, 4))]


def test_the_old_queue_hands_out_object_by_object() -> None:
    """The changes of one object are handed out together, in order, where the first of them stood."""
    informer = informer_of("per-key")
    changes = (Delta("Added", A, Thing(2, 2)), Delta("Added", B, Thing(3, 3)), Delta("Deleted", A, Thing(2, 4)))

    queue = delivered(informer, *changes).queue

    assert queue.entries == (Deltas(A, (changes[0], changes[2])), Deltas(B, (changes[1],)))


def test_the_old_queue_merges_two_deletions() -> None:
    """Of two deletions in a row the one that was seen is kept; one of an unknown object is dropped."""
    seen, unseen = Delta("Deleted", A, Thing(2, 4)), Delta("Deleted", A, Tombstone(Thing(2, 2)))
    known = informer_of("per-key", ((A, Thing(2, 2)),))

    assert delivered(known, seen, unseen).queue.entries == (Deltas(A, (seen,)),)
    assert delivered(known, unseen, seen).queue.entries == (Deltas(A, (seen,)),)
    assert delivered(informer_of("per-key"), seen).queue.entries == ()


def test_a_recreation_is_told_as_an_update() -> None:
    """An object that was deleted and made anew between two lists is told as one update, to another uid."""
    for order in ORDERS:
        informer = delivered(informer_of(order, ((A, Thing(2, 2)),)), Replace(((A, Thing(7, 7)),), 7))
        assert emptied(informer)[1] == [Notification("update", A, old=Thing(2, 2), new=Thing(7, 7))]


def test_only_the_newest_queue_tells_how_far_the_store_is() -> None:
    """Lists, changes and bookmarks move the store's revision where entries come in order and lists come whole."""
    what = (Replace(((A, Thing(2, 2)),), 4), Delta("Updated", A, Thing(2, 5)), Bookmark(8))

    assert emptied(delivered(informer_of("atomic"), *what))[0].store.revision == 8
    assert emptied(delivered(informer_of("in-order"), *what))[0].store.revision == 0


def test_a_resync_passes_over_what_waits() -> None:
    """An object of which a change waits is not told of again: it would be told as it was."""
    informer = delivered(
        informer_of("in-order", ((A, Thing(2, 2)), (B, Thing(3, 3)))), Delta("Updated", A, Thing(2, 4))
    )

    assert resync(informer.queue, informer.store).entries[1:] == (Deltas(B, (Delta("Sync", B, Thing(3, 3)),)),)
    assert resync(DeltaQueue[Thing]("atomic"), informer.store).entries == (SyncAll(),)
