"""How requests wait for each other when a server is busy, as objects.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.  A server here is never
busy: the objects can be written, and nobody reads them.

Source: Kubernetes 1.36, ``pkg/registry/flowcontrol``.
"""

from __future__ import annotations

from .kind import FIXED_BY_STATUS, Generation, Kind


def _kind(name: str, plural: str) -> Kind:
    return Kind(
        group="flowcontrol.apiserver.k8s.io",
        version="v1",
        name=name,
        plural=plural,
        namespaced=False,
        generation=Generation.SPEC,
        has_status=True,
        kept_by_status=FIXED_BY_STATUS,
        allow_unconditional_update=False,
    )


KINDS: tuple[Kind, ...] = (
    _kind("FlowSchema", "flowschemas"),
    _kind("PriorityLevelConfiguration", "prioritylevelconfigurations"),
)
