"""The fields of a service that hang together.

Lives here: reading them, and what they mean for each other.  Must not know: where addresses come from.

Source: Kubernetes 1.36, ``pkg/registry/core/service/{strategy.go,storage/storage.go}``, ``pkg/api/service``.
"""

from __future__ import annotations

from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object

HEADLESS: Final = "None"
"""The clusterIP of a service that wants none."""

EXTERNAL_NAME: Final = "ExternalName"
LOAD_BALANCER: Final = "LoadBalancer"
NODE_PORT: Final = "NodePort"
CLUSTER_IP: Final = "ClusterIP"


def type_of(service: Object) -> str:
    """``spec.type``."""
    return str(service.spec.get("type", ""))


def addresses_of(service: Object) -> tuple[str, ...]:
    """``spec.clusterIPs``."""
    return tuple(str(item) for item in as_items(service.spec.get("clusterIPs")))


def families_of(service: Object) -> tuple[str, ...]:
    """``spec.ipFamilies``."""
    return tuple(str(item) for item in as_items(service.spec.get("ipFamilies")))


def ports_of(service: Object) -> tuple[FrozenMap, ...]:
    """``spec.ports``."""
    return tuple(as_map(item) for item in as_items(service.spec.get("ports")))


def node_ports_of(service: Object) -> tuple[int, ...]:
    """The ports of the nodes that a service has, in order; one that several protocols share comes once."""
    return tuple(dict.fromkeys(port["nodePort"] for port in ports_of(service) if port.get("nodePort")))


def is_headless(service: Object) -> bool:
    """Whether a service wants no address."""
    return addresses_of(service) == (HEADLESS,)


def has_address(service: Object) -> bool:
    """Whether services of this type have an address (or are headless)."""
    return type_of(service) != EXTERNAL_NAME


def has_node_ports(service: Object) -> bool:
    """Whether services of this type have ports of the nodes."""
    return type_of(service) in (NODE_PORT, LOAD_BALANCER)


def is_reached_from_outside(service: Object) -> bool:
    """Whether a service has an external traffic policy."""
    return has_node_ports(service) or (type_of(service) == CLUSTER_IP and bool(service.spec.get("externalIPs")))


def has_health_check(service: Object) -> bool:
    """Whether a service has a port of the nodes at which its health is asked."""
    return type_of(service) == LOAD_BALANCER and service.spec.get("externalTrafficPolicy") == "Local"


def wants_node_ports(service: Object) -> bool:
    """Whether ports of the nodes are given to those of its ports that name none."""
    return type_of(service) != LOAD_BALANCER or service.spec.get("allocateLoadBalancerNodePorts") is not False


def with_port(service: Object, index: int, node_port: int) -> Object:
    """The service with the node port of one of its ports set."""
    ports = list(ports_of(service))
    ports[index] = ports[index].set("nodePort", node_port)
    return service.with_field("spec.ports", tuple(ports))


def with_addresses(service: Object, addresses: tuple[str, ...]) -> Object:
    """The service with these addresses, of which the first is also its only one for old clients."""
    if not addresses:
        return service.without_field("spec.clusterIPs").without_field("spec.clusterIP")
    return service.with_field("spec.clusterIPs", addresses).with_field("spec.clusterIP", addresses[0])
