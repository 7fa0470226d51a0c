"""What a create, an update or a patch wants to store: the stages between decoding and storage, in their order.

Lives here: :func:`created` and :func:`updated`, each from the request and the object that is there to the object that
is to be there, or to the first refusal.  Must not know: whether the copy it is given is fresh, or how the result is
stored.

The order, which decides what a request with several faults is told:

* create: options, decoding, URL, admission of the namespace, validation, resourceVersion set, (storage: exists);
* update: options, decoding, URL, (missing), uid, admission, resourceVersion, validation;
* patch: options, (missing), the patch, URL, admission, resourceVersion, validation.

Source: recordings L; Kubernetes 1.36, ``apiserver/pkg/registry/generic/registry/store.go`` and ``registry/rest``.
"""

from __future__ import annotations

from ..objects import Object
from . import admission
from .addresses import Need, allocated
from .admission import Lookup, Review
from .answer import Answer, Cause, Details, conflict, internal_error, invalid, not_found
from .authorization import may_create, refuse_escalation
from .decoding import agree_with_url, check_options, decode_body, finished, parse_resource_version
from .deletion import check_preconditions
from .owners import without_repeated
from .ownership import tracked, with_times_kept
from .patching import patched
from .preparation import for_creation, for_update
from .request import Request
from .strategies.custom_rules import broken_rules
from .subresources import about_brought, about_whole, is_about_part, part_of, whole_of
from .validation import example_name, validate_creation, validate_update
from .views import in_store, viewed

MODIFIED = "the object has been modified; please apply your changes to the latest version and try again"


def created(request: Request, lookup: Lookup) -> Object | Answer | Need:
    """The new object that a POST wants to store, or the first refusal; its version is not looked at yet."""
    refusal = check_options(request)
    if refusal is not None:
        return refusal
    sent = _sent(request)
    if isinstance(sent, Answer):
        return sent
    sent = tracked(request, without_repeated(sent), None, lookup.settings, sent=request.body)
    return _prepared_creation(*in_store(request, sent, None), lookup)


def updated(request: Request, existing: Object | None, lookup: Lookup) -> Object | Answer | Need:
    """The object that a PUT or PATCH wants to store in place of what is there, or the first refusal.

    A result without a uid is a new object: the kind lets a PUT create it.
    """
    refusal = check_options(request)
    if refusal is not None:
        return refusal
    shown = None if existing is None else viewed(request.kind, existing)
    if request.verb == "patch":
        new = _patched(request, shown, lookup)
    else:
        new = _sent(about_brought(request))
        if not isinstance(new, Answer):
            refusal = _check_put_target(request, new, existing)
            if refusal is not None:
                return refusal
            if not is_about_part(request):
                new = tracked(request, without_repeated(new), shown, lookup.settings, sent=request.body)
    if isinstance(new, Answer):
        return new
    request, new = in_store(request, new, existing)
    if existing is None:
        return _prepared_creation(request, new.without_metadata("resourceVersion"), lookup)
    return _changed(request, new, existing, lookup)


def _patched(request: Request, existing: Object | None, lookup: Lookup) -> Object | Answer:
    if not is_about_part(request):
        return patched(about_whole(request), existing, lookup.settings)
    if existing is None:
        return not_found(request.kind, request.name)
    return patched(about_brought(request), part_of(request.kind, request.subresource, existing), lookup.settings)


def _sent(request: Request) -> Object | Answer:
    decoded = decode_body(request)
    return decoded if isinstance(decoded, Answer) else agree_with_url(request, decoded)


