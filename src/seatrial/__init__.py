"""A sea trial for control planes: a checkable model of Kubernetes, and of the controllers that you write.

A *scenario* is a small cluster with the faults that may happen in it.  :func:`check` explores all its interleavings,
crashes, lost answers and stale caches within those bounds, and raises :class:`Violated` with the shortest story
of how a promise breaks, if one does.  A promise is a function with a sentence for its docstring:

>>> from seatrial import Cluster, Object, Scenario, always, api, check
>>> def deleter():
...     yield from api.delete("ConfigMap", ("default", "thing"))
>>> thing = Object.of({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "thing"}})
>>> scenario = Scenario("deletion", Cluster(objects=[thing], scripts={"deleter": deleter}, apiservers=1))
>>> verdict = check(scenario)
>>> verdict.verdict, verdict.states
('holds', 7)

>>> @always()
... def never_lost(state):
...     '''The thing is always there.'''
...     return "/registry/configmaps/default/thing" in state.keys
>>> check(scenario, [never_lost])
Traceback (most recent call last):
    ...
seatrial.Violated: deletion breaks never-lost
...

A controller is a generator of one key that asks with ``yield from api.…``, made into one by :func:`reconciler`.  The
command ``seatrial check FILE.py`` explores the scenarios of a file; ``seatrial check FILE.yaml`` those of a manifest.

Lives here: the public names.  Everything else may change.
"""

from __future__ import annotations

from typing import Final

from seatrial.checker.check import Violated, check
from seatrial.checker.remake import replay
from seatrial.checker.verdict import Bounds, Verdict
from seatrial.invariants.catalogue import CATALOGUE
from seatrial.invariants.invariant import Invariant, always, at_rest, stepwise
from seatrial.model import api, faults
from seatrial.model.api import ApiError
from seatrial.model.cluster import Cluster
from seatrial.model.draft import require
from seatrial.model.errors import BadInput, ModelError, SeatrialError
from seatrial.model.machine import Machine, Observer, rule
from seatrial.model.machinery.controller import Controller, reconciler
from seatrial.model.machinery.workqueue import Key
from seatrial.model.objects import Object
from seatrial.model.scenario import Scenario
from seatrial.traces import Trace

__version__: Final = "0.1.0"

__all__ = [
    "CATALOGUE",
    "ApiError",
    "BadInput",
    "Bounds",
    "Cluster",
    "Controller",
    "Invariant",
    "Key",
    "Machine",
    "ModelError",
    "Object",
    "Observer",
    "Scenario",
    "SeatrialError",
    "Trace",
    "Verdict",
    "Violated",
    "__version__",
    "always",
    "api",
    "at_rest",
    "check",
    "faults",
    "reconciler",
    "replay",
    "require",
    "rule",
    "stepwise",
]
