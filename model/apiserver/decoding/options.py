"""Media types and options of requests, before anything of the body is looked at.

Lives here: :func:`check_options`, and what a resourceVersion may look like.  Must not know: bodies, or what is stored.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/handlers`` (``create.go``, ``update.go``, ``patch.go``,
``delete.go``), ``apimachinery/pkg/apis/meta/v1/validation/validation.go``; recordings D.3, E.1, G.5; scenario
i-validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..answer import Answer, Cause, bad_request, internal_error, invalid_options, unsupported_media_type
from ..causes import forbidden_value, invalid_value, not_supported, required, too_long
from ..request import (
    APPLY_PATCH,
    JSON,
    JSON_PATCH,
    MERGE_PATCH,
    STRATEGIC_MERGE_PATCH,
    Malformed,
    Request,
)

YAML: Final = "application/yaml"
PROTOBUF: Final = "application/vnd.kubernetes.protobuf"

_OPTIONS_KIND: Final = {
    "create": "CreateOptions",
    "update": "UpdateOptions",
    "patch": "PatchOptions",
    "delete": "DeleteOptions",
    "deletecollection": "DeleteOptions",
}
_POLICIES: Final = ("Foreground", "Background", "Orphan")
_FIELD_VALIDATIONS: Final = ("", "Ignore", "Strict", "Warn")
_LONGEST_MANAGER: Final = 128
_LARGEST_RESOURCE_VERSION: Final = 2**64 - 1
_DIGITS_OF_ANY: Final = 20


def check_options(request: Request) -> Answer | None:
    """Refuse a request whose media type or options cannot be meant; ``None`` lets it pass."""
    return _check_media_type(request) or _check_body_of_deletion(request) or _check_values(request)


def media_type_of(request: Request) -> str:
    """The media type of the body, without its parameters; a body that does not tell is JSON."""
    return request.media_type.partition(";")[0].strip().lower() or JSON


def accepted_media_types(request: Request) -> tuple[str, ...]:
    """What the body of a request may be.  Custom resources have no strategic merge patch, and no protobuf."""
    if request.verb == "patch":
        strategic = () if request.kind.custom else (STRATEGIC_MERGE_PATCH,)
        return (JSON_PATCH, MERGE_PATCH, *strategic, APPLY_PATCH)
    return (JSON, YAML) if request.kind.custom else (JSON, YAML, PROTOBUF)


def _check_media_type(request: Request) -> Answer | None:
    if request.verb not in ("create", "update", "patch") or media_type_of(request) in accepted_media_types(request):
        return None
    accepted = ", ".join(accepted_media_types(request))
    return unsupported_media_type(
        f"the body of the request was in an unknown format - accepted media types include: {accepted}"
    )


def _check_body_of_deletion(request: Request) -> Answer | None:
    if request.verb in ("delete", "deletecollection") and isinstance(request.body, Malformed):
        return bad_request(request.body.message)
    return None


def _check_values(request: Request) -> Answer | None:
    causes = tuple(_wrong_values(request))
    return invalid_options(_OPTIONS_KIND[request.verb], *causes) if causes else None


def _wrong_values(request: Request) -> Iterator[Cause]:
    match request.verb:
        case "create" | "update":
            yield from _wrong_field_manager(request)
        case "patch":
            yield from _wrong_patch_options(request)
        case "delete" | "deletecollection":
            yield from _wrong_propagation(request)
        case _:
            return
    if request.options.dry_run and request.options.dry_run != ("All",):
        yield not_supported("dryRun", request.options.dry_run, ("All",))
    if request.options.field_validation not in _FIELD_VALIDATIONS:
        yield not_supported("fieldValidation", request.options.field_validation, _FIELD_VALIDATIONS)


def _wrong_patch_options(request: Request) -> Iterator[Cause]:
    if media_type_of(request) != APPLY_PATCH:
        if request.options.force is not None:
            yield forbidden_value("force", "may not be specified for non-apply patch")
    elif not request.options.field_manager:
        yield required("fieldManager", "is required for apply patch")
    yield from _wrong_field_manager(request)


def _wrong_field_manager(request: Request) -> Iterator[Cause]:
    manager = request.options.field_manager
    if len(manager.encode("utf-8", "replace")) > _LONGEST_MANAGER:
        yield too_long("fieldManager", _LONGEST_MANAGER)
    elif not manager.isprintable():
        yield invalid_value("fieldManager", "should only contain printable characters")


def _wrong_propagation(request: Request) -> Iterator[Cause]:
    policy = request.options.propagation_policy
    if policy is not None and request.options.orphan_dependents is not None:
        yield invalid_value("propagationPolicy", "orphanDependents and deletionPropagation cannot be both set")
    if policy is not None and policy not in _POLICIES:
        yield not_supported("propagationPolicy", policy, _POLICIES)


def parse_resource_version(text: str) -> int | Answer:
    """The number that a resourceVersion stands for, 0 for none; one that is no number is an internal error (500)."""
    if not text:
        return 0
    if text.isascii() and text.isdigit():
        digits = text.lstrip("0")
        if len(digits) <= _DIGITS_OF_ANY and int(digits or "0") <= _LARGEST_RESOURCE_VERSION:
            return int(digits or "0")
        return internal_error(f'strconv.ParseUint: parsing "{text}": value out of range')
    return internal_error(f'strconv.ParseUint: parsing "{text}": invalid syntax')
