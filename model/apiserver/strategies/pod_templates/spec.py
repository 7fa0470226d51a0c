"""The specification of pods, as pods and templates have it.

Lives here: the order in which a real server looks at its parts, and the rules for the small ones.  Must not know: whole
objects, or what may change.

A specification that was found right or wrong lately is remembered with what was found.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``ValidatePodSpec``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ...answer import Cause
from ...causes import duplicate, forbidden_value, invalid_value, not_supported, required
from ...forms import complaints, dns_label, dns_search_path, dns_subdomain, ip_address, labels, qualified_name
from ..reading import maybe_number, number, one_of, part, parts, text, texts
from .containers import containers
from .resources import pod_resources, resource_requirements
from .scheduling import affinity, gates, spread, tolerations
from .security import pod_security
from .volumes import volumes

_RESTART_POLICIES: Final = ("Always", "OnFailure", "Never")
_DNS_POLICIES: Final = ("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None")
_PREEMPTION_POLICIES: Final = ("PreemptLowerPriority", "Never")
_SYSTEMS: Final = ("linux", "windows")
_MOST_NAMESERVERS: Final = 3
_MOST_SEARCHES: Final = 32
_LONGEST_SEARCHES: Final = 2048
_LARGEST: Final = 2**31 - 1
_DELETION_COST: Final = "controller.kubernetes.io/pod-deletion-cost"
_COST_FORM: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
MIRROR: Final = "kubernetes.io/config.mirror"
"""The annotation of pods that a node started by itself."""


@lru_cache(maxsize=2048)
def spec_causes(spec: FrozenMap, at: str, pod_name: str = "", *, of_pod: bool = False) -> tuple[Cause, ...]:
    """What is wrong with a specification; ``pod_name`` is the name of the pod if it is one's."""
    return tuple(_spec(spec, at, pod_name, of_pod=of_pod))


def _spec(spec: FrozenMap, at: str, pod_name: str, *, of_pod: bool) -> Iterator[Cause]:
    if spec.get("terminationGracePeriodSeconds") is None:
        yield required(f"{at}.terminationGracePeriodSeconds")
    yield from volumes(spec, f"{at}.volumes", pod_name)
    yield from _claims(spec, f"{at}.resourceClaims")
    yield from containers(spec, at)
    if part(spec, "resources") is not None:
        yield from pod_resources(spec, f"{at}.resources")
    yield from _host_network(spec, f"{at}.containers", of_pod=of_pod)
    yield from one_of(f"{at}.restartPolicy", text(spec, "restartPolicy"), _RESTART_POLICIES)
    yield from one_of(f"{at}.dnsPolicy", text(spec, "dnsPolicy"), _DNS_POLICIES)
    yield from labels(f"{at}.nodeSelector", spec.get("nodeSelector"))
    yield from pod_security(spec, f"{at}.securityContext")
    yield from affinity(spec, f"{at}.affinity")
    yield from _dns(spec, f"{at}.dnsConfig")
    for index, gate in enumerate(parts(spec, "readinessGates")):
        yield from complaints(
            f"{at}.readinessGates[{index}].conditionType", text(gate, "conditionType"), qualified_name
        )
    yield from gates(spec, f"{at}.schedulingGates")
    yield from spread(spec, f"{at}.topologySpreadConstraints")
    yield from _host_users(spec, at)
    yield from _names(spec, at)


