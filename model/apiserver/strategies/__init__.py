"""The rules of single kinds that are more than a table: defaults, preparation, validity.

Lives here: the look-up of a kind's :class:`~.strategy.Strategy`; one file (or folder) a group of kinds.  What a table
can say is in :mod:`seatrial.model.kinds`.  Must not know: requests, storage, admission.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...kinds import VIEWS, Kind
from . import (
    admission_kinds,
    autoscaling,
    batch,
    coordination,
    core,
    endpoints,
    extensions,
    flowcontrol,
    networking,
    nodes,
    pods,
    policy,
    rbac,
    scheduling,
    services,
    volumes,
    workloads,
)
from .custom_resources import strategy_for
from .strategy import Strategy

__all__ = ["Strategy", "strategy_of"]

_STRATEGIES: Final[Mapping[str, Strategy]] = {
    **admission_kinds.STRATEGIES,
    **autoscaling.STRATEGIES,
    **batch.STRATEGIES,
    **coordination.STRATEGIES,
    **core.STRATEGIES,
    **endpoints.STRATEGIES,
    **extensions.STRATEGIES,
    **flowcontrol.STRATEGIES,
    **networking.STRATEGIES,
    **nodes.STRATEGIES,
    **pods.STRATEGIES,
    **policy.STRATEGIES,
    **rbac.STRATEGIES,
    **scheduling.STRATEGIES,
    **services.STRATEGIES,
    **volumes.STRATEGIES,
    **workloads.STRATEGIES,
}
_OF_VIEWS: Final = {"horizontalpodautoscalers": autoscaling.SCALER_VIEW_STRATEGY}
_PLAIN: Final = Strategy()


def strategy_of(kind: Kind) -> Strategy:
    """The rules of a kind; those of one without any change and forbid nothing."""
    if kind in VIEWS:
        return _OF_VIEWS.get(kind.resource, _PLAIN)
    return strategy_for(kind) if kind.custom else _STRATEGIES.get(kind.resource, _PLAIN)
