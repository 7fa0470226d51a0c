"""An informer's store: objects by key, and by whatever else they are looked up.

Lives here: the store as a value, and how one is searched through an index.  Must not know: where objects come from, or
who is told of them.

Source: Kubernetes 1.36, ``client-go/tools/cache/thread_safe_store.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeAlias, TypeVar

from attrs import evolve, frozen


class Versioned(Protocol):
    """Anything that was stored at a revision, for example :class:`~seatrial.model.apiserver.storage.Stored`."""

    @property
    def revision(self) -> int:
        """The revision of the write that made it so."""
        ...


V = TypeVar("V", bound=Versioned)

Index: TypeAlias = Callable[[str, V], Iterable[str]]
"""An index function: the values under which an object is found, of its key and itself."""


@frozen(cache_hash=True)
class Indexer(Generic[V]):
    """The store of one informer.

    Attributes:
        items: the objects by key, in ascending order of the keys.
        revision: the resource's changes up to this revision are all in it; 0 while nobody can say (stores that are not
            filled in order never can).
    """

    items: tuple[tuple[str, V], ...] = ()
    revision: int = 0

    def get(self, path: str) -> V | None:
        """The object under a key."""
        return next((item for key, item in self.items if key == path), None)

    def put(self, path: str, item: V) -> Indexer[V]:
        """The store with an object under a key."""
        kept = (each for each in self.items if each[0] != path)
        return evolve(self, items=tuple(sorted((*kept, (path, item)), key=lambda each: each[0])))

    def without(self, path: str) -> Indexer[V]:
        """The store without what is under a key."""
        return evolve(self, items=tuple(each for each in self.items if each[0] != path))

    def at(self, revision: int) -> Indexer[V]:
        """The same store, of which it is known that nothing up to a revision is missing; it never goes back."""
        return evolve(self, revision=max(self.revision, revision))

    def by(self, index: Index[V], value: str) -> tuple[V, ...]:
        """The objects that an index finds under a value, in order of their keys."""
        return tuple(item for path, item in self.items if value in index(path, item))

    def values(self, index: Index[V]) -> tuple[str, ...]:
        """Every value under which an index finds something, in ascending order."""
        return tuple(sorted({value for path, item in self.items for value in index(path, item)}))


def by_namespace(path: str, item: Versioned) -> tuple[str, ...]:
    """The index that every informer of a namespaced kind has; keys are ``NAMESPACE/NAME``, or ``NAME`` alone."""
    del item
    return (path.rpartition("/")[0],)
