"""What containers see of the volumes.

Lives here: the rules for ``volumeMounts`` and ``volumeDevices``.  Must not know: what volumes are made of, but for
their kinds.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ...answer import Cause
from ...causes import forbidden_value, invalid_value, not_found, not_supported, required
from ..reading import part, parts, text
from .paths import descending

_PROPAGATIONS: Final = ("Bidirectional", "HostToContainer", "None")
_RECURSIVE: Final = ("Disabled", "Enabled", "IfPossible")


def mounts(container: FrozenMap, volumes: Mapping[str, FrozenMap], at: str) -> Iterator[Cause]:
    """What is wrong with the places where volumes are mounted."""
    devices = {text(each, "name"): text(each, "devicePath") for each in parts(container, "volumeDevices")}
    seen: set[str] = set()
    for index, mount in enumerate(parts(container, "volumeMounts")):
        field, name, path = f"{at}[{index}]", text(mount, "name"), text(mount, "mountPath")
        if not name:
            yield required(f"{field}.name")
        if name not in volumes:
            yield not_found(f"{field}.name", name)
        if not path:
            yield required(f"{field}.mountPath")
        if path in seen:
            yield invalid_value(f"{field}.mountPath", f'"{path}": must be unique')
        seen.add(path)
        if name in devices:
            yield invalid_value(f"{field}.name", f'"{name}": must not already exist in volumeDevices')
        if path in devices.values():
            yield invalid_value(f"{field}.mountPath", f'"{path}": must not already exist as a path in volumeDevices')
        yield from _sub_path(mount, at, field)
        yield from _options(mount, container, at)


def _sub_path(mount: FrozenMap, at: str, field: str) -> Iterator[Cause]:
    """Of a path within the volume: complained about without the index of its mount, as upstream."""
    plain, expression = text(mount, "subPath"), text(mount, "subPathExpr")
    if plain:
        yield from descending(plain, f"{at}.subPath")
    if expression:
        if plain:
            yield invalid_value(f"{field}.subPathExpr", "subPathExpr and subPath are mutually exclusive")
        yield from descending(expression, f"{at}.subPathExpr")


def _options(mount: FrozenMap, container: FrozenMap, at: str) -> Iterator[Cause]:
    propagation = mount.get("mountPropagation")
    if propagation is not None:
        if propagation not in _PROPAGATIONS:
            yield not_supported(f"{at}.mountPropagation", propagation, _PROPAGATIONS)
        is_privileged = as_map(container.get("securityContext")).get("privileged") is True
        if propagation == "Bidirectional" and not is_privileged:
            why = "Bidirectional mount propagation is available only to privileged containers"
            yield forbidden_value(f"{at}.mountPropagation", why)
    recursive = mount.get("recursiveReadOnly")
    if recursive is None or recursive == "Disabled":
        return
    if recursive not in _RECURSIVE:
        yield not_supported(f"{at}.recursiveReadOnly", recursive, _RECURSIVE)
        return
    if mount.get("readOnly") is not True:
        yield forbidden_value(f"{at}.recursiveReadOnly", "may only be specified when readOnly is true")
    if propagation not in (None, "None"):
        why = "may only be specified when mountPropagation is None or not specified"
        yield forbidden_value(f"{at}.recursiveReadOnly", why)


def devices(container: FrozenMap, volumes: Mapping[str, FrozenMap], at: str) -> Iterator[Cause]:
    """What is wrong with the volumes that a container sees as raw devices: only claims can be."""
    mounted = {text(each, "name"): text(each, "mountPath") for each in parts(container, "volumeMounts")}
    names: set[str] = set()
    paths: set[str] = set()
    for index, device in enumerate(parts(container, "volumeDevices")):
        field, name, path = f"{at}[{index}]", text(device, "name"), text(device, "devicePath")
        if not name:
            yield required(f"{field}.name")
        if name in names:
            yield invalid_value(f"{field}.name", f'"{name}": must be unique')
        yield from _block_volume(name, volumes.get(name), f"{field}.name")
        if not path:
            yield required(f"{field}.devicePath")
        if path in paths:
            yield invalid_value(f"{field}.devicePath", f'"{path}": must be unique')
        if ".." in path.split("/"):
            yield invalid_value(f"{field}.devicePath", f"\"{path}\": can not contain backsteps ('..')")
        else:
            paths.add(path)
        if name in mounted:
            yield invalid_value(f"{field}.name", f'"{name}": must not already exist in volumeMounts')
        if path in mounted.values():
            yield invalid_value(f"{field}.devicePath", f'"{path}": must not already exist as a path in volumeMounts')
        if name:
            names.add(name)


def _block_volume(name: str, volume: FrozenMap | None, at: str) -> Iterator[Cause]:
    if volume is None:
        yield not_found(at, name)
    elif part(volume, "persistentVolumeClaim") is None and part(volume, "ephemeral") is None:
        yield invalid_value(at, f'"{name}": can only use PersistentVolumeClaim or Ephemeral for block mode')
