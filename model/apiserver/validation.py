"""Fourth stage: an object must be valid, and a change permitted.

Lives here: the rules for metadata that every kind shares, and for what a kind's table declares (immutable and sealed
fields).  The rules of single kinds are their strategies' (:mod:`..strategies`).  Each gives the causes that a real
server lists. Must not know: requests, storage.

On an update a real server of a built-in kind checks the metadata twice, and lists what is wrong there twice; so does
this.

Source: Kubernetes 1.36, ``apimachinery/pkg/api/validation/objectmeta.go``, ``pkg/apis/*/validation``; recordings C.5,
D, G.3, G.8, H.2; scenarios c-replicaset-deployment, i-validation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ..kinds import Kind, NameRule
from ..objects import Object
from .answer import Cause
from .causes import forbidden_value, invalid_value, required
from .strategies import strategy_of

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME_FORMS: Final[Mapping[NameRule, tuple[re.Pattern[str], int]]] = {
    NameRule.SUBDOMAIN: (re.compile(rf"{_LABEL}(\.{_LABEL})*"), 253),
    NameRule.LABEL: (re.compile(_LABEL), 63),
    NameRule.DNS_1035: (re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?"), 63),
}
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_QUALIFIED_LENGTH = 63
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
_EXAMPLE_SUFFIX = "xxxxx"


def validate_creation(kind: Kind, object_: Object) -> tuple[Cause, ...]:
    """What is wrong with a new object; empty if nothing is."""
    return (*_metadata(kind, object_), *strategy_of(kind).validate(object_))


def validate_update(kind: Kind, new: Object, existing: Object, subresource: str = "") -> tuple[Cause, ...]:
    """What is wrong with an object that is to replace another; empty if nothing is."""
    metadata = (*_metadata_change(new, existing), *_metadata_shape(new))
    return (
        *metadata,
        *metadata,
        *strategy_of(kind).validate(new),
        *_immutable_fields(kind, new, existing),
        *_sealed_fields(kind, new, existing),
        *strategy_of(kind).validate_change(new, existing, subresource),
    )


def example_name(object_: Object) -> str:
    """The name under which a new object is validated: a generated one does not exist yet, but its form is known."""
    return object_.name or (object_.generate_name and object_.generate_name + _EXAMPLE_SUFFIX)


def _metadata(kind: Kind, object_: Object) -> Iterator[Cause]:
    if object_.generate_name:
        yield from _name(kind, "metadata.generateName", object_.generate_name.rstrip("-.") or object_.generate_name)
    if not object_.name and not object_.generate_name:
        yield required("metadata.name", "name or generateName is required")
    else:
        yield from _name(kind, "metadata.name", example_name(object_))
    yield from _metadata_shape(object_)


def _name(kind: Kind, field: str, name: str) -> Iterator[Cause]:
    form, longest = _NAME_FORMS[kind.name_rule]
    if len(name) > longest:
        yield invalid_value(field, f"must be no more than {longest} characters")
    if not form.fullmatch(name):
        yield invalid_value(field, f"{name!r}: must be {kind.name_rule.value}")


def _metadata_shape(object_: Object) -> Iterator[Cause]:
    """The parts of metadata that have a form of their own."""
    for key, value in object_.labels.items():
        if not _is_qualified(key):
            yield invalid_value("metadata.labels", f"{key!r} is no qualified name")
        if len(value) > _QUALIFIED_LENGTH or not _LABEL_VALUE.fullmatch(value):
            yield invalid_value("metadata.labels", f"{value!r} is no label value")
    for key in object_.annotations:
        if not _is_qualified(key.lower()):
            yield invalid_value("metadata.annotations", f"{key!r} is no qualified name")
    yield from _owner_references(object_)
    for index, finalizer in enumerate(object_.finalizers):
        field = f"metadata.finalizers[{index}]"
        if not _is_qualified(finalizer):
            yield invalid_value(field, f"{finalizer!r} is no qualified name")
        elif "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            yield invalid_value(field, f"{finalizer!r} is neither a standard finalizer name nor is it fully qualified")


def _is_qualified(name: str) -> bool:
    prefix, slash, last = name.rpartition("/")
    if slash and not _NAME_FORMS[NameRule.SUBDOMAIN][0].fullmatch(prefix):
        return False
    return len(last) <= _QUALIFIED_LENGTH and _QUALIFIED.fullmatch(last) is not None


def _owner_references(object_: Object) -> Iterator[Cause]:
    """References must be complete, and one at most a controller's.  Whether the owner exists nobody checks."""
    references = object_.owner_references
    for reference in references:
        for field, value in (
            ("apiVersion", reference.api_version),
            ("kind", reference.kind),
            ("name", reference.name),
            ("uid", reference.uid),
        ):
            if not value:
                yield invalid_value(f"metadata.ownerReferences.{field}", "must not be empty")
    if sum(reference.controller for reference in references) > 1:
        yield invalid_value("metadata.ownerReferences", "only one reference can have controller set to true")


def _metadata_change(new: Object, existing: Object) -> Iterator[Cause]:
    """What no update may do to metadata."""
    if existing.is_terminating:
        yield from _no_new_finalizers(new, existing)
    for name in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"):
        if new.metadata.get(name) != existing.metadata.get(name):
            yield invalid_value(f"metadata.{name}", "field is immutable")


def _no_new_finalizers(new: Object, existing: Object) -> Iterator[Cause]:
    """Once deletion has begun, finalizers can only be taken off."""
    added = [finalizer for finalizer in new.finalizers if finalizer not in existing.finalizers]
    if added:
        why = f"no new finalizers can be added if the object is being deleted, found new finalizers {added}"
        yield forbidden_value("metadata.finalizers", why)


def _immutable_fields(kind: Kind, new: Object, existing: Object) -> Iterator[Cause]:
    for path in kind.immutable:
        if new.field(path) != existing.field(path):
            yield invalid_value(path, "field is immutable")


def _sealed_fields(kind: Kind, new: Object, existing: Object) -> Iterator[Cause]:
    """The fields that one of them, once true, makes immutable: ``immutable`` of config maps and secrets."""
    if not kind.sealed_by or existing.field(kind.sealed_by) is not True:
        return
    for path in kind.sealed:
        if new.field(path) != existing.field(path):
            yield forbidden_value(path, f"field is immutable when `{kind.sealed_by}` is set")
