"""Recordings of several servers and of faults against the model: what is admitted, by which rule, and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conformance.edited import Edited, wrong

from seatrial.checker.conformance.admitted import Admitted
from seatrial.checker.conformance.report import combine

TWO, FAULTS = "two-apiservers.jsonl", "faults.jsonl"
ETCD_GONE = "[+]ping ok\n[-]etcd failed: reason withheld\nreadyz check failed\n"

Change = Callable[[Edited], None]


def test_two_servers_are_followed(tmp_path: Path) -> None:
    """All lines match; where a real answer was one of several, it is said by which rule."""
    report = Edited(TWO, tmp_path).report()
    assert report.mismatches == ()
    assert (report.steps, report.matched, report.skipped) == (31, 31, 0)
    assert dict(report.rules) == {"ambiguous write": 1, "deadline": 5, "stale cache": 1, "unrecorded steps": 2}


def test_a_server_whose_etcd_fails_is_followed(tmp_path: Path) -> None:
    """All lines match, a watch that lived through the failure among them."""
    report = Edited(FAULTS, tmp_path).report()
    assert report.mismatches == ()
    assert (report.steps, report.matched, report.skipped) == (26, 26, 0)
    assert dict(report.rules) == {"deadline": 6, "unrecorded start": 1}


def test_a_report_counts_by_rule(tmp_path: Path) -> None:
    """As JSON beside the fixed keys; for several recordings together."""
    report = combine([Edited(TWO, tmp_path).report(), Edited(FAULTS, tmp_path).report()])
    admitted = {"ambiguous write": 1, "deadline": 11, "stale cache": 1, "unrecorded start": 1, "unrecorded steps": 2}
    assert report.as_json()["admitted"] == admitted
    assert (report.steps, report.matched) == (57, 57)


def test_each_rule_is_a_sentence() -> None:
    """A report names the rule; the rule says what it allows."""
    titles = [rule.title for rule in Admitted]
    assert len(set(titles)) == len(titles)
    assert all(rule.sentence.endswith(".") and rule.sentence[0].isupper() for rule in Admitted)


# --- Ambiguous writes -----------------------------------------------------------------------------------------------


def z_took_effect(faults: Edited) -> None:
    """The creation of z that was given up while etcd was stopped was stored after all."""
    z = json.loads(json.dumps(faults.body(13)))
    z["metadata"]["resourceVersion"] = "209"
    faults.body(11)["items"].append(z)
    details = {"name": "z", "kind": "configmaps"}
    refusal = {"kind": "Status", "status": "Failure", "reason": "AlreadyExists", "details": details, "code": 409}
    faults[13]["response"] = {"status": 409, "reason": "AlreadyExists", "body": {"metadata": {}, **refusal}}
    for number in (15, 25):
        faults.body(number)["items"][1]["metadata"]["resourceVersion"] = "209"


def test_a_write_without_an_answer_may_have_taken_effect(tmp_path: Path) -> None:
    """A client that repeats such a creation is then told that the name is taken."""
    faults = Edited(FAULTS, tmp_path)
    z_took_effect(faults)
    report = faults.report()
    assert report.mismatches == ()
    assert dict(report.rules)["ambiguous write"] == 1


def test_a_refusal_alone_can_tell_that_a_write_took_effect(tmp_path: Path) -> None:
    """Nobody has listed meanwhile: that the name is taken is the first that is heard of it."""
    faults = Edited(FAULTS, tmp_path)
    z_took_effect(faults)
    del faults.lines[11]
    report = faults.report()
    assert report.mismatches == ()
    assert dict(report.rules)["ambiguous write"] == 1


def test_a_write_that_was_seen_to_be_in_vain_stays_so(tmp_path: Path) -> None:
    """A fresh list after etcd went on did not show z: a later one cannot."""
    faults = Edited(FAULTS, tmp_path)
    z_took_effect(faults)
    faults.body(11)["items"].pop()
    assert (13, "status") in wrong(faults.report())


def test_a_write_to_a_dead_etcd_is_lost(tmp_path: Path) -> None:
    """While etcd was dead nothing could reach it: the object cannot be there afterwards."""
    faults = Edited(FAULTS, tmp_path)
    k = json.loads(json.dumps(faults.body(13)))
    k["metadata"] |= {"name": "k", "uid": "another", "resourceVersion": "215"}
    faults.body(25)["items"].insert(0, k)
    faults.body(25)["metadata"]["resourceVersion"] = "215"
    assert wrong(faults.report()) == {(25, "items")}


def test_a_write_that_lost_its_compare_has_no_effect(tmp_path: Path) -> None:
    """B changed x from a copy that was older than what etcd had: only etcd's answer would have told it."""
    two = Edited(TWO, tmp_path)
    x = two.body(20)["items"][0]
    x["data"] = {"n": "from B"}
    x["metadata"]["resourceVersion"] = "524"
    assert {line for line, _ in wrong(two.report())} >= {20}


