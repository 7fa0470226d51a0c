"""What mutants change of informers: reflectors, delta queues, stores, handlers.

Lives here: functions with one guard missing, and the mutants that put them in place.  Must not know: which promise a
change breaks.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve, frozen

from seatrial.model.machinery import delta_queue, reflector, shared_informer
from seatrial.model.machinery.delta_queue import DeltaQueue, Deltas, Replace
from seatrial.model.machinery.indexer import Indexer
from seatrial.model.machinery.reflector import ListRequest, Marked, Reflector, WatchRequest
from seatrial.model.machinery.shared_informer import Informer, Listener, Notification
from seatrial.model.rigs.informers import Informers, Memory, remembered
from seatrial.model.scenario import System

from .mutations import Change, Row

News = tuple[Notification[Any], ...]


def informing(**functions: Any) -> Change:
    """An informer with other functions in these places."""

    def change(system: Informers) -> System:
        return evolve(system, parts=evolve(system.parts, **functions))

    return change


# --- Reflectors -------------------------------------------------------------------------------------------------


def told_with_revision(before: Reflector[Any], frame: Any) -> Any:
    """A streaming list's objects move the reflector's revision."""
    after, delivery = reflector.told(before, frame)
    if before.stage == "stream" and not isinstance(frame, Marked):
        after = evolve(after, last=frame.item.revision)
    return after, delivery


def refused_but_watching(before: Reflector[Any], why: Any) -> Reflector[Any]:
    """A watch that is too old is asked for again."""
    return before if before.stage == "watch" else reflector.refused(before, why)


def asks_for_anything(before: Reflector[Any]) -> ListRequest | WatchRequest | None:
    """A list may be as old as the server's cache is."""
    question = reflector.asks(before)
    lists = isinstance(question, ListRequest) or (isinstance(question, WatchRequest) and question.initial_events)
    return evolve(question, resource_version="0") if question is not None and lists else question


def asks_for_the_same(before: Reflector[Any]) -> ListRequest | WatchRequest | None:
    """A list that was refused is asked for again as it was."""
    return reflector.asks(evolve(before, unavailable=False))


def asks_without_version(before: Reflector[Any]) -> ListRequest | WatchRequest | None:
    """A watch begins with what there is then, not where the list ended."""
    question = reflector.asks(before)
    watches = isinstance(question, WatchRequest) and not question.initial_events
    return evolve(question, resource_version="") if question is not None and watches else question


def closed_and_one_later(before: Reflector[Any], why: Any = None) -> Reflector[Any]:
    """A watch that is taken up again begins after the next revision."""
    after = reflector.closed(before, why)
    return evolve(after, last=after.last + 1) if after.stage == "watch" else after


# --- Queues and informers ---------------------------------------------------------------------------------------


def deliver_newest(queue: DeltaQueue[Any], delivery: Any, known: Indexer[Any]) -> DeltaQueue[Any]:
    """What is delivered of an object takes the place of what waits of it."""
    path = getattr(delivery, "path", None)
    kept = tuple(each for each in queue.entries if not isinstance(each, Deltas) or each.path != path)
    return delta_queue.deliver(evolve(queue, entries=kept), delivery, known)


def pop_adding(informer: Informer[Any]) -> tuple[Informer[Any], News]:
    """A list adds and changes, but takes nothing away."""
    entry, store = informer.queue.entries[0], informer.store
    after, news = shared_informer.pop(informer)
    if not isinstance(entry, Replace):
        return after, news
    for path, item in store.items:
        if after.store.get(path) is None:
            after = evolve(after, store=after.store.put(path, item))
    return after, tuple(each for each in news if each.kind != "delete")


def pop_without_deletions(informer: Informer[Any]) -> tuple[Informer[Any], News]:
    """Handlers are not told of deletions that follow from a list."""
    after, news = shared_informer.pop(informer)
    return after, tuple(each for each in news if not each.tombstone)


def pop_without_tombstones(informer: Informer[Any]) -> tuple[Informer[Any], News]:
    """A deletion that follows from a list looks like one that was seen."""
    after, news = shared_informer.pop(informer)
    return after, tuple(evolve(each, tombstone=False) for each in news)


def pop_with_dated_tombstones(informer: Informer[Any]) -> tuple[Informer[Any], News]:
    """A tombstone's object is given the revision of the list."""
    entry = informer.queue.entries[0]
    after, news = shared_informer.pop(informer)
    if not isinstance(entry, Replace):
        return after, news
    return after, tuple(_dated(each, entry.revision) if each.tombstone else each for each in news)


def _dated(told: Notification[Any], revision: int) -> Notification[Any]:
    old: Any = told.old
    return evolve(told, old=evolve(old, revision=revision))


