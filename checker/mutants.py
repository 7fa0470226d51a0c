"""Mutants: the model with one guard removed, to prove that the promises can fail.

Lives here: what a mutant is, and the look-up.  The mutants themselves are in the files ``*_mutations.py``, one a group.
Must not know: which promise it breaks in which scenario (the catalogue does), or how a scenario is explored.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from attrs import frozen

from seatrial.model.cluster import Cluster
from seatrial.model.errors import BadInput
from seatrial.model.faults import API_SWITCH, COMPACTION
from seatrial.model.rigs.informers import Informers
from seatrial.model.rigs.leaders import Leaders
from seatrial.model.rigs.leases import Leases
from seatrial.model.rigs.own_writes import OwnWriting
from seatrial.model.rigs.quorum import Quorum
from seatrial.model.rigs.restore import Restoring
from seatrial.model.rigs.store import Store
from seatrial.model.rigs.store_edges import Edges
from seatrial.model.rigs.watches import Watches
from seatrial.model.rigs.workqueues import WorkQueues
from seatrial.model.scenario import Scenario

from . import admission_mutations as admission
from . import copy_mutations as copies
from . import edge_mutations as edges
from . import informer_mutations as informers
from . import leader_mutations as leaders
from . import lease_mutations as leases
from . import member_mutations as members
from . import program_mutations as programs
from . import read_mutations as reads
from . import request_mutations as requests
from . import server_mutations as servers
from . import store_mutations as store
from . import watch_mutations as watches
from . import workqueue_mutations as queues
from .mutations import Change


@frozen
class Mutant:
    """A guard that can be removed: what is wrong with the model then, in a sentence.

    ``change`` makes the wrong system of the right one, which must be one of class ``of``.  ``where`` says whether
    anything in a scenario with such a system ever comes to the guard.
    """

    id: str
    sentence: str
    change: Change
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


def _anywhere(scenario: Scenario) -> bool:
    del scenario
    return True


def _with_readers(scenario: Scenario) -> bool:
    system = scenario.system
    relisting = _with_controllers(scenario) and COMPACTION in scenario.faults
    return isinstance(system, Cluster) and (system.remembers or relisting)


def _with_controllers(scenario: Scenario) -> bool:
    return isinstance(scenario.system, Cluster) and bool(scenario.system.reconcilers)


def _with_kubelets(scenario: Scenario) -> bool:
    return isinstance(scenario.system, Cluster) and any(each.node for each in scenario.system.reconcilers)


def _with_scheduler(scenario: Scenario) -> bool:
    return isinstance(scenario.system, Cluster) and "scheduler" in scenario.system.scripts


def _with_informers_that_switch(scenario: Scenario) -> bool:
    return _with_controllers(scenario) and API_SWITCH in scenario.faults


_ALL: tuple[Mutant, ...] = (
    *(Mutant(*each, Store, _anywhere) for each in store.MUTANTS),
    *(Mutant(*each, Edges, _anywhere) for each in edges.MUTANTS),
    *(Mutant(*each, Quorum, _anywhere) for each in members.OF_AGREEMENT),
    *(Mutant(*each, Quorum, members.serves_watches) for each in members.OF_WATCHES),
    *(Mutant(*each, Restoring, _anywhere) for each in members.OF_BACKUPS),
    *(Mutant(*each, Watches, _anywhere) for each in watches.MUTANTS),
    *(Mutant(*each, Leases, _anywhere) for each in leases.MUTANTS),
    *(Mutant(*each, Leaders, _anywhere) for each in leaders.MUTANTS),
    *(Mutant(*each, Informers, _anywhere) for each in informers.MUTANTS),
    *(Mutant(*each, WorkQueues, _anywhere) for each in queues.OF_WORKQUEUES),
    *(Mutant(*each, OwnWriting, _anywhere) for each in queues.OF_OWN_WRITES),
    *(Mutant(*each, Cluster, _anywhere) for each in servers.MUTANTS),
    *(Mutant(*each, Cluster, _anywhere) for each in copies.OF_COPIES),
    *(Mutant(*each, Cluster, _anywhere) for each in requests.MUTANTS),
    *(Mutant(*each, Cluster, _anywhere) for each in admission.MUTANTS),
    *(Mutant(*each, Cluster, _with_readers) for each in reads.MUTANTS),
    *(Mutant(*each, Cluster, _with_informers_that_switch) for each in copies.OF_RECONNECTING),
    *(Mutant(*each, Cluster, _with_controllers) for each in copies.OF_CONTROLLERS),
    *(Mutant(*each, Cluster, _with_kubelets) for each in programs.OF_KUBELETS),
    *(Mutant(*each, Cluster, _anywhere) for each in programs.OF_PROGRAMS),
    *(Mutant(*each, Cluster, _with_scheduler) for each in programs.OF_SCHEDULERS),
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
