"""Several members of etcd: one log on which a majority agrees, and of which each member has applied so much.

Lives here: the members as functions on a map of :class:`~.replica.Replica`, one a member.

- ``replica``    one member as a value, and whom it reaches
- ``consensus``  the moves: append, replicate, elect, apply; read index; crashes, partitions, backups
- ``folding``    what the entries do to the keys, by the semantics of the one etcd that there is
- ``events``     what happened, for promises, stories and diagrams

What a member shows is ``replayed(replica.shown)``: a whole :class:`~seatrial.model.etcd.Member`, which answers ranges,
watches and compactions as a single one does.  The log's entries are opaque to everything but ``folding`` (and the
changes of membership), so that a system with a store of its own may let them be revisions.

Raft's messages are abstracted.  In one step a leader brings the whole log of one member in line with its own, takes its
acknowledgement and counts; in one step a member gathers all the votes that it can get; and a member learns that an
entry is agreed on when it applies it.  So these are left out: messages that are late, repeated or out of order; votes
that are split; a member that has part of what it is being sent; the moment between agreement and the leader's knowing
of it; snapshots; the check by which a leader that lost its majority steps down; disks that lie; requests on their way
from a member to its leader; a server's waiting until it has caught up after its start.

That hides errors of an implementation of Raft (a vote that was not saved, a snapshot that meets the log, a clock that
wakes late: etcd issue 20418) and of the hand-over between Raft and the store.  What is kept is all that the log's users
can tell: what is appended, dropped, agreed on late, and applied here and not yet there.
"""

from __future__ import annotations

from .consensus import Consensus
from .folding import Entry, Grow, answer_to, performed, replayed
from .replica import Cells, Members, Replica, lag, leader_of, leaders, majority, majority_connected, reaches

__all__ = [
    "Cells",
    "Consensus",
    "Entry",
    "Grow",
    "Members",
    "Replica",
    "answer_to",
    "lag",
    "leader_of",
    "leaders",
    "majority",
    "majority_connected",
    "performed",
    "reaches",
    "replayed",
]
