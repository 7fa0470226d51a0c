"""The rules of single kinds that are more than a table: defaults, preparation, validity.

Lives here: the look-up of a kind's :class:`~.strategy.Strategy`; one file (or folder) a group of kinds.  What a table
can say is in :mod:`seatrial.model.kinds`.  Must not know: requests, storage, admission.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...kinds import Kind
from . import coordination, core, pods, workloads
from .strategy import Strategy

__all__ = ["Strategy", "strategy_of"]

_STRATEGIES: Final[Mapping[str, Strategy]] = {
    **coordination.STRATEGIES,
    **core.STRATEGIES,
    **pods.STRATEGIES,
    **workloads.STRATEGIES,
}
_PLAIN: Final = Strategy()


def strategy_of(kind: Kind) -> Strategy:
    """The rules of a kind; those of one without any change and forbid nothing."""
    return _STRATEGIES.get(kind.resource, _PLAIN)
