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
from ..apiserver.request import Request, create, update
from ..apiserver.settings import SMALL, Settings, User
from ..errors import BadInput
from ..etcd import Member
from ..faults import (
    API_SWITCH,
    COMPACTION,
    CRASH,
    CRASH_SERVER,
    EXPECTATIONS_EXPIRE,
    LATE_COMMIT,
    LOST_ANSWER,
    PARTITION,
    STALE_CACHE,
    check_possible,
)
from ..machine import Machine, Rule, rule
from ..machinery.controller import Controller
from ..machinery.expectations import Expectations
from ..machinery.informer import Copy
from ..machinery.workqueue import Queue, add
from ..nodes.containers import Containers
from ..nodes.kubelet import node_of, should_run
from ..objects import Object
from ..profiles import NEWEST, Profile
from ..reconcile import Reconciler
from .copies import Copies
from .etcd_members import EtcdMembers
from .faults import FAULTS, Faults, spare_lines
from .history import most_wanted
from .parts import Parts, told_of_list
from .processes import Processes
from .read_history import acknowledged, arrivals, shown
from .read_parts import present
from .serving import Serving
from .state import IDLE, reader

SERVER_NAMES = "abcdefgh"
NO_FAULTS: Mapping[str, int] = MappingProxyType({})
NO_HOMES: Mapping[str, str] = MappingProxyType({})


