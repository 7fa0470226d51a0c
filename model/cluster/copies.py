"""How copies follow: watch caches follow etcd, informers follow the watch cache of their process's API server.

A copy lags as long as its next step does not happen.  How far it may lag while somebody reads it is the scenario's
fault ``stale-cache``; without it, a copy is read only when it has everything.

Changes that every reader of a resource has taken over are dropped from the log: whatever a state remembers tells it
apart from others.  Where clients read the past (``Cluster.remembers``) they are kept as long as etcd or the window of a
watch cache has them.

A watch cache remembers the changes in its *window*.  It may forget them (fault ``compaction``), and one that starts
remembers none.  An informer whose watch breaks watches again from where it is; that changes nothing unless the window
begins later by now.  Then it is told that its revision is too old (an ERROR frame, 410 Expired) and lists again.  What
it asks for then, and at first, is its reflector's matter (:mod:`seatrial.model.machinery.reflector`).  So a break is
not a step of its own here: the answer "too old" is.

Abstracted: bookmarks and progress notifications towards informers.  They move a position over revisions of other
resources; here every comparison of positions asks whether a change was missed, which comes to the same.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher``, ``client-go/tools/cache/reflector.go``.
"""

from __future__ import annotations

from attrs import evolve, frozen

from ..apiserver.storage import Stored
from ..draft import Disabled, require
from ..etcd import Batch
from ..machinery.controller import Controller
from ..machinery.informer import Change, Copy
from ..machinery.reflector import ListRequest, Reflector, WatchRequest, asks, closed, started
from ..machinery.workqueue import add
from ..objects import resource_prefix
from ..profiles import NEWEST, Profile
from .copy_events import Applied, Listed, Refilled, TooOld
from .etcd_members import ONE_MEMBER, EtcdMembers
from .events import ETCD
from .parts import Parts
from .state import ClusterDraft, reader


