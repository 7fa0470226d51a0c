"""Endpoints and slices of them: where the pods of a service are reached.

Lives here: their strategies.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go`` (ValidateEndpoints),
``pkg/apis/discovery/{v1/defaults.go,validation/validation.go}``; scenario d-service-lease-others.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ..addresses.families import family_of, is_address
from ..answer import Cause
from ..causes import duplicate, invalid_value, not_supported, required, too_many
from .checks import label_causes, port_causes, qualified_causes, subdomain_causes
from .strategy import Strategy, UpdateCheck

_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
_ADDRESS_TYPES: Final = ("FQDN", "IPv4", "IPv6")
_MOST_ENDPOINTS: Final = 1000
_MOST_ADDRESSES: Final = 100
_MOST_PORTS: Final = 20000


def _default(endpoints: Object) -> Object:
    subsets = as_items(endpoints.field("subsets"))
    if not subsets:
        return endpoints
    return endpoints.with_field("subsets", tuple(_with_protocols(as_map(subset)) for subset in subsets))


def _with_protocols(part: FrozenMap) -> FrozenMap:
    ports = as_items(part.get("ports"))
    if not ports:
        return part
    named = (as_map(port) for port in ports)
    return part.set("ports", tuple(port if port.get("protocol") else port.set("protocol", "TCP") for port in named))


def _in_order(endpoints: Object) -> Object:
    """The addresses of each subset in their order, each once.

    A real server also puts addresses with the same ports into one subset, and subsets and ports into the order of their
    hashes; here they stay as they are.
    Source: Kubernetes 1.36, ``pkg/api/endpoints/util.go`` (RepackSubsets).
    """
    subsets = as_items(endpoints.field("subsets"))
    if not subsets:
        return endpoints
    return endpoints.with_field("subsets", tuple(_subset_in_order(as_map(subset)) for subset in subsets))


def _subset_in_order(subset: FrozenMap) -> FrozenMap:
    for name in ("addresses", "notReadyAddresses"):
        addresses = as_items(subset.get(name))
        if len(addresses) > 1:
            by_identity = {_identity(as_map(address)): address for address in addresses}
            subset = subset.set(name, tuple(by_identity[identity] for identity in sorted(by_identity)))
    return subset


def _identity(address: FrozenMap) -> tuple[str, str]:
    return str(address.get("ip", "")), str(as_map(address.get("targetRef")).get("uid", ""))


def _updated_in_order(new: Object, existing: Object, subresource: str) -> Object:
    del existing, subresource
    return _in_order(new)


def _endpoints(endpoints: Object) -> Iterator[Cause]:
    for index, item in enumerate(as_items(endpoints.field("subsets"))):
        subset, at = as_map(item), f"subsets[{index}]"
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield required(at, "must specify `addresses` or `notReadyAddresses`")
        for name in ("addresses", "notReadyAddresses"):
            for place, address in enumerate(as_items(subset.get(name))):
                yield from _endpoint_address(as_map(address), f"{at}.{name}[{place}]")
        ports = as_items(subset.get("ports"))
        for place, port in enumerate(ports):
            yield from _endpoint_port(as_map(port), f"{at}.ports[{place}]", named=len(ports) > 1)


def _endpoint_address(address: FrozenMap, at: str) -> Iterator[Cause]:
    ip = str(address.get("ip", ""))
    if not is_address(ip):
        yield invalid_value(f"{at}.ip", f"{ip!r}: must be a valid IP address")
    if address.get("hostname"):
        yield from label_causes(str(address["hostname"]), f"{at}.hostname")
    if address.get("nodeName") is not None:
        yield from subdomain_causes(str(address["nodeName"]), f"{at}.nodeName")
    yield from _special_causes(ip, f"{at}.ip")


def _special_causes(ip: str, at: str) -> Iterator[Cause]:
    """An endpoint cannot be where only the node itself is."""
    if not is_address(ip):
        yield invalid_value(at, f"{ip!r}: must be a valid IP address")
        return
    address = ipaddress.ip_address(ip)
    if address.is_unspecified or address.is_loopback or address.is_link_local:
        yield invalid_value(at, f"{ip!r}: may not be unspecified, in the loopback range or in the link-local range")


def _endpoint_port(port: FrozenMap, at: str, *, named: bool) -> Iterator[Cause]:
    name = str(port.get("name", ""))
    if named and not name:
        yield required(f"{at}.name")
    elif name:
        yield from label_causes(name, f"{at}.name")
    yield from port_causes(port.get("port", 0), f"{at}.port")
    if port.get("protocol") not in _PROTOCOLS:
        yield not_supported(f"{at}.protocol", port.get("protocol"), _PROTOCOLS)
    if port.get("appProtocol") is not None:
        yield from qualified_causes(str(port["appProtocol"]), f"{at}.appProtocol")


# --- slices ---------------------------------------------------------------------------------------------------------


def _slice_default(slice_: Object) -> Object:
    """A port's name is empty, and shown, if it has none."""
    ports = as_items(slice_.field("ports"))
    if not ports:
        return slice_
    defaults = FrozenMap({"name": "", "protocol": "TCP"})
    return slice_.with_field("ports", tuple(FrozenMap({**defaults, **as_map(port)}) for port in ports))


