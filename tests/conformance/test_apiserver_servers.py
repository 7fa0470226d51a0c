"""Servers with caches of their own: what is done to them, how far their caches may have come, what they remember."""

from __future__ import annotations

import pytest

from seatrial.checker.conformance.apiserver_faults import Deed, Happening, happening, server_named, tells_of_faults
from seatrial.checker.conformance.apiserver_past import as_of, free_revisions, happened, since
from seatrial.checker.conformance.apiserver_servers import LEAST_REMEMBERED, Fleet, Running, Server, Timeline
from seatrial.model.etcd import Batch, DeleteRange, KeyValue, Member, Put, Range

FILLER = "/registry/filler"
MAPS = "/registry/configmaps/a/"


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("[B's etcd stalled] write at A", Happening(Deed.STALL, "etcd", "B")),
        ("[stalled] GET", Happening(Deed.STALL)),
        ("[free again] GET", Happening(Deed.FREE)),
        ("[etcd paused] GET", Happening(Deed.PAUSE, "etcd")),
        ("[resumed] x", Happening(Deed.RESUME)),
        ("[api-1 killed] GET at api-2", Happening(Deed.KILL, "api-1")),
        ("[etcd restarted] GET", Happening(Deed.RESTART, "etcd")),
        ("[A unplugged] GET", "A unplugged"),
        ("[B's disk stalled] GET", "B's disk stalled"),
        ("[during all] create", None),
        ("[etcd compacted by hand at 542: HTTP 200] next page", None),
        ("GET [stalled]", None),
    ],
)
def test_what_happened_stands_in_brackets(step: str, expected: object) -> None:
    """At the beginning of a step; what is not understood is handed on as text."""
    assert happening(step) == expected
    assert tells_of_faults(step) is isinstance(expected, Happening)


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("[A restarted] watch from an old resourceVersion at A: 410", "A"),
        ("[A killed] write at B", "B"),
        ("[B's etcd stalled] GET", "B"),
        ("look at that", None),
    ],
)
def test_a_step_may_name_its_server(step: str, expected: str | None) -> None:
    """The one that it was asked *at* comes before the one to which something was done."""
    assert server_named(step, ("A", "B")) == expected


def hear(fleet: Fleet, *steps: str, revision: int = 9, time: float = 1.0) -> bool:
    """Whether a fleet understood the last of some steps."""
    said = [happening(f"[{step}]") for step in steps]
    return [isinstance(each, Happening) and fleet.hear(each, revision, time) for each in said][-1]


def two() -> Fleet:
    """A fleet of two servers."""
    return Fleet({"A": Server("A", filled=1), "B": Server("B", filled=1)})


def test_a_stalled_server_is_cut_off_alone() -> None:
    """From the revision that etcd was at; until it is free."""
    fleet = two()
    assert hear(fleet, "B's etcd stalled", "stalled")
    assert (fleet.servers["A"].cut_at, fleet.servers["B"].cut_at) == (None, 9)
    assert hear(fleet, "free again", "free again", time=5.0)
    assert (fleet.servers["B"].cut_at, fleet.servers["B"].whole_since) == (None, 5.0)


@pytest.mark.parametrize(("begin", "end"), [("etcd paused", "resumed"), ("etcd killed", "etcd restarted")])
def test_without_etcd_all_servers_are_cut_off(begin: str, end: str) -> None:
    """They go on running, and a server that was stalled besides stays cut off."""
    fleet = two()
    assert hear(fleet, "B's etcd stalled", begin)
    assert {each.cut_at for each in fleet.servers.values()} == {9}
    assert hear(fleet, end)
    assert (fleet.servers["A"].cut_at, fleet.servers["B"].cut_at) == (None, 9)
    assert all(each.runs is Running.YES for each in fleet.servers.values())


def test_a_restarted_server_begins_anew() -> None:
    """Its caches are filled then; reminders of the same deed do nothing."""
    fleet = two()
    fleet.servers["A"].show("configmaps", 7)
    assert hear(fleet, "A killed", "A killed", revision=8)
    assert fleet.servers["A"].runs is Running.DEAD
    assert hear(fleet, "A restarted", revision=12)
    began = fleet.servers["A"]
    assert hear(fleet, "restarted", revision=14)
    assert fleet.servers["A"] is began
    assert (began.runs, began.began, began.shown("configmaps")) == (Running.YES, 12, 12)
    assert hear(fleet, "A killed", "A restarted", revision=20)
    assert fleet.servers["A"].began == 20


@pytest.mark.parametrize("step", ["stalled", "free again", "restarted", "C killed", "C's etcd stalled"])
def test_who_is_not_known_is_not_guessed(step: str) -> None:
    """A reminder of nothing, and servers that nobody has heard of."""
    assert not hear(two(), step)


def changing(times: int) -> Member:
    """An etcd in which a config map changed some times, each followed by something else."""
    etcd = Member()
    for number in range(times):
        etcd.serve(Put(f"{MAPS}x", str(number)))
        etcd.serve(Put(FILLER))
    return etcd


def test_a_cache_that_is_cut_off_is_as_it_was_or_older() -> None:
    """It may miss what was written right before, but nothing that it has shown."""
    fleet, etcd, timeline = two(), changing(4), Timeline()
    server = fleet.servers["B"]
    assert server.newest(etcd) == 9
    hear(fleet, "B's etcd stalled", revision=7)
    assert server.newest(etcd) == 7
    assert list(server.older("configmaps", etcd, timeline, start=1.0, least=0)) == [6, 4, 2, 0]
    server.show("configmaps", 4)
    assert list(server.older("configmaps", etcd, timeline, start=1.0, least=0)) == [6, 4, 4]
    assert list(server.older("configmaps", etcd, timeline, start=1.0, least=6)) == [6, 6]


