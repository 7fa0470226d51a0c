"""A controller's queue of keys that need a look.

A key is there at most once, however often it was added: adding is coalescing.  Delays and rate limits are abstracted: a
key that is waiting for its back-off may be taken at any later time, and that is all that a controller can rely on.

Source: Kubernetes 1.36, ``client-go/util/workqueue/queue.go``.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias


class Key(NamedTuple):
    """What controllers work on: an object's namespace (empty for cluster-wide kinds) and name."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


Queue: TypeAlias = tuple[Key, ...]


def add(queue: Queue, *keys: Key) -> Queue:
    """The queue with these keys; those that are waiting already keep their place."""
    return (*queue, *(key for key in dict.fromkeys(keys) if key not in queue))
