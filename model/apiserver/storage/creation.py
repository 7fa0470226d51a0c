"""A POST: the transaction itself finds out whether the name is taken.

Lives here: the decisions of a creation.  Must not know: how its object is checked (``desired`` does).
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...objects import Object
from ..admission import Lookup
from ..answer import Answer, already_exists, done
from ..desired import created
from ..preparation import stamped
from ..request import Request
from .steps import Attempt, Outcome, Reread, Stored

DRY_RUN_UID: Final = "uid-of-a-dry-run"
"""The uid that a dry run shows for an object that will not exist; a real server shows one that is never met again."""


def create(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """A creation looks at nothing: the transaction itself finds out whether the name is taken."""
    new = created(request, lookup)
    if isinstance(new, Answer):
        return new
    key = request.kind.key(new.namespace, new.name)
    if not request.options.is_dry_run:
        return Attempt(request, key, None, new)
    if not current:
        return Reread(evolve(request, name=new.name))
    if copy is not None:
        return already_exists(request.kind, new.name)
    return done(201, as_if_created(request, new), 0)


def as_if_created(request: Request, new: Object) -> Object:
    """The object that a dry run shows for one that will not exist."""
    return stamped(request.kind, new, 0).with_metadata(uid=DRY_RUN_UID)
