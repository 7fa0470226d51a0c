"""What an API server's watches promise.

Lives here: the eight promises of the frames that a watch tells, as judgements of one message.  A frame is a message
with one change: its key is the object's namespace and name, its body the object.

Source: Kubernetes documentation, "Efficient detection of changes" and "Streaming lists"; KEP-956, KEP-1904, KEP-3157;
Kubernetes 1.36 ``apiserver/pkg/storage/cacher/{cacher,cache_watcher}.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from attrs import frozen

from seatrial.model.objects import Object

from . import rules
from .heard import Change, Ended, Opened, Progress, Told
from .judgement import Promise
from .rules import Moment, Ruling, Rulings

GONE: Final = 410
"""The code of a version that is too old."""


@frozen
class KubernetesWatch:
    """What was asked of an API server, as far as it is known.

    Attributes:
        initial: whether the watch first shows what there is, and marks the end of it if bookmarks are allowed.
        not_older: the oldest resourceVersion at which what there is may be shown; 0: any.
        selects: which objects are wanted; ``None`` if that is not known.
        status: the HTTP status of the answer.
    """

    initial: bool = False
    not_older: int = 0
    selects: Callable[[Object], bool] | None = None
    status: int = 200


@frozen
class Was:
    """A change of one object as it truly was: the object before and after it, ``None`` where there was none."""

    revision: int
    key: str
    before: Object | None = None
    after: Object | None = None


KubernetesMoment: TypeAlias = "Moment[KubernetesWatch]"


def due(history: Iterable[Was], selects: Callable[[Object], bool]) -> tuple[Change, ...]:
    """What a watch through a selection is to be told of a history, in order."""
    return tuple(_due(history, selects))


def _due(history: Iterable[Was], selects: Callable[[Object], bool]) -> Iterator[Change]:
    for was in history:
        before = was.before if was.before is not None and selects(was.before) else None
        after = was.after if was.after is not None and selects(was.after) else None
        if after is not None:
            yield Change(was.revision, was.key, "ADDED" if before is None else "MODIFIED", after)
        elif before is not None:
            last = before.with_metadata(resourceVersion=str(was.revision))
            yield Change(was.revision, was.key, "DELETED", last)


# --- The promises ---------------------------------------------------------------------------------------------------


def watch_gap_free_or_told(moment: KubernetesMoment) -> Rulings:
    """A watch tells every change after its start, each once, until it ends; if it cannot, it says so and ends.

    Without what truly happened it is judged by the uids: an object that became another one was deleted in between.
    """
    gap = rules.missing(moment)
    if gap is not None:
        yield Ruling("no change is left out", rules.left_out(gap))
    else:
        yield from (Ruling("no change is left out", each) for each in _replaced(moment))
    yield from rules.told_once(moment, "no change is told twice")


def watch_start_exclusive(moment: KubernetesMoment) -> Rulings:
    """A watch from a resourceVersion tells only changes after it."""
    yield from rules.not_before_start(moment, "no change is told from before the start")


def watch_object_rv_monotone(moment: KubernetesMoment) -> Rulings:
    """On one watch the resourceVersions of one object's frames rise, that of its deletion included."""
    for change in moment.changes:
        before = moment.latest.get(change.key)
        if before is not None:
            back = change.revision <= before.revision
            broken = f"{change} comes after {before}" if back else ""
            yield Ruling("the resourceVersions of an object rise", broken)


def watch_rv_order(moment: KubernetesMoment) -> Rulings:
    """After what it shows at first, a watch's frames come in the order of their resourceVersions.

    Only deletions can share one: those of objects whose lease has ended, which etcd makes in one revision.
    """
    yield from rules.told_in_order(moment, "no frame comes after a later one")
    last = moment.position.last
    for change in moment.changes:
        if change.revision == last and (last, change.key) not in moment.position.seen:
            told = (each for each in moment.latest.values() if each.revision == last)
            shared = [each for each in told if (each.kind, change.kind) != ("DELETED", "DELETED")]
            broken = f"{change} has that of {shared[0]}" if shared else ""
            yield Ruling("no two changes share a resourceVersion, unless they are deletions", broken)


