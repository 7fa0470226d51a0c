"""Requests to the API server, as values: what is asked, and how far it has come.

Lives here: :class:`Request` with one maker a verb, its :class:`Options`, and the stages that a write goes through.
Must not know: how a request is answered, or its form in HTTP (``rest`` does).
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from ..frozen_json import FrozenMap, Json
from ..kinds import Kind
from ..objects import Object, ObjectKey
from .answer import Answer
from .settings import AUTHENTICATED, MASTERS

Verb = Literal["create", "get", "list", "watch", "update", "patch", "delete", "deletecollection"]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


@frozen
class Malformed:
    """A body that is no JSON, or options of a kind that does not belong there.  ``status`` is 413 for one too large."""

    message: str = "the body cannot be decoded"
    status: int = 400


Body: TypeAlias = "Json | Malformed"


@frozen(cache_hash=True, kw_only=True)
class Options:
    """The options of a request, as sent; they are checked when the request is served.

    ``None`` and the empty text mean that an option was not given.  ``precondition_uid`` and
    ``precondition_resource_version`` are those of a DELETE; ``resource_version`` and what follows it belong to reads.
    """

    dry_run: tuple[str, ...] = ()
    precondition_uid: str | None = None
    precondition_resource_version: str | None = None
    grace_period_seconds: int | None = None
    propagation_policy: str | None = None
    orphan_dependents: bool | None = None
    resource_version: str = ""
    resource_version_match: str = ""
    label_selector: str = ""
    field_selector: str = ""
    limit: int = 0
    continue_token: str = ""
    timeout_seconds: int | None = None
    allow_bookmarks: bool = False
    send_initial_events: bool | None = None
    field_manager: str = ""
    field_validation: str = ""
    force: bool | None = None

    @property
    def is_dry_run(self) -> bool:
        """Whether everything but the storing is wanted."""
        return bool(self.dry_run)


NO_OPTIONS = Options()


@frozen
class Begin:
    """A write that has not been served yet."""


@frozen
class Mark:
    """A DELETE that found an object which it must mark (or change the finalizers of) before it may go."""


@frozen
class Remove:
    """A write that has made up its mind to remove the object: from here on only these preconditions are looked at.

    ``answer`` is the object to answer with (an update that took the last finalizer off shows what it would have
    stored); without it the answer is that of a DELETE.  ``marked`` is the object as this very request marked it: when
    it is gone by now, that is a success.
    """

    uid: str | None = None
    resource_version: str | None = None
    answer: Object | None = None
    marked: Object | None = None


@frozen
class Charge:
    """A write whose object has passed all checks, and which quotas must count before it is stored.

    ``previous`` is what the object is to replace; ``charged`` are the quotas that have counted it, and ``losses`` says
    how often one of them had been changed by somebody else meanwhile.
    """

    object: Object
    previous: Object | None = None
    charged: tuple[str, ...] = ()
    losses: int = 0


@frozen
class Ready:
    """A write with nothing left to do but its own transaction: no check is made again before it."""

    object: Object
    previous: Object | None = None


@frozen
class Taken:
    """A creation that found its name taken."""


@frozen
class Disrupt:
    """An eviction that may go on: its budget is lowered, or needs not to be; next the pod is told, then deleted.

    ``resource_version`` is the one that the pod must still have, where the server itself demands one.  ``budget`` names
    the budget that was not lowered because the pod is not ready.
    """

    resource_version: str | None = None
    budget: str = ""


ADDRESS: Final = "address"
NODE_PORT: Final = "node port"


@frozen
class Claim:
    """Something that a service has for itself: an :data:`ADDRESS` or a :data:`NODE_PORT`, and which.

    One that was ``missed`` was found taken: another must be looked for.
    """

    what: str
    name: str
    missed: bool = False


@frozen
class Claimed:
    """A write that has claimed one thing more, and goes on with the copy that it worked from (``current``: fresh).

    ``chosen`` says that the client named what was claimed.
    """

    claim: Claim
    previous: Object | None
    current: bool
    chosen: bool = False


@frozen
class Doubted:
    """A write that was refused because of a cached copy, of a revision: that stands if the copy was not stale."""

    answer: Answer
    revision: int


@frozen
class Release:
    """A write that gives back claims, before ``after``: its answer, its own transaction, or a new beginning.

    An answer that is :class:`Doubted` is looked into first.
    """

    claims: tuple[Claim, ...]
    after: Answer | Ready | Doubted | None


Stage: TypeAlias = Begin | Mark | Remove | Charge | Ready | Taken | Disrupt | Claimed | Doubted | Release

BEGIN = Begin()


@frozen(cache_hash=True, kw_only=True)
class Request:
    """One request of one user.

    ``stage`` says how far a write has come; clients always send it at its beginning.  ``tries`` counts the generated
    names of a creation that were found taken.  ``evicts`` is set once a request to evict a pod has come to deleting
    it.
    ``duplicates`` are the paths of the fields that the body had more than once (of which the last counts).  ``claims``
    are what a write of a service has claimed for it so far.  ``of_collection`` says that it is one of the deletions
    that one of a collection is made of: then admission does not know its name.
    ``agent`` is the client's program, as its header ``User-Agent`` tells it: who manages what it changes, if it names
    nobody.
    """

    verb: Verb
    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    body: Body = None
    media_type: str = JSON
    duplicates: tuple[str, ...] = ()
    options: Options = NO_OPTIONS
    user: str = "admin"
    groups: tuple[str, ...] = (MASTERS, AUTHENTICATED)
    agent: str = ""
    stage: Stage = field(default=BEGIN)
    tries: int = 0
    evicts: Disrupt | None = None
    claims: tuple[Claim, ...] = ()
    of_collection: bool = False

    @property
    def key(self) -> ObjectKey:
        """The object that the URL names (without a name for lists and for creations)."""
        return self.kind.key(self.namespace, self.name)

    def __str__(self) -> str:
        return f"{self.verb} {self.key}{'/' + self.subresource if self.subresource else ''}"

    def at(self, stage: Stage) -> Request:
        """The same request, further on."""
        return evolve(self, stage=stage)


def create(kind: Kind, object_: Object, *, options: Options = NO_OPTIONS, user: str = "admin") -> Request:
    """POST: a new object.  Its namespace is that of the object."""
    return Request(
        verb="create",
        kind=kind,
        namespace=object_.namespace,
        body=object_.root,
        options=options,
        user=user,
    )


def get(kind: Kind, namespace: str, name: str, *, options: Options = NO_OPTIONS, user: str = "admin") -> Request:
    """GET of one object."""
    return Request(verb="get", kind=kind, namespace=namespace, name=name, options=options, user=user)


def list_(kind: Kind, namespace: str = "", *, options: Options = NO_OPTIONS, user: str = "admin") -> Request:
    """GET of all objects of a kind, in one namespace or in all."""
    return Request(verb="list", kind=kind, namespace=namespace, options=options, user=user)


def watch(kind: Kind, namespace: str = "", *, options: Options = NO_OPTIONS, user: str = "admin") -> Request:
    """Watch the objects of a kind, of one namespace if given."""
    return Request(verb="watch", kind=kind, namespace=namespace, options=options, user=user)


def update(
    kind: Kind,
    object_: Object,
    *,
    subresource: str = "",
    options: Options = NO_OPTIONS,
    user: str = "admin",
) -> Request:
    """PUT: the object as it shall be; conditional when it carries a resourceVersion."""
    return Request(
        verb="update",
        kind=kind,
        namespace=object_.namespace,
        name=object_.name,
        subresource=subresource,
        body=object_.root,
        options=options,
        user=user,
    )


def patch(  # noqa: PLR0913 - what a PATCH needs is positional, the rest are options by keyword
    kind: Kind,
    namespace: str,
    name: str,
    change: FrozenMap,
    *,
    subresource: str = "",
    options: Options = NO_OPTIONS,
    user: str = "admin",
) -> Request:
    """PATCH with a merge patch."""
    return Request(
        verb="patch",
        kind=kind,
        namespace=namespace,
        name=name,
        subresource=subresource,
        body=change,
        media_type=MERGE_PATCH,
        options=options,
        user=user,
    )


def delete(kind: Kind, namespace: str, name: str, *, options: Options = NO_OPTIONS, user: str = "admin") -> Request:
    """DELETE of one object."""
    return Request(verb="delete", kind=kind, namespace=namespace, name=name, options=options, user=user)
