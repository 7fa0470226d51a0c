"""From the parts of a small cluster to a machine.

Lives here: :class:`Cluster`, which says what there is, and how that becomes variables and rules.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from .. import kinds
from ..apiserver.front import handle
from ..apiserver.request import create, update
from ..apiserver.settings import SMALL, Settings, User
from ..errors import BadInput
from ..etcd import Member
from ..faults import API_SWITCH, CRASH, CRASH_SERVER, LATE_COMMIT, LOST_ANSWER, MEANING, STALE_CACHE
from ..machine import Machine, Rule, rule
from ..machinery.controller import Controller
from ..machinery.expectations import Expectations
from ..machinery.workqueue import Queue, add
from ..objects import Object
from ..reconcile import Reconciler
from .copies import Copies, present
from .faults import Faults, spare_lines
from .history import most_wanted
from .parts import Parts, told_of_list
from .processes import Processes
from .serving import Serving
from .state import IDLE, reader

SERVER_NAMES = "abcdefgh"
NO_FAULTS: Mapping[str, int] = MappingProxyType({})


@frozen(eq=False, kw_only=True)
class Cluster:
    """What there is in a small cluster.

    Attributes:
        objects: what lies in etcd at the beginning, created through the API server in this order; a namespace that one
            needs, and its default service account, are made first if they are not among them.
        reconcilers: controllers, each a process with informers.
        scripts: by process name, generators that run once, as a person at a keyboard or a program without informers.
        apiservers: the number of API servers.
        first_list: how new a starting informer's first list must be: ``consistent`` or ``any``.
        requests_outlive: whether a request may still be carried out when nobody waits for it any more.
        settings: how the API servers are set up.
        cached: further resources that each server has a watch cache of: it looks them up there, and may find old
            states.  (Those of the objects and of the reconcilers are cached anyway.)
        users: by process name, who asks; the others are administrators.
        parts: the functions to use, exchanged in mutants.
    """

    objects: Sequence[Object] = ()
    reconcilers: Sequence[Controller] = ()
    scripts: Mapping[str, Reconciler] = field(factory=dict[str, Reconciler])
    apiservers: int = 2
    first_list: str = "consistent"
    requests_outlive: bool = True
    settings: Settings = SMALL
    cached: Sequence[str] = ()
    users: Mapping[str, User] = field(factory=dict[str, User])
    parts: Parts = field(factory=Parts)

    def machine(self, name: str, faults: Mapping[str, int] = NO_FAULTS) -> Machine:
        """The cluster as a machine in which these faults may happen.

        Raises:
            BadInput: an object is refused by the API server, or a fault is unknown.
        """
        self._check(faults)
        etcd = self._loaded()
        names = tuple(SERVER_NAMES[: self.apiservers])
        watched = {resource for each in self.reconcilers for resource in each.resources}
        resources = tuple(sorted(watched | self._own() | set(self.cached)))
        stale = faults.get(STALE_CACHE, 0)
        copies = Copies(names, resources, tuple(self.reconcilers), self.parts, stale, self.first_list)
        return Machine(
            name,
            variables=self._variables(etcd, names, resources, faults),
            rules=[*self._ordinary(copies, faults), *self._faulty(copies, faults)],
            observers=[most_wanted(etcd.keys)] if "replicasets" in resources else (),
        )

    def _own(self) -> set[str]:
        """The resources of the objects that exist from the beginning."""
        return {kinds.of_object(each.api_version, each.kind).resource for each in self.objects} - {
            "namespaces",
            "serviceaccounts",
        }

    def _check(self, faults: Mapping[str, int]) -> None:
        for fault in faults:
            if fault not in MEANING:
                raise BadInput(f"there is no fault {fault!r}", remedy=f"the faults are {', '.join(MEANING)}")
        if not 1 <= self.apiservers <= len(SERVER_NAMES):
            raise BadInput(f"a cluster has 1 to {len(SERVER_NAMES)} API servers, not {self.apiservers}")
        if self.first_list not in {"consistent", "any"}:
            raise BadInput(f"first_list is 'consistent' or 'any', not {self.first_list!r}")

    def _loaded(self) -> Member:
        """An etcd in which the objects are."""
        etcd = Member()
        given = {(each.kind, each.namespace, each.name) for each in self.objects}
        for each in self.objects:
            kind = kinds.of_object(each.api_version, each.kind)
            if kind.namespaced:
                placed = each.namespace or "default"
                for needed in _surroundings(placed):
                    if (needed.kind, needed.namespace, needed.name) not in given:
                        given.add((needed.kind, needed.namespace, needed.name))
                        _load(etcd, needed, self.settings)
                _load(etcd, each.with_metadata(namespace=placed), self.settings)
            else:
                _load(etcd, each, self.settings)
        return etcd

    def _variables(
        self, etcd: Member, names: tuple[str, ...], resources: tuple[str, ...], faults: Mapping[str, int]
    ) -> dict[str, Any]:
        copies = {reader(server, resource): present(etcd, resource) for server in names for resource in resources}
        queues: dict[str, Queue] = {}
        for controller in self.reconcilers:
            queues[controller.name] = ()
            for resource in controller.resources:
                copy = copies[reader(controller.name, resource)] = present(etcd, resource)
                for change in told_of_list(copy):
                    seen = controller.handler(resource, change, Expectations())
                    queues[controller.name] = add(queues[controller.name], *seen.keys)
        processes = [*queues, *self.scripts]
        steps = {fault: budget for fault, budget in faults.items() if fault != STALE_CACHE}
        return {
            "revision": etcd.revision,
            "compacted": etcd.compacted,
            "log": (),
            "keys": dict(etcd.keys),
            "copies": copies,
            "positions": dict.fromkeys(copies, etcd.revision),
            "calls": {},
            "works": dict.fromkeys(processes, IDLE),
            "homes": {process: names[number % len(names)] for number, process in enumerate(processes)},
            "queues": queues,
            "expectations": dict.fromkeys(queues, Expectations()),
            "budgets": steps,
        }

    def _ordinary(self, copies: Copies, faults: Mapping[str, int]) -> list[Rule]:
        """What happens without any fault."""
        controllers = {each.name: each for each in self.reconcilers}
        processes = Processes(copies, self.parts, controllers, dict(self.scripts))
        serving = Serving(copies, self.parts, self.settings, self.users)
        rules: list[Rule] = []
        for who in (*controllers, *self.scripts):
            rules += [rule(step, process=who, who=who) for step in (processes.begin, processes.receive)]
            for line in (who, *spare_lines(who, self._spare(who, faults))):
                rules += [rule(step, process=f"serving {line}", line=line) for step in (serving.serve, serving.commit)]
        for controller in self.reconcilers:
            for resource in controller.resources:
                own = reader(controller.name, resource)
                rules += [
                    rule(step, process=own, informer=controller.name, resource=resource)
                    for step in (copies.list_from_server, copies.follow_server)
                ]
        for server in copies.servers:
            rules += [
                rule(copies.follow_etcd, process=reader(server, resource), server=server, resource=resource)
                for resource in copies.resources
            ]
        return rules

    def _faulty(self, copies: Copies, budgets: Mapping[str, int]) -> list[Rule]:
        """The faults that have a budget."""
        controllers = {each.name: each for each in self.reconcilers}
        spare = max((self._spare(who, budgets) for who in (*controllers, *self.scripts)), default=0)
        faults = Faults(copies, controllers, spare)
        everyone = (*controllers, *self.scripts)
        table: list[tuple[str, Callable[..., None], str, Sequence[str]]] = [
            (LOST_ANSWER, faults.lose_answer, "who", everyone),
            (LATE_COMMIT, faults.give_up, "who", everyone),
            (CRASH, faults.crash, "who", tuple(controllers)),
            (API_SWITCH, faults.switch, "who", everyone if len(copies.servers) > 1 else ()),
            (CRASH_SERVER, faults.crash_server, "server", copies.servers),
        ]
        return [
            rule(step, process=each, fault=fault, **{name: each})
            for fault, step, name, whom in table
            if budgets.get(fault)
            for each in whom
        ]

    def _spare(self, who: str, faults: Mapping[str, int]) -> int:
        """How many requests of a process may go on unattended."""
        if not self.requests_outlive:
            return 0
        crashes = 0 if who in self.scripts else faults.get(CRASH, 0)
        return crashes + faults.get(LATE_COMMIT, 0)


def _surroundings(namespace: str) -> list[Object]:
    """What a namespace's objects need around them."""
    return [
        Object.of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}),
        Object.of(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace}}
        ),
    ]


def _load(etcd: Member, object_: Object, settings: Settings) -> None:
    """Create an object; one that shows a status gets it by a second write, as a controller would make it."""
    kind = kinds.of_object(object_.api_version, object_.kind)
    answer = handle(etcd, create(kind, object_), settings)
    if answer.object is not None and object_.status and kind.has_status:
        reported = answer.object.with_field("status", object_.status)
        answer = handle(etcd, update(kind, reported, subresource="status"), settings)
    if answer.refused:
        raise BadInput(
            f"the API server refuses {kind.name} {object_.namespace}/{object_.name}: {answer.status} {answer.message}"
        )
