"""The steps of a write, as values: what is to be done next, in one etcd transaction or by reading again.

Lives here: :class:`Stored`, and the outcomes that the decisions of this package give.  Must not know: how they are
decided, or who carries them out.
"""

from __future__ import annotations

from typing import Self, TypeAlias

from attrs import evolve, frozen

from ...objects import Object, ObjectKey
from ..answer import Answer
from ..preparation import generated_name, stamped, uid_at
from ..request import Request, Stage


@frozen(cache_hash=True)
class Stored:
    """An object as read from etcd or from a watch cache: ``object`` carries the resourceVersion ``revision``."""

    object: Object
    revision: int

    @classmethod
    def decode(cls, value: Object, revision: int) -> Self:
        """What is read where ``value`` was stored at ``revision``: what lies in etcd carries no resourceVersion."""
        return cls(value.with_metadata(resourceVersion=str(revision)), revision)

    @property
    def value(self) -> Object:
        """What lies in etcd."""
        return self.object.without_metadata("resourceVersion")


@frozen(cache_hash=True)
class Reread:
    """The outcome must be confirmed by a fresh read: next is ``decide(request, fresh, current=True, …)``."""

    request: Request


@frozen(cache_hash=True)
class Attempt:
    """One etcd transaction to try: compare ``mod_revision == expected``, then store ``value`` (``None``: delete).

    ``previous`` is the copy that the value was computed from.  Before it is tried, an attempt is stamped with the
    revision that it would make (:meth:`stamped`).

    ``then`` is given for a *side write*: a write of another object that the request needs before, or after, its own (a
    quota is charged, an address taken or given back, a budget lowered).  Once it is committed the request goes on at
    that stage; if it loses, the request computes its present stage again.
    """

    request: Request
    key: ObjectKey
    previous: Stored | None
    value: Object | None
    then: Stage | None = None

    @property
    def expected(self) -> int:
        """The ``mod_revision`` that the key must have; 0 means that it must not exist."""
        return self.previous.revision if self.previous is not None else 0

    @property
    def creates(self) -> bool:
        """Whether it would bring a new object into being."""
        return self.previous is None

    @property
    def looks_when_lost(self) -> bool:
        """Whether its else-branch reads the key.  A POST's does not, nor that of a side write that creates."""
        return not self.creates or (self.request.verb != "create" and self.then is None)

    def stamped(self, revision: int) -> Attempt:
        """With the identity of a new object filled in (see ``preparation``); other attempts stay as they are."""
        if not self.creates or self.value is None:
            return self
        if self.then is not None:
            return evolve(self, value=self.value.with_metadata(uid=uid_at(revision)))
        value = self.value
        if self.request.tries and not value.name:
            value = value.with_metadata(name=generated_name(value.generate_name, revision, self.request.tries))
        value = stamped(self.request.kind, value, revision)
        return evolve(self, key=evolve(self.key, name=value.name), value=value)


@frozen(cache_hash=True)
class FollowUp:
    """A committed write that goes on: next is ``decide(request, copy, current=False, …)``.

    ``copy`` is the object as the write left it; ``None`` after a side write, which says nothing of it.
    """

    request: Request
    copy: Stored | None


Outcome: TypeAlias = Answer | Reread | Attempt


def confirmed(answer: Answer, request: Request, *, current: bool) -> Answer | Reread:
    """The guard against stale caches: an answer without a write is given only if it was computed from a fresh copy."""
    return answer if current else Reread(request)
