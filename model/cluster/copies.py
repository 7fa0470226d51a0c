"""How copies follow: watch caches follow etcd, informers follow the watch cache of their process's API server.

A copy lags as long as its next step does not happen.  How far it may lag while somebody reads it is the scenario's
fault ``stale-cache``; without it, a copy is read only when it has everything.

Changes that every reader of a resource has taken over are dropped from the log: whatever a state remembers tells it
apart from others.  Nobody in a cluster reads the past, so nobody can tell.

Abstracted: the watch cache's window and its "too old" answers, bookmarks, and that an informer whose watch breaks
for good lists again; these need a compaction or a restart of the server to matter, and the informer then skips
states but never goes back.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher``, ``client-go/tools/cache/reflector.go``.
"""

from __future__ import annotations

from attrs import frozen

from ..apiserver.reads import stored_of
from ..apiserver.storage import Stored
from ..draft import require
from ..etcd import Batch, Cells
from ..machinery.controller import Controller
from ..machinery.informer import Change, Copy
from ..machinery.workqueue import add
from ..objects import resource_prefix
from .events import ETCD, Applied, Listed
from .parts import Parts
from .state import ClusterDraft, reader


@frozen(eq=False)
class Copies:
    """The rules of all copies of one cluster.

    ``stale`` is how many changes a copy may miss when it is read.  ``first_list`` is what a starting informer accepts:
    ``consistent`` (as new as etcd at that moment; client-go since v1.35) or ``any`` (whatever the watch cache has;
    older ones, which asked for resourceVersion 0).
    """

    servers: tuple[str, ...]
    resources: tuple[str, ...]
    controllers: tuple[Controller, ...]
    parts: Parts
    stale: int
    first_list: str

    def readers_of(self, resource: str) -> list[str]:
        """Everybody who holds a copy of a resource: all servers, and the informers of controllers that watch it."""
        watching = [each.name for each in self.controllers if resource in each.resources]
        return [reader(holder, resource) for holder in (*self.servers, *watching)]

    def missed(self, draft: ClusterDraft, who: str, resource: str) -> int:
        """How many changes of a resource a reader has not taken over yet."""
        position = draft.positions.get(who, 0)
        prefix = resource_prefix(resource)
        return sum(1 for batch in draft.log if batch.revision > position and batch.events[0].kv.key.startswith(prefix))

    def require_fresh_enough(self, draft: ClusterDraft, who: str, resource: str) -> None:
        """A copy is read only if it does not miss more than the scenario allows."""
        require(self.missed(draft, who, resource) <= self.stale)

    def follow_etcd(self, draft: ClusterDraft, server: str, resource: str) -> None:
        """The next change reaches a server's watch cache."""
        self._follow(draft, server, resource, ETCD, draft.revision)

    def follow_server(self, draft: ClusterDraft, informer: str, resource: str) -> None:
        """The next change reaches an informer, from the watch cache of its process's server; its handler is told."""
        require(reader(informer, resource) in draft.positions)
        server = draft.homes[informer]
        change = self._follow(draft, informer, resource, server, draft.positions[reader(server, resource)])
        self._tell(draft, informer, resource, change)

    def _follow(self, draft: ClusterDraft, holder: str, resource: str, source: str, until: int) -> Change:
        """Take over the next change of at most revision ``until``."""
        who = reader(holder, resource)
        ahead = self.parts.changes(draft.log, resource_prefix(resource), draft.positions[who], until)
        require(ahead)
        change = ahead[0]
        draft.copies[who] = self.parts.apply(draft.copies[who], change)
        draft.positions[who] = change.revision
        self.forget(draft, resource)
        draft.emit(Applied(holder, resource, source, change.path, change.revision, change.old, change.new))
        return change

    def list_from_server(self, draft: ClusterDraft, informer: str, resource: str) -> None:
        """A starting informer lists from its server's watch cache; its handler is told of each object."""
        who = reader(informer, resource)
        require(who not in draft.positions)
        server = draft.homes[informer]
        source = reader(server, resource)
        if self.first_list == "consistent":
            require(self.missed(draft, source, resource) == 0)
        else:
            self.require_fresh_enough(draft, source, resource)
        copy, position = draft.copies[source], draft.positions[source]
        draft.copies[who], draft.positions[who] = copy, position
        draft.emit(Listed(informer, resource, server, position, copy.items))
        for change in self.parts.told_of_list(copy):
            self._tell(draft, informer, resource, change)

    def _tell(self, draft: ClusterDraft, informer: str, resource: str, change: Change) -> None:
        """Call the controller's handler, after its copy has the change."""
        controller = next(each for each in self.controllers if each.name == informer)
        seen = controller.handler(resource, change, draft.expectations[informer])
        draft.expectations[informer] = seen.expectations
        draft.queues[informer] = add(draft.queues[informer], *seen.keys)

    def forget(self, draft: ClusterDraft, resource: str) -> None:
        """Drop the changes of a resource that all its readers have taken over."""
        positions = [draft.positions[who] for who in self.readers_of(resource) if who in draft.positions]
        slowest = min(positions)
        kept = tuple(batch for batch in draft.log if not _is_of(batch, resource) or batch.revision > slowest)
        if len(kept) < len(draft.log):
            draft.log = kept

    def restart(self, draft: ClusterDraft, server: str) -> None:
        """A server's caches are filled anew, by a consistent list of each resource."""
        for resource in self.resources:
            who = reader(server, resource)
            draft.copies[who] = present(draft, resource)
            draft.positions[who] = draft.revision
            self.forget(draft, resource)

    def stop(self, draft: ClusterDraft, informer: str, resources: tuple[str, ...]) -> None:
        """A process's informers are gone with its memory."""
        for resource in resources:
            who = reader(informer, resource)
            if who in draft.positions:
                del draft.positions[who]
                del draft.copies[who]
                self.forget(draft, resource)


def _is_of(batch: Batch, resource: str) -> bool:
    return batch.events[0].kv.key.startswith(resource_prefix(resource))


def present(etcd: Cells, resource: str) -> Copy:
    """A copy of a resource as etcd has it now."""
    prefix = resource_prefix(resource)
    items: list[tuple[str, Stored]] = []
    for path in etcd.keys:
        stored = stored_of(etcd.keys[path]) if path.startswith(prefix) else None
        if stored is not None:
            items.append((path, stored))
    return Copy(tuple(items))
