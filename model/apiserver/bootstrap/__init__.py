"""What is there before the first request: the objects that every fresh cluster has.

Lives here: :func:`objects`.  The table of roles, bindings and priority classes is data (``data/v1_36.py``).  Must not
know: how they are stored.

A real server makes them itself when it starts, and makes those of them again that somebody deleted (when it starts the
next time; here nobody restarts).  The cluster roles ``admin``, ``edit`` and ``view`` are empty until a controller
gathers others into them.

>>> sorted({each.kind for each in objects()})
['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'PriorityClass', 'Role', 'RoleBinding', 'Service', 'ServiceCIDR']

Source: Kubernetes 1.36, ``plugin/pkg/auth/authorizer/rbac/bootstrappolicy``, ``pkg/controlplane``,
``pkg/registry/scheduling/rest``.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any, Final

from ...objects import Object
from ..addresses import first
from .data.v1_36 import TABLE

__all__ = ["NAMESPACES", "objects"]

NAMESPACES: Final = ("default", "kube-node-lease", "kube-public", "kube-system")
"""The namespaces of every cluster."""

_LABEL: Final = {"kubernetes.io/bootstrapping": "rbac-defaults"}
_ANNOTATION: Final = {"rbac.authorization.kubernetes.io/autoupdate": "true"}
_RBAC: Final = "rbac.authorization.k8s.io/"


@cache
def objects() -> tuple[Object, ...]:
    """The objects, as they are to be created, in an order in which they can be: namespaces first."""
    namespaces = (
        Object.of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}) for name in NAMESPACES
    )
    return (*namespaces, *first.objects(), *map(_object, TABLE.strip().splitlines()))


def _object(line: str) -> Object:
    fields: dict[str, Any] = json.loads(line)
    if fields["apiVersion"].startswith(_RBAC):
        metadata = fields["metadata"]
        metadata["labels"] = {**_LABEL, **metadata.get("labels", {})}
        metadata["annotations"] = dict(_ANNOTATION)
    return Object.of(fields)
