"""What a PUT of a service leaves out although the server gave it, and what a change of type makes pointless.

Lives here: both repairs, which let clients put again what they once created.  Must not know: where addresses come from.

Source: Kubernetes 1.36, ``pkg/registry/core/service/storage/storage.go`` (patchAllocatedValues, normalizeClusterIPs),
``pkg/registry/core/service/strategy.go`` (dropTypeDependentFields); scenario d-service-lease-others.
"""

from __future__ import annotations

from ...objects import Object
from .spec import (
    LOAD_BALANCER,
    addresses_of,
    has_address,
    has_health_check,
    has_node_ports,
    is_reached_from_outside,
    node_ports_of,
    ports_of,
    type_of,
    with_port,
)

_LOAD_BALANCER_ONLY = ("allocateLoadBalancerNodePorts", "loadBalancerClass")


def carried_over(new: Object, old: Object) -> Object:
    """The service with what it leaves out and the old one was given."""
    if has_address(old) and has_address(new):
        for name in ("clusterIP", "clusterIPs"):
            new = _with_old(new, old, name)
    if has_node_ports(old) and has_node_ports(new):
        new = _with_old_node_ports(new, old)
    if has_health_check(old) and has_health_check(new):
        new = _with_old(new, old, "healthCheckNodePort")
    return new


def in_step(new: Object, old: Object | None) -> Object:
    """The service with clusterIPs that follow clusterIP where a client knows only the latter."""
    address = str(new.spec.get("clusterIP", ""))
    if old is None:
        return new if not address or addresses_of(new) else new.with_field("spec.clusterIPs", (address,))
    before = str(old.spec.get("clusterIP", ""))
    if addresses_of(old) and not addresses_of(new) and address == before:
        new = new.with_field("spec.clusterIPs", addresses_of(old))
    if address == before or addresses_of(new) != addresses_of(old):
        return new
    if not address:
        return new.without_field("spec.clusterIPs")
    return new.with_field("spec.clusterIPs", (address,))


def without_pointless(new: Object, old: Object) -> Object:
    """The service without what its type has no use for, if it came over from the old one unchanged."""
    if has_address(old) and not has_address(new):
        if all(_same(new, old, name) for name in ("clusterIP", "clusterIPs")):
            new = new.without_field("spec.clusterIP").without_field("spec.clusterIPs")
        for name in ("ipFamilies", "ipFamilyPolicy"):
            new = new.without_field(f"spec.{name}") if _same(new, old, name) else new
    if has_node_ports(old) and not has_node_ports(new) and set(node_ports_of(new)) <= set(node_ports_of(old)):
        ports = tuple(port.without("nodePort") for port in ports_of(new))
        new = new.with_field("spec.ports", ports) if ports else new
    if has_health_check(old) and not has_health_check(new) and _same(new, old, "healthCheckNodePort"):
        new = new.without_field("spec.healthCheckNodePort")
    if type_of(old) == LOAD_BALANCER and type_of(new) != LOAD_BALANCER:
        for name in _LOAD_BALANCER_ONLY:
            new = new.without_field(f"spec.{name}") if _same(new, old, name) else new
    outside = is_reached_from_outside(old) and not is_reached_from_outside(new)
    if outside and _same(new, old, "externalTrafficPolicy"):
        new = new.without_field("spec.externalTrafficPolicy")
    return new


def _same(new: Object, old: Object, name: str) -> bool:
    return bool(new.spec.get(name) == old.spec.get(name))


def _with_old(new: Object, old: Object, name: str) -> Object:
    if new.spec.get(name) or not old.spec.get(name):
        return new
    return new.with_field(f"spec.{name}", old.spec[name])


def _with_old_node_ports(new: Object, old: Object) -> Object:
    """Node ports go by the names of the ports; one that another port of the new service has already does not."""
    used = set(node_ports_of(old)) & set(node_ports_of(new))
    by_name = {port.get("name", ""): port.get("nodePort", 0) for port in ports_of(old)}
    for index, port in enumerate(ports_of(new)):
        before = by_name.get(port.get("name", ""), 0)
        if not port.get("nodePort") and before and before not in used:
            new = with_port(new, index, before)
    return new
