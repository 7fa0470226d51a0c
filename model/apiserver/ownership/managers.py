"""Who owns what: the entries of ``metadata.managedFields`` as values.

Lives here: :class:`Manager` (who, and how), :class:`Entry` (what), and their form in an object.  Must not know: how
ownership changes.

An applier is the same one whatever version it applied last; a manager of updates in another version is another one.

Source: Kubernetes 1.36, ``apimachinery/pkg/util/managedfields/internal/{managedfields,fields}.go``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from ...frozen_json import FrozenMap, Json, as_items, as_map
from .fields import Fields, fields_of, tree_of

Operation = Literal["Apply", "Update"]

_FIELDS_TYPE: Final = "FieldsV1"


@frozen(order=True)
class Manager:
    """Who manages fields, and how: by applying them or by updates, in the main resource or a subresource.

    ``version`` is the apiVersion of updates; appliers have none here.
    """

    operation: Operation
    name: str
    version: str = ""
    subresource: str = ""

    @property
    def applies(self) -> bool:
        """Whether it manages by applying."""
        return self.operation == "Apply"


@frozen
class Entry:
    """What a manager owns: the fields, the apiVersion in which they are named, and the time of its last change."""

    fields: Fields
    version: str
    time: str | None = None

    def without(self, fields: Fields) -> Entry:
        """The entry without some fields."""
        return evolve(self, fields=self.fields - fields)


Managed: TypeAlias = Mapping[Manager, Entry]


def read_managed(written: Json) -> Managed:
    """The entries of ``managedFields``.

    Raises:
        ValueError: one of them cannot be read.
    """
    managed: dict[Manager, Entry] = {}
    for item in as_items(written):
        entry = as_map(item)
        operation, version = entry.get("operation"), entry.get("apiVersion")
        if operation not in ("Apply", "Update") or not version or entry.get("fieldsType") != _FIELDS_TYPE:
            raise ValueError("an entry has no operation, version or type of fields")
        manager = Manager(
            operation,
            str(entry.get("manager", "")),
            "" if operation == "Apply" else str(version),
            str(entry.get("subresource", "")),
        )
        managed[manager] = Entry(fields_of(as_map(entry.get("fieldsV1"))), str(version), entry.get("time"))
    return managed


def written_managed(managed: Managed) -> tuple[FrozenMap, ...]:
    """The entries as ``managedFields``: appliers first, then those that have no time, then by name.

    Where a real server sorts by time too, all times are the same here.
    """

    def place(manager: Manager) -> tuple[str, bool, Manager]:
        return manager.operation, managed[manager].time is not None, manager

    return tuple(_written(manager, managed[manager]) for manager in sorted(managed, key=place))


def _written(manager: Manager, entry: Entry) -> FrozenMap:
    fields: dict[str, Json] = {
        "apiVersion": entry.version,
        "fieldsType": _FIELDS_TYPE,
        "fieldsV1": tree_of(entry.fields),
        "operation": manager.operation,
    }
    if manager.name:
        fields["manager"] = manager.name
    if manager.subresource:
        fields["subresource"] = manager.subresource
    if entry.time is not None:
        fields["time"] = entry.time
    return FrozenMap(fields)


def is_reset(written: Json) -> bool:
    """Whether ``managedFields`` says that ownership is to be forgotten: an empty list, or one with an empty entry."""
    return isinstance(written, tuple) and (not written or written == (FrozenMap(),))


def without_times(written: Json) -> tuple[FrozenMap, ...]:
    """The entries without their times."""
    return tuple(as_map(item).without("time") for item in as_items(written))


def described(manager: Manager) -> str:
    """A manager in the words of a conflict."""
    text = f'"{manager.name}"' if '"' not in manager.name else json.dumps(manager.name)
    if manager.subresource:
        text += f' with subresource "{manager.subresource}"'
    return text if manager.applies else f"{text} using {manager.version}"
