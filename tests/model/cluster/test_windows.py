"""What an API server of a cluster tells those who watch, how far back it remembers, and what follows if it does not."""

from __future__ import annotations

from typing import Any

import pytest

from seatrial.model.apiserver.watching import INITIAL_EVENTS_END
from seatrial.model.cluster.copy_events import Listed, Refilled, TooOld
from seatrial.model.cluster.state import reader
from seatrial.model.faults import API_SWITCH, COMPACTION, CRASH_SERVER, STALE_CACHE
from seatrial.model.machinery.workqueue import Key
from seatrial.model.objects import resource_prefix
from seatrial.model.scenarios import build

from .playing import RESOURCE, Play, error_of, frames, listing, play, watching

EXPIRED = 410
NO_ANSWER = 504
CACHE = reader("a", RESOURCE)
BEGIN = play().begin
STREAMING: dict[str, Any] = {"send_initial_events": True, "resource_version_match": "NotOlderThan"}


def from_(revision: int, **options: Any) -> Play:
    """A client that watches after a revision, at a server that has both changes."""
    cluster = play(watching(resource_version=str(revision), **options))
    cluster.write(2)
    cluster.follow(times=2)
    return cluster


# --- Watches from a revision ----------------------------------------------------------------------------------------


def test_a_watch_tells_what_came_after_its_start() -> None:
    """All later changes in their order; a deletion shows the deletion's revision."""
    cluster = from_(BEGIN)
    cluster.ask(2)
    assert frames(cluster.take()) == [
        ("MODIFIED", "alpha", str(BEGIN + 1)),
        ("DELETED", "beta", str(BEGIN + 2)),
    ]


def test_a_watch_does_not_tell_its_start() -> None:
    """The change of the revision at which it begins is not among them."""
    cluster = from_(BEGIN + 1)
    cluster.ask(1)
    assert frames(cluster.take()) == [("DELETED", "beta", str(BEGIN + 2))]


def test_a_stream_may_end_after_any_change() -> None:
    """It tells the first so many changes, for each number that there is."""
    cluster = from_(BEGIN)
    cluster.do("begin", who="client")
    assert [count for count in range(4) if cluster.can("serve", count, line="client")] == [0, 1, 2]
    cluster.ask(1)
    assert frames(cluster.take()) == [("MODIFIED", "alpha", str(BEGIN + 1))]


def test_a_bookmark_says_that_everything_was_told() -> None:
    """A client that allows bookmarks gets one when the stream told all; not when it was cut short."""
    whole, cut = from_(BEGIN, allow_bookmarks=True), from_(BEGIN, allow_bookmarks=True)
    whole.ask(2)
    cut.ask(1)
    assert frames(whole.take())[-1] == ("BOOKMARK", "", str(BEGIN + 2))
    assert [kind for kind, _, _ in frames(cut.take())] == ["MODIFIED"]


def test_a_watch_is_told_no_more_than_the_cache_has() -> None:
    """A server whose cache lags tells the changes that it has, and its bookmark says so."""
    cluster = play(watching(resource_version=str(BEGIN), allow_bookmarks=True))
    cluster.write(2)
    cluster.follow()
    cluster.ask(1)
    assert frames(cluster.take()) == [("MODIFIED", "alpha", str(BEGIN + 1)), ("BOOKMARK", "", str(BEGIN + 1))]


def test_a_watch_from_the_future_is_silent() -> None:
    """A revision that does not exist yet is no error: nothing is told."""
    cluster = from_(BEGIN + 7, allow_bookmarks=True)
    cluster.ask(0)
    answer = cluster.take()
    assert answer.ok
    assert frames(answer) == []


# --- Watches that begin with what there is --------------------------------------------------------------------------


def test_a_watch_from_0_begins_with_what_the_cache_has() -> None:
    """It shows everything in the cache as ADDED, in whatever state that is."""
    cluster = play(watching(resource_version="0"))
    cluster.write(2)
    cluster.ask()
    assert [(kind, name) for kind, name, _ in frames(cluster.take())] == [("ADDED", "alpha"), ("ADDED", "beta")]


