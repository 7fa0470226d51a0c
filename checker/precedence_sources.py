"""What supports each cell of the table "which error wins".

Lives here: the lines of recordings that show a pair of defects, and for pairs that no recording shows the places in
Kubernetes' source where the two are found, in the order in which a request comes by.  A test compares the recorded
lines with the model's answers.  Must not know: the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen


@frozen
class Recorded:
    """A line of the recording ``apiserver-1.36`` that shows two defects at once."""

    scenario: str
    step: str
    actor: str = "admin"
    method: str = ""
    path_end: str = ""

    def __str__(self) -> str:
        who = "" if self.actor == "admin" else f", {self.actor}'s {self.method} …{self.path_end}"
        return f"recorded: {self.scenario}, “{self.step}”{who}"


def _by_others(step: str, actor: str, method: str, path_end: str) -> Recorded:
    return Recorded("n-rbac", step, actor, method, path_end)


RECORDED: Final[Mapping[tuple[str, str, str], Recorded]] = {
    ("POST", "bad token", "bad body"): _by_others("badtoken: body that is no JSON", "badtoken", "POST", "/configmaps"),
    ("POST", "forbidden", "bad body"): _by_others(
        "alice: body that is no JSON: forbidden first", "alice", "POST", "/configmaps"
    ),
    ("POST", "missing namespace", "invalid"): Recorded("e-namespace", "an invalid object in a missing namespace"),
    ("POST", "terminating namespace", "invalid"): Recorded(
        "e-namespace", "an invalid object within a terminating namespace"
    ),
    ("POST", "terminating namespace", "exists"): Recorded(
        "e-namespace", "an existing name within a terminating namespace"
    ),
    ("POST", "invalid", "over quota"): Recorded("o-admission", "over the quota and invalid: which first?"),
    ("POST", "over quota", "exists"): Recorded("o-admission", "over the quota and the name exists: which first?"),
    ("POST", "invalid", "denied by policy"): Recorded("o-admission", "denied and an invalid object: which first?"),
    ("POST", "denied by policy", "exists"): Recorded("o-admission", "denied and the name exists: which first?"),
    ("POST", "forbidden", "denied by policy"): Recorded(
        "o-admission", "denied for the forbidden: 403 by RBAC first", "bob", "POST", "/configmaps"
    ),
    ("PUT", "wrong uid", "stale resourceVersion"): Recorded(
        "a-configmap-crud", "PUT with a wrong uid and a stale resourceVersion"
    ),
    ("PUT", "missing", "wrong uid"): Recorded("a-configmap-crud", "PUT on a missing object, with uid"),
    ("PUT", "missing", "stale resourceVersion"): Recorded(
        "a-configmap-crud", "PUT on a missing object, with resourceVersion"
    ),
    ("PUT", "denied by policy", "stale resourceVersion"): Recorded(
        "o-admission", "denied and a stale resourceVersion: which first?"
    ),
    ("PUT", "denied by policy", "wrong uid"): Recorded("o-admission", "denied and a wrong uid on PUT"),
    ("PUT", "denied by policy", "missing"): Recorded("o-admission", "denied PUT on a missing object"),
    ("PUT", "forbidden", "missing"): _by_others(
        "alice: PUT of a missing config map with no update right", "alice", "PUT", "/configmaps/none"
    ),
    ("PATCH", "denied by policy", "stale resourceVersion"): Recorded(
        "o-admission", "denied patch with a stale resourceVersion"
    ),
    ("PATCH", "invalid", "stale resourceVersion"): Recorded(
        "f-patch", "stale resourceVersion and invalid: which error?"
    ),
    ("DELETE", "denied by policy", "wrong uid"): Recorded(
        "o-admission", "denied delete with a wrong uid precondition: which first?"
    ),
    ("DELETE", "denied by policy", "missing"): Recorded(
        "o-admission", "policy that errs (no such field), failurePolicy Fail: delete of a missing object"
    ),
    ("DELETE", "missing", "wrong uid"): Recorded("h-delete", "preconditions on a missing object"),
}
"""Pairs of defects that the recording shows, by method and the names in the order of the table."""

_CHAIN: Final = "apiserver/pkg/server/config.go (DefaultBuildHandlerChain: authentication, then authorization)"
_ROUTE: Final = "apiserver/pkg/endpoints/installer.go (routes, behind the chain)"

_PLACES: Final[Mapping[str, Mapping[str, str]]] = {
    "POST": {
        "bad token": _CHAIN,
        "forbidden": _CHAIN,
        "unknown resource": _ROUTE,
        "bad body": "endpoints/handlers/create.go (decoding)",
        "missing namespace": "admission/plugin/namespace/lifecycle (mutating phase)",
        "terminating namespace": "admission/plugin/namespace/lifecycle (mutating phase)",
        "invalid": "registry/rest/create.go (BeforeCreate)",
        "denied by policy": "registry/generic/registry/store.go (createValidation)",
        "over quota": "pkg/kubeapiserver/options/plugins.go (ResourceQuota, the last plugin)",
        "stale resourceVersion": "storage/etcd3/store.go (Create, before its transaction)",
        "exists": "storage/etcd3/store.go (Create's transaction)",
    },
    "PUT": {
        "bad token": _CHAIN,
        "forbidden": _CHAIN,
        "unknown resource": _ROUTE,
        "bad body": "endpoints/handlers/update.go (decoding)",
        "missing namespace": "storage/etcd3/store.go (GuaranteedUpdate's read)",
        "missing": "storage/etcd3/store.go (GuaranteedUpdate's read)",
        "wrong uid": "storage/etcd3/store.go (GuaranteedUpdate, preconditions)",
        "stale resourceVersion": "registry/generic/registry/store.go (Update)",
        "invalid": "registry/rest/update.go (BeforeUpdate)",
        "immutable field": "registry/rest/update.go (BeforeUpdate)",
        "denied by policy": "registry/generic/registry/store.go (updateValidation)",
    },
    "PATCH": {
        "bad token": _CHAIN,
        "forbidden": _CHAIN,
        "unknown resource": _ROUTE,
        "missing namespace": "storage/etcd3/store.go (GuaranteedUpdate's read)",
        "missing": "storage/etcd3/store.go (GuaranteedUpdate's read)",
        "bad body": "endpoints/handlers/patch.go (applyPatchToCurrentObject)",
        "stale resourceVersion": "registry/generic/registry/store.go (Update)",
        "wrong uid": "registry/rest/update.go (BeforeUpdate)",
        "invalid": "registry/rest/update.go (BeforeUpdate)",
        "immutable field": "registry/rest/update.go (BeforeUpdate)",
        "denied by policy": "registry/generic/registry/store.go (updateValidation)",
    },
    "DELETE": {
        "bad token": _CHAIN,
        "forbidden": _CHAIN,
        "unknown resource": _ROUTE,
        "bad body": "endpoints/handlers/delete.go (decoding of options)",
        "missing namespace": "registry/generic/registry/store.go (Delete's read)",
        "missing": "registry/generic/registry/store.go (Delete's read)",
        "wrong uid": "registry/rest/delete.go (BeforeDelete, preconditions)",
        "stale resourceVersion": "registry/rest/delete.go (BeforeDelete, preconditions)",
        "denied by policy": "registry/generic/registry/store.go (deleteValidation)",
    },
}
"""Where each defect is found, in the order in which a request with that method comes by."""


def order(method: str) -> tuple[str, ...]:
    """The defects in the order in which a request with this method is checked for them, by the source."""
    return tuple(_PLACES[method])


def recorded(method: str, first: str, second: str) -> Recorded | None:
    """The recorded line that shows this pair, if there is one."""
    return RECORDED.get((method, first, second)) or RECORDED.get((method, second, first))


def source_of(method: str, first: str, second: str) -> str:
    """What supports a cell: a recorded line, or the two places in the source, the earlier one first."""
    line = recorded(method, first, second)
    if line is not None:
        return str(line)
    places = _PLACES[method]
    earlier, later = sorted((first, second), key=list(places).index)
    if places[earlier] == places[later]:
        return f"source: {places[earlier]}"
    return f"source: {places[earlier]}; then {places[later]}"
