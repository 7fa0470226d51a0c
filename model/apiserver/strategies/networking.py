"""Ingresses, network policies, and the addresses of services as objects.

Lives here: their strategies.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/apis/networking/{v1/defaults.go,validation/validation.go}``; scenarios
d-service-lease-others, s-generation.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...objects import Object
from ..addresses.families import is_address
from ..answer import Cause
from ..causes import forbidden_value, invalid_value, not_supported, required, too_long
from ..forms import complaints, dns_1035_label, dns_subdomain
from .checks import (
    Network,
    label_causes,
    network,
    port_causes,
    prefixed_causes,
    qualified_causes,
    segment_causes,
    selector_causes,
    subdomain_causes,
    target_causes,
)
from .strategy import Strategy

_PATH_TYPES: Final = ("Exact", "ImplementationSpecific", "Prefix")
_POLICY_TYPES: Final = ("Egress", "Ingress")
_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
_MOST: Final = 2
_CLASS: Final = "kubernetes.io/ingress.class"
_NOT_IN_PATHS: Final = ("//", "/./", "/../", "%2f", "%2F")
_NOT_AT_ENDS: Final = ("/..", "/.")
_LONGEST_CONTROLLER: Final = 250


# --- ingresses ------------------------------------------------------------------------------------------------------


def _ingress(ingress: Object) -> Iterator[Cause]:
    spec = ingress.spec
    rules = as_items(spec.get("rules"))
    if not rules and "defaultBackend" not in spec:
        yield invalid_value("spec", "either `defaultBackend` or `rules` must be specified")
    if "defaultBackend" in spec:
        yield from _backend(as_map(spec["defaultBackend"]), "spec.defaultBackend")
    for index, rule in enumerate(rules):
        yield from _rule(as_map(rule), f"spec.rules[{index}]")
    for index, item in enumerate(as_items(spec.get("tls"))):
        secured, at = as_map(item), f"spec.tls[{index}]"
        for place, host in enumerate(as_items(secured.get("hosts"))):
            yield from _host(str(host), f"{at}.hosts[{place}]")
        if secured.get("secretName"):
            yield from subdomain_causes(str(secured["secretName"]), f"{at}.secretName")
    name = spec.get("ingressClassName")
    if name is not None:
        yield from subdomain_causes(str(name), "spec.ingressClassName")


def _new_ingress(ingress: Object) -> Iterator[Cause]:
    """The old annotation and the field that took its place must say the same; old objects may differ."""
    told, named = ingress.annotations.get(_CLASS), ingress.spec.get("ingressClassName")
    if told is not None and named is not None and told != named:
        yield invalid_value(f"annotations.{_CLASS}", "must match `ingressClassName` when both are specified")


def _warn_of_ingress(ingress: Object, existing: Object | None) -> Iterator[str]:
    """Who makes an ingress the old way is told the new one."""
    if existing is None and _CLASS in ingress.annotations:
        yield "annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead"


def _rule(rule: FrozenMap, at: str) -> Iterator[Cause]:
    host = str(rule.get("host", ""))
    if host and is_address(host):
        yield invalid_value(f"{at}.host", f"{host!r}: must be a DNS name, not an IP address")
    if host:
        yield from _host(host, f"{at}.host")
    if "http" not in rule:
        return
    paths = as_items(as_map(rule["http"]).get("paths"))
    if not paths:
        yield required(f"{at}.http.paths")
    for index, path in enumerate(paths):
        yield from _path(as_map(path), f"{at}.http.paths[{index}]")


def _host(host: str, at: str) -> Iterator[Cause]:
    """What is wrong with the name of a host, or of all hosts in a domain."""
    if "*" not in host:
        yield from subdomain_causes(host, at)
    elif not host.startswith("*.") or any(dns_subdomain(host.removeprefix("*."))):
        yield invalid_value(at, f"{host!r}: a wildcard DNS-1123 subdomain must start with '*.'")


def _path(path: FrozenMap, at: str) -> Iterator[Cause]:
    kind, text = path.get("pathType"), str(path.get("path", ""))
    if kind is None:
        yield required(f"{at}.pathType", "pathType must be specified")
        return
    if kind not in _PATH_TYPES:
        yield not_supported(f"{at}.pathType", kind, _PATH_TYPES)
    elif not text.startswith("/") and (text or kind != "ImplementationSpecific"):
        yield invalid_value(f"{at}.path", f"{text!r}: must be an absolute path")
    if kind in ("Exact", "Prefix"):
        for part in _NOT_IN_PATHS:
            if part in text:
                yield invalid_value(f"{at}.path", f"{text!r}: must not contain '{part}'")
        for end in _NOT_AT_ENDS:
            if text.endswith(end):
                yield invalid_value(f"{at}.path", f"{text!r}: cannot end with '{end}'")
    yield from _backend(as_map(path.get("backend")), f"{at}.backend")


def _backend(backend: FrozenMap, at: str) -> Iterator[Cause]:
    if "resource" in backend and "service" in backend:
        yield invalid_value(at, "cannot set both resource and service backends")
        return
    if "resource" in backend:
        yield from _reference(as_map(backend["resource"]), f"{at}.resource")
        return
    if "service" not in backend:
        yield invalid_value(at, "resource or service backend is required")
        return
    service = as_map(backend["service"])
    if not service.get("name"):
        yield required(f"{at}.service.name")
    else:
        yield from complaints(f"{at}.service.name", str(service["name"]), dns_1035_label)
    port = as_map(service.get("port"))
    if port.get("name") and port.get("number"):
        yield invalid_value(at, "cannot set both port name & port number")
    elif port.get("name"):
        yield from target_causes(port["name"], f"{at}.service.port.name")
    elif port.get("number"):
        yield from port_causes(port["number"], f"{at}.service.port.number")
    else:
        yield required(at, "port name or number is required")


def _class_default(class_: Object) -> Object:
    parameters = class_.spec.get("parameters")
    if isinstance(parameters, FrozenMap) and not parameters.get("scope"):
        return class_.with_field("spec.parameters.scope", "Cluster")
    return class_


def _ingress_class(class_: Object) -> Iterator[Cause]:
    controller = str(class_.spec.get("controller", ""))
    if not controller:
        yield required("spec.controller")
    elif len(controller) > _LONGEST_CONTROLLER:
        yield too_long("spec.controller", _LONGEST_CONTROLLER)
    if controller:
        yield from prefixed_causes(controller, "spec.controller")
    parameters = class_.spec.get("parameters")
    if isinstance(parameters, FrozenMap):
        yield from _reference(parameters, "spec.parameters")
        scope, namespace = parameters.get("scope"), parameters.get("namespace")
        if scope not in ("Cluster", "Namespace"):
            yield not_supported("spec.parameters.scope", scope, ("Cluster", "Namespace"))
        elif scope == "Namespace" and namespace is None:
            yield required("spec.parameters.namespace", "`parameters.scope` is set to 'Namespace'")
        elif scope == "Namespace":
            yield from label_causes(str(namespace), "spec.parameters.namespace")
        elif namespace is not None:
            yield forbidden_value("spec.parameters.namespace", "`parameters.scope` is set to 'Cluster'")


def _reference(reference: FrozenMap, at: str) -> Iterator[Cause]:
    if reference.get("apiGroup") is not None:
        yield from subdomain_causes(str(reference["apiGroup"]), f"{at}.apiGroup")
    for name in ("kind", "name"):
        yield from segment_causes(str(reference.get(name, "")), f"{at}.{name}")


# --- network policies -----------------------------------------------------------------------------------------------


def _policy_default(policy: Object) -> Object:
    spec = policy.spec
    for name in ("ingress", "egress"):
        rules = as_items(spec.get(name))
        if rules:
            spec = spec.set(name, tuple(_with_protocols(as_map(rule)) for rule in rules))
    if not spec.get("policyTypes"):
        spec = spec.set("policyTypes", ("Ingress", "Egress") if spec.get("egress") else ("Ingress",))
    return policy if spec == policy.spec else policy.with_field("spec", spec)


def _with_protocols(rule: FrozenMap) -> FrozenMap:
    ports = as_items(rule.get("ports"))
    if not ports:
        return rule
    named = (as_map(port) for port in ports)
    return rule.set("ports", tuple(port if port.get("protocol") else port.set("protocol", "TCP") for port in named))


def _policy(policy: Object) -> Iterator[Cause]:
    spec = policy.spec
    yield from selector_causes(as_map(spec.get("podSelector")), "spec.podSelector")
    for name, peers in (("ingress", "from"), ("egress", "to")):
        for index, item in enumerate(as_items(spec.get(name))):
            rule, at = as_map(item), f"spec.{name}[{index}]"
            for place, port in enumerate(as_items(rule.get("ports"))):
                yield from _policy_port(as_map(port), f"{at}.ports[{place}]")
            for place, peer in enumerate(as_items(rule.get(peers))):
                yield from _peer(as_map(peer), f"{at}.{peers}[{place}]")
    types = as_items(spec.get("policyTypes"))
    if len(types) > _MOST:
        yield invalid_value("spec.policyTypes", "may not specify more than two policyTypes")
        return
    for index, kind in enumerate(types):
        if kind not in _POLICY_TYPES:
            yield not_supported(f"spec.policyTypes[{index}]", kind, _POLICY_TYPES)


def _policy_port(port: FrozenMap, at: str) -> Iterator[Cause]:
    if port.get("protocol") not in (None, *_PROTOCOLS):
        yield not_supported(f"{at}.protocol", port["protocol"], _PROTOCOLS)
    if port.get("port") is None:
        if port.get("endPort") is not None:
            yield required(f"{at}.port", "must be specified when `endPort` is specified")
        return
    yield from target_causes(port["port"], f"{at}.port")
    end = port.get("endPort")
    if end is not None and isinstance(port["port"], str):
        yield invalid_value(f"{at}.endPort", "may not be specified when `port` is non-numeric")
    elif end is not None and end < port["port"]:
        yield invalid_value(f"{at}.endPort", f"{end}: must be greater than or equal to `port`")


def _peer(peer: FrozenMap, at: str) -> Iterator[Cause]:
    for name in ("podSelector", "namespaceSelector"):
        if name in peer:
            yield from selector_causes(as_map(peer[name]), f"{at}.{name}")
    if "ipBlock" in peer:
        yield from _block(as_map(peer["ipBlock"]), f"{at}.ipBlock")
    if not peer:
        yield required(at, "must specify a peer")
    elif "ipBlock" in peer and len(peer) > 1:
        yield forbidden_value(at, "may not specify both ipBlock and another peer")


def _block(block: FrozenMap, at: str) -> Iterator[Cause]:
    cidr = str(block.get("cidr", ""))
    if not cidr:
        yield required(f"{at}.cidr")
    elif network(cidr) is None:
        yield invalid_value(f"{at}.cidr", f"{cidr!r}: must be a valid CIDR value")
    for index, hole in enumerate(as_items(block.get("except"))):
        inner, outer = network(str(hole)), network(cidr)
        if inner is None:
            yield invalid_value(f"{at}.except[{index}]", f"{hole!r}: must be a valid CIDR value")
        elif outer is not None and not _is_inside(inner, outer):
            yield invalid_value(f"{at}.except[{index}]", f"{hole!r}: must be a strict subset of `cidr`")


def _is_inside(inner: Network, outer: Network) -> bool:
    same = inner.version == outer.version
    return same and inner.prefixlen > outer.prefixlen and inner.network_address in outer


# --- addresses ------------------------------------------------------------------------------------------------------


def _address(address: Object) -> Iterator[Cause]:
    if is_address(address.name) and str(ipaddress.ip_address(address.name)) != address.name:
        yield invalid_value("metadata.name", f"{address.name!r}: must be an IP address in its canonical form")
    parent = address.field("spec.parentRef")
    if not isinstance(parent, FrozenMap):
        yield required("spec.parentRef")
        return
    for name in ("resource", "name"):
        if not parent.get(name):
            yield required(f"spec.parentRef.{name}")


def _range(range_: Object) -> Iterator[Cause]:
    networks = as_items(range_.spec.get("cidrs"))
    if not networks:
        yield required("spec.cidrs", "at least one CIDR required")
    elif len(networks) > _MOST:
        yield invalid_value("spec.cidrs", "may only hold up to 2 values")
    for index, text in enumerate(networks):
        if network(str(text)) is None:
            yield invalid_value(f"spec.cidrs[{index}]", f"{text!r}: must be a valid CIDR value")
    families = [known.version for known in map(network, map(str, networks)) if known is not None]
    if len(networks) == _MOST == len(families) and families[0] == families[1]:
        yield invalid_value("spec.cidrs", "may specify no more than one IP for each IP family")


def _range_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    if subresource or new.spec.get("cidrs") == existing.spec.get("cidrs"):
        return
    before, after = as_items(existing.spec.get("cidrs")), as_items(new.spec.get("cidrs"))
    if len(after) != len(before) and (len(before), len(after)) != (1, _MOST):
        yield invalid_value("spec.cidrs", "field is immutable")
        return
    for index, text in enumerate(before):
        if after[index] != text:
            yield invalid_value(f"spec.cidrs[{index}]", "field is immutable")
    if len(after) > len(before):
        yield from _range(new)


def _status(new: Object, existing: Object) -> Iterator[Cause]:
    """What a load balancer says of itself must be addresses and names."""
    del existing
    for index, item in enumerate(as_items(as_map(new.status.get("loadBalancer", EMPTY)).get("ingress"))):
        point, at = as_map(item), f"status.loadBalancer.ingress[{index}]"
        if point.get("ip") and not is_address(str(point["ip"])):
            yield invalid_value(f"{at}.ip", f"{point['ip']!r}: must be a valid IP address")
        if point.get("hostname"):
            yield from subdomain_causes(str(point["hostname"]), f"{at}.hostname")


def _condition_types(new: Object, existing: Object) -> Iterator[Cause]:
    del existing
    for index, item in enumerate(as_items(new.status.get("conditions"))):
        yield from qualified_causes(str(as_map(item).get("type", "")), f"status.conditions[{index}].type")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "ingresses": Strategy(validate=_ingress, validate_new=_new_ingress, validate_status=_status, warn=_warn_of_ingress),
    "ingressclasses": Strategy(default=_class_default, validate=_ingress_class),
    "networkpolicies": Strategy(default=_policy_default, validate=_policy),
    "ipaddresses": Strategy(validate=_address),
    "servicecidrs": Strategy(validate_new=_range, validate_change=_range_change, validate_status=_condition_types),
}
