"""Requests to the API server, as values: what is asked, and how far it has come.

Lives here: :class:`Request` with one maker a verb, its :class:`Options`, and the stages that a write goes through.
Must not know: how a request is answered, or its form in HTTP (``rest`` does).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from attrs import evolve, field, frozen

from ..frozen_json import FrozenMap, Json
from ..kinds import Kind
from ..objects import Object, ObjectKey
from .settings import AUTHENTICATED, MASTERS

Verb = Literal["create", "get", "list", "watch", "update", "patch", "delete", "deletecollection"]

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
STRATEGIC_MERGE_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"


@frozen
class Malformed:
    """A body that is not JSON, or options of a kind that does not belong there."""

    message: str = "the body cannot be decoded"


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


Stage: TypeAlias = Begin | Mark | Remove

BEGIN = Begin()


@frozen(cache_hash=True, kw_only=True)
class Request:
    """One request of one user.  ``stage`` says how far a write has come; clients always send it at its beginning."""

    verb: Verb
    kind: Kind
    namespace: str = ""
    name: str = ""
    subresource: str = ""
    body: Body = None
    media_type: str = JSON
    options: Options = NO_OPTIONS
    user: str = "admin"
    groups: tuple[str, ...] = (MASTERS, AUTHENTICATED)
    stage: Stage = field(default=BEGIN)

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
