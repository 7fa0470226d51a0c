"""Answers of the API server: values, also when they refuse.

Lives here: :class:`Answer`, its causes and details, and one maker for each way to refuse.  Must not know: why a request
is refused (the stages know) or how it is sent over HTTP.

Source: Kubernetes 1.36, ``apimachinery/pkg/api/errors``; recordings C, D, G, I, L.
"""

from __future__ import annotations

from typing import Literal

from attrs import evolve, frozen

from ..kinds import Kind
from ..objects import Object


@frozen
class Cause:
    """One thing that is wrong with a request: a reason of the API's vocabulary, and the field."""

    reason: str
    field: str
    message: str = ""


@frozen
class Details:
    """What a Status is about.  ``kind`` is the resource's plural in most refusals, the kind's name in "invalid"."""

    name: str = ""
    group: str = ""
    kind: str = ""
    uid: str = ""


FrameType = Literal["ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"]


@frozen
class Frame:
    """One message of a watch: an object, or in an ERROR the refusal that ends the watch.

    A BOOKMARK's object is nothing but a kind and a resourceVersion, with an annotation if it ends the initial events.
    """

    type: FrameType
    object: Object | None = None
    error: Answer | None = None


@frozen(cache_hash=True)
class Answer:
    """What the client gets.

    ``status`` is the HTTP status.  Of a refusal, ``reason``, ``causes``, ``details`` and ``message`` say why
    (``reason`` is empty for internal errors, as on real servers).  Of a success, ``object`` is the object, or
    ``items`` are the objects of a list; a removal may have neither, but ``details``.  ``revision`` is the one at
    which the answer is true: of a write its commit, of a list its snapshot; 0 where the answer tells none.
    ``warnings`` are told beside the answer; ``text`` is the body of the few answers that are no JSON.

    A list that is a page tells by ``continue_token`` how to go on, and by ``remaining`` how many items follow, if it
    knows; a refusal to go on may hold a token too.  ``frames`` are what a watch tells.  ``retry_after_seconds``
    advises when to come again.
    """

    status: int
    reason: str = ""
    message: str = ""
    causes: tuple[Cause, ...] = ()
    details: Details | None = None
    object: Object | None = None
    items: tuple[Object, ...] | None = None
    revision: int = 0
    warnings: tuple[str, ...] = ()
    text: str | None = None
    continue_token: str = ""
    remaining: int | None = None
    frames: tuple[Frame, ...] | None = None
    retry_after_seconds: int = 0

    @property
    def ok(self) -> bool:
        """Whether the request was carried out (or, on a dry run, would have been)."""
        return self.status < 400  # noqa: PLR2004 - HTTP's border between success and refusal

    @property
    def refused(self) -> bool:
        """The opposite of :attr:`ok`."""
        return not self.ok


def qualified(kind: Kind) -> str:
    """The resource as messages name it: ``pods``, ``leases.coordination.k8s.io``."""
    return f"{kind.plural}.{kind.group}" if kind.group else kind.plural


def about(kind: Kind, name: str) -> Details:
    """Details that name an object by its resource."""
    return Details(name=name, group=kind.group, kind=kind.plural)


def done(status: int, object_: Object, revision: int) -> Answer:
    """A success that shows an object."""
    return Answer(status, object=object_, revision=revision)


def succeeded(revision: int) -> Answer:
    """201: what a request about an object asked for was done; there is nothing to show."""
    return Answer(201, revision=revision)


def bad_request(message: str) -> Answer:
    """400: the request cannot be understood."""
    return Answer(400, "BadRequest", message)


def not_found(kind: Kind, name: str) -> Answer:
    """404: no such object."""
    return Answer(404, "NotFound", f'{qualified(kind)} "{name}" not found', details=about(kind, name))


def forbidden(kind: Kind, name: str, why: str, causes: tuple[Cause, ...] = ()) -> Answer:
    """403: admission refuses."""
    return Answer(403, "Forbidden", f'{qualified(kind)} "{name}" is forbidden: {why}', causes, about(kind, name))


def already_exists(kind: Kind, name: str) -> Answer:
    """409: the name is taken."""
    return Answer(409, "AlreadyExists", f'{qualified(kind)} "{name}" already exists', details=about(kind, name))


def name_not_generated(kind: Kind, name: str) -> Answer:
    """409: each name that was made up is taken; the client may try again."""
    why = "the server was not able to generate a unique name for the object"
    taken = already_exists(kind, name)
    return evolve(taken, message=f"{taken.message}, {why}", retry_after_seconds=1)


def conflict(kind: Kind, name: str, why: str) -> Answer:
    """409: the object is not in the state that the request is conditional on."""
    message = f'Operation cannot be fulfilled on {qualified(kind)} "{name}": {why}'
    return Answer(409, "Conflict", message, details=about(kind, name))


def conflict_before_deletion(kind: Kind, name: str, why: str) -> Answer:
    """As :func:`conflict`, but found before deletion begins: a real server then names the kind, not the resource."""
    return evolve(conflict(kind, name, why), details=Details(name=name, group=kind.group, kind=kind.name))


def invalid(kind: Kind, name: str, causes: tuple[Cause, ...]) -> Answer:
    """422: the object breaks the rules of its kind."""
    listed = ", ".join(f"{cause.field}: {cause.message}" for cause in causes)
    qualified_name = f"{kind.name}.{kind.group}" if kind.group else kind.name
    message = f'{qualified_name} "{name}" is invalid: {listed}'
    return Answer(422, "Invalid", message, causes, Details(name=name, group=kind.group, kind=kind.name))


def invalid_options(options_kind: str, *causes: Cause) -> Answer:
    """422: options that cannot be meant."""
    listed = ", ".join(f"{cause.field}: {cause.message}" for cause in causes)
    message = f'{options_kind}.meta.k8s.io "" is invalid: {listed}'
    return Answer(422, "Invalid", message, causes, Details(group="meta.k8s.io", kind=options_kind))


def unsupported_media_type(message: str) -> Answer:
    """415: a body of a type that is not taken here."""
    return Answer(415, "UnsupportedMediaType", message)


def method_not_allowed(message: str) -> Answer:
    """405: the resource has no such verb."""
    return Answer(405, "MethodNotAllowed", message)


def unknown_path() -> Answer:
    """404 for a URL that leads nowhere."""
    return Answer(404, "NotFound", "the server could not find the requested resource", details=Details())


def internal_error(message: str) -> Answer:
    """500 without a reason: an error that the server did not foresee as the client's fault."""
    return Answer(500, "", message)
