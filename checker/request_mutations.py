"""What mutants change in how API servers treat requests: one guard of the write path missing in each.

Lives here: the changes, and the mutants that are made of them.  Most wrap the decision of the storage
loop: what they let through, or add, is what the missing guard would.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import evolve

from seatrial.model.apiserver import storage
from seatrial.model.apiserver.answer import Answer, conflict
from seatrial.model.apiserver.patching import merge
from seatrial.model.apiserver.request import Begin, Remove, Request
from seatrial.model.apiserver.storage import Attempt, FollowUp, Stored
from seatrial.model.etcd import Committed, Lost, optimistic_put
from seatrial.model.frozen_json import FrozenMap
from seatrial.model.objects import Object

from .mutations import Decide, Row, deciding, exchanging_parts

LATER = "2000-01-02T00:00:00Z"


def storing_invalid(*fields: str) -> Decide:
    """A patch that is invalid in one of these fields only is stored all the same."""

    def decide(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
        outcome = storage.decide(request, copy, current=True, lookup=lookup)
        refused = isinstance(outcome, Answer) and bool(outcome.causes) and request.verb == "patch"
        if not refused or copy is None or not isinstance(request.body, FrozenMap):
            return storage.decide(request, copy, current=current, lookup=lookup)
        if not all(cause.field.startswith(fields) for cause in outcome.causes):  # type: ignore[union-attr]
            return storage.decide(request, copy, current=current, lookup=lookup)
        new = Object(merge(copy.value.root, request.body))  # type: ignore[arg-type]
        if new.spec != copy.object.spec:
            new = new.with_metadata(generation=(new.generation or 0) + 1)
        return Attempt(request, request.key, copy, new)

    return decide


def altering(change: Callable[[Request, Stored, Object], Object], *verbs: str) -> Decide:
    """What requests of these verbs are about to store in place of an object is altered."""

    def decide(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
        outcome = storage.decide(request, copy, current=current, lookup=lookup)
        if request.verb not in verbs or not isinstance(outcome, Attempt):
            return outcome
        if outcome.value is None or outcome.previous is None:
            return outcome
        return evolve(outcome, value=change(request, outcome.previous, outcome.value))

    return decide


def asking(change: Callable[[Request], Request]) -> Decide:
    """A request is decided as if it had been another; what is tried is still called by its own name."""

    def decide(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
        outcome = storage.decide(change(request), copy, current=current, lookup=lookup)
        if isinstance(outcome, Attempt | storage.Reread):
            return evolve(outcome, request=request.at(outcome.request.stage))
        return outcome

    return decide


# --- What is stored ---------------------------------------------------------------------------------------------


def renews_creation(request: Request, previous: Stored, value: Object) -> Object:
    """Each change renews the time of creation."""
    del request, previous
    return value.with_metadata(creationTimestamp=LATER)


def counts_status(request: Request, previous: Stored, value: Object) -> Object:
    """A report of what is counts as a new wish."""
    del previous
    if request.subresource != "status":
        return value
    return value.with_metadata(generation=(value.generation or 0) + 1)


def forgets_to_count_deletion(request: Request, previous: Stored, value: Object) -> Object:
    """The beginning of a deletion is not counted."""
    del request
    return value.with_metadata(generation=previous.object.generation) if previous.object.generation else value


def takes_spec_through_status(request: Request, previous: Stored, value: Object) -> Object:
    """A write through /status changes spec as well."""
    del previous
    if request.subresource != "status" or not isinstance(request.body, FrozenMap):
        return value
    return value.with_field("spec", Object(request.body).spec)


def takes_status_through_main(request: Request, previous: Stored, value: Object) -> Object:
    """A write through the main resource changes status as well."""
    del previous
    if request.subresource or not isinstance(request.body, FrozenMap) or not Object(request.body).status:
        return value
    return value.with_field("status", Object(request.body).status)


def decide_lengthening_grace(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A later DELETE with more grace gives more."""
    asked = request.options.grace_period_seconds
    if request.verb == "delete" and isinstance(request.stage, Begin) and copy is not None and current:
        has = copy.object.deletion_grace_period_seconds
        if asked is not None and has is not None and asked > has:
            return Attempt(request, request.key, copy, copy.value.with_metadata(deletionGracePeriodSeconds=asked))
    return storage.decide(request, copy, current=current, lookup=lookup)


