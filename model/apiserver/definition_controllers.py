"""The controllers inside a server that look after definitions of custom resources, at work on an etcd.

Lives here: :func:`settle`, which takes their steps until nothing is left to do.  A real server takes them shortly after
the request that calls for them; but whether the objects of a definition that goes are gone, if finalizers held them, it
looks only every five seconds.  Must not know: what the steps are (``definitions`` does).

The controllers are clients of their own server, and change a definition through its subresource ``status``; which also
takes finalizers off, as for this kind it keeps none of the metadata.  Another controller registers each group and
version that definitions have, first of all, and takes that back when the last of its definitions is gone.

Source: Kubernetes 1.36, ``kube-aggregator/pkg/controllers/autoregister``,
``pkg/controlplane/controller/crdregistration``,
``apiextensions-apiserver/pkg/registry/customresourcedefinition/strategy.go`` (``statusStrategy``); recordings N.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ..etcd.cells import Cells
from ..etcd.mvcc import read_range
from ..etcd.requests import Range
from ..etcd.transactions import optimistic_delete, optimistic_put
from ..kinds import Kind, of_name
from ..objects import Object
from . import front
from .definitions import CLEANUP, RESOURCE, all_kinds, next_step, services, taken_down
from .reads import read_all
from .request import delete, update
from .settings import SMALL, Settings
from .storage import Stored

_KIND: Final = of_name("CustomResourceDefinition")
_SERVICES: Final = "/registry/apiregistration.k8s.io/apiservices/"
_AFTER_SERVICES: Final = "/registry/apiregistration.k8s.io/apiservices0"
_USER: Final = "system:apiserver"
_AGENT: Final = "kube-apiserver/v1.36"


def settle(cells: Cells, settings: Settings = SMALL, *, until: int | None = None) -> None:
    """Let the controllers work until there is nothing left to do for them.  ``cells`` (an etcd) are changed.

    ``until`` is a revision at which they stop anyway.
    """
    while (until is None or cells.revision < until) and _one_step(cells, settings):
        pass


def _one_step(cells: Cells, settings: Settings) -> bool:
    """One write about some definition; whether there was one to make."""
    definitions = read_all(cells, RESOURCE)
    registered = {kv.key: kv.mod_revision for kv in read_range(cells, Range(_SERVICES, range_end=_AFTER_SERVICES)).kvs}
    if not definitions and not registered:
        return False
    wanted = {_SERVICES + service.name: service for each in definitions for service in services(each.object)}
    for path, service in wanted.items():
        if path not in registered:
            optimistic_put(cells, path, service, 0)
            return True
    if any(_step(cells, stored, settings) for stored in definitions):
        return True
    for path, revision in registered.items():
        if path not in wanted:
            optimistic_delete(cells, path, revision)
            return True
    return False


def _step(cells: Cells, stored: Stored, settings: Settings) -> bool:
    """One step with one definition, or with an object of a kind that goes; whether there was one to take."""
    others = tuple(other.object for other in read_all(cells, RESOURCE))
    changed = next_step(stored.object, others)
    if changed is not None:
        return _write(cells, changed, settings)
    if not stored.object.is_terminating or CLEANUP not in stored.object.finalizers:
        return False
    kinds = all_kinds(stored.object)
    left = read_all(cells, kinds[0].resource) if kinds else ()
    if not left:
        return _write(cells, taken_down(stored.object), settings)
    return any(_delete(cells, kinds[0], each.object, settings) for each in left if not each.object.is_terminating)


def _write(cells: Cells, changed: Object, settings: Settings) -> bool:
    request = update(_KIND, changed, subresource="status", user=_USER)
    return not front.handle(cells, evolve(request, agent=_AGENT), settings).refused


def _delete(cells: Cells, kind: Kind, object_: Object, settings: Settings) -> bool:
    request = delete(kind, object_.namespace, object_.name)
    return not front.handle(cells, evolve(request, user=_USER, agent=_AGENT), settings).refused
