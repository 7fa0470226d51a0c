"""The level ``restricted``: what a hardened pod must say, on top of ``baseline``.

Lives here: its checks, in the order of their names, and which of ``baseline`` they replace.  Must not know: where they
are enforced.

Source: Kubernetes 1.36, ``pod-security-admission/policy/check_*.go``; scenario o-admission.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ....frozen_json import FrozenMap, as_items, as_map
from .containers import Check, Finding, Pod, containers, context, name, quoted, setters, these

_VOLUMES: Final = frozenset(
    {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
)
_WINDOWS_SINCE: Final = 25
_DROPS_SINCE: Final = 22
_USERS_SINCE: Final = 23
_SECCOMP: Final = ("RuntimeDefault", "Localhost")


def _is_exempt(pod: Pod) -> bool:
    """Whether rules about Linux do not apply."""
    return pod.is_windows and pod.minor >= _WINDOWS_SINCE


def privilege_escalation(pod: Pod) -> Finding | None:
    """Containers say that they do not gain rights."""
    bad = [name(each) for each in containers(pod) if context(each, "allowPrivilegeEscalation") is not False]
    if not bad or _is_exempt(pod):
        return None
    must = "must set securityContext.allowPrivilegeEscalation=false"
    return Finding("allowPrivilegeEscalation != false", f"{these('container', bad)} {must}")


def capabilities(pod: Pod) -> Finding | None:
    """Containers drop all capabilities, and add none but to serve on low ports."""
    if pod.minor < _DROPS_SINCE or _is_exempt(pod):
        return None
    keeping: list[str] = []
    adding: list[str] = []
    extra: set[str] = set()
    for container in containers(pod):
        if "ALL" not in as_items(context(container, "capabilities", "drop")):
            keeping.append(name(container))
        more = {str(each) for each in as_items(context(container, "capabilities", "add"))} - {"NET_BIND_SERVICE"}
        if more:
            adding.append(name(container))
            extra |= more
    details: list[str] = []
    if keeping:
        details.append(f'{these("container", keeping)} must set securityContext.capabilities.drop=["ALL"]')
    if adding:
        added = f"must not include {quoted(sorted(extra))} in securityContext.capabilities.add"
        details.append(f"{these('container', adding)} {added}")
    return Finding("unrestricted capabilities", "; ".join(details)) if details else None


def volumes(pod: Pod) -> Finding | None:
    """Only volumes that come from the cluster itself."""
    bad: list[str] = []
    types: set[str] = set()
    for volume in (as_map(each) for each in as_items(pod.spec.get("volumes"))):
        foreign = {key for key in volume if key != "name"} - _VOLUMES
        if foreign:
            bad.append(str(volume.get("name", "")))
            types |= foreign
    if not bad:
        return None
    uses = "uses" if len(bad) == 1 else "use"
    what = "type" if len(types) == 1 else "types"
    return Finding(
        "restricted volume types", f"{these('volume', bad)} {uses} restricted volume {what} {quoted(sorted(types))}"
    )


def non_root(pod: Pod) -> Finding | None:
    """Nobody runs as root: the pod says so, or each container."""
    field = "runAsNonRoot"
    wrong = setters(pod, lambda holder: context(holder, field) is False)
    details = [f"{' and '.join(wrong)} must not set securityContext.{field}=false"] if wrong else []
    if context(pod.spec, field) is None:
        silent = [name(each) for each in containers(pod) if context(each, field) is None]
        if silent:
            details.append(f"pod or {these('container', silent)} must set securityContext.{field}=true")
    return Finding("runAsNonRoot != true", "; ".join(details)) if details else None


def users(pod: Pod) -> Finding | None:
    """Nobody names root as the user."""
    who = setters(pod, _is_root) if pod.minor >= _USERS_SINCE else []
    return Finding("runAsUser=0", f"{' and '.join(who)} must not set runAsUser=0") if who else None


def _is_root(holder: FrozenMap) -> bool:
    user = context(holder, "runAsUser")
    return user is not None and user == 0


def seccomp(pod: Pod) -> Finding | None:
    """Seccomp is on: the pod says so, or each container."""
    if _is_exempt(pod):
        return None
    path = ("seccompProfile", "type")
    wrong = setters(pod, lambda holder: context(holder, *path) not in (None, *_SECCOMP))
    values = sorted({str(context(each, *path)) for each in (pod.spec, *containers(pod))} - {"None", *_SECCOMP})
    field = "securityContext.seccompProfile.type"
    details = [f"{' and '.join(wrong)} must not set {field} to {quoted(values)}"] if wrong else []
    if context(pod.spec, *path) is None:
        silent = [name(each) for each in containers(pod) if context(each, *path) is None]
        if silent:
            details.append(f'pod or {these("container", silent)} must set {field} to "RuntimeDefault" or "Localhost"')
    return Finding("seccompProfile", "; ".join(details)) if details else None


CHECKS: Final[Mapping[str, Check]] = {
    "allowPrivilegeEscalation": privilege_escalation,
    "capabilities_restricted": capabilities,
    "restrictedVolumes": volumes,
    "runAsNonRoot": non_root,
    "runAsUser": users,
    "seccompProfile_restricted": seccomp,
}
"""The checks by their names; they run in this order, after those of ``baseline``."""

REPLACED: Final = frozenset({"capabilities_baseline", "hostPathVolumes", "seccompProfile_baseline"})
"""The checks of ``baseline`` that say less than one of these."""
