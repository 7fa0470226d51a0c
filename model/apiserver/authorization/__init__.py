"""Second stage: whether who asks may.

Lives here: :func:`refuse` (before anything of a request is looked at but its path), :func:`refuse_request` where there
is no path, and :func:`may_create` (for updates that turn out to create).  What is wanted is in ``attributes``, who has
which rights in ``rbac`` and ``rules``, the check of what is granted in ``escalation``.  Must not know: whether what is
asked for exists.

Source: Kubernetes 1.36, ``apiserver/pkg/endpoints/filters/authorization.go``; recordings L, M; scenario n-rbac.
"""

from __future__ import annotations

from ..answer import Answer
from ..http import HttpRequest
from ..lookup import Lookup
from ..request import Request
from ..settings import MASTERS, User
from .attributes import Attributes, attributes_of, attributes_of_request
from .escalation import refuse_escalation
from .rbac import Decision, authorize

__all__ = [
    "Attributes",
    "Decision",
    "attributes_of",
    "authorize",
    "may_create",
    "refuse",
    "refuse_escalation",
    "refuse_request",
]


def refuse(http: HttpRequest, user: User, lookup: Lookup) -> Answer | None:
    """Refuse (403) what a user may not do; ``None`` lets it pass."""
    wanted = attributes_of(http, user)
    decision = authorize(wanted, lookup)
    return None if decision.allowed else wanted.forbidden(decision.reason)


def refuse_request(request: Request, lookup: Lookup) -> Answer | None:
    """As :func:`refuse`, for requests that are made as values and have no path."""
    if lookup.settings.authorization == "AlwaysAllow" or MASTERS in request.groups:
        return None
    wanted = attributes_of_request(request)
    decision = authorize(wanted, lookup)
    return None if decision.allowed else wanted.forbidden(decision.reason)


def may_create(request: Request, lookup: Lookup) -> Answer | None:
    """Refuse (403) an update or apply that would create, to who may not create; ``None`` lets it pass.

    It is asked after the new object has been validated, and before validating admission.
    """
    if lookup.settings.authorization == "AlwaysAllow" or MASTERS in request.groups:
        return None
    wanted = attributes_of_request(request, "create")
    decision = authorize(wanted, lookup)
    return None if decision.allowed else wanted.forbidden(decision.reason)
