"""Third stage: the server fills in what is its own, before it validates.

Lives here: what a creation, an update and a removal mark do to the fields that the server owns (uid, timestamps,
generation, status, …), each in one named place.  Must not know: validity, storage.

**Identity.**  The model gives a new object its uid, and the generated end of its name, from the revision at which it
is committed.  A real server draws both at random *before* it tries to commit.  Nobody can tell the difference: both
are first seen by others when the commit is, they are compared for equality only, and a revision, like a random uid,
is never used twice.  (What differs: a real generated name can, very rarely, be taken already; here only if a client
took it on purpose.  Both then make up others, which begin with a letter here.)  So no counter and no randomness is
needed in the state.

**Time.**  The model has no clock.  Every timestamp is :data:`NOW`: that deletion began can be seen, not when; grace
periods are numbers that nobody counts down.

Source: Kubernetes 1.36, ``apiserver/pkg/registry/rest/{create,update,delete,meta}.go``; recordings C.2, F, G.2.
"""

from __future__ import annotations

from typing import Final

from ..frozen_json import FrozenMap
from ..kinds import Generation, Kind
from ..objects import Object
from . import times
from .strategies import strategy_of

NOW: Final = times.NOW
"""The one timestamp of the model."""

GENERATED_LENGTH: Final = 5
"""How many characters a server adds to ``generateName``."""

_LETTERS: Final = "bcdfghjklmnpqrstvwxz"
"""The letters of generated names: without vowels, as on a real server, so that none spells a word."""

CLIENTS_MAY_NOT_SET = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "selfLink",
)
"""The metadata that is the server's when an object is created; what clients say there is dropped."""


def uid_at(revision: int) -> str:
    """The uid of the object created at a revision."""
    return f"uid-{revision}"


def generated_name(prefix: str, revision: int, tries: int = 0) -> str:
    """The name made from ``generateName`` for the object created at a revision, after so many that were taken."""
    if tries:
        return f"{prefix}{_LETTERS[tries - 1]}{revision:0{GENERATED_LENGTH - 1}d}"
    return f"{prefix}{revision:0{GENERATED_LENGTH}d}"


def for_creation(kind: Kind, object_: Object) -> Object:
    """A new object as it will be stored, but for its uid and generated name (see :func:`stamped`)."""
    object_ = object_.without_metadata(*CLIENTS_MAY_NOT_SET).with_metadata(creationTimestamp=NOW)
    if kind.generation is not Generation.NONE:
        object_ = object_.with_metadata(generation=1)
    if kind.has_status and not kind.created_with_status:
        object_ = object_.without_field("status")
    if kind.initial_status is not None:
        object_ = object_.with_field("status", kind.initial_status)
    if kind.initial_spec:
        object_ = object_.with_field("spec", FrozenMap({**object_.spec, **kind.initial_spec}))
    return strategy_of(kind).prepare_creation(object_)


def stamped(kind: Kind, object_: Object, revision: int) -> Object:
    """A new object with the identity that it gets when it is created at this revision."""
    if not object_.name:
        object_ = object_.with_metadata(name=generated_name(object_.generate_name, revision))
    if kind.resource == "namespaces":
        object_ = _with_own_name_as_label(object_)
    object_ = object_.with_metadata(uid=uid_at(revision))
    identify = strategy_of(kind).identify
    return object_ if identify is None else identify(object_)


def for_update(kind: Kind, new: Object, existing: Object, subresource: str) -> Object:
    """An update as it will be stored: what this URL cannot change, or nobody can, is as it was."""
    new = _keep_other_half(kind, new, existing, subresource)
    new = _keep_system_fields(new, existing)
    new = strategy_of(kind).prepare_update(new, existing, subresource)
    if kind.resource == "namespaces":
        new = _with_own_name_as_label(new)
    return new if subresource == "status" else _with_generation(kind, new, existing)


def marked(object_: Object, grace_period_seconds: int | None) -> Object:
    """The object with its deletion begun.  Beginning counts as one more generation, repeating does not.

    Without a grace period none is recorded: namespaces have none.
    """
    generation = object_.generation
    if not object_.is_terminating and generation:
        object_ = object_.with_metadata(generation=generation + 1)
    if not object_.is_terminating:
        object_ = object_.with_metadata(deletionTimestamp=NOW)
    if grace_period_seconds is None:
        return object_
    return object_.with_metadata(deletionGracePeriodSeconds=grace_period_seconds)


def _keep_other_half(kind: Kind, new: Object, existing: Object, subresource: str) -> Object:
    """Status through the main resource, and spec through /status, stay as they were."""
    if subresource == "status" and kind.custom:
        status = new.root.get("status")
        existing = _keep(existing, new, "managedFields")
        return existing.without_field("status") if status is None else existing.with_field("status", status)
    if subresource == "status":
        kept: tuple[str, ...] = ("spec", *kind.kept_by_status)
    elif subresource == "finalize":
        kept = ("status",)
    else:
        kept = (*(("status",) if kind.has_status else ()), *kind.kept_by_main)
    for path in kept:
        old = existing.field(path)
        new = new.without_field(path) if old is None else new.with_field(path, old)
    return new


def _keep_system_fields(new: Object, existing: Object) -> Object:
    """Nobody changes when an object was made, or takes its deletion back."""
    for name in ("creationTimestamp", "selfLink", "generation"):
        new = _keep(new, existing, name)
    if not new.uid:
        new = _keep(new, existing, "uid")
    if existing.is_terminating:
        new = _keep(new, existing, "deletionTimestamp")
    if existing.deletion_grace_period_seconds is not None and new.deletion_grace_period_seconds is None:
        new = _keep(new, existing, "deletionGracePeriodSeconds")
    return new


def _keep(new: Object, existing: Object, name: str) -> Object:
    if name in existing.metadata:
        return new.with_metadata(**{name: existing.metadata[name]})
    return new.without_metadata(name)


def _with_generation(kind: Kind, new: Object, existing: Object) -> Object:
    """One more generation if what is wanted has changed."""
    if not _wants_another(kind, new, existing):
        return new
    return new.with_metadata(generation=(existing.generation or 0) + 1)


def _wants_another(kind: Kind, new: Object, existing: Object) -> bool:
    match kind.generation:
        case Generation.NONE | Generation.ONCE:
            return False
        case Generation.SPEC:
            return new.spec != existing.spec
        case Generation.SPEC_OR_ANNOTATIONS:
            return new.spec != existing.spec or new.annotations != existing.annotations
        case Generation.CONTENT:
            return _has_other_content(kind, new, existing)
        case Generation.CONTENT_OR_LABELS:
            return _has_other_content(kind, new, existing) or new.labels != existing.labels


def _has_other_content(kind: Kind, new: Object, existing: Object) -> bool:
    not_content = ("metadata", "status") if kind.has_status else ("metadata",)
    return new.root.without(*not_content) != existing.root.without(*not_content)


def _with_own_name_as_label(namespace: Object) -> Object:
    return namespace.with_metadata(labels=namespace.labels.set("kubernetes.io/metadata.name", namespace.name))
