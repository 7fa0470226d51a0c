"""From where an API server of a cluster answers a GET or a LIST, and how old what it shows may be."""

from __future__ import annotations

import pytest

from seatrial.model.apiserver.paging import PRESENT, decode_token
from seatrial.model.apiserver.request import Options, watch
from seatrial.model.cluster import Cluster
from seatrial.model.cluster.read_events import GetServed, RevisionAsked
from seatrial.model.errors import ModelError
from seatrial.model.faults import COMPACTION
from seatrial.model.kinds import of_name
from seatrial.model.scenarios.readers import author, notes

from .playing import Play, asking, getting, listing, names, play

BEGIN = play().begin
EXPIRED = 410
TOO_LARGE = 504
MISSING = 404


# --- Lists that must be as new as etcd ------------------------------------------------------------------------------


def test_a_list_without_version_waits_for_the_cache() -> None:
    """It is answered from the watch cache, but not before that has what etcd had when the list was asked for."""
    cluster = play(listing())
    cluster.write(2)
    cluster.ask()
    assert cluster.last(RevisionAsked).revision == cluster.begin + 2
    cluster.follow()
    assert not cluster.can("answer_from_cache", line="client")
    cluster.follow()
    cluster.do("answer_from_cache", line="client")

    answer = cluster.take()
    assert (names(answer), answer.revision) == (["alpha"], cluster.begin + 2)


def test_what_comes_later_is_not_waited_for() -> None:
    """A write that is committed after a list was asked for may be missing from it."""
    cluster = play(listing())
    cluster.ask()
    cluster.write()
    cluster.do("answer_from_cache", line="client")
    assert cluster.take().revision == cluster.begin


def test_before_1_31_a_plain_list_is_read_from_etcd() -> None:
    """With ``consistent-lists=etcd`` nothing is waited for, however old the cache is."""
    cluster = play(listing(), profile="consistent-lists=etcd")
    cluster.write(2)
    cluster.ask()
    answer = cluster.take()
    assert (names(answer), answer.revision) == (["alpha"], cluster.begin + 2)


def test_progress_that_overtakes_stamps_too_much() -> None:
    """With ``progress=overtakes`` the cache believes that it has come far enough, and the list lacks a change."""
    cluster = play(listing(), profile="progress=overtakes")
    cluster.write(2)
    cluster.ask()
    cluster.do("answer_from_cache", line="client")
    answer = cluster.take()
    assert (names(answer), answer.revision) == (["alpha", "beta"], cluster.begin + 2)


# --- Lists that may be older ----------------------------------------------------------------------------------------


def test_a_list_at_0_shows_what_the_cache_has() -> None:
    """It is answered at once, in whatever state the cache is, and a limit is overlooked."""
    cluster = play(listing(resource_version="0", limit=1))
    cluster.write(2)
    cluster.follow()
    cluster.ask()
    answer = cluster.take()
    assert (names(answer), answer.revision, answer.continue_token) == (["alpha", "beta"], cluster.begin + 1, "")


def test_a_cache_may_lag_no_more_than_the_scenario_allows() -> None:
    """Without the fault ``stale-cache``, a list at 0 waits until the cache misses nothing."""
    cluster = play(listing(resource_version="0"), faults={COMPACTION: 1})
    cluster.write()
    cluster.do("begin", who="client")
    assert not cluster.can("serve", line="client")
    cluster.follow()
    assert cluster.can("serve", line="client")


def test_a_list_at_a_version_waits_for_it_and_no_longer() -> None:
    """Not older than n: it waits until the cache has come to n; that etcd is further does not matter."""
    wanted = BEGIN + 1
    cluster = play(listing(resource_version=str(wanted)))
    cluster.write(2)
    cluster.do("begin", who="client")
    assert not cluster.can("serve", line="client")
    cluster.follow()
    cluster.ask()
    answer = cluster.take()
    assert (names(answer), answer.revision) == (["alpha", "beta"], wanted)


@pytest.mark.parametrize("options", [{}, {"resource_version_match": "Exact"}, {"limit": 1}])
def test_a_version_to_come_is_too_large(options: dict[str, object]) -> None:
    """A list at a revision that does not exist yet is told to come again."""
    cluster = play(listing(resource_version=str(BEGIN + 7), **options))
    cluster.ask()
    answer = cluster.take()
    assert (answer.status, answer.causes[0].reason) == (TOO_LARGE, "ResourceVersionTooLarge")


# --- Lists of the past ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [{"resource_version_match": "Exact"}, {"limit": 9}])
def test_a_list_at_exactly_a_version_shows_the_past(options: dict[str, object]) -> None:
    """Exact, and a version with a limit, show the state at that revision though things have changed."""
    cluster = play(listing(resource_version=str(BEGIN), **options))
    cluster.write(2)
    cluster.follow(times=2)
    cluster.ask()
    answer = cluster.take()
    assert (names(answer), answer.revision) == (["alpha", "beta"], cluster.begin)