def _prepared_creation(request: Request, sent: Object, lookup: Lookup) -> Object | Answer | Need:
    admitted = admission.mutate(Review("CREATE", request, sent), lookup)
    if isinstance(admitted, Answer):
        return admitted
    admitted = without_repeated(admitted)
    refusal = refuse_escalation(request, admitted, None, lookup)
    if refusal is not None:
        return refusal
    new = allocated(request, admitted, None, lookup)
    if not isinstance(new, Object):
        return new
    new = finished(request.kind, for_creation(request.kind, new))
    causes = validate_creation(request.kind, new)
    causes += broken_rules(request.kind, new, None, causes, lookup.settings)
    if causes:
        return invalid(request.kind, example_name(new), causes)
    if request.verb != "create":
        refusal = may_create(request, lookup)
        if refusal is not None:
            return refusal
    return admission.validate(Review("CREATE", request, new), lookup) or new


def check_creation_version(new: Object) -> Object | Answer:
    """Refuse (500) a new object that claims to have a version; "0" counts as none."""
    version = parse_resource_version(new.resource_version)
    if isinstance(version, Answer):
        return version
    if version:
        return internal_error("resourceVersion should not be set on objects to be created")
    return new.without_metadata("resourceVersion")


def _check_put_target(request: Request, new: Object, existing: Object | None) -> Answer | None:
    """Refuse a PUT on what is missing (404) or has another uid than the body (409)."""
    if existing is None and (request.subresource or not request.kind.create_on_update):
        return not_found(request.kind, request.name)
    if not new.uid:
        return None
    if existing is None:
        return conflict(
            request.kind, request.name, f"Precondition failed: UID in precondition: {new.uid}, UID in object meta: "
        )
    return check_preconditions(request.kind, existing, new.uid, None)


def _changed(request: Request, new: Object, existing: Object, lookup: Lookup) -> Object | Answer | Need:
    by_part = is_about_part(request)
    admitted = admission.mutate(_review(request, new, existing, by_part=by_part), lookup)
    if by_part and not isinstance(admitted, Answer):
        admitted = whole_of(request.kind, request.subresource, existing, admitted)
        if not isinstance(admitted, Answer):
            admitted = tracked(request, admitted, existing, lookup.settings)
    if isinstance(admitted, Answer):
        return admitted
    admitted = without_repeated(admitted)
    refusal = refuse_escalation(request, admitted, existing, lookup) or check_version(request, admitted, existing)
    if refusal is not None:
        return refusal
    given = allocated(request, admitted, existing, lookup)
    if not isinstance(given, Object):
        return given
    new = for_update(request.kind, given, existing, request.subresource).without_metadata("resourceVersion")
    new = with_times_kept(new, existing)
    causes = validate_update(request.kind, new, existing, request.subresource)
    causes += broken_rules(request.kind, new, existing, causes, lookup.settings)
    if causes:
        return invalid(request.kind, new.name, causes)
    seen = part_of(request.kind, request.subresource, new) if by_part else new
    return admission.validate(_review(request, seen, existing, by_part=by_part), lookup) or new


def _review(request: Request, new: Object, existing: Object, *, by_part: bool) -> Review:
    """What admission is asked: about the part, where the request is about one."""
    old = part_of(request.kind, request.subresource, existing) if by_part else existing
    return Review("UPDATE", request, new, old)


def check_version(request: Request, new: Object, existing: Object) -> Answer | None:
    """Optimistic concurrency: refuse (409) an object that was made from another version than the one that is there.

    Without a version an update is unconditional, unless the kind demands one (422).
    """
    version = parse_resource_version(new.resource_version)
    if isinstance(version, Answer):
        return version
    if version == 0 and request.kind.allow_unconditional_update:
        return None
    if version == 0:
        return _version_required(request)
    if str(version) != existing.resource_version:
        return conflict(request.kind, request.name, MODIFIED)
    return None


def _version_required(request: Request) -> Answer:
    """A real server names the resource here, where it names the kind in every other 422."""
    kind = request.kind
    cause = Cause("FieldValueInvalid", "metadata.resourceVersion", "Invalid value: 0: must be specified for an update")
    details = Details(name=request.name, group=kind.group, kind=kind.plural)
    return Answer(422, "Invalid", f'{kind.plural} "{request.name}" is invalid: {cause.message}', (cause,), details)
