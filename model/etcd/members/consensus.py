"""How the members of a cluster agree on one log: the moves, each as a function on a map of members.

Lives here: appending, replication, agreement, election, read index, and what crashes and partitions do to a member.
Log entries are opaque but for those that change who votes.  A move that cannot be made now is refused as a rule is, by
:func:`~seatrial.model.draft.require`.

Source: D. Ongaro, "Consensus: bridging theory and practice" (2014), chapters 3, 4 and 6; etcd raft ``raft.go``,
``read_only.go``, ``confchange``.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, MutableMapping

from attrs import evolve, frozen

from ...draft import Disabled, require
from .folding import Entry, Grow
from .replica import Cells, Members, Replica, leader_of, leaders, majority, reaches


def up_to_date(candidate: Replica, voter: Replica) -> bool:
    """Whether a voter may vote for a candidate: its own log is not newer.

    Source: etcd raft ``log.go`` (isUpToDate).
    """
    return (candidate.log_term, len(candidate.log)) >= (voter.log_term, len(voter.log))


def entries_held(leader: Replica, member: Replica) -> int:
    """How many entries of a leader's log a member has for certain: those that it got from this leader."""
    return len(member.log) if member.log_term == leader.log_term else 0


def agreed_next(replica: Replica, agreed: tuple[Hashable, ...]) -> bool:
    """Whether a member may apply its next entry: it has one, and that is agreed on, with all that is before it."""
    following = replica.applied + 1
    return following <= min(len(replica.log), len(agreed)) and replica.log[:following] == agreed[:following]


def as_it_was(log: tuple[Hashable, ...]) -> tuple[Hashable, ...]:
    """The log with which a new leader begins: its own, what is not agreed on included."""
    return log


def on_disk(replica: Replica) -> Replica:
    """What a crash leaves of a member: its log; the keys are derived from it anew.

    (etcd keeps the keys on disk too, a moment late, and replays only what comes after: here it is the whole log.)

    Source: etcd ``server/storage/wal``, ``server/etcdserver/bootstrap.go``; observed behaviour of etcd 3.4 to 3.6,
    recordings A.22.
    """
    return evolve(replica, applied=0, leads=False, up=False)


def confirmed_index(consensus: Consensus, members: Members, via: str) -> int | None:
    """How many entries a member must have applied to answer a linearizable read that is waiting at it.

    Its leader says how many are agreed on, once a majority has confirmed that it still leads, and has taken over the
    log that it began with; ``None`` while that cannot be had.

    Source: etcd ``server/etcdserver/v3_server.go`` (linearizableReadLoop); etcd raft ``read_only.go``, ``raft.go``
    (committedEntryInCurrentTerm).
    """
    name = leader_of(members, via)
    if name is None:
        return None
    leader, voters = members[name], consensus.voters(members[name])
    following = [each for each in voters if members[each].log_term == leader.log_term]
    confirmed = all(majority(len(each), len(voters)) for each in (consensus.answering(members, name), following))
    return consensus.counted(members, name) if confirmed else None


