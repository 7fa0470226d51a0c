"""A PATCH of any type, from the request to the object that is wanted.

Lives here: the choice by media type, and the refusals: 400 for what is no patch, 413 for too many operations, 422 for
a patch that does not apply or leads to no object of the kind.  Must not know: conflicts and retries.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/patch.go``; recordings D, E; scenarios f-patch, g-apply.
"""

from __future__ import annotations

from ...frozen_json import EMPTY, FrozenMap, Json, as_items
from ...kinds import Kind
from ...objects import Object
from ...schema import record_of
from ..answer import Answer, Details, bad_request, internal_error, not_found
from ..decoding import decode_patched
from ..decoding.options import media_type_of
from ..ownership import applied, tracked
from ..request import APPLY_PATCH, JSON_PATCH, STRATEGIC_MERGE_PATCH, Malformed, Request
from ..settings import Settings
from .merge import merge
from .operations import MOST_OPERATIONS, NotApplicable, apply_operations, malformed
from .strategic import BadStrategicPatch, merge_strategically

_NOT_A_MAP = "json: cannot unmarshal into Go value of type map[string]interface {}"


def patched(request: Request, existing: Object | None, settings: Settings) -> Object | Answer:
    """The object that a patch asks for, with its ``managedFields``, or the refusal; only an apply makes new objects."""
    if isinstance(request.body, Malformed) and request.body.status != 400:  # noqa: PLR2004 - any other is not about form
        return Answer(request.body.status, "RequestEntityTooLarge", request.body.message)
    type_ = media_type_of(request)
    if type_ == APPLY_PATCH:
        return applied(request, existing)
    if existing is None:
        return not_found(request.kind, request.name)
    root = _root(request, type_, existing.root)
    if isinstance(root, Answer):
        return root
    new = decode_patched(request, root)
    return new if isinstance(new, Answer) else tracked(request, new, existing, settings, root)


def _root(request: Request, type_: str, existing: FrozenMap) -> Json | Answer:
    """What the patch makes of the object's JSON."""
    body = request.body
    if isinstance(body, Malformed):
        prefix = "" if type_ == STRATEGIC_MERGE_PATCH else "error decoding patch: "
        return bad_request(prefix + body.message)
    if type_ == JSON_PATCH:
        return _with_operations(existing, body)
    if type_ == STRATEGIC_MERGE_PATCH:
        return _merged_strategically(request.kind, existing, body)
    if not isinstance(body, FrozenMap):
        return bad_request("Invalid JSON Patch" if body is None else f"error decoding patch: {_NOT_A_MAP}")
    return merge(existing, body)


def _with_operations(existing: FrozenMap, body: Json) -> Json | Answer:
    why = malformed(body)
    if why:
        return bad_request(f"error decoding patch: {why}")
    operations = as_items(body)
    if len(operations) > MOST_OPERATIONS:
        message = f"The allowed maximum operations in a JSON patch is {MOST_OPERATIONS}, got {len(operations)}"
        return Answer(413, "RequestEntityTooLarge", message)
    try:
        return apply_operations(existing, operations)
    except NotApplicable:
        return _rejected()


def _rejected() -> Answer:
    """422 without a reason that a client could tell from others."""
    return Answer(422, "Invalid", "the server rejected our request due to an error in our request", details=Details())


def _merged_strategically(kind: Kind, existing: FrozenMap, body: Json) -> Json | Answer:
    type_ = record_of(kind.group, kind.version, kind.name)
    if not isinstance(body, FrozenMap | None) or type_ is None:
        return bad_request(_NOT_A_MAP)
    try:
        return merge_strategically(type_, existing, body or EMPTY)
    except BadStrategicPatch as error:
        match error.status:
            case 400:
                return bad_request(str(error))
            case 422:
                return _rejected()
            case _:
                return internal_error(str(error))
