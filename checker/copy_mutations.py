"""What mutants change in the copies of a cluster: watches, watch caches, informers, and the controllers that use them.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Final

from attrs import evolve

from seatrial.model.api import CreationsFailed, DeletionFailed, Effect
from seatrial.model.apiserver.storage import Stored
from seatrial.model.cluster.copy_events import Listed
from seatrial.model.cluster.state import reader
from seatrial.model.draft import require
from seatrial.model.etcd import Batch
from seatrial.model.machinery.controller import Controller, Seen
from seatrial.model.machinery.expectations import Expectations
from seatrial.model.machinery.informer import Change as Changed
from seatrial.model.machinery.informer import Copy, changes
from seatrial.model.machinery.workqueue import Key
from seatrial.model.reconcile import Finished, Reconciler

from .mutations import Row, controllers, exchanging_parts

# --- Watches, lists and copies ----------------------------------------------------------------------------------


def changes_again(log: Iterable[Batch], prefix: str, after: int, until: int) -> list[Changed]:
    """A watch that begins at the revision that its reader has, not at the one after it."""
    return changes(log, prefix, after - 1, until)


def changes_but_one(log: Iterable[Batch], prefix: str, after: int, until: int) -> list[Changed]:
    """A watch that loses the first change where several wait."""
    ahead = changes(log, prefix, after, until)
    return ahead[1:] or ahead


def changes_with_present(log: Iterable[Batch], prefix: str, after: int, until: int) -> list[Changed]:
    """A watch that shows with each change what the object is by now, not what the change made it."""
    ahead = changes(log, prefix, after, until)
    present = {each.path: each.new for each in ahead}
    told = [evolve(each, new=present[each.path]) for each in ahead]
    return [each for each in told if each.old is not None or each.new is not None]


def apply_without_content(copy: Copy, change: Changed) -> Copy:
    """A copy that takes over the revision of a modification, but not its content."""
    if change.old is not None and change.new is not None:
        change = evolve(change, new=Stored(change.old.object, change.new.revision))
    return copy.after(change)


def list_again(draft: Any, informer: str, resource: str, server: str) -> None:
    """An informer that turns to another server takes over whatever that server's watch cache has."""
    _relist(draft, informer, resource, server)


def list_with_one_revision(draft: Any, informer: str, resource: str, server: str) -> None:
    """… takes over what is no older than its own copy, but with the list's revision on each object."""
    position = draft.positions[reader(server, resource)]
    require(position >= draft.positions[reader(informer, resource)])
    listed = draft.copies[reader(server, resource)].items
    _relist(draft, informer, resource, server, tuple((path, Stored(each.object, position)) for path, each in listed))


def list_for_nothing(draft: Any, informer: str, resource: str, server: str) -> None:
    """… lists what is no older than its own copy, and goes on from there with the copy that it had."""
    own = reader(informer, resource)
    require(draft.positions[reader(server, resource)] >= draft.positions[own])
    kept = draft.copies[own]
    _relist(draft, informer, resource, server)
    draft.copies[own] = kept


def watch_from_earlier(draft: Any, informer: str, resource: str, server: str) -> None:
    """… watches from one revision before the one that its copy has."""
    del server
    draft.positions[reader(informer, resource)] -= 1


def _relist(draft: Any, informer: str, resource: str, server: str, items: Any = None) -> None:
    source, own = reader(server, resource), reader(informer, resource)
    copy, position = draft.copies[source] if items is None else Copy(items), draft.positions[source]
    draft.copies[own], draft.positions[own] = copy, position
    draft.emit(Listed(informer, resource, server, position, copy.items))


def told_nothing(before: Copy, copy: Copy) -> tuple[Changed, ...]:
    """A list that nobody is told of."""
    del before, copy
    return ()


# --- Controllers ------------------------------------------------------------------------------------------------


def always_fulfilled(expectations: Expectations, key: Key) -> bool:
    """Nothing is waited for."""
    del expectations, key
    return True


def never_again(end: Finished) -> bool:
    """A key that failed is forgotten."""
    del end
    return False


def deaf_to_changes(controller: Controller) -> Controller:
    """A controller whose handler was registered for additions only."""

    def handle(resource: str, change: Changed, expectations: Expectations) -> Seen:
        return controller.handler(resource, change, expectations) if change.old is None else Seen((), expectations)

    return evolve(controller, handler=handle)


def never_lowering(controller: Controller) -> Controller:
    """A controller that does not take back its expectations when what it asked for failed."""
    return evolve(controller, reconciler=_without_lowering(controller.reconciler))


def _without_lowering(reconciler: Reconciler) -> Reconciler:
    def reconcile(key: Key) -> Generator[Effect, Any, None]:
        inner = reconciler(key)
        effect = next(inner, None)
        while effect is not None:
            answer = None if isinstance(effect, CreationsFailed | DeletionFailed) else (yield effect)
            try:
                effect = inner.send(answer)
            except StopIteration:
                return

    return reconcile


# --- The mutants ------------------------------------------------------------------------------------------------

OF_COPIES: Final[tuple[Row, ...]] = (
    (
        "watch-delivers-again",
        "a watch begins at the revision that its reader has already",
        exchanging_parts(changes=changes_again),
    ),
    (
        "watch-loses-a-change",
        "a watch loses the first change where several wait",
        exchanging_parts(changes=changes_but_one),
    ),
    (
        "watch-shows-the-present",
        "a watch shows with each change what the object is by now, not what the change made it",
        exchanging_parts(changes=changes_with_present),
    ),
    (
        "copy-keeps-old-content",
        "a copy takes over the revision of a modification, but not its content",
        exchanging_parts(apply=apply_without_content),
    ),
)

OF_RECONNECTING: Final[tuple[Row, ...]] = (
    (
        "informer-goes-back",
        "an informer that turns to another API server takes over that server's older copy",
        exchanging_parts(reconnect=list_again),
    ),
    (
        "informer-watches-from-earlier",
        "an informer that turns to another API server watches from before what it has",
        exchanging_parts(reconnect=watch_from_earlier),
    ),
    (
        "list-has-one-revision",
        "an informer that lists again puts the list's revision on every object in it",
        exchanging_parts(reconnect=list_with_one_revision),
    ),
    (
        "list-is-thrown-away",
        "an informer that lists again goes on from the list's revision with the copy that it had",
        exchanging_parts(reconnect=list_for_nothing),
    ),
)

OF_CONTROLLERS: Final[tuple[Row, ...]] = (
    (
        "list-tells-nobody",
        "a starting informer does not tell its controller what it listed",
        exchanging_parts(told_of_list=told_nothing),
    ),
    (
        "no-expectations",
        "the ReplicaSet controller acts again before it has seen what it did",
        exchanging_parts(fulfilled=always_fulfilled),
    ),
    (
        "expectations-never-lowered",
        "a controller goes on waiting for what it could not create or delete",
        controllers(never_lowering),
    ),
    (
        "deaf-to-changes",
        "a controller's handler is told of additions only",
        controllers(deaf_to_changes),
    ),
    (
        "failed-key-is-forgotten",
        "a controller does not put a key that failed back on its queue",
        exchanging_parts(tried_again=never_again),
    ),
)
