"""Services: their defaults, and which are valid.

Lives here: their strategy.  Must not know: requests, storage, how their addresses are taken (``addresses``, and
``storage.allocation``).

Source: Kubernetes 1.36, ``pkg/apis/core/v1/defaults.go`` (SetDefaults_Service),
``pkg/apis/core/validation/validation.go`` (ValidateService), ``pkg/registry/core/service/strategy.go``; scenarios
d-service-lease-others, s-generation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...objects import Object
from ..addresses.carried import without_pointless
from ..addresses.families import address_causes, is_address
from ..addresses.spec import (
    CLUSTER_IP,
    EXTERNAL_NAME,
    LOAD_BALANCER,
    NODE_PORT,
    addresses_of,
    families_of,
    has_address,
    has_health_check,
    is_headless,
    is_reached_from_outside,
    ports_of,
    type_of,
)
from ..answer import Cause
from ..causes import duplicate, forbidden_value, invalid_value, not_supported, required
from .checks import label_causes, labels_causes, port_causes, qualified_causes, subdomain_causes, target_causes
from .strategy import Strategy, UpdateCheck

_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
_TYPES: Final = (CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT)
_CLUSTER_OR_LOCAL: Final = ("Cluster", "Local")
_AFFINITY_SECONDS: Final = 10800
_LONGEST_AFFINITY: Final = 86400
_DISTRIBUTIONS: Final = ("PreferClose", "PreferSameNode", "PreferSameZone")
_HINTS: Final = "service.kubernetes.io/topology-aware-hints"
_TOPOLOGY_MODE: Final = "service.kubernetes.io/topology-mode"
_REACHED_BY: Final = ("loadBalancerIP", "externalIPs")
_IP_MODES: Final = ("Proxy", "VIP")
_CIDR: Final = re.compile(r"[0-9a-fA-F.:]+/[0-9]{1,3}")


def _default(service: Object) -> Object:
    spec = dict(service.spec)
    spec.setdefault("sessionAffinity", "None")
    if spec["sessionAffinity"] == "None":
        spec.pop("sessionAffinityConfig", None)
    elif spec["sessionAffinity"] == "ClientIP" and service.field("spec.sessionAffinityConfig.clientIP") in (
        None,
        EMPTY,
    ):
        spec["sessionAffinityConfig"] = FrozenMap({"clientIP": FrozenMap({"timeoutSeconds": _AFFINITY_SECONDS})})
    spec.setdefault("type", CLUSTER_IP)
    if spec.get("ports"):
        spec["ports"] = tuple(_default_port(as_map(port)) for port in as_items(spec["ports"]))
    service = service.with_field("spec", FrozenMap(spec))
    if is_reached_from_outside(service) and not service.spec.get("externalTrafficPolicy"):
        service = service.with_field("spec.externalTrafficPolicy", "Cluster")
    if has_address(service) and service.spec.get("internalTrafficPolicy") is None:
        service = service.with_field("spec.internalTrafficPolicy", "Cluster")
    return _default_load_balancer(service) if type_of(service) == LOAD_BALANCER else service


def _default_port(port: FrozenMap) -> FrozenMap:
    if not port.get("protocol"):
        port = port.set("protocol", "TCP")
    return port if port.get("targetPort") else port.set("targetPort", port.get("port", 0))


def _default_load_balancer(service: Object) -> Object:
    if service.spec.get("allocateLoadBalancerNodePorts") is None:
        service = service.with_field("spec.allocateLoadBalancerNodePorts", value=True)
    points = as_items(service.field("status.loadBalancer.ingress"))
    if not points:
        return service
    named = (as_map(point) for point in points)
    with_mode = tuple(
        point.set("ipMode", "VIP") if point.get("ip") and "ipMode" not in point else point for point in named
    )
    return service.with_field("status.loadBalancer.ingress", with_mode)


def _prepare_update(new: Object, existing: Object, subresource: str) -> Object:
    if subresource:
        return new
    new = without_pointless(new, existing)
    return new if type_of(new) == LOAD_BALANCER else new.with_field("status.loadBalancer", EMPTY)


def _validate(service: Object) -> Iterator[Cause]:
    if not ports_of(service) and not is_headless(service) and has_address(service):
        yield required("spec.ports")
    yield from _type_causes(service)
    yield from _all_port_causes(service)
    yield from labels_causes(as_map(service.spec.get("selector")), "spec.selector")
    yield from _affinity_causes(service)
    yield from address_causes(service)
    for index, address in enumerate(as_items(service.spec.get("externalIPs"))):
        if not is_address(str(address)):
            yield invalid_value(f"spec.externalIPs[{index}]", f"{address!r}: must be a valid IP address")
    if type_of(service) not in _TYPES:
        yield not_supported("spec.type", type_of(service), _TYPES)
    yield from _node_port_causes(service)
    yield from _load_balancer_causes(service)
    yield from _traffic_causes(service)


def _type_causes(service: Object) -> Iterator[Cause]:
    if type_of(service) in (LOAD_BALANCER, NODE_PORT) and is_headless(service):
        yield invalid_value("spec.clusterIPs[0]", f"may not be set to 'None' for {type_of(service)} services")
    if has_address(service):
        return
    for name in ("clusterIPs", "ipFamilies", "ipFamilyPolicy"):
        if service.spec.get(name):
            yield forbidden_value(f"spec.{name}", "may not be set for ExternalName services")
    name = str(service.spec.get("externalName", "")).removesuffix(".")
    if name:
        yield from subdomain_causes(name, "spec.externalName")
    else:
        yield required("spec.externalName")


def _all_port_causes(service: Object) -> Iterator[Cause]:
    ports, names = ports_of(service), set[str]()
    for index, port in enumerate(ports):
        at, name = f"spec.ports[{index}]", str(port.get("name", ""))
        if name:
            yield from label_causes(name, f"{at}.name")
            if name in names:
                yield duplicate(f"{at}.name", name)
            names.add(name)
        elif len(ports) > 1:
            yield required(f"{at}.name")
        yield from port_causes(port.get("port", 0), f"{at}.port")
        if port.get("protocol") not in _PROTOCOLS:
            yield not_supported(f"{at}.protocol", port.get("protocol"), _PROTOCOLS)
        yield from target_causes(port.get("targetPort", 0), f"{at}.targetPort")
        if port.get("appProtocol") is not None:
            yield from qualified_causes(str(port["appProtocol"]), f"{at}.appProtocol")


def _affinity_causes(service: Object) -> Iterator[Cause]:
    affinity = service.spec.get("sessionAffinity")
    if affinity not in ("ClientIP", "None"):
        yield not_supported("spec.sessionAffinity", affinity, ("ClientIP", "None"))
    seconds = service.field("spec.sessionAffinityConfig.clientIP.timeoutSeconds")
    at = "spec.sessionAffinityConfig.clientIP.timeoutSeconds"
    if affinity == "ClientIP" and not 0 < (seconds or 0) <= _LONGEST_AFFINITY:
        yield invalid_value(at, f"{seconds}: must be greater than 0 and less than {_LONGEST_AFFINITY}")


def _node_port_causes(service: Object) -> Iterator[Cause]:
    """A ClusterIP service has no node ports, and no two ports are alike."""
    ports = ports_of(service)
    if type_of(service) == CLUSTER_IP:
        for index, port in enumerate(ports):
            if port.get("nodePort"):
                yield forbidden_value(f"spec.ports[{index}].nodePort", "may not be used when `type` is 'ClusterIP'")
    for name, suffix in (("nodePort", ".nodePort"), ("port", "")):
        seen = set[tuple[object, object]]()
        for index, port in enumerate(ports):
            pair = (port.get("protocol"), port.get(name, 0))
            if pair in seen and (pair[1] or name == "port"):
                yield duplicate(f"spec.ports[{index}]{suffix}", pair[1])
            seen.add(pair)


def _load_balancer_causes(service: Object) -> Iterator[Cause]:
    balances, only = type_of(service) == LOAD_BALANCER, "may only be used when `type` is 'LoadBalancer'"
    ranges = as_items(service.spec.get("loadBalancerSourceRanges"))
    if ranges and not balances:
        yield forbidden_value("spec.LoadBalancerSourceRanges", only)
    for index, item in enumerate(ranges):
        if not _CIDR.fullmatch(str(item).strip()):
            yield invalid_value(f"spec.LoadBalancerSourceRanges[{index}]", f"{item!r}: must be a valid CIDR value")
    if not balances:
        for name in ("allocateLoadBalancerNodePorts", "loadBalancerClass"):
            if service.spec.get(name) is not None:
                yield forbidden_value(f"spec.{name}", only)
    elif service.spec.get("loadBalancerClass") is not None:
        yield from qualified_causes(str(service.spec["loadBalancerClass"]), "spec.loadBalancerClass")


def _traffic_causes(service: Object) -> Iterator[Cause]:
    external, internal = service.spec.get("externalTrafficPolicy"), service.spec.get("internalTrafficPolicy")
    if external and not is_reached_from_outside(service):
        yield invalid_value("spec.externalTrafficPolicy", "may only be set for externally-accessible services")
    elif external and external not in _CLUSTER_OR_LOCAL:
        yield not_supported("spec.externalTrafficPolicy", external, _CLUSTER_OR_LOCAL)
    if service.spec.get("healthCheckNodePort") and not has_health_check(service):
        why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
        yield invalid_value("spec.healthCheckNodePort", why)
    if internal is not None and internal not in _CLUSTER_OR_LOCAL:
        yield not_supported("spec.internalTrafficPolicy", internal, _CLUSTER_OR_LOCAL)
    distribution = service.spec.get("trafficDistribution")
    if distribution is not None and distribution not in _DISTRIBUTIONS:
        yield not_supported("spec.trafficDistribution", distribution, _DISTRIBUTIONS)


def _validate_status(new: Object, existing: Object) -> Iterator[Cause]:
    """Only a load balancer says where it balances, and then well."""
    del existing
    points, at = as_items(new.field("status.loadBalancer.ingress")), "status.loadBalancer.ingress"
    if points and type_of(new) != LOAD_BALANCER:
        yield forbidden_value(at, "may only be used when `spec.type` is 'LoadBalancer'")
        return
    for index, item in enumerate(points):
        point, here = as_map(item), f"{at}[{index}]"
        if point.get("ip") and not is_address(str(point["ip"])):
            yield invalid_value(f"{here}.ip", f"{point['ip']!r}: must be a valid IP address")
        if point.get("ipMode") is not None and not point.get("ip"):
            yield forbidden_value(f"{here}.ipMode", "may not be specified when `ip` is not set")
        elif point.get("ipMode") not in (None, *_IP_MODES):
            yield not_supported(f"{here}.ipMode", point["ipMode"], _IP_MODES)
        if point.get("hostname"):
            yield from subdomain_causes(str(point["hostname"]), f"{here}.hostname")


def _validate_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    if subresource or not (has_address(new) and has_address(existing)):
        return
    if not (is_headless(new) and is_headless(existing)):
        yield from _address_changes(new, existing)
        if not is_headless(new) and not is_headless(existing) and families_of(new) != families_of(existing):
            yield invalid_value("spec.ipFamilies[0]", "may not change once set")
    if type_of(new) == type_of(existing) == LOAD_BALANCER:
        if new.spec.get("loadBalancerClass") != existing.spec.get("loadBalancerClass"):
            yield invalid_value("spec.loadBalancerClass", "may not change once set")
        both = has_health_check(new) and has_health_check(existing)
        if both and new.spec.get("healthCheckNodePort") != existing.spec.get("healthCheckNodePort"):
            yield forbidden_value("spec.healthCheckNodePort", "field is immutable")


def _address_changes(new: Object, existing: Object) -> Iterator[Cause]:
    before, after = addresses_of(existing), addresses_of(new)
    if before and not after:
        yield invalid_value("spec.clusterIPs[0]", "primary clusterIP can not be unset")
    for index, (was, now) in enumerate(zip(before, after, strict=False)):
        if was != now and (index == 0 or len(before) == len(after)):
            yield invalid_value(f"spec.clusterIPs[{index}]", "may not change once set")


def _warn(service: Object, existing: Object | None) -> Iterator[str]:
    """What a service says for nothing.

    Source: Kubernetes 1.36, ``pkg/api/service/warnings.go``.
    """
    del existing
    if _HINTS in service.annotations:
        yield f"annotation {_HINTS} is deprecated, please use {_TOPOLOGY_MODE} instead"
    if is_headless(service):
        yield from (f"spec.{name} is ignored for headless services" for name in _REACHED_BY if service.spec.get(name))
        if service.spec.get("sessionAffinity") != "None":
            yield "spec.SessionAffinity is ignored for headless services"
    if type_of(service) == EXTERNAL_NAME and service.spec.get("externalIPs"):
        yield 'spec.externalIPs is ignored when spec.type is "ExternalName"'


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "services": Strategy(
        default=_default,
        prepare_update=_prepare_update,
        validate=_validate,
        validate_change=_validate_change,
        validate_status=_validate_status,
        on_update=UpdateCheck.WHOLE,
        warn=_warn,
    ),
}
