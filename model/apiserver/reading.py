"""Reads: from where they may be served, and what they answer.

Lives here: what a GET or LIST demands of the copy that serves it (:func:`plan`), which options are refused, and the
answers.  Must not know: how fresh reads and watch caches are obtained; the caller does what the plan says.

Source: Kubernetes documentation, "Resource versions"; Kubernetes 1.36 ``apimachinery/…/internalversion/validation``,
``apiserver/pkg/endpoints/handlers/get.go``, ``apiserver/pkg/storage/{interfaces,util}.go``,
``apiserver/pkg/storage/cacher/cacher.go``; recordings B.9, J.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final

from attrs import frozen

from ..objects import Object, ObjectKey
from .answer import Answer, Cause, Details, bad_request, done, not_found
from .decoding import parse_resource_version
from .field_selectors import FieldSelector, parse_field_selector, unknown_label
from .paging import WHOLE, Page, decode_token, token_after
from .request import Request
from .selectors import BadSelector, Selector, parse_selector
from .settings import Settings
from .storage import Stored
from .subresources import part_of, unseen


class Demand(Enum):
    """What a read demands of the state that it is answered from."""

    MOST_RECENT = "a state that was true at some moment after the request arrived"
    ANY = "any state that this server's cache is in, however old"
    NOT_OLDER = "the state at a revision or at a later one"
    EXACT = "the state at exactly this revision"


@frozen
class Plan:
    """From where a read may be served; ``revision`` belongs to the last two demands, ``page`` to lists."""

    demand: Demand
    revision: int = 0
    page: Page = WHOLE


@frozen
class Selection:
    """Which objects of a kind a list or watch wants."""

    labels: Selector
    fields: FieldSelector

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return not self.labels.requirements and not self.fields.terms

    def admits(self, request: Request, object_: Object) -> bool:
        """Whether an object is wanted.  Objects of other namespaces than the request's are not."""
        if request.namespace and object_.namespace != request.namespace:
            return False
        return self.labels.admits(object_.labels) and self.fields.admits(request.kind, object_)


EVERYTHING: Final = Selection(Selector(), FieldSelector())

_UNCACHED: Final = ("events", "events.events.k8s.io")


def is_cached(request: Request, settings: Settings) -> bool:
    """Whether a server reads a kind through a watch cache.  Events never are.

    Source: Kubernetes 1.36, ``kubeapiserver/default_storage_factory_builder.go`` (watch cache sizes); scenario
    l-watch-gone of the Kubernetes 1.36 recording.
    """
    return settings.watch_cache and request.kind.resource not in _UNCACHED


def plan(request: Request, *, cached: bool = True) -> Plan | Answer:
    """What a read demands, or the refusal of options that cannot be meant.

    ``cached`` says whether a watch cache serves it: where the cache may be in any state, a limit is overlooked, but
    not where it must have come to a revision.
    """
    options = request.options
    if request.verb == "get":
        version = parse_resource_version(options.resource_version)
        return version if isinstance(version, Answer) else _by_age(options.resource_version, version, WHOLE)
    selection = select(request)
    if isinstance(selection, Answer):
        return selection
    limit = 0 if _is_of_one(request, selection) else max(options.limit, 0)
    if options.continue_token and not _is_of_one(request, selection):
        return _continued(request, limit, cached=cached)
    page = Page(limit, from_cache=cached) if limit else WHOLE
    version = parse_resource_version(options.resource_version)
    if isinstance(version, Answer):
        return bad_request(f"invalid resource version: {version.message}")
    match options.resource_version_match:
        case "Exact":
            return Plan(Demand.EXACT, version, page)
        case "" if version and page.limit:
            return Plan(Demand.EXACT, version, page)
        case "" if not options.resource_version:
            return Plan(Demand.MOST_RECENT, page=page)
        case _:
            return _by_age(options.resource_version, version, page if version or not cached else WHOLE)


def select(request: Request) -> Selection | Answer:
    """What a list or watch selects, or the refusal of its options: syntax, sense, and unknown labels, in this order."""
    labels = parse_selector(request.options.label_selector)
    if isinstance(labels, BadSelector):
        return bad_request(labels.message)
    fields = parse_field_selector(request.options.field_selector)
    if isinstance(fields, BadSelector):
        return bad_request(fields.message)
    causes = _watch_causes(request) if request.verb == "watch" else _list_causes(request)
    if causes:
        return _invalid(causes)
    unknown = unknown_label(request.kind, fields)
    return Selection(labels, fields) if unknown is None else bad_request(unknown)


def get_answer(request: Request, copy: Stored | None) -> Answer:
    """The answer to a GET from the copy that its plan allowed."""
    if copy is None:
        return not_found(request.kind, request.name)
    refusal = unseen(request.kind, request.subresource, copy.object)
    return refusal or done(200, part_of(request.kind, request.subresource, copy.object), copy.revision)