@pytest.mark.parametrize("options", [{}, STREAMING])
def test_without_version_it_begins_with_the_present(options: dict[str, Any]) -> None:
    """It waits until the cache has what etcd had; the bookmark that ends the initial events says at which revision."""
    cluster = play(watching(allow_bookmarks=True, **options))
    cluster.write(2)
    cluster.ask()
    assert not cluster.can("answer_from_cache", line="client")
    cluster.follow(times=2)
    cluster.do("answer_from_cache", line="client")
    answer = cluster.take()
    assert frames(answer) == [("ADDED", "alpha", str(BEGIN + 1)), ("BOOKMARK", "", str(BEGIN + 2))]
    assert answer.frames is not None
    end = answer.frames[-1].object
    assert end is not None
    assert INITIAL_EVENTS_END in end.annotations


def test_before_1_31_it_began_with_anything() -> None:
    """With ``consistent-lists=etcd`` a watch without version shows whatever the cache has."""
    cluster = play(watching(), profile="consistent-lists=etcd")
    cluster.write(2)
    cluster.ask()
    assert [name for _, name, _ in frames(cluster.take())] == ["alpha", "beta"]


def test_no_initial_events_are_told_to_who_wants_none() -> None:
    """``sendInitialEvents=false`` without version: only what comes after the present is told."""
    cluster = play(watching(send_initial_events=False, resource_version_match="NotOlderThan", allow_bookmarks=True))
    cluster.write()
    cluster.ask()
    cluster.write()
    cluster.follow(times=2)
    cluster.do("answer_from_cache", 1, line="client")
    assert frames(cluster.take()) == [("DELETED", "beta", str(BEGIN + 2)), ("BOOKMARK", "", str(BEGIN + 2))]


def test_initial_events_of_the_future_are_an_error() -> None:
    """A streaming list of a revision that does not exist yet is ended by an ERROR frame, 504."""
    cluster = from_(BEGIN + 7, **STREAMING)
    cluster.ask()
    assert error_of(cluster.take()) == NO_ANSWER


# --- What is remembered ---------------------------------------------------------------------------------------------


def test_too_old_is_a_frame() -> None:
    """A watch from before the window is accepted, and told 410 by the only frame of its stream."""
    cluster = from_(BEGIN)
    cluster.forget()
    cluster.ask()
    assert error_of(cluster.take()) == EXPIRED


def test_at_the_window_nothing_is_too_old() -> None:
    """A watch may begin at the very revision after which everything is remembered."""
    cluster = from_(BEGIN + 2)
    cluster.forget()
    cluster.ask(0)
    assert frames(cluster.take()) == []


def test_one_early_loses_a_change() -> None:
    """With ``window-start=one-early`` a watch may begin one revision earlier, and that one change is not told."""
    cluster = play(watching(resource_version=str(BEGIN)), profile="window-start=one-early")
    cluster.write()
    cluster.follow()
    cluster.forget()
    cluster.write()
    cluster.follow()
    cluster.ask(1)
    assert frames(cluster.take()) == [("DELETED", "beta", str(BEGIN + 2))]


def test_a_compaction_of_etcd_does_not_shorten_a_window() -> None:
    """What a watch cache remembers it tells, though etcd has forgotten it."""
    cluster = from_(BEGIN)
    cluster.do("compact")
    cluster.ask(2)
    assert [kind for kind, _, _ in frames(cluster.take())] == ["MODIFIED", "DELETED"]


def test_a_lagging_cache_begins_anew_after_a_compaction() -> None:
    """A cache that misses what etcd has forgotten lists again, and remembers nothing from before."""
    cluster = play()
    cluster.write(2)
    assert not cluster.can("fill_again", server="a", resource=RESOURCE)
    cluster.do("compact")
    cluster.do("fill_again", server="a", resource=RESOURCE)

    assert cluster.last(Refilled).revision == BEGIN
    assert (cluster.state.positions[CACHE], cluster.state.windows[CACHE]) == (BEGIN + 2, BEGIN + 2)
    assert [path for path, _ in cluster.state.copies[CACHE].items] == [f"{resource_prefix(RESOURCE)}default/alpha"]


