"""What a running pod may ask for instead of what it asks for.

Lives here: the rules for writes through ``resize``.  Must not know: other changes.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``ValidatePodResize``; scenario b-pod.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import EMPTY, FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import forbidden_value, invalid_value
from ..pod_templates.containers import is_sidecar
from ..pod_templates.spec import MIRROR
from ..reading import part, parts, text
from .qos import qos_class

_RESIZED: Final = ("cpu", "memory")
_LISTS: Final = ("containers", "initContainers")


def resize_causes(new: Object, existing: Object) -> Iterator[Cause]:
    """What is wrong with other resources for a pod's containers."""
    if MIRROR in existing.annotations:
        yield forbidden_value("", "static pods cannot be resized")
    if text(as_map(existing.spec.get("os")), "name") == "windows":
        yield forbidden_value("", "windows pods cannot be resized")
    found = tuple(_resources(new, existing))
    yield from found
    after, before = new.spec, existing.spec
    if not found and any(len(parts(after, name)) != len(parts(before, name)) for name in _LISTS):
        yield forbidden_value("spec", "only cpu and memory resources are mutable")


def _resources(new: Object, existing: Object) -> Iterator[Cause]:
    before_class = text(existing.status, "qosClass") or qos_class(existing.spec)
    if before_class != qos_class(new.spec):
        yield invalid_value("spec", f'"{before_class}": Pod QOS Class may not change as a result of resizing')
    if not _is_supported(existing):
        yield forbidden_value("spec", "Pod running on node without support for resize")
    for name in reversed(_LISTS):
        pairs = zip(parts(existing.spec, name), parts(new.spec, name), strict=False)
        for index, (old, wanted) in enumerate(pairs):
            if name == "containers" or is_sidecar(old):
                yield from _removed(wanted, old, f"spec.{name}[{index}].resources")
    for name in _LISTS:
        for old, wanted in zip(parts(existing.spec, name), parts(new.spec, name), strict=False):
            yield from _other_changes(wanted, old, name)


def _is_supported(pod: Object) -> bool:
    """A node that resizes tells what its containers have."""
    running = (
        status
        for status in parts(pod.status, "containerStatuses")
        if part(as_map(status.get("state")), "running") is not None
    )
    first = next(running, None)
    return first is None or part(first, "resources") is not None


def _removed(wanted: FrozenMap, old: FrozenMap, at: str) -> Iterator[Cause]:
    """What was asked for or limited can change, not go."""
    for what in ("requests", "limits"):
        before = as_map(as_map(old.get("resources")).get(what))
        after = as_map(as_map(wanted.get("resources")).get(what))
        if any(name not in after for name in before):
            yield forbidden_value(f"{at}.{what}", f"resource {what} cannot be removed")


def _other_changes(wanted: FrozenMap, old: FrozenMap, name: str) -> Iterator[Cause]:
    if name == "initContainers" and not is_sidecar(wanted):
        if wanted != old:
            yield forbidden_value("spec", "resources for non-sidecar init containers are immutable")
        return
    if _without_resized(wanted, old) != old:
        which = "" if name == "containers" else " for sidecar containers"
        yield forbidden_value("spec", f"only cpu and memory resources{which} are mutable")


def _without_resized(wanted: FrozenMap, old: FrozenMap) -> FrozenMap:
    """The container with the processors and the memory that it had."""
    before = as_map(old.get("resources"))
    resources = before
    for what in ("limits", "requests"):
        if what not in before:
            continue
        amounts = as_map(as_map(wanted.get("resources")).get(what)).without(*_RESIZED)
        own = {name: amount for name, amount in as_map(before[what]).items() if name in _RESIZED}
        resources = resources.set(what, FrozenMap({**amounts, **own}))
    return wanted.set("resources", resources) if "resources" in old or resources != EMPTY else wanted
