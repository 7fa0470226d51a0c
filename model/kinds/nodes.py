"""Nodes, and events.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/core/{node,event}``; scenario d-service-lease-others.
"""

from __future__ import annotations

from attrs import evolve

from .kind import Kind, NameRule

KINDS: tuple[Kind, ...] = (
    Kind(
        group="",
        version="v1",
        name="Node",
        plural="nodes",
        namespaced=False,
        has_status=True,
        created_with_status=True,
    ),
    Kind(
        group="",
        version="v1",
        name="Event",
        plural="events",
        name_rule=NameRule.PATH_SEGMENT,
        create_on_update=True,
    ),
)

EVENT_VIEW = evolve(KINDS[-1], group="events.k8s.io")
"""Events, as they are seen through the API that is theirs alone."""