def test_all_pages_show_the_revision_of_the_first() -> None:
    """A continue token leads to the rest as it was, though it is gone by now."""
    token = _token()
    cluster = play(listing(limit=1, continue_token=token))
    cluster.write(2)
    cluster.ask()
    answer = cluster.take()
    assert (names(answer), answer.revision, answer.continue_token) == (["beta"], cluster.begin, "")


def test_the_cache_knows_what_etcd_has_forgotten() -> None:
    """As long as a server's window reaches back, its pages outlive a compaction of etcd."""
    cluster = play(listing(limit=1, continue_token=_token()))
    cluster.write(2)
    cluster.follow(times=2)
    cluster.do("compact")
    cluster.ask()
    assert names(cluster.take()) == ["beta"]


def test_etcd_knows_what_the_cache_has_forgotten() -> None:
    """Where a server's window does not reach back, etcd is asked."""
    cluster = play(listing(limit=1, continue_token=_token()))
    cluster.write(2)
    cluster.follow(times=2)
    cluster.forget()
    cluster.ask()
    assert names(cluster.take()) == ["beta"]


def test_a_page_that_nobody_knows_is_gone() -> None:
    """Forgotten by both, it is refused with a token that goes on from the same key at the present."""
    cluster = play(listing(limit=1, continue_token=_token()))
    cluster.write(2)
    cluster.follow(times=2)
    cluster.forget()
    cluster.do("compact")
    cluster.ask()
    answer = cluster.take()
    onward = decode_token(answer.continue_token)
    assert answer.status == EXPIRED
    assert not isinstance(onward, str)
    assert (onward.revision, onward.start) == (PRESENT, "alpha\0")


def test_an_exact_list_that_nobody_knows_is_gone() -> None:
    """It is refused, without a token."""
    cluster = play(listing(resource_version=str(BEGIN), resource_version_match="Exact"))
    cluster.write()
    cluster.follow()
    cluster.forget()
    cluster.do("compact")
    cluster.ask()
    answer = cluster.take()
    assert (answer.status, answer.continue_token) == (EXPIRED, "")


def _token() -> str:
    """The token that a first page of one item is given before anything is written."""
    cluster = play(listing(limit=1))
    cluster.ask()
    cluster.do("answer_from_cache", line="client")
    return cluster.take().continue_token


# --- One object -----------------------------------------------------------------------------------------------------


def test_a_get_without_version_asks_etcd() -> None:
    """It shows the present, however old the cache is."""
    cluster = play(getting("beta"))
    cluster.write(2)
    cluster.ask()
    assert cluster.take().status == MISSING
    assert not cluster.last(GetServed).cached


def test_a_get_at_0_shows_what_the_cache_has() -> None:
    """It shows an object that is gone, as long as the cache does not know."""
    cluster = play(getting("beta", Options(resource_version="0")))
    cluster.write(2)
    cluster.ask()
    assert cluster.take().ok
    assert cluster.last(GetServed).cached


def test_a_get_at_a_version_waits_for_it() -> None:
    """Not older than n, from a cache that has come to n."""
    cluster = play(getting("alpha", Options(resource_version=str(BEGIN + 1))))
    cluster.write()
    cluster.do("begin", who="client")
    assert not cluster.can("serve", line="client")
    cluster.follow()
    cluster.ask()
    found = cluster.take().object
    assert found is not None
    assert found.resource_version == str(cluster.begin + 1)


def test_two_servers_may_show_different_times() -> None:
    """Each server answers from its own cache: one shows the change that the other has not heard of."""
    cluster = play(
        listing(resource_version="0"),
        listing(resource_version="0"),
        servers=2,
        faults={"stale-cache": 1, "api-switch": 1},
    )
    cluster.write()
    cluster.follow("a")
    cluster.ask()
    cluster.do("switch", "b", who="client")
    newer = cluster.take()
    cluster.ask()
    older = cluster.take()
    assert (newer.revision, older.revision) == (cluster.begin + 1, cluster.begin)


# --- Clusters that keep no past -------------------------------------------------------------------------------------


def test_the_past_is_read_only_where_it_is_kept() -> None:
    """A cluster that forgets what everybody has taken over says so, in place of an answer that is wrong."""
    past = listing(resource_version=str(BEGIN), resource_version_match="Exact")
    cluster = Play(Cluster(objects=notes(), scripts={"client": asking(past), "author": author()}).machine("notes"))
    cluster.write()
    with pytest.raises(ModelError, match="remembers=True"):
        cluster.ask()


def test_only_what_is_cached_is_watched() -> None:
    """A watch of something of which no server has a watch cache is an error of the model, with its remedy."""
    secrets = watch(of_name("Secret"), "default")
    cluster = Play(Cluster(scripts={"client": asking(secrets)}, remembers=True).machine("notes"))
    with pytest.raises(ModelError, match="cached="):
        cluster.ask()
