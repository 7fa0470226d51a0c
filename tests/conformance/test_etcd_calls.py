"""The calls that the model's API server makes of etcd, against etcd's log of a real one's; and that it can differ."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import seatrial

from seatrial.checker.conformance.etcd_call_log import Called, called, parse_call
from seatrial.checker.conformance.etcd_call_requests import ASKED, RACE, UNRECORDED
from seatrial.checker.conformance.etcd_calls import conform_etcd_calls
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.storage import change as change_of_objects
from seatrial.model.apiserver.storage import loop, removal
from seatrial.model.errors import BadInput
from seatrial.model.etcd.requests import Compare, Put, Range, Result, Target, Txn

RECORDING = Path(__file__).parents[1] / "data" / "recordings" / "etcd-transactions-of-the-apiserver.jsonl"


def test_each_request_makes_the_recorded_calls() -> None:
    """For all 36 lines the same calls are made in the same order, and the answer has the recorded status."""
    report = conform_etcd_calls(RECORDING)
    assert report.mismatches == ()
    assert (report.steps, report.matched, report.mismatched, report.skipped) == (36, 36, 0, 0)


def test_the_command_compares_calls() -> None:
    """``seatrial conform apiserver-etcd`` says what came of it."""
    ran = seatrial("conform", "apiserver-etcd", RECORDING)
    assert ran.status == 0
    assert "36 as recorded" in ran.output


def test_the_table_of_bodies_is_about_the_recording() -> None:
    """Each entry belongs to a recorded step; what is not in the table has no body."""
    steps = {json.loads(text)["step"] for text in RECORDING.read_text(encoding="utf-8").splitlines()}
    assert set(ASKED) | {RACE} <= steps
    assert {before.step for before in UNRECORDED} <= steps
    without = {step for step in steps - set(ASKED) - {RACE} if not step.startswith(("get", "list", "delete"))}
    assert without == set()


def never(*_: object) -> bool:
    """A decision that was taken out."""
    return False


def at_once(*_: object, **__: object) -> None:
    """A guard that was taken out."""


@pytest.mark.parametrize(
    ("module", "name", "mutant", "steps"),
    [
        (loop, "goes_at_once", never, {"delete grace 0", "delete unbound"}),
        (removal, "must_be_marked", never, {"delete: marks", "delete graceful", "delete grace 0", "delete unbound"}),
        (Calls, "found_empty", at_once, {"pod"}),
        (change_of_objects, "ends_by_update", never, {"finalizer off: deletes"}),
    ],
)
def test_a_server_that_decides_otherwise_makes_other_calls(
    monkeypatch: pytest.MonkeyPatch, module: object, name: str, mutant: Callable[..., object], steps: set[str]
) -> None:
    """Taking a decision out is seen in the calls of the requests that are about it."""
    monkeypatch.setattr(module, name, mutant)
    assert steps <= {mismatch.step for mismatch in conform_etcd_calls(RECORDING).mismatches}


def rewritten(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The recording with a change in each line."""
    lines = [json.loads(text) for text in RECORDING.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        change(line)
    path = tmp_path / "recording.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("limit:1", "limit:2", "etcd_rpcs"),
        ("target:MOD", "target:VERSION", "etcd_rpcs"),
        ("mod_revision:209", "mod_revision:208", "etcd_rpcs"),
        ("request_delete_range", "request_put", "etcd_rpcs"),
        ("/registry/pods/nt/q", "/registry/pods/nt/r", "etcd_rpcs"),
        ("failure:<>", 'failure:<request_range:<key:"/registry/configmaps/nt/x" > >', "etcd_rpcs"),
    ],
)
def test_each_part_of_a_call_is_compared(tmp_path: Path, old: str, new: str, fields: str) -> None:
    """Another limit, target, revision, operation, key or else-branch is a difference."""

    def change(line: dict[str, Any]) -> None:
        for each in line["etcd_rpcs"]:
            each["content"] = each["content"].replace(old, new)

    found = conform_etcd_calls(rewritten(tmp_path, change)).mismatches
    assert found
    assert all(each.field.startswith((fields, "status")) for each in found)


def test_a_call_too_many_or_too_few_is_a_difference(tmp_path: Path) -> None:
    """So is another status, and a race whose calls no order of the requests makes."""

    def change(line: dict[str, Any]) -> None:
        if line["step"] in ("get", RACE):
            line["etcd_rpcs"] = line["etcd_rpcs"][:-1]
        if line["step"] == "list resourceVersion=0":
            line["etcd_rpcs"] = [{"rpc": "/etcdserverpb.KV/Range", "content": 'key:"/registry/configmaps" limit:1 '}]
        if line["step"] == "put stale":
            line["status"] = 200

    found = {each.step: each.field for each in conform_etcd_calls(rewritten(tmp_path, change)).mismatches}
    assert found == {
        "get": "etcd_rpcs[0]",
        "list resourceVersion=0": "etcd_rpcs[0]",
        "put stale": "status",
        RACE: "status",
    }


def test_a_race_in_an_impossible_order_is_a_difference(tmp_path: Path) -> None:
    """No request has read the last revision before it was made."""

    def change(line: dict[str, Any]) -> None:
        if line["step"] == RACE:
            line["etcd_rpcs"][1:] = reversed(line["etcd_rpcs"][1:])

    (found,) = conform_etcd_calls(rewritten(tmp_path, change)).mismatches
    assert found.step == RACE


@pytest.mark.parametrize(
    "fields",
    [
        {"etcd_rpcs": ["odd"]},
        {"etcd_rpcs": [{"rpc": "/etcdserverpb.KV/Txn", "content": "compare:<>"}]},
        {"etcd_rpcs": [{"rpc": "/etcdserverpb.Lease/LeaseGrant", "content": ""}]},
        {"etcd_rpcs": [], "http": 7},
        {"etcd_rpcs": [], "http": "GET"},
        {"step": None},
    ],
)
def test_a_line_that_cannot_be_used_is_bad_input(tmp_path: Path, fields: dict[str, Any]) -> None:
    """It is refused with its place."""
    path = rewritten(tmp_path, lambda line: line.update(fields) if line["step"] == "get" else None)
    with pytest.raises(BadInput, match=r"recording\.jsonl:4"):
        conform_etcd_calls(path)


def test_a_call_reads_alike_from_log_and_model() -> None:
    """What the log says of a transaction is what is compared of the model's."""
    text = (
        'compare:<target:MOD key:"/registry/pods/n/p" mod_revision:7 > success:<request_put:<key:"/registry/pods/n/p" '
        'value_size:1 >> failure:<request_range:<key:"/registry/pods/n/p" > >'
    )
    key = "/registry/pods/n/p"
    made = Txn((Compare(key, Target.MOD, Result.EQUAL, 7),), (Put(key, "v"),), (Range(key),))
    assert parse_call("/etcdserverpb.KV/Txn", text) == called(made)
    assert str(called(made)) == f"Txn if MOD {key} == 7 then ('put {key}',) else ('range {key}',)"
    assert parse_call("/etcdserverpb.KV/Range", f'key:"{key}" limit:1 ') == Called("Range", key, 1)
