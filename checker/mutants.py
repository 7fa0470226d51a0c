"""Mutants: the model with one guard removed, to prove that the promises can fail.

Lives here: each mutant's id, its sentence and which change it makes (:mod:`.mutations`, :mod:`.store_mutations`).
Must not know: which promise it breaks in which scenario (the catalogue does), or how a scenario is explored.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from seatrial.model.cluster import Cluster
from seatrial.model.errors import BadInput
from seatrial.model.faults import API_SWITCH
from seatrial.model.scenario import Scenario, System
from seatrial.model.scenarios.store import Store

from . import admission_mutations as admission
from . import mutations as cluster
from . import request_mutations as requests
from . import store_mutations as store


@frozen
class Mutant:
    """A guard that can be removed: what is wrong with the model then, in a sentence.

    ``change`` makes the wrong system of the right one, which must be one of class ``of``.  ``where`` says whether
    anything in a scenario with such a system ever comes to the guard.
    """

    id: str
    sentence: str
    change: Callable[[Any], System]
    of: type
    where: Callable[[Scenario], bool]

    def fits(self, scenario: Scenario) -> bool:
        """Whether the scenario has what the mutant changes."""
        return isinstance(scenario.system, self.of)

    def matters_in(self, scenario: Scenario) -> bool:
        """Whether the scenario could go otherwise without the guard."""
        return self.fits(scenario) and self.where(scenario)

    def applied(self, scenario: Scenario) -> Scenario:
        """The scenario without the guard.

        Raises:
            BadInput: the scenario has nothing of what the mutant changes.
        """
        if not self.fits(scenario):
            raise BadInput(
                f"mutant {self.id!r} does not fit scenario {scenario.name!r}",
                remedy=f"it changes a {self.of.__name__}, and that scenario is a {type(scenario.system).__name__}",
            )
        return scenario.mutated(self.id, self.change(scenario.system))


_OF_ETCD: tuple[tuple[str, str, Callable[[Store], System]], ...] = (
    (
        "revision-goes-back-after-compaction",
        "compacting at a deletion gives its revision away again",
        store.exchanging(compact=store.compact_and_go_back),
    ),
    (
        "a-revision-for-each-operation",
        "each operation of a transaction gets a revision of its own",
        store.exchanging(transact=store.transact_one_by_one),
    ),
    (
        "second-change-keeps-its-revision",
        "only the first change of a transaction is given the new revision",
        store.exchanging(transact=store.transact_with_old_revision),
    ),
    (
        "read-between-operations",
        "a read shows one key as of its revision and another as of the revision before",
        store.exchanging(read_range=store.read_between_operations),
    ),
)

_OF_SERVERS_AND_WATCHES: tuple[tuple[str, str, cluster.ClusterChange], ...] = (
    (
        "no-compare",
        "the store writes without comparing revisions",
        cluster.exchanging(optimistic_put=cluster.put_without_compare),
    ),
    (
        "etcdctl-writes",
        "somebody writes to etcd past the API servers, in a transaction of their own",
        cluster.with_intruder(transaction=True),
    ),
    (
        "key-changes-by-itself",
        "a key changes though nobody made a transaction",
        cluster.with_intruder(transaction=False),
    ),
    (
        "stale-version-accepted",
        "the API server does not look at the resourceVersion that a client sent",
        cluster.deciding(cluster.decide_on_own_version),
    ),
    (
        "delete-forgets-preconditions",
        "a DELETE whose transaction lost its compare is tried again without its preconditions",
        cluster.deciding(cluster.decide_without_preconditions),
    ),
    (
        "put-clears-deletion",
        "a PUT without deletionTimestamp takes the deletion back",
        cluster.deciding(cluster.decide_taking_deletion_from_body),
    ),
    (
        "delete-ignores-finalizers",
        "a DELETE removes whatever the finalizers say",
        cluster.deciding(cluster.decide_without_finalizers),
    ),
    (
        "first-finalizer-removes",
        "taking one finalizer off a deleted object removes it, though others are left",
        cluster.removing_by_update(cluster.lets_one_go),
    ),
    (
        "update-removes-the-living",
        "an update that leaves no finalizer removes the object, though nobody deleted it",
        cluster.removing_by_update(cluster.has_none),
    ),
    (
        "watch-delivers-again",
        "a watch begins at the revision that its reader has already",
        cluster.exchanging(changes=cluster.changes_again),
    ),
    (
        "watch-loses-a-change",
        "a watch loses the first change where several wait",
        cluster.exchanging(changes=cluster.changes_but_one),
    ),
    (
        "watch-shows-the-present",
        "a watch shows with each change what the object is by now, not what the change made it",
        cluster.exchanging(changes=cluster.changes_with_present),
    ),
    (
        "copy-keeps-old-content",
        "a copy takes over the revision of a modification, but not its content",
        cluster.exchanging(apply=cluster.apply_without_content),
    ),
)

_OF_RECONNECTING: tuple[tuple[str, str, cluster.ClusterChange], ...] = (
    (
        "informer-goes-back",
        "an informer that turns to another API server takes over that server's older copy",
        cluster.exchanging(reconnect=cluster.list_again),
    ),
    (
        "informer-watches-from-earlier",
        "an informer that turns to another API server watches from before what it has",
        cluster.exchanging(reconnect=cluster.watch_from_earlier),
    ),
    (
        "list-has-one-revision",
        "an informer that lists again puts the list's revision on every object in it",
        cluster.exchanging(reconnect=cluster.list_with_one_revision),
    ),
    (
        "list-is-thrown-away",
        "an informer that lists again goes on from the list's revision with the copy that it had",
        cluster.exchanging(reconnect=cluster.list_for_nothing),
    ),
)

_OF_CONTROLLERS: tuple[tuple[str, str, cluster.ClusterChange], ...] = (
    (
        "list-tells-nobody",
        "a starting informer does not tell its controller what it listed",
        cluster.exchanging(told_of_list=cluster.told_nothing),
    ),
    (
        "no-expectations",
        "the ReplicaSet controller acts again before it has seen what it did",
        cluster.exchanging(fulfilled=cluster.always_fulfilled),
    ),
    (
        "expectations-never-lowered",
        "a controller goes on waiting for what it could not create or delete",
        cluster.controllers(cluster.never_lowering),
    ),
    (
        "deaf-to-changes",
        "a controller's handler is told of additions only",
        cluster.controllers(cluster.deaf_to_changes),
    ),
    (
        "failed-key-is-forgotten",
        "a controller does not put a key that failed back on its queue",
        cluster.exchanging(tried_again=cluster.never_again),
    ),
)


def _anywhere(scenario: Scenario) -> bool:
    del scenario
    return True


def _with_controllers(scenario: Scenario) -> bool:
    return isinstance(scenario.system, Cluster) and bool(scenario.system.reconcilers)


def _with_informers_that_switch(scenario: Scenario) -> bool:
    return _with_controllers(scenario) and API_SWITCH in scenario.faults


_ALL: tuple[Mutant, ...] = (
    *(Mutant(*each, Store, _anywhere) for each in _OF_ETCD),
    *(Mutant(*each, Cluster, _anywhere) for each in _OF_SERVERS_AND_WATCHES),
    *(Mutant(*each, Cluster, _anywhere) for each in requests.MUTANTS),
    *(Mutant(*each, Cluster, _anywhere) for each in admission.MUTANTS),
    *(Mutant(*each, Cluster, _with_informers_that_switch) for each in _OF_RECONNECTING),
    *(Mutant(*each, Cluster, _with_controllers) for each in _OF_CONTROLLERS),
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
