"""What a replay supplies, or passes over, because the recording alone does not tell it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Never

import pytest

from seatrial.checker.conformance.accounts import unrecorded_account
from seatrial.checker.conformance.apiserver_recording import conform_apiserver
from seatrial.checker.conformance.cel import CannotEvaluate
from seatrial.model import kinds
from seatrial.model.apiserver import create, front
from seatrial.model.etcd import Member
from seatrial.model.objects import Object
from seatrial.traces.recordings import Line

CRUD = Path(__file__).parents[1] / "data" / "recordings" / "apiserver-1.36-a-configmap-crud.jsonl"
PODS = "/api/v1/namespaces/shop/pods"


def line(method: str, path: str, status: int) -> Line:
    """A recorded request."""
    fields = {"request": {"method": method, "path": path}, "response": {"status": status}}
    return Line("recording", 1, fields)


@pytest.mark.parametrize(
    ("method", "path", "status", "made"),
    [
        ("POST", PODS, 201, True),
        ("POST", PODS, 403, False),
        ("GET", PODS, 201, False),
        ("POST", f"{PODS}/p/binding", 201, False),
        ("POST", "/api/v1/namespaces/shop/configmaps", 201, False),
        ("POST", "/api/v1/namespaces", 201, False),
    ],
)
def test_an_account_is_supplied_where_a_pod_was_admitted(method: str, path: str, status: int, made: bool) -> None:
    """Only a pod that a real server took shows that its account was there; it is made once."""
    etcd = Member()
    account = unrecorded_account(line(method, path, status), etcd)
    assert (account is not None) == made
    if account is not None:
        front.handle(etcd, create(kinds.of_name("Namespace"), Object.of({"metadata": {"name": "shop"}})))
        assert front.handle(etcd, create(kinds.of_name("ServiceAccount"), account)).ok
        assert unrecorded_account(line(method, path, status), etcd) is None


def test_a_line_whose_policy_cannot_be_evaluated_is_passed_over_with_the_reason() -> None:
    """It is counted as skipped, and the report says why."""

    def handler(*_: Any, **__: Any) -> Never:
        raise CannotEvaluate("the function quantity of policies")

    report = conform_apiserver(CRUD, handler=handler)
    assert (report.matched, report.mismatched, report.skipped) == (0, 0, 66)
    assert dict(report.reasons) == {"not modelled yet: the function quantity of policies": 66}