def decide_writing_always(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A change that changes nothing is written all the same."""
    outcome = storage.decide(request, copy, current=current, lookup=lookup)
    unchanged = isinstance(outcome, Answer) and outcome.ok and request.verb in {"update", "patch"}
    if not unchanged or copy is None or request.options.is_dry_run:
        return outcome
    return Attempt(request, request.key, copy, copy.value)


def decide_storing_the_released(
    request: Request, copy: Stored | None, *, current: bool, lookup: Any
) -> storage.Outcome:
    """The update that takes the last finalizer off is stored, and the object waits for another DELETE."""
    outcome = storage.decide(request, copy, current=current, lookup=lookup)
    if not isinstance(outcome, Attempt) or outcome.value is not None or request.verb not in {"update", "patch"}:
        return outcome
    stage = outcome.request.stage
    shown = stage.answer if isinstance(stage, Remove) else None
    if shown is None:
        return outcome
    return Attempt(request.at(Begin()), outcome.key, outcome.previous, shown.without_metadata("resourceVersion"))


# --- What is looked at ------------------------------------------------------------------------------------------


def without_patch_version(request: Request) -> Request:
    """The resourceVersion that a patch names is not seen."""
    return _without_named(request, "resourceVersion")


def without_patch_uid(request: Request) -> Request:
    """The uid that a patch names is not seen."""
    return _without_named(request, "uid")


def _without_named(request: Request, name: str) -> Request:
    if request.verb != "patch" or not isinstance(request.body, FrozenMap):
        return request
    return evolve(request, body=Object(request.body).without_metadata(name).root)


def in_earnest(request: Request) -> Request:
    """A dry run is taken in earnest."""
    return evolve(request, options=evolve(request.options, dry_run=()))


def without_created_version(request: Request) -> Request:
    """The resourceVersion that a creation names is not seen."""
    if request.verb != "create" or not isinstance(request.body, FrozenMap):
        return request
    return evolve(request, body=Object(request.body).without_metadata("resourceVersion").root)


def decide_from_any_copy(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """An error, or "nothing to do", that was computed from a stale copy is told without a fresh read."""
    looks = request.verb in {"update", "patch"} and copy is not None
    return storage.decide(request, copy, current=current or looks, lookup=lookup)


# --- What follows a transaction ---------------------------------------------------------------------------------


def stamped_by_name(attempt: Attempt, revision: int) -> Attempt:
    """A new object's uid is made from its name."""
    attempt = attempt.stamped(revision)
    if not attempt.creates or attempt.value is None:
        return attempt
    return evolve(attempt, value=attempt.value.with_metadata(uid=f"uid-of-{attempt.value.name}"))


def stamped_from_zero(attempt: Attempt, revision: int) -> Attempt:
    """Generation begins at 0."""
    attempt = attempt.stamped(revision)
    if not attempt.creates or attempt.value is None or not attempt.value.generation:
        return attempt
    return evolve(attempt, value=attempt.value.with_metadata(generation=0))


def tries_the_same_again(attempt: Attempt, fresh: Stored | None, *, lookup: Any) -> storage.Outcome:
    """A patch that lost its compare is not applied again: what it had made of the old object is stored."""
    if attempt.request.verb != "patch" or fresh is None or attempt.value is None:
        return storage.after_loss(attempt, fresh, lookup=lookup)
    return evolve(attempt, previous=fresh)


def overwrites_what_exists(attempt: Attempt, fresh: Stored | None, *, lookup: Any) -> storage.Outcome:
    """A creation that finds its name taken writes over what is there."""
    if attempt.request.verb != "create" or fresh is None:
        return storage.after_loss(attempt, fresh, lookup=lookup)
    return evolve(attempt, previous=fresh)


def refuses_what_it_did(attempt: Attempt, revision: int) -> Answer | FollowUp:
    """A patch is answered with a conflict though its transaction was committed."""
    if attempt.request.verb == "patch" and attempt.value is not None:
        return conflict(attempt.request.kind, attempt.key.name, "the answer of a server that checks after it stores")
    return storage.after_commit(attempt, revision)


def put_with_label(cells: Any, key: str, value: Object, expected: int) -> Committed | Lost:
    """Something puts a label on each object after everything has been checked."""
    return optimistic_put(cells, key, value.with_field("metadata.labels.late", "yes"), expected)


def answers_with_counter(attempt: Attempt, revision: int) -> Answer | FollowUp:
    """The resourceVersion in an answer counts the changes of the object, not etcd's revisions."""
    outcome = storage.after_commit(attempt, revision)
    if not isinstance(outcome, Answer) or outcome.object is None or attempt.value is None:
        return outcome
    version = 1 if attempt.previous is None else attempt.expected + 1
    return evolve(outcome, object=outcome.object.with_metadata(resourceVersion=str(version)))


def answers_with_what_was(attempt: Attempt, revision: int) -> Answer | FollowUp:
    """An answer shows the object as it was before the change, at the new revision."""
    outcome = storage.after_commit(attempt, revision)
    if not isinstance(outcome, Answer) or outcome.object is None or attempt.previous is None or attempt.value is None:
        return outcome
    return evolve(outcome, object=attempt.previous.value.with_metadata(resourceVersion=str(revision)))


def conflicts_at_once(attempt: Attempt, fresh: Stored | None, *, lookup: Any) -> storage.Outcome:
    """Who loses the compare is told of a conflict, whether or not the request named a version."""
    if attempt.request.verb in {"update", "patch"} and attempt.then is None:
        return conflict(attempt.request.kind, attempt.key.name, "the object has been modified")
    return storage.after_loss(attempt, fresh, lookup=lookup)


def decide_refusing_again(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A DELETE of what is being deleted already is refused."""
    repeated = request.verb == "delete" and isinstance(request.stage, Begin) and current
    if repeated and copy is not None and copy.object.is_terminating:
        return conflict(request.kind, request.name, "the object is being deleted already")
    return storage.decide(request, copy, current=current, lookup=lookup)


# --- The mutants: id, what is wrong, the change -----------------------------------------------------------------

MUTANTS: Final[tuple[Row, ...]] = (
    (
        "selector-may-change",
        "the selector of a workload may be changed",
        deciding(storing_invalid("spec.selector")),
    ),
    (
        "update-renews-creation",
        "each change renews the time of creation",
        deciding(altering(renews_creation, "update", "patch")),
    ),
    (
        "two-controllers",
        "an object may have two owners that control it",
        deciding(storing_invalid("metadata.ownerReferences")),
    ),
    (
        "patch-is-not-validated",
        "a patch may make labels that are none",
        deciding(storing_invalid("metadata.labels")),
    ),
    (
        "finalizers-after-deletion",
        "finalizers may be added to an object that is being deleted",
        deciding(storing_invalid("metadata.finalizers")),
    ),
    (
        "status-is-a-wish",
        "a report of what is counts as a new generation",
        deciding(altering(counts_status, "update")),
    ),
    (
        "deletion-is-not-counted",
        "the beginning of a deletion is no new generation",
        deciding(altering(forgets_to_count_deletion, "delete")),
    ),
    (
        "generation-begins-at-0",
        "a new object has generation 0",
        exchanging_parts(stamped=stamped_from_zero),
    ),
    (
        "status-write-changes-spec",
        "a write through /status changes what is wanted",
        deciding(altering(takes_spec_through_status, "update")),
    ),
    (
        "main-write-changes-status",
        "a write through the main resource changes what was seen",
        deciding(altering(takes_status_through_main, "update")),
    ),
    (
        "grace-may-grow",
        "a later DELETE with more grace gives a pod more time",
        deciding(decide_lengthening_grace),
    ),
    (
        "no-op-is-written",
        "a change that changes nothing is written all the same",
        deciding(decide_writing_always),
    ),
    (
        "released-is-stored",
        "the update that takes the last finalizer off is stored, and the object waits for another DELETE",
        deciding(decide_storing_the_released),
    ),
    (
        "patch-forgets-version",
        "the resourceVersion in a patch is not looked at",
        deciding(asking(without_patch_version)),
    ),
    (
        "patch-forgets-uid",
        "the uid in a patch is not looked at",
        deciding(asking(without_patch_uid)),
    ),
    (
        "dry-run-in-earnest",
        "a dry run is carried out",
        deciding(asking(in_earnest)),
    ),
    (
        "create-takes-version",
        "a creation may name a resourceVersion",
        deciding(asking(without_created_version)),
    ),
    (
        "stale-copy-decides",
        "what a server computes from a stale copy is told without a fresh read",
        exchanging_parts(decide=decide_from_any_copy),
    ),
    (
        "uid-from-name",
        "a new object's uid is made from its name",
        exchanging_parts(stamped=stamped_by_name),
    ),
    (
        "patch-is-not-applied-again",
        "a patch that lost its compare stores what it had made of the old object",
        exchanging_parts(after_loss=tries_the_same_again),
    ),
    (
        "create-overwrites",
        "a creation that finds its name taken writes over what is there",
        exchanging_parts(after_loss=overwrites_what_exists),
    ),
    (
        "refuses-what-it-did",
        "a patch is answered with a conflict though its transaction was committed",
        exchanging_parts(after_commit=refuses_what_it_did),
    ),
    (
        "mutates-after-checking",
        "something puts a label on each object after everything has been checked",
        exchanging_parts(optimistic_put=put_with_label),
    ),
    (
        "version-counts-changes",
        "the resourceVersion in an answer is not etcd's revision",
        exchanging_parts(after_commit=answers_with_counter),
    ),
    (
        "answer-shows-the-past",
        "an answer shows the object as it was before the change",
        exchanging_parts(after_commit=answers_with_what_was),
    ),
    (
        "conflicts-at-once",
        "who loses the compare is told of a conflict, whether or not the request named a version",
        exchanging_parts(after_loss=conflicts_at_once),
    ),
    (
        "second-delete-conflicts",
        "a DELETE of what is being deleted already is refused",
        deciding(decide_refusing_again),
    ),
)
