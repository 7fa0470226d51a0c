"""What promises about a cluster share: which variables they need, what is stored, which request a step is about.

Must not know: the promises.
"""

from __future__ import annotations

from collections.abc import Iterator

from seatrial.model.cluster.state import Call
from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.objects import Object, resource_prefix

CLUSTER = ("revision", "keys", "calls", "copies")
"""The variables that a machine has if it is a cluster."""


def call_of(state: View, step: Step) -> Call | None:
    """The request that the step went on with, as it is in a state; ``None`` if the step is about no request."""
    line = dict(step.action.arguments).get("line")
    return None if line is None else state.calls.get(line)


def stored(state: View, resource: str) -> Iterator[Object]:
    """The objects of a resource that etcd has."""
    prefix = resource_prefix(resource)
    return (state.keys[path].value for path in state.keys if path.startswith(prefix))
