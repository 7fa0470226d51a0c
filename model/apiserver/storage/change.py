"""A PUT or PATCH: from the cached copy to one transaction, and what ends in a deletion instead.

Lives here: the decisions of a change.  Must not know: how the new object is computed and checked (``desired`` does).
"""

from __future__ import annotations

from ...frozen_json import FrozenMap
from ...objects import Object
from ..addresses import Need
from ..admission import Lookup
from ..answer import Answer, done
from ..deletion import ends_by_update
from ..desired import updated
from ..request import Doubted, Ready, Remove, Request
from ..subresources import part_of
from .allocation import claim
from .charging import next_charge, placed
from .creation import as_if_created
from .removal import remove
from .steps import Attempt, Outcome, Reread, Stored, confirmed


def update(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """Decide what a PUT or PATCH does about a copy."""
    if copy is None and not current:
        return Reread(request)
    new = updated(request, copy.object if copy is not None else None, lookup)
    if isinstance(new, Need):
        return claim(request, new, None if copy is None else copy.object, current=current, lookup=lookup)
    if isinstance(new, Answer):
        if request.claims and copy is not None and not current:
            return Reread(request.at(Doubted(new, copy.revision)))
        return confirmed(new, request, current=current)
    if copy is None:
        if request.options.is_dry_run:
            return done(201, as_if_created(request, new), 0)
        return next_charge(request, new, lookup) or placed(request, Ready(new))
    if ends_by_update(request.kind, new, copy.object):
        return _end_by_update(request, copy, new) if current else Reread(request)
    if new == copy.value or request.options.is_dry_run:
        shown = part_of(request.kind, request.subresource, Stored.decode(new, copy.revision).object)
        return confirmed(done(200, shown, copy.revision), request, current=current)
    return next_charge(request, new, lookup, copy.object) or Attempt(request, request.key, copy, new)


def _end_by_update(request: Request, copy: Stored, new: Object) -> Outcome:
    """The update that takes the last finalizer off a marked object is a deletion.

    What it would have stored is only shown to the client.  Of its preconditions only the uid that the client itself
    put into the body is left.
    """
    shown = part_of(request.kind, request.subresource, Stored.decode(new, copy.revision).object)
    if request.options.is_dry_run:
        return done(200, shown, copy.revision)
    sent = request.body if request.verb == "update" else None
    uid = Object(sent).uid if isinstance(sent, FrozenMap) else ""
    stage = Remove(uid=uid or None, answer=shown)
    return remove(request.at(stage), stage, copy, current=False)
