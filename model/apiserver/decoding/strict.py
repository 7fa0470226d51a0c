"""Fields that nobody knows, or that were sent twice.

Lives here: the paths of the fields of a body that its kind does not have, as a real server names them in warnings
and in its refusals of strict requests.  Must not know: when they are refused, or how a body is sent.

Source: ``sigs.k8s.io/json``; Kubernetes 1.36, ``apiextensions-apiserver/pkg/apiserver/schema/pruning``; scenarios
f-patch, i-validation.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...frozen_json import FrozenMap, Json
from ...kinds import Kind
from ...schema import Listed, Mapped, Record, Structural, Type, record_of, structural

_OBJECT_META = Record("meta.v1.ObjectMeta")
_EMBEDDED = frozenset({"apiVersion", "kind", "metadata"})


def unknown_fields(kind: Kind, body: Json) -> tuple[str, ...]:
    """The paths of the fields that the kind does not have, such as ``spec.containers[0].foo``."""
    if not isinstance(body, FrozenMap):
        return ()
    if kind.custom:
        in_metadata = _of_type(_OBJECT_META, body.get("metadata"), "metadata")
        schema = None if kind.definition is None else structural(kind.definition)
        return (*in_metadata, *(_of_schema(schema, body.without(*_EMBEDDED), "") if schema is not None else ()))
    record = record_of(kind.group, kind.version, kind.name)
    return () if record is None else tuple(_of_type(record, body, ""))


def complaints(kind: Kind, body: Json, duplicates: tuple[str, ...]) -> tuple[str, ...]:
    """What a strict server complains of, and another one warns of."""
    return (
        *(f'duplicate field "{path}"' for path in duplicates),
        *(f'unknown field "{path}"' for path in unknown_fields(kind, body)),
    )


def _of_type(type_: Type, value: Json, place: str) -> Iterator[str]:
    match type_:
        case Record() if isinstance(value, FrozenMap):
            for name, item in value.items():
                field = type_.field(name)
                path = f"{place}.{name}" if place else name
                if field is None:
                    yield path
                else:
                    yield from _of_type(field, item, path)
        case Listed() if isinstance(value, tuple):
            for index, item in enumerate(value):
                yield from _of_type(type_.items, item, f"{place}[{index}]")
        case Mapped() if isinstance(value, FrozenMap):
            for key, item in value.items():
                yield from _of_type(type_.values, item, f"{place}.{key}")
        case _:
            pass


def _of_schema(schema: Structural, value: Json, place: str) -> Iterator[str]:
    if isinstance(value, FrozenMap):
        for name, item in value.items():
            path = f"{place}.{name}" if place else name
            field = schema.field(name)
            if field is not None:
                yield from _of_schema(field, item, path)
            elif not schema.keeps(name):
                yield path
    elif isinstance(value, tuple) and schema.items is not None:
        for index, item in enumerate(value):
            yield from _of_schema(schema.items, item, f"{place}[{index}]")
