"""Several members of etcd: agreed writes and fresh reads, rivals, a watch at a member that lags behind, a new member.

Lives here: the scenarios.  What happens in them is in :mod:`seatrial.model.rigs.quorum`.
"""

from __future__ import annotations

from attrs import evolve

from ..etcd import Compact, Compare, Put, Result, Target, Txn
from ..etcd.members import Consensus, Grow
from ..faults import CRASH_ETCD, LAGGING_MEMBER, LEADER_CHANGE, PARTITION
from ..rigs.quorum import PAIR, Client, Quorum
from ..rigs.quorum_watch import Watcher
from ..scenario import Scenario

LEFT, RIGHT = "pair/left", "pair/right"
THREE = ("n1", "n2", "n3")


def put_pair(value: str) -> Txn:
    """Put both keys."""
    return Txn(success=(Put(LEFT, value), Put(RIGHT, value)))


def claim_pair(value: str) -> Txn:
    """Put both keys if they do not exist."""
    return evolve(put_pair(value), compare=(Compare(LEFT, Target.CREATE, Result.EQUAL, 0),))


def quorum(crashes: int = 1, partitions: int = 1, elections: int = 1) -> Scenario:
    """Three members; a client claims a pair of keys at one, another one reads it at the next, whatever befalls them."""
    clients = (Client("writer", "n1", (claim_pair("writer"),)), Client("auditor", "n2", (PAIR,)))
    return Scenario(
        "quorum",
        Quorum(members=THREE, consensus=Consensus(THREE), clients=clients, local_readers=("n2",)),
        faults={CRASH_ETCD: crashes, PARTITION: partitions, LEADER_CHANGE: elections},
        summary="three members of etcd, a writer at one and a reader at another, while members crash and are cut off",
    )


def quorum_rivals(partitions: int = 1, elections: int = 1) -> Scenario:
    """Three members; two clients claim a pair of keys at two of them, and one reads it afterwards."""
    clients = (
        Client("writer", "n1", (claim_pair("writer"),)),
        Client("rival", "n2", (claim_pair("rival"), PAIR)),
    )
    return Scenario(
        "quorum-rivals",
        Quorum(members=THREE, consensus=Consensus(THREE), clients=clients, local_readers=("n2",)),
        faults={PARTITION: partitions, LEADER_CHANGE: elections},
        summary="three members of etcd, of which two are asked to claim the same keys, while leaders change",
    )


def quorum_watch(crashes: int = 1, lag: int = 3) -> Scenario:
    """Three members; a client writes twice and compacts, another one watches and reads at a member that lags behind."""
    clients = (
        Client("writer", "n1", (put_pair("one"), put_pair("two"), Compact(3))),
        Client("auditor", "n3", (PAIR,)),
    )
    return Scenario(
        "quorum-watch",
        Quorum(
            members=THREE,
            consensus=Consensus(THREE),
            clients=clients,
            local_readers=("n3",),
            watchers=(Watcher("watcher", "n3"),),
            frail=("n3",),
        ),
        faults={CRASH_ETCD: crashes, LAGGING_MEMBER: lag},
        summary="three members of etcd, and a watch at one that lags behind and may crash, while history is compacted",
    )


def quorum_grows(crashes: int = 1, partitions: int = 1) -> Scenario:
    """A cluster of two members grows by a third, which learns and then votes, while a client writes."""
    clients = (
        Client("writer", "n1", (claim_pair("writer"),)),
        Client("operator", "n1", (Grow("n3"), Grow("n3", votes=True))),
    )
    return Scenario(
        "quorum-grows",
        Quorum(members=THREE, consensus=Consensus(THREE[:2]), clients=clients, frail=("n1",)),
        faults={CRASH_ETCD: crashes, PARTITION: partitions},
        summary="two members of etcd become three: the third learns the log, then votes, while a client writes",
    )
