"""JSON patches.

Lives here: JSON patch (RFC 6902) by the library ``jsonpatch``, and what the library of real servers does otherwise.
Must not know: requests, or what is done with the result.

The library of real servers (``evanphx/json-patch`` v4) is more lenient than the RFC: ``replace`` makes a member that is
missing, ``copy`` of a missing member copies ``null``, values that are left out are ``null``; what stands before the
first slash of a path is not looked at, ``~2`` is no escape, and places in lists may have signs and leading zeros
(negative ones count from the end).  It limits the bytes that ``copy`` may copy.

Source: RFC 6902; ``evanphx/json-patch`` v4, ``patch.go``; recordings D.2; scenario f-patch.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, MutableSequence
from typing import Any, Final, cast

from jsonpatch import JsonPatchConflict, JsonPatchException, JsonPatchTestFailed, PatchOperation
from jsonpointer import JsonPointer, JsonPointerException, unescape

from ...errors import BadInput
from ...frozen_json import FrozenMap, Json, as_items, as_map, freeze, thaw

MOST_OPERATIONS: Final = 10_000
"""How many operations a JSON patch may have."""

MOST_COPIED: Final = 3 * 1024 * 1024
"""How many bytes the ``copy`` operations of a JSON patch may copy altogether."""

_INDEX: Final = re.compile(r"[+-]?[0-9]{1,18}")


class NotApplicable(ValueError):
    """A patch that does not apply to the object."""


def apply_operations(target: FrozenMap, operations: tuple[Json, ...]) -> Json:
    """What the operations of a JSON patch make of an object.

    >>> apply_operations(FrozenMap({"a": 1}), (FrozenMap({"op": "replace", "path": "/b", "value": 2}),))["b"]
    2

    Raises:
        NotApplicable: one of the operations cannot be carried out.
    """
    document, copied = thaw(target), 0
    try:
        for each in operations:
            operation = _operation(each)
            if isinstance(operation, _Copy):
                copied += operation.size(document)
                if copied > MOST_COPIED:
                    raise NotApplicable(f"the copies have more than {MOST_COPIED} bytes")
            document = operation.apply(document)
        return freeze(document)
    except (JsonPatchException, JsonPointerException, BadInput) as error:
        raise NotApplicable(str(error)) from error


def _operation(written: Json) -> PatchOperation:
    fields = as_map(written)
    maker = _OPERATIONS.get(str(fields.get("op")))
    if maker is None:
        raise NotApplicable(f"Unexpected kind: {fields.get('op', 'unknown')}")
    if not isinstance(fields.get("path"), str):
        raise NotApplicable("operation missing path field")
    return maker(thaw(fields), pointer_cls=_Pointer)


def malformed(patch: Json) -> str:
    """Why a JSON patch cannot be read at all; empty if it can.  ``null`` is one without operations."""
    if patch is not None and not isinstance(patch, tuple):
        return "json: cannot unmarshal into Go value of type []handlers.jsonPatchOp"
    for operation in as_items(patch):
        if not isinstance(operation, FrozenMap | None):
            return "json: cannot unmarshal into Go value of type handlers.jsonPatchOp"
        for name in ("op", "path", "from"):
            if operation is not None and not isinstance(operation.get(name), str | None):
                return f"json: cannot unmarshal into Go struct field jsonPatchOp.{name} of type string"
    return ""


class _Pointer(JsonPointer):
    """A path as real servers read it."""

    def __init__(self, pointer: str) -> None:
        if pointer and "/" not in pointer:
            raise JsonPointerException(f"there is no slash in {pointer!r}")
        super().__init__("")
        self.parts = [unescape(part) for part in pointer.split("/")[1:]]

    def to_last(self, doc: Any) -> tuple[Any, str | int | None]:
        """The container that a path ends in, and the last step: a member's name, or a place in a list."""
        if not self.parts:
            return doc, None
        for part in self.parts[:-1]:
            doc = self.walk(doc, part)
        return doc, self.get_part(doc, self.parts[-1])

    @classmethod
    def get_part(cls, doc: Any, part: str | int) -> str | int:
        """A step into a container: in a list a number, which may be negative."""
        if isinstance(doc, Mapping) or (part == "-" and isinstance(doc, list)):
            return part
        if not isinstance(doc, list) or not _INDEX.fullmatch(str(part)):
            raise JsonPointerException(f"{part!r} is no place in a list")
        return int(part)

    def walk(self, doc: Any, part: str | int) -> Any:
        """The value one step further, which must be there."""
        step = self.get_part(doc, part)
        try:
            return doc[step]
        except (KeyError, IndexError, TypeError) as error:
            raise JsonPointerException(f"there is no {part!r}") from error