def test_a_late_write_is_what_was_asked_for(tmp_path: Path) -> None:
    """That z was stored after all does not mean that anything may have been."""
    two = Edited(TWO, tmp_path)
    two.body(19)["items"][2]["data"] = {"n": "from somebody else"}
    assert {line for line, _ in wrong(two.report())} >= {19}


# --- Stale caches ---------------------------------------------------------------------------------------------------


def a_is_behind(two: Edited) -> None:
    """Server A, which hears from etcd, answers from a cache that lacks its own last write."""
    two[10]["response"] = json.loads(json.dumps(two[7]["response"]))


def test_a_cache_may_be_behind_for_a_moment(tmp_path: Path) -> None:
    """A read at resourceVersion=0 right after a write may be answered as before the write."""
    two = Edited(TWO, tmp_path)
    a_is_behind(two)
    report = two.report()
    assert report.mismatches == ()
    assert dict(report.rules)["stale cache"] == 2


def shown_before(two: Edited) -> None:
    """The same server has shown the new state before."""
    two.insert(9.5, like=10)


def long_ago(two: Edited) -> None:
    """The write was long ago."""

    def later(line: dict[str, Any]) -> None:
        line["t"] += 10

    two.every(later, after=10)


def most_recent(two: Edited) -> None:
    """The read demands the present state."""
    two[10]["request"]["query"] = None


def not_older(two: Edited) -> None:
    """The read demands a state that is not older than the write."""
    two[10]["request"]["query"] = {"resourceVersion": "513"}


@pytest.mark.parametrize("reason", [shown_before, long_ago, most_recent, not_older])
def test_a_cache_is_never_behind_what_must_be_there(tmp_path: Path, reason: Change) -> None:
    """An old answer is refused where the server has shown more, has had time, or was asked for more."""
    two = Edited(TWO, tmp_path)
    reason(two)
    a_is_behind(two)
    assert {line for line, _ in wrong(two.report())} == {11 if reason is shown_before else 10}


def test_a_stalled_server_does_not_get_ahead(tmp_path: Path) -> None:
    """It cannot show what etcd has told nobody but others."""
    two = Edited(TWO, tmp_path)
    two[7]["response"] = json.loads(json.dumps(two[10]["response"]))
    assert wrong(two.report()) == {(7, "data.n"), (7, "metadata.resourceVersion")}


def test_a_stalled_server_stays_where_it_is(tmp_path: Path) -> None:
    """Once it was seen how far it had come it cannot be found elsewhere."""
    faults = Edited(FAULTS, tmp_path)
    old = {"data": {"n": "1"}, "resourceVersion": "212"}
    behind = faults.body(17)
    behind["data"], behind["metadata"]["resourceVersion"] = old["data"], old["resourceVersion"]
    report = faults.report()
    assert report.mismatches == ()
    assert dict(report.rules)["stale cache"] == 1
    again = Edited(FAULTS, tmp_path)
    again.insert(17.5, like=17)
    again[17]["response"] = faults[17]["response"]
    assert {line for line, _ in wrong(again.report())} == {18}


# --- Unrecorded steps -----------------------------------------------------------------------------------------------


def without_summary(two: Edited) -> None:
    """Nothing says that steps are missing."""
    two.insert(3, like=2, request={**two[2]["request"], "method": "GET", "body": None, "path": "/version"})
    two[3]["response"] = {"status": 404, "body": {"kind": "Status"}}


def another_object(two: Edited) -> None:
    """The object is another one of the same name."""
    two.body(4)["metadata"]["uid"] = "another"


def learned_before(two: Edited) -> None:
    """A fresh read has already shown what the steps made of the object."""
    two.insert(4.5, like=4, response=json.loads(json.dumps(two[4]["response"])))
    two.body(4.5)["data"] = {"n": "another"}


@pytest.mark.parametrize(("change", "line"), [(without_summary, 4), (another_object, 4), (learned_before, 5)])
def test_only_unrecorded_steps_may_have_changed_an_object(tmp_path: Path, change: Change, line: int) -> None:
    """A state that no recorded line explains is admitted where steps are missing, once, and of the same object."""
    two = Edited(TWO, tmp_path)
    change(two)
    assert {number for number, _ in wrong(two.report())} >= {line}


def test_what_was_overwritten_can_be_learned(tmp_path: Path) -> None:
    """A recorded write came before anybody read: a server that lags behind still shows what it overwrote."""
    two = Edited(TWO, tmp_path)
    del two.lines[4]
    report = two.report()
    assert report.mismatches == ()
    assert dict(report.rules)["unrecorded steps"] == 2


