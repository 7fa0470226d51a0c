"""What an object takes from the quotas of its namespace.

Lives here: how much of which resource an object uses, which quotas speak of it, and what it must say of itself.  Must
not know: how much is left.

Resources of a quota are named in three ways: ``count/<plural>.<group>`` for how many objects of any kind there are, the
older names of some (``pods``, ``configmaps``), and what pods, services and claims use besides being there.

Source: Kubernetes 1.36, ``pkg/quota/v1/evaluator/core``, ``apiserver/pkg/quota/v1``; scenarios o-admission,
t-contention.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ...quantities import Quantity
from ..selectors import selector_of
from . import resources
from .resources import Amounts
from .review import Review
from .volumes import class_of

_PLAIN: Final = frozenset({"configmaps", "secrets", "replicationcontrollers", "resourcequotas"})
_COMPUTED: Final = ("cpu", "memory", "ephemeral-storage")
_MUST_BE_SAID: Final = ("cpu", "limits.cpu", "limits.memory", "memory", "requests.cpu", "requests.memory")
_OF_CLASS: Final = ".storageclass.storage.k8s.io/"
_ONE: Final = Quantity.of("1")
_NOT_COUNTED: Final = frozenset({"events"})


def is_counted(review: Review) -> bool:
    """Whether a request can change what quotas count: creations do, and updates of services, claims and sizes."""
    kind, part = review.request.kind, review.request.subresource
    if not kind.namespaced or review.resource in _NOT_COUNTED:
        return False
    if review.operation == "CREATE":
        return not part
    if review.operation != "UPDATE":
        return False
    return part == "resize" if review.resource == "pods" else not part and review.resource in _BY_UPDATES


_BY_UPDATES: Final = frozenset({"services", "persistentvolumeclaims"})


def used_by(review: Review, object_: Object) -> Amounts:
    """What an object of the request's kind uses."""
    used = {count_name(review): _ONE}
    match review.resource:
        case "pods":
            used.update(_used_by_pod(object_))
        case "services":
            used.update(_used_by_service(object_))
        case "persistentvolumeclaims":
            used.update(_used_by_claim(object_))
        case plain if plain in _PLAIN:
            used[plain] = _ONE
        case _:
            pass
    return used


def count_name(review: Review) -> str:
    """The name by which a quota limits how many objects of a kind there are."""
    kind = review.request.kind
    return f"count/{kind.plural}.{kind.group}" if kind.group else f"count/{kind.plural}"


def counted_names(review: Review, quota: Object) -> list[str]:
    """The resources which a quota limits and objects of this kind can use; empty if it does not speak of them."""
    hard = as_map(quota.status.get("hard"))
    return [name for name in hard if _can_be_used(review, name)]


def _can_be_used(review: Review, name: str) -> bool:
    if name == count_name(review):
        return True
    match review.resource:
        case "pods":
            asked = name.removeprefix("requests.")
            of_pods = name in {"pods", *_COMPUTED} or name.removeprefix("limits.") in _COMPUTED or asked in _COMPUTED
            extended = name.startswith("requests.") and "/" in asked
            return of_pods or extended or asked.startswith("hugepages-")
        case "services":
            return name in {"services", "services.nodeports", "services.loadbalancers"}
        case "persistentvolumeclaims":
            return name.rpartition(_OF_CLASS)[2] in {"persistentvolumeclaims", "requests.storage"}
        case plain:
            return plain in _PLAIN and name == plain


def is_in_scope(review: Review, quota: Object, object_: Object) -> bool:
    """Whether a quota with scopes means this object; only pods are told apart by scopes."""
    return all(review.resource == "pods" and _matches_scope(scope, object_) for scope in _scopes(quota))


def _scopes(quota: Object) -> Iterator[FrozenMap]:
    for name in as_items(quota.spec.get("scopes")):
        yield FrozenMap({"scopeName": name, "operator": "Exists"})
    for scope in as_items(as_map(quota.spec.get("scopeSelector")).get("matchExpressions")):
        yield as_map(scope)


