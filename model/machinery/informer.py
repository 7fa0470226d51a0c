"""A local copy of one resource, kept up to date by a watch: server-side watch caches and client-side informers.

Both are the same thing at two places: a list of a resource at a revision, to which the events after it are applied in
order.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher/watch_cache.go`` and ``client-go/tools/cache/reflector.go``.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from ..apiserver.storage import Stored
from ..etcd import Batch, Event


@frozen(cache_hash=True)
class Change:
    """What one event does to a copy: under ``path`` there was ``old`` and there is ``new`` from ``revision`` on."""

    path: str
    revision: int
    old: Stored | None
    new: Stored | None


@frozen(cache_hash=True)
class Copy:
    """A resource as it was: ``items`` by etcd key in ascending order.

    The revision to which it reflects etcd is kept apart by whoever holds it, so that what depends only on how far a
    copy has come need not look at what is in it.
    """

    items: tuple[tuple[str, Stored], ...] = ()

    def get(self, path: str) -> Stored | None:
        """The object under an etcd key."""
        return next((stored for key, stored in self.items if key == path), None)

    def under(self, prefix: str) -> tuple[Stored, ...]:
        """The objects whose keys begin with ``prefix``, in order of their keys."""
        return tuple(stored for key, stored in self.items if key.startswith(prefix))

    def after(self, change: Change) -> Copy:
        """The copy to which a change has been applied."""
        kept = [item for item in self.items if item[0] != change.path]
        if change.new is not None:
            kept.append((change.path, change.new))
            kept.sort(key=lambda item: item[0])
        return Copy(tuple(kept))


def changes(log: Iterable[Batch], prefix: str, after: int, until: int) -> list[Change]:
    """The changes to keys that begin with ``prefix``, of revisions greater than ``after`` and at most ``until``."""
    return [
        change_of(event)
        for batch in log
        if after < batch.revision <= until
        for event in batch.events
        if event.kv.key.startswith(prefix)
    ]


def change_of(event: Event) -> Change:
    """What an event of etcd means for a copy.

    A deletion's object is the one that was last stored, with the revision of the deletion.
    Source: Kubernetes 1.36 recordings, K.2.
    """
    previous = event.previous
    old = None if previous is None else Stored.decode(previous.value, previous.mod_revision)  # type: ignore[arg-type]
    new = Stored.decode(event.kv.value, event.kv.mod_revision) if event.kind == "PUT" else None  # type: ignore[arg-type]
    return Change(event.kv.key, event.kv.mod_revision, old, new)