def _slice(slice_: Object) -> Iterator[Cause]:
    kind = slice_.field("addressType", "")
    if not kind:
        yield required("addressType")
    elif kind not in _ADDRESS_TYPES:
        yield not_supported("addressType", kind, _ADDRESS_TYPES)
    endpoints = as_items(slice_.field("endpoints"))
    if len(endpoints) > _MOST_ENDPOINTS:
        yield too_many("endpoints", _MOST_ENDPOINTS)
    for index, endpoint in enumerate(endpoints):
        yield from _endpoint(as_map(endpoint), str(kind), f"endpoints[{index}]")
    yield from _slice_ports(as_items(slice_.field("ports")))


def _endpoint(endpoint: FrozenMap, kind: str, at: str) -> Iterator[Cause]:
    addresses = as_items(endpoint.get("addresses"))
    if not addresses:
        yield required(f"{at}.addresses", "must contain at least 1 address")
    elif len(addresses) > _MOST_ADDRESSES:
        yield too_many(f"{at}.addresses", _MOST_ADDRESSES)
    for index, item in enumerate(addresses):
        address, here = str(item), f"{at}.addresses[{index}]"
        if kind == "FQDN":
            yield from subdomain_causes(address, here)
        elif not is_address(address) or family_of(address) != kind:
            yield invalid_value(here, f"{address!r}: must be an {kind} address")
        else:
            yield from _special_causes(address, here)
    if endpoint.get("nodeName") is not None:
        yield from subdomain_causes(str(endpoint["nodeName"]), f"{at}.nodeName")
    if endpoint.get("hostname") is not None:
        yield from label_causes(str(endpoint["hostname"]), f"{at}.hostname")


def _slice_ports(ports: tuple[object, ...]) -> Iterator[Cause]:
    if len(ports) > _MOST_PORTS:
        yield too_many("ports", _MOST_PORTS)
    names = set[str]()
    for index, item in enumerate(ports):
        port, at = as_map(item), f"ports[{index}]"
        name = str(port.get("name", ""))
        if name:
            yield from label_causes(name, f"{at}.name")
        if name in names:
            yield duplicate(f"{at}.name", name)
        names.add(name)
        if port.get("port") is not None:
            yield from port_causes(port["port"], f"{at}.port")
        if port.get("protocol") not in _PROTOCOLS:
            yield not_supported(f"{at}.protocol", port.get("protocol"), _PROTOCOLS)
        if port.get("appProtocol") is not None:
            yield from qualified_causes(str(port["appProtocol"]), f"{at}.appProtocol")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "endpoints": Strategy(
        default=_default,
        prepare_creation=_in_order,
        prepare_update=_updated_in_order,
        validate=_endpoints,
        on_update=UpdateCheck.WHOLE,
    ),
    "endpointslices": Strategy(default=_slice_default, validate=_slice, on_update=UpdateCheck.WHOLE),
}
