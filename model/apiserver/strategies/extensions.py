"""Definitions of custom resources: names, versions, and structural schemas.

Lives here: the strategy of CustomResourceDefinition.  Must not know: requests, storage, or how a definition becomes
established (``definitions`` does).

Not modelled: whether the expressions of ``x-kubernetes-validations`` can be compiled (a rule that cannot be evaluated
refuses each object instead), conversion by webhooks, and the finer limits of schemas.

Source: Kubernetes 1.36, ``apiextensions-apiserver/pkg/apis/apiextensions/{v1/defaults.go,validation/validation.go}``,
``apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go``,
``apiextensions-apiserver/pkg/apiserver/schema/validation.go``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...kinds.extensions import ESTABLISHED, has_condition
from ...objects import Object
from ..answer import Cause
from ..causes import duplicate, invalid_value, not_supported, required
from .strategy import Strategy

_LABEL: Final = re.compile(r"[a-z]([-a-z0-9]{0,61}[a-z0-9])?")
_SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SCOPES: Final = ("Cluster", "Namespaced")
_IMMUTABLE: Final = ("spec.group", "spec.scope", "spec.names.plural", "spec.names.kind")
_PROTECTED: Final = (".k8s.io", ".kubernetes.io")
_APPROVAL: Final = "api-approved.kubernetes.io"
_CONVERSIONS: Final = ("None", "Webhook")
_COMBINING: Final = ("allOf", "anyOf", "oneOf")


def _versions(definition: Object) -> list[FrozenMap]:
    return [as_map(version) for version in as_items(definition.spec.get("versions"))]


def _defaulted(definition: Object) -> Object:
    names = as_map(definition.spec.get("names"))
    kind = names.get("kind", "")
    if not names.get("singular") and kind:
        names = names.set("singular", kind.lower())
    if not names.get("listKind") and kind:
        names = names.set("listKind", f"{kind}List")
    spec = definition.spec.set("names", names)
    if "conversion" not in spec:
        spec = spec.set("conversion", FrozenMap({"strategy": "None"}))
    return definition.with_field("spec", spec)


def _prepared(definition: Object) -> Object:
    return _with_stored_versions(definition.with_field("status", EMPTY))


def _prepared_change(new: Object, existing: Object, subresource: str) -> Object:
    del existing
    return new if subresource else _with_stored_versions(new)


def _with_stored_versions(definition: Object) -> Object:
    """Every version in which objects may lie in storage stays on the list until someone takes it off."""
    stored = tuple(as_items(definition.status.get("storedVersions")))
    for version in _versions(definition):
        if version.get("storage") is True and version.get("name") not in stored:
            stored = (*stored, version.get("name"))
    return definition.with_field("status.storedVersions", stored) if stored else definition


def _validate(definition: Object) -> Iterator[Cause]:
    spec = definition.spec
    plural, group = str(definition.field("spec.names.plural", "")), str(spec.get("group", ""))
    if definition.name and definition.name != f"{plural}.{group}":
        yield invalid_value("metadata.name", f'{definition.name!r}: must be spec.names.plural+"."+spec.group')
    if not group:
        yield required("spec.group")
    elif not _SUBDOMAIN.fullmatch(group):
        yield invalid_value("spec.group", f"{group!r} is no lowercase RFC 1123 subdomain")
    elif "." not in group:
        yield invalid_value("spec.group", f"{group!r}: should be a domain with at least one dot")
    if not spec.get("scope"):
        yield required("spec.scope")
    elif spec["scope"] not in _SCOPES:
        yield not_supported("spec.scope", spec["scope"], _SCOPES)
    if spec.get("preserveUnknownFields") is True:
        yield invalid_value("spec.preserveUnknownFields", "true: must be false")
    if group.endswith(_PROTECTED) and _APPROVAL not in definition.annotations:
        yield required(f"metadata.annotations[{_APPROVAL}]", "protected groups must have approval annotation")
    strategy = definition.field("spec.conversion.strategy")
    if strategy not in _CONVERSIONS:
        yield not_supported("spec.conversion.strategy", strategy, _CONVERSIONS)
    yield from _validate_versions(definition)
    yield from _validate_names(as_map(spec.get("names")))


def _validate_versions(definition: Object) -> Iterator[Cause]:
    versions = _versions(definition)
    names = [str(version.get("name", "")) for version in versions]
    for index, (version, name) in enumerate(zip(versions, names, strict=True)):
        place = f"spec.versions[{index}]"
        if not _LABEL.fullmatch(name):
            yield invalid_value(f"{place}.name", f"{name!r} is no DNS-1035 label")
        schema = as_map(version.get("schema")).get("openAPIV3Schema")
        if schema is None:
            yield required(f"{place}.schema.openAPIV3Schema", "schemas are required")
        else:
            yield from _validate_root(as_map(schema), f"{place}.schema.openAPIV3Schema")
        yield from _validate_scale(as_map(version.get("subresources")), f"{place}.subresources.scale")
    if len(set(names)) < len(names):
        yield invalid_value("spec.versions", "must contain unique version names")
    if sum(version.get("storage") is True for version in versions) != 1:
        yield invalid_value("spec.versions", "must have exactly one version marked as storage version")


def _validate_names(names: FrozenMap) -> Iterator[Cause]:
    for field in ("plural", "singular", "kind", "listKind"):
        value = str(names.get(field, ""))
        if not value and field in ("plural", "kind", "listKind"):
            yield required(f"spec.names.{field}")
        elif value and not _LABEL.fullmatch(value.lower() if field in ("kind", "listKind") else value):
            yield invalid_value(f"spec.names.{field}", f"{value!r} is no DNS-1035 label")
    for index, short in enumerate(as_items(names.get("shortNames"))):
        if not _LABEL.fullmatch(str(short)):
            yield invalid_value(f"spec.names.shortNames[{index}]", f"{short!r} is no DNS-1035 label")
    if names.get("kind") and names.get("kind") == names.get("listKind"):
        yield invalid_value("spec.names.listKind", "kind and listKind may not be the same")


def _validate_scale(subresources: FrozenMap, place: str) -> Iterator[Cause]:
    if "scale" not in subresources:
        return
    scale = as_map(subresources["scale"])
    for field, half in (("specReplicasPath", ".spec."), ("statusReplicasPath", ".status.")):
        path = str(scale.get(field, ""))
        if not path:
            yield required(f"{place}.{field}")
        elif not path.startswith(half):
            yield invalid_value(f"{place}.{field}", f"{path!r} should be a json path under {half[:-1]}")


def _validate_root(schema: FrozenMap, place: str) -> Iterator[Cause]:
    """The root is an object, and every level below says its type."""
    if not schema.get("type"):
        yield required(f"{place}.type", "must not be empty at the root")
    elif schema["type"] != "object":
        yield invalid_value(f"{place}.type", f"{schema['type']!r}: must be object at the root")
    if schema.get("nullable") is True:
        yield invalid_value(f"{place}.nullable", "may not be set at the root")
    yield from _validate_parts(schema, place)


def _validate_parts(schema: FrozenMap, place: str) -> Iterator[Cause]:
    for name, part in as_map(schema.get("properties")).items():
        yield from _validate_part(as_map(part), f"{place}.properties[{name}]", "specified object fields")
    values, items = schema.get("additionalProperties"), schema.get("items")
    if isinstance(values, FrozenMap):
        if schema.get("properties"):
            yield invalid_value(f"{place}.additionalProperties", "may not be used with properties")
        yield from _validate_part(values, f"{place}.additionalProperties", "specified object fields")
    if isinstance(items, FrozenMap):
        yield from _validate_part(items, f"{place}.items", "specified array items")
    elif schema.get("type") == "array":
        yield required(f"{place}.items", "must be specified for arrays")
    yield from _validate_list_type(schema, place)
    for combining in _COMBINING:
        for index, part in enumerate(as_items(schema.get(combining))):
            yield from _validate_combined(as_map(part), f"{place}.{combining}[{index}]")


def _validate_part(schema: FrozenMap, place: str, what: str) -> Iterator[Cause]:
    has_own_type = schema.get("x-kubernetes-int-or-string") is True or (
        schema.get("x-kubernetes-preserve-unknown-fields") is True
    )
    if not schema.get("type") and not has_own_type:
        yield required(f"{place}.type", f"must not be empty for {what}")
    yield from _validate_parts(schema, place)


def _validate_combined(schema: FrozenMap, place: str) -> Iterator[Cause]:
    """What is combined restricts values; it does not say what there is."""
    for field in ("type", "default", "nullable"):
        if field in schema:
            yield Cause("FieldValueForbidden", f"{place}.{field}", "Forbidden: must be empty to be structural")


def _validate_list_type(schema: FrozenMap, place: str) -> Iterator[Cause]:
    list_type, keys = schema.get("x-kubernetes-list-type"), as_items(schema.get("x-kubernetes-list-map-keys"))
    if list_type not in (None, "atomic", "set", "map"):
        yield not_supported(f"{place}.x-kubernetes-list-type", list_type, ("atomic", "set", "map"))
    if list_type == "map" and not keys:
        yield required(f"{place}.x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map")
    if len(set(keys)) < len(keys):
        yield duplicate(f"{place}.x-kubernetes-list-map-keys", keys[0])


def _validate_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """What objects are stored under cannot change once there may be some."""
    del subresource
    if not has_condition(existing, ESTABLISHED):
        return
    for path in _IMMUTABLE:
        if new.field(path) != existing.field(path):
            yield invalid_value(path, "field is immutable")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "customresourcedefinitions": Strategy(
        default=_defaulted,
        prepare_creation=_prepared,
        prepare_update=_prepared_change,
        validate=_validate,
        validate_change=_validate_change,
    )
}
