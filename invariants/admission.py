"""What is promised about who may write, where, and how much: authorization, namespaces, quotas.

Each is a check of other objects that a server makes before it writes; where the two are apart, the promise ends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from seatrial.model.apiserver.request import Request
from seatrial.model.cluster.events import Committed, Served
from seatrial.model.cluster.state import reader
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.objects import Object, ObjectKey, resource_prefix

from .clusters import CLUSTER
from .invariant import Parts, always, at_rest, stepwise

IMMORTAL = ("default", "kube-public", "kube-system")
_QUOTAS = resource_prefix("resourcequotas")


@stepwise(
    on=Served,
    source="Kubernetes documentation, Authorization (default deny); apiserver/pkg/authorization/union",
    limits={
        "stale-cache": "a server reads roles and bindings from its caches: a right that was taken away is still there"
    },
    needs=CLUSTER,
)
def api_default_deny(before: View, step: Step, after: View) -> Parts:
    """Who is no administrator writes only what a role allows that is bound to them at that moment."""
    del after
    for served in step.emitted(Served):
        if "system:masters" not in served.request.groups:
            yield "a binding names the user", any(_names(each, served.request) for each in _bindings(before))


def _bindings(state: View) -> Iterator[Object]:
    prefixes = tuple(resource_prefix(each) for each in ("rolebindings", "clusterrolebindings"))
    return (state.keys[path].value for path in state.keys if path.startswith(prefixes))


def _names(binding: Object, request: Request) -> bool:
    named = {(each.get("kind"), each.get("name")) for each in binding.root.get("subjects", ())}
    in_force = binding.namespace in {"", request.namespace}
    return in_force and bool(named & {("User", request.user), *(("Group", group) for group in request.groups)})


@stepwise(
    on=Served,
    source="apiserver/pkg/admission/plugin/namespace/lifecycle; observed on Kubernetes 1.36 (I.1, I.2)",
    needs=CLUSTER,
)
def ns_no_create_in_terminating(before: View, step: Step, after: View) -> Parts:
    """Nothing is created in a namespace that the server knows to be missing or terminating."""
    del after
    for served in step.emitted(Served):
        request = served.request
        if request.verb == "create" and request.kind.namespaced:
            known = _as_known(before, served.server, request.namespace)
            yield "the namespace is there", known is not None
            yield "it is not terminating", known is None or known.status.get("phase") != "Terminating"


def _as_known(state: View, server: str, name: str) -> Object | None:
    """A namespace as a server's cache has it, or as etcd has it if the server has none, or no cache."""
    path = ObjectKey("namespaces", "", name).path
    copy = state.copies.get(reader(server, "namespaces"))
    cached = None if copy is None else copy.get(path)
    stored = state.keys.get(path)
    found: Object | None = None if stored is None else stored.value
    return found if cached is None else cached.object


@always(
    source="Kubernetes documentation, Namespaces; kubernetes issues 36891, 37431, 49027 and 131421",
    limits={
        "created-during-teardown": "the check of the namespace and the write of the object are two steps: between "
        "them the namespace can be emptied and removed, and the object stays behind"
    },
    needs=CLUSTER,
)
def ns_no_orphans(state: View) -> bool:
    """Every object that lives in a namespace has one that exists."""
    stored = {path: state.keys[path].value for path in state.keys}
    there = {each.name for path, each in stored.items() if path.startswith(resource_prefix("namespaces"))}
    return all(not each.namespace or each.namespace in there for each in stored.values())


@stepwise(
    on=Committed,
    source="apiserver/pkg/admission/plugin/namespace/lifecycle; observed on Kubernetes 1.36 (I.4)",
    needs=CLUSTER,
)
def ns_immortal(before: View, step: Step, after: View) -> Parts:
    """The namespaces default, kube-system and kube-public are never deleted, nor marked for it."""
    del before, after
    for commit in step.emitted(Committed):
        old, new = commit.before, commit.after
        if old is not None and old.kind == "Namespace":
            ends = new is None or new.is_terminating
            yield "it is another namespace", not ends or old.name not in IMMORTAL


@always(
    source="Kubernetes documentation, Resource Quotas; apiserver/pkg/admission/plugin/resourcequota/controller.go",
    needs=CLUSTER,
)
def api_quota_not_exceeded(state: View) -> bool | None:
    """However many people create at once, a namespace never holds more objects than its quota allows."""
    limits = list(_limits(state))
    if not limits:
        return None
    held = _held(state)
    return all(held[namespace, resource] <= hard for namespace, resource, hard, _ in limits)


@at_rest(
    source="Kubernetes documentation, Resource Quotas; observed on Kubernetes 1.36 (L)",
    limits={
        "refused-after-charge": "the quota is charged before the object is stored: if that fails, the charge stays "
        "until the quota controller counts again"
    },
    needs=CLUSTER,
)
def api_quota_charge_is_used(state: View) -> bool | None:
    """When everybody is done, what a quota says is used is what there is."""
    limits = list(_limits(state))
    if not limits:
        return None
    held = _held(state)
    return all(held[namespace, resource] == used for namespace, resource, _, used in limits)


def _limits(state: View) -> Iterator[tuple[str, str, int, int]]:
    """Of each quota: namespace, resource, how many are allowed, how many it counts."""
    for path in state.keys:
        if path.startswith(_QUOTAS):
            quota: Object = state.keys[path].value
            used = quota.field("status.used", {})
            for resource, hard in quota.field("spec.hard", {}).items():
                yield quota.namespace, resource, int(hard), int(used.get(resource, "0"))


def _held(state: View) -> Counter[tuple[str, str]]:
    """How many objects of a resource each namespace holds."""
    held: Counter[tuple[str, str]] = Counter()
    for path in state.keys:
        resource = path.split("/")[2]
        held[state.keys[path].value.namespace, resource] += 1
    return held