@pytest.mark.parametrize(
    ("line", "name", "count", "allowed"),
    [
        (3, "get", 1, False),
        (3, "list", 1, False),
        (3, "get0", 300, True),
        (3, "get0", 301, False),
        (3, "list0", -1, False),
        (23, "lost", 1, False),
    ],
)
def test_counts_of_a_summary_are_judged(tmp_path: Path, line: int, name: str, count: int, *, allowed: bool) -> None:
    """No read of the most recent state is old and no update is lost; reads of any state may be old."""
    two = Edited(TWO, tmp_path)
    two.body(line)[name] = count
    assert wrong(two.report()) == (set() if allowed else {(line, f"body.{name}")})


def test_other_summaries_are_passed_over(tmp_path: Path) -> None:
    """With their reason; what happened in them is still unknown."""
    two = Edited(TWO, tmp_path)
    two.body(3)["retries"] = 2
    report = two.report()
    assert report.mismatches == ()
    assert report.reasons == (("a summary, no request", 1),)


# --- Deadlines ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "line", "seconds", "field"),
    [
        (TWO, 14, 7.0, "seconds"),  # the request's own deadline
        (TWO, 16, 4.0, "seconds"),
        (TWO, 12, 2.0, "seconds"),  # three seconds are waited for a cache
        (FAULTS, 5, 1.0, "seconds"),  # the client's patience
    ],
)
def test_nobody_gives_up_too_soon(tmp_path: Path, name: str, line: int, seconds: float, field: str) -> None:
    """What has to wait ends at its deadline, not before."""
    edited = Edited(name, tmp_path)
    edited[line]["response"]["seconds"] = seconds
    assert wrong(edited.report()) == {(line, field)}


@pytest.mark.parametrize(("name", "line"), [(TWO, 5), (TWO, 10), (TWO, 19), (TWO, 21), (FAULTS, 2), (FAULTS, 3)])
def test_only_who_must_wait_gets_no_answer(tmp_path: Path, name: str, line: int) -> None:
    """A server that hears from etcd answers; and so does one that does not, from its cache."""
    edited = Edited(name, tmp_path)
    edited[line]["response"] |= {"status": None, "seconds": 60.0, "body": {"client_error": "ReadTimeout('')"}}
    assert (line, "status") in wrong(edited.report())


def test_an_impatient_client_is_told_nothing(tmp_path: Path) -> None:
    """Its server is still waiting when it gives up."""
    faults = Edited(FAULTS, tmp_path)
    faults[5]["response"] = faults[8]["response"]
    assert wrong(faults.report()) == {(5, "status")}


def test_a_dead_server_answers_nothing(tmp_path: Path) -> None:
    """Nobody listens there: the client sees that, and no answer."""
    two = Edited(TWO, tmp_path)
    refused = {"status": None, "seconds": 0.001, "body": {"client_error": "ConnectError('refused')"}}
    two.insert(28.5, like=27, server="A", step="[A killed] GET at A", response=refused)
    assert two.report().mismatches == ()
    two[28.5]["response"] = two[27]["response"]
    assert {field for _, field in wrong(two.report())} == {"status"}


@pytest.mark.parametrize(("step", "allowed"), [("[paused] readyz", True), ("[resumed] readyz", False)])
def test_a_server_may_notice_that_its_etcd_is_gone(tmp_path: Path, step: str, *, allowed: bool) -> None:
    """Its readiness may fail then, and only then."""
    faults = Edited(FAULTS, tmp_path)
    faults[10]["step"] = step
    faults[10]["response"] |= {"status": 500, "body": {"text": ETCD_GONE}}
    report = faults.report()
    assert wrong(report) == (set() if allowed else {(10, "status")})
    assert dict(report.rules).get("readiness", 0) == int(allowed)


# --- What is not understood -----------------------------------------------------------------------------------------


def test_an_unknown_deed_is_told(tmp_path: Path) -> None:
    """What happened to the servers is then not known: the line is passed over, with its text."""
    two = Edited(TWO, tmp_path)
    two[4]["step"] = "[C unplugged] GET"
    report = two.report()
    assert report.mismatches == ()
    assert dict(report.reasons) == {"it is not understood what happened: [C unplugged] GET": 1}


def test_a_line_must_tell_its_server(tmp_path: Path) -> None:
    """Where there are several, and neither the line nor its step names one, the line is passed over."""
    two = Edited(TWO, tmp_path)
    two[25].update(server=None, step="GET somewhere")
    assert dict(two.report().reasons) == {"which server was asked is not recorded": 1}
