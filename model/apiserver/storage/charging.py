"""Quotas are charged before the object is stored, each in a transaction of its own.

Lives here: the side writes of a quota's ``used``, and the stages around them.  Must not know: what is counted (the
quotas' plugin does).

No transaction spans two objects, so the charge and the object are two.  The charge comes first, when all other checks
have passed; it is a compare-and-swap, so two servers cannot both take the last place.  It is not taken back when the
object's own transaction fails (the name is taken): only the controller that counts what is there puts that right.

A charge that loses its compare is computed again from the server's cache, three times at most; then the request fails
with the conflict.  Where several quotas count one object, they are charged one after the other.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/resourcequota/controller.go``; recordings B.10, L.
"""

from __future__ import annotations

from typing import Final

from ...kinds import of_name
from ...objects import Object
from ..admission import Lookup, Operation, Review
from ..admission.quotas import NAME, Counted, charges
from ..answer import Answer, conflict
from ..desired import MODIFIED, check_creation_version
from ..ownership import tracked
from ..request import BEGIN, Charge, Ready, Request
from .steps import Attempt, Outcome, Stored

MOST_LOSSES: Final = 3
"""How often a charge may lose its compare and be tried again."""

_QUOTA: Final = of_name("ResourceQuota")
_SERVER: Final = "kube-apiserver"
"""Who owns what a charge changes: the server asks itself, as a client like others."""


def next_charge(
    request: Request, object_: Object, lookup: Lookup, previous: Object | None = None
) -> Attempt | Answer | None:
    """What must come before the object's own transaction: a charge, or a refusal; ``None`` if nothing.

    The object has passed all other checks.  ``previous`` is what it is to replace (with its resourceVersion).  Call it
    at the request's beginning; a charge leads to the object's own transaction by itself (:func:`placed`).
    """
    if request.options.is_dry_run or NAME not in lookup.settings.plugins:
        return None
    return _next(request, Charge(object_, previous), lookup)


def charge(request: Request, stage: Charge, lookup: Lookup) -> Outcome:
    """The next charge of a request that has begun to charge, or its own transaction when none is left."""
    step = _next(request, stage, lookup)
    return placed(request, Ready(stage.object, stage.previous)) if step is None else step


def _next(request: Request, stage: Charge, lookup: Lookup) -> Attempt | Answer | None:
    operation: Operation = "CREATE" if stage.previous is None else "UPDATE"
    found = charges(Review(operation, request.at(BEGIN), stage.object, stage.previous), lookup)
    if isinstance(found, Answer):
        return found
    left = [each for each in found if each.quota.name not in stage.charged]
    if not left:
        return None
    quota = left[0].quota
    if stage.losses > MOST_LOSSES:
        return conflict(_QUOTA, quota.name, MODIFIED)
    after = Charge(stage.object, stage.previous, (*stage.charged, quota.name), stage.losses)
    again = Charge(stage.object, stage.previous, stage.charged, stage.losses + 1)
    return Attempt(
        request.at(again),
        _QUOTA.key(quota.namespace, quota.name),
        Stored(quota, int(quota.resource_version)),
        _written(left[0], lookup),
        then=Ready(stage.object, stage.previous) if len(left) == 1 else after,
    )


def _written(counted: Counted, lookup: Lookup) -> Object:
    """The quota as it is stored."""
    quota = counted.quota
    asked = Request(
        verb="update", kind=_QUOTA, namespace=quota.namespace, name=quota.name, subresource="status", agent=_SERVER
    )
    return tracked(asked, counted.charged, quota, lookup.settings).without_metadata("resourceVersion")


def placed(request: Request, stage: Ready) -> Outcome:
    """The object's own transaction, all checks and charges being done.  If it loses, the request begins anew."""
    begun = request if request.stage == BEGIN else request.at(BEGIN)
    if stage.previous is not None:
        copy = Stored(stage.previous, int(stage.previous.resource_version))
        return Attempt(begun, request.key, copy, stage.object)
    new = check_creation_version(stage.object)
    if isinstance(new, Answer):
        return new
    return Attempt(begun, request.kind.key(new.namespace, new.name), None, new)
