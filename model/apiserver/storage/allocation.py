"""The addresses and ports of services are taken and given back, each by a write of another object.

Lives here: those side writes, and the stages around them.  Must not know: what a service needs (``addresses`` does).

No transaction spans two objects, so a service and what it has are stored one after the other, and whatever happens in
between, an address is rather lost than given twice:

* a new service: its address is taken, then its ports one by one, then the object is stored.  If it is refused after
  all (it is invalid, its name is taken), they are given back by further transactions;
* a changed service: what it newly needs is taken; once it has passed all checks, what it gives up is given back; only
  then is it stored.  If that loses, what was taken for it stays taken, for nobody;
* a deleted service: the object goes first, then its endpoints, then its addresses and ports.

Each of these transactions is a compare-and-swap of its own, so another request may come in between.  What nobody has
any more and was never given back a real server finds when it looks through all services now and then; here nobody does.

Source: Kubernetes 1.36, ``pkg/registry/core/service/storage/{storage,alloc,transaction}.go``,
``apiserver/pkg/registry/generic/registry/store.go`` (BeginCreate, BeginUpdate, AfterDelete); recordings B.10, and the
etcd log of each request; scenarios d-service-lease-others, s-generation, u-etcd-view.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...kinds import of_name
from ...objects import Object, ObjectKey
from ..addresses import (
    ALLOCATED,
    NODE_PORTS,
    PORTS_KEY,
    Need,
    address_key,
    address_object,
    claims_of,
    given_up,
    ports_in,
    ports_object,
)
from ..addresses.pool import free_address, free_port, is_in_range, ranges_of
from ..admission import Lookup
from ..answer import Answer, Cause, Details, invalid
from ..causes import invalid_value
from ..request import ADDRESS, BEGIN, NODE_PORT, Claim, Claimed, Doubted, Ready, Release, Request
from ..times import NOW
from .charging import placed
from .steps import Attempt, FollowUp, Outcome, Reread, Stored

_ENDPOINTS: Final = "endpoints"
_TAKEN: Final = "provided {} is already allocated"


def claim(request: Request, need: Need, previous: Object | None, *, current: bool, lookup: Lookup) -> Outcome:
    """The transaction that takes what a service needs next, or the refusal if it cannot have it."""
    if need.what == ADDRESS:
        return _claim_address(request, need, previous, current=current, lookup=lookup)
    return _claim_port(request, need, previous, current=current, lookup=lookup)


def _claim_address(request: Request, need: Need, previous: Object | None, *, current: bool, lookup: Lookup) -> Outcome:
    """An address is taken by creating the object of its name: so the store itself finds out whether it is free.

    That object names the service, so a service without a name gets none.  (One whose name is made up by the server is
    not named there yet: here it has its name only once it is stored.)
    """
    if not need.service.name and not need.service.generate_name:
        return _failed("failed to allocate a serviceIP: spec.parentRef.name: Required value")
    address: str | None = need.wanted
    if address:
        if not is_in_range(address, ranges_of(lookup)):
            return _refused(request, need, "the provided IP is not in the valid range")
    else:
        missed = {each.name for each in request.claims if each.missed}
        taken = {each.name for each in lookup.list("ipaddresses")} | missed
        address = free_address(taken, ranges_of(lookup))
        if address is None:
            return _failed("failed to allocate a serviceIP: range is full")
    value = address_object(address, need.service.namespace, need.service.name).with_metadata(creationTimestamp=NOW)
    then = Claimed(Claim(ADDRESS, address), previous, current, chosen=bool(need.wanted))
    return Attempt(request, address_key(address), None, value, then=then)


def _claim_port(request: Request, need: Need, previous: Object | None, *, current: bool, lookup: Lookup) -> Outcome:
    """All ports are in one object; which of them are taken is read from etcd."""
    stored = _stored(lookup.live(PORTS_KEY))
    taken = ports_in(None if stored is None else stored.object)
    port = int(need.wanted) if need.wanted else free_port(taken)
    if port is None:
        return _failed("failed to allocate a nodePort: range is full")
    if port not in NODE_PORTS:
        return _refused(request, need, f"provided port is not in the valid range: {NODE_PORTS}")
    if port in taken:
        return _refused(request, need, _TAKEN.format("port"))
    then = Claimed(Claim(NODE_PORT, str(port)), previous, current)
    return Attempt(request, PORTS_KEY, stored, ports_object({*taken, port}), then=then)


def _refused(request: Request, need: Need, why: str) -> Answer:
    if not need.field:
        return _failed(f"failed to allocate requested HealthCheck NodePort {need.wanted}: {why}")
    return invalid(request.kind, need.service.name, (invalid_value(need.field, f"{need.wanted}: {why}"),))


def _failed(why: str) -> Answer:
    """500: the server cannot do what it should."""
    return Answer(500, "InternalError", f"Internal error occurred: {why}", (Cause("", "", why),), Details())


def resumed(request: Request, stage: Claimed) -> tuple[Request, Stored | None]:
    """The request as it goes on after a claim, and the copy that it works from."""
    return evolve(request, stage=BEGIN, claims=(*request.claims, stage.claim)), _stored(stage.previous)


def claim_lost(attempt: Attempt, stage: Claimed) -> tuple[Request, Stored | None] | Answer:
    """What to go on with when somebody else was first: another address, or the same port if it is still free.

    An address that the client chose is not to be had then.
    """
    request, taken = attempt.request, stage.claim
    if taken.what == NODE_PORT:
        return request, _stored(stage.previous)
    if stage.chosen:
        assert attempt.value is not None  # noqa: S101 - a claim stores something
        why = f"{taken.name}: failed to allocate IP {taken.name}: {_TAKEN.format('IP')}"
        service = str(attempt.value.field("spec.parentRef.name", ""))
        return invalid(request.kind, service, (invalid_value("spec.clusterIPs", why),))
    return evolve(request, claims=(*request.claims, evolve(taken, missed=True))), _stored(stage.previous)


def settled(request: Request, outcome: Outcome, lookup: Lookup) -> Outcome:
    """The outcome of a step of a write of a service, after what must be given back before it.

    A refusal, and a new beginning because the copy was stale, give back what was claimed in vain; a change gives back
    what the service no longer has.
    """
    if isinstance(outcome, Attempt):
        return _before_change(request, outcome, lookup)
    held = tuple(each for each in request.claims if not each.missed)
    if not held:
        return outcome
    if isinstance(outcome, Answer):
        return release(request, Release(held, outcome), lookup)
    if isinstance(outcome.request.stage, Doubted):
        return release(request, Release(held, outcome.request.stage), lookup)
    if outcome.request.stage == BEGIN and request.verb != "create":
        return release(request, Release(held, None), lookup)
    return outcome


def _before_change(request: Request, attempt: Attempt, lookup: Lookup) -> Outcome:
    previous, value = attempt.previous, attempt.value
    if attempt.then is not None or previous is None or value is None or attempt.key != request.key:
        return attempt
    if request.verb not in ("update", "patch"):
        return attempt
    claims = given_up(value, previous.object)
    return release(request, Release(claims, Ready(value, previous.object)), lookup) if claims else attempt


def after_removal(attempt: Attempt, answer: Answer) -> FollowUp:
    """What follows once a service is gone: what it had is given back before the client is told."""
    assert attempt.previous is not None  # noqa: S101 - only what is there is removed
    gone = attempt.previous.object
    claims = (Claim(_ENDPOINTS, f"{gone.namespace}/{gone.name}"), *claims_of(gone))
    return FollowUp(attempt.request.at(Release(claims, answer)), None)


def release(request: Request, stage: Release, lookup: Lookup) -> Outcome:
    """The next transaction by which something is given back, or what comes after all of them."""
    claims = stage.claims
    while claims:
        rest = Release(claims[1:], stage.after)
        attempt = _given_back(request.at(Release(claims, stage.after)), claims[0], rest, lookup)
        if attempt is not None:
            return attempt
        claims = claims[1:]
    match stage.after:
        case Answer() as answer:
            return answer
        case Ready() as ready:
            return placed(request.at(BEGIN), ready)
        case Doubted() as doubted:
            return Reread(evolve(request, stage=doubted, claims=()))
        case None:
            return Reread(evolve(request, stage=BEGIN, claims=()))


def _given_back(request: Request, claim: Claim, rest: Release, lookup: Lookup) -> Attempt | None:
    """The transaction that gives one thing back; ``None`` if nobody has it (any more)."""
    if claim.what == NODE_PORT:
        stored = _stored(lookup.live(PORTS_KEY))
        taken = ports_in(None if stored is None else stored.object)
        if stored is None or int(claim.name) not in taken:
            return None
        return Attempt(request, PORTS_KEY, stored, ports_object(taken - {int(claim.name)}), then=rest)
    key = address_key(claim.name) if claim.what == ADDRESS else _endpoints_key(claim.name)
    stored = _stored(lookup.live(key))
    if stored is None or stored.object.finalizers:
        return None
    return Attempt(request, key, stored, None, then=rest)


def is_allocated(request: Request) -> bool:
    """Whether a request is about objects that have something for themselves."""
    return request.kind.resource == ALLOCATED


def _endpoints_key(name: str) -> ObjectKey:
    return of_name("Endpoints").key(*name.split("/"))


def _stored(object_: Object | None) -> Stored | None:
    return None if object_ is None else Stored(object_, int(object_.resource_version))
