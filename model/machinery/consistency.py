"""How a controller knows that its informer has what it wrote itself: by the revision of its last write.

Expectations (:mod:`.expectations`) count what was created and deleted; they are lost with the process and expire.  The
*consistency store* remembers, for each object that is reconciled and each resource written on its behalf, the revision
of the last write that succeeded, and lets a look begin only when the informers have come that far.  A write whose
answer did not come has no revision, and a deletion is not remembered either: so it promises to read one's own
creations and updates, no more.

It needs informers that know how far they have come (the queue of order ``atomic``).

Lives here: the store as a value.  Must not know: who writes, or where positions come from.

Source: KEP-5647; Kubernetes 1.36, ``pkg/controller/util/consistency``.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve, frozen

from .workqueue import Key


@frozen(cache_hash=True)
class OwnWrites:
    """The revisions of a process's last writes, by the object that they were made for and the resource written."""

    last: tuple[tuple[Key, str, int], ...] = ()

    def wrote(self, owner: Key, resource: str, revision: int) -> OwnWrites:
        """A write for an object succeeded at a revision."""
        return self._with(owner, resource, max(revision, self.of(owner, resource)))

    def of(self, owner: Key, resource: str) -> int:
        """The revision of the last write; 0 if none is remembered."""
        return next((each for key, name, each in self.last if (key, name) == (owner, resource)), 0)

    def ready(self, owner: Key, reached: Mapping[str, int]) -> bool:
        """Whether a look at an object may begin: each informer has come to the last write of its resource."""
        return all(reached.get(resource, 0) >= revision for key, resource, revision in self.last if key == owner)

    def settled(self, reached: Mapping[str, int]) -> OwnWrites:
        """Without the writes that the informers have by now: nobody will wait for these again."""
        return evolve(self, last=tuple(each for each in self.last if reached.get(each[1], 0) < each[2]))

    def cleared(self, owner: Key) -> OwnWrites:
        """The object is gone."""
        return evolve(self, last=tuple(each for each in self.last if each[0] != owner))

    def _with(self, owner: Key, resource: str, revision: int) -> OwnWrites:
        kept = [each for each in self.last if each[:2] != (owner, resource)]
        return evolve(self, last=tuple(sorted([*kept, (owner, resource, revision)])))
