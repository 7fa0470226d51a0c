"""The members of etcd: how they agree on one log, by examples and on random behaviours of five of them.

Lives here: properties of :mod:`seatrial.model.etcd.members` alone, without clients.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from random import Random

import pytest
from attrs import Factory, define, evolve
from hypothesis import given
from hypothesis import strategies as st

from seatrial.checker.member_mutations import for_anybody
from seatrial.model.draft import Disabled
from seatrial.model.etcd import Compact, DeleteRange, KeyValue, Put, Txn
from seatrial.model.etcd.members import (
    Consensus,
    Entry,
    Grow,
    Replica,
    answer_to,
    lag,
    leader_of,
    leaders,
    majority,
    majority_connected,
    replayed,
)

THREE = ("n1", "n2", "n3")
FIVE = (*THREE, "n4", "n5")


@define
class Cluster:
    """The state of some members, as plain variables; the first of them leads in the beginning."""

    names: tuple[str, ...] = THREE
    agreed: tuple[Hashable, ...] = ()
    members: dict[str, Replica] = Factory(
        lambda self: {name: Replica(leads=name == self.names[0]) for name in self.names}, takes_self=True
    )

    @property
    def moves(self) -> Consensus:
        """How they agree."""
        return Consensus(self.names)

    def written(self, entry: Hashable, via: str = "n1", *, to: tuple[str, ...] = ()) -> None:
        """Append an entry and bring it to these members."""
        self.moves.append(self, via, entry)
        leader = leader_of(self.members, via)
        assert leader is not None
        for follower in to:
            self.moves.replicate(self, leader, follower)


def put(number: int, *, client: str = "client") -> Entry:
    """An entry that puts a key."""
    return Entry(client, number, Txn(success=(Put("key", str(number)),)))


# --- Examples ---------------------------------------------------------------------------------------------------


def test_an_entry_is_agreed_on_once_a_majority_has_it() -> None:
    """The leader's own log is not enough; with one more of three it is."""
    cluster = Cluster()
    cluster.written("a")
    assert not cluster.agreed

    cluster.moves.replicate(cluster, "n1", "n3")
    assert cluster.agreed == ("a",)


def test_a_member_shows_only_what_is_agreed_on() -> None:
    """An entry is not applied before a majority has it, and one at a time after that."""
    cluster = Cluster()
    cluster.written("a")
    with pytest.raises(Disabled):
        cluster.moves.apply(cluster, "n1")

    cluster.moves.replicate(cluster, "n1", "n2")
    cluster.moves.apply(cluster, "n1")
    assert cluster.members["n1"].shown == ("a",)
    assert (lag(cluster, "n1"), lag(cluster, "n2")) == (0, 1)


def test_nobody_is_elected_without_what_is_agreed_on() -> None:
    """A member whose log lacks an agreed entry gets no majority of votes, whoever is up."""
    cluster = Cluster()
    cluster.written("a", to=("n2",))
    cluster.moves.crash(cluster, "n1")
    with pytest.raises(Disabled):
        cluster.moves.elect(cluster, "n3")

    cluster.moves.elect(cluster, "n2")
    assert leader_of(cluster.members, "n3") == "n2"


def test_a_minority_elects_nobody() -> None:
    """A member that is cut off from the others does not become a leader."""
    cluster = Cluster()
    cluster.moves.cut_off(cluster, "n3")
    with pytest.raises(Disabled):
        cluster.moves.elect(cluster, "n3")


def test_an_entry_of_a_lost_leader_is_dropped() -> None:
    """What only a leader had is gone from its log once a newer leader has brought its own."""
    cluster = Cluster()
    cluster.moves.cut_off(cluster, "n1")
    cluster.written("lost")
    cluster.moves.elect(cluster, "n2")
    cluster.written("kept", via="n2", to=("n3",))
    cluster.moves.heal(cluster)
    cluster.moves.replicate(cluster, "n2", "n1")

    assert cluster.members["n1"].log == ("kept",)
    assert not cluster.members["n1"].leads


