"""Last stage, the storage loop: a write ends in one etcd transaction, conditional on what it was computed from.

A write goes through these steps, and anything else may happen between any two of them:

1. :func:`decide` computes from a *copy* of the object what to do.  The copy may be the server's watch cache's, and
   stale
   (``current=False``).  An error or "nothing to do" that was computed from such a copy proves nothing: the outcome is
   :class:`Reread`, and :func:`decide` is asked again with what a fresh read of etcd gave (``current=True``).
2. An :class:`Attempt` is one etcd transaction: *if* the key's ``mod_revision`` is still that of the copy, put or
   delete;
   *else* read the key.
3. :func:`after_commit` gives the answer, or a :class:`FollowUp` when the request needs one more transaction.
   :func:`after_loss` computes everything again from the fresh object that the else-branch read.

So a client sees a conflict only if its own request named a version or a uid: all others are retried here, without
limit.

**The open race.**  A request that has made up its mind to remove (stage ``Remove``) does not look at finalizers
again, however often its transaction loses.  A finalizer that is added in between is lost with the object.
(Kubernetes issues 77988 and 110521; a cure was merged and reverted.)  The same goes for the resourceVersion of an
update that takes the last finalizer off.

Source: Kubernetes 1.36, ``apiserver/pkg/storage/etcd3/store.go`` (GuaranteedUpdate, conditionalDelete),
``…/storage/cacher``, ``…/registry/generic/registry/store.go``; recordings B.3 to B.8, G, and the etcd log of each
request.
"""

from __future__ import annotations

from typing import Final, Self, TypeAlias

from attrs import evolve, frozen

from ..frozen_json import FrozenMap
from ..objects import Object, ObjectKey
from .admission import Lookup, admit_deletion
from .answer import Answer, Details, already_exists, done, not_found
from .decoding import check_options
from .deletion import (
    check_preconditions,
    check_preconditions_first,
    ends_by_update,
    finalizers_after,
    grace_period,
    is_held,
    is_pending,
    must_be_marked,
    namespace_marked,
)
from .desired import created, updated
from .preparation import marked, stamped
from .request import Begin, Mark, Remove, Request

DRY_RUN_UID: Final = "uid-of-a-dry-run"
"""The uid that a dry run shows for an object that will not exist; a real server shows one that is never met again."""


@frozen(cache_hash=True)
class Stored:
    """An object as read from etcd or from a watch cache: ``object`` carries the resourceVersion ``revision``."""

    object: Object
    revision: int

    @classmethod
    def decode(cls, value: Object, revision: int) -> Self:
        """What is read where ``value`` was stored at ``revision``: what lies in etcd carries no resourceVersion."""
        return cls(value.with_metadata(resourceVersion=str(revision)), revision)

    @property
    def value(self) -> Object:
        """What lies in etcd."""
        return self.object.without_metadata("resourceVersion")


@frozen(cache_hash=True)
class Reread:
    """The outcome must be confirmed by a fresh read: next is ``decide(request, fresh, current=True, …)``."""

    request: Request


@frozen(cache_hash=True)
class Attempt:
    """One etcd transaction to try: compare ``mod_revision == expected``, then store ``value`` (``None``: delete).

    ``previous`` is the copy that the value was computed from.  Before it is tried, an attempt is stamped with the
    revision that it would make (:meth:`stamped`).
    """

    request: Request
    key: ObjectKey
    previous: Stored | None
    value: Object | None

    @property
    def expected(self) -> int:
        """The ``mod_revision`` that the key must have; 0 means that it must not exist."""
        return self.previous.revision if self.previous is not None else 0

    @property
    def creates(self) -> bool:
        """Whether it would bring a new object into being."""
        return self.previous is None

    def stamped(self, revision: int) -> Attempt:
        """With the identity of a new object filled in (see ``preparation``); other attempts stay as they are."""
        if not self.creates or self.value is None:
            return self
        value = stamped(self.request.kind, self.value, revision)
        return evolve(self, key=evolve(self.key, name=value.name), value=value)


@frozen(cache_hash=True)
class FollowUp:
    """A committed write that goes on: next is ``decide(request, copy, current=False, …)``."""

    request: Request
    copy: Stored


Outcome: TypeAlias = Answer | Reread | Attempt


