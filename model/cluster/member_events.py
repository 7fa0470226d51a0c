"""What happens among the members of a cluster's etcd, as events.

Lives here: values only.  See :mod:`seatrial.model.events` for what ``sentence`` and ``arrow`` are for.
"""

from __future__ import annotations

from attrs import frozen


@frozen(cache_hash=True)
class CaughtUp:
    """A member of etcd has applied a revision."""

    member: str
    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.member} applies revision {self.revision}"

    @property
    def arrow(self) -> None:
        """No message."""


@frozen(cache_hash=True)
class CutOff:
    """A member of etcd is cut off from the others."""

    member: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.member} is cut off from the other members of etcd"

    @property
    def arrow(self) -> None:
        """No message."""


@frozen(cache_hash=True)
class Healed:
    """The members of etcd can reach each other again."""

    @property
    def sentence(self) -> str:
        """What happened."""
        return "the members of etcd can reach each other again"

    @property
    def arrow(self) -> None:
        """No message."""
