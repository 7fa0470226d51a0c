"""Mutants: the model with one guard removed, to prove that the promises can fail.

Lives here: each mutant with its sentence and the change that it makes.  Must not know: which promise it breaks in which
scenario (the catalogue does), or how a scenario is explored.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve, frozen

from seatrial.model.apiserver import storage
from seatrial.model.apiserver.request import Begin
from seatrial.model.apiserver.storage import Attempt, Stored
from seatrial.model.cluster import Cluster
from seatrial.model.cluster.events import Listed
from seatrial.model.cluster.state import reader
from seatrial.model.draft import require
from seatrial.model.errors import BadInput
from seatrial.model.etcd import Committed, Compact, Lost, Txn, TxnResponse, compact, optimistic_put, transact
from seatrial.model.frozen_json import FrozenMap
from seatrial.model.machine import Machine, rule
from seatrial.model.machinery.expectations import Expectations
from seatrial.model.machinery.informer import Change, Copy
from seatrial.model.machinery.workqueue import Key
from seatrial.model.objects import Object
from seatrial.model.scenario import Scenario, System
from seatrial.model.scenarios.store import Store


@frozen
class Mutant:
    """A guard that can be removed: what is wrong with the model then, in a sentence."""

    id: str
    sentence: str
    change: Callable[[Any], System]
    of: type

    def applied(self, scenario: Scenario) -> Scenario:
        """The scenario without the guard.

        Raises:
            BadInput: the scenario has nothing of what the mutant changes.
        """
        if not isinstance(scenario.system, self.of):
            raise BadInput(
                f"mutant {self.id!r} does not fit scenario {scenario.name!r}",
                remedy=f"it changes a {self.of.__name__}, and that scenario is a {type(scenario.system).__name__}",
            )
        return scenario.mutated(self.id, self.change(scenario.system))


def _exchange(**functions: Any) -> Callable[[Cluster], System]:
    """A cluster with other functions in these places."""
    return lambda cluster: evolve(cluster, parts=evolve(cluster.parts, **functions))


def _put_without_compare(cells: Any, key: str, value: Object, expected: int) -> Committed | Lost:
    del expected
    current = cells.keys.get(key)
    return optimistic_put(cells, key, value, 0 if current is None else current.mod_revision)


def _decide_on_own_version(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """The resourceVersion that a client sent is replaced by that of the server's copy."""
    if request.verb == "update" and copy is not None:
        sent = Object(request.body).with_metadata(resourceVersion=str(copy.revision))
        request = evolve(request, body=sent.root)
    return storage.decide(request, copy, current=current, lookup=lookup)


def _decide_taking_deletion_from_body(
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


def _decide_without_finalizers(request: Any, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A DELETE does not see finalizers."""
    if request.verb == "delete" and isinstance(request.stage, Begin) and copy is not None:
        copy = Stored(copy.object.with_finalizers(()), copy.revision)
    return storage.decide(request, copy, current=current, lookup=lookup)


def _again(decide: Callable[..., storage.Outcome]) -> Callable[..., storage.Outcome]:
    """What follows a lost compare, with another ``decide``."""

    def after_loss(attempt: Attempt, fresh: Stored | None, *, lookup: Any) -> storage.Outcome:
        if attempt.request.verb == "create":
            return storage.after_loss(attempt, fresh, lookup=lookup)
        return decide(attempt.request, fresh, current=True, lookup=lookup)

    return after_loss


def _deciding(decide: Callable[..., storage.Outcome]) -> Callable[[Cluster], System]:
    return _exchange(decide=decide, after_loss=_again(decide))


def _list_again(draft: Any, informer: str, resource: str, server: str) -> None:
    """An informer that turns to another server takes over whatever that server's watch cache has."""
    source, own = reader(server, resource), reader(informer, resource)
    copy, position = draft.copies[source], draft.positions[source]
    draft.copies[own], draft.positions[own] = copy, position
    draft.emit(Listed(informer, resource, server, position, copy.items))


@frozen(eq=False)
class _WithBackdoor:
    """A cluster in which somebody writes to etcd without an API server."""

    cluster: Cluster

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The cluster's machine with one more rule."""
        return self.cluster.machine(name, faults).extended([rule(_write_to_etcd, process="etcdctl")])


def _write_to_etcd(draft: Any) -> None:
    """Put a label on the first object, past every API server."""
    path = min(draft.keys)
    require("edited" not in draft.keys[path].value.labels)
    value = draft.keys[path].value.with_field("metadata.labels.edited", "yes")
    draft.keys[path] = evolve(draft.keys[path], value=value, mod_revision=draft.revision + 1)
    draft.revision += 1


def _always_fulfilled(expectations: Expectations, key: Key) -> bool:
    del expectations, key
    return True


def _told_nothing(copy: Copy) -> tuple[Change, ...]:
    del copy
    return ()


def _transact_one_by_one(cells: Any, txn: Txn) -> TxnResponse:
    """Every operation of a transaction is a transaction of its own."""
    responses = [transact(cells, Txn(success=(operation,))) for operation in txn.success]
    return responses[-1]


def _compact_and_go_back(cells: Any, request: Compact) -> Any:
    """Compaction at a deletion forgets that its revision was used (etcd issue 17780)."""
    last = cells.log[-1] if cells.log else None
    done = compact(cells, request)
    if last is not None and last.revision == request.revision and all(each.kind == "DELETE" for each in last.events):
        cells.revision -= 1
    return done


_ALL = (
    Mutant(
        "no-compare",
        "the store writes without comparing revisions",
        _exchange(optimistic_put=_put_without_compare),
        Cluster,
    ),
    Mutant(
        "stale-version-accepted",
        "the API server does not look at the resourceVersion that a client sent",
        _deciding(_decide_on_own_version),
        Cluster,
    ),
    Mutant(
        "put-clears-deletion",
        "a PUT without deletionTimestamp takes the deletion back",
        _deciding(_decide_taking_deletion_from_body),
        Cluster,
    ),
    Mutant(
        "delete-ignores-finalizers",
        "a DELETE removes whatever the finalizers say",
        _deciding(_decide_without_finalizers),
        Cluster,
    ),
    Mutant("controller-writes-to-etcd", "somebody writes to etcd past the API servers", _WithBackdoor, Cluster),
    Mutant(
        "informer-goes-back",
        "an informer that turns to another API server takes over that server's older copy",
        _exchange(reconnect=_list_again),
        Cluster,
    ),
    Mutant(
        "no-expectations",
        "the ReplicaSet controller acts again before it has seen what it did",
        _exchange(fulfilled=_always_fulfilled),
        Cluster,
    ),
    Mutant(
        "list-tells-nobody",
        "a starting informer does not tell its controller what it listed",
        _exchange(told_of_list=_told_nothing),
        Cluster,
    ),
    Mutant(
        "a-revision-for-each-operation",
        "each operation of a transaction gets a revision of its own",
        lambda store: evolve(store, transact=_transact_one_by_one),
        Store,
    ),
    Mutant(
        "revision-goes-back-after-compaction",
        "compacting at a deletion gives its revision away again",
        lambda store: evolve(store, compact=_compact_and_go_back),
        Store,
    ),
)

MUTANTS: Mapping[str, Mutant] = {each.id: each for each in _ALL}


def mutant(identifier: str) -> Mutant:
    """A mutant by its id.

    Raises:
        BadInput: there is no such one; names the nearest.
    """
    found = MUTANTS.get(identifier)
    if found is None:
        near = difflib.get_close_matches(identifier, MUTANTS, 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise BadInput(f"there is no mutant {identifier!r}", remedy=f"{meant}`seatrial list mutants` lists them")
    return found
