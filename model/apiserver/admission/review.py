"""What an admission plugin is, and what it is asked about.

Lives here: :class:`Review`, :class:`Plugin` and the refusal that plugins have in common.  Must not know: which plugins
there are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from attrs import evolve, frozen

from ...objects import Object
from ..answer import Answer, Cause, forbidden
from ..lookup import Lookup
from ..request import Request

Operation = Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]

UNKNOWN = "Unknown"
"""The name that a refusal gives where the request has none, as one to delete a collection."""


@frozen
class Review:
    """A question to admission: ``object`` as it is to be (``None`` for a deletion), ``old`` as it is (if it is).

    ``again`` is ``None`` the first time; on the second round of mutation it holds the webhooks, or policies, that the
    plugin is to ask once more.
    """

    operation: Operation
    request: Request
    object: Object | None
    old: Object | None = None
    again: frozenset[str] | None = None

    @property
    def resource(self) -> str:
        """The resource of the request, as in an ``ObjectKey``."""
        return self.request.kind.resource

    @property
    def name(self) -> str:
        """The name by which a refusal speaks of the object."""
        if self.request.name and not self.request.of_collection:
            return self.request.name
        return (self.object and (self.object.name or self.object.generate_name)) or UNKNOWN

    def asks_to(self, operations: tuple[Operation, ...], resource: str) -> bool:
        """Whether it is about one of these operations on the resource itself, not on a part of it."""
        return self.operation in operations and self.resource == resource and not self.request.subresource

    def about(self, object_: Object) -> Review:
        """The same question about another object."""
        return evolve(self, object=object_)


@frozen
class Mutated:
    """An object as webhooks or policies leave it, and what is needed to know whom to ask again.

    ``changed`` calls for a second round.  ``asked`` are those that want to see later changes, and ``again`` those of
    them that have already missed one.
    """

    object: Object
    changed: bool
    asked: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()

    def missed(self, object_: Object) -> frozenset[str]:
        """Whom to ask about an object on the second round: all who were asked, if it has changed since then."""
        return self.again if object_ == self.object else self.asked


Mutate: TypeAlias = Callable[[Review, Lookup], "Object | Mutated | Answer"]
Validate: TypeAlias = Callable[[Review, Lookup], "Answer | None"]
Warn: TypeAlias = Callable[[Review, Lookup], "tuple[str, ...]"]


@frozen
class Plugin:
    """One admission plugin: it may change an object (or refuse it), refuse a finished one, and warn."""

    name: str
    mutate: Mutate | None = None
    validate: Validate | None = None
    warn: Warn | None = None


def refuse(review: Review, why: str, causes: tuple[Cause, ...] = ()) -> Answer:
    """403: a plugin refuses."""
    return forbidden(review.request.kind, review.name, why, causes)
