"""How requests wait for each other on a fresh server: the objects that say so.

Lives here: :func:`requests`, with which a server makes them.  Two parts of it do, each under a name of its own: one
makes the objects, the other says in the status of a flow schema whether its priority level exists.  The table is data
(``data/flowcontrol_v1_36.py``).  Must not know: how anything is stored.

Source: Kubernetes 1.36, ``apiserver/pkg/apis/flowcontrol/bootstrap/default.go``,
``pkg/registry/flowcontrol/{ensurer,rest}``, ``apiserver/pkg/util/flowcontrol/apf_controller.go``; scenario r-misc.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from attrs import evolve

from ...kinds import of_name
from ...objects import Object
from ..preparation import NOW
from ..request import APPLY_PATCH, Options, Request, create, patch
from .data.flowcontrol_v1_36 import FLOW_SCHEMAS, PRIORITY_LEVELS

_API_VERSION: Final = "flowcontrol.apiserver.k8s.io/v1"
_MAKER: Final = Options(field_manager="api-priority-and-fairness-config-producer-v1")
_CHECKER: Final = Options(field_manager="api-priority-and-fairness-config-consumer-v1", force=True)
_USER: Final = "system:apiserver"


def requests() -> Iterator[Request]:
    """The requests with which a server makes these objects, in an order in which they can be made."""
    for line in PRIORITY_LEVELS.strip().splitlines():
        level = _object("PriorityLevelConfiguration", line)
        yield create(of_name(level.kind), level, options=_MAKER, user=_USER)
    for line in FLOW_SCHEMAS.strip().splitlines():
        schema = _object("FlowSchema", line)
        yield create(of_name(schema.kind), schema, options=_MAKER, user=_USER)
        yield _check(schema)


def _object(kind: str, line: str) -> Object:
    table = json.loads(line)
    metadata = {"name": table["name"], "annotations": {"apf.kubernetes.io/autoupdate-spec": "true"}}
    return Object.of({"apiVersion": _API_VERSION, "kind": kind, "metadata": metadata, "spec": table["spec"]})


def _check(schema: Object) -> Request:
    """The request that says of a flow schema that its priority level exists."""
    level = schema.field("spec.priorityLevelConfiguration.name")
    message = f'This FlowSchema references the PriorityLevelConfiguration object named "{level}" and it exists'
    found = {"type": "Dangling", "status": "False", "reason": "Found", "message": message, "lastTransitionTime": NOW}
    status = {"conditions": [found]}
    applied = {"apiVersion": _API_VERSION, "kind": schema.kind, "metadata": {"name": schema.name}, "status": status}
    change = Object.of(applied).root
    request = patch(of_name(schema.kind), "", schema.name, change, subresource="status", options=_CHECKER, user=_USER)
    return evolve(request, media_type=APPLY_PATCH)
