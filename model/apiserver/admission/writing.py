"""How a policy or a webhook changes an object: by a JSON patch, or by a part that is merged into it.

Lives here: the two ways.  The result is read as if a client had sent it: it must be of its kind, what the kind does not
have is dropped, and defaults are filled in.  Must not know: who changes.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/policy/mutating/patch``, ``…/webhook/mutating``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jsonpatch
import jsonpointer

from ...frozen_json import FrozenMap, Json, freeze, thaw
from ...kinds import Kind
from ...objects import Object
from ..decoding import Undecodable, decode
from ..ownership.merging import merged
from ..ownership.shapes import shape_of


def applied(kind: Kind, object_: Object, part: FrozenMap) -> Object:
    """The object with a part merged into it: lists by their keys, as server-side apply merges them.

    Raises:
        ValueError: the part would make another kind of object, or its items lack their keys.
    """
    for name in ("apiVersion", "kind"):
        if name in part and part[name] != object_.root.get(name):
            raise ValueError(f"may not change {name}")
    return _read(kind, merged(shape_of(kind), object_.root, part))


def patched(kind: Kind, object_: Object, operations: Sequence[Json]) -> Object:
    """The object after the operations of a JSON patch.

    Raises:
        ValueError: one cannot be carried out.
    """
    plain: list[dict[str, Any]] = [thaw(operation) for operation in operations]
    try:
        result: object = jsonpatch.apply_patch(object_.thaw(), plain)
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, KeyError) as error:
        raise ValueError(f"the patch cannot be applied: {error}") from error
    return _read(kind, freeze(result))


def _read(kind: Kind, changed: Json) -> Object:
    read = decode(kind, changed)
    if isinstance(read, Undecodable):
        raise ValueError(read.message)  # noqa: TRY004 - it is about the policy, not about Python
    return read
