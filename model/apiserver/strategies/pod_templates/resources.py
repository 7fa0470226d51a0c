"""Resources that containers and pods ask for: which amounts are valid, and what containers ask for together.

Lives here: the rules for ``resources`` and ``overhead``.  Must not know: which container asks.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``pkg/apis/core/helper/helpers.go``,
``component-helpers/resource/helpers.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....quantities import Quantity
from ...answer import Cause
from ...causes import duplicate, forbidden_value, invalid_value, not_found, not_supported, required
from ...forms import qualified_name
from ..reading import parts, quantities, text

_FOR_CONTAINERS: Final = ("cpu", "memory", "ephemeral-storage")
_NATIVE: Final = "kubernetes.io/"
_REQUESTS: Final = "requests."
_HUGE_PAGES: Final = "hugepages-"
_OF_QUOTAS: Final = (
    "persistentvolumeclaims",
    "pods",
    "services",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "configmaps",
    "storage",
)
"""Integral resources without a prefix, which only quotas know."""

_FOR_RESIZING: Final = ("cpu", "memory")
_RESIZE_POLICIES: Final = ("NotRequired", "RestartContainer")


def is_native(name: str) -> bool:
    """Whether a resource is one of Kubernetes' own."""
    return "/" not in name or _NATIVE in name


def is_extended(name: str) -> bool:
    """Whether a resource is somebody else's, such as ``example.com/gpu``."""
    return not is_native(name) and not name.startswith(_REQUESTS) and not qualified_name(f"{_REQUESTS}{name}")


def may_exceed(name: str) -> bool:
    """Whether limits may be above requests."""
    return is_native(name) and not name.startswith(_HUGE_PAGES)


def resource_requirements(
    resources: FrozenMap, at: str, claims: Collection[str] = (), *, of_pod: bool = False
) -> Iterator[Cause]:
    """What is wrong with limits and requests."""
    limits, requests = quantities(resources, "limits"), quantities(resources, "requests")
    rule = _pod_resource if of_pod else _container_resource
    yield from _amounts(limits, f"{at}.limits", rule)
    for name, quantity in requests.items():
        yield from _amounts({name: quantity}, f"{at}.requests", rule)
        yield from _within_limit(name, quantity, limits.get(name), at)
    named = (*limits, *requests)
    if any(name.startswith(_HUGE_PAGES) for name in named) and not {"cpu", "memory"}.intersection(named):
        yield forbidden_value(at, "HugePages require cpu or memory")
    if not of_pod:
        yield from _claims(resources, claims, f"{at}.claims")


def _amounts(amounts: Mapping[str, Quantity], at: str, rule: Callable[[str, str], Iterator[Cause]]) -> Iterator[Cause]:
    for name, quantity in amounts.items():
        field = f"{at}[{name}]"
        yield from rule(name, field)
        yield from amount(name, quantity, field)


def amount(name: str, quantity: Quantity, field: str) -> Iterator[Cause]:
    """What is wrong with an amount of a resource: it is below zero, or not whole where it must be."""
    if quantity.value < 0:
        yield invalid_value(field, f'"{quantity}": must be greater than or equal to 0')
    is_whole = quantity.value.denominator == 1
    if not is_whole and (is_extended(name) or name in _OF_QUOTAS):
        yield invalid_value(field, f'"{quantity}": must be an integer')


def _within_limit(name: str, quantity: Quantity, limit: Quantity | None, at: str) -> Iterator[Cause]:
    field = f"{at}.requests"
    if limit is None:
        if not may_exceed(name):
            yield required(f"{at}.limits", "Limit must be set for non overcommitable resources")
    elif quantity.value != limit.value and not may_exceed(name):
        yield invalid_value(field, f'"{quantity}": must be equal to {name} limit of {limit}')
    elif quantity.value > limit.value:
        yield invalid_value(field, f'"{quantity}": must be less than or equal to {name} limit of {limit}')


def _container_resource(name: str, field: str) -> Iterator[Cause]:
    yield from _known_resource(name, field)
    if "/" not in name:
        if name not in _FOR_CONTAINERS and not name.startswith(_HUGE_PAGES):
            yield invalid_value(field, f'"{name}": must be a standard resource for containers')
    elif not is_native(name) and not is_extended(name):
        yield invalid_value(field, f'"{name}": doesn\'t follow extended resource name standard')


