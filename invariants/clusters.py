"""What promises about a cluster share: which variables they need, and the request that a step is about.

Must not know: the promises.
"""

from __future__ import annotations

from seatrial.model.cluster.state import Call
from seatrial.model.draft import View
from seatrial.model.machine import Step

CLUSTER = ("revision", "keys", "calls", "copies")
"""The variables that a machine has if it is a cluster."""


def call_of(state: View, step: Step) -> Call | None:
    """The request that the step went on with, as it is in a state; ``None`` if the step is about no request."""
    line = dict(step.action.arguments).get("line")
    return None if line is None else state.calls.get(line)
