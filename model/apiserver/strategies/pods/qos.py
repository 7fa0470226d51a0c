"""The class of quality of service of a pod: what it asks for decides who suffers first when memory is short.

Lives here: the class.  Must not know: the rest of a pod.

Source: Kubernetes 1.36, ``pkg/apis/core/helper/qos/qos.go``; scenarios b-pod, o-admission.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ....frozen_json import FrozenMap, as_map
from ..reading import parts, quantities

_COUNTED = ("cpu", "memory")


def qos_class(spec: FrozenMap) -> str:
    """The class that follows from requests and limits: those of the pod as a whole if it has any.

    ``Guaranteed`` gets exactly what it is limited to, ``BestEffort`` asks for nothing, ``Burstable`` is any other.
    """
    of_pod = as_map(spec.get("resources"))
    if of_pod.get("limits") or of_pod.get("requests"):
        return _class_of([of_pod])
    containers = (*parts(spec, "containers"), *parts(spec, "initContainers"))
    return _class_of([as_map(container.get("resources")) for container in containers])


def _class_of(asked: Iterable[FrozenMap]) -> str:
    requests: dict[str, Fraction] = {}
    limits: dict[str, Fraction] = {}
    all_limited = True
    for resources in asked:
        _count(requests, _positive(resources, "requests"))
        own = _positive(resources, "limits")
        _count(limits, own)
        all_limited = all_limited and all(name in own for name in _COUNTED)
    if not requests and not limits:
        return "BestEffort"
    return "Guaranteed" if all_limited and requests == limits else "Burstable"


def _positive(resources: FrozenMap, what: str) -> dict[str, Fraction]:
    amounts = {name: quantity.value for name, quantity in quantities(resources, what).items() if name in _COUNTED}
    return {name: value for name, value in amounts.items() if value > 0}


def _count(total: dict[str, Fraction], more: Mapping[str, Fraction]) -> None:
    for name, value in more.items():
        total[name] = total.get(name, Fraction(0)) + value
