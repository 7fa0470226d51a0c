"""Classes by which pods are put in order and run.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/scheduling``, ``pkg/registry/node``; scenario d-service-lease-others.
"""

from __future__ import annotations

from .kind import Generation, Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="scheduling.k8s.io",
        version="v1",
        name="PriorityClass",
        plural="priorityclasses",
        namespaced=False,
        generation=Generation.ONCE,
    ),
    Kind(
        group="node.k8s.io",
        version="v1",
        name="RuntimeClass",
        plural="runtimeclasses",
        namespaced=False,
        allow_unconditional_update=False,
        create_on_update=True,
        immutable=("handler",),
    ),
)
