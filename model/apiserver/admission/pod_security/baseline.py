"""The level ``baseline``: what lets a pod reach the node that it runs on.

Lives here: its checks, in the order of their names.  Must not know: where they are enforced.

Source: Kubernetes 1.36, ``pod-security-admission/policy/check_*.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ....frozen_json import FrozenMap, as_items, as_map
from .containers import Check, Finding, Pod, containers, context, name, quoted, setters, these

_APPARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_DEFAULT_CAPABILITIES: Final = frozenset(
    "AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID KILL MKNOD NET_BIND_SERVICE SETFCAP SETGID SETPCAP SETUID "  # noqa: SIM905 - one line a name would fill a page
    "SYS_CHROOT".split()
)
_SAFE_SYSCTLS: Final[Mapping[str, int]] = {
    "kernel.shm_rmid_forced": 0,
    "net.ipv4.ip_local_port_range": 0,
    "net.ipv4.ip_local_reserved_ports": 27,
    "net.ipv4.ip_unprivileged_port_start": 0,
    "net.ipv4.ping_group_range": 0,
    "net.ipv4.tcp_fin_timeout": 29,
    "net.ipv4.tcp_keepalive_intvl": 29,
    "net.ipv4.tcp_keepalive_probes": 29,
    "net.ipv4.tcp_keepalive_time": 29,
    "net.ipv4.tcp_rmem": 32,
    "net.ipv4.tcp_syncookies": 0,
    "net.ipv4.tcp_wmem": 32,
}
"""The sysctls that a pod may set, and the minor version since which it may."""

_SELINUX_TYPES: Final = ("", "container_t", "container_init_t", "container_kvm_t")
_SELINUX_ENGINE: Final = "container_engine_t"
_SELINUX_ENGINE_SINCE: Final = 31
_HOST_PROBES_SINCE: Final = 34


def app_armor(pod: Pod) -> Finding | None:
    """AppArmor is not switched off."""
    bad: list[str] = []
    types = {"RuntimeDefault", "Localhost", None}
    who = setters(pod, lambda holder: context(holder, "appArmorProfile", "type") not in types)
    if who:
        values = {context(holder, "appArmorProfile", "type") for holder in (pod.spec, *containers(pod))} - types
        bad.append(f"{' and '.join(who)} must not set AppArmor profile type to {quoted(sorted(map(str, values)))}")
    for key, value in pod.annotations.items():
        if key.startswith(_APPARMOR) and value not in ("", "runtime/default") and not value.startswith("localhost/"):
            bad.append(f'annotation "{key}" must not be "{value}"')
    return _finding("forbidden AppArmor profile", bad)


def capabilities(pod: Pod) -> Finding | None:
    """No capabilities beyond those that containers have anyway."""
    bad: list[str] = []
    extra: set[str] = set()
    for container in containers(pod):
        more = {str(each) for each in as_items(context(container, "capabilities", "add"))} - _DEFAULT_CAPABILITIES
        if more:
            bad.append(name(container))
            extra |= more
    if not bad:
        return None
    added = f"must not include {quoted(sorted(extra))} in securityContext.capabilities.add"
    return Finding("non-default capabilities", f"{these('container', bad)} {added}")


def host_namespaces(pod: Pod) -> Finding | None:
    """The node's network, processes and memory are not shared."""
    shared = [f"{each}=true" for each in ("hostNetwork", "hostPID", "hostIPC") if pod.spec.get(each) is True]
    return Finding("host namespaces", ", ".join(shared)) if shared else None


def host_path_volumes(pod: Pod) -> Finding | None:
    """No folder of the node is mounted."""
    volumes = [as_map(volume) for volume in as_items(pod.spec.get("volumes"))]
    bad = [str(volume.get("name", "")) for volume in volumes if "hostPath" in volume]
    return Finding("hostPath volumes", these("volume", bad)) if bad else None


def host_ports(pod: Pod) -> Finding | None:
    """No port of the node is taken."""
    bad: list[str] = []
    ports: set[int] = set()
    for container in containers(pod):
        taken = {as_map(port).get("hostPort", 0) for port in as_items(container.get("ports"))} - {0}
        if taken:
            bad.append(name(container))
            ports |= taken
    if not bad:
        return None
    what = "hostPort" if len(ports) == 1 else "hostPorts"
    uses = "uses" if len(bad) == 1 else "use"
    return Finding("hostPort", f"{these('container', bad)} {uses} {what} {', '.join(map(str, sorted(ports)))}")


def host_probes(pod: Pod) -> Finding | None:
    """Probes and hooks ask the pod itself, not another host."""
    if pod.minor < _HOST_PROBES_SINCE:
        return None
    bad = [name(container) for container in containers(pod) if any(_hosts(container))]
    return (
        Finding("probe or lifecycle host", f"{these('container', bad)} uses probe or lifecycle host") if bad else None
    )


def _hosts(container: FrozenMap) -> Iterator[str]:
    lifecycle = as_map(container.get("lifecycle"))
    handlers = [as_map(container.get(probe)) for probe in ("livenessProbe", "readinessProbe", "startupProbe")]
    handlers += [as_map(lifecycle.get(hook)) for hook in ("postStart", "preStop")]
    for handler in handlers:
        for action in ("httpGet", "tcpSocket"):
            yield str(as_map(handler.get(action)).get("host", ""))


def privileged(pod: Pod) -> Finding | None:
    """No container has all rights."""
    bad = [name(container) for container in containers(pod) if context(container, "privileged") is True]
    return (
        Finding("privileged", f"{these('container', bad)} must not set securityContext.privileged=true")
        if bad
        else None
    )


def proc_mount(pod: Pod) -> Finding | None:
    """/proc is masked."""
    bad = [name(each) for each in containers(pod) if context(each, "procMount") not in (None, "Default")]
    values = {str(context(each, "procMount")) for each in containers(pod)} - {"None", "Default"}
    if not bad:
        return None
    return Finding(
        "procMount", f"{these('container', bad)} must not set securityContext.procMount to {quoted(sorted(values))}"
    )


def selinux(pod: Pod) -> Finding | None:
    """SELinux has no type but those for containers, and no user or role."""
    types = (*_SELINUX_TYPES, *((_SELINUX_ENGINE,) if pod.minor >= _SELINUX_ENGINE_SINCE else ()))
    holders = (pod.spec, *containers(pod))
    options = [as_map(context(holder, "seLinuxOptions")) for holder in holders]
    bad: list[str] = []
    wrong = sorted({str(each.get("type", "")) for each in options} - set(types))
    if wrong:
        bad.append(f"type{'' if len(wrong) == 1 else 's'} {quoted(wrong)}")
    bad += [f"{part} may not be set" for part in ("user", "role") if any(each.get(part) for each in options)]
    if not bad:
        return None
    who = setters(pod, lambda holder: _is_foreign(as_map(context(holder, "seLinuxOptions")), types))
    return Finding(
        "seLinuxOptions", f"{' and '.join(who)} set forbidden securityContext.seLinuxOptions: {'; '.join(bad)}"
    )


def _is_foreign(options: FrozenMap, types: tuple[str, ...]) -> bool:
    return options.get("type", "") not in types or bool(options.get("user")) or bool(options.get("role"))


def seccomp(pod: Pod) -> Finding | None:
    """Seccomp is not switched off."""
    who = setters(pod, lambda holder: context(holder, "seccompProfile", "type") == "Unconfined")
    if not who:
        return None
    return Finding(
        "seccompProfile", f'{" and ".join(who)} must not set securityContext.seccompProfile.type to "Unconfined"'
    )


def sysctls(pod: Pod) -> Finding | None:
    """No sysctl but those that concern the pod alone."""
    asked = [str(as_map(each).get("name", "")) for each in as_items(context(pod.spec, "sysctls"))]
    bad = sorted(each for each in asked if pod.minor < _SAFE_SYSCTLS.get(each, 1 << 30))
    return Finding("forbidden sysctls", ", ".join(bad)) if bad else None


def windows_host_process(pod: Pod) -> Finding | None:
    """Windows containers do not run as processes of the node."""
    who = setters(pod, lambda holder: context(holder, "windowsOptions", "hostProcess") is True)
    return (
        Finding("hostProcess", f"{' and '.join(who)} must not set securityContext.windowsOptions.hostProcess=true")
        if who
        else None
    )


CHECKS: Final[Mapping[str, Check]] = {
    "appArmorProfile": app_armor,
    "capabilities_baseline": capabilities,
    "hostNamespaces": host_namespaces,
    "hostPathVolumes": host_path_volumes,
    "hostPorts": host_ports,
    "hostProbesAndHostLifecycle": host_probes,
    "privileged": privileged,
    "procMount": proc_mount,
    "seLinuxOptions": selinux,
    "seccompProfile_baseline": seccomp,
    "sysctls": sysctls,
    "windowsHostProcess": windows_host_process,
}
"""The checks by their names; they run in this order."""


def _finding(reason: str, details: list[str]) -> Finding | None:
    if not details:
        return None
    return Finding(reason if len(details) == 1 else f"{reason}s", ", ".join(details))
