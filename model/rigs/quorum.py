"""Several members of etcd, their clients, and what befalls members: crashes, partitions, changes of the leader.

Lives here: the system.  How members agree is in :mod:`seatrial.model.etcd.members`.

A client has a home, the member that it talks to, and asks its requests one after the other.  A request that finds no
leader fails at once and changes nothing, so it is not asked here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from ..draft import Disabled, require, spend
from ..etcd import Compact, Member, Range, RangeResponse, Txn, TxnResponse
from ..etcd.members import Consensus, Entry, Grow, Replica, answer_to, lag, leader_of, replayed
from ..etcd.members.events import Agreed, Answered, Applied, Asked, Brought, Confirmed, Failed, Happened, Read
from ..faults import BACKUP_RESTORE, CRASH_ETCD, LAGGING_MEMBER, LEADER_CHANGE, PARTITION, check_possible
from ..machine import Machine, Rule, rule
from .quorum_history import answered, heard
from .quorum_watch import Watcher, Watching

PAIR = Range("pair/", range_end="pair0")
FAULTS: Final = (CRASH_ETCD, PARTITION, LEADER_CHANGE, LAGGING_MEMBER, BACKUP_RESTORE)


@frozen
class Client:
    """Who asks a member, its home: transactions, compactions, changes of the membership, and reads of the pair."""

    name: str
    home: str
    requests: tuple[Txn | Compact | Grow | Range, ...]


@frozen(cache_hash=True)
class Call:
    """A request that waits.  A read has no entry; ``index`` is how much of the log it needs, once that is known."""

    entry: Entry | None = None
    index: int | None = None


def store_of(replica: Replica) -> Member:
    """The store that a member shows."""
    return replayed(replica.shown)


def read_at(replica: Replica, request: Range) -> RangeResponse:
    """What a member answers to a read, from what it has applied."""
    found = store_of(replica).serve(request)
    assert isinstance(found, RangeResponse)  # noqa: S101 - what a range answers
    return found


@frozen(eq=False, kw_only=True)
class Quorum:
    """A cluster of etcd.

    Attributes:
        members: all who may ever belong to it; those who do from the beginning are the founders, the first leads.
        consensus: how the members agree.
        clients: who asks what.
        local_readers: the members of which serializable reads are made, at any time.
        watchers: who watches the pair, and where.
        frail: who may crash or be cut off; nobody named: everybody.
        read_at: what a member answers to a read.
        proposes_again: whether members propose what they wait for once more when the leader has changed.
        watching: how members serve watches.
    """

    members: tuple[str, ...]
    consensus: Consensus
    clients: tuple[Client, ...]
    local_readers: tuple[str, ...] = ()
    watchers: tuple[Watcher, ...] = ()
    frail: tuple[str, ...] = ()
    read_at: Callable[[Replica, Range], RangeResponse] = read_at
    proposes_again: bool = False
    watching: Watching = field(factory=Watching)

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The cluster as a machine in which these faults may happen.

        Raises:
            BadInput: a fault was asked for that cannot happen here.
        """
        check_possible(name, faults, FAULTS)
        first = self.consensus.founders[0]
        steps = {fault: budget for fault, budget in faults.items() if fault != LAGGING_MEMBER}
        return Machine(
            name,
            variables={
                "members": {each: Replica(leads=each == first) for each in self.members},
                "agreed": (),
                "founders": self.consensus.founders,
                "calls": {},
                "asked": dict.fromkeys((each.name for each in self.clients), 0),
                "watches": {each.name: each.start for each in self.watchers},
                "budgets": steps,
            },
            rules=[*self._ordinary(faults.get(LAGGING_MEMBER, 0)), *self._faulty(faults)],
            observers=(answered(), *([heard()] if self.watchers else ())),
        )

    @property
    def _asked(self) -> tuple[str, ...]:
        """The members of which anybody asks what they have applied, or who need it to know who votes."""
        if any(isinstance(request, Grow) for each in self.clients for request in each.requests):
            return self.members
        homes = {*(each.home for each in self.clients), *self.local_readers}
        return self.members if self.watchers else tuple(each for each in self.members if each in homes)

    def _ordinary(self, allowed_lag: int) -> Iterator[Rule]:
        for client in self.clients:
            for step in (self.answer, self.confirm, self.ask, self.fail):
                yield rule(step, process=client.name, client=client.name)
        for member in self.members:
            if member in self._asked:
                yield rule(self.apply, process=member, member=member)
            for other in self.members:
                if other != member:
                    yield rule(self.replicate, process=member, leader=member, follower=other)
            yield rule(self.elect, process=member, candidate=member)
            yield rule(self.restart, process=member, member=member)
        yield rule(self.heal, process="network")
        for member in self.local_readers:
            yield rule(self.read_locally, process="reader", member=member, allowed_lag=allowed_lag)
        yield from self.watching.rules(self.watchers, self.members, allowed_lag)

    def _faulty(self, faults: Mapping[str, int]) -> Iterator[Rule]:
        for member in self.frail or self.members:
            if CRASH_ETCD in faults:
                yield rule(self.crash, process=member, fault=CRASH_ETCD, member=member)
            if PARTITION in faults:
                yield rule(self.cut_off, process="network", fault=PARTITION, member=member)
        if LEADER_CHANGE in faults:
            for member in self.members:
                yield rule(self.depose, process=member, fault=LEADER_CHANGE, candidate=member)
        if BACKUP_RESTORE in faults:
            yield rule(self.restore, process="operator", fault=BACKUP_RESTORE)

    # --- Clients ------------------------------------------------------------------------------------------------

    def _client(self, name: str) -> Client:
        return next(each for each in self.clients if each.name == name)

    def ask(self, draft: Any, client: str) -> None:
        """A client asks its home for the next thing that it wants."""
        asking = self._client(client)
        number: int = draft.asked[client]
        require(number < len(asking.requests))
        require(client not in draft.calls)
        request = asking.requests[number]
        draft.asked[client] = number + 1
        if isinstance(request, Range):
            require(leader_of(draft.members, asking.home) is not None)
            draft.calls[client] = Call()
            draft.emit(Asked(client, asking.home, "a linearizable read"))
            return
        entry = Entry(client, number + 1, request)
        if isinstance(request, Grow):
            self._require_ready(draft, asking.home, request)
        before = draft.agreed
        self.consensus.append(draft, asking.home, entry)
        draft.calls[client] = Call(entry)
        draft.emit(Asked(client, asking.home, _in_words(request), entry))
        _tell(draft, before)

    def _require_ready(self, draft: Any, via: str, change: Grow) -> None:
        """One change of the membership at a time, and none lets somebody vote who does not have the leader's log.

        Source: etcd ``server/etcdserver/server.go`` (isLearnerReady); etcd raft ``raft.go`` (pendingConfIndex).
        """
        leader = leader_of(draft.members, via)
        require(leader is not None)
        own = draft.members[leader]
        require(not any(isinstance(each.request, Grow) for each in own.log[own.applied :]))
        joined = self.consensus.membership(own)
        if change.votes:
            require(change.member in joined)
            held = self.consensus.held(own, draft.members[change.member])
            require(held == len(own.log))

    def confirm(self, draft: Any, client: str) -> None:
        """A read that waits learns from a majority how much of the log it needs."""
        call = draft.calls.get(client)
        require(call is not None and call.entry is None and call.index is None)
        home = self._client(client).home
        index = self.consensus.index_for_read(draft.members, home)
        if index is None:
            raise Disabled
        draft.calls[client] = Call(index=index)
        draft.emit(Confirmed(client, home, index))

    def answer(self, draft: Any, client: str) -> None:
        """A member answers, once it has applied what the answer needs."""
        call = draft.calls.get(client)
        require(call is not None)
        home = self._client(client).home
        replica = draft.members[home]
        if call.entry is not None:
            require(call.entry in replica.shown)
            revision, response = answer_to(call.entry, replica.shown)
            done = response.succeeded if isinstance(response, TxnResponse) else True
            draft.emit(Answered(client, home, call.entry, revision, done))
        else:
            require(call.index is not None)
            require(replica.applied >= call.index)
            found = self.read_at(replica, PAIR)
            draft.emit(Read(client, home, linearizable=True, revision=found.revision, kvs=found.kvs))
        del draft.calls[client]

    def fail(self, draft: Any, client: str) -> None:
        """A client is told of an error: its home lost its leader, or the leader lost its request."""
        call = draft.calls.get(client)
        require(call is not None)
        home = self._client(client).home
        leader = leader_of(draft.members, home)
        if leader is not None:
            require(call.entry is not None)
            require(call.entry not in draft.members[leader].log)
        del draft.calls[client]
        why = "no leader" if leader is None else "the leader has changed"
        draft.emit(Failed(client, home, why, call.entry))

    def read_locally(self, draft: Any, member: str, allowed_lag: int) -> None:
        """Somebody makes a serializable read: a member answers at once from what it has applied."""
        replica = draft.members[member]
        require(replica.up)
        require(lag(draft, member) <= allowed_lag)
        found = self.read_at(replica, PAIR)
        draft.emit(Read("anybody", member, linearizable=False, revision=found.revision, kvs=found.kvs))

    # --- Members ------------------------------------------------------------------------------------------------

    def replicate(self, draft: Any, leader: str, follower: str) -> None:
        """A leader brings a member's log in line with its own."""
        own, before = draft.members[leader].log, draft.members[follower].log
        agreed = draft.agreed
        self.consensus.replicate(draft, leader, follower)
        kept = next((place for place, pair in enumerate(zip(own, before, strict=False)) if pair[0] != pair[1]), None)
        shared = min(len(own), len(before)) if kept is None else kept
        draft.emit(Brought(leader, follower, len(own), len(before) - shared))
        _tell(draft, agreed)

    def apply(self, draft: Any, member: str) -> None:
        """A member does what the next entry says that is agreed on."""
        self.consensus.apply(draft, member)
        draft.emit(Applied(member, draft.members[member].shown[-1]))

    def elect(self, draft: Any, candidate: str) -> None:
        """A member that hears of no leader is elected."""
        require(self.consensus.needs_leader(draft.members, candidate))
        self._elect(draft, candidate)

    def _elect(self, draft: Any, candidate: str) -> None:
        before = draft.agreed
        self.consensus.elect(draft, candidate)
        if self.proposes_again:
            for waiting in self.clients:
                call = draft.calls.get(waiting.name)
                if call is not None and call.entry and leader_of(draft.members, waiting.home):
                    self.consensus.append(draft, waiting.home, call.entry)
        draft.emit(Happened(candidate, "election", f"{candidate} becomes the leader"))
        _tell(draft, before)

    def restart(self, draft: Any, member: str) -> None:
        """A member runs again."""
        self.consensus.restart(draft, member)
        draft.emit(Happened(member, "restart", f"{member} starts again with the log on its disk"))

    def heal(self, draft: Any) -> None:
        """The partition ends."""
        self.consensus.heal(draft)
        draft.emit(Happened("network", "heal", "everybody reaches everybody again"))

    # --- What goes wrong ----------------------------------------------------------------------------------------

    def crash(self, draft: Any, member: str) -> None:
        """A member stops; whoever waits for its answer gets none."""
        spend(draft.budgets, CRASH_ETCD)
        self.consensus.crash(draft, member)
        draft.emit(Happened(member, "crash", f"{member} crashes"))
        for client in (each.name for each in self.clients if each.home == member):
            if client in draft.calls:
                self._cut_short(draft, client, member)

    def _cut_short(self, draft: Any, client: str, member: str) -> None:
        call = draft.calls[client]
        del draft.calls[client]
        draft.emit(Failed(client, member, "connection reset", call.entry))

    def cut_off(self, draft: Any, member: str) -> None:
        """A member is separated from the others."""
        spend(draft.budgets, PARTITION)
        self.consensus.cut_off(draft, member)
        draft.emit(Happened(member, "partition", f"{member} is cut off from the other members"))

    def depose(self, draft: Any, candidate: str) -> None:
        """A member is elected though there is a leader."""
        spend(draft.budgets, LEADER_CHANGE)
        require(not self.consensus.needs_leader(draft.members, candidate))
        self._elect(draft, candidate)

    def restore(self, draft: Any) -> None:
        """The operator replaces the cluster by one that is made from an older backup."""
        spend(draft.budgets, BACKUP_RESTORE)
        kept = draft.choose(range(len(draft.agreed)))
        self.consensus.restore(draft, kept)
        for client in list(draft.calls):
            self._cut_short(draft, client, self._client(client).home)
        draft.emit(Happened("operator", "restore", f"the cluster is restored from a backup of {kept} entries"))


def _tell(draft: Any, before: tuple[Any, ...]) -> None:
    if draft.agreed != before:
        draft.emit(Agreed(draft.agreed))


def _in_words(request: Txn | Compact | Grow) -> str:
    if isinstance(request, Grow):
        return f"let {request.member} {'vote' if request.votes else 'learn'}"
    if isinstance(request, Compact):
        return f"compact to revision {request.revision}"
    return "put both keys if nobody has" if request.compare else "put both keys"
