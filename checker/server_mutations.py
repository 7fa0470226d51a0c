"""What mutants change in etcd under a cluster and in its API servers: the write path with one guard missing.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import evolve, frozen

from seatrial.model.apiserver import storage
from seatrial.model.apiserver.request import Begin, Remove, update
from seatrial.model.apiserver.storage import Attempt, Stored
from seatrial.model.cluster import Cluster
from seatrial.model.cluster.events import Committed
from seatrial.model.draft import require
from seatrial.model.etcd import Committed as Written
from seatrial.model.etcd import Lost, optimistic_put
from seatrial.model.frozen_json import FrozenMap
from seatrial.model.kinds import of_object
from seatrial.model.machine import Machine, rule
from seatrial.model.objects import Object

from .mutations import Change, Row, deciding, exchanging_parts

# --- The store and the API servers ------------------------------------------------------------------------------


def put_without_compare(cells: Any, key: str, value: Object, expected: int) -> Written | Lost:
    """An optimistic put that is not optimistic."""
    del expected
    current = cells.keys.get(key)
    return optimistic_put(cells, key, value, 0 if current is None else current.mod_revision)


def decide_on_own_version(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """The resourceVersion that a client sent is replaced by that of the server's copy."""
    if request.verb == "update" and copy is not None:
        sent = Object(request.body).with_metadata(resourceVersion=str(copy.revision))
        request = evolve(request, body=sent.root)
    return storage.decide(request, copy, current=current, lookup=lookup)


def decide_without_preconditions(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """The preconditions of a DELETE are looked at first, and forgotten once it goes on to the storage."""
    if isinstance(request.stage, Remove):
        request = request.at(evolve(request.stage, uid=None, resource_version=None))
    return storage.decide(request, copy, current=current, lookup=lookup)


def decide_taking_deletion_from_body(
    request: Any, copy: Stored | None, *, current: bool, lookup: Any
) -> storage.Outcome:
    """A PUT whose body has no deletionTimestamp takes the mark off."""
    outcome = storage.decide(request, copy, current=current, lookup=lookup)
    if request.verb != "update" or not isinstance(outcome, Attempt) or outcome.value is None:
        return outcome
    if not isinstance(request.body, FrozenMap) or Object(request.body).is_terminating:
        return outcome
    cleared = outcome.value.without_metadata("deletionTimestamp", "deletionGracePeriodSeconds")
    return evolve(outcome, value=cleared)


def decide_without_finalizers(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A DELETE does not see finalizers."""
    if request.verb == "delete" and isinstance(request.stage, Begin) and copy is not None:
        copy = Stored(copy.object.with_finalizers(()), copy.revision)
    return storage.decide(request, copy, current=current, lookup=lookup)


def removing_by_update(when: Callable[[Object, Object], bool]) -> Change:
    """Updates that remove when ``when(old, new)`` says so.

    In the model they do when they take the last finalizer off what is being deleted.
    """

    def decide(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
        outcome = storage.decide(request, copy, current=current, lookup=lookup)
        if not isinstance(outcome, Attempt) or request.verb not in {"update", "patch"}:
            return outcome
        if copy is None or outcome.value is None or not when(copy.object, outcome.value):
            return outcome
        shown = Stored.decode(outcome.value, copy.revision).object
        return Attempt(request.at(Remove(answer=shown)), outcome.key, copy, None)

    return deciding(decide)


def lets_one_go(old: Object, new: Object) -> bool:
    """A finalizer is taken off an object that is being deleted, the last one or not."""
    return old.is_terminating and len(new.finalizers) < len(old.finalizers)


def has_none(old: Object, new: Object) -> bool:
    """There is no finalizer, whether the object is being deleted or not."""
    del old
    return not new.finalizers


# --- Writers that are no API servers ----------------------------------------------------------------------------


def with_intruder(*, transaction: bool) -> Change:
    """A cluster in which somebody else writes to etcd, with a proper transaction or without any."""
    step = use_etcdctl if transaction else change_by_itself
    return lambda cluster: _WithRule(cluster, step)


@frozen(eq=False)
class _WithRule:
    """A cluster with one more rule."""

    cluster: Cluster
    step: Callable[..., None]

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The cluster's machine with that rule."""
        return self.cluster.machine(name, faults).extended([rule(self.step, process="etcdctl")])


def use_etcdctl(draft: Any) -> None:
    """Put a label on the first object, in a transaction of one's own, past every API server."""
    path, value = _labelled(draft)
    before = draft.keys[path]
    written = optimistic_put(draft, path, value, before.mod_revision)
    assert isinstance(written, Written)  # noqa: S101 - compared with what is there
    request = update(of_object(value.api_version, value.kind), value)
    draft.emit(Committed(written.revision, path, "", "etcdctl", request, before.mod_revision, before, written.kv))


def change_by_itself(draft: Any) -> None:
    """Put a label on the first object without a transaction, as a damaged disk or a bug in etcd would."""
    path, value = _labelled(draft)
    draft.keys[path] = evolve(draft.keys[path], value=value, mod_revision=draft.revision + 1)
    draft.revision += 1


def _labelled(draft: Any) -> tuple[str, Object]:
    path = min(draft.keys)
    value: Object = draft.keys[path].value
    require("edited" not in value.labels)
    return path, value.with_field("metadata.labels.edited", "yes")


# --- The mutants ------------------------------------------------------------------------------------------------

MUTANTS: Final[tuple[Row, ...]] = (
    (
        "no-compare",
        "the store writes without comparing revisions",
        exchanging_parts(optimistic_put=put_without_compare),
    ),
    (
        "etcdctl-writes",
        "somebody writes to etcd past the API servers, in a transaction of their own",
        with_intruder(transaction=True),
    ),
    (
        "key-changes-by-itself",
        "a key changes though nobody made a transaction",
        with_intruder(transaction=False),
    ),
    (
        "stale-version-accepted",
        "the API server does not look at the resourceVersion that a client sent",
        deciding(decide_on_own_version),
    ),
    (
        "delete-forgets-preconditions",
        "a DELETE whose transaction lost its compare is tried again without its preconditions",
        deciding(decide_without_preconditions),
    ),
    (
        "put-clears-deletion",
        "a PUT without deletionTimestamp takes the deletion back",
        deciding(decide_taking_deletion_from_body),
    ),
    (
        "delete-ignores-finalizers",
        "a DELETE removes whatever the finalizers say",
        deciding(decide_without_finalizers),
    ),
    (
        "first-finalizer-removes",
        "taking one finalizer off a deleted object removes it, though others are left",
        removing_by_update(lets_one_go),
    ),
    (
        "update-removes-the-living",
        "an update that leaves no finalizer removes the object, though nobody deleted it",
        removing_by_update(has_none),
    ),
)
