"""The storage loop: which decision a request is at, and what follows from the outcome of its transaction.

Lives here: the three functions by which whoever composes a server takes a write's steps.  Must not know: the decisions
themselves, each kind of which has a file of its own.
"""

from __future__ import annotations

from ..admission import Lookup
from ..answer import Answer, already_exists, done
from ..request import Begin, Mark, Remove, Request
from .change import update
from .creation import create
from .removal import delete, goes_at_once, mark, remove, removed
from .steps import Attempt, FollowUp, Outcome, Reread, Stored


def decide(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """One step of serving a write: what to do about a copy of the object (``None``: there is none).

    ``current`` says that the copy was just read from etcd.  Pass ``None`` and ``False`` when a watch cache has nothing:
    that is no proof of absence.
    """
    match request.stage, request.verb:
        case Remove() as stage, _:
            outcome = remove(request, stage, copy, current=current)
        case Mark(), _:
            outcome = mark(request, copy, current=current)
        case Begin(), "create":
            outcome = create(request, copy, current=current, lookup=lookup)
        case Begin(), "update" | "patch":
            outcome = update(request, copy, current=current, lookup=lookup)
        case Begin(), "delete":
            outcome = delete(request, copy, current=current, lookup=lookup)
        case _:
            raise ValueError(f"{request.verb} is not a write of one object")
    return outcome


def after_commit(attempt: Attempt, revision: int) -> Answer | FollowUp:
    """What follows once a (stamped) attempt was committed at a revision."""
    request, value = attempt.request, attempt.value
    if attempt.then is not None:
        return FollowUp(request.at(attempt.then), None)
    if value is None:
        return removed(attempt, revision)
    stored = Stored.decode(value, revision)
    if isinstance(request.stage, Mark) and goes_at_once(request, value):
        moved_on = None if request.options.precondition_resource_version is None else str(revision)
        stage = Remove(request.options.precondition_uid, moved_on, marked=stored.object)
        return FollowUp(request.at(stage), stored)
    return done(201 if attempt.creates else 200, stored.object, revision)


def after_loss(attempt: Attempt, fresh: Stored | None, *, lookup: Lookup) -> Outcome:
    """What follows once a (stamped) attempt lost its compare: everything again, from what the else-branch read."""
    if attempt.then is not None:
        return Reread(attempt.request)
    if attempt.request.verb == "create":
        return already_exists(attempt.request.kind, attempt.key.name)
    return decide(attempt.request, fresh, current=True, lookup=lookup)