def test_a_lagging_cache_is_not_taken_for_fresh_after_a_compaction() -> None:
    """What a cache misses it misses also when etcd has forgotten it: who must be shown it waits."""
    cluster = play(listing(resource_version=str(BEGIN + 2)), faults={STALE_CACHE: 2, COMPACTION: 1})
    cluster.write(2)
    cluster.do("compact")
    cluster.do("begin", who="client")
    assert not cluster.can("serve", line="client")


def test_a_crash_ends_watches_and_empties_windows() -> None:
    """Who was watching gets no answer; the server begins with the present and remembers nothing."""
    cluster = play(watching(resource_version=str(BEGIN)), faults={CRASH_SERVER: 1})
    cluster.write()
    cluster.follow()
    cluster.ask(1)
    cluster.do("crash_server", server="a")
    assert cluster.take().status == NO_ANSWER
    assert cluster.state.windows[CACHE] == BEGIN + 1


# --- Informers whose revision is too old -----------------------------------------------------------------------------


def informed() -> Play:
    """A controller whose informer misses the deletion of the last note, which its server forgets to have seen."""
    cluster = Play(build("relisting", {"servers": 1}, {STALE_CACHE: 2, COMPACTION: 1, API_SWITCH: 0}).machine)
    while cluster.state.queues["archivist"]:
        cluster.do("begin", who="archivist")
    cluster.write(2)
    cluster.follow(times=2)
    cluster.forget()
    return cluster


def test_an_informer_that_is_too_old_lists_again() -> None:
    """It is told that it cannot go on; until it has listed it keeps what it has, then it has what its server has."""
    cluster = informed()
    own = reader("archivist", RESOURCE)
    before = cluster.state.copies[own]
    cluster.do("refuse_too_old", informer="archivist", resource=RESOURCE)
    assert cluster.last(TooOld).revision == BEGIN
    assert cluster.state.copies[own] == before
    assert not cluster.can("follow_server", informer="archivist", resource=RESOURCE)

    cluster.do("list_from_server", informer="archivist", resource=RESOURCE)
    assert cluster.last(Listed).revision == BEGIN + 2
    assert cluster.state.copies[own] == cluster.state.copies[CACHE]


def test_its_handler_is_told_of_what_is_gone() -> None:
    """The list puts the changed note on the queue, and the one that is not in it any more."""
    cluster = informed()
    cluster.do("refuse_too_old", informer="archivist", resource=RESOURCE)
    cluster.do("list_from_server", informer="archivist", resource=RESOURCE)
    assert set(cluster.state.queues["archivist"]) == {Key("default", "alpha"), Key("default", "beta")}


def test_an_informer_within_the_window_goes_on() -> None:
    """One that the server can tell everything is not refused."""
    cluster = informed()
    cluster.do("follow_server", informer="archivist", resource=RESOURCE)
    cluster.do("follow_server", informer="archivist", resource=RESOURCE)
    assert not cluster.can("refuse_too_old", informer="archivist", resource=RESOURCE)


def test_a_compaction_takes_nothing_from_an_informer() -> None:
    """A stream that is open tells every change that its server has, whatever etcd forgets."""
    cluster = Play(build("relisting", {"servers": 1}).machine)
    cluster.write(2)
    cluster.follow(times=2)
    cluster.do("compact")
    own = reader("archivist", RESOURCE)
    revisions: list[int] = []
    for _ in range(2):
        cluster.do("follow_server", informer="archivist", resource=RESOURCE)
        revisions.append(cluster.state.positions[own])
    assert revisions == [BEGIN + 1, BEGIN + 2]
