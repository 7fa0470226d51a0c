"""What a controller has done and not yet seen: how many creations and which deletions its informer still owes it.

While expectations of a key are unfulfilled the controller does not create or delete anything for that key, so that a
lagging informer does not make it act twice.  They live in memory: a crash forgets them.  After five minutes they
expire: an informer that lags longer does make the controller act twice (Kubernetes issue 129795).

Age is counted where time passes (:meth:`Expectations.older`).  Expectations that have expired are dropped: nobody can
tell them from none.

Source: Kubernetes 1.36, ``pkg/controller/controller_utils.go`` (ExpectationsTimeout).
"""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from .workqueue import Key

TIMEOUT: Final = 300_000
"""After so many milliseconds a controller stops waiting."""


@frozen(cache_hash=True)
class Expected:
    """What is owed for one key: a number of creations, and deletions of the objects named; ``age`` in milliseconds."""

    key: Key
    creations: int = 0
    deletions: tuple[str, ...] = ()
    age: int = 0

    @property
    def fulfilled(self) -> bool:
        """Whether nothing is owed any more."""
        return self.creations <= 0 and not self.deletions


@frozen(cache_hash=True)
class Expectations:
    """The expectations of one controller, those that are unfulfilled only."""

    owed: tuple[Expected, ...] = ()

    def of(self, key: Key) -> Expected:
        """What is owed for a key."""
        return next((each for each in self.owed if each.key == key), Expected(key))

    def fulfilled(self, key: Key) -> bool:
        """Whether the controller may act for this key."""
        return self.of(key).fulfilled

    def set(self, expected: Expected) -> Expectations:
        """Expect this for its key, in place of what was expected before."""
        kept = [each for each in self.owed if each.key != expected.key]
        if not expected.fulfilled:
            kept.append(expected)
        return Expectations(tuple(sorted(kept, key=lambda each: each.key)))

    def creation_observed(self, key: Key, count: int = 1) -> Expectations:
        """So many creations were seen, or will never be seen because they failed."""
        before = self.of(key)
        return self.set(evolve(before, creations=max(before.creations - count, 0)))

    def deletion_observed(self, key: Key, name: str) -> Expectations:
        """The deletion of an object was seen, or failed."""
        before = self.of(key)
        return self.set(evolve(before, deletions=tuple(each for each in before.deletions if each != name)))

    def older(self, time: int = TIMEOUT + 1) -> Expectations:
        """Time passes; what is owed for longer than the timeout is not waited for any more."""
        aged = (evolve(each, age=each.age + time) for each in self.owed)
        return Expectations(tuple(each for each in aged if each.age <= TIMEOUT))

    def forgotten(self, key: Key) -> Expectations:
        """Nothing is owed for a key: its object is gone, or is another one of the same name."""
        return self.set(Expected(key))
