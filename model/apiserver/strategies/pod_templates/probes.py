"""Probes and hooks of containers.

Lives here: the rules for the three probes and for ``lifecycle``, which share their handlers.  Must not know: what
container they belong to.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap
from ...answer import Cause
from ...causes import forbidden_value, invalid_value, not_supported, required
from ...forms import complaints, header_name, port_name, port_number
from ..reading import maybe_number, nonnegative, number, part, parts, text

_SCHEMES: Final = ("HTTP", "HTTPS")
_PROBES: Final = ("livenessProbe", "readinessProbe", "startupProbe")
_OF_PROBE: Final = ("exec", "httpGet", "tcpSocket", "grpc")
_OF_LIFECYCLE: Final = ("exec", "httpGet", "tcpSocket", "sleep")
_NUMBERS: Final = ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")


def lifecycle(container: FrozenMap, at: str, grace: int | None) -> Iterator[Cause]:
    """What is wrong with the hooks of a container."""
    hooks = part(container, "lifecycle")
    for name in ("postStart", "preStop"):
        hook = None if hooks is None else part(hooks, name)
        if hook is not None:
            yield from _handler(hook, f"{at}.lifecycle.{name}", _OF_LIFECYCLE, grace)


def probes(container: FrozenMap, at: str, grace: int | None) -> Iterator[Cause]:
    """What is wrong with the probes of a container."""
    for name in _PROBES:
        probe = part(container, name)
        if probe is None:
            continue
        field = f"{at}.{name}"
        yield from _probe(probe, field, grace)
        if name == "readinessProbe":
            if probe.get("terminationGracePeriodSeconds") is not None:
                yield invalid_value(f"{field}.terminationGracePeriodSeconds", "must not be set for readinessProbes")
        elif number(probe, "successThreshold") != 1:
            yield invalid_value(f"{field}.successThreshold", "must be 1")


def forbidden_probes(container: FrozenMap, at: str) -> Iterator[Cause]:
    """Containers that run before the others have neither hooks nor probes, unless they go on to run."""
    for name in ("lifecycle", *_PROBES):
        if container.get(name) is not None:
            yield forbidden_value(f"{at}.{name}", "may not be set for init containers without restartPolicy=Always")


def _probe(probe: FrozenMap, at: str, grace: int | None) -> Iterator[Cause]:
    yield from _handler(probe, at, _OF_PROBE, grace)
    for name in _NUMBERS:
        yield from nonnegative(f"{at}.{name}", number(probe, name))
    period = maybe_number(probe, "terminationGracePeriodSeconds")
    if period is not None and period <= 0:
        yield invalid_value(f"{at}.terminationGracePeriodSeconds", f"{period}: must be greater than 0")


def _handler(handler: FrozenMap, at: str, kinds: tuple[str, ...], grace: int | None) -> Iterator[Cause]:
    """Exactly one of its kinds; the first is looked at."""
    given = [(kind, part(handler, kind)) for kind in kinds]
    there = [(kind, action) for kind, action in given if action is not None]
    if not there:
        yield required(at, "must specify a handler type")
        return
    first, action = there[0]
    yield from _action(first, action, f"{at}.{first}", grace)
    for kind, _ in there[1:]:
        yield forbidden_value(f"{at}.{kind}", "may not specify more than 1 handler type")


def _action(kind: str, action: FrozenMap, at: str, grace: int | None) -> Iterator[Cause]:
    match kind:
        case "exec":
            if not action.get("command"):
                yield required(f"{at}.command")
        case "httpGet":
            yield from _http(action, at)
        case "tcpSocket":
            yield from port(action.get("port"), f"{at}.port")
        case "grpc":
            yield from port(number(action, "port"), f"{at}.port")
        case _:
            seconds = number(action, "seconds")
            if grace is not None and not 0 <= seconds <= grace:
                why = f"must be non-negative and less than terminationGracePeriodSeconds ({grace})"
                yield invalid_value(at, f"{seconds}: {why}")


def _http(action: FrozenMap, at: str) -> Iterator[Cause]:
    if not text(action, "path"):
        yield required(f"{at}.path")
    yield from port(action.get("port"), f"{at}.port")
    if text(action, "scheme") not in _SCHEMES:
        yield not_supported(f"{at}.scheme", text(action, "scheme"), _SCHEMES)
    for header in parts(action, "httpHeaders"):
        yield from complaints(f"{at}.httpHeaders", text(header, "name"), header_name)


def port(value: object, at: str) -> Iterator[Cause]:
    """What is wrong with a port that is given by its number or its name."""
    if isinstance(value, str):
        yield from complaints(at, value, port_name)
        return
    given = value if isinstance(value, int) and not isinstance(value, bool) else 0
    for why in port_number(given):
        yield invalid_value(at, f"{given}: {why}")