def test_an_entry_of_a_lost_leader_is_agreed_on_later() -> None:
    """What only a leader had when it crashed is agreed on after all if it is elected again before anything else is."""
    cluster = Cluster()
    cluster.written("late")
    cluster.moves.crash(cluster, "n1")
    cluster.moves.restart(cluster, "n1")
    assert cluster.members["n1"].log == ("late",)

    cluster.moves.elect(cluster, "n1")
    cluster.moves.replicate(cluster, "n1", "n2")
    assert cluster.agreed == ("late",)


def test_entries_of_an_older_leader_are_not_counted() -> None:
    """Copies that members have from an older leader count only once the new leader has brought its log to them."""
    cluster = Cluster(FIVE)
    cluster.written("a", to=("n2",))
    cluster.moves.crash(cluster, "n1")
    cluster.moves.elect(cluster, "n2")
    cluster.moves.replicate(cluster, "n2", "n3")
    assert not cluster.agreed

    cluster.moves.replicate(cluster, "n2", "n4")
    assert cluster.agreed == ("a",)


def test_a_crash_costs_a_member_its_memory_only() -> None:
    """The log stays; what it says is applied anew."""
    cluster = Cluster()
    cluster.written("a", to=("n2",))
    cluster.moves.apply(cluster, "n2")
    cluster.moves.crash(cluster, "n2")
    cluster.moves.restart(cluster, "n2")
    assert (cluster.members["n2"].log, cluster.members["n2"].shown) == (("a",), ())

    cluster.moves.apply(cluster, "n2")
    assert cluster.members["n2"].shown == ("a",)


def test_a_read_needs_a_majority_that_still_follows() -> None:
    """A leader that is cut off lets no linearizable read through, nor one whose log nobody else has yet."""
    cluster = Cluster()
    cluster.written("a", to=("n2",))
    assert cluster.moves.index_for_read(cluster.members, "n3") == 1

    cluster.moves.cut_off(cluster, "n1")
    assert cluster.moves.index_for_read(cluster.members, "n1") is None
    cluster.moves.elect(cluster, "n2")
    assert cluster.moves.index_for_read(cluster.members, "n3") is None
    cluster.moves.replicate(cluster, "n2", "n3")
    assert cluster.moves.index_for_read(cluster.members, "n3") == 1


def test_can_commit_says_whether_a_write_can_be_agreed_on() -> None:
    """A member that reaches its leader, and through it a majority, can have a write agreed on; one cut off cannot."""
    cluster = Cluster()
    cluster.moves.cut_off(cluster, "n3")
    assert [cluster.moves.can_commit(cluster.members, name) for name in THREE] == [True, True, False]

    cluster.moves.crash(cluster, "n2")
    assert not any(cluster.moves.can_commit(cluster.members, name) for name in THREE)
    assert not majority_connected(cluster.members, THREE)


def test_a_learner_does_not_count() -> None:
    """A new member has the log before it votes, and the majority grows with the entry that lets it."""
    cluster = Cluster(members={name: Replica(leads=name == "n1") for name in THREE})
    moves = Consensus(("n1",))
    with pytest.raises(Disabled):
        moves.replicate(cluster, "n1", "n2")

    moves.append(cluster, "n1", Entry("operator", 1, Grow("n2")))
    moves.apply(cluster, "n1")
    moves.replicate(cluster, "n1", "n2")
    assert moves.voters(cluster.members["n1"]) == ("n1",)

    moves.append(cluster, "n1", Entry("operator", 2, Grow("n2", votes=True)))
    moves.apply(cluster, "n1")
    assert moves.voters(cluster.members["n1"]) == ("n1", "n2")
    moves.append(cluster, "n1", "a")
    assert len(cluster.agreed) == 2
    moves.replicate(cluster, "n1", "n2")
    assert cluster.agreed[-1] == "a"


def test_a_restored_cluster_has_what_the_backup_had() -> None:
    """All members begin with the first entries of what was agreed on; the rest is gone."""
    cluster = Cluster()
    cluster.written("a", to=("n2",))
    cluster.written("b", to=("n2",))
    cluster.moves.restore(cluster, 1)

    assert cluster.agreed == ("a",)
    assert {replica.log for replica in cluster.members.values()} == {("a",)}
    assert list(leaders(cluster.members)) == ["n1"]


