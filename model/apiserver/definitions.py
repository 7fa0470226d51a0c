"""What becomes of a definition of custom resources: it is accepted, established, and one day taken down.

Lives here: which kinds are served now, the mark that a DELETE leaves on a definition, and the next step that the
server's own controllers take with one; each a pure function.  Must not know: who carries these steps out
(``definition_controllers`` does), or what a definition may look like (``strategies.extensions`` does).

A server may refuse (429, :func:`initializing`) lists of a kind that has just begun to be served; for how long depends
on how fast it fills a cache, so the model never does by itself.

Source: Kubernetes 1.36, ``apiextensions-apiserver/pkg/registry/customresourcedefinition/etcd.go``,
``apiextensions-apiserver/pkg/controller/{status/naming_controller.go,establish,finalizer}``; recordings N.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from ..frozen_json import FrozenMap, Json, as_items, as_map
from ..kinds import Kind, custom_kinds
from ..kinds.extensions import ESTABLISHED, NAMES_ACCEPTED, TERMINATING, has_condition
from ..objects import Object
from .answer import Answer, Details, forbidden
from .lookup import Lookup
from .preparation import NOW
from .request import Request

RESOURCE: Final = "customresourcedefinitions"
CLEANUP: Final = "customresourcecleanup.apiextensions.k8s.io"
"""The finalizer that keeps a definition while it has objects."""

_NAMES: Final = ("plural", "singular", "kind", "listKind")


def served_kinds(lookup: Lookup) -> tuple[Kind, ...]:
    """The custom kinds that are served, by all definitions."""
    return tuple(kind for definition in lookup.list(RESOURCE) for kind in custom_kinds(definition))


def refuse_while_terminating(request: Request, lookup: Lookup) -> Answer | None:
    """Refuse (403) a new object of a kind that is being taken down."""
    if request.verb != "create" or not request.kind.custom:
        return None
    for definition in lookup.list(RESOURCE):
        if definition.name == request.kind.resource and has_condition(definition, TERMINATING):
            name = as_map(as_map(request.body).get("metadata")).get("name")
            why = "create not allowed while custom resource definition is terminating"
            return forbidden(request.kind, name if isinstance(name, str) else "", why)
    return None


def services(definition: Object) -> tuple[Object, ...]:
    """The APIServices by which a server says that it serves the groups and versions of a definition itself.

    The model serves no such kind: they are there for the revisions that they take.
    """
    group = definition.spec.get("group")
    versions = [as_map(each) for each in as_items(definition.spec.get("versions"))]
    return tuple(
        Object.of(
            {
                "apiVersion": "apiregistration.k8s.io/v1",
                "kind": "APIService",
                "metadata": {"name": f"{version.get('name')}.{group}"},
                "spec": {"group": group, "version": version.get("name")},
            }
        )
        for version in versions
        if version.get("served") is True
    )


def initializing() -> Answer:
    """429: the cache from which a list or watch is to be answered is not filled yet."""
    return Answer(429, "TooManyRequests", "storage is (re)initializing", details=Details(), retry_after_seconds=1)


def definition_marked(definition: Object) -> Object:
    """A definition whose deletion begins: from now on it only waits for its objects to go."""
    new = definition.with_metadata(deletionTimestamp=NOW)
    if CLEANUP not in new.finalizers:
        new = new.with_finalizers((*new.finalizers, CLEANUP))
    message = "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon"
    return _with_condition(new, TERMINATING, "True", "InstanceDeletionPending", message)


def next_step(definition: Object, others: Iterable[Object]) -> Object | None:
    """The definition as a controller changes it next, ``None`` if there is nothing to do but to delete objects."""
    if definition.is_terminating:
        return _being_taken_down(definition)
    named = _with_names(definition, others)
    if named != definition:
        return named
    if has_condition(definition, NAMES_ACCEPTED) and not has_condition(definition, ESTABLISHED):
        return _with_condition(
            definition, ESTABLISHED, "True", "InitialNamesAccepted", "the initial names have been accepted"
        )
    return None


def all_kinds(definition: Object) -> tuple[Kind, ...]:
    """The kinds of a definition, also of one that was never established."""
    return custom_kinds(_with_condition(definition, ESTABLISHED, "True", "", ""))


def _being_taken_down(definition: Object) -> Object | None:
    if CLEANUP not in definition.finalizers:
        return None
    new = _with_condition(
        definition, TERMINATING, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress"
    )
    return new if new != definition else None


def taken_down(definition: Object) -> Object:
    """The definition once it has no objects any more."""
    new = _with_condition(definition, TERMINATING, "False", "InstanceDeletionCompleted", "removed all instances")
    return new.with_finalizers(tuple(name for name in new.finalizers if name != CLEANUP))


def _with_names(definition: Object, others: Iterable[Object]) -> Object:
    names = as_map(definition.spec.get("names"))
    conflict = next(iter(_conflicts(definition, others)), None)
    if conflict is not None:
        message = f"{names.get(conflict)!r} is already in use"
        new = _with_condition(definition, NAMES_ACCEPTED, "False", f"{_capital(conflict)}Conflict", message)
        if has_condition(new, ESTABLISHED):
            return new
        return _with_condition(new, ESTABLISHED, "False", "NotAccepted", "not all names are accepted")
    new = definition.with_field("status.acceptedNames", names)
    new = _with_condition(new, NAMES_ACCEPTED, "True", "NoConflicts", "no conflicts found")
    if has_condition(new, ESTABLISHED):
        return new
    return _with_condition(new, ESTABLISHED, "False", "Installing", "the initial names have been accepted")


def _conflicts(definition: Object, others: Iterable[Object]) -> Iterator[str]:
    """The names that another definition of the group has got already."""
    names = as_map(definition.spec.get("names"))
    for other in others:
        if other.name == definition.name or other.spec.get("group") != definition.spec.get("group"):
            continue
        accepted = as_map(other.status.get("acceptedNames"))
        taken = {accepted.get(name) for name in _NAMES} | set(as_items(accepted.get("shortNames")))
        yield from (name for name in _NAMES if names.get(name) and names[name] in taken)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _with_condition(definition: Object, type_: str, status: str, reason: str, message: str) -> Object:
    """The definition with a condition set; one that only gets another reason keeps its time."""
    condition = FrozenMap(
        {"lastTransitionTime": NOW, "message": message, "reason": reason, "status": status, "type": type_}
    )
    before = as_items(definition.field("status.conditions"))
    at = next((index for index, item in enumerate(before) if as_map(item).get("type") == type_), len(before))
    conditions: tuple[Json, ...] = (*before[:at], condition, *before[at + 1 :])
    return definition.with_field("status.conditions", conditions)