@frozen(eq=False)
class Copies:
    """The rules of all copies of one cluster.

    ``stale`` is how many changes a copy may miss when it is read; ``remembers`` whether the log is kept for clients
    that read the past.  Knobs: ``first-read``, ``window-start``.
    """

    servers: tuple[str, ...]
    resources: tuple[str, ...]
    controllers: tuple[Controller, ...]
    parts: Parts
    stale: int
    profile: Profile = NEWEST
    remembers: bool = False
    etcd: EtcdMembers = ONE_MEMBER

    def readers_of(self, resource: str) -> list[str]:
        """Everybody who holds a copy of a resource: all servers, and the informers of controllers that watch it."""
        watching = [each.name for each in self.controllers if resource in each.resources]
        return [reader(holder, resource) for holder in (*self.servers, *watching)]

    def is_watched(self, resource: str) -> bool:
        """Whether anybody could ask a server how far back it remembers; otherwise that is not kept."""
        return self.remembers or any(resource in each.resources for each in self.controllers)

    def missed(self, draft: ClusterDraft, who: str, resource: str, until: int | None = None) -> int:
        """How many changes of a resource, up to a revision if one is given, a reader has not taken over yet."""
        position = draft.positions.get(who, 0)
        prefix = resource_prefix(resource)
        return sum(
            1
            for batch in draft.log
            if batch.revision > position
            and (until is None or batch.revision <= until)
            and batch.events[0].kv.key.startswith(prefix)
        )

    def require_fresh_enough(self, draft: ClusterDraft, who: str, resource: str) -> None:
        """A copy is read only if it does not miss more than the scenario allows."""
        require(self.missed(draft, who, resource) <= self.stale)

    def follow_etcd(self, draft: ClusterDraft, server: str, resource: str) -> None:
        """The next change reaches a server's watch cache."""
        self._follow(draft, server, resource, ETCD, self.etcd.shown(draft, server))

    def follow_server(self, draft: ClusterDraft, informer: str, resource: str) -> None:
        """The next change reaches an informer, from the watch cache of its process's server; its handler is told."""
        require(reader(informer, resource) in draft.positions)
        require(reader(informer, resource) not in draft.relisting)
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
        """An informer lists from its server's watch cache, as its reflector asks; its handler is told of each object.

        It does so when it starts, and when its watch cannot go on.
        """
        who = reader(informer, resource)
        server = draft.homes[informer]
        self._require_answer(draft, asks(self._reflector(draft, who)), reader(server, resource), resource)
        before = draft.copies[who] if who in draft.positions else Copy()
        if who in draft.relisting:
            del draft.relisting[who]
        self._replace(draft, informer, resource, server, before)

    def _reflector(self, draft: ClusterDraft, who: str) -> Reflector[Stored]:
        """What an informer's reflector is at, which the variables say in short."""
        new: Reflector[Stored] = started(self.profile.first_read)
        if who not in draft.positions:
            return new
        watching = evolve(new, stage="watch", connected=True, last=draft.positions[who])
        return closed(watching, "expired") if who in draft.relisting else watching

    def _require_answer(
        self, draft: ClusterDraft, asked: ListRequest | WatchRequest | None, source: str, resource: str
    ) -> None:
        """A server's copy is such that a reflector's question can be answered from it; an open watch asks nothing."""
        if asked is None:
            raise Disabled
        if not asked.resource_version:  # as new as there is
            require(self.missed(draft, source, resource) == 0)
            return
        self.parts.reads.await_changes(self.missed(draft, source, resource, int(asked.resource_version)))
        self.require_fresh_enough(draft, source, resource)

    def _replace(self, draft: ClusterDraft, informer: str, resource: str, server: str, before: Copy) -> None:
        """An informer takes over a server's copy in place of what it had; its handler is told of each object."""
        who, source = reader(informer, resource), reader(server, resource)
        position = draft.positions[source]
        copy = self.parts.replaced(before, draft.copies[source])
        draft.copies[who], draft.positions[who] = copy, position
        self.forget(draft, resource)
        draft.emit(Listed(informer, resource, server, position, copy.items))
        for change in self.parts.told_of_list(before, copy):
            self._tell(draft, informer, resource, change)

    def refuse_too_old(self, draft: ClusterDraft, informer: str, resource: str) -> None:
        """An informer's watch breaks, and its server does not remember what came after the revision that it has."""
        who = reader(informer, resource)
        require(who in draft.positions)
        require(who not in draft.relisting)
        server = draft.homes[informer]
        require(draft.positions[who] < self.oldest(draft, server, resource))
        draft.relisting[who] = True
        self.forget(draft, resource)
        draft.emit(TooOld(informer, resource, server, draft.positions[who]))

    def begin(self, draft: ClusterDraft, server: str, resource: str) -> int:
        """The revision after which a server's cache remembers all changes."""
        return draft.windows.get(reader(server, resource), draft.revision)

    def oldest(self, draft: ClusterDraft, server: str, resource: str) -> int:
        """The oldest revision after which a server lets a watch of its cache begin."""
        begin = self.begin(draft, server, resource)
        return begin - 1 if self.profile.window_start == "one-early" else begin

    def _tell(self, draft: ClusterDraft, informer: str, resource: str, change: Change) -> None:
        """Call the controller's handler, after its copy has the change."""
        controller = next(each for each in self.controllers if each.name == informer)
        seen = controller.handler(resource, change, draft.expectations[informer])
        draft.expectations[informer] = seen.expectations
        draft.queues[informer] = add(draft.queues[informer], *seen.keys)

    def forget(self, draft: ClusterDraft, resource: str) -> None:
        """Drop the changes of a resource that all its readers have taken over, and that nobody could ask for again.

        Where clients read the past, that is asked for as long as etcd or a window has it.
        """
        following = [who for who in self.readers_of(resource) if who in draft.positions and who not in draft.relisting]
        needed = [draft.positions[who] for who in following]
        if self.remembers:
            needed += [draft.compacted - 1, *(self.begin(draft, server, resource) for server in self.servers)]
        slowest = min(needed)
        kept = tuple(batch for batch in draft.log if not _is_of(batch, resource) or batch.revision > slowest)
        if len(kept) < len(draft.log):
            draft.log = kept

    def restart(self, draft: ClusterDraft, server: str) -> None:
        """A server's caches are filled anew, by a consistent list of each resource."""
        for resource in self.resources:
            self.fill(draft, server, resource)

    def fill(self, draft: ClusterDraft, server: str, resource: str) -> None:
        """A server's cache begins with a consistent list and an empty window; watches that it served end.

        Informers that cannot go on from where they are list again.
        """
        who = reader(server, resource)
        self.etcd.require_quorum(draft, server)
        draft.copies[who], position = self.parts.reads.first_list(draft, resource)
        draft.positions[who] = position
        if self.is_watched(resource):
            draft.windows[who] = position
        for controller in self.controllers:
            informer = reader(controller.name, resource)
            if resource not in controller.resources or draft.homes[controller.name] != server:
                continue
            if informer in draft.positions and draft.positions[informer] < draft.revision:
                draft.relisting[informer] = True
        self.forget(draft, resource)

    def fill_again(self, draft: ClusterDraft, server: str, resource: str) -> None:
        """A server's own watch of etcd cannot go on, because etcd forgot what comes next: its cache begins anew."""
        position = draft.positions[reader(server, resource)]
        require(position + 1 < draft.compacted)
        self.fill(draft, server, resource)
        draft.emit(Refilled(server, resource, position))

    def stop(self, draft: ClusterDraft, informer: str, resources: tuple[str, ...]) -> None:
        """A process's informers are gone with its memory."""
        for resource in resources:
            who = reader(informer, resource)
            if who in draft.positions:
                del draft.positions[who]
                del draft.copies[who]
                if who in draft.relisting:
                    del draft.relisting[who]
                self.forget(draft, resource)


def _is_of(batch: Batch, resource: str) -> bool:
    return batch.events[0].kv.key.startswith(resource_prefix(resource))