@pytest.mark.parametrize(("votes", "voters", "enough"), [(1, 1, True), (1, 2, False), (2, 3, True), (2, 4, False)])
def test_a_majority_is_more_than_half(votes: int, voters: int, enough: bool) -> None:
    """Half of an even number is none."""
    assert majority(votes, voters) is enough


def test_a_log_is_folded_by_the_one_etcd() -> None:
    """What entries do to the keys, refusals and compactions included, is what a single etcd makes of them."""
    twice = Txn(success=(Put("key", "a"), Put("key", "b")))
    requests = (put(1).request, twice, Compact(2), Compact(9), Txn(success=(DeleteRange("key"),)), put(2).request)
    log = tuple(Entry("client", number, request) for number, request in enumerate(requests, start=1))
    store = replayed(log)

    assert store.keys == {"key": KeyValue("key", "2", 4, 4, 1)}
    assert (store.revision, store.compacted) == (4, 2)
    assert [answer_to(entry, log)[0] for entry in log] == [2, 2, 2, 2, 3, 4]


# --- Random behaviours ------------------------------------------------------------------------------------------


def random_move(random: Random, cluster: Cluster, number: int) -> Callable[[], None]:
    """One of the moves, with random members."""
    moves, one, other = cluster.moves, random.choice(FIVE), random.choice(FIVE)
    return random.choice(
        [
            lambda: moves.append(cluster, one, put(number)),
            *[lambda: moves.replicate(cluster, one, other)] * 6,
            *[lambda: moves.apply(cluster, one)] * 3,
            *[lambda: moves.elect(cluster, one)] * 2,
            lambda: moves.crash(cluster, one),
            lambda: moves.restart(cluster, one),
            lambda: moves.cut_off(cluster, one),
            lambda: moves.heal(cluster),
        ]
    )


@given(st.randoms(use_true_random=False))
def test_five_members_never_disagree(random: Random) -> None:
    """Whatever befalls them, the history grows, members show parts of it, a majority has it, a term has one leader."""
    cluster = Cluster(FIVE)
    for number in range(120):
        before = cluster.agreed
        kept = dict(cluster.members)
        try:
            random_move(random, cluster, number)()
        except Disabled:
            assert cluster.members == kept
            continue
        members = cluster.members.values()
        assert cluster.agreed[: len(before)] == before
        assert all(each.shown == cluster.agreed[: each.applied] for each in members)
        having = sum(each.log[: len(cluster.agreed)] == cluster.agreed for each in members)
        assert majority(having, len(FIVE))
        terms = [cluster.members[name].term for name in leaders(cluster.members)]
        assert len(set(terms)) == len(terms)


@given(st.randoms(use_true_random=False))
def test_a_read_index_misses_nothing(random: Random) -> None:
    """Whenever a member may answer a linearizable read, what it has to wait for is everything that is agreed on."""
    cluster = Cluster(FIVE)
    for number in range(120):
        try:
            random_move(random, cluster, number)()
        except Disabled:
            continue
        for name in FIVE:
            index = cluster.moves.index_for_read(cluster.members, name)
            assert index is None or index == len(cluster.agreed)


def test_without_the_vote_of_the_newer_log_members_disagree() -> None:
    """The same random behaviours break the history if members vote for anybody: the property above can fail."""
    lost = 0
    for seed in range(60):
        random, cluster = Random(seed), Cluster(FIVE)
        moves = evolve(cluster.moves, may_vote_for=for_anybody)
        for number in range(120):
            before, one, other = cluster.agreed, random.choice(FIVE), random.choice(FIVE)
            name = random.choice(["append", "replicate", "replicate", "replicate", "elect"])
            arguments: dict[str, tuple[Hashable, ...]] = {
                "append": (one, put(number)),
                "replicate": (one, other),
                "elect": (one,),
            }
            try:
                getattr(moves, name)(cluster, *arguments[name])
            except Disabled:
                continue
            lost += cluster.agreed[: len(before)] != before
    assert lost
