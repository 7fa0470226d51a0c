"""Nodes and events.

Lives here: their strategies.  Must not know: requests, storage, what becomes of pods on a node.

An event is stored with a lease of etcd, and vanishes when that ends (an hour on a real server).  Here it stays: the
model has no clock, and whoever wants it gone lets the lease end.

Source: Kubernetes 1.36, ``pkg/apis/core/{v1/defaults.go,validation/validation.go,validation/events.go}``,
``pkg/registry/core/{node,event}/strategy.go``; scenario d-service-lease-others; recordings B.11.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import as_items, as_map
from ...objects import Object
from ...quantities import Quantity
from ..answer import Cause
from ..causes import duplicate, forbidden_value, invalid_value, not_supported, required
from .checks import is_qualified, label_causes, label_value_causes, network, qualified_causes
from .strategy import Strategy

_FAMILIES: Final = 2
_EFFECTS: Final = ("NoExecute", "NoSchedule", "PreferNoSchedule")
_ONCE: Final = 'node updates may not change {} except from "" to valid'


def _node_default(node: Object) -> Object:
    """What can be given to pods is all there is, if nothing else is said; the first address range is told twice."""
    capacity = node.status.get("capacity")
    if capacity and not node.status.get("allocatable"):
        node = node.with_field("status.allocatable", capacity)
    first, ranges = node.spec.get("podCIDR"), as_items(node.spec.get("podCIDRs"))
    if first and (not ranges or ranges[0] != first):
        return node.with_field("spec.podCIDRs", (first,))
    return node.with_field("spec.podCIDR", ranges[0]) if ranges and not first else node


def _node(node: Object) -> Iterator[Cause]:
    yield from _taints(node)
    ranges = [str(item) for item in as_items(node.spec.get("podCIDRs"))]
    networks = [network(text) for text in ranges]
    for index, known in enumerate(networks):
        if known is None:
            yield invalid_value(f"spec.podCIDRs[{index}]", f"{ranges[index]!r}: must be a valid CIDR value")
    families = [known.version for known in networks if known is not None]
    if len(ranges) > _FAMILIES or (len(families) == len(ranges) == _FAMILIES and families[0] == families[1]):
        yield invalid_value("spec.podCIDRs", "may specify no more than one CIDR for each IP family")
    for part in ("capacity", "allocatable"):
        for name, value in as_map(node.status.get(part)).items():
            quantity = Quantity.read(value)
            if quantity is not None and quantity.value < 0:
                yield invalid_value(f"status.{part}.{name}", f"{value}: must be greater than or equal to 0")


def _taints(node: Object) -> Iterator[Cause]:
    """What is wrong with taints, which a real server tells as if they were in the metadata."""
    seen = set[tuple[object, object]]()
    for index, item in enumerate(as_items(node.spec.get("taints"))):
        taint, at = as_map(item), f"metadata.taints[{index}]"
        key, effect = str(taint.get("key", "")), taint.get("effect", "")
        yield from qualified_causes(key, f"{at}.key")
        yield from label_value_causes(str(taint.get("value", "")), f"{at}.value")
        if not effect:
            yield required(f"{at}.effect")
        elif effect not in _EFFECTS:
            yield not_supported(f"{at}.effect", effect, _EFFECTS)
        if (key, effect) in seen:
            yield duplicate(at, "taints must be unique by key and effect pair")
        seen.add((key, effect))


def _node_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    del subresource
    seen = list[object]()
    for index, address in enumerate(as_items(new.status.get("addresses"))):
        if address in seen:
            yield duplicate(f"status.addresses[{index}]", "address")
        seen.append(address)
    ranges, before = as_items(new.spec.get("podCIDRs")), as_items(existing.spec.get("podCIDRs"))
    if before and len(ranges) != len(before):
        yield forbidden_value("spec.podCIDRs", _ONCE.format("podCIDR"))
    elif before:
        for was, now in zip(before, ranges, strict=True):
            if was != now:
                yield forbidden_value("spec.podCIDRs", _ONCE.format("podCIDR"))
    provider = existing.spec.get("providerID")
    if provider and provider != new.spec.get("providerID"):
        yield forbidden_value("spec.providerID", _ONCE.format("providerID"))


# --- events ---------------------------------------------------------------------------------------------------------


def _event(event: Object) -> Iterator[Cause]:
    involved = as_map(event.field("involvedObject"))
    namespace = str(involved.get("namespace", ""))
    if namespace != event.namespace and (namespace or event.namespace != "default"):
        yield invalid_value("involvedObject.namespace", f"{namespace!r}: does not match event.namespace")
    if not event.field("eventTime"):
        return
    controller = str(event.field("reportingComponent", ""))
    if not controller:
        yield required("reportingComponent")
    elif not is_qualified(controller):
        yield invalid_value("reportingComponent", f"{controller!r}: is no qualified name")
    for name in ("reportingInstance", "action", "reason"):
        if not event.field(name):
            yield required(name)
    yield from label_causes(event.namespace, "namespace")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "nodes": Strategy(default=_node_default, validate=_node, validate_change=_node_change),
    "events": Strategy(validate=_event),
}
