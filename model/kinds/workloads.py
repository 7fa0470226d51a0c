"""The kinds that keep pods of a template running, and what belongs to them.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/{apps,core}/*/strategy.go``; scenarios c-replicaset-deployment,
d-service-lease-others, s-generation.
"""

from __future__ import annotations

from attrs import evolve

from ..frozen_json import EMPTY, FrozenMap, freeze_map
from .kind import Generation, Kind, NameRule

_SELECTOR = ("spec.selector",)


def _workload(
    name: str,
    *,
    status: FrozenMap,
    immutable: tuple[str, ...] = _SELECTOR,
) -> Kind:
    """A kind of ``apps/v1`` that keeps pods of a template running."""
    return Kind(
        group="apps",
        version="v1",
        name=name,
        plural=f"{name.lower()}s",
        generation=Generation.SPEC,
        has_status=True,
        initial_status=status,
        immutable=immutable,
    )


KINDS: tuple[Kind, ...] = (
    _workload("ReplicaSet", status=freeze_map({"replicas": 0})),
    evolve(
        _workload("Deployment", status=EMPTY),
        generation=Generation.SPEC_OR_ANNOTATIONS,
        kept_by_status=("metadata.labels",),
    ),
    evolve(
        _workload("StatefulSet", status=freeze_map({"replicas": 0, "availableReplicas": 0}), immutable=()),
        name_rule=NameRule.LABEL,
    ),
    _workload(
        "DaemonSet",
        status=freeze_map(
            {"currentNumberScheduled": 0, "numberMisscheduled": 0, "desiredNumberScheduled": 0, "numberReady": 0}
        ),
    ),
    Kind(
        group="apps",
        version="v1",
        name="ControllerRevision",
        plural="controllerrevisions",
    ),
    Kind(
        group="",
        version="v1",
        name="ReplicationController",
        plural="replicationcontrollers",
        generation=Generation.SPEC,
        has_status=True,
        default_propagation="Orphan",
        initial_status=freeze_map({"replicas": 0}),
    ),
    Kind(
        group="",
        version="v1",
        name="PodTemplate",
        plural="podtemplates",
        generation=Generation.CONTENT,
        answers_delete_with_object=True,
    ),
)
