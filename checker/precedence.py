"""Which error wins: a request with two defects at once, for every pair of defects, asked of the model's API server.

Lives here: the defects, the small worlds in which they are asked for, and the table.  The evidence for each cell is in
:mod:`.precedence_sources`.  ``python -m seatrial.checker.precedence`` writes ``docs/which-error-wins.md``.
Must not know: how an API server decides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from attrs import Factory, define, evolve, frozen

from seatrial.model.apiserver import ADMIN, FULL, JSON, MERGE_PATCH, Answer, Malformed, User
from seatrial.model.apiserver.chain import serve
from seatrial.model.apiserver.http import HttpRequest
from seatrial.model.apiserver.rest import NotModelled
from seatrial.model.etcd import Member
from seatrial.model.frozen_json import FrozenMap, Json, as_map, freeze

from .precedence_sources import order, source_of

Method = Literal["POST", "PUT", "PATCH", "DELETE"]
METHODS: Final[tuple[Method, ...]] = ("POST", "PUT", "PATCH", "DELETE")
DOCUMENT: Final = Path(__file__).resolve().parent.parent / "docs" / "which-error-wins.md"

_POLICY: Final = "object != null && !('bad' in object.data)"
_WRONG_UID: Final = "11111111-2222-3333-4444-555555555555"


@define
class Asked:
    """A request in the making: every defect changes what it needs."""

    method: Method
    token: str = "admin"  # noqa: S105 - the recordings' name for who may do everything
    resource: str = "configmaps"
    namespace: str = "shop"
    name: str = "old"
    malformed: bool = False
    stale: bool = False
    wrong_uid: bool = False
    labels: dict[str, str] = Factory(dict[str, str])
    data: dict[str, str] = Factory(lambda: {"k": "2"})
    world: set[str] = Factory(set[str])


Apply: TypeAlias = Callable[[Asked], None]


@frozen
class Defect:
    """One thing that can be wrong with a request, how a request gets it, and the methods with which it can be."""

    name: str
    apply: Apply
    methods: tuple[Method, ...]


def _set(field: str, *, to: object) -> Apply:
    def apply(asked: Asked) -> None:
        setattr(asked, field, to)

    return apply


def _quota(asked: Asked) -> None:
    asked.world.add("quota")


def _terminating(asked: Asked) -> None:
    asked.world.add("terminating")


def _invalid(asked: Asked) -> None:
    asked.labels["invalid"] = "!"


def _denied(asked: Asked) -> None:
    asked.data["bad"] = "1"
    asked.world.add("policy")


def _immutable(asked: Asked) -> None:
    asked.world.add("immutable")
    asked.data["k"] = "3"


_WITH_BODY: Final[tuple[Method, ...]] = ("POST", "PUT", "PATCH")
_ON_OBJECTS: Final[tuple[Method, ...]] = ("PUT", "PATCH", "DELETE")
_CHANGES: Final[tuple[Method, ...]] = ("PUT", "PATCH")

DEFECTS: Final[tuple[Defect, ...]] = (
    Defect("bad token", _set("token", to="nobody"), METHODS),
    Defect("forbidden", _set("token", to="guest"), METHODS),
    Defect("unknown resource", _set("resource", to="nosuch"), METHODS),
    Defect("bad body", _set("malformed", to=True), METHODS),
    Defect("missing namespace", _set("namespace", to="nowhere"), METHODS),
    Defect("terminating namespace", _terminating, ("POST",)),
    Defect("invalid", _invalid, _WITH_BODY),
    Defect("over quota", _quota, ("POST",)),
    Defect("denied by policy", _denied, METHODS),
    Defect("exists", _set("name", to="old"), ("POST",)),
    Defect("missing", _set("name", to="none"), _ON_OBJECTS),
    Defect("wrong uid", _set("wrong_uid", to=True), _ON_OBJECTS),
    Defect("stale resourceVersion", _set("stale", to=True), METHODS),
    Defect("immutable field", _immutable, _CHANGES),
)
"""Everything that can be wrong.  A terminating namespace refuses creations only; a POST that names any resourceVersion
is refused, so there every one of them is as good as stale."""

_EXCLUDE_EACH_OTHER: Final = (
    {"bad token", "forbidden"},
    {"missing namespace", "terminating namespace"},
    {"missing namespace", "exists"},
    {"missing namespace", "missing"},
    {"missing", "immutable field"},
)
"""Pairs that no request can have at once, or that say the same twice."""


@frozen
class Cell:
    """One pair of defects with one method, and the answer."""

    method: Method
    first: str
    second: str
    winner: str
    answer: Answer
    source: str


def cells(method: Method) -> Iterator[Cell]:
    """All pairs of defects that a request with this method can have at once."""
    possible = [each for each in DEFECTS if method in each.methods]
    alone = {each.name: ask(method, each) for each in possible}
    for first, second in combinations(possible, 2):
        if {first.name, second.name} in _EXCLUDE_EACH_OTHER:
            continue
        answer = ask(method, first, second)
        winner = _winner(answer, {each.name: alone[each.name] for each in (first, second)})
        yield Cell(method, first.name, second.name, winner, answer, source_of(method, first.name, second.name))


def ask(method: Method, *defects: Defect) -> Answer:
    """The model's answer to a request with these defects, in a world of its own."""
    asked = Asked(method, name="new" if method == "POST" else "old")
    for defect in defects:
        defect.apply(asked)
    return _World(asked).answer()


