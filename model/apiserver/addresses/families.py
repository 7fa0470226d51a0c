"""IPv4, IPv6, or both: which families of addresses a service has.

Lives here: what is filled in, and what is refused, before any address is taken.  Must not know: where addresses come
from.

The cluster has IPv4 addresses only, as a real one has by default; a headless service without a selector may say
otherwise, since nothing is taken for it.

Source: Kubernetes 1.36, ``pkg/registry/core/service/storage/alloc.go`` (initIPFamilyFields),
``pkg/apis/core/validation/validation.go`` (ValidateServiceClusterIPsRelatedFields).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...objects import Object
from ..answer import Cause
from ..causes import duplicate, invalid_value, not_supported, required
from ..forms import ip_address
from .spec import HEADLESS, addresses_of, families_of, has_address, is_headless

FAMILIES: Final = ("IPv4", "IPv6")
CLUSTER_FAMILIES: Final = ("IPv4",)
"""The families of which the cluster has addresses."""

_SINGLE: Final = "SingleStack"
_REQUIRED: Final = "RequireDualStack"
_POLICIES: Final = ("PreferDualStack", _REQUIRED, _SINGLE)
_MOST: Final = 2


def with_families(service: Object, old: Object | None) -> Object | tuple[Cause, ...]:
    """The service with its families and their policy, or what is wrong with what it says of them."""
    if not has_address(service):
        return service
    if not service.spec.get("ipFamilyPolicy"):
        service = service.with_field("spec.ipFamilyPolicy", _default_policy(service, old))
    causes = tuple(address_causes(service))
    if causes:
        return causes
    if old is not None and service.spec["ipFamilyPolicy"] == _SINGLE:
        service = _narrowed(service, old)
    causes = tuple(_policy_causes(service))
    if causes:
        return causes
    inferred = _with_inferred(service)
    if isinstance(inferred, tuple):
        return inferred
    if _is_free_of_the_cluster(inferred):
        return _with_any_families(inferred)
    causes = tuple(_cluster_causes(inferred))
    if causes:
        return causes
    return inferred if families_of(inferred) else inferred.with_field("spec.ipFamilies", CLUSTER_FAMILIES)


def address_causes(service: Object) -> Iterator[Cause]:
    """What is wrong with the addresses, the families and the policy that a service names."""
    if not has_address(service):
        return
    addresses = addresses_of(service)
    yield from _single_causes(str(service.spec.get("clusterIP", "")), addresses)
    yield from _family_causes(service)
    wrong = tuple(_form_causes(addresses))
    yield from wrong
    if len(addresses) > _MOST:
        yield invalid_value("spec.clusterIPs", "may only hold up to 2 values")
    if wrong or addresses[:1] == (HEADLESS,):
        return
    kinds = [family_of(address) for address in addresses]
    if len(addresses) > 1 and sorted(kinds) != list(FAMILIES):
        yield invalid_value("spec.clusterIPs", "may specify no more than one IP for each IP family")
    for index, (kind, family) in enumerate(zip(kinds, families_of(service), strict=False)):
        if kind != family and family in FAMILIES:
            yield invalid_value(f"spec.clusterIPs[{index}]", f"expected an {family} value as indicated by `ipFamilies`")


def family_of(address: str) -> str:
    """The family of a well-formed address."""
    return "IPv6" if ":" in address else "IPv4"


def is_address(text: str) -> bool:
    """Whether a text is an IP address."""
    return not ip_address(text)


def _default_policy(service: Object, old: Object | None) -> str:
    before = None if old is None else old.spec.get("ipFamilyPolicy")
    if before:
        return str(before)
    return _REQUIRED if _is_free_of_the_cluster(service) else _SINGLE


def _is_free_of_the_cluster(service: Object) -> bool:
    return service.spec.get("clusterIP") == HEADLESS and not service.spec.get("selector")


def _single_causes(single: str, addresses: tuple[str, ...]) -> Iterator[Cause]:
    """The old field and the first address of the new one must agree."""
    if single and not addresses:
        yield required("spec.clusterIPs")
    elif single and addresses[0] != single:
        yield invalid_value("spec.clusterIPs", "first value must match `clusterIP`")
    elif addresses and not single:
        yield invalid_value("spec.clusterIPs", "must be empty when `clusterIP` is not specified")


def _family_causes(service: Object) -> Iterator[Cause]:
    families = families_of(service)
    for index, family in enumerate(families):
        if family not in FAMILIES:
            yield not_supported(f"spec.ipFamilies[{index}]", family, FAMILIES)
        if family in families[:index]:
            yield duplicate(f"spec.ipFamilies[{index}]", family)
    policy = service.spec.get("ipFamilyPolicy")
    if policy is not None and policy not in _POLICIES:
        yield not_supported("spec.ipFamilyPolicy", policy, _POLICIES)


def _form_causes(addresses: tuple[str, ...]) -> Iterator[Cause]:
    for index, address in enumerate(addresses):
        if index == 0 and address == HEADLESS:
            if len(addresses) > 1:
                yield invalid_value("spec.clusterIPs", "'None' must be the first and only value")
        elif not is_address(address):
            yield invalid_value(f"spec.clusterIPs[{index}]", f"{address!r}: must be a valid IP address")


def _narrowed(service: Object, old: Object) -> Object:
    """To ask for a single stack, everything else being as it was, is to give up the second address."""
    if len(addresses_of(service)) > 1 and addresses_of(service) == addresses_of(old):
        service = service.with_field("spec.clusterIPs", addresses_of(service)[:1])
    if len(families_of(service)) > 1 and families_of(service) == families_of(old):
        service = service.with_field("spec.ipFamilies", families_of(service)[:1])
    return service


def _policy_causes(service: Object) -> Iterator[Cause]:
    if service.spec.get("ipFamilyPolicy") != _SINGLE:
        return
    if len(addresses_of(service)) == _MOST:
        yield invalid_value("spec.ipFamilyPolicy", "must be another when multiple cluster IPs are specified")
    if len(families_of(service)) == _MOST:
        yield invalid_value("spec.ipFamilyPolicy", "must be another when multiple IP families are specified")


def _with_inferred(service: Object) -> Object | tuple[Cause, ...]:
    """The service with the families of the addresses that it names."""
    families, addresses = families_of(service), () if is_headless(service) else addresses_of(service)
    further = tuple(family_of(address) for address in addresses[len(families) :])
    causes = tuple(
        invalid_value(f"spec.clusterIPs[{len(families) + index}]", f"{family} is not configured on this cluster")
        for index, family in enumerate(further)
        if family not in CLUSTER_FAMILIES
    )
    if causes:
        return causes
    return service.with_field("spec.ipFamilies", (*families, *further)) if further else service


def _with_any_families(service: Object) -> Object:
    families = families_of(service) or CLUSTER_FAMILIES
    if len(families) < _MOST and service.spec["ipFamilyPolicy"] != _SINGLE:
        families = (*families, *(family for family in FAMILIES if family not in families))
    return service.with_field("spec.ipFamilies", families)


def _cluster_causes(service: Object) -> Iterator[Cause]:
    if service.spec["ipFamilyPolicy"] == _REQUIRED:
        yield invalid_value("spec.ipFamilyPolicy", "this cluster is not configured for dual-stack services")
    for index, family in enumerate(families_of(service)):
        if family not in CLUSTER_FAMILIES:
            yield invalid_value(f"spec.ipFamilies[{index}]", "not configured on this cluster")
