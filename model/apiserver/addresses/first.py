"""The first service of every cluster, and the range that its address is in.

Lives here: :func:`objects`, as they are to be created.  Must not know: what else a fresh cluster has (``bootstrap``
does).

A real server makes both when it starts, and endpoints for the service where it is reached, which nobody asks for here.

Source: Kubernetes 1.36, ``pkg/controlplane/controller/kubernetesservice``,
``pkg/controlplane/controller/defaultservicecidr``.
"""

from __future__ import annotations

from functools import cache

from ...objects import Object
from .pool import ADDRESSES


@cache
def objects() -> tuple[Object, ...]:
    """The service through which the server itself is reached, and the range of addresses."""
    metadata = {
        "name": "kubernetes",
        "namespace": "default",
        "labels": {"component": "apiserver", "provider": "kubernetes"},
    }
    spec = {
        "type": "ClusterIP",
        "clusterIP": str(next(ADDRESSES.hosts())),
        "ports": [{"name": "https", "port": 443, "targetPort": 6443}],
    }
    cidrs = {"cidrs": [str(ADDRESSES)]}
    range_ = {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR", "metadata": {"name": "kubernetes"}}
    return (
        Object.of({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec}),
        Object.of({**range_, "spec": cidrs}),
    )
