"""Structural schemas of custom resources: what they keep, and what they fill in.

Lives here: :class:`Structural`, the schema of a definition read once, and the fitting of a value to it (defaults, then
pruning).  Must not know: which values are valid, kinds, requests.

``x-kubernetes-preserve-unknown-fields`` keeps the fields that no property names; ``x-kubernetes-embedded-resource``
makes a part an object with apiVersion, kind and metadata.  Nulls of fields that are not nullable go where a default
takes their place, and stay elsewhere (validation refuses them).

Source: Kubernetes 1.36, ``apiextensions-apiserver/pkg/apiserver/schema`` (``structural.go``, ``pruning``,
``defaulting``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from attrs import frozen

from ..frozen_json import FrozenMap, Json, as_map

_MOST_DEFINITIONS = 256
_EMBEDDED = ("apiVersion", "kind", "metadata")


@frozen(eq=False)
class Structural:
    """One level of a schema.  ``raw`` is all that it says; ``values`` is the schema of what no property names."""

    raw: FrozenMap
    type: str
    properties: Mapping[str, Structural]
    values: Structural | None
    items: Structural | None
    keeps_unknown: bool
    is_embedded: bool
    is_nullable: bool
    has_default: bool
    default: Json

    @classmethod
    def of(cls, raw: FrozenMap) -> Structural:
        """The schema that a definition gives as ``openAPIV3Schema``."""
        additional, items = raw.get("additionalProperties"), raw.get("items")
        properties = as_map(raw.get("properties"))
        return cls(
            raw=raw,
            type=str(raw.get("type") or ""),
            properties={name: cls.of(as_map(schema)) for name, schema in properties.items()},
            values=cls.of(additional) if isinstance(additional, FrozenMap) else None,
            items=cls.of(items) if isinstance(items, FrozenMap) else None,
            keeps_unknown=raw.get("x-kubernetes-preserve-unknown-fields") is True or additional is True,
            is_embedded=raw.get("x-kubernetes-embedded-resource") is True,
            is_nullable=raw.get("nullable") is True,
            has_default=raw.get("default") is not None,
            default=raw.get("default"),
        )

    def field(self, name: str) -> Structural | None:
        """The schema of a field, ``None`` if there is none."""
        return self.properties.get(name, self.values)

    def keeps(self, name: str) -> bool:
        """Whether a field without a schema stays."""
        return self.keeps_unknown or (self.is_embedded and name in _EMBEDDED)


@lru_cache(maxsize=_MOST_DEFINITIONS)
def structural(raw: FrozenMap) -> Structural:
    """The schema that is written like this in a definition."""
    return Structural.of(raw)


def fitted(schema: Structural, value: Json) -> Json:
    """The value with defaults where it says nothing, and without what the schema does not have."""
    if isinstance(value, FrozenMap):
        return FrozenMap(dict(_fitted_fields(schema, value)))
    if isinstance(value, tuple) and schema.items is not None:
        return tuple(fitted(schema.items, item) for item in value)
    return value


def _fitted_fields(schema: Structural, value: FrozenMap) -> Iterator[tuple[str, Json]]:
    for name, field in schema.properties.items():
        item = value.get(name)
        is_absent = name not in value or (item is None and not field.is_nullable)
        if is_absent and field.has_default:
            yield name, fitted(field, field.default)
        elif name in value:
            yield name, fitted(field, item)
    for name, item in value.items():
        if name in schema.properties:
            continue
        if schema.values is not None:
            default = schema.values.default if item is None and not schema.values.is_nullable else None
            yield name, fitted(schema.values, item if default is None else default)
        elif schema.keeps(name):
            yield name, item