def _pod_resource(name: str, field: str) -> Iterator[Cause]:
    yield from _known_resource(name, field)
    if name not in _FOR_RESIZING and not name.startswith(_HUGE_PAGES):
        yield not_supported(field, name, _FOR_RESIZING)


def _known_resource(name: str, field: str) -> Iterator[Cause]:
    for why in qualified_name(name):
        yield invalid_value(field, f'"{name}": {why}')
    standard = (*_FOR_CONTAINERS, *_OF_QUOTAS)
    if "/" not in name and name not in standard and not name.startswith((_HUGE_PAGES, _REQUESTS, "limits.")):
        yield invalid_value(field, f'"{name}": must be a standard resource type or fully qualified')


def _claims(resources: FrozenMap, known: Collection[str], at: str) -> Iterator[Cause]:
    seen: set[tuple[str, str]] = set()
    for index, claim in enumerate(parts(resources, "claims")):
        name, request = text(claim, "name"), text(claim, "request")
        if not name:
            yield required(f"{at}[{index}]")
            continue
        if (name, request) in seen:
            yield duplicate(f"{at}[{index}]", name)
        seen.add((name, request))
        if name not in known:
            yield not_found(f"{at}[{index}]", name)


def resize_policy(container: FrozenMap, at: str, restart_policy: str) -> Iterator[Cause]:
    """What is wrong with ``resizePolicy``: what a change of resources does to a running container."""
    seen: set[str] = set()
    for index, policy in enumerate(parts(container, "resizePolicy")):
        name, restart = text(policy, "resourceName"), text(policy, "restartPolicy")
        if name in seen:
            yield duplicate(f"{at}[{index}]", name)
        seen.add(name)
        for value, supported in ((name, _FOR_RESIZING), (restart, _RESIZE_POLICIES)):
            if not value:
                yield required(at)
            elif value not in supported:
                yield not_supported(at, value, supported)
        if restart_policy == "Never" and restart != "NotRequired":
            yield invalid_value(at, f"\"{restart}\": must be 'NotRequired' when `restartPolicy` is 'Never'")


def pod_resources(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the resources of a pod as a whole; none of its containers may ask for more."""
    resources = as_map(spec.get("resources"))
    if resources.get("claims"):
        yield forbidden_value(f"{at}.claims", "claims cannot be set for Resources at pod-level")
    yield from resource_requirements(resources, at, of_pod=True)
    requests, limits = quantities(resources, "requests"), quantities(resources, "limits")
    for name, together in asked_together(spec, "requests").items():
        asked = requests.get(name)
        if together.value > (0 if asked is None else asked.value):
            why = f"must be greater than or equal to aggregate container requests of {together}"
            yield invalid_value(f"{at}.requests[{name}]", why)
    for index, container in enumerate(parts(spec, "containers")):
        for name, limit in quantities(as_map(container.get("resources")), "limits").items():
            if name in limits and limit.value > limits[name].value:
                why = f"must be less than or equal to pod limits of {limits[name]}"
                yield invalid_value(f"{at}.containers[{index}][{name}].limits", why)


def asked_together(spec: FrozenMap, what: str) -> dict[str, Quantity]:
    """What the containers of a pod need at most at one time: all that run side by side, or one that runs before."""
    together: dict[str, Quantity] = {}
    for container in parts(spec, "containers"):
        _add(together, quantities(as_map(container.get("resources")), what))
    beside: dict[str, Quantity] = {}
    before: dict[str, Quantity] = {}
    for container in parts(spec, "initContainers"):
        needs = dict(quantities(as_map(container.get("resources")), what))
        if container.get("restartPolicy") == "Always":
            _add(together, needs)
            _add(beside, needs)
            needs = dict(beside)
        else:
            _add(needs, beside)
        _raise(before, needs)
    _raise(together, before)
    return together


def _add(total: dict[str, Quantity], more: Mapping[str, Quantity]) -> None:
    for name, quantity in more.items():
        total[name] = total[name] + quantity if name in total else quantity


def _raise(total: dict[str, Quantity], least: Mapping[str, Quantity]) -> None:
    for name, quantity in least.items():
        if name not in total or total[name].value < quantity.value:
            total[name] = quantity