def watch_selector_transition(moment: KubernetesMoment) -> Rulings:
    """Replaying a watch's frames gives the selected objects: what enters is ADDED, what leaves is DELETED as it was."""
    request, truth = moment.request, {each.place: each for each in moment.due or ()}
    for change in moment.changes:
        yield from _fits_what_was_told(moment, change)
        if request is not None and request.selects is not None and isinstance(change.body, Object):
            wrong = f"{change} is not selected" if not request.selects(change.body) else ""
            yield Ruling("only selected objects are shown", wrong)
        if moment.due is not None:
            true = truth.get(change.place)
            right = true is not None and (true.kind, true.body) == (change.kind, change.body)
            told = f"{change} was {'no change' if true is None else true.kind}"
            yield Ruling("each change is told as it looks through the selection", "" if right else told)


def watch_bookmark_sound(moment: KubernetesMoment) -> Rulings:
    """A BOOKMARK comes only after all changes up to its resourceVersion, and none of these comes later."""
    yield from rules.nothing_left_behind(moment, "all changes up to a bookmark were told before it")
    yield from rules.nothing_from_before(moment, "no change comes that an earlier bookmark covers")


def watch_initial_events_end(moment: KubernetesMoment) -> Rulings:
    """What a watch shows at first is exactly what there was at one resourceVersion, which a bookmark then tells."""
    message, request, position = moment.message, moment.request, moment.position
    if isinstance(message, Told) and message.initial:
        other = [each for each in message.changes if each.kind != "ADDED"]
        yield Ruling("all that is shown at first is ADDED", f"{other[0]} comes before the end" if other else "")
    if not isinstance(message, Progress) or not message.ends_initial:
        return
    least = max(position.last, request.not_older if request is not None else 0)
    old = f"it says {message.revision}, and {least} was shown or asked for" if message.revision < least else ""
    yield Ruling("the end is not older than what is shown or was asked for", old)
    again = not position.fresh or bool(position.promised)
    yield Ruling("the end comes once, before any change", "it comes again, or too late" if again else "")
    if moment.due is not None:
        shown = {each.key: each.body for each in moment.latest.values()}
        there = _there(moment.due, message.revision)
        wrong = sorted(key for key in {*shown, *there} if shown.get(key) != there.get(key))
        broken = f"{wrong[0]} was otherwise at {message.revision}" if wrong else ""
        yield Ruling("what is shown is what there was", broken)


def watch_410_is_an_event(moment: KubernetesMoment) -> Rulings:
    """That a resourceVersion is too old is said by an ERROR frame, which ends the watch, and by no HTTP status."""
    message, request = moment.message, moment.request
    if isinstance(message, Opened) and request is not None:
        yield Ruling("it is no status of the answer", "the answer itself is 410" if request.status == GONE else "")
    if isinstance(message, Ended):
        yield Ruling("an ERROR tells a Status with a code", "" if message.code else "it has none")
    yield from rules.silent_once_ended(moment, "nothing follows an ERROR")


PROMISES: Final = tuple(
    Promise.of(each)
    for each in (
        watch_gap_free_or_told,
        watch_start_exclusive,
        watch_object_rv_monotone,
        watch_rv_order,
        watch_selector_transition,
        watch_bookmark_sound,
        watch_initial_events_end,
        watch_410_is_an_event,
    )
)
"""All of them."""


# --- What they look at ----------------------------------------------------------------------------------------------


def _replaced(moment: KubernetesMoment) -> Iterator[str]:
    """For each change of an object that was told of before: how a deletion is missing, or an empty text."""
    for change in moment.changes:
        before, now = moment.latest.get(change.key), change.body
        if before is None or before.kind == "DELETED" or not isinstance(now, Object):
            continue
        same = not isinstance(before.body, Object) or before.body.uid == now.uid
        yield "" if same else f"{change} is another object than before: its deletion was left out"


def _fits_what_was_told(moment: KubernetesMoment, change: Change) -> Rulings:
    """Whether an object that is added was not there, and one that is changed or deleted was."""
    part = "what is ADDED was not there, what is MODIFIED or DELETED was"
    before = moment.latest.get(change.key)
    all_shown = moment.request is not None and moment.request.initial
    if before is None and not all_shown:
        return
    there = before is not None and before.kind != "DELETED"
    state = "was there" if there else "was not there"
    yield Ruling(part, f"{change}, but it {state}" if there == (change.kind == "ADDED") else "")


def _there(changes: Iterable[Change], revision: int) -> dict[str, object]:
    """The selected objects as they were at a revision, by key."""
    found: dict[str, object] = {}
    for change in changes:
        if change.revision <= revision:
            found[change.key] = change.body
            if change.kind == "DELETED":
                del found[change.key]
    return found
