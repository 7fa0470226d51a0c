"""Answers of the API server: values, also when they refuse.

Lives here: :class:`Answer`, its causes and details, and one maker for each way to refuse.  Must not know: why a request
is refused (the stages know) or how it is sent over HTTP.

Source: Kubernetes 1.36, ``apimachinery/pkg/api/errors``; recordings C, D, G, I, L.
"""

from __future__ import annotations

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


@frozen(cache_hash=True)
class Answer:
    """What the client gets.

    ``status`` is the HTTP status.  Of a refusal, ``reason``, ``causes``, ``details`` and ``message`` say why
    (``reason`` is empty for internal errors, as on real servers).  Of a success, ``object`` is the object, or
    ``items`` are the objects of a list; a removal may have neither, but ``details``.  ``revision`` is the one at
    which the answer is true: of a write its commit, of a list its snapshot; 0 where the answer tells none.
    """

    status: int
    reason: str = ""
    message: str = ""
    causes: tuple[Cause, ...] = ()
    details: Details | None = None
    object: Object | None = None
    items: tuple[Object, ...] | None = None
    revision: int = 0

    @property
    def ok(self) -> bool:
        """Whether the request was carried out (or, on a dry run, would have been)."""
        return self.status < 400  # noqa: PLR2004 - HTTP's border between success and refusal

    @property
    def refused(self) -> bool:
        """The opposite of :attr:`ok`."""
        return not self.ok


def about(kind: Kind, name: str) -> Details:
    """Details that name an object by its resource."""
    return Details(name=name, group=kind.group, kind=kind.plural)


def done(status: int, object_: Object, revision: int) -> Answer:
    """A success that shows an object."""
    return Answer(status, object=object_, revision=revision)


def bad_request(message: str) -> Answer:
    """400: the request cannot be understood."""
    return Answer(400, "BadRequest", message)


def not_found(kind: Kind, name: str) -> Answer:
    """404: no such object."""
    return Answer(404, "NotFound", f'{kind.plural} "{name}" not found', details=about(kind, name))


def forbidden(kind: Kind, name: str, why: str, causes: tuple[Cause, ...] = ()) -> Answer:
    """403: admission refuses."""
    return Answer(403, "Forbidden", f'{kind.plural} "{name}" is forbidden: {why}', causes, about(kind, name))


def already_exists(kind: Kind, name: str) -> Answer:
    """409: the name is taken."""
    return Answer(409, "AlreadyExists", f'{kind.plural} "{name}" already exists', details=about(kind, name))


def conflict(kind: Kind, name: str, why: str) -> Answer:
    """409: the object is not in the state that the request is conditional on."""
    message = f'Operation cannot be fulfilled on {kind.plural} "{name}": {why}'
    return Answer(409, "Conflict", message, details=about(kind, name))


def conflict_before_deletion(kind: Kind, name: str, why: str) -> Answer:
    """As :func:`conflict`, but found before deletion begins: a real server then names the kind, not the resource."""
    return evolve(conflict(kind, name, why), details=Details(name=name, group=kind.group, kind=kind.name))


def invalid(kind: Kind, name: str, causes: tuple[Cause, ...]) -> Answer:
    """422: the object breaks the rules of its kind."""
    listed = ", ".join(f"{cause.field}: {cause.message}" for cause in causes)
    message = f'{kind.name} "{name}" is invalid: {listed}'
    return Answer(422, "Invalid", message, causes, Details(name=name, group=kind.group, kind=kind.name))


def invalid_options(options_kind: str, cause: Cause) -> Answer:
    """422: options that cannot be meant."""
    message = f'{options_kind} "" is invalid: {cause.field}: {cause.message}'
    return Answer(422, "Invalid", message, (cause,), Details(group="meta.k8s.io", kind=options_kind))


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
