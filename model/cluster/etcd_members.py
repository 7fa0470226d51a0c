"""Which member of etcd each API server talks to, and what that means for it.

A cluster's etcd is one store, in which each write is a single step: that several members agree on such a store is shown
by themselves (:mod:`seatrial.model.etcd.members`, scenario ``quorum``).  What an API server can tell of them is left:
the watches that a member serves show what that member has applied, and a member that is cut off from the majority
neither takes a write nor answers a read that must not be stale.

Members that no server talks to only count.  With a single member nothing of this exists, and no state holds it.

Lives here: what members of a cluster's etcd do.  Must not know: how members agree.

Left out: reads that a member answers by itself (serializable ones); API servers never ask for them.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/etcd3/store.go``; etcd documentation, "API guarantees".
"""

from __future__ import annotations

from attrs import frozen

from ..draft import require, spend
from ..etcd.members import majority
from ..faults import PARTITION
from .member_events import CaughtUp, CutOff, Healed
from .state import ClusterDraft


@frozen(eq=False)
class EtcdMembers:
    """The members by name; server number ``n`` talks to member number ``n``, and begins again after the last."""

    names: tuple[str, ...] = ()
    servers: tuple[str, ...] = ()

    @property
    def serving(self) -> tuple[str, ...]:
        """The members to which a server talks."""
        return self.names[: len(self.servers)]

    def of(self, server: str) -> str:
        """The member to which a server talks."""
        return self.names[self.servers.index(server) % len(self.names)]

    def variables(self, revision: int) -> dict[str, dict[str, int]]:
        """The variables that the members need: how far each has come, and which of them are cut off."""
        return {"applied": dict.fromkeys(self.serving, revision), "cut_off": {}}

    def require_quorum(self, draft: ClusterDraft, server: str) -> None:
        """A server's member is on the side of a majority; without it, a write or a fresh read waits."""
        if self.names:
            away = sum(1 for each in self.names if each in draft.cut_off)
            together = away if self.of(server) in draft.cut_off else len(self.names) - away
            require(majority(together, len(self.names)))

    def shown(self, draft: ClusterDraft, server: str) -> int:
        """The revision up to which a server's member can tell what happened."""
        return draft.applied[self.of(server)] if self.names else draft.revision

    def catch_up(self, draft: ClusterDraft, member: str) -> None:
        """A member applies the next revision that the members have agreed on."""
        require(draft.applied[member] < draft.revision)
        require(member not in draft.cut_off)
        draft.applied[member] += 1
        draft.emit(CaughtUp(member, draft.applied[member]))

    def cut_member_off(self, draft: ClusterDraft, member: str) -> None:
        """A member is separated from those who are not."""
        require(member not in draft.cut_off)
        spend(draft.budgets, PARTITION)
        draft.cut_off[member] = True
        draft.emit(CutOff(member))

    def heal(self, draft: ClusterDraft) -> None:
        """All members can reach each other again."""
        away = [each for each in self.names if each in draft.cut_off]
        require(away)
        for each in away:
            del draft.cut_off[each]
        draft.emit(Healed())


ONE_MEMBER = EtcdMembers()
"""An etcd of which nothing can be told."""
