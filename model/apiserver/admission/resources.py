"""What the containers of a pod ask for, and what they may use at most, as sums.

Lives here: the requests and limits of a whole pod, and whether it asks for anything.  Must not know: who limits them.

Containers run at the same time, so theirs add up; an init container runs alone before them, so only the greatest
counts, unless it restarts always: then it stays, and is counted in everything that comes after it.

Source: Kubernetes 1.36, ``component-helpers/resource/helpers.go``, ``pkg/apis/core/v1/helper/qos``.
"""

from __future__ import annotations

from typing import Literal

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object
from ...quantities import Quantity, amounts

Amounts = dict[str, Quantity]
Part = Literal["requests", "limits"]


def containers(pod: Object, *, init: bool = False) -> tuple[FrozenMap, ...]:
    """The containers (or init containers) of a pod."""
    return tuple(as_map(each) for each in as_items(pod.spec.get("initContainers" if init else "containers")))


def of_container(container: FrozenMap, part: Part) -> Amounts:
    """What one container requests, or is limited to."""
    return amounts(as_map(container.get("resources")).get(part))


def of_pod(pod: Object, part: Part, *, overhead: bool = True) -> Amounts:
    """What a pod as a whole requests, or is limited to."""
    total: Amounts = {}
    for container in containers(pod):
        total = added(total, of_container(container, part))
    staying: Amounts = {}
    greatest: Amounts = {}
    for container in containers(pod, init=True):
        own = of_container(container, part)
        if container.get("restartPolicy") == "Always":
            total, staying = added(total, own), added(staying, own)
            greatest = _greater(greatest, staying)
        else:
            greatest = _greater(greatest, added(staying, own))
    total = _greater(total, greatest)
    total.update(amounts(as_map(as_map(pod.spec.get("resources")).get(part))))
    extra = amounts(pod.spec.get("overhead")) if overhead else {}
    if part == "limits":
        extra = {name: quantity for name, quantity in extra.items() if name in total}
    return added(total, extra)


def is_best_effort(pod: Object) -> bool:
    """Whether a pod asks for no processor and no memory at all."""
    everything = (*containers(pod), *containers(pod, init=True), pod.spec)
    return not any(
        quantity.value > 0
        for each in everything
        for part in ("requests", "limits")
        for name, quantity in amounts(as_map(each.get("resources")).get(part)).items()
        if name in {"cpu", "memory"}
    )


def added(first: Amounts, second: Amounts) -> Amounts:
    """The sums, resource by resource."""
    both = dict(first)
    for name, quantity in second.items():
        both[name] = both[name] + quantity if name in both else quantity
    return both


def _greater(first: Amounts, second: Amounts) -> Amounts:
    both = dict(first)
    for name, quantity in second.items():
        if name not in both or both[name].value < quantity.value:
            both[name] = quantity
    return both
