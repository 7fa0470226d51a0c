"""Server-side apply: what an apply configuration makes of an object.

Lives here: the checks of a configuration, its merge, the refusal for conflicts.  Must not know: what is stored.

What is not modelled: the annotation of client-side apply, by which ``kubectl`` takes over objects without conflicts;
fields that were owned in another version of the kind (they are left to their owners).

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers/patch.go`` (``applyPatcher``),
``apimachinery/pkg/util/managedfields/internal/{versioncheck,structuredmerge,conflict}.go``; recordings E; scenario
g-apply.
"""

from __future__ import annotations

from ...frozen_json import FrozenMap, Json, as_map
from ...objects import Object
from ..answer import Answer, Cause, Details, bad_request, conflict, internal_error, not_found
from ..decoding import Undecodable, agree_with_url, decode
from ..request import Malformed, Request
from .fields import path_text
from .managers import Manager, described, read_managed
from .merging import misfits
from .owned import Applied, Conflict, after_apply
from .shapes import shape_of
from .tracking import begun, manager_name, readable, with_managed, with_times_of, writer, zero_of


def applied(request: Request, existing: Object | None) -> Object | Answer:
    """The object that an apply wants, with its ``managedFields``; or the refusal.

    An object that is not there is created, unless the apply is to a subresource (404).
    """
    if existing is None and request.subresource:
        return not_found(request.kind, request.name)
    config = _checked(request)
    if isinstance(config, Answer):
        return config
    live = Object(zero_of(request.kind)) if existing is None else existing
    wanted = _applied_to(request, live, config, is_new=existing is None)
    if isinstance(wanted, Answer):
        return wanted
    if request.options.field_validation == "Strict" and request.duplicates:
        return bad_request(f"error strict decoding YAML: key {request.duplicates[0]!r} already set in map")
    if existing is None and wanted.uid:
        why = f"uid mismatch: the provided object specified uid {wanted.uid}, and no existing object was found"
        return conflict(request.kind, request.name, why)
    return agree_with_url(request, wanted)


def _checked(request: Request) -> FrozenMap | Answer:
    """The configuration, if it is one of this kind and has only fields that the kind has."""
    kind, body = request.kind, request.body
    if isinstance(body, Malformed):
        return bad_request(f"error decoding YAML: {body.message}")
    if not isinstance(body, FrozenMap | None):
        return bad_request("error decoding YAML: json: cannot unmarshal into Go value of type map[string]interface {}")
    config = as_map(body)
    api_version, name = config.get("apiVersion"), config.get("kind")
    if (api_version, name) != (kind.api_version, kind.name):
        group, _, version = _text(api_version).rpartition("/")
        return bad_request(f"invalid object type: {group}/{version}, Kind={_text(name)}")
    metadata = as_map(config.get("metadata"))
    if isinstance(metadata.get("managedFields"), tuple):
        return bad_request("metadata.managedFields must be nil")
    wrong = tuple(misfits(shape_of(kind), config))
    if wrong:
        what = f"{_text(metadata.get('namespace'))}/{_text(metadata.get('name'))}"
        type_ = f"{kind.group}/{kind.version}, Kind={kind.name}"
        return internal_error(f"failed to create typed patch object ({what}; {type_}): {'; '.join(wrong)}")
    return config


def _applied_to(request: Request, live: Object, config: FrozenMap, *, is_new: bool) -> Object | Answer:
    written = live.metadata.get("managedFields")
    try:
        read_managed(written)
    except ValueError as wrong:
        return internal_error(f"failed to decode managed fields: {wrong}")
    before = readable(request.kind, written)
    managed = before if is_new else begun(request, live, before)
    manager = Manager("Apply", manager_name(request), subresource=request.subresource)
    bare = live.without_metadata("managedFields").root
    result = after_apply(writer(request, manager), bare, config, managed, force=request.options.force is True)
    if not isinstance(result, Applied):
        return _conflict(result)
    after = with_times_of(managed, result.managed) if request.subresource == "scale" else result.managed
    if result.object is None:
        return with_managed(live, after)
    wanted = decode(request.kind, result.object)
    if isinstance(wanted, Undecodable):
        return internal_error(f"failed to convert new typed object: {wanted.message}")
    return with_managed(wanted, after)


def _conflict(conflicts: tuple[Conflict, ...]) -> Answer:
    """409: fields of others would change."""
    causes = tuple(
        Cause("FieldManagerConflict", path_text(each.path), f"conflict with {described(each.manager)}")
        for each in conflicts
    )
    count = f"{len(causes)} conflict{'s' if len(causes) > 1 else ''}"
    listed = ", ".join(f"{cause.message}: {cause.field}" for cause in causes)
    return Answer(409, "Conflict", f"Apply failed with {count}: {listed}", causes, Details())


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""
