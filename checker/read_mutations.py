"""What mutants change in reads and watches, in watch caches, and in clients that read.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from typing import Any, Final

from attrs import evolve

from seatrial.model.api import Ask, Effect
from seatrial.model.apiserver import reading, reads, watching
from seatrial.model.apiserver.answer import Answer, Frame
from seatrial.model.apiserver.paging import Page
from seatrial.model.apiserver.reading import Demand, Plan, Selection
from seatrial.model.apiserver.reads import stored_of
from seatrial.model.apiserver.request import Request
from seatrial.model.cluster import Cluster
from seatrial.model.cluster.read_parts import events, present
from seatrial.model.etcd import Batch, Cells, Event
from seatrial.model.machinery.informer import Copy
from seatrial.model.objects import Object, resource_prefix
from seatrial.model.reconcile import Reconciler
from seatrial.model.scenario import System

from .mutations import Change, Row, exchanging_parts


def exchanging_reads(**functions: Any) -> Change:
    """A cluster whose reads call other functions in these places."""

    def change(cluster: Cluster) -> System:
        changed = evolve(cluster.parts.reads, **functions)
        return evolve(cluster, parts=evolve(cluster.parts, reads=changed))

    return change


def clients(change: Callable[[Reconciler], Reconciler]) -> Change:
    """A cluster whose scripts are changed like this."""
    return lambda cluster: evolve(cluster, scripts={name: change(each) for name, each in cluster.scripts.items()})


# --- Lists and GETs ---------------------------------------------------------------------------------------------


def no_revision(etcd: Cells) -> int:
    """Nobody asks etcd for its revision."""
    del etcd
    return 0


def revision_of_a_member(etcd: Any) -> int:
    """The revision that the member which lags most has applied, not one that a quorum has confirmed."""
    return min((int(etcd.applied[each]) for each in etcd.applied), default=int(etcd.revision))


def list_of_before(etcd: Cells, resource: str) -> tuple[Copy, int]:
    """A watch cache begins with a list from a member of etcd that lags by one revision."""
    before = etcd.revision - 1
    prefix = resource_prefix(resource)
    then = dict(present(etcd, resource).items)
    for event in (each for batch in etcd.log if batch.revision > before for each in batch.events):
        then.pop(event.kv.key, None)
        previous = stored_of(event.previous)
        if previous is not None and event.kv.key.startswith(prefix):
            then[event.kv.key] = previous
    return Copy(tuple(sorted(then.items(), key=lambda item: item[0]))), before


def at_once(missing: int) -> None:
    """Nobody waits for what a copy misses."""
    del missing


def stamp_early(position: int, least: int) -> int:
    """A list is given the revision that the cache had to come to, not the one to which it came."""
    return least or position


def plan_with(change: Callable[[Request, Plan], Plan]) -> Callable[..., Plan | Answer]:
    """Reads that demand something else than they should."""

    def plan(request: Request, *, cached: bool = True) -> Plan | Answer:
        wanted = reading.plan(request, cached=cached)
        return change(request, wanted) if isinstance(wanted, Plan) else wanted

    return plan


def get_of_any(request: Request, wanted: Plan) -> Plan:
    """A GET is satisfied with whatever the cache has."""
    return evolve(wanted, demand=Demand.ANY) if request.verb == "get" else wanted


def older_snapshot(request: Request, wanted: Plan) -> Plan:
    """A list at one revision gets the snapshot before it."""
    exact = wanted.demand is Demand.EXACT and not request.options.continue_token
    return evolve(wanted, revision=wanted.revision - 1) if exact else wanted


def from_the_first_key(request: Request, wanted: Plan) -> Plan:
    """A later page of a list begins with the first key of the present."""
    if not request.options.continue_token:
        return wanted
    return Plan(Demand.MOST_RECENT, page=Page(wanted.page.limit, from_cache=wanted.page.from_cache))


def expired_without_token(page: Page) -> Answer:
    """Who pages through a list that is gone is not told how to go on."""
    return evolve(reads.expired(page), continue_token="")


# --- Watches ----------------------------------------------------------------------------------------------------


def events_but_one(log: Iterable[Batch], prefix: str, after: int, begin: int, until: int) -> list[Event]:
    """A watch loses the first change where several wait."""
    told = events(log, prefix, after, begin, until)
    return told[1:] or told


def events_again(log: Iterable[Batch], prefix: str, after: int, begin: int, until: int) -> list[Event]:
    """A watch begins with the revision that its client has."""
    return events(log, prefix, after - 1, min(begin, after - 1), until)


def never_too_old(version: int, oldest: int) -> bool:
    """A watch from before the window begins with the window."""
    del version, oldest
    return False


def deleted_as_last_stored(request: Request, selection: Selection, event: Event) -> Frame | None:
    """A deletion is told with the last resourceVersion of the object."""
    frame = watching.frame_of(request, selection, event)
    before = stored_of(event.previous)
    return Frame("DELETED", before.object) if frame is not None and before and frame.type == "DELETED" else frame


def leaving_is_modified(request: Request, selection: Selection, event: Event) -> Frame | None:
    """An object that leaves the selection is told as modified."""
    return _leaving(request, selection, event, lambda now: Frame("MODIFIED", now))


def leaving_shows_the_new(request: Request, selection: Selection, event: Event) -> Frame | None:
    """An object that leaves the selection is told as deleted, as it is by then."""
    return _leaving(request, selection, event, lambda now: Frame("DELETED", now))


def _leaving(request: Request, selection: Selection, event: Event, told: Callable[[Object], Frame]) -> Frame | None:
    frame = watching.frame_of(request, selection, event)
    now = stored_of(event.kv) if event.kind == "PUT" else None
    return told(now.object) if frame is not None and now is not None and frame.type == "DELETED" else frame


def newest_first(frames: Sequence[Frame]) -> list[Frame]:
    """What happened last is told first."""
    return list(reversed(frames))


def bookmark_of_etcd(etcd: Cells, position: int) -> int:
    """A bookmark says how far etcd has come."""
    del position
    return etcd.revision


def refused(error: Answer) -> Answer:
    """A watch that cannot begin is refused."""
    return error


# --- Clients and informers --------------------------------------------------------------------------------------


def asking_for_anything(script: Reconciler) -> Reconciler:
    """A client that forgets between two lists what it saw, and takes whatever there is."""
    return _with(script, ask=_for_anything)


def without_bookmarks(script: Reconciler) -> Reconciler:
    """A client that overlooks bookmarks, so that it goes on from the last object that it was shown."""
    return _with(script, hear=_no_bookmarks)


def _for_anything(ask: Ask) -> Ask:
    request = ask.request
    if request.verb != "list" or not request.options.resource_version:
        return ask
    return evolve(ask, request=evolve(request, options=evolve(request.options, resource_version="0")))


def _no_bookmarks(answer: Any) -> Any:
    if not isinstance(answer, Answer) or answer.frames is None:
        return answer
    return evolve(answer, frames=tuple(each for each in answer.frames if each.type != "BOOKMARK"))


def _with(
    script: Reconciler, ask: Callable[[Ask], Ask] = lambda ask: ask, hear: Callable[[Any], Any] = lambda answer: answer
) -> Reconciler:
    """A script that asks otherwise, or hears otherwise."""

    def run() -> Generator[Effect, Any, None]:
        inner = script()
        effect = next(inner, None)
        while effect is not None:
            answer = yield ask(effect) if isinstance(effect, Ask) else effect
            try:
                effect = inner.send(hear(answer))
            except StopIteration:
                return

    return run


def only_adds(before: Copy, listed: Copy) -> Copy:
    """An informer that lists again keeps what is not in the list."""
    kept = [(path, each) for path, each in before.items if listed.get(path) is None]
    return Copy(tuple(sorted([*listed.items, *kept], key=lambda item: item[0])))


MUTANTS: Final[tuple[Row, ...]] = (
    (
        "nobody-asks-for-the-present",
        "a read that must not be stale is answered from the watch cache without asking etcd for its revision",
        exchanging_reads(confirmed=no_revision),
    ),
    (
        "asks-a-member-that-lags",
        "a server asks its member of etcd for the revision that it has applied, not for one that a quorum confirms",
        exchanging_reads(confirmed=revision_of_a_member),
    ),
    (
        "cache-begins-with-the-past",
        "a watch cache that begins anew lists from a member of etcd that lags",
        exchanging_reads(first_list=list_of_before),
    ),
    (
        "nobody-waits-for-the-cache",
        "a read is answered though the watch cache has not come as far as it must",
        exchanging_reads(await_changes=at_once),
    ),
    (
        "list-stamped-early",
        "a list is given the revision that was read before its items",
        exchanging_reads(stamp=stamp_early),
    ),
    (
        "get-of-any-state",
        "a GET is answered with whatever the watch cache has",
        exchanging_reads(plan=plan_with(get_of_any)),
    ),
    (
        "exact-list-is-older",
        "a list at exactly one revision shows the one before",
        exchanging_reads(plan=plan_with(older_snapshot)),
    ),
    (
        "pages-begin-anew",
        "a later page of a list begins with the first key of the present",
        exchanging_reads(plan=plan_with(from_the_first_key)),
    ),
    (
        "expired-without-token",
        "who pages through a list that is gone is not told how to go on",
        exchanging_reads(expired=expired_without_token),
    ),
    (
        "stream-loses-a-change",
        "a server drops the first change where several wait for a client, and goes on",
        exchanging_reads(events=events_but_one),
    ),
    (
        "stream-repeats-its-start",
        "a client's watch begins with the revision that the client has already",
        exchanging_reads(events=events_again),
    ),
    (
        "never-too-old",
        "a watch from before what the server remembers begins with what it remembers",
        exchanging_reads(too_old=never_too_old),
    ),
    (
        "deletion-has-no-version",
        "a watch tells a deletion with the last resourceVersion of the object",
        exchanging_reads(frame_of=deleted_as_last_stored),
    ),
    (
        "leaving-is-modified",
        "a watch tells of an object that leaves its selection that it was modified",
        exchanging_reads(frame_of=leaving_is_modified),
    ),
    (
        "leaving-shows-the-new",
        "a watch shows an object that leaves its selection as it is by then",
        exchanging_reads(frame_of=leaving_shows_the_new),
    ),
    (
        "newest-first",
        "a watch tells first what happened last",
        exchanging_reads(in_order=newest_first),
    ),
    (
        "bookmark-of-etcd",
        "a bookmark says how far etcd has come, not how far the watch was told everything",
        exchanging_reads(bookmark_at=bookmark_of_etcd),
    ),
    (
        "too-old-is-refused",
        "a watch whose revision is too old is refused with status 410",
        exchanging_reads(ended=refused),
    ),
    (
        "client-takes-anything",
        "a client forgets what it saw and lists with resourceVersion 0",
        clients(asking_for_anything),
    ),
    (
        "client-overlooks-bookmarks",
        "a client goes on from the last of the initial objects, not from the bookmark that ends them",
        clients(without_bookmarks),
    ),
    (
        "relist-only-adds",
        "an informer that lists again keeps what is not in the list",
        exchanging_parts(replaced=only_adds),
    ),
)