@frozen(eq=False, kw_only=True)
class Cluster:
    """What there is in a small cluster.

    Attributes:
        objects: what lies in etcd at the beginning, created through the API server in this order; a namespace that one
            needs, and its default service account, are made first if they are not among them.
        since: requests that an administrator has had carried out since then.
        behind: the API servers whose watch caches have seen nothing of that yet.
        starting: the controllers that have just started: their informers have not listed yet.
        homes: by process name, the API server that it talks to at first; the others are spread in turn.
        reconcilers: controllers, each a process with informers.
        scripts: by process name, generators that run once, as a person at a keyboard or a program without informers.
        apiservers: the number of API servers.
        etcd_members: the number of etcd's members; each API server talks to one of them.
        profile: as which versions everything behaves.  Followed are the knobs ``first-read``, ``consistent-lists``,
            ``progress``, ``window-start`` and ``update-retry``; programs ask for those that they follow
            (:func:`seatrial.model.api.setting`).
        remembers: whether etcd and the watch caches keep what happened, so that clients can read and watch from the
            past; without it a list or watch by a client may begin only at the present.
        requests_outlive: whether a request may still be carried out when nobody waits for it any more.
        settings: how the API servers are set up.
        cached: further resources that each server has a watch cache of: it looks them up there, and may find old
            states.  (Those of the objects and of the reconcilers are cached anyway.)
        users: by process name, who asks; the others are administrators.
        parts: the functions to use, exchanged in mutants.
    """

    objects: Sequence[Object] = ()
    since: Sequence[Request] = ()
    behind: Sequence[str] = ()
    starting: Sequence[str] = ()
    homes: Mapping[str, str] = NO_HOMES
    reconcilers: Sequence[Controller] = ()
    scripts: Mapping[str, Reconciler] = field(factory=dict[str, Reconciler])
    apiservers: int = 2
    etcd_members: int = 1
    profile: Profile = NEWEST
    remembers: bool = False
    requests_outlive: bool = True
    settings: Settings = SMALL
    cached: Sequence[str] = ()
    users: Mapping[str, User] = field(factory=dict[str, User])
    parts: Parts = field(factory=Parts)

    def machine(self, name: str, faults: Mapping[str, int] = NO_FAULTS) -> Machine:
        """The cluster as a machine in which these faults may happen.

        Raises:
            BadInput: an object is refused by the API server, or a fault was asked for that cannot happen here.
        """
        check_possible(name, faults, FAULTS)
        self._check()
        early = self._loaded()
        etcd = early.copy()
        for request in self.since:
            _carry_out(etcd, request, self.settings)
        names = tuple(SERVER_NAMES[: self.apiservers])
        watched = {resource for each in self.reconcilers for resource in each.resources}
        resources = tuple(sorted(watched | self._own() | set(self.cached)))
        stale = faults.get(STALE_CACHE, 0)
        members = self._members(names)
        controllers = tuple(self.reconcilers)
        copies = Copies(names, resources, controllers, self.parts, stale, self.profile, self.remembers, members)
        return Machine(
            name,
            variables=self._variables(early, etcd, names, resources, faults) | members.variables(etcd.revision),
            rules=[*self._ordinary(copies, faults), *self._faulty(copies, faults)],
            observers=[
                *([most_wanted(etcd.keys)] if "replicasets" in resources else ()),
                *([arrivals(etcd.revision), shown(), acknowledged()] if self.remembers else ()),
            ],
        )

    def _members(self, servers: tuple[str, ...]) -> EtcdMembers:
        """Etcd's members; one alone has no name, as nothing can be told of it."""
        count = self.etcd_members
        return EtcdMembers(tuple(f"etcd-{number}" for number in range(1, count + 1)) if count > 1 else (), servers)

    def _own(self) -> set[str]:
        """The resources of the objects that exist from the beginning."""
        return {kinds.of_object(each.api_version, each.kind).resource for each in self.objects} - {
            "namespaces",
            "serviceaccounts",
        }

    def _check(self) -> None:
        if self.etcd_members < 1:
            raise BadInput(f"etcd has at least one member, not {self.etcd_members}")
        if not 1 <= self.apiservers <= len(SERVER_NAMES):
            raise BadInput(f"a cluster has 1 to {len(SERVER_NAMES)} API servers, not {self.apiservers}")
        self._check_places()

    def _check_places(self) -> None:
        """Whether the API servers and processes that are named are there."""
        servers = tuple(SERVER_NAMES[: self.apiservers])
        controllers = [each.name for each in self.reconcilers]
        named = (
            ("API server", (*self.behind, *self.homes.values()), servers),
            ("controller", self.starting, controllers),
            ("process", self.homes, (*controllers, *self.scripts)),
        )
        for what, names, known in named:
            for name in names:
                if name not in known:
                    raise BadInput(
                        f"there is no {what} {name!r} in this cluster", remedy=f"there are {', '.join(known)}"
                    )

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
        self, early: Member, etcd: Member, names: tuple[str, ...], resources: tuple[str, ...], faults: Mapping[str, int]
    ) -> dict[str, Any]:
        seen_by = {server: early if server in self.behind else etcd for server in names}
        processes = [*(each.name for each in self.reconcilers), *self.scripts]
        homes = {each: self.homes.get(each, names[number % len(names)]) for number, each in enumerate(processes)}
        copies = {reader(each, resource): present(seen_by[each], resource) for each in names for resource in resources}
        positions = {reader(each, resource): seen_by[each].revision for each in names for resource in resources}
        running = self._running(early)
        queues = {each.name: add((), *(it.key for it in running.get(each.node, ()))) for each in self.reconcilers}
        self._list(copies, positions, queues, homes)
        steps = {fault: budget for fault, budget in faults.items() if fault != STALE_CACHE}
        return {
            "revision": etcd.revision,
            "compacted": etcd.compacted,
            "log": etcd.log[len(early.log) :] if self.behind else (),
            "keys": dict(etcd.keys),
            "copies": copies,
            "positions": positions,
            "windows": {
                reader(server, resource): seen_by[server].revision
                for server in names
                for resource in resources
                if self.remembers or any(resource in each.resources for each in self.reconcilers)
            },
            "relisting": {},
            "calls": {},
            "works": dict.fromkeys(processes, IDLE),
            "homes": homes,
            "queues": queues,
            "expectations": dict.fromkeys(queues, Expectations()),
            "own_writes": {},
            **({"containers": running} if running else {}),
            "budgets": steps,
        }

    def _list(
        self, copies: dict[str, Copy], positions: dict[str, int], queues: dict[str, Queue], homes: Mapping[str, str]
    ) -> None:
        """Let each informer list from its server's watch cache, and tell its controller, unless that just starts."""
        for controller in self.reconcilers:
            for resource in controller.resources if controller.name not in self.starting else ():
                own, source = reader(controller.name, resource), reader(homes[controller.name], resource)
                copies[own], positions[own] = copies[source], positions[source]
                for change in told_of_list(Copy(), copies[own]):
                    seen = controller.handler(resource, change, Expectations())
                    queues[controller.name] = add(queues[controller.name], *seen.keys)

    def _running(self, etcd: Member) -> dict[str, tuple[Containers, ...]]:
        """What runs at the beginning on nodes that have a kubelet: what was bound to them and had not ended."""
        nodes = [each.node for each in self.reconcilers if each.node]
        pods = [stored.object for _, stored in present(etcd, "pods").items]
        bound = {node: [each for each in pods if node_of(each) == node and should_run(each)] for node in nodes}
        return {node: tuple(sorted(Containers.of(each) for each in found)) for node, found in bound.items()}

    def _ordinary(self, copies: Copies, faults: Mapping[str, int]) -> list[Rule]:
        """What happens without any fault."""
        controllers = {each.name: each for each in self.reconcilers}
        processes = Processes(copies, self.parts, controllers, dict(self.scripts), self.profile)
        serving = Serving(copies, self.parts, self.settings, self.users, self.profile)
        rules: list[Rule] = []
        for who in (*controllers, *self.scripts):
            rules += [rule(step, process=who, who=who) for step in (processes.begin, processes.receive)]
            for line in (who, *spare_lines(who, self._spare(who, faults))):
                rules += [
                    rule(step, process=f"serving {line}", line=line)
                    for step in (serving.serve, serving.commit, serving.answer_from_cache)
                ]
        for controller in self.reconcilers:
            for resource in controller.resources:
                own = reader(controller.name, resource)
                rules += [
                    rule(step, process=own, informer=controller.name, resource=resource)
                    for step in (
                        copies.list_from_server,
                        copies.follow_server,
                        copies.refuse_too_old,
                    )
                ]
        rules += [rule(copies.etcd.catch_up, process=member, member=member) for member in copies.etcd.serving]
        if faults.get(PARTITION):
            rules.append(rule(copies.etcd.heal, process="network"))
        for server in copies.servers:
            rules += [
                rule(step, process=reader(server, resource), server=server, resource=resource)
                for resource in copies.resources
                for step in (copies.follow_etcd, *([copies.fill_again] if faults.get(COMPACTION) else ()))
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
            (EXPECTATIONS_EXPIRE, faults.expire, "who", tuple(controllers)),
            (API_SWITCH, faults.switch, "who", everyone if len(copies.servers) > 1 else ()),
            (CRASH_SERVER, faults.crash_server, "server", copies.servers),
            (PARTITION, copies.etcd.cut_member_off, "member", copies.etcd.names),
        ]
        rules = [
            rule(step, process=each, fault=fault, **{name: each})
            for fault, step, name, whom in table
            if budgets.get(fault)
            for each in whom
        ]
        if budgets.get(COMPACTION):
            rules.append(rule(faults.compact, process="etcd", fault=COMPACTION))
            rules += [
                rule(faults.forget, process=server, fault=COMPACTION, server=server, resource=resource)
                for server in copies.servers
                for resource in copies.resources
                if copies.is_watched(resource)
            ]
        return rules

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


def _carry_out(etcd: Member, request: Request, settings: Settings) -> None:
    """Carry out a request before anything else happens."""
    answer = handle(etcd, request, settings)
    if answer.refused:
        asked = f"{request.verb} {request.kind.name} {request.namespace}/{request.name}"
        raise BadInput(f"the API server refuses to {asked}: {answer.status} {answer.message}")
