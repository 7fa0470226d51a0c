"""etcd's leases, and a lock that hangs on one: two clients, a clock, a leader that may change.

Lives here: a machine with etcd's own variables, a time in ticks, and clients that take a lock, keep it alive, write
under its protection and give it back.  A client stops to believe that it has the lock when its lease must be over by
its own clock; but one that is paused does not look, and its first deed afterwards may be a write.

The leader decides when a lease is over.  A new leader lets the time of each begin anew, since it cannot know how much
of it has passed.

Left out, and so what it hides: clocks of different rates, answers that come late, several members.

Source: etcd ``server/lease/lessor.go`` (Promote, Revoke), ``client/v3/concurrency/mutex.go``; etcd documentation, "Why
etcd", Notes on the usage of lock and lease; recordings A.19.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import evolve, frozen

from ..draft import require, spend
from ..etcd import (
    Compare,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseRevoke,
    Put,
    Refused,
    Result,
    Target,
    Txn,
    TxnResponse,
    empty_cells,
    transact,
)
from ..etcd.leases import grant, keep_alive, overdue, revoke
from ..events import Arrow, Note
from ..faults import LEADER_CHANGE, PAUSE, check_possible
from ..machine import Machine, Observer, rule

FAULTS: Final = (PAUSE, LEADER_CHANGE)
LOCK, NOTE, DATA = "lock", "note", "data"
TTL: Final = 2


@frozen(cache_hash=True)
class Client:
    """A client: ``out`` of the lock, with a lease (``granted``), ``holding`` the lock, or ``over``.

    ``until`` is the tick at which its lease must be over by its own clock, ``created`` the revision of its lock.
    """

    phase: str = "out"
    until: int = 0
    created: int = 0
    paused: bool = False
    writes: int = 1
    renewals: int = 1


@frozen(cache_hash=True)
class Renewed:
    """A lease was granted or kept alive, and its client knows."""

    lease: int
    now: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"lease {self.lease} begins anew at tick {self.now}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to client."""
        return Arrow("etcd", _named(self.lease), f"lease {self.lease}, {TTL} ticks")


@frozen(cache_hash=True)
class Taken:
    """A client took the lock, or found it taken."""

    lease: int
    succeeded: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{_named(self.lease)} {'takes the lock' if self.succeeded else 'finds the lock taken'}"

    @property
    def arrow(self) -> Arrow:
        """Client to etcd."""
        return Arrow(_named(self.lease), "etcd", "lock" if self.succeeded else "lock: taken")


@frozen(cache_hash=True)
class LeaseEnded:
    """A lease came to its end: its time was over (``expired``), or its client gave it back."""

    lease: int
    expired: bool
    now: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"lease {self.lease} {'expires' if self.expired else 'is revoked'} at tick {self.now}"

    @property
    def arrow(self) -> Arrow:
        """Client to etcd; that a lease expires is etcd's own deed."""
        return Arrow("etcd" if self.expired else _named(self.lease), "etcd", self.sentence)


@frozen(cache_hash=True)
class Protected:
    """A client wrote what the lock protects, or its write was refused."""

    lease: int
    succeeded: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{_named(self.lease)} {'writes' if self.succeeded else 'may not write'} what the lock protects"

    @property
    def arrow(self) -> Arrow:
        """Client to etcd."""
        return Arrow(_named(self.lease), "etcd", "put data" if self.succeeded else "put data: lock lost")


def take_lock(lease: int) -> Txn:
    """Make the lock, and a note beside it, unless the lock is there; both vanish with the lease."""
    is_free = Compare(LOCK, Target.CREATE, Result.EQUAL, 0)
    return Txn((is_free,), success=(Put(LOCK, _named(lease), lease=lease), Put(NOTE, _named(lease), lease=lease)))


def write_protected(lease: int, created: int) -> Txn:
    """Write what the lock protects if the lock is still the one that was taken."""
    is_mine = Compare(LOCK, Target.CREATE, Result.EQUAL, created)
    return Txn((is_mine,), success=(Put(DATA, _named(lease)),))


def promote(since: int, now: int) -> int:
    """When a lease began, as a new leader sees it: now."""
    return max(since, now)