def _claims(spec: FrozenMap, at: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, claim in enumerate(parts(spec, "resourceClaims")):
        field, name = f"{at}[{index}]", text(claim, "name")
        if not name:
            yield required(f"{field}.name")
        elif name in seen:
            yield duplicate(f"{field}.name", name)
        else:
            yield from complaints(f"{field}.name", name, dns_label)
            seen.add(name)
        sources = ("resourceClaimName", "resourceClaimTemplateName")
        if sum(claim.get(source) is not None for source in sources) != 1:
            yield invalid_value(field, "exactly one of `resourceClaimName`, `resourceClaimTemplateName` is needed")
        for source in sources:
            if claim.get(source) is not None:
                yield from complaints(f"{field}.{source}", text(claim, source), dns_subdomain)


def _host_network(spec: FrozenMap, at: str, *, of_pod: bool) -> Iterator[Cause]:
    """With the host's network, a port of a container is the host's."""
    if spec.get("hostNetwork") is not True:
        return
    for index, container in enumerate(parts(spec, "containers")):
        for place, port in enumerate(parts(container, "ports")):
            own, host = number(port, "containerPort"), number(port, "hostPort")
            if host != own and (of_pod or host):
                why = f"{host}: must match `containerPort` when `hostNetwork` is true"
                yield invalid_value(f"{at}[{index}].ports[{place}].hostPort", why)


def _dns(spec: FrozenMap, at: str) -> Iterator[Cause]:
    config = part(spec, "dnsConfig")
    if spec.get("dnsPolicy") == "None":
        if config is None:
            yield required(at, "must provide `dnsConfig` when `dnsPolicy` is None")
            return
        if not texts(config, "nameservers"):
            yield required(f"{at}.nameservers", "must provide at least one DNS nameserver when `dnsPolicy` is None")
            return
    if config is not None:
        yield from _dns_config(config, at)


def _dns_config(config: FrozenMap, at: str) -> Iterator[Cause]:
    servers, searches = texts(config, "nameservers"), texts(config, "searches")
    if len(servers) > _MOST_NAMESERVERS:
        yield invalid_value(f"{at}.nameservers", f"must not have more than {_MOST_NAMESERVERS} nameservers")
    for index, server in enumerate(servers):
        yield from complaints(f"{at}.nameservers[{index}]", server, ip_address)
    if len(searches) > _MOST_SEARCHES:
        yield invalid_value(f"{at}.searches", f"must not have more than {_MOST_SEARCHES} search paths")
    if len(" ".join(searches)) > _LONGEST_SEARCHES:
        yield invalid_value(f"{at}.searches", f"must not have more than {_LONGEST_SEARCHES} characters")
    for index, search in enumerate(searches):
        if search != ".":
            yield from complaints(f"{at}.searches[{index}]", search.removesuffix("."), dns_search_path)
    for index, option in enumerate(parts(config, "options")):
        if not text(option, "name"):
            yield required(f"{at}.options[{index}]", "must not be empty")


def _host_users(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """Users of one's own go with no other namespace of the host's."""
    if spec.get("hostUsers") is not False:
        return
    for name, spelled in (("hostNetwork", "hostNetwork"), ("hostPID", "HostPID"), ("hostIPC", "HostIPC")):
        if spec.get(name) is True:
            yield forbidden_value(f"{at}.{spelled}", "when `hostUsers` is false")


def _names(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """The fields that name something, and what follows them."""
    for name in ("serviceAccountName", "nodeName"):
        if text(spec, name):
            yield from complaints(f"{at}.{name}", text(spec, name), dns_subdomain)
    deadline = maybe_number(spec, "activeDeadlineSeconds")
    if deadline is not None and not 1 <= deadline <= _LARGEST:
        yield invalid_value(f"{at}.activeDeadlineSeconds", f"{deadline}: must be between 1 and {_LARGEST}, inclusive")
    for name in ("hostname", "subdomain"):
        if text(spec, name):
            yield from complaints(f"{at}.{name}", text(spec, name), dns_label)
    yield from tolerations(spec, f"{at}.tolerations")
    yield from _host_aliases(spec, f"{at}.hostAliases")
    yield from _classes(spec, at)


def _classes(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """The fields that name a class, and what goes with them."""
    if text(spec, "priorityClassName"):
        yield from complaints(f"{at}.priorityClassName", text(spec, "priorityClassName"), dns_subdomain)
    if spec.get("runtimeClassName") is not None:
        yield from complaints(f"{at}.runtimeClassName", text(spec, "runtimeClassName"), dns_subdomain)
    if spec.get("preemptionPolicy") is not None:
        yield from one_of(f"{at}.preemptionPolicy", text(spec, "preemptionPolicy"), _PREEMPTION_POLICIES)
    if spec.get("overhead") is not None:
        yield from resource_requirements(FrozenMap({"limits": as_map(spec.get("overhead"))}), f"{at}.overhead")
    system = part(spec, "os")
    if system is not None:
        if not text(system, "name"):
            yield required(f"{at}.os.name", "cannot be empty")
        elif text(system, "name") not in _SYSTEMS:
            yield not_supported(f"{at}.os.name", text(system, "name"), _SYSTEMS)


def annotations_of_pods(annotations: FrozenMap, spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with annotations that mean something for pods."""
    if MIRROR in annotations and not text(spec, "nodeName"):
        yield invalid_value(f"{at}[{MIRROR}]", "must set spec.nodeName if mirror pod annotation is set")
    cost = annotations.get(_DELETION_COST)
    if isinstance(cost, str):
        is_number = _COST_FORM.fullmatch(cost) is not None and len(cost) <= len(str(-_LARGEST))
        if not is_number or not -_LARGEST - 1 <= int(cost) <= _LARGEST:
            yield invalid_value(f"{at}[{_DELETION_COST}]", f'"{cost}": must be a 32bit integer')


def _host_aliases(spec: FrozenMap, at: str) -> Iterator[Cause]:
    for index, alias in enumerate(parts(spec, "hostAliases")):
        yield from complaints(f"{at}[{index}].ip", text(alias, "ip"), ip_address)
        for place, host in enumerate(texts(alias, "hostnames")):
            yield from complaints(f"{at}[{index}].hostnames[{place}]", host, dns_subdomain)
