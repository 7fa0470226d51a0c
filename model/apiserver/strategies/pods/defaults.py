"""What only pods get by default, templates do not: it depends on what a pod asks for altogether.

Lives here: requests that follow from limits, ports of the host, links to services.  Must not know: admission.

Source: Kubernetes 1.36, ``pkg/apis/core/v1/defaults.go``, ``SetDefaults_Pod``; scenarios b-pod, o-admission.
"""

from __future__ import annotations

from functools import lru_cache

from ....frozen_json import FrozenMap, Json, as_map
from ....objects import Object
from ..pod_templates import default_spec
from ..pod_templates.resources import asked_together, may_exceed
from ..reading import part, parts, replaced

_OF_PODS = ("cpu", "memory")


def default_pod(pod: Object) -> Object:
    """A pod with its defaults."""
    root = pod.root
    root = replaced(root, "spec", _spec(pod.spec))
    if "podIP" in pod.status or "podIPs" in pod.status:
        root = replaced(root, "status", _with_both_addresses(pod.status))
    return pod if root is pod.root else Object(root)


def _with_both_addresses(status: FrozenMap) -> FrozenMap:
    """The one address of old and the list of new: who gives one gives both, and the old one counts."""
    first, all_of_them = status.get("podIP"), parts(status, "podIPs")
    if not first:
        return status.set("podIP", all_of_them[0].get("ip", "")) if all_of_them else status
    if all_of_them and all_of_them[0].get("ip") == first:
        return status
    return status.set("podIPs", (FrozenMap({"ip": first}),))


@lru_cache(maxsize=2048)
def _spec(spec: FrozenMap) -> FrozenMap:
    spec = default_spec(spec)
    for name in ("containers", "initContainers"):
        if name in spec:
            spec = _replaced_items(spec, name, tuple([_with_requests(each) for each in parts(spec, name)]))
    spec = _with_requests_of_pod(spec)
    if spec.get("enableServiceLinks") is None:
        spec = spec.set("enableServiceLinks", value=True)
    if spec.get("hostNetwork") is True:
        for name in ("containers", "initContainers"):
            if name in spec:
                spec = _replaced_items(spec, name, tuple([_with_host_ports(each) for each in parts(spec, name)]))
    return spec


def _replaced_items(spec: FrozenMap, name: str, items: tuple[FrozenMap, ...]) -> FrozenMap:
    old = spec[name]
    return spec if all(new is before for new, before in zip(items, old, strict=True)) else spec.set(name, items)


def _with_requests(container: FrozenMap) -> FrozenMap:
    """Who says how much at most, and not how much at least, means the same."""
    resources = part(container, "resources")
    if resources is None or "limits" not in resources:
        return container
    limits, requests = as_map(resources["limits"]), as_map(resources.get("requests"))
    if all(name in requests for name in limits):
        return container
    return container.set("resources", resources.set("requests", FrozenMap({**limits, **requests})))


def _with_requests_of_pod(spec: FrozenMap) -> FrozenMap:
    """A pod that is limited as a whole asks for what its containers do, or for all that it may have."""
    resources = part(spec, "resources")
    if resources is None or not resources.get("limits"):
        return spec
    limits, requests = as_map(resources["limits"]), as_map(resources.get("requests"))
    asked: dict[str, Json] = {
        name: str(quantity)
        for name, quantity in asked_together(spec, "requests").items()
        if name in _OF_PODS and may_exceed(name)
    }
    full = FrozenMap({**limits, **asked, **requests})
    return replaced(spec, "resources", resources if full == requests else resources.set("requests", full))


def _with_host_ports(container: FrozenMap) -> FrozenMap:
    """With the host's network, ports of containers are the host's."""
    ports = parts(container, "ports")
    if not ports or all(port.get("hostPort") for port in ports):
        return container
    return container.set(
        "ports",
        tuple([port if port.get("hostPort") else port.set("hostPort", port.get("containerPort", 0)) for port in ports]),
    )
