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
from ..profiles import EARLIER
from ..scenario import Scenario

MOST_REPLICAS = 2
PASSIVE = frozenset({"Namespace", "ServiceAccount", "ConfigMap", "Secret", "Pod"})
"""Kinds that need no controller of their own to mean something here: they are only stored."""

_NOT_MODELLED = {
    "": "Endpoints Event LimitRange Node PersistentVolume PersistentVolumeClaim PodTemplate ReplicationController "
    "ResourceQuota",
    "admissionregistration.k8s.io": "MutatingWebhookConfiguration ValidatingAdmissionPolicy "
    "ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration",
    "apiextensions.k8s.io": "CustomResourceDefinition",
    "apiregistration.k8s.io": "APIService",
    "apps": "ControllerRevision DaemonSet StatefulSet",
    "autoscaling": "HorizontalPodAutoscaler",
    "batch": "CronJob Job",
    "certificates.k8s.io": "CertificateSigningRequest",
    "discovery.k8s.io": "EndpointSlice",
    "flowcontrol.apiserver.k8s.io": "FlowSchema PriorityLevelConfiguration",
    "networking.k8s.io": "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR",
    "node.k8s.io": "RuntimeClass",
    "policy": "PodDisruptionBudget",
    "rbac.authorization.k8s.io": "ClusterRole ClusterRoleBinding Role RoleBinding",
    "scheduling.k8s.io": "PriorityClass",
    "storage.k8s.io": "CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass",
}
NOT_MODELLED = frozenset((group, kind) for group, names in _NOT_MODELLED.items() for kind in names.split())
"""Kinds that Kubernetes serves and this model does not, as group and kind; other unknown kinds are mistakes.

Source: Kubernetes 1.36, ``kubectl api-resources``.
"""


def manifest(objects: Sequence[Mapping[str, Any]], servers: int = 2) -> Scenario:
    """The objects of a manifest in a cluster with two API servers; one crash, one lost answer and stale caches.

    Kinds of Kubernetes that the model has not got are left out.  The scenario's notes name them, and whatever else is
    not run as it stands.

    Raises:
        BadInput: there is no object that the model has, or one cannot be one.
    """
    if not objects:
        raise BadInput(
            "the manifest holds no object", remedy="a document has at least apiVersion, kind and metadata.name"
        )
    notes: list[str] = []
    made = [found for each in objects if (found := _object(each, notes)) is not None]
    if not made:
        raise BadInput("this model runs nothing of the manifest", remedy=f"{notes[0]}; try one with a ReplicaSet")
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
        Cluster(objects=scaled, reconcilers=controllers, apiservers=servers, profile=EARLIER),
        summary="the objects of a manifest, run by the model's control plane",
        faults={"stale-cache": 2, "crash": 1, "lost-answer": 1},
        notes=tuple(notes),
    )


def _object(value: Mapping[str, Any], notes: list[str]) -> Object | None:
    """The object, ``None`` if it is of a kind of Kubernetes that the model has not got; says so."""
    made = Object.of(value)
    if not made.api_version or not made.kind or not (made.name or made.generate_name):
        raise BadInput(
            "this is no Kubernetes object", remedy="an object has apiVersion, kind and metadata.name (or generateName)"
        )
    if (made.api_version.rpartition("/")[0], made.kind) in NOT_MODELLED:
        notes.append(f"not run: {_called(made)} (this model has no {made.kind} yet; it is left out)")
        return None
    kind = kinds.of_object(made.api_version, made.kind)
    return made.with_metadata(namespace=made.namespace or "default") if kind.namespaced else made


def _scaled(object_: Object, notes: list[str]) -> Object:
    """The object with no more replicas to be run than can be explored; says so."""
    replicas = object_.spec.get("replicas")
    if object_.kind != "ReplicaSet" or not isinstance(replicas, int) or replicas <= MOST_REPLICAS:
        return object_
    notes.append(
        f"scaled down: {_called(object_)} from {replicas} to {MOST_REPLICAS} replicas, to be explored completely"
    )
    return object_.with_field("spec.replicas", MOST_REPLICAS)


def _called(object_: Object) -> str:
    return (
        f"{object_.kind} {object_.namespace}/{object_.name}" if object_.namespace else f"{object_.kind} {object_.name}"
    )
