"""The benchmarks' miniature of a control plane, without comparison of revisions: a machine that tells nothing.

Lives here: its shortest counterexample.  The benchmarks are programs, no package, so they are imported by their place.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from seatrial.invariants.invariant import Invariant
from seatrial.model.machine import Action, Machine
from seatrial.model.scenario import Scenario
from seatrial.traces import Broken, Trace

ROOT = Path(__file__).resolve().parents[2]


def _model() -> Any:
    sys.path.append(str(ROOT))
    try:
        return importlib.import_module("benchmarks.occ_model")
    finally:
        sys.path.remove(str(ROOT))


MODEL = _model()
SIZE = MODEL.NAMED["s1"]
NO_LOST_UPDATE: Invariant = next(each for each in MODEL.promises(SIZE) if each.id == "no-lost-update")


@frozen
class Occ:
    """The system."""

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The machine; its one crash is in its size."""
        del name, faults
        machine: Machine = MODEL.occ(SIZE, compare=False)
        return machine


def occ() -> Scenario:
    """The scenario."""
    return Scenario("occ", Occ(), faults={"crash": 1}, parameters={"size": "s1"}, mutant="occ-compare")


def lost_update() -> Trace:
    """Two clients read before either writes, after a crash that has nothing to do with it."""
    actions = [
        Action("crash"),
        Action("read", (("client", "c1"), ("key", "o1"))),
        Action("read", (("client", "c2"), ("key", "o1"))),
        Action("compute", (("client", "c1"),)),
        Action("compute", (("client", "c2"),)),
        Action("write", (("client", "c1"),)),
        Action("write", (("client", "c2"),)),
    ]
    return Trace.of(occ(), actions, Broken("no-lost-update"), engine="by hand")
