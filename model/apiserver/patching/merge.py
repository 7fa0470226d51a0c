"""What a PATCH makes of an object.

Lives here: merge patch (RFC 7396).  Not modelled yet: JSON patch, strategic merge patch and server-side apply; they
are refused as an unknown media type (415) before the object is looked for.  Must not know: conflicts and retries (a
patch is simply applied again to the fresh object).

Source: RFC 7396; Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/patch.go``; recordings D.
"""

from __future__ import annotations

from ...frozen_json import EMPTY, FrozenMap, Json
from ...objects import Object
from ..answer import Answer, Cause, Details, bad_request
from ..decoding import Undecodable, agree_with_url, decode
from ..request import Malformed, Request


def patched(request: Request, existing: Object) -> Object | Answer:
    """The object that the patch asks for, or the refusal: 400 for what is no patch, 422 if it leads to no object."""
    if isinstance(request.body, Malformed):
        return bad_request(f"error decoding patch: {request.body.message}")
    if not isinstance(request.body, FrozenMap):
        return bad_request("error decoding patch: a merge patch is a JSON object")
    decoded = decode(request.kind, merge(existing.root, request.body))
    if isinstance(decoded, Undecodable):
        cause = Cause("FieldValueInvalid", "patch", decoded.message)
        return Answer(422, "Invalid", f'"" is invalid: patch: {decoded.message}', (cause,), Details())
    return agree_with_url(request, decoded)


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
