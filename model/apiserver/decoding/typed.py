"""Objects read into the types of their kind, and written again.

Lives here: :func:`read`, which refuses wrong types, drops what the type does not have and what Go leaves out when it
writes, and makes scalars canonical; and :func:`completed`, which puts in what Go always writes.  Both leave a value
that needs no change as it is, the very same object: most objects need none.  Must not know: requests, kinds.

What is left out: nulls; empty lists and maps (also of required fields: in etcd there are none); and zero scalars of
fields that are ``omitempty``.  Pointers are kept whatever they point to (``emptyDir: {}``, ``replicas: 0``).  Where a
real server writes ``null`` for what must be there and is not (``rules`` of a role), the field is absent here.

Source: Go's ``encoding/json``; Kubernetes 1.36, ``types.go`` of each group.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TypeAlias

from ...frozen_json import EMPTY, FrozenMap, Json
from ...schema import Listed, Mapped, Record, Scalar, Type
from .scalars import READERS, ZEROS, Reader, WrongValue, json_type, well_formed

Completer: TypeAlias = Callable[[Json], Json]


def read(record: Record, value: FrozenMap) -> FrozenMap:
    """The value as the record's type holds it.

    Raises:
        WrongValue: the type cannot hold it.
    """
    entries: dict[str, Json] = {}
    fields = _fields(record)
    changed = False
    for name, item in value.items():
        field = fields.get(name)
        if item is None or field is None:
            changed = True
            continue
        reader, is_kept = field
        try:
            new = reader(item)
        except WrongValue as wrong:
            wrong.place.append(f".{name}")
            raise
        if not (new or is_kept):
            changed = True
            continue
        changed = changed or new is not item
        entries[name] = new
    return FrozenMap(entries) if changed else value


@cache
def _fields(record: Record) -> Mapping[str, tuple[Reader, bool]]:
    """Of each field, how it is read, and whether it is kept when it is empty."""
    types: dict[str, Type] = {name: record.field(name) for name in record.names}
    kept = {
        *record.pointers,
        *(name for name, type_ in types.items() if isinstance(type_, Record) or type_ is Scalar.ANY),
    }
    return {name: (reader_of(type_), name in kept) for name, type_ in types.items()}


@cache
def reader_of(type_: Type) -> Reader:
    """How a value of a type is read."""
    match type_:
        case Scalar():
            return READERS[type_]
        case Record():
            return lambda value: read(type_, _as_map(value, type_))
        case Listed():
            return _list_reader(type_)
        case Mapped():
            return _map_reader(type_)


def _as_map(value: Json, type_: Type) -> FrozenMap:
    if not isinstance(value, FrozenMap):
        raise WrongValue(json_type(value), go_type(type_))
    return value


def _list_reader(type_: Listed) -> Reader:
    reader = reader_of(type_.items)

    def read_list(value: Json) -> Json:
        if not isinstance(value, tuple):
            raise WrongValue(json_type(value), go_type(type_))
        items = tuple([zero_of(type_.items) if item is None else reader(item) for item in value])
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items

    return read_list


def _map_reader(type_: Mapped) -> Reader:
    reader = reader_of(type_.values)

    def read_map(value: Json) -> Json:
        entries: dict[str, Json] = {}
        changed = False
        for key, item in _as_map(value, type_).items():
            new = zero_of(type_.values) if item is None else reader(item)
            name = well_formed(key)
            changed = changed or new is not item or name is not key
            entries[name] = new
        return FrozenMap(entries) if changed else value

    return read_map


def zero_of(type_: Type) -> Json:
    """What a type holds when nothing is said, as it is written."""
    match type_:
        case Scalar():
            return ZEROS.get(type_)
        case Record():
            return completed(type_, EMPTY)
        case Listed():
            return ()
        case Mapped():
            return EMPTY


def go_type(type_: Type) -> str:
    """The name of a type in the messages of a real server."""
    match type_:
        case Scalar.INTEGER:
            return "int64"
        case Scalar():
            return {Scalar.TEXT: "string", Scalar.BOOLEAN: "bool"}.get(type_, str(type_.value))
        case Record():
            return ".".join(type_.name.split(".")[1:])
        case Listed():
            return f"[]{go_type(type_.items)}"
        case Mapped():
            return f"map[string]{go_type(type_.values)}"


def completed(record: Record, value: FrozenMap) -> FrozenMap:
    """The value with what Go always writes, also if it is empty: structs (``status: {}``), and required scalars."""
    return _complete(record, value) if _is_completed(record) else value


def _complete(record: Record, value: FrozenMap) -> FrozenMap:
    completers = _completers(record)
    added = {name: zero for name, zero in _always_there(record).items() if name not in value}
    for name, item in value.items():
        completer = completers.get(name)
        if completer is not None:
            new = completer(item)
            if new is not item:
                added[name] = new
    return value.updated(added) if added else value


@cache
def _always_there(record: Record) -> Mapping[str, Json]:
    zeros = {name: zero_of(record.field(name)) for name in record.values}
    return {name: zero for name, zero in zeros.items() if zero is not None}


@cache
def _completers(record: Record) -> Mapping[str, Completer]:
    """How the fields are completed in which there may be something to complete."""
    types: dict[str, Type] = {name: record.field(name) for name in record.names}
    return {name: _completer(type_) for name, type_ in types.items() if _is_completed(type_)}


def _completer(type_: Type) -> Completer:
    match type_:
        case Record() if _is_completed(type_):
            return lambda value: _complete(type_, value) if isinstance(value, FrozenMap) else value
        case Listed() if _is_completed(type_):
            return _list_completer(_completer(type_.items))
        case Mapped() if _is_completed(type_):
            return _map_completer(_completer(type_.values))
        case _:
            return lambda value: value


def _list_completer(completer: Completer) -> Completer:
    def complete_list(value: Json) -> Json:
        if not isinstance(value, tuple):
            return value
        items = tuple([completer(item) for item in value])
        return value if all(new is old for new, old in zip(items, value, strict=True)) else items

    return complete_list


def _map_completer(completer: Completer) -> Completer:
    def complete_map(value: Json) -> Json:
        if not isinstance(value, FrozenMap):
            return value
        entries = {key: completer(item) for key, item in value.items()}
        return value if all(new is value[key] for key, new in entries.items()) else FrozenMap(entries)

    return complete_map


@cache
def _is_completed(type_: Type) -> bool:
    """Whether values of a type may lack what is always written."""
    return _lacks_something(type_, frozenset())


def _lacks_something(type_: Type, above: frozenset[Type]) -> bool:
    match type_:
        case Scalar():
            return False
        case Listed():
            return _lacks_something(type_.items, above)
        case Mapped():
            return _lacks_something(type_.values, above)
        case Record():
            if type_ in above:
                return False
            inside = (record_field for record_field in map(type_.field, type_.names))
            return bool(_always_there(type_)) or any(_lacks_something(item, above | {type_}) for item in inside)
