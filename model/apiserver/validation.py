"""Fourth stage: an object must be valid, and a change permitted.

Lives here: the rules for metadata that every kind shares, for what a kind's table declares (immutable and sealed
fields), and the few rules of single kinds that decide something in the model.  Each gives the causes that a real
server lists. Must not know: requests, storage.

On an update a real server of a built-in kind checks the metadata twice, and lists what is wrong there twice; so does
this.

Source: Kubernetes 1.36, ``apimachinery/pkg/api/validation/objectmeta.go``, ``pkg/apis/*/validation``; recordings C.5,
D, G.3, G.8, H.2; scenarios c-replicaset-deployment, i-validation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from ..frozen_json import EMPTY, FrozenMap, as_map
from ..kinds import Kind, NameRule
from ..objects import Object
from .answer import Cause
from .selectors import selector_of

_LABEL = r"[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_NAME_FORMS: Final[Mapping[NameRule, tuple[re.Pattern[str], int]]] = {
    NameRule.SUBDOMAIN: (re.compile(rf"{_LABEL}(\.{_LABEL})*"), 253),
    NameRule.LABEL: (re.compile(_LABEL), 63),
    NameRule.DNS_1035: (re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?"), 63),
}
_QUALIFIED = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?")
_DATA_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_QUALIFIED_LENGTH = 63
_DATA_KEY_LENGTH = 253
_STANDARD_FINALIZERS = ("kubernetes", "orphan", "foregroundDeletion")
_EXAMPLE_SUFFIX = "xxxxx"


def validate_creation(kind: Kind, object_: Object) -> tuple[Cause, ...]:
    """What is wrong with a new object; empty if nothing is."""
    return (*_metadata(kind, object_), *_content(kind, object_))


def validate_update(kind: Kind, new: Object, existing: Object) -> tuple[Cause, ...]:
    """What is wrong with an object that is to replace another; empty if nothing is."""
    metadata = (*_metadata_change(new, existing), *_metadata_shape(new))
    return (
        *metadata,
        *metadata,
        *_content(kind, new),
        *_immutable_fields(kind, new, existing),
        *_sealed_fields(kind, new, existing),
        *_change_of_kind(kind, new, existing),
    )


def example_name(object_: Object) -> str:
    """The name under which a new object is validated: a generated one does not exist yet, but its form is known."""
    return object_.name or (object_.generate_name and object_.generate_name + _EXAMPLE_SUFFIX)


def _invalid(field: str, why: str) -> Cause:
    return Cause("FieldValueInvalid", field, f"Invalid value: {why}")


def _required(field: str, why: str = "") -> Cause:
    return Cause("FieldValueRequired", field, f"Required value: {why}" if why else "Required value")


def _forbidden(field: str, why: str) -> Cause:
    return Cause("FieldValueForbidden", field, f"Forbidden: {why}")


def _metadata(kind: Kind, object_: Object) -> Iterator[Cause]:
    if object_.generate_name:
        yield from _name(kind, "metadata.generateName", object_.generate_name.rstrip("-.") or object_.generate_name)
    if not object_.name and not object_.generate_name:
        yield _required("metadata.name", "name or generateName is required")
    else:
        yield from _name(kind, "metadata.name", example_name(object_))
    yield from _metadata_shape(object_)


def _name(kind: Kind, field: str, name: str) -> Iterator[Cause]:
    form, longest = _NAME_FORMS[kind.name_rule]
    if len(name) > longest:
        yield _invalid(field, f"must be no more than {longest} characters")
    if not form.fullmatch(name):
        yield _invalid(field, f"{name!r}: must be {kind.name_rule.value}")


def _metadata_shape(object_: Object) -> Iterator[Cause]:
    """The parts of metadata that have a form of their own."""
    for key, value in object_.labels.items():
        if not _is_qualified(key):
            yield _invalid("metadata.labels", f"{key!r} is no qualified name")
        if len(value) > _QUALIFIED_LENGTH or not _LABEL_VALUE.fullmatch(value):
            yield _invalid("metadata.labels", f"{value!r} is no label value")
    for key in object_.annotations:
        if not _is_qualified(key.lower()):
            yield _invalid("metadata.annotations", f"{key!r} is no qualified name")
    yield from _owner_references(object_)
    for index, finalizer in enumerate(object_.finalizers):
        field = f"metadata.finalizers[{index}]"
        if not _is_qualified(finalizer):
            yield _invalid(field, f"{finalizer!r} is no qualified name")
        elif "/" not in finalizer and finalizer not in _STANDARD_FINALIZERS:
            yield _invalid(field, f"{finalizer!r} is neither a standard finalizer name nor is it fully qualified")


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
                yield _invalid(f"metadata.ownerReferences.{field}", "must not be empty")
    if sum(reference.controller for reference in references) > 1:
        yield _invalid("metadata.ownerReferences", "only one reference can have controller set to true")


def _metadata_change(new: Object, existing: Object) -> Iterator[Cause]:
    """What no update may do to metadata."""
    if existing.is_terminating:
        yield from _no_new_finalizers(new, existing)
    for name in ("name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds"):
        if new.metadata.get(name) != existing.metadata.get(name):
            yield _invalid(f"metadata.{name}", "field is immutable")


def _no_new_finalizers(new: Object, existing: Object) -> Iterator[Cause]:
    """Once deletion has begun, finalizers can only be taken off."""
    added = [finalizer for finalizer in new.finalizers if finalizer not in existing.finalizers]
    if added:
        why = f"no new finalizers can be added if the object is being deleted, found new finalizers {added}"
        yield _forbidden("metadata.finalizers", why)


def _immutable_fields(kind: Kind, new: Object, existing: Object) -> Iterator[Cause]:
    for path in kind.immutable:
        if new.field(path) != existing.field(path):
            yield _invalid(path, "field is immutable")


def _sealed_fields(kind: Kind, new: Object, existing: Object) -> Iterator[Cause]:
    """The fields that one of them, once true, makes immutable: ``immutable`` of config maps and secrets."""
    if not kind.sealed_by or existing.field(kind.sealed_by) is not True:
        return
    for path in kind.sealed:
        if new.field(path) != existing.field(path):
            yield _forbidden(path, f"field is immutable when `{kind.sealed_by}` is set")


def _content(kind: Kind, object_: Object) -> Iterator[Cause]:
    if kind.has_selector:
        yield from _workload(object_)
    yield from _CONTENT_RULES.get(kind.resource, _nothing)(object_)


def _nothing(_: Object) -> Iterator[Cause]:
    return iter(())


def _workload(object_: Object) -> Iterator[Cause]:
    """Replicas are not negative, and a selector is there that selects the pods of the template."""
    replicas = object_.spec.get("replicas", 0)
    if replicas < 0:
        yield _invalid("spec.replicas", f"{replicas}: must be greater than or equal to 0")
    selector = object_.field("spec.selector")
    if selector is None:
        yield _required("spec.selector")
    labels: FrozenMap = object_.field("spec.template.metadata.labels", EMPTY)
    if not selector_of(selector or EMPTY).admits(labels) or not selector:
        yield _invalid("spec.template.metadata.labels", "`selector` does not match template `labels`")
    if not object_.field("spec.template.spec.containers"):
        yield _required("spec.template.spec.containers")


def _config_map(object_: Object) -> Iterator[Cause]:
    for part in ("data", "binaryData"):
        for key in as_map(object_.field(part)):
            if len(key) > _DATA_KEY_LENGTH or not _DATA_KEY.fullmatch(key) or key in (".", ".."):
                yield _invalid(f"{part}[{key}]", f"{key!r} is no valid config key")


def _pod(object_: Object) -> Iterator[Cause]:
    if not object_.field("spec.containers"):
        yield _required("spec.containers")


def _lease(object_: Object) -> Iterator[Cause]:
    for name, least in (("leaseDurationSeconds", 1), ("leaseTransitions", 0)):
        value = object_.spec.get(name)
        if value is not None and value < least:
            yield _invalid(f"spec.{name}", f"{value}: must be at least {least}")


_CONTENT_RULES: Final[Mapping[str, Callable[[Object], Iterator[Cause]]]] = {
    "configmaps": _config_map,
    "secrets": _config_map,
    "pods": _pod,
    "leases": _lease,
}


def _change_of_kind(kind: Kind, new: Object, existing: Object) -> Iterator[Cause]:
    if kind.resource == "pods":
        yield from _pod_change(new, existing)


def _pod_change(new: Object, existing: Object) -> Iterator[Cause]:
    """A pod's spec is fixed, but for images, a sooner deadline and further tolerations."""
    if _names(new, "spec.containers") != _names(existing, "spec.containers") and _count_differs(new, existing):
        yield _forbidden("spec.containers", "pod updates may not add or remove containers")
        return
    deadline, before = new.spec.get("activeDeadlineSeconds"), existing.spec.get("activeDeadlineSeconds")
    if before is not None and (deadline is None or deadline > before):
        yield _invalid("spec.activeDeadlineSeconds", "must be less than or equal to previous value")
        return
    tolerations = existing.spec.get("tolerations", ())
    if any(toleration not in new.spec.get("tolerations", ()) for toleration in tolerations):
        yield _forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds")
    if _fixed_part(new) != _fixed_part(existing):
        yield _forbidden("spec", "pod updates may not change fields other than images, deadline and tolerations")


def _names(pod: Object, path: str) -> tuple[object, ...]:
    return tuple(container.get("name") for container in pod.field(path, ()))


def _count_differs(new: Object, existing: Object) -> bool:
    return len(new.field("spec.containers", ())) != len(existing.field("spec.containers", ()))


def _fixed_part(pod: Object) -> FrozenMap:
    spec = pod.spec.without("activeDeadlineSeconds", "tolerations", "schedulingGates")
    for part in ("containers", "initContainers"):
        if part in spec:
            spec = spec.set(part, tuple(container.without("image") for container in spec[part]))
    return spec
