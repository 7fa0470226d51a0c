"""A POST of an eviction: the budget is lowered, the pod is told, and then deleted, each in a transaction of its own.

Lives here: the decisions of an eviction.  Must not know: whether a pod may be evicted (``subresources`` does).

Nothing is taken back: a budget stays lowered when the pod then cannot be deleted.  The controller puts it right.

Source: Kubernetes 1.36, ``pkg/registry/core/pod/storage/eviction.go``; recordings H.4; scenario b-pod.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...frozen_json import FrozenMap
from ...kinds import of_name
from ...objects import Object
from ..admission import Lookup
from ..answer import Answer, not_found, succeeded
from ..deletion import check_preconditions_first
from ..desired import updated
from ..request import BEGIN, Disrupt, Options, Request
from ..settings import AUTHENTICATED, MASTERS
from ..subresources.eviction import (
    EVICTION,
    OLD_VERSION,
    Go,
    disrupted,
    judge,
    lowered,
    options_of,
    still_processed,
)
from .enclosed import enclosed
from .steps import Attempt, FollowUp, Outcome, Reread, Stored, confirmed

_SERVER: Final = "kube-apiserver"
"""Who lowers budgets: the server, as a client of its own."""


def evict(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """Begin an eviction: it first looks at the pod itself, then at its budget."""
    eviction = enclosed(_in_one_version(request), _nothing_wrong, lookup)
    if isinstance(eviction, Answer):
        return eviction
    options = options_of(eviction, request.options)
    if isinstance(options, Answer):
        return options
    if not current:
        return Reread(request)
    if copy is None:
        return not_found(request.kind, request.name)
    request = evolve(request, options=options)
    verdict = judge(copy.object, lookup.live_list("poddisruptionbudgets", request.namespace))
    if isinstance(verdict, Answer):
        return verdict
    if isinstance(verdict, Go):
        version = None if options.precondition_resource_version is not None else verdict.resource_version
        stage = Disrupt(version, verdict.budget)
        return disrupt(request.at(stage), stage, copy, current=False)
    if options.is_dry_run:
        return Reread(_deletion(request, Disrupt()))
    return _lower(request, verdict.budget, lookup)


def _in_one_version(request: Request) -> Request:
    """The request with its ``Eviction`` in the version that the server works with."""
    body = request.body
    if isinstance(body, FrozenMap) and body.get("apiVersion") == OLD_VERSION:
        return evolve(request, body=body.set("apiVersion", EVICTION.api_version))
    return request


def _nothing_wrong(eviction: Object) -> None:
    del eviction


def _lower(request: Request, budget: Object, lookup: Lookup) -> Outcome:
    """The side write of the budget, as the server would ask it of itself: a PUT of its status."""
    kind = of_name("PodDisruptionBudget")
    put = Request(
        verb="update",
        kind=kind,
        namespace=budget.namespace,
        name=budget.name,
        subresource="status",
        body=lowered(budget, request.name).root,
        options=Options(field_manager=_SERVER),
        user="system:apiserver",
        groups=(MASTERS, AUTHENTICATED),
    )
    new = updated(put, budget, lookup)
    if not isinstance(new, Object):
        assert isinstance(new, Answer)  # noqa: S101 - a budget needs nothing from others
        return new
    assert isinstance(new, Object)  # noqa: S101 - a budget has nothing for itself that must be claimed
    again = evolve(request, stage=BEGIN)
    return Attempt(again, put.key, Stored(budget, int(budget.resource_version)), new, then=Disrupt())


def disrupt(request: Request, stage: Disrupt, copy: Stored | None, *, current: bool) -> Outcome:
    """The eviction may go on: tell the pod why it is deleted.  A dry run leaves that out."""
    if request.options.is_dry_run:
        return Reread(_deletion(request, stage))
    if copy is None:
        return confirmed(not_found(request.kind, request.name), request, current=current)
    refusal = check_preconditions_first(_deletion(request, stage), copy.object)
    if refusal is not None:
        return _refused(request, stage, copy, refusal) if current else Reread(request)
    value = disrupted(copy.object).without_metadata("resourceVersion")
    if value != copy.value:
        return Attempt(request, request.key, copy, value)
    return Reread(_deletion(request, stage)) if current else Reread(request)


def after_disruption(request: Request, stage: Disrupt, revision: int) -> FollowUp:
    """The pod was told: delete it, on condition that it stays as it is now where it had to stay as it was."""
    version = str(revision)
    moved = evolve(stage, resource_version=stage.resource_version and version)
    options = request.options
    if options.precondition_resource_version is not None:
        options = evolve(options, precondition_resource_version=version)
    return FollowUp(_deletion(evolve(request, options=options), moved), None)


def evicted(request: Request, stage: Disrupt, copy: Stored | None, answer: Answer) -> Answer | Reread:
    """What an eviction answers where the deletion that ends it would give this answer."""
    if answer.ok:
        return succeeded(answer.revision)
    if copy is None or answer.reason != "Conflict":
        return answer
    return _refused(request, stage, copy, answer)


def _refused(request: Request, stage: Disrupt, copy: Stored, refusal: Answer) -> Answer | Reread:
    """The pod is not as it has to be.  If that was the server's condition, the client is not told of it.

    Where no budget was asked everything is looked at again: one may have a say by now.
    """
    uid = request.options.precondition_uid
    if stage.resource_version is None or uid not in (None, copy.object.uid):
        return refusal
    if stage.budget:
        return still_processed(stage.budget)
    anew = Options(dry_run=request.options.dry_run)
    return Reread(evolve(request, verb="create", options=anew, stage=BEGIN, evicts=None))


def _deletion(request: Request, stage: Disrupt) -> Request:
    """The deletion that ends an eviction."""
    options = request.options
    if stage.resource_version is not None:
        options = evolve(options, precondition_resource_version=stage.resource_version)
    return evolve(request, verb="delete", options=options, stage=BEGIN, evicts=stage)
