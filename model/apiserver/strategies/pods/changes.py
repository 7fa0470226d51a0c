"""What of a pod may change.

Lives here: the rules for writes through the pod itself and through its subresources ``ephemeralcontainers`` and
``resize``.  Must not know: status.

A pod's specification is fixed, but for images, a sooner deadline, further tolerations and fewer gates; while it has
gates, also for further conditions on its node.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``, ``ValidatePodUpdate``,
``ValidatePodEphemeralContainersUpdate``; recordings H.2; scenario b-pod.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import forbidden_value, invalid_value, required
from ..pod_templates import annotations_of_pods
from ..pod_templates.scheduling import tolerations
from ..pod_templates.spec import MIRROR
from ..reading import maybe_number, part, parts, text
from .resizing import resize_causes

_LARGEST: Final = 2**31 - 1
_APP_ARMOR: Final = "container.apparmor.security.beta.kubernetes.io/"
_UPDATABLE: Final = (
    "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
    "additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was "
    "previously negative)"
)


def change_causes(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """What is wrong with a pod that is to replace another, beyond what is wrong with it anyway."""
    match subresource:
        case "ephemeralcontainers":
            yield from annotation_changes(new, existing)
            yield from _ephemeral_containers(new, existing)
        case "resize":
            yield from resize_causes(new, existing)
        case "":
            yield from annotation_changes(new, existing)
            yield from _specification(new.spec, existing.spec)
        case _:
            return


def annotation_changes(new: Object, existing: Object) -> Iterator[Cause]:
    """Annotations that mean something to nodes stay as they were."""
    after, before = new.annotations, existing.annotations
    for key in (*before, *(key for key in after if key not in before)):
        if after.get(key) != before.get(key) and (key.startswith(_APP_ARMOR) or key == MIRROR):
            yield forbidden_value(f"metadata.annotations[{key}]", "may not be added, removed or updated")
    yield from annotations_of_pods(after, new.spec, "metadata.annotations")


def _ephemeral_containers(new: Object, existing: Object) -> Iterator[Cause]:
    """Those that are there stay as they are."""
    if MIRROR in existing.annotations:
        yield forbidden_value("", "static pods do not support ephemeral containers")
    field = "spec.ephemeralContainers"
    wanted = {text(container, "name"): container for container in parts(new.spec, "ephemeralContainers")}
    for container in parts(existing.spec, "ephemeralContainers"):
        name = text(container, "name")
        if name not in wanted:
            yield forbidden_value(field, f'existing ephemeral containers "{name}" may not be removed')
        elif wanted[name] != container:
            yield forbidden_value(field, f'existing ephemeral containers "{name}" may not be changed')


def _specification(new: FrozenMap, old: FrozenMap) -> Iterator[Cause]:
    for name in ("containers", "initContainers"):
        if len(parts(new, name)) != len(parts(old, name)):
            yield forbidden_value(f"spec.{name}", "pod updates may not add or remove containers")
            return
        yield from _images(new, name)
    deadlines = tuple(_deadline(new, old))
    yield from deadlines
    if deadlines and maybe_number(new, "activeDeadlineSeconds") is not None:
        return
    yield from _tolerations(new, old)
    yield from _gates(new, old)
    if new == old:
        return
    fixed = _with_images(new, old)
    for name in ("activeDeadlineSeconds", "schedulingGates", "tolerations"):
        fixed = _as_in(old, fixed, name)
    period = maybe_number(old, "terminationGracePeriodSeconds")
    if period is not None and period < 0 and maybe_number(fixed, "terminationGracePeriodSeconds") == 1:
        fixed = _as_in(old, fixed, "terminationGracePeriodSeconds")
    if old.get("schedulingGates"):
        yield from _conditions_on_node(fixed, old)
        fixed = _with_conditions_on_node(fixed, old)
    if fixed != old:
        yield forbidden_value("spec", f"pod updates may not change fields other than {_UPDATABLE}")


def _images(new: FrozenMap, name: str) -> Iterator[Cause]:
    for index, container in enumerate(parts(new, name)):
        image = text(container, "image")
        if not image:
            yield required(f"spec.{name}[{index}].image")
        if image != image.strip():
            why = f'"{image}": must not have leading or trailing whitespace'
            yield invalid_value(f"spec.{name}[{index}].image", why)


def _deadline(new: FrozenMap, old: FrozenMap) -> Iterator[Cause]:
    field, name = "spec.activeDeadlineSeconds", "activeDeadlineSeconds"
    after, before = maybe_number(new, name), maybe_number(old, name)
    if after is None:
        if before is not None:
            yield invalid_value(field, "null: must not update from a positive integer to nil value")
    elif not 0 <= after <= _LARGEST:
        yield invalid_value(field, f"{after}: must be between 0 and {_LARGEST}, inclusive")
    elif before is not None and before < after:
        yield invalid_value(field, f"{after}: must be less than or equal to previous value")


def _tolerations(new: FrozenMap, old: FrozenMap) -> Iterator[Cause]:
    """Further ones may be added, and the seconds of those that are there may change."""
    after = {toleration.without("tolerationSeconds") for toleration in parts(new, "tolerations")}
    if any(toleration.without("tolerationSeconds") not in after for toleration in parts(old, "tolerations")):
        why = "existing toleration can not be modified except its tolerationSeconds"
        yield forbidden_value("spec.tolerations", why)
    else:
        yield from tolerations(new, "spec.tolerations")


def _gates(new: FrozenMap, old: FrozenMap) -> Iterator[Cause]:
    before = {text(gate, "name") for gate in parts(old, "schedulingGates")}
    for index, gate in enumerate(parts(new, "schedulingGates")):
        if text(gate, "name") not in before:
            why = f"only deletion is allowed, but found new scheduling gate '{text(gate, 'name')}'"
            yield forbidden_value(f"spec.schedulingGates[{index}].name", why)


def _as_in(old: FrozenMap, new: FrozenMap, name: str) -> FrozenMap:
    return new.set(name, old[name]) if name in old else new.without(name)


def _with_images(new: FrozenMap, old: FrozenMap) -> FrozenMap:
    for name in ("containers", "initContainers"):
        if name in new:
            pairs = zip(parts(new, name), parts(old, name), strict=True)
            new = new.set(name, tuple([_as_in(before, after, "image") for after, before in pairs]))
    return new


def _node_affinity(spec: FrozenMap) -> FrozenMap | None:
    return part(as_map(spec.get("affinity")), "nodeAffinity")


def _conditions_on_node(new: FrozenMap, old: FrozenMap) -> Iterator[Cause]:
    """While a pod waits, conditions may be added to those that its node must meet."""
    wanted = as_map(new.get("nodeSelector"))
    if any(wanted.get(key) != value for key, value in as_map(old.get("nodeSelector")).items()):
        yield invalid_value("spec.nodeSelector", "only additions to spec.nodeSelector are allowed")
    before, after = _node_affinity(old), _node_affinity(new)
    if before is None or before == after:
        return
    field = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms"
    terms, wanted_terms = _node_terms(before), _node_terms(as_map(after))
    if terms and len(terms) != len(wanted_terms):
        yield invalid_value(field, "no additions/deletions to non-empty NodeSelectorTerms list are allowed")
        return
    for index, (old_term, new_term) in enumerate(zip(terms, wanted_terms, strict=False)):
        if not _only_adds(new_term, old_term):
            yield invalid_value(f"{field}[{index}]", "only additions are allowed (no mutations or deletions)")


def _node_terms(affinity: FrozenMap) -> tuple[FrozenMap, ...]:
    return parts(as_map(affinity.get("requiredDuringSchedulingIgnoredDuringExecution")), "nodeSelectorTerms")


def _only_adds(new: FrozenMap, old: FrozenMap) -> bool:
    """A term without conditions selects no node: conditions would be more than an addition."""
    lists = ("matchExpressions", "matchFields")
    if not any(parts(old, name) for name in lists) and any(parts(new, name) for name in lists):
        return False
    return all(parts(new, name)[: len(parts(old, name))] == parts(old, name) for name in lists)


def _with_conditions_on_node(new: FrozenMap, old: FrozenMap) -> FrozenMap:
    new = _as_in(old, new, "nodeSelector")
    before = _node_affinity(old)
    if before == _node_affinity(new):
        return new
    others = as_map(new.get("affinity")).without("nodeAffinity")
    if before is not None:
        return new.set("affinity", others.set("nodeAffinity", before))
    return new.without("affinity") if "affinity" not in old and not others else new.set("affinity", others)