class _ServerOperation(PatchOperation):
    """An operation as real servers carry it out."""

    @property
    def value(self) -> Any:
        """The value of the operation; ``null`` if it is left out."""
        return self.operation.get("value")

    def put(self, obj: Any, value: Any) -> Any:
        """Put a value where the path says: into a list between the items, into an object also over a member."""
        container, part = self.pointer.to_last(obj)
        if part is None:
            raise JsonPatchConflict("the path names the whole object", op=self)
        if not isinstance(container, list):
            container[part] = value
            return obj
        items = cast("MutableSequence[Any]", container)
        place = len(items) if part == "-" else int(part)
        if place < 0:
            place += len(items) + 1
        if not 0 <= place <= len(items):
            raise JsonPatchConflict("Unable to access invalid index", op=self)
        items.insert(place, value)
        return obj

    def taken_from(self, obj: Any) -> Any:
        """What stands where ``from`` says; ``null`` for a missing member."""
        container, part = self.origin.to_last(obj)
        return self.found(container, part)

    @property
    def origin(self) -> JsonPointer:
        """The path that the operation has as ``from``."""
        if not isinstance(self.operation.get("from"), str):
            raise JsonPatchConflict("the operation has no from", op=self)
        return self.pointer_cls(self.operation["from"])

    def found(self, container: Any, part: str | int | None) -> Any:
        """What a container has at a step; ``null`` for a missing member."""
        if part is None:
            raise JsonPatchConflict("the path names the whole object", op=self)
        if not isinstance(container, list):
            return container.get(part)
        items = cast("MutableSequence[Any]", container)
        if not isinstance(part, int) or not -len(items) <= part < len(items):
            raise JsonPatchConflict("Unable to access invalid index", op=self)
        return items[part]


class _Add(_ServerOperation):
    def apply(self, obj: Any) -> Any:
        return self.put(obj, self.value)


class _Replace(_ServerOperation):
    def apply(self, obj: Any) -> Any:
        container, part = self.pointer.to_last(obj)
        if part is None:
            return obj if isinstance(self.value, str | int | float | None) else self.value
        self.found(container, part)
        container[part] = self.value
        return obj


class _Remove(_ServerOperation):
    def apply(self, obj: Any) -> Any:
        return self.remove(obj, self.pointer)

    def remove(self, obj: Any, pointer: JsonPointer) -> Any:
        """Remove what stands at a path, and must stand there."""
        container, part = pointer.to_last(obj)
        try:
            del container[part]
        except (KeyError, IndexError, TypeError) as error:
            raise JsonPatchConflict("Unable to remove nonexistent key", op=self) from error
        return obj


class _Move(_Remove):
    def apply(self, obj: Any) -> Any:
        value = self.taken_from(obj)
        return self.put(self.remove(obj, self.origin), value)


class _Copy(_ServerOperation):
    def apply(self, obj: Any) -> Any:
        return self.put(obj, thaw(freeze(self.taken_from(obj))))

    def size(self, obj: Any) -> int:
        """How many bytes are to be copied."""
        return len(json.dumps(thaw(freeze(self.taken_from(obj)))))


class _Test(_ServerOperation):
    def apply(self, obj: Any) -> Any:
        container, part = self.pointer.to_last(obj)
        actual = container if part is None else self.found(container, part)
        if freeze({"": actual}) != freeze({"": self.value}):
            raise JsonPatchTestFailed("testing value failed", op=self)
        return obj


_OPERATIONS: Final[Mapping[str, type[PatchOperation]]] = {
    "add": _Add,
    "replace": _Replace,
    "remove": _Remove,
    "move": _Move,
    "copy": _Copy,
    "test": _Test,
}
