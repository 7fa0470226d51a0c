"""The addresses and ports that a cluster has to give, and the objects that say which are taken.

Lives here: the two ranges, what is free in them, and the form of the objects: each address that is taken is an
``IPAddress`` of its own (so two servers cannot both take it: only one can create the object), all ports are one object,
which nobody can ask for.

**Which address it is.**  A real server begins to look at random; here the highest free one is taken, so nothing is
random.  Nothing is lost by that: which number an address has decides nothing, only whether two are the same; and a
client who chooses one by its number can choose one that is taken, or not, here as there.  What differs is the order in
which numbers come back into use: a real server seldom gives the number of a service that is gone to the next one, here
it does at once, which is the harder case for whoever caches addresses.

Source: Kubernetes 1.36, ``pkg/registry/core/service/ipallocator/ipallocator.go``,
``pkg/registry/core/service/portallocator/allocator.go``, ``pkg/kubeapiserver/options/serving.go``.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from typing import Final

from ...frozen_json import FrozenMap, as_items, as_map
from ...kinds import of_name
from ...objects import Object, ObjectKey
from ..lookup import Lookup

ADDRESSES: Final = ipaddress.IPv4Network("10.0.0.0/24")
"""The addresses of services, where no object says otherwise."""

NODE_PORTS: Final = range(30000, 32768)
"""The ports of nodes that services can have."""

PORTS_KEY: Final = ObjectKey("ranges", "", "servicenodeports")
"""Where it is stored which ports are taken."""

_FEWEST_FOR_CLIENTS: Final = 16
_MOST_FOR_CLIENTS: Final = 256
"""How many addresses at the beginning of a range are given away last at most: clients choose among them."""

Ranges = tuple[ipaddress.IPv4Network, ...]

_PORTS_FOR_CLIENTS: Final = 86


def address_key(address: str) -> ObjectKey:
    """Where it is stored that an address is taken."""
    return of_name("IPAddress").key("", address)


def ranges_of(lookup: Lookup) -> Ranges:
    """The ranges of which addresses are given: those of the objects that say so, and are neither unready nor going."""
    found = (
        ipaddress.ip_network(str(text))
        for range_ in lookup.list("servicecidrs")
        if not range_.is_terminating and not _is_unready(range_)
        for text in as_items(range_.spec.get("cidrs"))
    )
    ranges = tuple(network for network in found if isinstance(network, ipaddress.IPv4Network))
    return ranges or (ADDRESSES,)


def _is_unready(range_: Object) -> bool:
    conditions = (as_map(item) for item in as_items(range_.status.get("conditions")))
    return any(each.get("type") == "Ready" and each.get("status") != "True" for each in conditions)


def is_in_range(address: str, ranges: Ranges) -> bool:
    """Whether an address can be given to a service: the first and last of a network cannot."""
    parsed = ipaddress.ip_address(address)
    within = (network for network in ranges if parsed in network)
    return any(parsed not in (network.network_address, network.broadcast_address) for network in within)


def free_address(taken: Collection[str], ranges: Ranges) -> str | None:
    """An address that is not taken; ``None`` if all are."""
    for network in ranges:
        first, last = int(network.network_address) + 1, int(network.broadcast_address) - 1
        reserved = network.num_addresses // 16
        reserved = min(reserved, _MOST_FOR_CLIENTS) if reserved >= _FEWEST_FOR_CLIENTS else 0
        for numbers in (range(last, first + reserved - 1, -1), range(first + reserved - 1, first - 1, -1)):
            for number in numbers:
                address = str(ipaddress.IPv4Address(number))
                if address not in taken:
                    return address
    return None


def free_port(taken: Collection[int]) -> int | None:
    """A port that is not taken; ``None`` if all are."""
    for port in (*reversed(NODE_PORTS[_PORTS_FOR_CLIENTS:]), *reversed(NODE_PORTS[:_PORTS_FOR_CLIENTS])):
        if port not in taken:
            return port
    return None


def address_object(address: str, namespace: str, service: str) -> Object:
    """The object that says that a service has an address, as it is to be created."""
    metadata = {
        "name": address,
        "labels": {
            "ipaddress.kubernetes.io/ip-family": "IPv4",
            "ipaddress.kubernetes.io/managed-by": "ipallocator.k8s.io",
        },
    }
    parent = {"group": "", "resource": "services", "namespace": namespace, "name": service}
    parent = {name: value for name, value in parent.items() if value}
    return Object.of(
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "IPAddress",
            "metadata": metadata,
            "spec": {"parentRef": parent},
        }
    )


def ports_in(taken: Object | None) -> frozenset[int]:
    """The ports that are taken, as the stored object says."""
    items = () if taken is None else as_items(taken.field("data"))
    return frozenset(item for item in items if isinstance(item, int))


def ports_object(ports: Collection[int]) -> Object:
    """The object that says which ports are taken; a real one holds a bit for each port of the range."""
    root = {
        "apiVersion": "v1",
        "kind": "RangeAllocation",
        "metadata": FrozenMap({"name": PORTS_KEY.name}),
        "range": f"{NODE_PORTS.start}-{NODE_PORTS.stop - 1}",
        "data": tuple(sorted(ports)),
    }
    return Object.of(root)
