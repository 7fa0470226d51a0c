"""The types of objects as ownership sees them: what is merged part by part, and what is owned as a whole.

Lives here: the type of a kind's objects (from the schema of built-in kinds, from the definition of custom ones, deduced
from the values where there is neither), and the elements by which the items of lists are told apart.  Must not know:
who owns what.

Source: ``structured-merge-diff``, ``typed/helpers.go``, ``typed/parser.go`` (the deduced type); Kubernetes 1.36,
``apimachinery/pkg/util/managedfields``, ``apiextensions-apiserver/pkg/controller/openapi/builder``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...kinds import Kind
from ...schema import ANY, Listed, Mapped, Record, Scalar, record_of
from .fields import index_element, keys_element, value_element

_MOST_DEFINITIONS: Final = 256


@frozen(eq=False)
class Deduced:
    """Whatever the value is: objects are merged field by field, all else is owned as a whole."""


@frozen(eq=False)
class Custom:
    """An object of a custom resource: fields that its definition names, and the type of others (``None``: none)."""

    fields: Mapping[str, Shape] = field(factory=dict[str, "Shape"])
    others: Shape | None = None
    atomic: bool = False


@frozen(eq=False)
class CustomList:
    """A list of a custom resource."""

    items: Shape
    merge: str = "atomic"
    keys: tuple[str, ...] = ()
    defaults: FrozenMap = field(factory=FrozenMap)


Shape: TypeAlias = "Scalar | Listed | Mapped | Record | Custom | CustomList | Deduced"

DEDUCED: Final = Deduced()
_METADATA: Final = Record("meta.v1.ObjectMeta")
_LIST_KEY_DEFAULTS: Final = {"protocol": "TCP"}
"""The defaults of fields that are keys of lists: ports of containers and of services."""


_WRITTEN_WHEN_EMPTY: Final = frozenset(
    {
        ("apiextensions.v1.CustomResourceDefinitionStatus", "conditions"),
        ("apiextensions.v1.CustomResourceDefinitionStatus", "storedVersions"),
        ("authentication.v1.TokenRequestSpec", "boundObjectRef"),
        ("autoscaling.v2.HorizontalPodAutoscalerStatus", "currentMetrics"),
        ("discovery.v1.EndpointSlice", "endpoints"),
        ("discovery.v1.EndpointSlice", "ports"),
        ("rbac.v1.ClusterRole", "rules"),
        ("rbac.v1.Role", "rules"),
    }
)
"""Optional lists and pointers that a real server writes all the same when there is nothing in them, as ``null``."""

_LEFT_OUT_WHEN_EMPTY: Final = frozenset(
    {
        ("admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec", "validationActions"),
        ("meta.v1.ObjectMeta", "creationTimestamp"),
    }
)
"""A required list, and a time, that it leaves out."""


class Unkeyed(ValueError):
    """An item of a list that cannot be told apart from others."""


def shape_of(kind: Kind) -> Shape:
    """The type of the objects of a kind."""
    if kind.custom:
        return _custom(kind.definition) if kind.definition is not None else _UNDEFINED
    return record_of(kind.group, kind.version, kind.name) or _UNDEFINED


_UNDEFINED: Final = Custom({"metadata": _METADATA, "apiVersion": Scalar.TEXT, "kind": Scalar.TEXT}, DEDUCED)


@lru_cache(_MOST_DEFINITIONS)
def _custom(definition: FrozenMap) -> Shape:
    whole = _of_schema(definition)
    if not isinstance(whole, Custom):
        return _UNDEFINED
    return Custom({**whole.fields, **_UNDEFINED.fields}, whole.others)


def _of_schema(schema: FrozenMap) -> Shape:
    match schema.get("type"):
        case "object":
            return _object_of_schema(schema)
        case "array":
            items = as_map(schema.get("items"))
            defaults = {
                name: as_map(inner)["default"]
                for name, inner in as_map(items.get("properties")).items()
                if as_map(inner).get("default") is not None
            }
            merge = schema.get("x-kubernetes-list-type", "atomic")
            keys = tuple(str(key) for key in as_items(schema.get("x-kubernetes-list-map-keys")))
            return CustomList(_of_schema(items), merge, keys, FrozenMap(defaults))
        case "string":
            return Scalar.TEXT
        case "integer" | "number":
            return Scalar.NUMBER
        case "boolean":
            return Scalar.BOOLEAN
        case _:
            return DEDUCED if schema.get("x-kubernetes-preserve-unknown-fields") is True else ANY


def _object_of_schema(schema: FrozenMap) -> Shape:
    fields = {name: _of_schema(as_map(inner)) for name, inner in as_map(schema.get("properties")).items()}
    additional = schema.get("additionalProperties")
    others: Shape | None = _of_schema(additional) if isinstance(additional, FrozenMap) else None
    if schema.get("x-kubernetes-preserve-unknown-fields") is True or additional is True:
        others = DEDUCED
    return Custom(fields, others, atomic=schema.get("x-kubernetes-map-type") == "atomic")


def is_whole(shape: Shape, value: Json) -> bool:
    """Whether a value of a type is owned as a whole: a scalar, an atomic list or map, or what does not fit its type."""
    match shape:
        case Record() | Mapped() | Custom():
            return shape.atomic or not isinstance(value, FrozenMap | None)
        case Listed() | CustomList():
            return shape.merge == "atomic" or not isinstance(value, tuple | None)
        case Deduced():
            return not isinstance(value, FrozenMap | None)
        case _:
            return True


def is_list(shape: Shape) -> bool:
    """Whether a type is one of lists."""
    return isinstance(shape, Listed | CustomList)


def entry_shape(shape: Shape, name: str) -> Any:
    """The type of a field of an object, or of an entry of a map; ``None`` where the type has no such field."""
    match shape:
        case Record():
            return shape.field(name)
        case Mapped():
            return shape.values
        case Custom():
            return shape.fields.get(name, shape.others)
        case _:
            return DEDUCED


def has_field(shape: Shape, name: str) -> bool:
    """Whether a type names a field (the keys of a map are data)."""
    match shape:
        case Record():
            return shape.field(name) is not None
        case Custom():
            return name in shape.fields
        case _:
            return False


def item_shape(shape: Shape) -> Shape:
    """The type of the items of a list."""
    return shape.items if isinstance(shape, Listed | CustomList) else DEDUCED


def item_element(shape: Shape, index: int, item: Json) -> str:
    """The element that tells an item of a list apart from the others.

    Raises:
        Unkeyed: an item of a list that is merged by keys has none, or one of a set is no scalar.
    """
    match shape:
        case Listed() | CustomList() if shape.merge == "map":
            return _keys_element(shape, item)
        case Listed() | CustomList() if shape.merge == "set":
            if isinstance(item, FrozenMap | tuple | None):
                raise Unkeyed("a set has an element that is no scalar")
            return value_element(item)
        case _:
            return index_element(index)


def _keys_element(shape: Listed | CustomList, item: Json) -> str:
    if not isinstance(item, FrozenMap):
        raise Unkeyed("associative list with keys may not have non-map elements")
    defaults = shape.defaults if isinstance(shape, CustomList) else _LIST_KEY_DEFAULTS
    keys: dict[str, Json] = {}
    for key in shape.keys:
        value = item[key] if key in item else defaults.get(key)
        if value is not None:
            keys[key] = value
    if not keys:
        raise Unkeyed(f"associative list with keys has an element that omits all key fields {list(shape.keys)}")
    return keys_element(FrozenMap(keys))


@cache
def nulls_of(record: Record) -> frozenset[str]:
    """The fields of a record that a real server has in memory as ``null`` where nothing is said.

    They are required lists, maps and pointers, and times that are no pointers.  (Required structs and scalars have a
    zero value, which is in every object that the model's server has read.)
    """
    types = {name: record.field(name) for name in record.names}
    required = {
        name
        for name in record.names
        if (name in record.required or (record.name, name) in _WRITTEN_WHEN_EMPTY)
        and (
            isinstance(types[name], Listed | Mapped) or (isinstance(types[name], Record) and name not in record.values)
        )
        and (record.name, name) not in _LEFT_OUT_WHEN_EMPTY
    }
    times = {
        name
        for name in record.values
        if types[name] in (Scalar.TIME, Scalar.MICRO_TIME) and (record.name, name) not in _LEFT_OUT_WHEN_EMPTY
    }
    return frozenset(required | times)
