"""What happens to copies: watch caches and informers, as events.

Lives here: values only.  See :mod:`seatrial.model.events` for what ``sentence`` and ``arrow`` are for.
"""

from __future__ import annotations

from attrs import frozen

from ..apiserver.storage import Stored
from ..events import Arrow
from .events import ETCD, server


@frozen(cache_hash=True)
class Applied:
    """A copy (a server's watch cache, or an informer) takes over one change."""

    holder: str
    resource: str
    source: str
    path: str
    revision: int
    old: Stored | None
    new: Stored | None

    @property
    def sentence(self) -> str:
        """What happened."""
        where = f"watch cache of {server(self.holder)}" if self.source == ETCD else f"informer of {self.holder}"
        return f"the {where} sees {self._kind} {self.path} at revision {self.revision}"

    @property
    def arrow(self) -> Arrow:
        """Source to holder."""
        from_etcd = self.source == ETCD
        source, holder = (ETCD, server(self.holder)) if from_etcd else (server(self.source), self.holder)
        return Arrow(source, holder, f"{self._kind} {self.path.rsplit('/', 1)[-1]} ({self.revision})")

    @property
    def _kind(self) -> str:
        return "ADDED" if self.old is None else "DELETED" if self.new is None else "MODIFIED"


@frozen(cache_hash=True)
class Listed:
    """An informer fills its copy by listing a resource from a server's watch cache."""

    holder: str
    resource: str
    source: str
    revision: int
    items: tuple[tuple[str, Stored], ...]

    @property
    def sentence(self) -> str:
        """What happened."""
        names = ", ".join(path.rsplit("/", 1)[-1] for path, _ in self.items) or "nothing"
        asked = f"{self.holder} lists {self.resource} from {server(self.source)}"
        return f"{asked}, as of revision {self.revision}: {names}"

    @property
    def arrow(self) -> Arrow:
        """Source to holder."""
        return Arrow(server(self.source), self.holder, f"list {self.resource}: {len(self.items)} at {self.revision}")


@frozen(cache_hash=True)
class TooOld:
    """An informer's watch cannot go on after a revision: its server does not remember what came next."""

    holder: str
    resource: str
    source: str
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.holder} watches {self.resource} after revision {self.revision} and is told that this is too old"

    @property
    def arrow(self) -> Arrow:
        """Source to holder."""
        return Arrow(server(self.source), self.holder, f"ERROR 410 Expired ({self.revision})")


@frozen(cache_hash=True)
class Refilled:
    """A server's watch cache begins anew, because etcd does not remember what came after the revision that it had."""

    server: str
    resource: str
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the watch cache of {server(self.server)} for {self.resource} begins anew; it was at {self.revision}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to server."""
        return Arrow(ETCD, server(self.server), f"list {self.resource}")


@frozen(cache_hash=True)
class Forgot:
    """Etcd (an empty server) or a server's watch cache forgets what was before a revision."""

    server: str
    resource: str
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        if not self.server:
            return f"etcd is compacted to revision {self.revision}"
        cache = f"the watch cache of {server(self.server)} for {self.resource}"
        return f"{cache} forgets all changes up to revision {self.revision}"

    @property
    def arrow(self) -> None:
        """No message."""
