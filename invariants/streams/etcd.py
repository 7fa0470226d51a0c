"""What etcd's watches promise.

Lives here: the nine promises that etcd's robustness tests judge, and two more, as judgements of one message.  The
first sentence of each is what is promised.

Source: etcd documentation, "KV API guarantees", Watch APIs; etcd ``tests/robustness/validate/watch.go``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, cast

from seatrial.model.etcd import Batch, Event, Filter, WatchCreate, covers

from . import rules
from .heard import Change, Ended, Place, Progress, Told
from .judgement import Promise
from .rules import Moment, Ruling, Rulings
from .versions import gaps_in_versions

EtcdMoment: TypeAlias = "Moment[WatchCreate]"


def change_of(event: Event) -> Change:
    """An event as a change of its key."""
    return Change(event.kv.mod_revision, event.kv.key, event.kind, event)


def due(history: Iterable[Batch], request: WatchCreate) -> tuple[Change, ...]:
    """What a watch is to be told of a history, in order."""
    return tuple(change_of(each) for batch in history for each in batch.events if wanted(request, change_of(each)))


def in_range(request: WatchCreate, change: Change) -> bool:
    """Whether a change is one of the keys that a request names."""
    return covers(request.key, request.range_end, change.key)


def of_wanted_kind(request: WatchCreate, change: Change) -> bool:
    """Whether a change is of a kind that a request does not leave out."""
    return (Filter.NOPUT if change.kind == "PUT" else Filter.NODELETE) not in request.filters


def wanted(request: WatchCreate, change: Change) -> bool:
    """Whether a change is one that a request asks for."""
    return in_range(request, change) and of_wanted_kind(request, change)


# --- The promises ---------------------------------------------------------------------------------------------------


def ew_ordered(moment: EtcdMoment) -> Rulings:
    """The events of a watch are ordered by revision, and within one revision as they were made."""
    yield from rules.told_in_order(moment, "no event comes after a later one")
    yield from rules.told_as_made(moment, "the events of a revision come in the order in which they were made")


def ew_unique(moment: EtcdMoment) -> Rulings:
    """No event is told twice on a watch, even if it was broken and resumed."""
    yield from rules.told_once(moment, "no event is told twice")


def ew_atomic(moment: EtcdMoment) -> Rulings:
    """All events of one revision come in one message, unless it says itself that it is a fragment."""
    changes, told = moment.changes, moment.message
    if not changes or not isinstance(told, Told):
        return
    position, first, last = moment.position, changes[0].revision, changes[-1].revision
    # What is told again is another promise's matter.
    again = first == position.last and not position.split and changes[0].place not in position.seen
    broken = f"{changes[0]} comes apart from others of its revision" if again else ""
    if moment.due is not None and not broken:
        start = moment.position.start or 0
        known = position.seen | {each.place for each in changes}
        whole = {each.revision for each in changes} - ({last} if told.fragment else set())
        apart = [e for e in moment.due if e.revision in whole and e.revision >= start and e.place not in known]
        broken = f"{apart[0]} does not come with others of its revision" if apart else ""
    yield Ruling("the events of a revision come in one message", broken)


def ew_reliable(moment: EtcdMoment) -> Rulings:
    """A watch leaves nothing out: whoever gets an event, or is sent all there is, got all earlier ones since the start.

    Without what truly happened it is judged by the versions of each key: after version 2 comes version 3.
    """
    gap = rules.missing(moment)
    if not (moment.position.resumed and moment.position.fresh):
        found = gaps_in_versions(moment) if gap is None else [rules.left_out(gap)]
        yield from (Ruling("no event is left out", each) for each in found)
    yield from rules.told_as_it_was(moment, "what is told is what happened")


def ew_resumable(moment: EtcdMoment) -> Rulings:
    """A watch that broke can be resumed after the last revision that was told: nothing is lost, nothing comes again."""
    position = moment.position
    if not (position.resumed and position.fresh):
        return
    gap = rules.missing(moment)
    found = gaps_in_versions(moment) if gap is None else [rules.left_out(gap)]
    yield from (Ruling("nothing is lost over a break", each) for each in found)
    yield from rules.told_once(moment, "nothing is told again after a break")


def ew_bookmarkable(moment: EtcdMoment) -> Rulings:
    """A progress notification comes only after all events up to its revision, and none of these comes later."""
    yield from rules.nothing_left_behind(moment, "all events up to a notification's revision were told before it")
    yield from rules.nothing_from_before(moment, "no event comes that an earlier notification covers")


def ew_filter(moment: EtcdMoment) -> Rulings:
    """Only events of keys in the range that was asked for are told, and none of a kind that was not wanted."""
    request = moment.request
    if request is None or not moment.changes:
        return
    outside = [each for each in moment.changes if not in_range(request, each)]
    yield Ruling("only keys of the range are told", f"{outside[0]} is outside the range" if outside else "")
    if request.filters:
        unwanted = [each for each in moment.changes if not of_wanted_kind(request, each)]
        yield Ruling("only wanted kinds of events are told", f"{unwanted[0]} is not wanted" if unwanted else "")


def ew_iscreate(moment: EtcdMoment) -> Rulings:
    """A put is told as a creation, that is with its own revision as the key's first, if and only if it is one."""
    truth = _truth(moment)
    for change, event in _events(moment):
        says = event.kv.create_revision == event.kv.mod_revision
        true = truth.get(change.place)
        if event.kind != "PUT" or (true is None and not event.kv.version):
            continue
        created = event.kv.version == 1 if true is None else true.previous is None
        wrong = "is told as a creation, but the key was there" if says else "is a creation, but not told as one"
        yield Ruling(
            "a put is told as a creation if the key was not there", "" if says == created else f"{change} {wrong}"
        )


