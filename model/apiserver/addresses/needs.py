"""Which address or port a service needs next.

Lives here: :func:`allocated`, which fills in what was claimed already, in the order in which a real server claims, and
stops at the first thing that is still to be claimed; and what a service gives up.  A real server claims while it
computes; here the computation is repeated from its beginning after each claim, which comes to the same, since it
depends on nothing else.  Must not know: how a claim is made.

Source: Kubernetes 1.36, ``pkg/registry/core/service/storage/alloc.go``,
``pkg/registry/core/service/portallocator/operation.go``; recordings B.10.
"""

from __future__ import annotations

from typing import Final, Protocol

from attrs import frozen

from ...frozen_json import FrozenMap
from ...objects import Object
from ..answer import Answer, Cause, invalid
from ..causes import invalid_value
from ..lookup import Lookup
from ..request import ADDRESS, NODE_PORT, Claim, Request
from .carried import carried_over, in_step
from .families import with_families
from .pool import PORTS_KEY, is_in_range, ports_in, ranges_of
from .spec import (
    addresses_of,
    has_address,
    has_health_check,
    has_node_ports,
    is_headless,
    node_ports_of,
    ports_of,
    wants_node_ports,
    with_addresses,
    with_port,
)

ALLOCATED: Final = "services"
"""The resource whose objects have something for themselves."""

_DUMMY_PORT: Final = 32768
"""The number after which a dry run counts the ports that it would take."""


@frozen
class Need:
    """Something that must be claimed before a service can be stored.

    ``wanted`` is the one that the client chose, empty if any will do; ``field`` is where the service names it.
    """

    what: str
    service: Object
    field: str
    wanted: str = ""


class _Allocator(Protocol):
    def address(self, wanted: str) -> str: ...

    def port(self, wanted: int, field: str) -> int: ...


def allocated(request: Request, new: Object, old: Object | None, lookup: Lookup) -> Object | Answer | Need:
    """The service with everything it needs for itself, or what must be claimed first, or why it cannot have it."""
    if request.kind.resource != ALLOCATED or request.subresource:
        return new
    new = in_step(new if old is None else carried_over(new, old), old)
    with_its_families = with_families(new, old)
    if isinstance(with_its_families, tuple):
        return invalid(request.kind, new.name, with_its_families)
    service = with_its_families
    allocator = _DryRun(lookup) if request.options.is_dry_run else _Claimed(request, service)
    try:
        service = _with_address(service, old, allocator)
        service = _with_node_ports(service, old, allocator)
        return _with_health_check(service, old, allocator)
    except _NeededError as needed:
        return needed.need
    except _RefusedError as refused:
        return invalid(request.kind, new.name, (refused.cause,))


def claims_of(service: Object) -> tuple[Claim, ...]:
    """What a service has for itself."""
    addresses = () if is_headless(service) or not has_address(service) else addresses_of(service)
    ports = node_ports_of(service)
    health = service.spec.get("healthCheckNodePort")
    return (
        *(Claim(ADDRESS, address) for address in addresses),
        *(Claim(NODE_PORT, str(port)) for port in (*ports, *((health,) if health else ()))),
    )


def given_up(new: Object, old: Object) -> tuple[Claim, ...]:
    """What a service no longer has once it has been changed."""
    kept = claims_of(new)
    return tuple(claim for claim in claims_of(old) if claim not in kept)


class _NeededError(Exception):
    """Ends the computation: something must be claimed first."""

    def __init__(self, need: Need) -> None:
        super().__init__(need)
        self.need = need


class _RefusedError(Exception):
    """Ends the computation: something cannot be had."""

    def __init__(self, cause: Cause) -> None:
        super().__init__(cause)
        self.cause = cause


class _Claimed:
    """Gives what the request has claimed already, in the order in which it did."""

    def __init__(self, request: Request, service: Object) -> None:
        self._left = [claim for claim in request.claims if not claim.missed]
        self._service = service

    def address(self, wanted: str) -> str:
        return self._next(Need(ADDRESS, self._service, "spec.clusterIPs", wanted))

    def port(self, wanted: int, field: str) -> int:
        return int(self._next(Need(NODE_PORT, self._service, field, str(wanted) if wanted else "")))

    def _next(self, need: Need) -> str:
        if not self._left:
            raise _NeededError(need)
        return self._left.pop(0).name


class _DryRun:
    """Claims nothing: a chosen port is looked up, a chosen address is not, and the others are only for show."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._given: list[int] = []

    def address(self, wanted: str) -> str:
        if wanted and not is_in_range(wanted, ranges_of(self._lookup)):
            raise _RefusedError(invalid_value("spec.clusterIPs", f"failed to allocate IP {wanted}: not in range"))
        return wanted or str(ranges_of(self._lookup)[0].network_address)

    def port(self, wanted: int, field: str) -> int:
        if wanted and (wanted in self._given or wanted in ports_in(self._lookup.live(PORTS_KEY))):
            raise _RefusedError(invalid_value(field, f"{wanted}: provided port is already allocated"))
        port = wanted or max(self._given, default=_DUMMY_PORT) + 1
        self._given.append(port)
        return port


def _with_address(service: Object, old: Object | None, allocator: _Allocator) -> Object:
    """A new service gets an address, and one that had none because of its type."""
    if not has_address(service) or is_headless(service) or (old is not None and has_address(old)):
        return service
    wanted = addresses_of(service)
    return with_addresses(service, (allocator.address(wanted[0] if wanted else ""),))


def _with_node_ports(service: Object, old: Object | None, allocator: _Allocator) -> Object:
    if not has_node_ports(service):
        return service
    if old is None:
        return _with_first_ports(service, allocator)
    held = {*node_ports_of(old)}
    for index, port in enumerate(ports_of(service)):
        chosen = port.get("nodePort", 0)
        if chosen in held or (not chosen and not wants_node_ports(service)):
            continue
        given = allocator.port(chosen, f"spec.ports[{index}].nodePort")
        service = with_port(service, index, given)
        held.add(given)
    return service


def _with_first_ports(service: Object, allocator: _Allocator) -> Object:
    """The ports of a new service: those with one number (for several protocols) share a node port."""
    by_number: dict[int, int] = {}
    for index, port in enumerate(ports_of(service)):
        number, chosen, at = port.get("port", 0), port.get("nodePort", 0), f"spec.ports[{index}].nodePort"
        if not chosen and not wants_node_ports(service):
            continue
        shared = by_number.get(number)
        if shared is None:
            chosen = next((each["nodePort"] for each in ports_of(service) if _chooses(each, number)), 0)
            by_number[number] = allocator.port(chosen, at)
            service = with_port(service, index, by_number[number])
        elif not chosen:
            service = with_port(service, index, shared)
        elif chosen != shared:
            allocator.port(chosen, at)
    return service


def _chooses(port: FrozenMap, number: int) -> bool:
    return bool(port.get("nodePort")) and port.get("port", 0) == number


def _with_health_check(service: Object, old: Object | None, allocator: _Allocator) -> Object:
    if not has_health_check(service) or (old is not None and has_health_check(old)):
        return service
    chosen = service.spec.get("healthCheckNodePort", 0)
    return service.with_field("spec.healthCheckNodePort", allocator.port(chosen, ""))
