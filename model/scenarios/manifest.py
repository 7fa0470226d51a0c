"""What a Kubernetes manifest becomes: its objects, and the model's control plane that runs them.

Lives here: the choice of controllers, what is scaled down so that it can be explored, and what cannot be run.
Must not know: files or YAML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .. import kinds
from ..cluster import Cluster
from ..controllers import replicaset
from ..errors import BadInput
from ..objects import Object
from ..scenario import Scenario

MOST_REPLICAS = 2
PASSIVE = frozenset({"Namespace", "ServiceAccount", "ConfigMap", "Secret", "Pod"})
"""Kinds that need no controller of their own to mean something here: they are only stored."""


def manifest(objects: Sequence[Mapping[str, Any]], servers: int = 2) -> Scenario:
    """The objects of a manifest in a cluster with two API servers; one crash, one lost answer and stale caches.

    Raises:
        BadInput: there is no object, or one cannot be one.
    """
    if not objects:
        raise BadInput(
            "the manifest holds no object", remedy="a document has at least apiVersion, kind and metadata.name"
        )
    made = [_object(each) for each in objects]
    notes: list[str] = []
    scaled = [_scaled(each, notes) for each in made]
    controllers = [replicaset.controller()] if any(each.kind == "ReplicaSet" for each in made) else []
    runs = {"ReplicaSet"} if controllers else set[str]()
    notes += [
        f"not run: {_called(each)} (no controller for {each.kind} in this model yet; it is only stored)"
        for each in made
        if each.kind not in PASSIVE | runs
    ]
    return Scenario(
        "manifest",
        Cluster(objects=scaled, reconcilers=controllers, apiservers=servers, first_list="any"),
        summary="the objects of a manifest, run by the model's control plane",
        faults={"stale-cache": 2, "crash": 1, "lost-answer": 1},
        notes=tuple(notes),
    )


def _object(value: Mapping[str, Any]) -> Object:
    made = Object.of(value)
    if not made.api_version or not made.kind or not (made.name or made.generate_name):
        raise BadInput(
            "this is no Kubernetes object", remedy="an object has apiVersion, kind and metadata.name (or generateName)"
        )
    kind = kinds.of_object(made.api_version, made.kind)
    return made.with_metadata(namespace=made.namespace or "default") if kind.namespaced else made


def _scaled(object_: Object, notes: list[str]) -> Object:
    """The object with no more replicas than can be explored; says so."""
    replicas = object_.spec.get("replicas")
    if not isinstance(replicas, int) or replicas <= MOST_REPLICAS:
        return object_
    notes.append(
        f"scaled down: {_called(object_)} from {replicas} to {MOST_REPLICAS} replicas, to be explored completely"
    )
    return object_.with_field("spec.replicas", MOST_REPLICAS)


def _called(object_: Object) -> str:
    return (
        f"{object_.kind} {object_.namespace}/{object_.name}" if object_.namespace else f"{object_.kind} {object_.name}"
    )
