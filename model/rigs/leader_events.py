"""What happens in an election, as events.

Lives here: the events of :mod:`.leaders`, with the words in which they are told.
"""

from __future__ import annotations

from attrs import frozen

from ..clocks import Time
from ..events import Arrow
from ..machinery.leader_election import Record


@frozen(cache_hash=True)
class TimePassed:
    """True time went on; nothing else happened meanwhile."""

    before: int
    now: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"time passes: it is {self.now}"

    @property
    def arrow(self) -> None:
        """Nobody tells anybody."""
        return


@frozen(cache_hash=True)
class Asked:
    """A process sent a request, or found its server down."""

    who: str
    server: str
    what: str
    refused: bool = False

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.who} wants to {self.what}" + (f", but {self.server} does not answer" if self.refused else "")

    @property
    def arrow(self) -> Arrow:
        """Process to server."""
        return Arrow(self.who, self.server, self.what, lost=self.refused)


@frozen(cache_hash=True)
class Served:
    """A server carried out a request that changed nothing: it read, or refused."""

    who: str
    server: str
    what: str
    status: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.server} serves {self.who}'s wish to {self.what}: {self.status}"

    @property
    def arrow(self) -> Arrow:
        """Server to etcd."""
        return Arrow(self.server, "etcd", f"{self.what}: {self.status}")


@frozen(cache_hash=True)
class LeaseWritten:
    """The Lease was changed: by whom, from what, to what.

    ``watched`` is for how long the writer, when it began, had watched the record that it replaced, on its own clock
    (``None``: it has not even read that record).  ``working`` says whether the writer's work was going on.
    """

    by: str
    server: str
    before: Record | None
    after: Record
    watched: Time | None
    working: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        if not self.after.holder:
            return f"{self.by} empties the Lease" + (f" of {self.before.holder}" if self.before else "")
        return f"the Lease is {self.after.holder}'s, term {self.after.transitions}, renewed at {self.after.renewed}"

    @property
    def arrow(self) -> Arrow:
        """Server to etcd."""
        return Arrow(self.server, "etcd", f"Lease: {self.after.holder or 'nobody'}")


@frozen(cache_hash=True)
class Told:
    """An elector got an answer; ``then`` is what it makes of it."""

    who: str
    server: str
    then: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.who} has its answer: {self.then}"

    @property
    def arrow(self) -> Arrow:
        """Server to process."""
        return Arrow(self.server, self.who, self.then)


@frozen(cache_hash=True)
class GaveUp:
    """A leader ends: it could not renew in time, or its owner wants it to."""

    who: str
    why: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.who} gives up: {self.why}"

    @property
    def arrow(self) -> None:
        """Nobody is told."""
        return


@frozen(cache_hash=True)
class WorkEnded:
    """The work of a leader that gave up has ended."""

    who: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.who}'s work has ended"

    @property
    def arrow(self) -> None:
        """Nobody is told."""
        return


@frozen(cache_hash=True)
class WorkWritten:
    """A leader's write was committed: in which term it was made, and of which term the one that it replaced.

    ``fenced`` says that it was conditional, and that its writer had compared the terms.
    """

    by: str
    server: str
    term: int
    replaced: int
    fenced: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.by}'s write of term {self.term} is committed, over one of term {self.replaced}"

    @property
    def arrow(self) -> Arrow:
        """Server to etcd."""
        return Arrow(self.server, "etcd", f"write of term {self.term}")


@frozen(cache_hash=True)
class Disturbed:
    """A fault struck."""

    who: str
    what: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.who} {self.what}"

    @property
    def arrow(self) -> None:
        """Nobody is told."""
        return
