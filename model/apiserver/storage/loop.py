"""The storage loop: which decision a request is at, and what follows from the outcome of its transaction.

Lives here: the three functions by which whoever composes a server takes a write's steps.  Must not know: the decisions
themselves, each kind of which has a file of its own.
"""

from __future__ import annotations

from attrs import evolve

from ..admission import Lookup
from ..answer import Answer, done, succeeded
from ..request import BEGIN, Begin, Charge, Claimed, Disrupt, Doubted, Mark, Ready, Release, Remove, Request, Taken
from ..subresources import part_of
from .allocation import after_removal, claim_lost, is_allocated, release, resumed, settled
from .binding import bind
from .change import update
from .charging import charge, placed
from .creation import create, look_at_taken, taken
from .eviction import after_disruption, disrupt, evict, evicted
from .removal import delete, goes_at_once, mark, remove, removed, still_there
from .steps import Attempt, FollowUp, Outcome, Reread, Stored


def decide(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """One step of serving a write: what to do about a copy of the object (``None``: there is none).

    ``current`` says that the copy was just read from etcd.  Pass ``None`` and ``False`` when a watch cache has nothing:
    that is no proof of absence.
    """
    if isinstance(request.stage, Claimed):
        current = request.stage.current
        request, copy = resumed(request, request.stage)
    elif isinstance(request.stage, Doubted):
        if current and copy is not None and copy.revision == request.stage.revision:
            return request.stage.answer
        request = request.at(BEGIN)
    outcome = _decided(request, copy, current=current, lookup=lookup)
    if is_allocated(request) and not isinstance(request.stage, Release):
        outcome = settled(request, outcome, lookup)
    if request.evicts is not None and isinstance(outcome, Answer):
        return evicted(request, request.evicts, copy, outcome)
    return outcome


def _decided(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    match request.stage:
        case Begin():
            return _begun(request, copy, current=current, lookup=lookup)
        case Taken():
            return taken(request, copy, lookup=lookup)
        case Mark():
            return mark(request, copy, current=current)
        case Remove() as stage:
            return remove(request, stage, copy, current=current)
        case Disrupt() as stage:
            return disrupt(request, stage, copy, current=current)
        case Charge() as stage:
            return charge(request, stage, lookup)
        case Ready() as stage:
            return placed(request, stage)
        case Release() as stage:
            return release(request, stage, lookup)
        case Claimed() | Doubted():
            raise ValueError("a write is taken up again before anything is decided")


def _begun(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    match request.verb, request.subresource:
        case "create", "":
            return create(request, lookup=lookup)
        case "create", "binding":
            return bind(request, copy, current=current, lookup=lookup)
        case "create", "eviction":
            return evict(request, copy, current=current, lookup=lookup)
        case "update" | "patch", _:
            return update(request, copy, current=current, lookup=lookup)
        case "delete", _:
            return delete(request, copy, current=current, lookup=lookup)
        case _:
            raise ValueError(f"{request} is not a write of one object")


def after_commit(attempt: Attempt, revision: int) -> Answer | FollowUp:
    """What follows once a (stamped) attempt was committed at a revision."""
    if attempt.then is not None:
        return FollowUp(attempt.request.at(attempt.then), None)
    answer = _committed(attempt, revision)
    if attempt.value is None and isinstance(answer, Answer) and is_allocated(attempt.request):
        return after_removal(attempt, answer)
    evicts = attempt.request.evicts is not None and isinstance(answer, Answer)
    return succeeded(revision) if evicts else answer


def _committed(attempt: Attempt, revision: int) -> Answer | FollowUp:
    request, value = attempt.request, attempt.value
    if value is None:
        return removed(attempt, revision)
    if isinstance(request.stage, Disrupt):
        return after_disruption(request, request.stage, revision)
    if request.subresource == "binding":
        return succeeded(revision)
    stored = Stored.decode(value, revision)
    if isinstance(request.stage, Mark):
        if not goes_at_once(request, value):
            return still_there(request, stored.object, revision)
        moved_on = None if request.options.precondition_resource_version is None else str(revision)
        stage = Remove(request.options.precondition_uid, moved_on, marked=stored.object)
        return FollowUp(request.at(stage), stored)
    shown = part_of(request.kind, request.subresource, stored.object)
    return done(201 if attempt.creates else 200, shown, revision)


def after_loss(attempt: Attempt, fresh: Stored | None, *, lookup: Lookup) -> Outcome:
    """What follows once a (stamped) attempt lost its compare: everything again, from what the else-branch read."""
    if isinstance(attempt.then, Claimed):
        return _after_lost_claim(attempt, attempt.then, lookup)
    if attempt.then is not None:
        return Reread(attempt.request)
    if not attempt.looks_when_lost:
        return look_at_taken(attempt)
    request = evolve(attempt.request, claims=()) if attempt.request.claims else attempt.request
    return decide(request, fresh, current=True, lookup=lookup)


def _after_lost_claim(attempt: Attempt, stage: Claimed, lookup: Lookup) -> Outcome:
    """Somebody else was first: go on with something else, or give up what was claimed so far."""
    step = claim_lost(attempt, stage)
    if isinstance(step, Answer):
        return settled(attempt.request, step, lookup)
    return decide(*step, current=stage.current, lookup=lookup)
