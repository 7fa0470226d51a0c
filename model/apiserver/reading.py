"""Reads: from where they may be served, and what they answer.

Lives here: what a GET or LIST demands of the copy that serves it (:func:`plan`), and the answers.  Must not know: how
fresh reads and watch caches are obtained; the caller does what the plan says.

Modelled: most recent, any, not older than, exactly; label selectors.  Not modelled yet: pages and field selectors.

Source: Kubernetes documentation, "Resource versions"; Kubernetes 1.36 ``apimachinery/…/internalversion/validation``;
recordings B.9, J.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from attrs import frozen

from ..objects import ObjectKey
from .answer import Answer, Cause, Details, bad_request, done, not_found
from .decoding import parse_resource_version
from .request import Request
from .selectors import parse_selector
from .storage import Stored


class Demand(Enum):
    """What a read demands of the state that it is answered from."""

    MOST_RECENT = "a state that was true at some moment after the request arrived"
    ANY = "any state that this server's cache is in, however old"
    NOT_OLDER = "the state at a revision or at a later one"
    EXACT = "the state at exactly this revision"


@frozen
class Plan:
    """From where a read may be served; ``revision`` belongs to the last two demands."""

    demand: Demand
    revision: int = 0


def plan(request: Request) -> Plan | Answer:
    """What a read demands, or the refusal of options that cannot be meant."""
    options = request.options
    version = parse_resource_version(options.resource_version)
    if request.verb == "get":
        if isinstance(version, Answer):
            return version
        return _by_age(options.resource_version, version)
    if isinstance(version, Answer):
        return bad_request(f"resourceVersion: Invalid value: {options.resource_version!r}")
    match options.resource_version_match:
        case "":
            exact = version > 0 and options.limit > 0
            return Plan(Demand.EXACT, version) if exact else _by_age(options.resource_version, version)
        case _ if not options.resource_version:
            return _invalid_match(
                "FieldValueForbidden", "resourceVersionMatch is forbidden unless resourceVersion is provided"
            )
        case "NotOlderThan":
            return _by_age(options.resource_version, version)
        case "Exact" if version == 0:
            return _invalid_match(
                "FieldValueForbidden", 'resourceVersionMatch "Exact" is forbidden for resourceVersion "0"'
            )
        case "Exact":
            return Plan(Demand.EXACT, version)
        case other:
            return _invalid_match("FieldValueNotSupported", f"Unsupported value: {other!r}")


def _by_age(text: str, version: int) -> Plan:
    if not text:
        return Plan(Demand.MOST_RECENT)
    return Plan(Demand.NOT_OLDER, version) if version else Plan(Demand.ANY)


def _invalid_match(reason: str, why: str) -> Answer:
    cause = Cause(reason, "resourceVersionMatch", why)
    return Answer(
        422,
        "Invalid",
        f'ListOptions.meta.k8s.io "" is invalid: {why}',
        (cause,),
        Details(group="meta.k8s.io", kind="ListOptions"),
    )


def get_answer(request: Request, copy: Stored | None) -> Answer:
    """The answer to a GET from the copy that its plan allowed."""
    if copy is None:
        return not_found(request.kind, request.name)
    return done(200, copy.object, copy.revision)


def list_answer(request: Request, copies: Iterable[Stored], revision: int) -> Answer:
    """The answer to a LIST from a snapshot: the objects of the kind as they were at ``revision``.

    Objects of other namespaces than the request's are left out.  Items come in the order of their keys.
    """
    selector = parse_selector(request.options.label_selector)
    if selector is None:
        return bad_request(f"unable to parse requirement: {request.options.label_selector!r}")
    keyed: list[tuple[str, Stored]] = []
    for copy in copies:
        object_ = copy.object
        in_namespace = not request.namespace or object_.namespace == request.namespace
        if in_namespace and selector.admits(object_.labels):
            keyed.append((_path(request, copy), copy))
    keyed.sort(key=lambda pair: pair[0])
    return Answer(200, items=tuple(copy.object for _, copy in keyed), revision=revision)


def _path(request: Request, copy: Stored) -> str:
    return ObjectKey(request.kind.resource, copy.object.namespace, copy.object.name).path