@frozen(cache_hash=True)
class Announced:
    """An entry of which handlers were told, and which the store does not have yet."""

    entry: Any


def pop_before_storing(informer: Informer[Any]) -> tuple[Informer[Any], News]:
    """Handlers are told of an entry first; the store takes it over in a second step."""
    queue: Any = informer.queue
    first, rest = queue.entries[0], queue.entries[1:]
    if isinstance(first, Announced):
        return shared_informer.pop(evolve(informer, queue=evolve(queue, entries=(first.entry, *rest))))[0], ()
    _, news = shared_informer.pop(informer)
    return evolve(informer, queue=evolve(queue, entries=(Announced(first), *rest))), news


def synced_when_listed(informer: Informer[Any]) -> bool:
    """An informer has synced once its first list is on the queue."""
    return informer.queue.initial is not None


def listener_synced_early(listener: Listener[Any], informer: Informer[Any]) -> bool:
    """A handler has synced when its informer has."""
    del listener
    return shared_informer.synced(informer)


def registered_with_nothing(informer: Informer[Any]) -> Listener[Any]:
    """A handler that registers late is told of what changes from now on, not of what is there."""
    del informer
    return Listener()


def heard_twice(listener: Listener[Any], told: News) -> Listener[Any]:
    """Every notification is put into the buffer twice."""
    return shared_informer.heard(shared_informer.heard(listener, told), told)


def any_of(listener: Listener[Any]) -> tuple[Notification[Any], Listener[Any]]:
    """A handler handles what it was told last."""
    return listener.waiting[-1], evolve(listener, waiting=listener.waiting[:-1])


def remembered_without_tombstones(memory: Memory, told: Notification[Any]) -> Memory:
    """A handler expects an object in a deletion, and passes a tombstone over."""
    return memory if told.tombstone else remembered(memory, told)


def remembered_by_uid(memory: Memory, told: Notification[Any]) -> Memory:
    """A handler takes an update for a change of the object that it shows now."""
    if told.kind != "update" or told.old is None or told.new is None:
        return remembered(memory, told)
    return remembered(memory, evolve(told, old=told.new))


MUTANTS: Final[tuple[Row, ...]] = (
    (
        "initial-events-move-the-revision",
        "a reflector takes the revisions of a streaming list's objects for how far it has come",
        informing(told=told_with_revision),
    ),
    (
        "watch-too-old-is-repeated",
        "a reflector whose watch is too old asks for the same watch again",
        informing(refused=refused_but_watching),
    ),
    (
        "list-may-be-older",
        "a reflector that lists again takes whatever the server has",
        informing(asks=asks_for_anything),
    ),
    (
        "refused-list-is-repeated",
        "a reflector that was refused a list asks for the same list again",
        informing(asks=asks_for_the_same),
    ),
    (
        "watch-resumes-one-later",
        "a watch that is taken up again leaves one revision out",
        informing(closed=closed_and_one_later),
    ),
    (
        "watch-without-a-version",
        "a reflector does not say from which revision it watches",
        informing(asks=asks_without_version),
    ),
    (
        "queue-keeps-the-newest",
        "of what waits of one object a delta queue keeps the newest only",
        informing(deliver=deliver_newest),
    ),
    ("list-only-adds", "a list takes nothing out of an informer's store", informing(pop=pop_adding)),
    ("gone-without-a-word", "handlers are not told of what a list does not have", informing(pop=pop_without_deletions)),
    (
        "unseen-deletion-looks-seen",
        "a deletion that follows from a list carries no mark of it",
        informing(pop=pop_without_tombstones),
    ),
    (
        "tombstone-is-dated",
        "what follows from a list to be deleted is shown with the list's revision",
        informing(pop=pop_with_dated_tombstones),
    ),
    ("told-before-stored", "handlers are told before the store has it", informing(pop=pop_before_storing)),
    (
        "synced-when-listed",
        "an informer has synced before its store has the list",
        informing(synced=synced_when_listed),
    ),
    (
        "handler-synced-with-informer",
        "a handler has synced before it was told of everything",
        informing(listener_synced=listener_synced_early),
    ),
    (
        "late-handler-is-told-nothing",
        "a handler that registers late is not told of what is there",
        informing(registered=registered_with_nothing),
    ),
    ("told-twice", "handlers are told everything twice", informing(heard=heard_twice)),
    ("last-told-first-handled", "a handler handles what it was told last before the rest", informing(next_of=any_of)),
    (
        "handler-ignores-tombstones",
        "a handler passes over deletions that follow from a list",
        informing(remembered=remembered_without_tombstones),
    ),
    (
        "update-hides-a-recreation",
        "a handler does not compare the uids of an update",
        informing(remembered=remembered_by_uid),
    ),
)
