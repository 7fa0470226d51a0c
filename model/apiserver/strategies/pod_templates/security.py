"""Security contexts of pods and containers.

Lives here: which of their values are valid.  Must not know: which are allowed where (PodSecurity's admission does).

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.  Windows' options are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap
from ...answer import Cause
from ...causes import duplicate, invalid_value, not_supported, required
from ..reading import maybe_number, part, parts, text, texts
from .paths import descending

_LARGEST_ID: Final = 2**31 - 1
_PROFILES: Final = ("Localhost", "RuntimeDefault", "Unconfined")
_PROC_MOUNTS: Final = ("Default", "Unmasked")
_GROUP_CHANGE_POLICIES: Final = ("Always", "OnRootMismatch")
_SUPPLEMENTAL_GROUPS_POLICIES: Final = ("Merge", "Strict")
_SELINUX_CHANGE_POLICIES: Final = ("MountOption", "Recursive")
_SYSCTL: Final = re.compile(r"(?:[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9](?:[-_a-z0-9]*[a-z0-9])?")
_SYSCTL_LENGTH: Final = 253
_OF_IPC: Final = ("kernel.shm", "kernel.msg", "kernel.sem", "fs.mqueue.")


def container_security(container: FrozenMap, at: str, *, host_users: bool) -> Iterator[Cause]:
    """What is wrong with the security context of a container."""
    context = part(container, "securityContext")
    if context is None:
        return
    for name in ("runAsUser", "runAsGroup"):
        yield from _identity(maybe_number(context, name), f"{at}.{name}")
    proc = context.get("procMount")
    if proc is not None:
        if proc not in _PROC_MOUNTS:
            yield not_supported(f"{at}.procMount", proc, _PROC_MOUNTS)
        if host_users and proc == "Unmasked":
            yield invalid_value(f"{at}.procMount", '"Unmasked": `hostUsers` must be false to use `Unmasked`')
    yield from _seccomp(part(context, "seccompProfile"), f"{at}.seccompProfile")
    if context.get("allowPrivilegeEscalation") is False:
        if context.get("privileged") is True:
            yield invalid_value(at, "cannot set `allowPrivilegeEscalation` to false and `privileged` to true")
        capabilities = part(context, "capabilities")
        for capability in () if capabilities is None else texts(capabilities, "add"):
            if capability == "CAP_SYS_ADMIN":
                yield invalid_value(at, "cannot set `allowPrivilegeEscalation` to false and add CAP_SYS_ADMIN")
    yield from _app_armor(part(context, "appArmorProfile"), f"{at}.appArmorProfile")


def pod_security(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the security context of a pod."""
    context = part(spec, "securityContext")
    if context is None:
        return
    for name in ("fsGroup", "runAsUser", "runAsGroup"):
        yield from _identity(maybe_number(context, name), f"{at}.{name}")
    for index, group in enumerate(context.get("supplementalGroups") or ()):
        yield from _identity(group, f"{at}.supplementalGroups[{index}]")
    if spec.get("hostPID") is True and spec.get("shareProcessNamespace") is True:
        why = "ShareProcessNamespace and HostPID cannot both be enabled"
        yield invalid_value(f"{at}.shareProcessNamespace", why)
    yield from _sysctls(spec, context, f"{at}.sysctls")
    yield from _choice(context, "fsGroupChangePolicy", _GROUP_CHANGE_POLICIES, at)
    yield from _seccomp(part(context, "seccompProfile"), f"{at}.seccompProfile")
    yield from _app_armor(part(context, "appArmorProfile"), f"{at}.appArmorProfile")
    yield from _choice(context, "supplementalGroupsPolicy", _SUPPLEMENTAL_GROUPS_POLICIES, at)
    yield from _choice(context, "seLinuxChangePolicy", _SELINUX_CHANGE_POLICIES, at)


def _identity(value: int | None, at: str) -> Iterator[Cause]:
    if value is not None and not 0 <= value <= _LARGEST_ID:
        yield invalid_value(at, f"{value}: must be between 0 and {_LARGEST_ID}, inclusive")


def _choice(context: FrozenMap, name: str, known: tuple[str, ...], at: str) -> Iterator[Cause]:
    value = context.get(name)
    if value is not None and value not in known:
        yield not_supported(f"{at}.{name}", value, known)


def _sysctls(spec: FrozenMap, context: FrozenMap, at: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, setting in enumerate(parts(context, "sysctls")):
        name, field = text(setting, "name"), f"{at}[{index}].name"
        if not name:
            yield required(field)
        elif len(name) > _SYSCTL_LENGTH or not _SYSCTL.fullmatch(name):
            yield invalid_value(field, f'"{name}": must have at most {_SYSCTL_LENGTH} characters and a form')
        elif name in seen:
            yield duplicate(field, name)
        dotted = name.replace("/", ".")
        if spec.get("hostNetwork") is True and dotted.startswith("net."):
            yield invalid_value(field, f"\"{name}\": may not be specified when 'hostNetwork' is true")
        elif spec.get("hostIPC") is True and dotted.startswith(_OF_IPC):
            yield invalid_value(field, f"\"{name}\": may not be specified when 'hostIPC' is true")
        seen.add(name)


def _seccomp(profile: FrozenMap | None, at: str) -> Iterator[Cause]:
    if profile is None:
        return
    kind, local = text(profile, "type"), profile.get("localhostProfile")
    if not kind:
        yield required(f"{at}.type", "type is required when seccompProfile is set")
    elif kind not in _PROFILES:
        yield not_supported(f"{at}.type", kind, _PROFILES)
    if kind != "Localhost":
        if local is not None:
            yield invalid_value(f"{at}.localhostProfile", "can only be set when seccomp type is Localhost")
    elif not isinstance(local, str):
        yield required(f"{at}.localhostProfile", "must be set when seccomp type is Localhost")
    else:
        yield from descending(local, f"{at}.localhostProfile")


def _app_armor(profile: FrozenMap | None, at: str) -> Iterator[Cause]:
    if profile is None:
        return
    kind, local = text(profile, "type"), profile.get("localhostProfile")
    if kind == "Localhost":
        if not isinstance(local, str) or not local:
            yield required(f"{at}.localhostProfile", "must be set when AppArmor type is Localhost")
        elif local != local.strip():
            yield invalid_value(f"{at}.localhostProfile", f'"{local}": must not be padded with whitespace')
    elif kind in _PROFILES:
        if local is not None:
            yield invalid_value(f"{at}.localhostProfile", "can only be set when AppArmor type is Localhost")
    elif not kind:
        yield required(f"{at}.type", "type is required when appArmorProfile is set")
    else:
        yield not_supported(f"{at}.type", kind, _PROFILES)