def ew_prevkv(moment: EtcdMoment) -> Rulings:
    """Where it was asked for, an event tells what its key was before; only what is compacted away may be missing."""
    truth = _truth(moment)
    for change, event in _events(moment):
        if event.previous is not None:
            yield Ruling(
                "what is told of before is what the key was just before", _wrong_previous(moment, change, event)
            )
            continue
        if moment.request is None or not moment.request.prev_kv or moment.compacted is None:
            continue
        true = truth.get(change.place)
        created = event.kind == "PUT" and event.kv.create_revision == event.kv.mod_revision
        had_one = not created if true is None else true.previous is not None
        lacks = had_one and change.revision > moment.compacted
        yield Ruling("only what is compacted away is not told", f"{change} tells nothing of before" if lacks else "")


def ew_compacted_cancel(moment: EtcdMoment) -> Rulings:
    """A watch that needs what is compacted away is cancelled, and no other; it does not go on after the gap."""
    message, reached = moment.message, moment.position.reached
    if isinstance(message, Ended) and message.compacted and reached is not None:
        needless = reached + 1 >= message.compacted
        broken = f"it needs revision {reached + 1}, and {message.compacted} can be told" if needless else ""
        yield Ruling("a watch is cancelled only if what it needs is gone", broken)
    gap = rules.missing(moment)
    if gap is not None and moment.compacted is not None and moment.changes:
        gone = tuple(each for each in gap if each.revision < moment.compacted)
        yield Ruling("a watch does not go on after a gap in history", rules.left_out(gone))
    yield from rules.silent_once_ended(moment, "nothing follows a cancellation")


def ew_start_respected(moment: EtcdMoment) -> Rulings:
    """Nothing is told from before the revision that a watch begins at, be it in the future: no event, no progress."""
    yield from rules.not_before_start(moment, "no event is told from before the start")
    message, start = moment.message, moment.position.start
    if isinstance(message, Progress) and start is not None:
        early = message.revision < start - 1
        broken = f"it says {message.revision}, but the watch begins at {start}" if early else ""
        yield Ruling("no progress is told from before the start", broken)


PROMISES: Final = tuple(
    Promise.of(each)
    for each in (
        ew_ordered,
        ew_unique,
        ew_atomic,
        ew_reliable,
        ew_resumable,
        ew_bookmarkable,
        ew_filter,
        ew_iscreate,
        ew_prevkv,
        ew_compacted_cancel,
        ew_start_respected,
    )
)
"""All of them: the nine, and the two about where a watch may begin."""


# --- What they look at ----------------------------------------------------------------------------------------------


def _events(moment: EtcdMoment) -> Iterator[tuple[Change, Event]]:
    return ((each, each.body) for each in moment.changes if isinstance(each.body, Event))


def _truth(moment: EtcdMoment) -> dict[Place, Event]:
    """What truly happened, of what a message tells."""
    places = {each.place for each in moment.changes}
    return {each.place: cast("Event", each.body) for each in moment.due or () if each.place in places}


def _wrong_previous(moment: EtcdMoment, change: Change, event: Event) -> str:
    """What is wrong with an event's previous value; empty if it is the right one, as far as can be told."""
    told = event.previous
    if told is None or (moment.request is not None and not moment.request.prev_kv):
        return f"{change}: nobody asked"
    true = _truth(moment).get(change.place)
    if true is not None:
        return "" if told == true.previous else f"{change} tells another value"
    if event.kind == "PUT" and event.kv.create_revision == event.kv.mod_revision:
        return f"{change} is a creation"
    before = moment.latest.get(change.key)
    own = told.key == change.key and told.mod_revision < change.revision
    stale = before is not None and told.mod_revision < before.revision
    return f"{change} tells revision {told.mod_revision} of {told.key}" if stale or not own else ""
