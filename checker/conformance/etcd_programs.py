"""Random programs for etcd: what to ask of the model and of a real server.

Lives here: making them, from a seed.  They know nothing of a server's answers.

A program works on few keys, so that its requests meet: keys of one prefix, few values, revisions around those that it
makes itself.  Its author asks the model what becomes of the requests, to find the revisions that matter: those at which
something was deleted, and that to which history is compacted.  Meanwhile a few other clients watch.  One request only
is never made: a transaction that deletes a key and then puts it while keeping its value or lease, for with that one a
real etcd ends with a panic.
"""

from __future__ import annotations

from contextlib import suppress
from random import Random
from typing import Final, TypeVar, cast

from attrs import Factory, define, frozen

from seatrial.model.etcd import (
    TO_THE_END,
    Compact,
    Compare,
    DeleteRange,
    Filter,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseList,
    LeaseRevoke,
    LeaseTimeToLive,
    Member,
    Put,
    Range,
    Refused,
    Request,
    Result,
    SortOrder,
    SortTarget,
    Target,
    Txn,
    WatchCancel,
    WatchCreate,
    WatchProgress,
    WatchRequest,
)
from seatrial.model.etcd.leases import MAXIMUM_TTL
from seatrial.model.etcd.requests import Operation

T = TypeVar("T")

LENGTH: Final = 14
"""How many requests a program makes."""

_NAMES: Final = ("a", "b", "b/1", "b/2", "b/3", "c", "d")
_VALUES: Final = ("", "0", "1", "text", "ä€😀")
_UNKNOWN_LEASE: Final = 4240
"""No program grants it: the ids of theirs end in 1, 2 or 3."""

_DEEPEST: Final = 2
_LONG: Final = (100_000, 200_000)
"""Seconds that a lease lives that does not end before all programs do."""

_LEASED: Final = 0.5
"""So many of all programs begin with a lease."""

_STREAMS: Final = 3
"""So many clients watch at most while a program runs."""


@frozen
class Opening:
    """One more client opens a stream and says all this on it."""

    said: tuple[WatchRequest, ...]


@frozen
class Expiry:
    """The program waits until a lease has ended by itself."""

    lease: int


Step = Request | Opening | Expiry


def random_program(
    seed: int, *, start: int = 1, prefix: str = "", length: int = LENGTH, waits: bool = False
) -> tuple[Step, ...]:
    """The steps of a program, for a store whose revision is ``start``; all its keys begin with ``prefix``.

    The same arguments give the same program.  A program that ``waits`` ends with a short lease that runs out.
    """
    author = Author(Random(seed), start, prefix)
    steps: list[Step] = [author.granting()] if author.random.random() < _LEASED else []
    for step in steps:
        author.note(cast("Request", step))
    openings = sorted(author.random.sample(range(length), author.random.choice((0, 1, 1, 2, _STREAMS))))
    for number in range(len(steps), length):
        if number in openings:
            steps.append(author.opening())
        steps.append(author.request())
    if waits:
        steps += author.expiring()
    return tuple(steps)


def end_of(prefix: str) -> str:
    """The ``range_end`` that makes a range of all keys with a prefix."""
    return prefix[:-1] + chr(ord(prefix[-1]) + 1) if prefix else TO_THE_END


