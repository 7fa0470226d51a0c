"""The functions that a cluster's steps call, so that one of them can be exchanged.

Ordinarily nobody exchanges any.  A *mutant* is a cluster in which one guard was removed: the same steps with one other
function.  It proves that a promise can fail.

Lives here: which functions can be exchanged, and the small ones among them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen

from ..apiserver import storage
from ..apiserver.answer import Answer
from ..apiserver.authorization import refuse_request
from ..etcd import transactions
from ..machinery.expectations import Expectations
from ..machinery.informer import Change, Copy, changes
from ..machinery.workqueue import Key
from ..reconcile import Finished


def apply(copy: Copy, change: Change) -> Copy:
    """A copy after a change."""
    return copy.after(change)


def fulfilled(expectations: Expectations, key: Key) -> bool:
    """Whether a controller may act for a key."""
    return expectations.fulfilled(key)


def tried_again(end: Finished) -> bool:
    """Whether a controller puts a key that ended like this back on its queue."""
    return end.error is not None


def told_of_list(copy: Copy) -> tuple[Change, ...]:
    """What a handler is told of when its informer has listed: that each object was added."""
    return tuple(Change(path, stored.revision, None, stored) for path, stored in copy.items)


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
    tried_again: Callable[[Finished], bool] = tried_again
    told_of_list: Callable[[Copy], tuple[Change, ...]] = told_of_list
    reconnect: Callable[[Any, str, str, str], None] = keep_place