def decide(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    """One step of serving a write: what to do about a copy of the object (``None``: there is none).

    ``current`` says that the copy was just read from etcd.  Pass ``None`` and ``False`` when a watch cache has nothing:
    that is no proof of absence.
    """
    match request.stage, request.verb:
        case Remove() as stage, _:
            outcome = _remove(request, stage, copy, current=current)
        case Mark(), _:
            outcome = _mark(request, copy, current=current)
        case Begin(), "create":
            outcome = _create(request, copy, current=current, lookup=lookup)
        case Begin(), "update" | "patch":
            outcome = _update(request, copy, current=current, lookup=lookup)
        case Begin(), "delete":
            outcome = _delete(request, copy, current=current)
        case _:
            raise ValueError(f"{request.verb} is not a write of one object")
    return outcome


def after_commit(attempt: Attempt, revision: int) -> Answer | FollowUp:
    """What follows once a (stamped) attempt was committed at a revision."""
    request, value = attempt.request, attempt.value
    if value is None:
        return _removed(attempt, revision)
    stored = Stored.decode(value, revision)
    if isinstance(request.stage, Mark) and _goes_at_once(request, value):
        moved_on = None if request.options.precondition_resource_version is None else str(revision)
        stage = Remove(request.options.precondition_uid, moved_on, marked=stored.object)
        return FollowUp(request.at(stage), stored)
    return done(201 if attempt.creates else 200, stored.object, revision)


def after_loss(attempt: Attempt, fresh: Stored | None, *, lookup: Lookup) -> Outcome:
    """What follows once a (stamped) attempt lost its compare: everything again, from what the else-branch read."""
    if attempt.request.verb == "create":
        return already_exists(attempt.request.kind, attempt.key.name)
    return decide(attempt.request, fresh, current=True, lookup=lookup)


def confirmed(answer: Answer, request: Request, *, current: bool) -> Answer | Reread:
    """The guard against stale caches: an answer without a write is given only if it was computed from a fresh copy."""
    return answer if current else Reread(request)


def _create(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
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
    return done(201, _as_if_created(request, new), 0)


def _as_if_created(request: Request, new: Object) -> Object:
    return stamped(request.kind, new, 0).with_metadata(uid=DRY_RUN_UID)


def _update(request: Request, copy: Stored | None, *, current: bool, lookup: Lookup) -> Outcome:
    if copy is None and not current:
        return Reread(request)
    new = updated(request, copy.object if copy is not None else None, lookup)
    if isinstance(new, Answer):
        return confirmed(new, request, current=current)
    if copy is None:
        if request.options.is_dry_run:
            return done(201, _as_if_created(request, new), 0)
        return Attempt(request, request.key, None, new)
    if ends_by_update(request.kind, new, copy.object):
        return _end_by_update(request, copy, new) if current else Reread(request)
    if new == copy.value or request.options.is_dry_run:
        shown = Stored.decode(new, copy.revision).object
        return confirmed(done(200, shown, copy.revision), request, current=current)
    return Attempt(request, request.key, copy, new)


def _end_by_update(request: Request, copy: Stored, new: Object) -> Outcome:
    """The update that takes the last finalizer off a marked object is a deletion.

    What it would have stored is only shown to the client.  Of its preconditions only the uid that the client itself
    put into the body is left.
    """
    shown = Stored.decode(new, copy.revision).object
    if request.options.is_dry_run:
        return done(200, shown, copy.revision)
    sent = request.body if request.verb == "update" else None
    uid = Object(sent).uid if isinstance(sent, FrozenMap) else ""
    stage = Remove(uid=uid or None, answer=shown)
    return _remove(request.at(stage), stage, copy, current=False)


def _delete(request: Request, copy: Stored | None, *, current: bool) -> Outcome:
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
    refusal = check_preconditions_first(request, object_) or admit_deletion(request, request.name)
    if refusal is not None:
        return refusal
    if is_pending(kind, object_, options):
        return done(200, object_, copy.revision)
    if must_be_marked(kind, object_, options):
        return _mark(request.at(Mark()), copy, current=False)
    return _begin_removal(request, copy)


def _begin_removal(request: Request, copy: Stored) -> Outcome:
    """The DELETE has made up its mind.  From here on finalizers are not looked at again: see "The open race"."""
    stage = Remove(request.options.precondition_uid, request.options.precondition_resource_version)
    return _remove(request.at(stage), stage, copy, current=False)


def _mark(request: Request, copy: Stored | None, *, current: bool) -> Outcome:
    """Begin the deletion of an object that cannot go yet, or exchange the collector's finalizers of one that waits."""
    kind, options = request.kind, request.options
    if copy is None:
        return confirmed(not_found(kind, request.name), request, current=current)
    refusal = check_preconditions(kind, copy.object, options.precondition_uid, options.precondition_resource_version)
    if refusal is not None:
        return confirmed(refusal, request, current=current)
    if is_pending(kind, copy.object, options):
        return confirmed(done(200, copy.object, copy.revision), request, current=current)
    new = _with_mark(request, copy.object)
    if new is None:
        return _begin_removal(request, copy) if current else Reread(request)
    value = new.without_metadata("resourceVersion")
    if value == copy.value or options.is_dry_run:
        return confirmed(done(200, new, copy.revision), request, current=current)
    return Attempt(request, request.key, copy, value)


def _with_mark(request: Request, object_: Object) -> Object | None:
    """The object with its deletion begun, or ``None`` if there is nothing to wait for any more."""
    kind, options = request.kind, request.options
    if kind.resource == "namespaces" and not object_.is_terminating:
        return namespace_marked(object_, options)
    grace = grace_period(kind, object_, options)
    new = object_.with_finalizers(finalizers_after(kind, object_, options))
    if grace is not None:
        return marked(new, grace)
    return marked(new, 0) if is_held(kind, new) else None


def _goes_at_once(request: Request, value: Object) -> bool:
    """Whether what was just marked has nothing to wait for: a pod without grace or finalizers."""
    return not is_held(request.kind, value) and value.deletion_grace_period_seconds == 0


def _remove(request: Request, stage: Remove, copy: Stored | None, *, current: bool) -> Outcome:
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


def _removed(attempt: Attempt, revision: int) -> Answer:
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