@define
class Author:
    """Whoever writes a program, request by request, drawing everything from one source of chance.

    That may be Hypothesis' own (``strategies.randoms()``): early options are the simple ones, so that programs shrink.
    """

    random: Random
    start: int = 1
    prefix: str = ""
    store: Member = Factory(lambda self: Member(self.start), takes_self=True)

    def request(self) -> Request:
        """The next request."""
        request = self._request()
        self.note(request)
        return request

    def note(self, request: Request) -> None:
        """A request is made, and changes the store."""
        with suppress(Refused):
            self.store.serve(request)

    def _request(self) -> Request:
        kind = self._pick(
            ("put",) * 12 + ("delete",) * 5 + ("range",) * 10 + ("txn",) * 18 + ("compact",) * 3 + ("lease",) * 8
        )
        match kind:
            case "put":
                return self._put(keeps=True)
            case "delete":
                return self._delete_range(to_the_end=True)
            case "range":
                return self.reading()
            case "compact":
                return Compact(self._pick((self._revision(), self._past(), self._past())) if self._chance(0.9) else -1)
            case "lease":
                return self._about_leases()
            case _:
                return self._txn(0, keeps=self._chance(0.3))

    def opening(self) -> Opening:
        """A stream of one watch or several ones; some are ended at once, or asked how far they have come."""
        said: list[WatchRequest] = [self._watch() for _ in range(self._pick((1, 1, 2, 3)))]
        if self._chance(0.2):
            said.append(WatchCancel(self._pick((0, 1, 7))))
        if self._chance(0.2):
            said.append(WatchProgress())
        return Opening(tuple(said))

    def expiring(self) -> tuple[Step, ...]:
        """A lease that ends by itself, with what is still attached to it, before the eyes of a watcher."""
        lease = self._leases()[-1]
        watch = WatchCreate(self.prefix, end_of(self.prefix), prev_kv=True)
        x, y, z = (f"{self.prefix}{name}" for name in "xyz")
        attached = Compare(x, Target.LEASE, Result.EQUAL, lease)
        puts = (Put(x, lease=lease), Txn((attached,), (Put(y, lease=lease), Put(z, lease=lease))), Put(z))
        return (LeaseGrant(1, lease), *puts, Opening((watch,)), LeaseTimeToLive(lease, keys=True), Expiry(lease))

    def _watch(self) -> WatchCreate:
        """A watch from now on, or from a revision of the past, perhaps a compacted one, or of the near future."""
        key, range_end = self._keys(to_the_end=True) if self._chance(0.5) else (self.prefix, end_of(self.prefix))
        return WatchCreate(
            key,
            range_end,
            start_revision=self._pick((0, self._revision(), *(self._past() for _ in range(3)))),
            prev_kv=self._chance(0.5),
            progress_notify=self._chance(0.2),
            filters=self._pick(((), (), (), (Filter.NOPUT,), (Filter.NODELETE,), tuple(Filter))),
            watch_id=self._pick((0, 0, 0, 7)),
        )

    def granting(self) -> LeaseGrant:
        """A lease that lives long."""
        return LeaseGrant(self._pick(_LONG), self._leases()[0])

    def _about_leases(self) -> Request:
        """A lease is granted, perhaps in vain, kept alive, asked for, or ended."""
        first, second, _ = self._leases()
        lease = self._pick((first, first, second))
        match self._pick(("grant",) * 8 + ("revoke",) * 3 + ("keep", "keep", "time", "time", "time", "list")):
            case "grant":
                return LeaseGrant(self._pick((*_LONG, MAXIMUM_TTL, MAXIMUM_TTL + 1)), lease)
            case "revoke":
                return LeaseRevoke(lease)
            case "keep":
                return LeaseKeepAlive(self._lease())
            case "time":
                return LeaseTimeToLive(self._lease(), keys=self._chance(0.7))
            case _:
                return LeaseList()

    def _txn(self, depth: int, *, keeps: bool) -> Txn:
        """A transaction; one whose puts keep values or leases has no deletion without an end (see above)."""
        compares = tuple(self.condition() for _ in range(self._pick((0, 1, 1, 2))))
        branches = [
            tuple(self._operation(depth, keeps=keeps) for _ in range(self._pick((0, 1, 1, 2, 3)))) for _ in range(2)
        ]
        return Txn(compares, branches[0], branches[1])

    def _operation(self, depth: int, *, keeps: bool) -> Operation:
        kinds = ("put", "put", "delete", "range") + ("txn",) * (depth < _DEEPEST)
        match self._pick(kinds):
            case "put":
                return self._put(keeps=keeps)
            case "delete":
                return self._delete_range(to_the_end=not keeps) if self._chance(0.3) else DeleteRange(self._key())
            case "range":
                return self.reading()
            case _:
                return self._txn(depth + 1, keeps=keeps)

    def _put(self, *, keeps: bool) -> Put:
        ignore_value = keeps and self._chance(0.1)
        ignore_lease = keeps and self._chance(0.1)
        return Put(
            self._key(),
            "" if ignore_value and self._chance(0.8) else self._pick(_VALUES),
            lease=0 if ignore_lease and self._chance(0.8) else self._lease() if self._chance(0.2) else 0,
            prev_kv=self._chance(0.4),
            ignore_value=ignore_value,
            ignore_lease=ignore_lease,
        )

    def _delete_range(self, *, to_the_end: bool) -> DeleteRange:
        key, range_end = self._keys(to_the_end=to_the_end)
        return DeleteRange(key, range_end, prev_kv=self._chance(0.4))

    def reading(self) -> Range:
        """A request that only reads."""
        key, range_end = self._keys(to_the_end=True)
        return Range(
            key,
            range_end,
            revision=self._revision() if self._chance(0.4) else self._pick((0, 0, -1)),
            limit=self._pick((0, 0, 1, 2, -1)),
            sort_order=self._pick(tuple(SortOrder)),
            sort_target=self._pick(tuple(SortTarget)),
            keys_only=self._chance(0.1),
            count_only=self._chance(0.1),
            min_mod_revision=self._bound(),
            max_mod_revision=self._bound(),
            min_create_revision=self._bound(),
            max_create_revision=self._bound(),
        )

    def condition(self) -> Compare:
        """A condition."""
        key, range_end = self._keys(to_the_end=True)
        target = self._pick(tuple(Target))
        operands = {
            Target.VALUE: self._pick(_VALUES),
            Target.VERSION: self._pick((0, 1, 2, 3)),
            Target.LEASE: self._pick((0, self._lease())),
        }
        operand = operands.get(target, self._pick((0, self._revision())))
        return Compare(key, target, self._pick(tuple(Result)), operand, range_end)

    def _key(self) -> str:
        return self.prefix + self._pick(_NAMES)

    def _keys(self, *, to_the_end: bool) -> tuple[str, str]:
        """One key, or a range: of a prefix, between two keys (perhaps the wrong way round), or without an end."""
        key = self._key()
        ends = ["", "", "", end_of(key), self._key(), end_of(self.prefix)] + [TO_THE_END] * to_the_end
        return key, self._pick(ends)

    def _revision(self) -> int:
        """A revision that there is by now, or almost."""
        return self.start + self.random.randint(-1, self.store.revision - self.start + 1)

    def _past(self) -> int:
        """A revision that matters: the first or the last, a deletion's, or one at the edge of what is compacted."""
        deletions = [batch.revision for batch in self.store.log if any(each.kind == "DELETE" for each in batch.events)]
        compacted = self.store.compacted
        edge = [compacted - 1, compacted, compacted, compacted + 1] if compacted > self.start else []
        return self._pick([self.start + 1, self.store.revision, *deletions, *edge])

    def _bound(self) -> int:
        return self._revision() if self._chance(0.1) else 0

    def _lease(self) -> int:
        """A lease that this program may have granted, or one that nobody ever grants."""
        first, second, _ = self._leases()
        return self._pick((first, first, first, first, second, _UNKNOWN_LEASE))

    def _leases(self) -> tuple[int, int, int]:
        """The ids of three leases that no other program has: no two programs start at one revision."""
        return 10 * self.start + 1, 10 * self.start + 2, 10 * self.start + 3

    def _pick(self, options: tuple[T, ...] | list[T]) -> T:
        return self.random.choice(options)

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability
