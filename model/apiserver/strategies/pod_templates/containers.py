"""Containers of pods: those that run, those that run before, and those added for a look.

Lives here: the rules for one container and for the lists of them.  Must not know: the rest of a pod, or what may
change.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from ....frozen_json import EMPTY, FrozenMap, as_map
from ...answer import Cause
from ...causes import duplicate, forbidden_value, invalid_value, not_found, required
from ...forms import complaints, dns_label, port_name, port_number
from ..reading import maybe_number, number, one_of, parts, text
from . import probes
from .environment import environment, environment_from
from .mounts import devices, mounts
from .resources import resize_policy, resource_requirements
from .security import container_security
from .volumes import valid_volumes

_PULL_POLICIES: Final = ("Always", "IfNotPresent", "Never")
_MESSAGE_POLICIES: Final = ("File", "FallbackToLogsOnError")
_PROTOCOLS: Final = ("SCTP", "TCP", "UDP")
_RESTART_POLICIES: Final = ("Always", "OnFailure", "Never")
_NOT_EPHEMERAL: Final = (
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
    "lifecycle",
)
"""What containers that are added for a look may not have, in the order of the fields of Go's structure."""


@frozen
class Surroundings:
    """What of a pod matters to its containers."""

    volumes: Mapping[str, FrozenMap]
    claims: tuple[str, ...]
    grace: int | None
    restart_policy: str
    host_users: bool

    @classmethod
    def of(cls, spec: FrozenMap) -> Surroundings:
        """Those in a specification."""
        return cls(
            volumes=valid_volumes(spec),
            claims=tuple([text(claim, "name") for claim in parts(spec, "resourceClaims")]),
            grace=maybe_number(spec, "terminationGracePeriodSeconds"),
            restart_policy=text(spec, "restartPolicy"),
            host_users=spec.get("hostUsers") is not False,
        )


def containers(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the containers of a specification, all three lists of them."""
    around = Surroundings.of(spec)
    yield from _regular(spec, f"{at}.containers", around)
    yield from _initial(spec, f"{at}.initContainers", around)
    yield from _ephemeral(spec, f"{at}.ephemeralContainers", around)


def names(spec: FrozenMap, *lists: str) -> list[str]:
    """The names of the containers in some of the lists."""
    return [text(container, "name") for name in lists for container in parts(spec, name)]


def _regular(spec: FrozenMap, at: str, around: Surroundings) -> Iterator[Cause]:
    given = parts(spec, "containers")
    if not given:
        yield required(at)
        return
    seen: set[str] = set()
    for index, container in enumerate(given):
        field, name = f"{at}[{index}]", text(container, "name")
        yield from _common(container, field, around)
        if name in seen:
            yield duplicate(f"{field}.name", name)
        seen.add(name)
        yield from probes.lifecycle(container, field, around.grace)
        yield from probes.probes(container, field, around.grace)
        yield from _restart(container, field)
    yield from _host_ports(given, at)


def _initial(spec: FrozenMap, at: str, around: Surroundings) -> Iterator[Cause]:
    seen = set(names(spec, "containers"))
    for index, container in enumerate(parts(spec, "initContainers")):
        field, name = f"{at}[{index}]", text(container, "name")
        yield from _common(container, field, around)
        yield from _restart(container, field)
        if name in seen:
            yield duplicate(f"{field}.name", name)
        elif name:
            seen.add(name)
        yield from _host_ports((container,), at)
        if container.get("restartPolicy") == "Always":
            yield from probes.lifecycle(container, field, around.grace)
            yield from probes.probes(container, field, around.grace)
        else:
            yield from probes.forbidden_probes(container, field)


def _ephemeral(spec: FrozenMap, at: str, around: Surroundings) -> Iterator[Cause]:
    others = names(spec, "containers", "initContainers")
    seen = set(others)
    for index, container in enumerate(parts(spec, "ephemeralContainers")):
        field, name = f"{at}[{index}]", text(container, "name")
        yield from _common(container, field, around)
        yield from image_without_spaces(container, field)
        if name in seen:
            yield duplicate(f"{field}.name", name)
        seen.add(name)
        target = text(container, "targetContainerName")
        if target and target not in others:
            yield not_found(f"{field}.targetContainerName", target)
        for forbidden in _NOT_EPHEMERAL:
            if container.get(forbidden) not in (None, EMPTY, ()):
                yield forbidden_value(f"{field}.{forbidden}", "cannot be set for an Ephemeral Container")
        for place, mount in enumerate(parts(container, "volumeMounts")):
            for path in ("subPath", "subPathExpr"):
                if text(mount, path):
                    why = "cannot be set for an Ephemeral Container"
                    yield forbidden_value(f"{field}.volumeMounts[{place}].{path}", why)


def _common(container: FrozenMap, at: str, around: Surroundings) -> Iterator[Cause]:
    """The rules for containers of any list."""
    if not text(container, "name"):
        yield required(f"{at}.name")
    else:
        yield from complaints(f"{at}.name", text(container, "name"), dns_label)
    if not text(container, "image"):
        yield required(f"{at}.image")
    policy = text(container, "terminationMessagePolicy")
    yield from one_of(f"{at}.terminationMessagePolicy", policy, _MESSAGE_POLICIES)
    yield from _ports(container, f"{at}.ports")
    yield from environment(container, f"{at}.env")
    yield from environment_from(container, f"{at}.envFrom")
    yield from mounts(container, around.volumes, f"{at}.volumeMounts")
    yield from devices(container, around.volumes, f"{at}.volumeDevices")
    yield from one_of(f"{at}.imagePullPolicy", text(container, "imagePullPolicy"), _PULL_POLICIES)
    yield from resource_requirements(as_map(container.get("resources")), f"{at}.resources", around.claims)
    yield from resize_policy(container, f"{at}.resizePolicy", around.restart_policy)
    yield from container_security(container, f"{at}.securityContext", host_users=around.host_users)


def _restart(container: FrozenMap, at: str) -> Iterator[Cause]:
    """A container's own policy of restarting, with rules for some exit codes or without."""
    policy = container.get("restartPolicy")
    if policy is not None:
        yield from one_of(f"{at}.restartPolicy", str(policy), _RESTART_POLICIES, needed=False)
    elif parts(container, "restartPolicyRules"):
        yield required(f"{at}.restartPolicy", "must specify restartPolicy when restart rules are used")


def _ports(container: FrozenMap, at: str) -> Iterator[Cause]:
    seen: set[str] = set()
    for index, port in enumerate(parts(container, "ports")):
        field, name, own = f"{at}[{index}]", text(port, "name"), number(port, "containerPort")
        if name and port_name(name):
            yield from complaints(f"{field}.name", name, port_name)
        elif name in seen:
            yield duplicate(f"{field}.name", name)
        elif name:
            seen.add(name)
        if own == 0:
            yield required(f"{field}.containerPort")
        for which, value in (("containerPort", own), ("hostPort", number(port, "hostPort"))):
            for why in port_number(value) if value else ():
                yield invalid_value(f"{field}.{which}", f"{value}: {why}")
        yield from one_of(f"{field}.protocol", text(port, "protocol"), _PROTOCOLS)


def _host_ports(given: tuple[FrozenMap, ...], at: str) -> Iterator[Cause]:
    """A port of the host can be taken once."""
    seen: set[tuple[str, str, int]] = set()
    for index, container in enumerate(given):
        for place, port in enumerate(parts(container, "ports")):
            taken = (text(port, "protocol"), text(port, "hostIP"), number(port, "hostPort"))
            if taken[2] and taken in seen:
                yield duplicate(f"{at}[{index}].ports[{place}].hostPort", "/".join(map(str, taken)))
            seen.add(taken)


def image_without_spaces(container: FrozenMap, at: str) -> Iterator[Cause]:
    """The image of a pod's container has no spaces around it; a template's may."""
    image = text(container, "image")
    if image != image.strip():
        yield invalid_value(f"{at}.image", f'"{image}": must not have leading or trailing whitespace')


def is_sidecar(container: FrozenMap) -> bool:
    """Whether a container that runs before the others goes on to run beside them."""
    return text(container, "restartPolicy") == "Always"
