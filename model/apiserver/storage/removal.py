"""A DELETE: at once, or marked first; and the removal that has been decided and looks at nothing but preconditions.

Lives here: the decisions of a removal, in their three stages.  Must not know: what the options mean for an object
(``deletion`` does).
"""

from __future__ import annotations

from ...objects import Object
from .. import admission, definitions
from ..admission import Lookup, Review
from ..answer import Answer, Details, done, not_found
from ..decoding import check_options
from ..deletion import (
    check_preconditions,
    check_preconditions_first,
    finalizers_after,
    grace_period,
    is_held,
    is_pending,
    must_be_marked,
    namespace_marked,
)
from ..preparation import marked
from ..request import Mark, Remove, Request
from .steps import Attempt, Outcome, Reread, Stored, confirmed


def delete(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """A DELETE first looks at the object itself, never at a cached copy; from then on it may work from one."""
    kind, options = request.kind, request.options
    refusal = check_options(request)
    if refusal is not None:
        return refusal
    if not current:
        return Reread(request)
    if copy is None:
        return not_found(kind, request.name)
    object_ = copy.object
    review = Review("DELETE", request, None, object_)
    refusal = check_preconditions_first(request, object_)
    if refusal is None and request.evicts is None:  # an eviction was admitted as such
        refusal = admission.validate(review, lookup)
    if refusal is not None:
        return refusal
    if is_pending(kind, object_, options):
        return still_there(request, object_, copy.revision)
    if must_be_marked(kind, object_, options):
        return mark(request.at(Mark()), copy, current=False)
    return _begin_removal(request, copy)


def _begin_removal(request: Request, copy: Stored) -> Outcome:
    """The DELETE has made up its mind.  From here on finalizers are not looked at again: see "The open race"."""
    stage = Remove(request.options.precondition_uid, request.options.precondition_resource_version)
    return remove(request.at(stage), stage, copy, current=False)


def mark(request: Request, copy: Stored | None, *, current: bool) -> Outcome:
    """Begin the deletion of an object that cannot go yet, or exchange the collector's finalizers of one that waits."""
    kind, options = request.kind, request.options
    if copy is None:
        return confirmed(not_found(kind, request.name), request, current=current)
    refusal = check_preconditions(kind, copy.object, options.precondition_uid, options.precondition_resource_version)
    if refusal is not None:
        return confirmed(refusal, request, current=current)
    if is_pending(kind, copy.object, options):
        return confirmed(still_there(request, copy.object, copy.revision), request, current=current)
    new = _with_mark(request, copy.object)
    if new is None:
        return _begin_removal(request, copy) if current else Reread(request)
    value = new.without_metadata("resourceVersion")
    if options.is_dry_run and goes_at_once(request, value):
        return confirmed(_deletion_answer(request, copy.object, copy.revision), request, current=current)
    if value == copy.value or options.is_dry_run:
        return confirmed(still_there(request, new, copy.revision), request, current=current)
    return Attempt(request, request.key, copy, value)


def _with_mark(request: Request, object_: Object) -> Object | None:
    """The object with its deletion begun, or ``None`` if there is nothing to wait for any more."""
    kind, options = request.kind, request.options
    if kind.resource == "namespaces" and not object_.is_terminating:
        return namespace_marked(object_, options)
    if kind.resource == definitions.RESOURCE and not object_.is_terminating:
        return definitions.definition_marked(object_)
    grace = grace_period(kind, object_, options)
    new = object_.with_finalizers(finalizers_after(kind, object_, options))
    if grace is not None:
        return marked(new, grace)
    return marked(new, 0) if is_held(kind, new) else None


def still_there(request: Request, object_: Object, revision: int) -> Answer:
    """The answer of a DELETE after which the object is still there: 202 if the client asked for it in the old way."""
    return done(202 if request.options.orphan_dependents is False else 200, object_, revision)


def goes_at_once(request: Request, value: Object) -> bool:
    """Whether what was just marked has nothing to wait for: a pod without grace or finalizers."""
    return not is_held(request.kind, value) and value.deletion_grace_period_seconds == 0


def remove(request: Request, stage: Remove, copy: Stored | None, *, current: bool) -> Outcome:
    """Remove the object, whatever its finalizers say by now; only the preconditions are looked at, on each try."""
    if copy is None:
        return confirmed(_already_gone(request, stage), request, current=current)
    refusal = check_preconditions(request.kind, copy.object, stage.uid, stage.resource_version)
    if refusal is not None:
        return confirmed(refusal, request, current=current)
    if request.options.is_dry_run:
        return confirmed(_deletion_answer(request, copy.object, copy.revision), request, current=current)
    return Attempt(request, request.key, copy, None)


def _already_gone(request: Request, stage: Remove) -> Answer:
    """Somebody else removed it: a success for whoever had already changed or marked it, not found for the others."""
    if stage.answer is not None:
        return done(200, stage.answer, int(stage.answer.resource_version))
    if stage.marked is not None:
        return _deletion_answer(request, stage.marked, int(stage.marked.resource_version))
    return not_found(request.kind, request.name)


def removed(attempt: Attempt, revision: int) -> Answer:
    """The answer once a removal was committed."""
    request, stage = attempt.request, attempt.request.stage
    if isinstance(stage, Remove) and stage.answer is not None:
        return done(200, stage.answer, revision)
    assert attempt.previous is not None  # noqa: S101 - only what is there is removed
    gone = Stored.decode(attempt.previous.value, revision).object
    return _deletion_answer(request, gone, revision)


def _deletion_answer(request: Request, gone: Object, revision: int) -> Answer:
    """The removed object, or for most kinds a Status that says which one it was."""
    kind = request.kind
    if kind.answers_delete_with_object:
        return done(200, gone, revision)
    details = Details(name=gone.name, group=kind.group, kind=kind.plural, uid=gone.uid)
    return Answer(200, details=details, revision=revision)
