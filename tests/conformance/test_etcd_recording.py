"""The model of etcd against the recordings of real ones.

Lives here: the exact figures of the comparison, and that the comparison would notice.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.conformance.etcd_lines import RECORDING, Change, Line, altered, at, conform, dropping, lines, setting

from seatrial.checker.conformance.etcd_recording import conform_etcd
from seatrial.checker.conformance.etcd_replay import AFTER_A_GAP, MALFORMED, TIME_LEFT
from seatrial.model.errors import BadInput
from seatrial.model.etcd import VERSIONS

SLICE = ("00-fresh", "01-put-get", "02-delete", "03-txn", "05-compare", "06-history", "10-compaction")


# --- Figures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", list(VERSIONS))
def test_the_model_answers_as_every_recorded_release(version: str) -> None:
    """All 203 recorded steps match on each release; four of them by a rule that admits more than one answer."""
    report = conform_etcd(RECORDING, versions=(version,))
    assert report.mismatches == ()
    assert (report.steps, report.matched, report.mismatched, report.skipped) == (203, 203, 0, 0)
    assert dict(report.rules) == {TIME_LEFT: 2, AFTER_A_GAP: 2}


def test_scenarios_are_counted_each() -> None:
    """The 141 lines of scenarios 00 to 06 and 10 match; the report tells how many lines of each there are."""
    report = conform_etcd(RECORDING, scenarios=SLICE)
    assert (report.steps, report.matched, report.mismatched, report.skipped) == (141, 141, 0, 0)
    assert [name for name, _ in report.scenarios] == list(SLICE)
    assert sum(tally.matched for _, tally in report.scenarios) == 141


def test_all_releases_in_one_report() -> None:
    """All releases of a recording can be compared at once, each on a store of its own."""
    report = conform_etcd(RECORDING, versions=None)
    assert (report.steps, report.matched, report.mismatched) == (4 * 203, 4 * 203, 0)


def test_a_scenario_is_compared_in_the_state_that_others_left() -> None:
    """Only the wanted scenarios are reported, but all lines are replayed: the last scenario begins at revision 54."""
    report = conform_etcd(RECORDING, scenarios=["11-lease"])
    assert (report.steps, report.matched, report.mismatched, report.skipped) == (28, 28, 0, 0)


@pytest.mark.parametrize(
    ("version", "steps"),
    [
        ("3.5.16", []),
        ("3.5.1", ["watch from the compacted delete"]),
        ("3.4.23", ["watch from the compacted delete", "grant with a taken ID"]),
    ],
)
def test_releases_differ_where_they_are_known_to(tmp_path: Path, version: str, steps: list[str]) -> None:
    """An older release's answers, taken for the newest's, differ in what the knobs stand for and in nothing else."""
    theirs = lines(version)
    for line in theirs:
        line["etcd"] = "3.6.8"
        if isinstance(line["response"]["body"], dict):
            line["response"]["body"].pop("error", None)  # the form of a refusal is the gateway's, not the store's
    theirs = [line for line in theirs if line["step"] != "status of a fresh member"]  # there a release names itself
    report = conform(tmp_path, theirs)
    assert list(dict.fromkeys(each.step for each in report.mismatches)) == steps


# --- Gaps -----------------------------------------------------------------------------------------------------------


def test_a_gap_is_bridged_by_its_revision_only(tmp_path: Path) -> None:
    """Where steps are missing, the revision is taken from the next answer; what else differs is still reported."""
    recorded = lines()
    (first,) = (line for line in recorded if line["seq"] == 52)
    first["response"]["body"]["responses"][0]["response_put"]["header"]["revision"] = "21"
    report = conform(tmp_path, recorded)
    assert [(each.step, each.field) for each in report.mismatches] == [
        ("1", "body.responses[0].response_put.header.revision")
    ]


def test_without_a_gap_the_revision_is_the_models(tmp_path: Path) -> None:
    """A revision that jumps where nothing is missing is a mismatch, there and ever after."""
    recorded = lines()
    for number, line in enumerate(recorded):
        line["seq"] = number + 1
    report = conform(tmp_path, recorded)
    first = report.mismatches[0]
    assert (first.scenario, first.step, first.field) == ("05-compare", "1", "body.header.revision")
    assert (first.expected, first.actual) == ("20", "18")
    assert report.mismatched > 100


# --- What the comparison would notice -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "place", "value", "field"),
    [
        ("first put", ("http_status",), 500, "http_status"),
        ("get", ("body", "kvs", 0, "version"), "4", "body.kvs[0].version"),
        ("get", ("body", "kvs", 0, "value"), "5", "body.kvs[0].value"),
        ("get", ("body", "more"), True, "body.more"),
        ("delete an existing key", ("body", "prev_kvs"), [], "body.prev_kvs[0]"),
        ("empty txn", ("body", "succeeded"), False, "body.succeeded"),
        ("compact the same again", ("body", "code"), 3, "body.code"),
        ("range one in the future", ("body", "message"), "no", "body.message"),
        ("revoke of an expired lease", ("http_status",), 400, "http_status"),
    ],
)
def test_every_field_of_an_answer_is_compared(
    tmp_path: Path, step: str, place: tuple[str | int, ...], value: object, field: str
) -> None:
    """An answer that differs in one field is reported with its line, step and field."""
    recorded = altered(step, setting("response", *place, to=value))
    report = conform(tmp_path, recorded)
    number = 1 + next(n for n, line in enumerate(recorded) if line["step"] == step)
    assert [(each.line, each.step, each.field) for each in report.mismatches] == [(number, step, field)]
    assert (report.matched, report.mismatched) == (202, 1)


PAST = "prefix, from the past"
LIVE = "live, start_revision 0: first message is created, header.revision now"
CANCELLED = "watch from below the compaction: cancelled with compact_revision"
PROGRESS = "progress_notify with nothing happening (interval 2s)"


ASKED = ("request", "body")
BODY = ("response", "body")
BEGIN = (*BODY, 0, "result")
TOLD = (*BODY, 1, "result")
REVISION = ("header", "revision")


def split_a_revision(line: Line) -> None:
    """Send the second half of the last revision in a message of its own."""
    result = at(line, TOLD)
    at(line, BODY).append({"result": {"header": result["header"], "events": result["events"][-1:]}})
    del result["events"][-1]


def add_progress(line: Line) -> None:
    """Send a progress notification that nobody asked for."""
    at(line, BODY).append({"result": {"header": {"revision": "37"}}})


def swap_events(line: Line) -> None:
    """Tell two events in the wrong order."""
    told = at(line, (*TOLD, "events"))
    told[0], told[1] = told[1], told[0]


@pytest.mark.parametrize(
    ("step", "change", "field"),
    [
        (PAST, dropping(*TOLD, "events", -1), "events[7]"),
        (PAST, swap_events, "events[0].kv.key"),
        (PAST, split_a_revision, "body[1].events"),
        (PAST, dropping(*TOLD, "events", 4, "type"), "events[4].type"),
        (PAST, setting(*TOLD, *REVISION, to="36"), "body[1].header.revision"),
        (PAST, setting(*TOLD, *REVISION, to="38"), "body[1].header.revision"),
        (PAST, setting(*BEGIN, *REVISION, to="36"), "body[0].header.revision"),
        (PAST, add_progress, "body[2]"),
        (PAST, dropping(*BEGIN, "created"), "body[0].created"),
        (PAST, setting(*TOLD, "canceled", to=True), "body[1].canceled"),
        (LIVE, setting(*BEGIN, *REVISION, to="36"), "body[0].header.revision"),
        (CANCELLED, dropping(*BODY, -1), "watch 0[0]"),
        (
            CANCELLED,
            setting(*TOLD, "compact_revision", to="51"),
            "watch 0[0].compact_revision",
        ),
        (PROGRESS, setting(*TOLD, *REVISION, to="48"), "body[1].header.revision"),
        (PROGRESS, setting(*TOLD, *REVISION, to="46"), "body[1].header.revision"),
    ],
)
def test_every_message_of_a_watch_is_compared(tmp_path: Path, step: str, change: Change, field: str) -> None:
    """A lost, swapped, altered or torn event, a header out of bounds, an unasked message: each is reported."""
    report = conform(tmp_path, altered(step, change))
    assert report.mismatched == 1
    assert field in [each.field for each in report.mismatches]
    assert {each.step for each in report.mismatches} == {step}


def test_how_events_are_grouped_is_not_compared(tmp_path: Path) -> None:
    """Whether the revisions of the past come in one message or in several is a matter of time."""

    def change(line: Line) -> None:
        result = at(line, TOLD)
        at(line, BODY).append({"result": {"header": {"revision": "37"}, "events": result["events"][2:]}})
        del result["events"][2:]

    assert conform(tmp_path, altered(PAST, change)).mismatched == 0


# --- What is not compared, and what cannot be -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (setting("request", "path", to="/v3/auth/user/list"), "maintenance: about the server's process"),
        (
            setting("request", "path", to="/v3/election/leader"),
            "the model does not serve /v3/election/leader",
        ),
        (setting(*ASKED, "surprise", to=1), "the model does not know the field surprise"),
    ],
)
def test_what_the_model_does_not_have_is_passed_over(tmp_path: Path, change: Change, reason: str) -> None:
    """A request that the model does not have is counted as skipped, with its reason."""
    report = conform(tmp_path, altered("get", change))
    assert report.mismatched == 0
    assert any(each.startswith(reason) for each, _ in report.reasons)


NO_REQUESTS = [
    setting(*ASKED, "revision", to="abc"),
    setting(*ASKED, "revision", to=str(2**63)),
    setting(*ASKED, "limit", to=True),
    setting(*ASKED, "keys_only", to=1),
    setting(*ASKED, "sort_order", to="UP"),
    setting(*ASKED, "key", to=5),
    setting(*ASKED, to='{"key": nope'),
    setting(*ASKED, to=["key"]),
]


@pytest.mark.parametrize("change", NO_REQUESTS)
def test_a_malformed_request_must_have_been_refused(tmp_path: Path, change: Change) -> None:
    """What no server can read fits if it was refused as such, in whatever words, and differs if it was answered."""
    recorded = altered("get", change)
    assert conform(tmp_path, recorded).mismatched == 1
    (line,) = (line for line in recorded if line["step"] == "get")
    body: dict[str, object] = {"code": 3, "message": "as this server says it"}
    line["response"] = {"http_status": 400, "body": body}
    report = conform(tmp_path, recorded)
    assert (report.mismatched, dict(report.rules)[MALFORMED]) == (0, 1)
    body["code"] = 5
    assert conform(tmp_path, recorded).mismatched == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (setting("request", to=None), "the line is not a request with its answer"),
        (setting("response", to=None), "the line is not a request with its answer"),
        (setting("response", "http_status", to=None), "the line is not a request with its answer"),
        (setting("request", "method", to="GET"), "the gateway is asked by POST only"),
        (setting(*ASKED, "sort_order", to=9), "the model does not know the choice 9 of range.sort_order"),
    ],
)
def test_lines_without_request_or_answer_are_passed_over(tmp_path: Path, change: Change, reason: str) -> None:
    """A line that tells of something else, or of which no answer is known, stops nothing."""
    report = conform(tmp_path, altered("get", change))
    assert (report.mismatched, dict(report.reasons)) == (0, {reason: 1})


def test_fields_have_two_names_and_null_is_none(tmp_path: Path) -> None:
    """JSON's own names for fields are read as etcd's, and a null as a field that is not there."""
    count, nothing = setting(*ASKED, "countOnly", to=True), setting(*ASKED, "rangeEnd", to=None)
    assert conform(tmp_path, altered("get", nothing)).mismatched == 0
    assert conform(tmp_path, altered("get", count)).mismatched == 1


def test_a_line_without_a_body_is_bad_input(tmp_path: Path) -> None:
    """A line that lacks a field is refused with file, line and field."""
    with pytest.raises(BadInput, match=r"the field request\.body is missing") as caught:
        conform(tmp_path, altered("get", dropping(*ASKED)))
    assert caught.value.place == f"{tmp_path / 'recording.jsonl'}:9"
    assert caught.value.remedy


def test_unknown_names_are_bad_input(tmp_path: Path) -> None:
    """A scenario or release that the recording has not, or that the model has not, is refused with what there is."""
    with pytest.raises(BadInput, match="no scenario '12-x'; it has 00-fresh, 01-put-get"):
        conform_etcd(RECORDING, scenarios=["12-x"])
    with pytest.raises(BadInput, match=r"no version of etcd '3\.7\.0'; it has 3\.6\.8"):
        conform_etcd(RECORDING, versions=["3.7.0"])
    path = tmp_path / "new.jsonl"
    path.write_text(json.dumps({**lines()[0], "etcd": "4.0.0"}), encoding="utf-8")
    with pytest.raises(BadInput, match=r"does not know etcd 4\.0\.0; it knows 3\.4\.23"):
        conform_etcd(path, versions=["4.0.0"])
