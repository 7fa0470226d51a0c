"""One HTTP request through the whole chain of a server, on an etcd that nobody else uses meanwhile.

Lives here: :func:`serve`, the order of the stages before an object is looked at: authentication, impersonation,
authorization, the route, the form of the answer.  Must not know: what the stages decide.

Source: recordings L; Kubernetes 1.36, ``apiserver/pkg/server/config.go`` (DefaultBuildHandlerChain).
"""

from __future__ import annotations

from attrs import evolve

from ..etcd.cells import Cells
from ..kinds import Kind
from ..kinds.reviews import COMPONENT_STATUS
from . import front
from .answer import Answer
from .authentication import authenticate
from .authorization import attributes_of, refuse
from .calls import Calls
from .connections import log
from .decoding import bounded, with_deprecation
from .definition_controllers import settle
from .definitions import refuse_while_terminating, served_kinds
from .discovery import component_statuses, document
from .http import HttpRequest
from .impersonation import impersonated
from .lookup import Lookup
from .negotiation import in_form, wanted_form
from .request import Request
from .rest import NotModelled, parse_request
from .reviews import is_review, review
from .routes import builtin_groups
from .settings import FULL, Settings, User
from .views import viewed_answer


def serve(  # noqa: PLR0913 - the last three by keyword
    cells: Cells,
    http: HttpRequest,
    settings: Settings = FULL,
    *,
    past: Cells | None = None,
    opened: int = 0,
    calls: Calls | None = None,
) -> Answer | NotModelled:
    """The answer to a request; ``cells`` (an etcd) are changed by writes.  For the rest see :func:`.front.handle`."""
    if settings.settles:
        settle(cells, settings)
    lookup = front.EtcdLookup(cells, settings, calls)
    user = admit(http, lookup)
    if isinstance(user, Answer):
        return user
    known = _custom_kinds(http, lookup)
    told = document(http.method, http.path, frozenset((kind.group, kind.version) for kind in known))
    if told is not None:
        return told
    request = parse_request(
        http.method,
        http.path,
        query=http.query,
        body=bounded(http.body),
        media_type=http.media_type,
        user=user.name,
        groups=user.groups,
        known=known,
    )
    if isinstance(request, NotModelled) or (isinstance(request, Answer) and request.reason != "BadRequest"):
        return request
    form = wanted_form(http, is_list=attributes_of(http, user).verb == "list")
    if isinstance(form, Answer | NotModelled):
        return form
    if isinstance(request, Answer):  # bad options: a real server reads them once it knows how to answer
        return request
    request = evolve(request, duplicates=http.duplicates, agent="".join(http.header("User-Agent")[:1]))
    answer = _handled(cells, request, user, lookup, past=past, opened=opened)
    return answer if isinstance(answer, NotModelled) else in_form(in_version(answer, request.kind), form)


def in_version(answer: Answer, kind: Kind) -> Answer:
    """An answer in the version of the kind that was asked for, with what everybody is warned of who asks for it."""
    return with_deprecation(viewed_answer(answer, kind), kind)


def admit(http: HttpRequest, lookup: Lookup) -> User | Answer:
    """In whose name a request is carried out, or the refusal to do so (401, 403)."""
    user = authenticate(http, lookup)
    if isinstance(user, Answer):
        return user
    user = impersonated(http, user, lookup)
    if isinstance(user, Answer):
        return user
    return refuse(http, user, lookup) or user


def _custom_kinds(http: HttpRequest, lookup: Lookup) -> tuple[Kind, ...]:
    """The custom kinds that are served, if the path is not in one of the server's own groups."""
    prefix, group = (*http.parts, "", "")[:2]
    return served_kinds(lookup) if prefix == "apis" and group not in builtin_groups() else ()


def _handled(  # noqa: PLR0913 - the last two by keyword
    cells: Cells, request: Request, user: User, lookup: front.EtcdLookup, *, past: Cells | None, opened: int
) -> Answer | NotModelled:
    if is_review(request.kind):
        return review(request, user, lookup)
    if request.kind == COMPONENT_STATUS:
        return component_statuses(request)
    if request.subresource == "log":
        return log(request, lookup)
    refusal = refuse_while_terminating(request, lookup)
    return refusal or front.handle(cells, request, lookup.settings, past=past, opened=opened, calls=lookup.calls)
