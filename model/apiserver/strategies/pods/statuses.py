"""What the status of a pod may say.

Lives here: the rules for writes through ``status``.  Must not know: the specification, but for restarting.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``ValidatePodStatusUpdate``; recordings F.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import duplicate, forbidden_value, invalid_value
from ...forms import complaints, dns_subdomain, ip_address, qualified_name
from ..pod_templates.containers import is_sidecar
from ..reading import part, parts, text
from .changes import annotation_changes

_SYSTEM_CONDITIONS: Final = ("PodScheduled", "Ready", "Initialized")
_FAMILIES: Final = 2


def status_causes(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with a pod's status that is to replace another."""
    yield from annotation_changes(new, existing)
    status, before = new.status, existing.status
    for index, condition in enumerate(parts(status, "conditions")):
        if text(condition, "type") not in _SYSTEM_CONDITIONS:
            yield from complaints(f"metadata.conditions[{index}].Type", text(condition, "type"), qualified_name)
    nominated = text(status, "nominatedNodeName")
    if nominated and nominated != text(before, "nominatedNodeName"):
        yield from complaints("status.nominatedNodeName", nominated, dns_subdomain)
    if text(status, "qosClass") != text(before, "qosClass"):
        yield invalid_value("status.qosClass", f'"{text(status, "qosClass")}": field is immutable')
    yield from _restarts(status, before, existing.spec)
    yield from _addresses(status, "podIPs")
    hosts = parts(status, "hostIPs")
    if hosts and text(hosts[0], "ip") != text(status, "hostIP"):
        yield invalid_value("status.hostIPs[0].ip", "must be equal to `hostIP`")
    yield from _addresses(status, "hostIPs")


def _restarts(status: FrozenMap, before: FrozenMap, spec: FrozenMap) -> Iterator[Cause]:
    """A container that has ended for good does not run again."""
    policy = text(spec, "restartPolicy")
    sidecars = {text(container, "name") for container in parts(spec, "initContainers") if is_sidecar(container)}
    for name, own_policy, exempt in (
        ("containerStatuses", policy, frozenset[str]()),
        ("initContainerStatuses", policy, frozenset(sidecars)),
        ("ephemeralContainerStatuses", "Never", frozenset[str]()),
    ):
        if own_policy == "Always":
            continue
        after = {text(each, "name"): each for each in parts(status, name)}
        for index, old in enumerate(parts(before, name)):
            ended = part(as_map(old.get("state")), "terminated")
            container = text(old, "name")
            if ended is None or container not in after or container in exempt:
                continue
            if ended.get("exitCode") and own_policy == "OnFailure":
                continue
            if part(as_map(after[container].get("state")), "terminated") is None:
                why = "may not be transitioned to non-terminated state"
                yield forbidden_value(f"status.{name}[{index}].state", why)


def _addresses(status: FrozenMap, name: str) -> Iterator[Cause]:
    """One address of each version of IP at most."""
    given = [text(each, "ip") for each in parts(status, name)]
    for index, address in enumerate(given):
        yield from complaints(f"status.{name}[{index}]", address, ip_address)
    if len(given) <= 1:
        return
    families = [ipaddress.ip_address(address).version for address in given if not ip_address(address)]
    if len(given) > _FAMILIES or len(set(families)) != len(given):
        yield invalid_value(f"status.{name}", "may specify no more than one IP for each IP family")
    for index, address in enumerate(given):
        if address in given[:index]:
            yield duplicate(f"status.{name}[{index}]", address)
