"""What a service has for itself: addresses within the cluster, and ports of the nodes.

Lives here: which of them a service needs, how its fields hang together, and which it gives up.  They are taken and
given back by writes of other objects, which ``storage.allocation`` makes.  Must not know: storage.

    spec       reading and writing the fields that all this is about
    carried    a PUT that leaves out what the server gave keeps it
    families   IPv4, IPv6, or both
    needs      which address or port must be taken next
    pool       which there are, and which of them are free

A server here has the range of addresses that a real one has unless it is told otherwise, or those that objects of kind
``ServiceCIDR`` say; and one range of ports.

Source: Kubernetes 1.36, ``pkg/registry/core/service/storage/{storage,alloc,transaction}.go``,
``pkg/registry/core/service/{ipallocator,portallocator}``; recordings B.10; scenario d-service-lease-others.
"""

from .needs import ALLOCATED, Need, allocated, claims_of, given_up
from .pool import ADDRESSES, NODE_PORTS, PORTS_KEY, address_key, address_object, ports_in, ports_object

__all__ = [
    "ADDRESSES",
    "ALLOCATED",
    "NODE_PORTS",
    "PORTS_KEY",
    "Need",
    "address_key",
    "address_object",
    "allocated",
    "claims_of",
    "given_up",
    "ports_in",
    "ports_object",
]