def _matches_scope(scope: FrozenMap, pod: Object) -> bool:
    match scope.get("scopeName"):
        case "Terminating":
            return _has_deadline(pod)
        case "NotTerminating":
            return not _has_deadline(pod)
        case "BestEffort":
            return resources.is_best_effort(pod)
        case "NotBestEffort":
            return not resources.is_best_effort(pod)
        case "PriorityClass":
            name = pod.spec.get("priorityClassName")
            labels = {"PriorityClass": str(name)} if name else {}
            return selector_of(FrozenMap({"matchExpressions": (scope.set("key", "PriorityClass"),)})).admits(labels)
        case "CrossNamespacePodAffinity":
            return any(_crosses_namespaces(term) for term in _affinity_terms(pod))
        case _:
            return False


def _has_deadline(pod: Object) -> bool:
    deadline = pod.spec.get("activeDeadlineSeconds")
    return isinstance(deadline, int) and deadline >= 0


def _affinity_terms(pod: Object) -> Iterator[FrozenMap]:
    for part in ("podAffinity", "podAntiAffinity"):
        affinity = as_map(as_map(pod.spec.get("affinity")).get(part))
        for term in as_items(affinity.get("requiredDuringSchedulingIgnoredDuringExecution")):
            yield as_map(term)
        for weighted in as_items(affinity.get("preferredDuringSchedulingIgnoredDuringExecution")):
            yield as_map(as_map(weighted).get("podAffinityTerm"))


def _crosses_namespaces(term: FrozenMap) -> bool:
    return bool(term.get("namespaces")) or "namespaceSelector" in term


def unsaid(review: Review, object_: Object, names: list[str]) -> str:
    """What a pod must say because a quota limits it, and does not; empty if it says everything."""
    if review.resource != "pods":
        return ""
    missing: dict[str, list[str]] = {}
    for container in (*resources.containers(object_), *resources.containers(object_, init=True)):
        said = _named_for_quota(
            resources.of_container(container, "requests"), resources.of_container(container, "limits")
        )
        for name in _MUST_BE_SAID:
            if name in names and name not in said:
                missing.setdefault(name, []).append(str(container.get("name", "")))
    return "; ".join(f"{name} for: {','.join(sorted(set(missing[name])))}" for name in sorted(missing))


def _used_by_pod(pod: Object) -> Amounts:
    """A pod that has ended uses nothing but its place in etcd."""
    if pod.status.get("phase") in {"Failed", "Succeeded"}:
        return {}
    named = _named_for_quota(resources.of_pod(pod, "requests"), resources.of_pod(pod, "limits"))
    return {"pods": _ONE, **named}


def _named_for_quota(requests: Amounts, limits: Amounts) -> Amounts:
    used: Amounts = {}
    for name, quantity in requests.items():
        if name in _COMPUTED or name.startswith("hugepages-"):
            used[name] = quantity
        if name in _COMPUTED or name.startswith("hugepages-") or "/" in name:
            used[f"requests.{name}"] = quantity
    used.update({f"limits.{name}": quantity for name, quantity in limits.items() if name in _COMPUTED})
    return used


def _used_by_service(service: Object) -> Amounts:
    ports = [as_map(port) for port in as_items(service.spec.get("ports"))]
    kind = service.spec.get("type")
    if kind == "LoadBalancer" and service.spec.get("allocateLoadBalancerNodePorts") is False:
        ports = [port for port in ports if port.get("nodePort")]
    node_ports = len(ports) if kind in {"NodePort", "LoadBalancer"} else 0
    return {
        "services": _ONE,
        "services.nodeports": Quantity.of(str(node_ports)),
        "services.loadbalancers": Quantity.of("1" if kind == "LoadBalancer" else "0"),
    }


def _used_by_claim(claim: Object) -> Amounts:
    used = {"persistentvolumeclaims": _ONE}
    storage = Quantity.read(claim.field("spec.resources.requests.storage"))
    name = class_of(claim)
    if storage is not None:
        used["requests.storage"] = storage
    if name:
        used |= {f"{name}{_OF_CLASS}{key}": quantity for key, quantity in used.items()}
    return used
