"""What a server warns of when it drops fields.

Lives here: :func:`warnings_of`, :func:`with_warnings`, :func:`with_deprecation`.  Must not know: whether the request
succeeds otherwise.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers``; recordings M.7; scenarios f-patch, i-validation.
"""

from __future__ import annotations

from attrs import evolve

from ...frozen_json import DEEPEST, EMPTY, FrozenMap, Json, as_items, as_map
from ...kinds import Kind
from ..answer import Answer
from ..request import APPLY_PATCH, JSON_PATCH, STRATEGIC_MERGE_PATCH, Malformed, Request
from .options import media_type_of
from .strict import complaints

_WARNING_VALIDATIONS = ("", "Warn")
_NOT_DECODED = (400, 413, 415)
_ADDING = ("add", "replace")


def warnings_of(request: Request) -> tuple[str, ...]:
    """The warnings that an answer to a decodable request carries, of fields that are unknown or were sent twice."""
    if request.verb not in ("create", "update", "patch") or isinstance(request.body, Malformed):
        return ()
    if request.options.field_validation not in _WARNING_VALIDATIONS:
        return ()
    body = request.body
    if media_type_of(request) == APPLY_PATCH:
        return ()
    if media_type_of(request) == JSON_PATCH:
        body = _operations(body)
    elif media_type_of(request) == STRATEGIC_MERGE_PATCH:
        body = _without_directives(body)
    return complaints(request.kind, body, request.duplicates)


def with_warnings(answer: Answer, request: Request) -> Answer:
    """The answer with the warnings that decoding gives; what could not be decoded is not warned of."""
    missing_patched = request.verb == "patch" and answer.status == 404  # noqa: PLR2004 - nothing was patched
    found = () if answer.status in _NOT_DECODED or missing_patched else warnings_of(request)
    return evolve(answer, warnings=(*found, *answer.warnings)) if found else answer


def with_deprecation(answer: Answer, kind: Kind) -> Answer:
    """The answer with the warning that its kind is on its way out, if it is."""
    return evolve(answer, warnings=(kind.deprecation, *answer.warnings)) if kind.deprecation else answer


def _without_directives(patch: Json) -> Json:
    """What a strategic merge patch puts in: its names that begin with a dollar name no fields."""
    if isinstance(patch, FrozenMap):
        return FrozenMap({name: _without_directives(item) for name, item in patch.items() if not name.startswith("$")})
    return tuple(map(_without_directives, patch)) if isinstance(patch, tuple) else patch


def _operations(patch: Json) -> Json:
    """What the operations of a JSON patch put in, as far as they name fields (and not places in lists)."""
    root = EMPTY
    for operation in as_items(patch):
        entry = as_map(operation)
        path = entry.get("path")
        if entry.get("op") in _ADDING and isinstance(path, str) and path.startswith("/") and path.count("/") < DEEPEST:
            root = _put(root, [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")], entry)
    return root


def _put(root: FrozenMap, parts: list[str], operation: FrozenMap) -> FrozenMap:
    first, rest = parts[0], parts[1:]
    value: Json = _put(as_map(root.get(first)), rest, operation) if rest else operation.get("value")
    return root.set(first, value)