@frozen(eq=False)
class Consensus:
    """The moves.  ``founders`` vote from the beginning; the rest are the guards, which mutants exchange."""

    founders: tuple[str, ...]
    enough_to_agree: Callable[[int, int], bool] = majority
    enough_to_elect: Callable[[int, int], bool] = majority
    may_vote_for: Callable[[Replica, Replica], bool] = up_to_date
    held: Callable[[Replica, Replica], int] = entries_held
    may_apply: Callable[[Replica, tuple[Hashable, ...]], bool] = agreed_next
    led_with: Callable[[tuple[Hashable, ...]], tuple[Hashable, ...]] = as_it_was
    left_by_crash: Callable[[Replica], Replica] = on_disk
    read_index: Callable[[Consensus, Members, str], int | None] = confirmed_index

    # --- Who is there -------------------------------------------------------------------------------------------

    def membership(self, replica: Replica) -> dict[str, bool]:
        """Who belongs to the cluster as far as a member has applied its log, and whether they vote.

        Source: etcd raft ``raft.go`` (applyConfChange): a change counts once it is applied.
        """
        found: dict[str, bool] = dict.fromkeys(self.founders, True)
        for entry in replica.shown:
            if isinstance(entry, Entry) and isinstance(entry.request, Grow):
                found[entry.request.member] = entry.request.votes
        return found

    def voters(self, replica: Replica) -> tuple[str, ...]:
        """Those who vote, as far as a member knows."""
        return tuple(sorted(name for name, votes in self.membership(replica).items() if votes))

    def answering(self, members: Members, leader: str) -> list[str]:
        """The voters that would answer this leader now: it reaches them, and they know no newer one."""
        own = members[leader]
        return [each for each in self.voters(own) if reaches(members, leader, each) and members[each].term <= own.term]

    def can_commit(self, members: Members, via: str) -> bool:
        """Whether what is asked of this member now can be agreed on: it has a leader that has a majority."""
        leader = leader_of(members, via)
        return leader is not None and self.enough_to_agree(
            len(self.answering(members, leader)), len(self.voters(members[leader]))
        )

    # --- Writing ------------------------------------------------------------------------------------------------

    def append(self, cells: Cells, via: str, entry: Hashable) -> None:
        """A member passes a request to its leader, who writes it into its log.

        Source: etcd ``server/etcdserver/v3_server.go`` (processInternalRaftRequestOnce); etcd raft ``raft.go``.
        """
        name = leader_of(cells.members, via)
        if name is None:
            raise Disabled
        leader = cells.members[name]
        cells.members[name] = evolve(leader, log=(*leader.log, entry))
        self._agree(cells, name)

    def replicate(self, cells: Cells, leader: str, follower: str) -> None:
        """A leader brings a member's log in line with its own.

        Entries that the member had from an older leader, and that this one does not have, are dropped.
        """
        members = cells.members
        require(members[leader].leads)
        require(reaches(members, leader, follower))
        own, other = members[leader], members[follower]
        require(other.term <= own.term)
        require(follower in self.membership(own))
        brought = evolve(other, log=own.log, log_term=own.log_term, term=own.term, leads=False)
        require(brought != other)
        members[follower] = brought
        self._agree(cells, leader)
        _rank_terms(members)

    def counted(self, members: Members, name: str) -> int:
        """How many entries of a leader's log enough voters have.

        Only what it has brought to them itself counts, not what they have from an older leader.  (Raft, section 3.6.2.)
        """
        leader, voters = members[name], self.voters(members[name])
        holdings = [self.held(leader, members[each]) for each in voters]
        counts = range(len(leader.log), 0, -1)
        enough = (n for n in counts if self.enough_to_agree(sum(held >= n for held in holdings), len(voters)))
        return next(enough, 0)

    def _agree(self, cells: Cells, name: str) -> None:
        """Let a leader count who has its log: what enough voters have is agreed on."""
        count, log = self.counted(cells.members, name), cells.members[name].log[:]
        if log[:count] != cells.agreed[:count]:
            cells.agreed = log[:count]

    def apply(self, cells: Cells, name: str) -> None:
        """A member learns that its next entry is agreed on, and does what that says."""
        replica = cells.members[name]
        require(replica.up)
        require(self.may_apply(replica, cells.agreed))
        cells.members[name] = evolve(replica, applied=replica.applied + 1)

    # --- Reading ------------------------------------------------------------------------------------------------

    def index_for_read(self, members: Members, via: str) -> int | None:
        """How many entries a member must have applied to answer a linearizable read; ``None``: not known now."""
        return self.read_index(self, members, via)

    # --- Leaders ------------------------------------------------------------------------------------------------

    def needs_leader(self, members: Members, name: str) -> bool:
        """Whether a member hears of no leader that it would follow."""
        heard = (each for each in leaders(members) if reaches(members, name, each))
        return all(members[each].term < members[name].term for each in heard)

    def elect(self, cells: Cells, candidate: str) -> None:
        """A member becomes the leader of a new term, with the votes of those that it reaches.

        Everybody whom it reaches hears of the term.

        Source: etcd raft ``raft.go`` (campaign, Step MsgVote, promotable).
        """
        members = cells.members
        own = members[candidate]
        require(own.up and not own.leads)
        voters = self.voters(own)
        require(candidate in voters)
        # Nobody stands for election who has yet to apply a change of who votes.
        require(not any(_changes_voters(entry) for entry in own.log[own.applied : len(cells.agreed)]))
        reached = [each for each in sorted(members) if reaches(members, candidate, each)]
        votes = sum(each in voters and self.may_vote_for(own, members[each]) for each in reached)
        require(self.enough_to_elect(votes, len(voters)))
        term = 1 + max(members[each].term for each in reached)
        for each in reached:
            members[each] = evolve(members[each], term=term, leads=False)
        members[candidate] = evolve(members[candidate], log=self.led_with(own.log), log_term=term, leads=True)
        self._agree(cells, candidate)
        _rank_terms(members)

    # --- What goes wrong ----------------------------------------------------------------------------------------

    def crash(self, cells: Cells, name: str) -> None:
        """A member stops."""
        replica = cells.members[name]
        require(replica.up)
        cells.members[name] = self.left_by_crash(replica)

    def restart(self, cells: Cells, name: str) -> None:
        """A member runs again."""
        replica = cells.members[name]
        require(not replica.up)
        cells.members[name] = evolve(replica, up=True)

    def cut_off(self, cells: Cells, name: str) -> None:
        """A member is separated from those who are not."""
        replica = cells.members[name]
        require(not replica.cut_off)
        cells.members[name] = evolve(replica, cut_off=True)

    def heal(self, cells: Cells) -> None:
        """Everybody can reach everybody again."""
        members = cells.members
        away = [name for name in sorted(members) if members[name].cut_off]
        require(away)
        for name in away:
            members[name] = evolve(members[name], cut_off=False)

    def restore(self, cells: Cells, kept: int) -> None:
        """The cluster begins anew from a backup of what its first ``kept`` entries did.

        Source: etcd documentation, "Disaster recovery" (restoring a cluster).
        """
        for name in sorted(cells.members):
            cells.members[name] = Replica(cells.agreed[:kept], leads=name == self.founders[0])
        cells.agreed = cells.agreed[:kept]


def _changes_voters(entry: Hashable) -> bool:
    return isinstance(entry, Entry) and isinstance(entry.request, Grow) and entry.request.votes


def _rank_terms(members: MutableMapping[str, Replica]) -> None:
    """Number the terms anew from 1 in their order: all that is ever asked of two terms is which one is newer."""
    terms = sorted({term for each in members.values() for term in (each.term, each.log_term)})
    ranks = {term: rank for rank, term in enumerate(terms, start=1)}
    for name in sorted(members):
        replica = members[name]
        ranked = evolve(replica, term=ranks[replica.term], log_term=ranks[replica.log_term])
        if ranked != replica:
            members[name] = ranked
