"""Pods: which specs are valid, and what of one may change.

Lives here: the strategy of pods.  Must not know: requests, storage.

Source: Kubernetes 1.36, ``pkg/apis/core/validation``; recordings H.2; scenario b-pod.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import FrozenMap
from ...objects import Object
from ..answer import Cause
from ..causes import forbidden_value, invalid_value, required
from .strategy import Strategy


def _pod(object_: Object) -> Iterator[Cause]:
    if not object_.field("spec.containers"):
        yield required("spec.containers")


def _pod_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """A pod's spec is fixed, but for images, a sooner deadline and further tolerations."""
    del subresource
    if _names(new, "spec.containers") != _names(existing, "spec.containers") and _count_differs(new, existing):
        yield forbidden_value("spec.containers", "pod updates may not add or remove containers")
        return
    deadline, before = new.spec.get("activeDeadlineSeconds"), existing.spec.get("activeDeadlineSeconds")
    if before is not None and (deadline is None or deadline > before):
        yield invalid_value("spec.activeDeadlineSeconds", "must be less than or equal to previous value")
        return
    tolerations = existing.spec.get("tolerations", ())
    if any(toleration not in new.spec.get("tolerations", ()) for toleration in tolerations):
        yield forbidden_value(
            "spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"
        )
    if _fixed_part(new) != _fixed_part(existing):
        yield forbidden_value("spec", "pod updates may not change fields other than images, deadline and tolerations")


def _names(pod: Object, path: str) -> tuple[object, ...]:
    return tuple(container.get("name") for container in pod.field(path, ()))


def _count_differs(new: Object, existing: Object) -> bool:
    return len(new.field("spec.containers", ())) != len(existing.field("spec.containers", ()))


def _fixed_part(pod: Object) -> FrozenMap:
    spec = pod.spec.without("activeDeadlineSeconds", "tolerations", "schedulingGates")
    for part in ("containers", "initContainers"):
        if part in spec:
            spec = spec.set(part, tuple(container.without("image") for container in spec[part]))
    return spec


STRATEGIES: Final[Mapping[str, Strategy]] = {"pods": Strategy(validate=_pod, validate_change=_pod_change)}
