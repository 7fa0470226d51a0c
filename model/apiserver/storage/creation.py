"""A POST: the transaction itself finds out whether the name is taken.

Lives here: the decisions of a creation.  Must not know: how its object is checked (``desired`` does).

A creation that loses reads what is there, only to tell whether that is being deleted.  One that lost with a name that
the server made up tries again with another, from the beginning: admission runs again, and charges again.

Source: Kubernetes 1.36, ``apiserver/pkg/registry/generic/registry/{store,dryrun}.go``; recordings B.3, C.1, C.10, C.11.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...frozen_json import as_map
from ...objects import Object
from ..addresses import Need
from ..admission import Lookup
from ..answer import Answer, already_exists, done, name_not_generated
from ..desired import created
from ..preparation import generated_name, stamped
from ..request import BEGIN, Ready, Request, Taken
from .allocation import claim
from .charging import next_charge, placed
from .steps import Attempt, Outcome, Reread, Stored

DRY_RUN_UID: Final = "uid-of-a-dry-run"
"""The uid that a dry run shows for an object that will not exist; a real server shows one that is never met again."""

MOST_TRIES: Final = 8
"""How many names a server makes up for one object."""


def create(request: Request, *, lookup: Lookup) -> Outcome:
    """A creation looks at nothing: the transaction itself finds out whether the name is taken.

    A dry run has no transaction, and asks.  (It does not mind a resourceVersion either, for the same reason.)
    """
    new = created(request, lookup)
    if isinstance(new, Need):
        return claim(request, new, None, current=True, lookup=lookup)
    if isinstance(new, Answer):
        return new
    if request.options.is_dry_run:
        return Reread(evolve(request, name=_with_name(request, new).name, stage=Taken()))
    return next_charge(request, new, lookup) or placed(request, Ready(new))


def look_at_taken(attempt: Attempt) -> Reread:
    """What a creation does that lost: it looks at what has the name."""
    return Reread(evolve(attempt.request, name=attempt.key.name, stage=Taken()))


def taken(request: Request, copy: Stored | None, *, lookup: Lookup) -> Outcome:
    """The name is taken: try another one if it was made up, else say so, and whether it will be free soon.

    A dry run did not know yet, and is done if the name is free.
    """
    if copy is None and request.options.is_dry_run:
        new = created(request, lookup)
        return done(201, as_if_created(request, new), 0) if isinstance(new, Object) else _refused_dry_run(new)
    metadata = as_map(as_map(request.body).get("metadata"))
    made_up = bool(metadata.get("generateName"))
    if made_up and not metadata.get("name") and request.tries + 1 < MOST_TRIES:
        return create(evolve(request, name="", tries=request.tries + 1, stage=BEGIN), lookup=lookup)
    answer = (name_not_generated if made_up else already_exists)(request.kind, request.name)
    if copy is not None and copy.object.is_terminating:
        return evolve(answer, message=f"object is being deleted: {answer.message}")
    return answer


def _refused_dry_run(refusal: Answer | Need) -> Answer:
    assert isinstance(refusal, Answer)  # noqa: S101 - a dry run claims nothing
    return refusal


def as_if_created(request: Request, new: Object) -> Object:
    """The object that a dry run shows for one that will not exist."""
    return stamped(request.kind, _with_name(request, new), 0).with_metadata(uid=DRY_RUN_UID)


def _with_name(request: Request, new: Object) -> Object:
    if new.name:
        return new
    return new.with_metadata(name=generated_name(new.generate_name, 0, request.tries))