@frozen(eq=False)
class Leases:
    """etcd and clients with a lease each; ``ticks`` is how long time goes on."""

    clients: int = 2
    ticks: int = 4
    revoke: Callable[..., Any] = revoke
    take_lock: Callable[[int], Txn] = take_lock
    write_protected: Callable[[int, int], Txn] = write_protected
    promote: Callable[[int, int], int] = promote

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The machine.

        Raises:
            BadInput: a fault was asked for that it does not have.
        """
        check_possible(name, faults, FAULTS)
        leases = range(1, self.clients + 1)
        steps = (self.grant, self.take, self.write, self.renew, self.give_back, self.look, self.wake)
        rules = [rule(step, process=_named(lease), lease=lease) for lease in leases for step in steps]
        rules += [rule(self.expire, process="etcd"), rule(self.tick, process="clock")]
        if faults.get(PAUSE):
            rules += [rule(self.pause, process="clock", fault=PAUSE, lease=lease) for lease in leases]
        if faults.get(LEADER_CHANGE):
            rules.append(rule(self.change_leader, process="etcd", fault=LEADER_CHANGE))
        return Machine(
            name,
            variables={
                **empty_cells(),
                "leases": {},
                "lease_clients": {lease: Client() for lease in leases},
                "now": 0,
                "budgets": dict(faults),
            },
            rules=rules,
            observers=(Observer("renewed", (), _with_renewal, (Renewed, LeaseEnded)),),
        )

    def grant(self, draft: Any, lease: int) -> None:
        """Ask for a lease."""
        client = _awake(draft, lease, "out")
        grant(draft, LeaseGrant(TTL, lease), now=draft.now)
        draft.emit(Renewed(lease, draft.now))
        draft.lease_clients[lease] = evolve(client, phase="granted", until=draft.now + TTL)

    def take(self, draft: Any, lease: int) -> None:
        """Try to take the lock."""
        client = _awake(draft, lease, "granted")
        answer = self._transacted(draft, self.take_lock(lease))
        succeeded = answer is not None and answer.succeeded
        require(succeeded or answer is None)  # a client that finds the lock taken tries again: nothing has changed
        draft.emit(Taken(lease, succeeded))
        phase = "holding" if succeeded else "over"
        draft.lease_clients[lease] = evolve(client, phase=phase, created=draft.revision if succeeded else 0)

    def write(self, draft: Any, lease: int) -> None:
        """Write what the lock protects, in the belief to have the lock."""
        client = _awake(draft, lease, "holding")
        require(client.writes)
        answer = self._transacted(draft, self.write_protected(lease, client.created))
        draft.emit(Protected(lease, answer is not None and answer.succeeded))
        draft.lease_clients[lease] = evolve(client, writes=client.writes - 1)

    def renew(self, draft: Any, lease: int) -> None:
        """Keep the lease alive; a client that hears that it is gone gives up."""
        client = _awake(draft, lease, "granted", "holding")
        require(client.renewals)
        answer = keep_alive(draft, LeaseKeepAlive(lease), now=draft.now)
        if answer.ttl:
            draft.emit(Renewed(lease, draft.now))
            draft.lease_clients[lease] = evolve(client, until=draft.now + TTL, renewals=client.renewals - 1)
        else:
            draft.emit(Note(f"{_named(lease)} hears that its lease is gone"))
            draft.lease_clients[lease] = evolve(client, phase="over")

    def give_back(self, draft: Any, lease: int) -> None:
        """Revoke the lease, and with it the lock."""
        client = _awake(draft, lease, "holding")
        require(lease in draft.leases)
        self.revoke(draft, LeaseRevoke(lease))
        draft.emit(LeaseEnded(lease, expired=False, now=draft.now))
        draft.lease_clients[lease] = evolve(client, phase="over")

    def look(self, draft: Any, lease: int) -> None:
        """A client looks at its clock: its lease must be over."""
        client = _awake(draft, lease, "granted", "holding")
        require(client.until <= draft.now)
        draft.emit(Note(f"{_named(lease)} looks at its clock: its lease must be over"))
        draft.lease_clients[lease] = evolve(client, phase="over")

    def wake(self, draft: Any, lease: int) -> None:
        """A client that was paused goes on where it was."""
        client = draft.lease_clients[lease]
        require(client.paused)
        draft.emit(Note(f"{_named(lease)} goes on where it was"))
        draft.lease_clients[lease] = evolve(client, paused=False)

    def pause(self, draft: Any, lease: int) -> None:
        """A client stops for a while, and does not know."""
        client = _awake(draft, lease, "holding")
        spend(draft.budgets, PAUSE)
        draft.emit(Note(f"{_named(lease)} is paused"))
        draft.lease_clients[lease] = evolve(client, paused=True)

    def expire(self, draft: Any) -> None:
        """The leader ends a lease whose time is over."""
        lease = draft.choose(overdue(draft, draft.now))
        self.revoke(draft, LeaseRevoke(lease))
        draft.emit(LeaseEnded(lease, expired=True, now=draft.now))

    def change_leader(self, draft: Any) -> None:
        """Another member becomes the leader."""
        spend(draft.budgets, LEADER_CHANGE)
        draft.emit(Note("another member of etcd becomes the leader"))
        for lease, each in list(draft.leases.items()):
            draft.leases[lease] = evolve(each, since=self.promote(each.since, draft.now))

    def tick(self, draft: Any) -> None:
        """Time goes on; clients that are not paused look at their clocks."""
        require(draft.now < self.ticks)
        draft.now = now = draft.now + 1
        draft.emit(Note(f"it is tick {now}"))
        for lease, client in list(draft.lease_clients.items()):
            if not client.paused and client.phase in ("granted", "holding") and client.until <= now:
                draft.lease_clients[lease] = evolve(client, phase="over")

    def _transacted(self, draft: Any, txn: Txn) -> TxnResponse | None:
        """The answer to a transaction; ``None`` if it is refused because its lease is gone."""
        try:
            return transact(draft, txn, leases=draft.leases)
        except Refused:
            return None


def _named(lease: int) -> str:
    return f"client-{lease}"


def _awake(draft: Any, lease: int, *phases: str) -> Client:
    """A client that is not paused and in one of these phases."""
    client: Client = draft.lease_clients[lease]
    require(not client.paused and client.phase in phases)
    return client


def _with_renewal(renewed: tuple[tuple[int, int], ...], event: Renewed | LeaseEnded) -> tuple[tuple[int, int], ...]:
    others = {lease: now for lease, now in renewed if lease != event.lease}
    if isinstance(event, Renewed):
        others[event.lease] = event.now
    return tuple(sorted(others.items()))
