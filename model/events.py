"""What events tell: the small vocabulary shared by everything that emits and everything that shows.

Rules emit events (:meth:`~seatrial.model.draft.Draft.emit`); observers and stepwise invariants judge them, stories and
diagrams show them.  Any frozen value can be an event.  One that wants to be shown well offers two properties:

``sentence``  what happened, as an English sentence without its full stop;
``arrow``     who told what to whom, or ``None`` if it happened within one component.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from attrs import frozen


@frozen
class Arrow:
    """A message between two components; ``lost`` says that it never arrives."""

    source: str
    target: str
    label: str
    lost: bool = False


@runtime_checkable
class Telling(Protocol):
    """An event that can be shown."""

    @property
    def sentence(self) -> str:
        """What happened, without a full stop."""
        ...

    @property
    def arrow(self) -> Arrow | None:
        """The message that it was, if it was one."""
        ...


@frozen(cache_hash=True)
class Note:
    """Something that happens within one component: a sentence for stories, which no promise is about."""

    sentence: str

    @property
    def arrow(self) -> None:
        """No message."""
