"""What a server fills in where workloads say nothing.

Lives here: the defaults of each kind; those of the template are :mod:`..pod_templates`'.  Must not know: what the
server owns.

Source: Kubernetes 1.36, ``pkg/apis/apps/v1/{defaults,conversion}.go``, ``pkg/apis/core/v1/defaults.go``; scenarios
c-replicaset-deployment, s-generation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ....objects import Object
from ..pod_templates import default_template, labels_of
from ..reading import part, parts, replaced, text, with_defaults, with_pointer_defaults

TEMPLATES: Final = "deprecated.daemonset.template.generation"
"""The annotation that counts the templates of a daemon set."""

_REPLICAS: Final = FrozenMap({"replicas": 1})
_OF_DEPLOYMENT: Final = FrozenMap({"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600})
_OF_STATEFUL_SET: Final = FrozenMap({"replicas": 1, "revisionHistoryLimit": 10})
_OF_DAEMON_SET: Final = FrozenMap({"revisionHistoryLimit": 10})
_ROLLING: Final = FrozenMap({"type": "RollingUpdate"})
_ROLLING_DEPLOYMENT: Final = FrozenMap({"maxUnavailable": "25%", "maxSurge": "25%"})
_ROLLING_DAEMON_SET: Final = FrozenMap({"maxUnavailable": 1, "maxSurge": 0})
_ROLLING_STATEFUL_SET: Final = FrozenMap({"partition": 0})
_IN_ORDER: Final = FrozenMap({"podManagementPolicy": "OrderedReady"})
_RETAINED: Final = FrozenMap({"whenDeleted": "Retain", "whenScaled": "Retain"})
_FILES: Final = FrozenMap({"volumeMode": "Filesystem"})
_PENDING: Final = FrozenMap({"phase": "Pending"})
_CLAIM: Final = FrozenMap({"apiVersion": "v1", "kind": "PersistentVolumeClaim"})


def _with_spec(object_: Object, spec: FrozenMap) -> Object:
    root = replaced(object_.root, "spec", spec)
    return object_ if root is object_.root else Object(root)


def _with_template(spec: FrozenMap) -> FrozenMap:
    return replaced(spec, "template", default_template(as_map(spec.get("template"))))


def replica_set(object_: Object) -> Object:
    """A replica set with its defaults."""
    return _with_spec(object_, _replica_set(object_.spec))


@lru_cache(maxsize=1024)
def _replica_set(spec: FrozenMap) -> FrozenMap:
    return with_pointer_defaults(_with_template(spec), _REPLICAS)


def deployment(object_: Object) -> Object:
    """A deployment with its defaults."""
    return _with_spec(object_, _deployment(object_.spec))


@lru_cache(maxsize=1024)
def _deployment(spec: FrozenMap) -> FrozenMap:
    spec = with_pointer_defaults(_with_template(spec), _OF_DEPLOYMENT)
    return replaced(spec, "strategy", _rolling(as_map(spec.get("strategy")), _ROLLING_DEPLOYMENT))


def _rolling(strategy: FrozenMap, defaults: FrozenMap) -> FrozenMap:
    """How pods are exchanged: in turns unless it is said otherwise."""
    strategy = with_defaults(strategy, _ROLLING)
    if text(strategy, "type") != "RollingUpdate":
        return strategy
    return replaced(strategy, "rollingUpdate", with_pointer_defaults(as_map(strategy.get("rollingUpdate")), defaults))


def daemon_set(object_: Object) -> Object:
    """A daemon set with its defaults.  An annotation always tells how many templates it has had."""
    if TEMPLATES not in object_.annotations:
        object_ = object_.with_metadata(annotations=object_.annotations.set(TEMPLATES, "0"))
    return _with_spec(object_, _daemon_set(object_.spec))


@lru_cache(maxsize=1024)
def _daemon_set(spec: FrozenMap) -> FrozenMap:
    spec = with_pointer_defaults(_with_template(spec), _OF_DAEMON_SET)
    return replaced(spec, "updateStrategy", _rolling(as_map(spec.get("updateStrategy")), _ROLLING_DAEMON_SET))


def stateful_set(object_: Object) -> Object:
    """A stateful set with its defaults."""
    return _with_spec(object_, _stateful_set(object_.spec))


@lru_cache(maxsize=1024)
def _stateful_set(spec: FrozenMap) -> FrozenMap:
    spec = with_defaults(with_pointer_defaults(_with_template(spec), _OF_STATEFUL_SET), _IN_ORDER)
    spec = replaced(spec, "updateStrategy", _in_order(as_map(spec.get("updateStrategy"))))
    kept = with_defaults(as_map(spec.get("persistentVolumeClaimRetentionPolicy")), _RETAINED)
    spec = replaced(spec, "persistentVolumeClaimRetentionPolicy", kept)
    if "volumeClaimTemplates" in spec:
        claims = tuple([_claim(claim) for claim in parts(spec, "volumeClaimTemplates")])
        if claims != spec["volumeClaimTemplates"]:
            spec = spec.set("volumeClaimTemplates", claims)
    return spec


def _in_order(strategy: FrozenMap) -> FrozenMap:
    """Who chooses to roll and says nothing more leaves the rest open; only who says nothing gets all."""
    rolling = part(strategy, "rollingUpdate")
    if not text(strategy, "type"):
        strategy = strategy.set("type", "RollingUpdate")
        rolling = as_map(rolling)
    if rolling is None or text(strategy, "type") != "RollingUpdate":
        return strategy
    return replaced(strategy, "rollingUpdate", with_pointer_defaults(rolling, _ROLLING_STATEFUL_SET))


def _claim(claim: FrozenMap) -> FrozenMap:
    claim = with_defaults(claim, _CLAIM)
    claim = replaced(claim, "spec", with_pointer_defaults(as_map(claim.get("spec")), _FILES))
    return replaced(claim, "status", with_defaults(as_map(claim.get("status")), _PENDING))


def replication_controller(object_: Object) -> Object:
    """A replication controller with its defaults: selector and labels are those of its pods."""
    spec = with_pointer_defaults(object_.spec, _REPLICAS)
    template = part(spec, "template")
    if template is None:
        return _with_spec(object_, spec)
    spec = _with_template(spec)
    labels = labels_of(template)
    if labels and not spec.get("selector"):
        spec = spec.set("selector", labels)
    if labels and not object_.labels:
        object_ = object_.with_metadata(labels=labels)
    return _with_spec(object_, spec)


def pod_template(object_: Object) -> Object:
    """A pod template with the defaults of what it holds."""
    root = replaced(object_.root, "template", default_template(as_map(object_.root.get("template"))))
    return object_ if root is object_.root else Object(root)
