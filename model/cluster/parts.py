"""The functions that a cluster's steps call, so that one of them can be exchanged.

Ordinarily nobody exchanges any.  A *mutant* is a cluster in which one guard was removed: the same steps with one other
function.  It proves that a promise can fail.

Lives here: which functions can be exchanged, and the small ones among them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import field, frozen

from ..apiserver import storage
from ..apiserver.answer import Answer
from ..apiserver.authorization import refuse_request
from ..etcd import transactions
from ..machinery.consistency import OwnWrites
from ..machinery.expectations import Expectations
from ..machinery.informer import Change, Copy, changes
from ..machinery.workqueue import Key
from ..reconcile import Finished
from .read_parts import ReadParts


def apply(copy: Copy, change: Change) -> Copy:
    """A copy after a change."""
    return copy.after(change)


def fulfilled(expectations: Expectations, key: Key) -> bool:
    """Whether a controller may act for a key."""
    return expectations.fulfilled(key)


def own_writes_seen(own: OwnWrites, key: Key, reached: Mapping[str, int]) -> bool:
    """Whether informers that have come so far have all that was written for a key."""
    return own.ready(key, reached)


def tried_again(end: Finished) -> bool:
    """Whether a controller puts a key that ended like this back on its queue."""
    return end.error is not None


def told_of_list(before: Copy, copy: Copy) -> tuple[Change, ...]:
    """What a handler is told of when its informer has listed: of each object, and of each that is gone.

    Of what was there before and is not any more it is told with the last state that the informer knew: nobody knows
    when it went, or what it was by then.
    """
    gone = tuple(Change(path, 0, stored, None) for path, stored in before.items if copy.get(path) is None)
    return tuple(Change(path, stored.revision, before.get(path), stored) for path, stored in copy.items) + gone


def replaced(before: Copy, listed: Copy) -> Copy:
    """An informer's copy after a list: what was listed, and nothing else."""
    del before
    return listed


def keep_place(draft: Any, informer: str, resource: str, server: str) -> None:
    """What an informer does when its process turns to another server: it goes on from where it was."""
    del draft, informer, resource, server


@frozen(eq=False)
class Parts:
    """The exchangeable functions, by default the model's own."""

    optimistic_put: Callable[..., transactions.Committed | transactions.Lost] = transactions.optimistic_put
    optimistic_delete: Callable[..., transactions.Committed | transactions.Lost] = transactions.optimistic_delete
    authorize: Callable[..., Answer | None] = refuse_request
    decide: Callable[..., storage.Outcome] = storage.decide
    after_loss: Callable[..., storage.Outcome] = storage.after_loss
    after_commit: Callable[..., Answer | storage.FollowUp] = storage.after_commit
    stamped: Callable[[storage.Attempt, int], storage.Attempt] = storage.Attempt.stamped
    changes: Callable[..., list[Change]] = changes
    apply: Callable[[Copy, Change], Copy] = apply
    fulfilled: Callable[[Expectations, Key], bool] = fulfilled
    own_writes_seen: Callable[[OwnWrites, Key, Mapping[str, int]], bool] = own_writes_seen
    tried_again: Callable[[Finished], bool] = tried_again
    told_of_list: Callable[[Copy, Copy], tuple[Change, ...]] = told_of_list
    replaced: Callable[[Copy, Copy], Copy] = replaced
    reconnect: Callable[[Any, str, str, str], None] = keep_place
    reads: ReadParts = field(factory=ReadParts)