def test_a_sound_cache_is_behind_for_moments_only() -> None:
    """What etcd had seconds ago is there, unless the server was cut off until now."""
    fleet, etcd, timeline = two(), changing(4), Timeline()
    timeline.note(1.0, 2.0, 1, 5)
    server = fleet.servers["B"]
    assert list(server.older("configmaps", etcd, timeline, start=4.0, least=0)) == [8, 6, 4, 2, 0]
    assert list(server.older("configmaps", etcd, timeline, start=6.0, least=0)) == [8, 6, 5]
    hear(fleet, "B's etcd stalled", "free again", time=5.5)
    assert list(server.older("configmaps", etcd, timeline, start=6.0, least=0)) == [8, 6, 4, 2, 0]


def test_the_timeline_knows_bounds() -> None:
    """What was answered by a time was reached; what was asked later had not happened yet."""
    timeline = Timeline()
    timeline.note(1.0, 2.0, 5, 6)
    timeline.note(3.0, 4.0, 8, 9)
    assert [timeline.reached_by(time) for time in (1.5, 2.0, 3.5, 4.0)] == [0, 6, 6, 9]
    assert [timeline.reached_until(time) for time in (0.5, 2.5, 3.5)] == [5, 8, None]


def test_a_cache_remembers_its_last_hundred_changes() -> None:
    """Or all since it was filled, which may have been at any revision until it first answered."""
    etcd = changing(LEAST_REMEMBERED + 10)
    server = Server("A", began=3, filled=6)
    allowed = [begin for begin in range(etcd.revision + 2) if server.may_remember_since("configmaps", begin, etcd)]
    assert allowed == [3, 4, 5, 6, *range(7, 22)]
    server.learn_window("configmaps", 9)
    assert not server.may_remember_since("configmaps", 8, etcd)
    fresh = Server("A", began=3)
    assert fresh.may_remember_since("configmaps", etcd.revision, etcd)
    assert not fresh.may_remember_since("configmaps", etcd.revision + 1, etcd)


# --- The past -------------------------------------------------------------------------------------------------------


def test_the_past_can_be_seen() -> None:
    """Etcd as it was at each revision has the keys and the log that it had then."""
    etcd = Member()
    then: list[tuple[int, dict[str, KeyValue], tuple[Batch, ...]]] = []
    for step in (Put("a", "1"), Put("b", "2"), Put("a", "3"), DeleteRange("b"), DeleteRange("a"), Put("a", "4")):
        then.append((etcd.revision, dict(etcd.keys), etcd.log))
        etcd.serve(step)
    for revision, keys, log in then:
        seen = as_of(etcd, revision)
        assert (seen.revision, seen.keys, seen.log) == (revision, keys, log)
    assert as_of(etcd, 99) is etcd


def test_a_cache_remembers_since_it_was_filled() -> None:
    """All that is there, and no change before."""
    etcd = changing(3)
    remembered = since(etcd, 4)
    assert (remembered.keys, remembered.compacted) == (etcd.keys, 5)
    assert [batch.revision for batch in remembered.log] == [5, 6, 7]


def test_something_can_have_happened_earlier() -> None:
    """At a revision of which nothing was known; what came later stays, and finds it there."""
    etcd = changing(3)
    assert list(free_revisions(etcd, 3, FILLER)) == [5, 7]
    assert happened(etcd, 5, f"{MAPS}y", lambda then: then.serve(Put(f"{MAPS}y", "new")))
    assert list(free_revisions(etcd, 3, FILLER)) == [7]
    found = etcd.keys[f"{MAPS}y"]
    assert (found.value, found.create_revision, etcd.revision) == ("new", 5, 7)
    assert f"{MAPS}y" not in as_of(etcd, 4).keys
    assert happened(etcd, 8, f"{MAPS}y", lambda then: then.serve(DeleteRange(f"{MAPS}y")))
    assert (f"{MAPS}y" in etcd.keys, etcd.revision) == (False, 8)


def test_what_others_have_overwritten_cannot_have_happened_later() -> None:
    """Unless it may be overwritten; then they found it."""
    etcd = changing(3)

    def write(then: Member) -> object:
        return then.serve(Put(f"{MAPS}x", "between"))

    assert not happened(etcd, 5, f"{MAPS}x", write)
    assert not happened(etcd, 9, f"{MAPS}x", write)
    assert happened(etcd, 5, f"{MAPS}x", write, overwritten=True)
    assert etcd.keys[f"{MAPS}x"].value == "2"
    previous = next(batch for batch in etcd.log if batch.revision == 6).events[0].previous
    assert previous is not None
    assert (previous.value, previous.mod_revision) == ("between", 5)


def test_nothing_but_one_write_of_the_key_can_have_happened() -> None:
    """A change of another key, or none, leaves everything as it was."""
    etcd = changing(2)
    before = (etcd.revision, dict(etcd.keys), etcd.log)
    assert not happened(etcd, 5, "b", lambda then: then.serve(Put("c")))
    assert not happened(etcd, 5, "b", lambda then: then.serve(Range("b")))
    assert (etcd.revision, etcd.keys, etcd.log) == before
