"""What mutants change among several members of etcd: a guard of the agreement, of reads or of watches is missing.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Final

from attrs import evolve

from seatrial.model.etcd import Batch, Cancelled, Member, Range, RangeResponse
from seatrial.model.etcd.members import Consensus, Members, Replica
from seatrial.model.rigs.quorum import Quorum, read_at
from seatrial.model.rigs.quorum_watch import next_told
from seatrial.model.rigs.restore import Backup, as_it_was
from seatrial.model.scenario import Scenario, System

from .mutations import Change, Row, exchanging


def agreeing(**guards: Any) -> Change:
    """A cluster of etcd with other guards of its consensus."""

    def change(quorum: Quorum) -> System:
        return evolve(quorum, consensus=evolve(quorum.consensus, **guards))

    return change


def watching(**functions: Any) -> Change:
    """A cluster of etcd whose members serve watches in another way."""

    def change(quorum: Quorum) -> System:
        return evolve(quorum, watching=evolve(quorum.watching, **functions))

    return change


# --- Agreement --------------------------------------------------------------------------------------------------


def one_is_enough(votes: int, voters: int) -> bool:
    """One vote is enough, whoever else there is."""
    return votes >= 1 and voters > 0


def half_is_enough(votes: int, voters: int) -> bool:
    """Half of the votes are enough."""
    return 2 * votes >= voters


def for_anybody(candidate: Replica, voter: Replica) -> bool:
    """A member votes for whoever asks, also for one that lacks what it has itself."""
    return candidate.term + voter.term > 0


def also_if_empty(leader: Replica, member: Replica) -> int:
    """A leader takes an empty log for one that has everything: that of a new member, for example."""
    return len(leader.log) if member.log_term == leader.log_term or not member.log else 0


def whatever_is_there(replica: Replica, agreed: tuple[Hashable, ...]) -> bool:
    """A member applies what it has in its log, agreed on or not."""
    del agreed
    return replica.applied < len(replica.log)


def without_its_end(replica: Replica) -> Replica:
    """A crash loses the last entry of the log: it was acknowledged before it was on the disk."""
    return evolve(replica, log=replica.log[:-1], applied=0, leads=False, up=False)


def other_way_round(log: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    """A new leader numbers its last two entries anew, in the other order."""
    return (*log[:-2], *reversed(log[-2:]))


# --- Reads ------------------------------------------------------------------------------------------------------


def as_far_as_applied(consensus: Consensus, members: Members, via: str) -> int:
    """A linearizable read waits for nothing: what its member has applied is taken for new enough."""
    del consensus
    return members[via].applied


def as_the_leader_says(consensus: Consensus, members: Members, via: str) -> int | None:
    """A leader says how much is agreed on without asking whether it still leads."""
    leading = [each for each in sorted(members) if members[each].leads and members[each].term == members[via].term]
    return consensus.counted(members, leading[0]) if leading else None


def from_two_moments(replica: Replica, request: Range) -> RangeResponse:
    """A read of two keys shows the last of them as it was an entry earlier."""
    now = read_at(replica, request)
    if not replica.applied or not now.kvs:
        return now
    earlier = {kv.key: kv for kv in read_at(evolve(replica, applied=replica.applied - 1), request).kvs}
    last = now.kvs[-1].key
    return evolve(now, kvs=(*now.kvs[:-1], *([earlier[last]] if last in earlier else [])))


# --- Watches ----------------------------------------------------------------------------------------------------


def at_present(store: Member, wanted: int) -> int:
    """A watch that resumes at a revision to come begins at the present one (etcd issues 15271 and 20221)."""
    return min(wanted, store.revision)


def cancelled_at_compaction(store: Member, wanted: int) -> Batch | Cancelled | None:
    """A watch is cancelled already if what it wants next is the compacted revision itself."""
    return Cancelled(store.compacted) if wanted <= store.compacted else next_told(store, wanted)


def as_if_uncancelled(store: Member, wanted: int) -> Batch | Cancelled | None:
    """A watch goes on, without a word, with what is left after a compaction."""
    return next_told(store, max(wanted, store.compacted))


# --- Backups ----------------------------------------------------------------------------------------------------


def bumped_but_not_marked(draft: Any, backup: Backup) -> None:
    """A restored etcd raises the revision, but does not say that what is below is gone."""
    as_it_was(draft, backup)
    draft.revision += 1000


# --- The mutants ------------------------------------------------------------------------------------------------

OF_AGREEMENT: Final[tuple[Row, ...]] = (
    (
        "leader-agrees-with-itself",
        "a leader takes what it has in its own log for agreed on",
        agreeing(enough_to_agree=one_is_enough),
    ),
    (
        "minority-elects",
        "a member that is cut off from the others elects itself",
        agreeing(enough_to_elect=one_is_enough),
    ),
    (
        "half-is-a-majority",
        "half of the members are enough to elect a leader and to agree",
        agreeing(enough_to_elect=half_is_enough, enough_to_agree=half_is_enough),
    ),
    (
        "votes-for-anybody",
        "a member votes for one whose log lacks what its own has",
        agreeing(may_vote_for=for_anybody),
    ),
    (
        "newcomer-counts-as-having-all",
        "a leader counts a member whose log is empty as one that has everything",
        agreeing(held=also_if_empty),
    ),
    (
        "applies-what-is-not-agreed",
        "a member applies entries of its log that nobody has agreed on",
        agreeing(may_apply=whatever_is_there),
    ),
    (
        "log-is-not-synced",
        "a member acknowledges an entry before it is on its disk, and a crash loses it (etcd issue 14370)",
        agreeing(left_by_crash=without_its_end),
    ),
    (
        "leader-renumbers",
        "a new leader puts the last entries of its log into another order",
        agreeing(led_with=other_way_round),
    ),
    (
        "proposes-again",
        "a member proposes what it waits for once more when the leader has changed",
        exchanging(proposes_again=True),
    ),
    (
        "read-without-index",
        "a linearizable read is answered from what its member has applied",
        agreeing(read_index=as_far_as_applied),
    ),
    (
        "leader-trusts-itself",
        "a leader says how far a read must wait without asking a majority whether it still leads",
        agreeing(read_index=as_the_leader_says),
    ),
    (
        "read-of-two-moments",
        "a read shows one key as it is and another as it was an entry earlier",
        exchanging(read_at=from_two_moments),
    ),
)

OF_WATCHES: Final[tuple[Row, ...]] = (
    (
        "resumed-watch-goes-back",
        "a watch that resumes at a revision to come begins at the present one",
        watching(resumed_at=at_present),
    ),
    (
        "watch-cancelled-too-early",
        "a watch is cancelled though what it wants next can still be told",
        watching(next_told=cancelled_at_compaction),
    ),
    (
        "compaction-is-not-told",
        "a watch goes on after a compaction as if nothing were missing",
        watching(next_told=as_if_uncancelled),
    ),
)

OF_BACKUPS: Final[tuple[Row, ...]] = (
    (
        "bump-without-mark",
        "a restored etcd raises its revision without marking what is below as compacted",
        exchanging(restored=bumped_but_not_marked),
    ),
)


def serves_watches(scenario: Scenario) -> bool:
    """Whether anybody watches in a scenario of several members."""
    return isinstance(scenario.system, Quorum) and bool(scenario.system.watchers)
