"""Fourth stage: an object must be valid, and a change permitted.

Lives here: the rules for metadata that every kind shares, and for what a kind's table declares (immutable and sealed
fields).  The rules of single kinds are their strategies' (:mod:`..strategies`).  Each gives the causes that a real
server lists. Must not know: requests, storage.

On an update a real server checks the change of metadata twice, once for every kind and once for the kind, and lists
what is wrong there twice; some kinds check still more than once (:class:`~.strategies.strategy.UpdateCheck`).  So does
this.

Source: Kubernetes 1.36, ``apimachinery/pkg/api/validation/objectmeta.go``, ``apiserver/pkg/registry/rest/update.go``,
``pkg/apis/*/validation``, ``pkg/registry/*/strategy.go``; recordings C.5, D, G.3, G.8, H.2; scenarios
c-replicaset-deployment, i-validation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ..kinds import Kind, NameRule
from ..objects import Object
from .answer import Cause
from .causes import forbidden_value, invalid_value, required
from .forms import (
    Form,
    complaints,
    dns_1035_label,
    dns_label,
    dns_subdomain,
    ip_address,
    labels,
    path_segment,
    path_segment_prefix,
    qualified_name,
)
from .strategies import Strategy, strategy_of
from .strategies.metadata import annotation_causes
from .strategies.strategy import UpdateCheck

_NAME_FORMS: Final[Mapping[NameRule, Form]] = {
    NameRule.SUBDOMAIN: dns_subdomain,
    NameRule.LABEL: dns_label,
    NameRule.DNS_1035: dns_1035_label,
    NameRule.ADDRESS: ip_address,
    NameRule.PATH_SEGMENT: path_segment,
}
_STANDARD_FINALIZERS: Final = ("kubernetes", "orphan", "foregroundDeletion")
_COLLECTORS: Final = frozenset({"orphan", "foregroundDeletion"})
_WITHOUT_STANDARD_FINALIZERS: Final = ("apiextensions.k8s.io", "apiregistration.k8s.io")
"""Groups whose kinds know no standard finalizers; custom resources do not either."""

_EXAMPLE_SUFFIX: Final = "xxxxx"
_EXAMPLE_UID: Final = "uid-of-the-object"


def validate_creation(kind: Kind, object_: Object) -> tuple[Cause, ...]:
    """What is wrong with a new object; empty if nothing is."""
    strategy = strategy_of(kind)
    if strategy.identify is not None:
        identity = {"name": example_name(object_), "uid": object_.uid or _EXAMPLE_UID}
        labels = object_.metadata.get("labels")
        object_ = strategy.identify(object_.with_metadata(**identity))  # what it labels it with is not looked at again
        object_ = object_.without_metadata("labels") if labels is None else object_.with_metadata(labels=labels)
    return tuple(_as_new(kind, strategy, object_))


def validate_update(kind: Kind, new: Object, existing: Object, subresource: str = "") -> tuple[Cause, ...]:
    """What is wrong with an object that is to replace another; empty if nothing is."""
    strategy = strategy_of(kind)
    change = (*_metadata_change(new, existing), *_metadata_shape(new))
    own_change = (*change, *_finalizers(kind, new))
    if subresource == "status" and strategy.validate_status is not None:
        return (*change, *own_change, *strategy.validate_status(new, existing))
    before = _as_new(kind, strategy, new) if strategy.on_update is UpdateCheck.TWICE else ()
    whole = _metadata(kind, new) if strategy.on_update is UpdateCheck.WHOLE else ()
    return (
        *change,
        *before,
        *own_change,
        *whole,
        *strategy.validate(new),
        *_immutable_fields(kind, new, existing),
        *_sealed_fields(kind, new, existing),
        *strategy.validate_change(new, existing, subresource),
    )


def example_name(object_: Object) -> str:
    """The name under which a new object is validated: a generated one does not exist yet, but its form is known."""
    return object_.name or (object_.generate_name and object_.generate_name + _EXAMPLE_SUFFIX)


def _as_new(kind: Kind, strategy: Strategy, object_: Object) -> Iterator[Cause]:
    yield from _metadata(kind, object_)
    yield from strategy.validate_identity(object_)
    yield from strategy.validate(object_)
    yield from strategy.validate_new(object_)


def _metadata(kind: Kind, object_: Object) -> Iterator[Cause]:
    form = _NAME_FORMS[kind.name_rule]
    if object_.generate_name:
        prefix = object_.generate_name
        if form is path_segment:
            yield from complaints("metadata.generateName", prefix, path_segment_prefix)
        else:
            yield from complaints("metadata.generateName", _without_dash(prefix), form)
    if not object_.name and not object_.generate_name:
        yield required("metadata.name", "name or generateName is required")
    else:
        yield from complaints("metadata.name", example_name(object_), form)
    if (object_.generation or 0) < 0:
        yield invalid_value("metadata.generation", f"{object_.generation}: must be greater than or equal to 0")
    yield from _metadata_shape(object_)
    for finalizer in object_.finalizers:
        yield from complaints("metadata.finalizers", finalizer, qualified_name)
    if _COLLECTORS.issubset(object_.finalizers):
        yield invalid_value("metadata.finalizers", "orphan and foregroundDeletion cannot be both set")
    yield from _finalizers(kind, object_)


def _without_dash(prefix: str) -> str:
    """A prefix may end in a dash, since something follows: a real server looks at it as if it ended in a letter."""
    return f"{prefix[:-2]}a" if len(prefix) > 1 and prefix.endswith("-") else prefix


def _metadata_shape(object_: Object) -> Iterator[Cause]:
    """The parts of metadata that have a form of their own, and are looked at on each write."""
    yield from labels("metadata.labels", object_.labels)
    yield from annotation_causes("metadata.annotations", object_.annotations)
    yield from _owner_references(object_)


def _finalizers(kind: Kind, object_: Object) -> Iterator[Cause]:
    """Built-in kinds know which finalizers may have no domain."""
    if kind.custom or kind.group in _WITHOUT_STANDARD_FINALIZERS:
        return
    for index, finalizer in enumerate(object_.finalizers):
        field = f"metadata.finalizers[{index}]"
        yield from complaints(field, finalizer, qualified_name)
        if "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            why = "name is neither a standard finalizer name nor is it fully qualified"
            yield invalid_value(field, f'"{finalizer}": {why}')


def _owner_references(object_: Object) -> Iterator[Cause]:
    """References must be complete, and one at most a controller's.  Whether the owner exists nobody checks."""
    is_controlled = False
    for reference in object_.owner_references:
        for field, value in (
            ("apiVersion", reference.api_version.rpartition("/")[2]),
            ("kind", reference.kind),
            ("name", reference.name),
            ("uid", reference.uid),
        ):
            if not value:
                yield invalid_value(f"metadata.ownerReferences.{field}", "must not be empty")
        if (reference.api_version, reference.kind) == ("v1", "Event"):
            yield invalid_value("metadata.ownerReferences", "/v1, Kind=Event is disallowed from being an owner")
        if reference.controller and is_controlled:
            yield invalid_value("metadata.ownerReferences", "only one reference can have controller set to true")
        is_controlled = is_controlled or reference.controller


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
