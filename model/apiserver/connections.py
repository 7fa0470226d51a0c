"""Requests that a server passes on to a kubelet.

Lives here: the log of a pod, as far as it can be answered without one.  Must not know: what containers print.

Source: Kubernetes 1.36, ``pkg/registry/core/pod/strategy.go`` (LogLocation), ``pkg/registry/core/pod/rest/log.go``;
scenario b-pod.
"""

from __future__ import annotations

from ..objects import ObjectKey
from .answer import Answer, not_found
from .lookup import Lookup
from .request import Request
from .routes import NotModelled


def log(request: Request, lookup: Lookup) -> Answer | NotModelled:
    """The log of a pod: empty as long as no node has it; of a node that is missing, not found under its name."""
    pod = lookup.live(request.key)
    if pod is None:
        return not_found(request.kind, request.name)
    node = pod.spec.get("nodeName")
    if not node:
        return Answer(200, text="")
    if lookup.live(ObjectKey("nodes", "", str(node))) is None:
        return not_found(request.kind, str(node))
    return NotModelled("subresource log")
