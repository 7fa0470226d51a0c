"""What a server knows besides the object that a request is about.

Lives here: the protocol, which whoever composes a server fulfils.  Must not know: where the objects come from.
"""

from __future__ import annotations

from typing import Protocol

from ..objects import Object, ObjectKey
from .settings import Settings


class Lookup(Protocol):
    """Other objects as this server sees them: through its caches, maybe stale ones; and how it is set up."""

    @property
    def settings(self) -> Settings:
        """How this server is set up."""
        ...

    def get(self, key: ObjectKey) -> Object | None:
        """The object at a key as this server's cache has it, ``None`` if there is none."""
        ...

    def live(self, key: ObjectKey) -> Object | None:
        """The object at a key, read from etcd."""
        ...

    def live_list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """As :meth:`list`, but read from etcd."""
        ...

    def list(self, resource: str, namespace: str = "") -> tuple[Object, ...]:
        """All objects of a resource, in one namespace if given, as this server's cache has them, in order of keys."""
        ...
