"""Merge patches.

Lives here: merge patch (RFC 7396).  Must not know: requests, or what is done with the result.

Source: RFC 7396; ``evanphx/json-patch`` v4, ``merge.go``; recordings D.3, D.4; scenario f-patch.
"""

from __future__ import annotations

from ...frozen_json import EMPTY, FrozenMap, Json


def merge(target: Json, patch: Json) -> Json:
    """RFC 7396: maps are merged, ``null`` removes a key, anything else replaces.

    >>> merge(FrozenMap({"a": 1, "b": 2}), FrozenMap({"b": None, "c": 3})) == FrozenMap({"a": 1, "c": 3})
    True
    """
    if not isinstance(patch, FrozenMap):
        return patch
    merged: dict[str, Json] = dict(target if isinstance(target, FrozenMap) else EMPTY)
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return FrozenMap(merged)