def list_answer(request: Request, copies: Iterable[Stored], revision: int, page: Page = WHOLE) -> Answer:
    """The answer to a LIST from a snapshot: the objects of the kind as they were at ``revision``.

    Objects of other namespaces than the request's are left out.  Items come in the order of their keys.  A page ends
    with the item that fills it; if any object follows, selected or not, the answer tells how to go on.
    """
    selection = select(request)
    if isinstance(selection, Answer):
        return selection
    keyed = sorted(((_relative_key(request, copy.object), copy.object) for copy in copies), key=lambda pair: pair[0])
    keyed = [pair for pair in keyed if pair[0] >= page.start] if page.start else keyed
    items: list[Object] = []
    for place, (key, object_) in enumerate(keyed):
        if not selection.admits(request, object_):
            continue
        items.append(object_)
        if len(items) == page.limit and place + 1 < len(keyed):
            token = token_after(key, revision, page)
            remaining = len(keyed) - page.limit if selection.everything else None
            return Answer(200, items=tuple(items), revision=revision, continue_token=token, remaining=remaining)
    return Answer(200, items=tuple(items), revision=revision)


def _relative_key(request: Request, object_: Object) -> str:
    """An object's key behind the prefix of the list."""
    path = ObjectKey(request.kind.resource, object_.namespace, object_.name).path
    return path[len(request.kind.key(request.namespace, "").path) :]


def _by_age(text: str, version: int, page: Page) -> Plan:
    if not text:
        return Plan(Demand.MOST_RECENT, page=page)
    return Plan(Demand.NOT_OLDER, version, page) if version else Plan(Demand.ANY, page=page)


def _is_of_one(request: Request, selection: Selection) -> bool:
    """Whether a list is of the one object that a name selects: it has no pages then."""
    return bool(selection.fields.only_name) and bool(request.namespace or not request.kind.namespaced)


def _continued(request: Request, limit: int, *, cached: bool) -> Plan | Answer:
    token = decode_token(request.options.continue_token)
    if isinstance(token, str):
        return bad_request(f"invalid continue token: {token}")
    if request.options.resource_version not in ("", "0"):
        return bad_request("specifying resource version is not allowed when using continue")
    page = Page(limit, token.start, cached)
    if token.revision < 0:
        return Plan(Demand.MOST_RECENT, page=page)
    return Plan(Demand.EXACT, token.revision, page)


# --- Options that cannot be meant -----------------------------------------------------------------------------------

_MATCH: Final = "resourceVersionMatch"
_INITIAL: Final = "sendInitialEvents"


def _list_causes(request: Request) -> list[Cause]:
    options = request.options
    match = options.resource_version_match
    causes: list[Cause] = []
    if match:
        if not options.resource_version:
            causes.append(_forbidden(_MATCH, f"{_MATCH} is forbidden unless resourceVersion is provided"))
        if options.continue_token:
            causes.append(_forbidden(_MATCH, f"{_MATCH} is forbidden when continue is provided"))
        if match not in ("Exact", "NotOlderThan"):
            causes.append(_unsupported(match, '"Exact", "NotOlderThan", ""'))
        if match == "Exact" and options.resource_version == "0":
            causes.append(_forbidden(_MATCH, f'{_MATCH} "exact" is forbidden for resourceVersion "0"'))
    if options.send_initial_events is not None:
        causes.append(_forbidden(_INITIAL, f"{_INITIAL} is forbidden for list"))
    return causes


def _watch_causes(request: Request) -> list[Cause]:
    options = request.options
    match = options.resource_version_match
    causes: list[Cause] = []
    if options.send_initial_events is not None and match != "NotOlderThan":
        causes.append(_forbidden(_MATCH, f"{_INITIAL} requires setting {_MATCH} to NotOlderThan"))
    if match:
        if options.send_initial_events is None:
            causes.append(_forbidden(_MATCH, f"{_MATCH} is forbidden for watch unless {_INITIAL} is provided"))
        if match != "NotOlderThan":
            causes.append(_unsupported(match, '"NotOlderThan"'))
        if options.continue_token:
            causes.append(_forbidden(_MATCH, f"{_MATCH} is forbidden when continue is provided"))
    return causes


def _forbidden(field: str, why: str) -> Cause:
    return Cause("FieldValueForbidden", field, f"Forbidden: {why}")


def _unsupported(value: str, supported: str) -> Cause:
    return Cause("FieldValueNotSupported", _MATCH, f'Unsupported value: "{value}": supported values: {supported}')


def _invalid(causes: list[Cause]) -> Answer:
    told = [f"{cause.field}: {cause.message}" for cause in causes]
    why = told[0] if len(told) == 1 else f"[{', '.join(told)}]"
    details = Details(group="meta.k8s.io", kind="ListOptions")
    return Answer(422, "Invalid", f'ListOptions.meta.k8s.io "" is invalid: {why}', tuple(causes), details)
