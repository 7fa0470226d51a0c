"""``scale``: how many replicas a workload has, apart from the rest of it.

Lives here: the ``Scale`` that stands for an object, and the object that a ``Scale`` asks for.  Must not know: requests,
storage.

A ``Scale`` is stored nowhere: its name, uid and resourceVersion are the workload's, so a write of either makes the
other's stale.

Source: Kubernetes 1.36, ``pkg/registry/apps/{deployment,replicaset,statefulset}/storage``,
``pkg/registry/core/replicationcontroller/storage``, ``apiextensions-apiserver/pkg/registry/customresource/etcd.go``;
recordings F.5; scenario c-replicaset-deployment.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...frozen_json import FrozenMap, Json, as_items, as_map
from ...kinds import Kind
from ...objects import Object
from ..answer import Answer, Cause, Details, conflict, invalid
from ..causes import invalid_value

SCALE: Final = Kind(group="autoscaling", version="v1", name="Scale", plural="scales")
"""What is sent to and shown by the subresource."""

_REPLICAS: Final = "spec.replicas"
_PATHS: Final = (_REPLICAS, "status.replicas", "")
"""Where a built-in workload has the replicas wanted and those observed."""

_SHOWN_METADATA: Final = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp")


def scale_of(kind: Kind, object_: Object) -> Object:
    """The ``Scale`` that stands for an object.  No replicas are left out of its spec, but not of its status."""
    metadata = {name: object_.metadata[name] for name in _SHOWN_METADATA if name in object_.metadata}
    wanted, present, _ = _paths(kind)
    replicas, observed = _number(object_.field(wanted)), _number(object_.field(present))
    selector = _selector_text(kind, object_)
    root: dict[str, Json] = {
        "apiVersion": SCALE.api_version,
        "kind": SCALE.name,
        "metadata": FrozenMap(metadata),
        "spec": FrozenMap({"replicas": replicas} if replicas else {}),
        "status": FrozenMap({"replicas": observed, **({"selector": selector} if selector else {})}),
    }
    return Object(FrozenMap(root))


def scaled(kind: Kind, existing: Object, scale: Object) -> Object | Answer:
    """The object that a ``Scale`` asks for: with other replicas, on condition of the ``Scale``'s resourceVersion.

    A negative number is refused as a fault of the ``Scale`` (422), another uid than the object's with 409.  Without a
    version it is unconditional, also where the kind demands one of every update.
    """
    replicas = _number(scale.field(_REPLICAS))
    if replicas < 0:
        cause = invalid_value(_REPLICAS, f"{replicas}: must be greater than or equal to 0")
        return invalid(SCALE, existing.name, (cause,))
    if scale.uid not in ("", existing.uid):
        why = f"Precondition failed: UID in precondition: {scale.uid}, UID in object meta: {existing.uid}"
        return conflict(evolve(kind, plural=f"{kind.plural}/scale"), existing.name, why)
    path = _paths(kind)[0]
    version = scale.resource_version or (existing.resource_version if kind.custom else "")
    wanted = existing.with_field(path, replicas).without_metadata("resourceVersion")
    return wanted.with_metadata(resourceVersion=version) if version else wanted


def missing_replicas(kind: Kind, object_: Object) -> Answer | None:
    """A custom resource need not say how many replicas it wants; then it has no ``Scale`` to show (500)."""
    path = _paths(kind)[0]
    if not kind.custom or object_.field(path) is not None:
        return None
    why = f'the spec replicas field ".{path}" does not exist'
    return Answer(500, "InternalError", f"Internal error occurred: {why}", (Cause("", "", why),), Details())


def workload_patch(kind: Kind, patch: Json) -> Json:
    """An apply configuration of a ``Scale`` as one of the workload: the same manager wants the same field."""
    if not isinstance(patch, FrozenMap):
        return patch
    root = patch.without("status").set("apiVersion", kind.api_version).set("kind", kind.name)
    spec = as_map(patch.get("spec"))
    if "replicas" not in spec:
        return root.without("spec")
    return Object(root.without("spec")).with_field(_paths(kind)[0], spec["replicas"]).root


def replicas_path(kind: Kind) -> str:
    """Where an object of a kind says how many replicas it wants."""
    return _paths(kind)[0]


def _paths(kind: Kind) -> tuple[str, str, str]:
    """Where an object has the replicas wanted, the replicas there are, and its selector as a text (if anywhere)."""
    return kind.scale or _PATHS


def _number(value: object) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _selector_text(kind: Kind, object_: Object) -> str:
    """The selector as clients write it in a URL; requirements in the order of their keys."""
    if kind.custom:
        path = _paths(kind)[2]
        return str(object_.field(path, "")) if path else ""
    selector = as_map(object_.spec.get("selector"))
    if kind.resource == "replicationcontrollers":
        selector = FrozenMap({"matchLabels": selector})
    parts = [(key, f"{key}={value}") for key, value in as_map(selector.get("matchLabels")).items()]
    parts += [_expression_text(as_map(item)) for item in as_items(selector.get("matchExpressions"))]
    return ",".join(text for _, text in sorted(parts))


def _expression_text(expression: FrozenMap) -> tuple[str, str]:
    key = str(expression.get("key", ""))
    values = ",".join(sorted(str(value) for value in as_items(expression.get("values"))))
    match expression.get("operator"):
        case "In":
            return key, f"{key} in ({values})"
        case "NotIn":
            return key, f"{key} notin ({values})"
        case "DoesNotExist":
            return key, f"!{key}"
        case _:
            return key, key