def _winner(answer: Answer, alone: Mapping[str, Answer]) -> str:
    """Whose answer it is, or both names where both defects are told."""
    same = [name for name, single in alone.items() if _is_same(answer, single)]
    return " and ".join(same or [name for name, single in alone.items() if _tells(answer, single)])


def _is_same(answer: Answer, single: Answer) -> bool:
    return (answer.status, answer.reason, answer.message) == (single.status, single.reason, single.message)


def _tells(answer: Answer, single: Answer) -> bool:
    """Whether an answer tells what a single defect is answered with, and perhaps more."""
    if (answer.status, answer.reason) != (single.status, single.reason):
        return False
    causes = {(cause.reason, cause.field) for cause in answer.causes}
    return {(cause.reason, cause.field) for cause in single.causes} <= causes


@define
class _World:
    """A fresh etcd with what a request needs around it."""

    asked: Asked
    etcd: Member = Factory(Member)

    def answer(self) -> Answer:
        """Set the world up and ask."""
        asked = self.asked
        self._make("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        old = self._old()
        self._surround()
        body = self._body(old)
        path = f"/api/v1/namespaces/{asked.namespace}/{asked.resource}"
        return self._ask(
            HttpRequest(
                method=asked.method,
                path=path if asked.method == "POST" else f"{path}/{asked.name}",
                body=Malformed("invalid character 'x'") if asked.malformed else freeze(body),
                media_type=MERGE_PATCH if asked.method == "PATCH" else JSON,
                token=asked.token,
            )
        )

    def _old(self) -> Mapping[str, Any]:
        """The object that exists, changed once, so that its first resourceVersion is stale."""
        data: dict[str, object] = {"metadata": {"name": "old"}, "data": {"k": "1"}}
        if "immutable" in self.asked.world:
            data["immutable"] = True
        made = self._make("/api/v1/namespaces/shop/configmaps", data)
        changed = {"metadata": {"labels": {"changed": "yes"}}}
        self._admin("PATCH", "/api/v1/namespaces/shop/configmaps/old", changed, MERGE_PATCH)
        return made

    def _surround(self) -> None:
        """Quota, policy, and the end of the namespace, where they are asked for."""
        world = self.asked.world
        if "policy" in world:
            self._policy()
        if "quota" in world:
            quota = "/api/v1/namespaces/shop/resourcequotas"
            self._make(quota, {"metadata": {"name": "q"}, "spec": {"hard": {"configmaps": "1"}}})
            status = {"hard": {"configmaps": "1"}, "used": {"configmaps": "1"}}
            self._admin("PATCH", f"{quota}/q/status", {"status": status}, MERGE_PATCH)
        if "terminating" in world:
            self._admin("DELETE", "/api/v1/namespaces/shop", None)

    def _policy(self) -> None:
        base = "/apis/admissionregistration.k8s.io/v1"
        rule = {
            "apiGroups": [""],
            "apiVersions": ["v1"],
            "operations": ["CREATE", "UPDATE", "DELETE"],
            "resources": ["configmaps"],
        }
        spec = {"matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": _POLICY}]}
        self._make(f"{base}/validatingadmissionpolicies", {"metadata": {"name": "deny-bad"}, "spec": spec})
        binding = {"policyName": "deny-bad", "validationActions": ["Deny"]}
        self._make(f"{base}/validatingadmissionpolicybindings", {"metadata": {"name": "deny-bad"}, "spec": binding})

    def _body(self, old: Mapping[str, Any]) -> Json | dict[str, Any]:
        asked = self.asked
        version = old["metadata"]["resourceVersion"] if asked.stale else ""
        if asked.method == "DELETE":
            named = {"uid": _WRONG_UID} if asked.wrong_uid else {}
            if version:
                named["resourceVersion"] = version
            return {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": named} if named else None
        metadata: dict[str, object] = {"name": asked.name, "labels": asked.labels}
        if asked.wrong_uid:
            metadata["uid"] = _WRONG_UID
        if version:
            metadata["resourceVersion"] = version
        return {"metadata": metadata, "data": asked.data}

    def _make(self, path: str, body: Mapping[str, object]) -> Mapping[str, Any]:
        answer = self._admin("POST", path, body)
        assert answer.object is not None, answer  # noqa: S101 - the world is made of valid objects
        return answer.object.thaw()

    def _admin(self, method: str, path: str, body: object, media_type: str = JSON) -> Answer:
        return self._ask(
            HttpRequest(method=method, path=path, body=freeze(body), media_type=media_type, token="admin")  # noqa: S106
        )

    def _ask(self, http: HttpRequest) -> Answer:
        answer = serve(self.etcd, http, _SETTINGS)
        assert not isinstance(answer, NotModelled), answer  # noqa: S101 - only what is modelled is asked
        return answer


def _evaluate(expression: str, variables: FrozenMap) -> Json:
    """The one expression that the worlds' policy has: no deletion, and nothing bad."""
    if expression != _POLICY:
        raise ValueError(expression)
    shown = variables.get("object")
    return isinstance(shown, FrozenMap) and "bad" not in as_map(shown.get("data"))


_SETTINGS: Final = evolve(FULL, tokens={"admin": ADMIN, "guest": User("guest")}, expressions=_evaluate)


def document() -> str:
    """``docs/which-error-wins.md``."""
    return _INTRODUCTION + "\n".join(_section(method) for method in METHODS)


def _section(method: Method) -> str:
    found = list(cells(method))
    winners = {frozenset((cell.first, cell.second)): cell for cell in found}
    names = [name for name in order(method) if any(name in pair for pair in winners)]
    head = f"## {method}\n\n| | {' | '.join(names)} |\n| --- |{' --- |' * len(names)}\n"
    rows = (f"| **{row}** | {' | '.join(_entry(winners, row, column) for column in names)} |" for row in names)
    evidence = (
        f"| {cell.first} | {cell.second} | {cell.winner} | {_status(cell.answer)} | {cell.source} |" for cell in found
    )
    table = "\n".join(rows) + "\n\n| one defect | another | told is | status | supported by |\n"
    return head + table + "| --- | --- | --- | --- | --- |\n" + "\n".join(evidence) + "\n"


def _entry(winners: Mapping[frozenset[str], Cell], row: str, column: str) -> str:
    cell = winners.get(frozenset((row, column)))
    if cell is None:
        return ""
    mark = {row: "←", column: "↑"}.get(cell.winner, "both")
    return f"{mark} {cell.answer.status}"


def _status(answer: Answer) -> str:
    return f"{answer.status} {answer.reason}".strip()


_INTRODUCTION: Final = """\
# Which error wins

This document is generated: `python -m seatrial.checker.precedence` writes it anew, and a test fails when it is out of
date.

A request can be wrong in several ways at once, and an API server tells one of them. Which one matters: a client that
gets 409 tries again, one that gets 422 gives up, and one that gets 403 or 404 may learn what exists. For each method
the defects stand in the order in which the server looks for them; a cell shows which of the two is told (`←` the row's,
`↑` the column's, `both` where both are told, or both are answered alike) and the status. Every answer was given by the
model; below each table stands what supports it: a line of a recording of Kubernetes 1.36, or the places in Kubernetes'
source where the two defects are found.

"""


if __name__ == "__main__":
    DOCUMENT.parent.mkdir(exist_ok=True)
    DOCUMENT.write_text(document(), encoding="utf-8")
