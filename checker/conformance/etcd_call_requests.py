"""The bodies of the requests in a recording of the calls that an API server makes of etcd.

Lives here: :data:`ASKED`, the one table of what that recording leaves out.  It holds for each request a step's name,
the method, the path and etcd's log of the calls, but neither the body nor the type of a patch.  They are told here, as
the steps' names describe them, and so that they lead to the calls' outcomes.  Must not know: how a server answers.

What can be read off the recording beyond the names:

* *service account*: is not among the recorded requests, but was made: pods need it, a revision of etcd was made between
  the namespace and the first config map, and the server asked no more for the namespace's quotas when that was made.
* *put with resourceVersion*, *put unconditional*, *merge patch*: each was stored, so each wants something new; all
  values have the same size.
* *create existing*: less is stored than at the first time (92 bytes instead of 185), so it has no ``data``.
* *apply again*: a new revision of the same size was stored.  The same configuration applied again is stored by no
  server (recordings E.1: no new revision), not even with the time of a later second; so another value of the same
  length was applied, by the same manager.
* *service*: a node port was allocated, so its type is ``NodePort``.
* *delete grace 0*: the path has no query, so the grace period is in the body.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import field, frozen

from seatrial.model.apiserver import APPLY_PATCH, JSON, MERGE_PATCH

PRESENT: Final = "<the present one>"
"""Stands for the resourceVersion that the object has at that moment."""


@frozen
class Asked:
    """A body and its media type."""

    body: Mapping[str, Any] | None = None
    media_type: str = JSON


@frozen
class Before:
    """A request that was made before a step and is not among the recorded ones."""

    step: str
    method: str
    path: str
    body: Mapping[str, Any] = field(factory=dict[str, Any])


def _map(name: str, **data: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, **({"data": data} if data else {})}


def _pod(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"containers": [{"name": "c", "image": "img:1"}]}}


def _applied(value: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "ap"}, "data": {"a": value}}


_BINDING: Final = {"metadata": {"name": "p"}, "target": {"kind": "Node", "name": "node-1"}}

UNRECORDED: Final = (
    Before(
        "create",
        "POST",
        "/api/v1/namespaces/nt/serviceaccounts",
        {"metadata": {"name": "default"}, "automountServiceAccountToken": False},
    ),
)

ASKED: Final[Mapping[str, Asked]] = {
    "namespace": Asked({"metadata": {"name": "nt"}}),
    "create": Asked(_map("x", a="1")),
    "create existing": Asked(_map("x")),
    "put with resourceVersion": Asked({"metadata": {"name": "x", "resourceVersion": PRESENT}, "data": {"a": "2"}}),
    "put unconditional": Asked(_map("x", a="3")),
    "put no-op": Asked(_map("x", a="3")),
    "put stale": Asked({"metadata": {"name": "x", "resourceVersion": "1"}, "data": {"a": "4"}}),
    "merge patch": Asked({"data": {"a": "5"}}, MERGE_PATCH),
    "put missing": Asked(_map("none")),
    "apply new": Asked(_applied("1"), APPLY_PATCH),
    "apply again": Asked(_applied("2"), APPLY_PATCH),
    "finalizer on": Asked({"metadata": {"finalizers": ["x/y"]}}, MERGE_PATCH),
    "finalizer off: deletes": Asked({"metadata": {"finalizers": None}}, MERGE_PATCH),
    "pod": Asked(_pod("p")),
    "bind": Asked(_BINDING),
    "bind again": Asked(_BINDING),
    "pod status": Asked({"status": {"phase": "Running"}}, MERGE_PATCH),
    "delete grace 0": Asked({"gracePeriodSeconds": 0}),
    "pod2": Asked(_pod("q")),
    "service": Asked({"metadata": {"name": "s"}, "spec": {"type": "NodePort", "ports": [{"port": 80}]}}),
    "event": Asked(
        {"metadata": {"name": "e"}, "involvedObject": {"kind": "Pod", "namespace": "nt", "name": "p"}, "reason": "Test"}
    ),
    "lease PUT-as-create": Asked({"metadata": {"name": "l"}, "spec": {"holderIdentity": "h"}}),
}
"""What was asked, by the step's name.  A step without an entry has no body."""

RACE: Final = "six concurrent merge patches of different keys without resourceVersion: lost transactions are retried"
"""The step that is no request but several at once, whose calls are recorded in the order in which etcd saw them."""

RACED: Final = ("race", tuple(Asked({"data": {f"k{number}": "v"}}, MERGE_PATCH) for number in range(6)))
"""The name of the config map of the race, in the namespace of the other steps, and the patches of it."""
