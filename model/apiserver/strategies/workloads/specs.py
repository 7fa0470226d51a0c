"""Which specifications of workloads are valid.

Lives here: the rules of each kind; those for templates are :mod:`..pod_templates`'.  Must not know: status, changes.

Source: Kubernetes 1.36, ``pkg/apis/apps/validation/validation.go``, ``pkg/apis/core/validation/validation.go``;
scenarios c-replicaset-deployment, d-service-lease-others, i-validation.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ...answer import Cause
from ...causes import invalid_value, not_supported, required
from ...forms import labels
from ...label_selectors import is_empty, label_selector
from ..metadata import annotation_causes
from ..pod_templates import (
    annotations_of_pods,
    labels_of,
    runs_for_ever,
    selection,
    selects_own,
    template_causes,
)
from ..reading import maybe_number, nonnegative, number, part, text
from .rolling import daemon_set_strategy, deployment_strategy, stateful_set_strategy

_TEMPLATE: Final = "spec.template"
_POLICIES: Final = ("OrderedReady", "Parallel")
_RETENTIONS: Final = ("Retain", "Delete")


def _nonnegative(values: FrozenMap, *names: str) -> Iterator[Cause]:
    for name in names:
        yield from nonnegative(f"spec.{name}", maybe_number(values, name))


def _own_template(spec: FrozenMap) -> Iterator[Cause]:
    template = as_map(spec.get("template"))
    yield from template_causes(template, _TEMPLATE)
    yield from runs_for_ever(template, _TEMPLATE)


def replica_set(object_: Object) -> Iterator[Cause]:
    """What is wrong with a replica set."""
    spec = object_.spec
    yield from _nonnegative(spec, "replicas", "minReadySeconds")
    yield from selection(spec)
    yield from _own_template(spec)


def deployment(object_: Object) -> Iterator[Cause]:
    """What is wrong with a deployment."""
    spec = object_.spec
    yield from _nonnegative(spec, "replicas")
    yield from selection(spec)
    yield from _own_template(spec)
    yield from deployment_strategy(as_map(spec.get("strategy")), "spec.strategy")
    yield from _nonnegative(spec, "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds")
    deadline = maybe_number(spec, "progressDeadlineSeconds")
    if deadline is not None and deadline <= number(spec, "minReadySeconds"):
        yield invalid_value("spec.progressDeadlineSeconds", f"{deadline}: must be greater than minReadySeconds")


def stateful_set(object_: Object) -> Iterator[Cause]:
    """What is wrong with a stateful set.  Of its template little is looked at: claims become volumes later."""
    spec = object_.spec
    policy = text(spec, "podManagementPolicy")
    if not policy:
        yield required("spec.podManagementPolicy")
    elif policy not in _POLICIES:
        yield invalid_value("spec.podManagementPolicy", f"\"{policy}\": must be 'OrderedReady' or 'Parallel'")
    yield from stateful_set_strategy(as_map(spec.get("updateStrategy")), "spec.updateStrategy")
    retention = part(spec, "persistentVolumeClaimRetentionPolicy")
    for name in ("whenDeleted", "whenScaled") if retention is not None else ():
        value = text(as_map(retention), name)
        if value not in _RETENTIONS:
            yield not_supported(f"spec.persistentVolumeClaimRetentionPolicy.{name}", value, _RETENTIONS)
    yield from _nonnegative(spec, "replicas", "minReadySeconds")
    yield from nonnegative("spec.ordinals.start", number(as_map(spec.get("ordinals")), "start"))
    yield from selection(spec)
    template = as_map(spec.get("template"))
    metadata, pods = as_map(template.get("metadata")), as_map(template.get("spec"))
    yield from labels(f"{_TEMPLATE}.labels", metadata.get("labels"))
    yield from annotation_causes(f"{_TEMPLATE}.annotations", metadata.get("annotations"))
    yield from annotations_of_pods(as_map(metadata.get("annotations")), pods, f"{_TEMPLATE}.annotations")
    yield from runs_for_ever(template, _TEMPLATE)


def daemon_set(object_: Object) -> Iterator[Cause]:
    """What is wrong with a daemon set.  A selector that is missing is not complained about itself."""
    spec = object_.spec
    selector = part(spec, "selector")
    if selector is not None:
        yield from label_selector(selector, "spec.selector")
    yield from selects_own(spec)
    if selector is not None and is_empty(selector):
        yield invalid_value("spec.selector", "empty selector is invalid for daemonset")
    yield from _own_template(spec)
    yield from _nonnegative(spec, "minReadySeconds")
    yield from daemon_set_strategy(as_map(spec.get("updateStrategy")), "spec.updateStrategy")
    yield from _nonnegative(spec, "revisionHistoryLimit")


def replication_controller(object_: Object) -> Iterator[Cause]:
    """What is wrong with a replication controller.  Its selector is but labels, and its template may be missing."""
    spec = object_.spec
    selector, template = as_map(spec.get("selector")), part(spec, "template")
    yield from _nonnegative(spec, "minReadySeconds")
    if not selector:
        yield required("spec.selector")
    if maybe_number(spec, "replicas") is None:
        yield required("spec.replicas")
    yield from _nonnegative(spec, "replicas")
    if template is None:
        yield required(_TEMPLATE)
        return
    own = labels_of(template)
    if any(own.get(key) != value for key, value in selector.items()):
        yield invalid_value(f"{_TEMPLATE}.metadata.labels", "`selector` does not match template `labels`")
    yield from _own_template(spec)


def controller_revision(object_: Object) -> Iterator[Cause]:
    """What is wrong with a kept revision of a workload: whatever it is, it holds something."""
    if object_.root.get("data") is None:
        yield required("data", "data is mandatory")
    yield from nonnegative("revision", maybe_number(object_.root, "revision"))


def pod_template(object_: Object) -> Iterator[Cause]:
    """What is wrong with a pod template."""
    yield from template_causes(as_map(object_.root.get("template")), "template")
