"""What changes the number of replicas by itself.

Lives here: the strategies of these kinds, nothing else.  See :mod:`.kind` for what they mean.

Source: Kubernetes 1.36, ``pkg/registry/autoscaling``; scenario d-service-lease-others.
"""

from __future__ import annotations

from attrs import evolve

from .kind import Kind

KINDS: tuple[Kind, ...] = (
    Kind(
        group="autoscaling",
        version="v2",
        name="HorizontalPodAutoscaler",
        plural="horizontalpodautoscalers",
        has_status=True,
    ),
)

SCALER_VIEW = evolve(KINDS[-1], version="v1")
"""Autoscalers, as they are seen through the version that knows one metric."""
