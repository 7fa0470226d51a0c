"""What clients read of API servers, as events.

Lives here: values only.  See :mod:`seatrial.model.events` for what ``sentence`` and ``arrow`` are for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from ..apiserver.answer import Frame
from ..apiserver.paging import Page
from ..apiserver.reading import Demand
from ..apiserver.request import Request
from ..apiserver.storage import Stored
from ..events import Arrow
from .events import ETCD, asked, server


@frozen(cache_hash=True)
class GetServed:
    """An API server answers a GET: from etcd, as it is now, or from its watch cache (``cached``)."""

    server: str
    process: str
    request: Request
    revision: int
    cached: bool = False

    @property
    def sentence(self) -> str:
        """What happened."""
        found = f"finds it at revision {self.revision}" if self.revision else "finds nothing"
        place = "its watch cache" if self.cached else "etcd"
        return f"{server(self.server)} reads {place} for {asked(self.request)} of {self.process} and {found}"

    @property
    def arrow(self) -> Arrow | None:
        """Server to etcd."""
        if self.cached:
            return None
        return Arrow(server(self.server), ETCD, f"read: {f'at {self.revision}' if self.revision else 'nothing'}")


@frozen(cache_hash=True)
class RevisionAsked:
    """An API server asks etcd for its present revision, so that a list from its watch cache is not older than that."""

    server: str
    process: str
    request: Request
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return (
            f"{server(self.server)} takes up {asked(self.request)} of {self.process}: etcd is at revision "
            f"{self.revision}, and its watch cache must come that far"
        )

    @property
    def arrow(self) -> Arrow:
        """Etcd to server."""
        return Arrow(ETCD, server(self.server), f"present revision: {self.revision}")


_DEMANDS: Final[Mapping[Demand, str]] = {
    Demand.MOST_RECENT: "who wants the present",
    Demand.ANY: "who takes any state",
    Demand.NOT_OLDER: "who wants nothing older than revision {}",
    Demand.EXACT: "who wants exactly revision {}",
}


@frozen(cache_hash=True)
class ListServed:
    """An API server answers a LIST: these objects, as of a revision.

    ``demanded`` says what the client asked for (the name of a :class:`~seatrial.model.apiserver.reading.Demand`), and
    ``least`` the revision that it must not be older than, or must be.  ``items`` are those of one ``page``.
    """

    server: str
    process: str
    request: Request
    demanded: str
    least: int
    revision: int
    items: tuple[Stored, ...]
    page: Page

    @property
    def sentence(self) -> str:
        """What happened."""
        names = ", ".join(f"{each.object.name} ({each.revision})" for each in self.items) or "nothing"
        who = f"{server(self.server)} answers {asked(self.request)} of {self.process}"
        return f"{who}, {_DEMANDS[Demand[self.demanded]].format(self.least)}, as of revision {self.revision}: {names}"

    @property
    def arrow(self) -> None:
        """No message of its own: the answer follows."""


@frozen(cache_hash=True)
class WatchServed:
    """An API server answers a watch that began after ``start``: these frames, and then the stream ends.

    ``until`` is how far the server's watch cache had come; ``whole`` says whether all changes up to there were told.
    """

    server: str
    process: str
    request: Request
    start: int
    until: int
    whole: bool
    frames: tuple[Frame, ...]

    @property
    def sentence(self) -> str:
        """What happened."""
        told = ", ".join(_told(each) for each in self.frames) or "nothing"
        return f"{server(self.server)} tells {self.process}, which watches after revision {self.start}: {told}"

    @property
    def arrow(self) -> None:
        """No message of its own: the answer follows."""


def _told(frame: Frame) -> str:
    if frame.object is None:
        return frame.type
    return f"{frame.type} {frame.object.name} ({frame.object.resource_version})".replace("  ", " ")
