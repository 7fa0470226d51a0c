"""What is promised about who owns what: fields of an object, a pod's node, a Service's address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from seatrial.model.apiserver.request import APPLY_PATCH, Request
from seatrial.model.cluster.events import Committed
from seatrial.model.draft import View
from seatrial.model.frozen_json import as_map
from seatrial.model.machine import Step
from seatrial.model.objects import Object, resource_prefix

from .clusters import CLUSTER
from .invariant import Parts, always, stepwise


@stepwise(
    on=Committed,
    source="Kubernetes documentation, Server-Side Apply (Conflicts); observed on Kubernetes 1.36 (E.2)",
    needs=CLUSTER,
)
def obj_apply_conflict(before: View, step: Step, after: View) -> Parts:
    """An apply without force never changes a field that another manager owns."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is None or new is None or not _applies(commit.request) or commit.request.options.force:
            continue
        others = _owned_by_others(old, commit.request.options.field_manager)
        yield "fields of others are as they were", all(_data(old, key) == _data(new, key) for key in others)


@stepwise(
    on=Committed,
    source="Kubernetes documentation, Server-Side Apply (Field management); observed on Kubernetes 1.36 (E.1 to E.4)",
    needs=CLUSTER,
)
def obj_apply_owns(before: View, step: Step, after: View) -> Parts:
    """Who has applied an object owns exactly the fields that were applied, and they are as applied."""
    del before, after
    for commit in step.emitted(Committed):
        if commit.after is None or not _applies(commit.request):
            continue
        me = commit.request.options.field_manager
        applied = as_map(Object(as_map(commit.request.body)).field("data"))
        mine = _owned_by(commit.after, me)
        yield "all and only what was applied is owned", mine == set(applied)
        yield "it is as applied", all(_data(commit.after, key) == value for key, value in applied.items())


@stepwise(
    on=Committed,
    source="Kubernetes documentation, Server-Side Apply (Field management: removal); observed on Kubernetes 1.36 (E.3)",
    needs=CLUSTER,
)
def obj_apply_keeps_others(before: View, step: Step, after: View) -> Parts:
    """What an applier stops applying goes only if nobody else owns it."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is None or new is None or not _applies(commit.request):
            continue
        me = commit.request.options.field_manager
        others = _owned_by_others(old, me)
        yield "fields of others are still there", all(_data(new, key) is not None for key in others)


def _applies(request: Request) -> bool:
    return request.verb == "patch" and request.media_type == APPLY_PATCH


def _data(object_: Object, key: str) -> Any:
    return object_.field(("data", key))


def _owned_by(object_: Object, manager: str) -> set[str]:
    """The keys of ``data`` that a manager owns."""
    return {key for owner, key in _owned(object_) if owner == manager}


def _owned_by_others(object_: Object, manager: str) -> set[str]:
    return {key for owner, key in _owned(object_) if owner != manager}


def _owned(object_: Object) -> Iterator[tuple[str, str]]:
    """Each manager with each key of ``data`` that it owns."""
    for entry in object_.metadata.get("managedFields", ()):
        fields = as_map(as_map(entry.get("fieldsV1")).get("f:data"))
        for name in fields:
            if name.startswith("f:"):
                yield entry.get("manager", ""), name.removeprefix("f:")


@stepwise(
    on=Committed,
    source="pkg/registry/core/pod/storage/storage.go (BindingREST); observed on Kubernetes 1.36 (H.1)",
    needs=CLUSTER,
)
def binding_write_once(before: View, step: Step, after: View) -> Parts:
    """A pod gets a node at most once, and none once it is being deleted."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is None or new is None or new.kind != "Pod":
            continue
        was, now = old.spec.get("nodeName", ""), new.spec.get("nodeName", "")
        yield "a node that it has stays", was in {"", now}
        yield "none is given to what is being deleted", was == now or not old.is_terminating


@always(
    source="pkg/registry/core/service/ipallocator; KEP-1880; observed on Kubernetes 1.36 (B.10)",
    needs=CLUSTER,
)
def svc_address_unique(state: View) -> bool | None:
    """No two Services have the same address."""
    prefix = resource_prefix("services")
    found = [state.keys[path].value.field("spec.clusterIP") for path in state.keys if path.startswith(prefix)]
    taken = [address for address in found if address not in {None, "", "None"}]
    return len(taken) == len(set(taken)) if taken else None
