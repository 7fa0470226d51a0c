"""Random programs for etcd: what to ask of the model and of a real server.

Lives here: making them, from a seed.  They know neither the model's answers nor a server's.

A program works on few keys, so that its requests meet: keys of one prefix, few values, revisions around those that it
makes itself.  One request only is never made: a transaction that deletes a key and then puts it while keeping its value
or lease, for with that one a real etcd ends with a panic.
"""

from __future__ import annotations

from random import Random
from typing import Final, TypeVar

from attrs import define

from seatrial.model.etcd import (
    TO_THE_END,
    Compact,
    Compare,
    DeleteRange,
    Filter,
    LeaseGrant,
    LeaseRevoke,
    Put,
    Range,
    Request,
    Result,
    SortOrder,
    SortTarget,
    Target,
    Txn,
    WatchCreate,
)
from seatrial.model.etcd.requests import Operation

T = TypeVar("T")

LENGTH: Final = 14
"""How many requests a program makes."""

_NAMES: Final = ("a", "b", "b/1", "b/2", "b/3", "c", "d")
_VALUES: Final = ("", "0", "1", "text", "ä€😀")
_UNKNOWN_LEASE: Final = 4242
_DEEPEST: Final = 2


def random_program(seed: int, *, start: int = 1, prefix: str = "", length: int = LENGTH) -> tuple[Request, ...]:
    """The requests of a program, for a store whose revision is ``start``; all its keys begin with ``prefix``.

    The same arguments give the same program.
    """
    author = Author(Random(seed), start, prefix)
    return tuple(author.request() for _ in range(length))


def random_watch(seed: int, *, first: int, last: int, prefix: str) -> WatchCreate:
    """A watch on all keys with a prefix, from the first revision or a later one; it wants puts, deletions, or both."""
    random = Random(seed)
    filters = random.choice(((), (), (Filter.NOPUT,), (Filter.NODELETE,)))
    start = random.choice((first, random.randint(first, last)))
    return WatchCreate(prefix, end_of(prefix), start, prev_kv=random.choice((False, True)), filters=filters)


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
    asked: int = 0

    def request(self) -> Request:
        """The next request."""
        self.asked += 1
        kind = self._pick(
            ("put",) * 6 + ("delete",) * 2 + ("range",) * 5 + ("txn",) * 9 + ("compact",) + ("lease",) * 2
        )
        match kind:
            case "put":
                return self._put(keeps=True)
            case "delete":
                return self._delete_range(to_the_end=True)
            case "range":
                return self.reading()
            case "compact":
                return Compact(self._revision())
            case "lease":
                lease = self._pick((self._leases()[0], *self._leases()))
                return LeaseGrant(600, lease) if self._chance(0.7) else LeaseRevoke(lease)
            case _:
                return self._txn(0, keeps=self._chance(0.3))

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
            lease=0 if ignore_lease and self._chance(0.8) else self._lease() if self._chance(0.15) else 0,
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
        """A revision that there may well be by now: about half of all requests make one."""
        return self.start + self.random.randint(-1, 1 + self.asked // 2)

    def _bound(self) -> int:
        return self._revision() if self._chance(0.1) else 0

    def _lease(self) -> int:
        """A lease that this program may have granted, or one that nobody ever grants."""
        return self._pick((self._leases()[0], *self._leases(), _UNKNOWN_LEASE))

    def _leases(self) -> tuple[int, int]:
        """The ids of two leases that no other program has: no two programs start at one revision."""
        return 10 * self.start + 1, 10 * self.start + 2

    def _pick(self, options: tuple[T, ...] | list[T]) -> T:
        return self.random.choice(options)

    def _chance(self, probability: float) -> bool:
        return self.random.random() < probability
