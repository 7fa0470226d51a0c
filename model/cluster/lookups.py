"""What an API server of a cluster knows besides the object that a request is about.

Lives here: :class:`ServerLookup`.  Resources that a server has a watch cache of are looked up there, and may be stale;
the others are read from etcd, as if their cache were always fresh.  So a scenario says by its caches which stale
knowledge matters in it, and pays for no other.
"""

from __future__ import annotations

from attrs import frozen

from ..apiserver.reads import read, stored_of
from ..apiserver.settings import Settings
from ..objects import Object, ObjectKey, resource_prefix
from .copies import Copies
from .state import ClusterDraft, reader


@frozen(eq=False)
class ServerLookup:
    """One server's view of other objects, in one state."""

    draft: ClusterDraft
    server: str
    copies: Copies
    settings: Settings

    def get(self, key: ObjectKey) -> Object | None:
        """The object as the server's cache has it."""
        if key.resource not in self.copies.resources:
            return self.live(key)
        stored = self.draft.copies[self._fresh_enough(key.resource)].get(key.path)
        return None if stored is None else stored.object

    def live(self, key: ObjectKey) -> Object | None:
        """The object as etcd has it."""
        self.copies.etcd.require_quorum(self.draft, self.server)
        stored = read(self.draft, key)
        return None if stored is None else stored.object

    def list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """All objects of a resource, in order of their keys."""
        if resource in self.copies.resources:
            prefix = resource_prefix(resource, namespace)
            copy = self.draft.copies[self._fresh_enough(resource)]
            return tuple(stored.object for stored in copy.under(prefix))
        return self.live_list(resource, namespace)

    def live_list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """All objects of a resource as etcd has them, in order of their keys."""
        prefix = resource_prefix(resource, namespace)
        keys = self.draft.keys
        found = (stored_of(keys[path]) for path in sorted(keys) if path.startswith(prefix))
        return tuple(stored.object for stored in found if stored is not None)

    def _fresh_enough(self, resource: str) -> str:
        who = reader(self.server, resource)
        self.copies.require_fresh_enough(self.draft, who, resource)
        return who
