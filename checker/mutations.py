"""How mutants are made: functions of a system are exchanged for ones with a guard missing.

Lives here: what all files of mutants share (``store_mutations``, ``edge_mutations``, …).  Each of these imitates bugs
that were made somewhere, or could be; :mod:`.mutants` puts them together.  Must not know: any one mutant.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from seatrial.model.apiserver import storage
from seatrial.model.apiserver.storage import Attempt, Stored
from seatrial.model.cluster import Cluster
from seatrial.model.machinery.controller import Controller
from seatrial.model.scenario import System

Change = Callable[[Any], System]
"""Makes the wrong system of the right one."""

Row = tuple[str, str, Change]
"""A mutant's id, its sentence, and the change that it makes."""

Decide = Callable[..., storage.Outcome]


def exchanging(**functions: Any) -> Change:
    """A system with other functions in these places."""
    return lambda system: evolve(system, **functions)


# --- Changes to a cluster ---------------------------------------------------------------------------------------


def exchanging_parts(**functions: Any) -> Change:
    """A cluster with other functions in these places of its :class:`~seatrial.model.cluster.Parts`."""

    def change(cluster: Cluster) -> System:
        return evolve(cluster, parts=evolve(cluster.parts, **functions))

    return change


def deciding(decide: Decide) -> Change:
    """A cluster whose API servers decide like this, also after a lost compare."""

    def after_loss(attempt: Attempt, fresh: Stored | None, *, lookup: Any) -> storage.Outcome:
        if attempt.request.verb == "create":
            return storage.after_loss(attempt, fresh, lookup=lookup)
        return decide(attempt.request, fresh, current=True, lookup=lookup)

    return exchanging_parts(decide=decide, after_loss=after_loss)


def controllers(change: Callable[[Controller], Controller]) -> Change:
    """A cluster whose controllers are changed like this."""

    def changed(cluster: Cluster) -> System:
        return evolve(cluster, reconcilers=tuple(change(each) for each in cluster.reconcilers))

    return changed
