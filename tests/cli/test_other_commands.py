"""``replay``, ``show``, ``list`` and ``conform``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.command import EXAMPLES, TARGETS, seatrial

from seatrial.cli.tracefile import find, shipped
from seatrial.model.profiles import KNOBS, PROFILES

RECORDINGS = TARGETS.parent / "recordings"


def test_a_shipped_trace_replays_by_its_name() -> None:
    """Status 0, and a line that says how it went."""
    ran = seatrial("replay", "late-create", "stale-restart")
    assert ran.status == 0
    assert ran.output.count("as recorded") == 2


def test_a_stale_trace_has_a_status_of_its_own(tmp_path: Path) -> None:
    """A trace that tells something else than it did is not as recorded: status 1, with the step."""
    trace = json.loads(find("late-create").read_text(encoding="utf-8"))
    trace["steps"][0]["events"][0]["sentence"] = "something else"
    file = tmp_path / "stale.json"
    file.write_text(json.dumps(trace), encoding="utf-8")
    ran = seatrial("replay", file, "--json")
    (result,) = ran.json["results"]
    assert (ran.status, result["status"], result["step"]) == (1, "stale", 1)
    assert "something else" in seatrial("replay", file).output


def test_somebodys_own_trace_is_found_in_their_file(tmp_path: Path) -> None:
    """`--from` gives the scenarios and the promises; without it, the line says so."""
    file = tmp_path / "high.json"
    assert seatrial("check", TARGETS / "counting.py:high", "--save", file, "-q").status == 1
    assert seatrial("replay", file, "--from", TARGETS / "counting.py").status == 0
    ran = seatrial("replay", file)
    assert (ran.status, "--from FILE.py" in ran.errors) == (2, True)


def test_a_trace_is_told_and_drawn(tmp_path: Path) -> None:
    """As a story, as a diagram, and into a file."""
    story = seatrial("show", "late-create")
    assert "no answer to create Pod" in story.output.replace("\n     ", " ")
    assert max(map(len, story.output.splitlines())) <= 100
    diagram = seatrial("show", "late-create", "--format", "mermaid")
    assert diagram.output.startswith("sequenceDiagram\n")
    file = tmp_path / "late.md"
    assert seatrial("show", "late-create", "--format", "mermaid", "-o", file).output == ""
    assert file.read_text(encoding="utf-8") == diagram.output


def test_a_strangers_trace_can_be_told() -> None:
    """Telling a trace runs nothing, so the promise need not be known."""
    file = EXAMPLES / "widgets.py"
    assert seatrial("show", "late-create", "--from", file).status == 0


@pytest.mark.parametrize(
    ("what", "key", "known"),
    [
        ("scenarios", "name", "replicaset"),
        ("invariants", "id", "obj-no-lost-update"),
        ("mutants", "id", "no-compare"),
        ("traces", "name", "late-create"),
    ],
)
def test_everything_is_listed(what: str, key: str, known: str) -> None:
    """In lines and as JSON, the same entries in the same order."""
    rows = seatrial("list", what, "--json").json[what]
    assert known in [row[key] for row in rows]
    lines = seatrial("list", what).output.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == [row[key] for row in rows]


def test_profiles_and_knobs_are_listed() -> None:
    """Each profile with the setting of every knob, each knob with the versions where its settings hold."""
    listed = {row["name"]: row for row in seatrial("list", "profiles", "--json").json["profiles"]}
    assert set(listed) == {*PROFILES, *KNOBS}
    assert listed["kubernetes-1.30"]["settings"]["consistent-lists"] == "etcd"
    assert "1.31" in listed["consistent-lists"]["settings"]["cache"]
    assert all(name in seatrial("list", "profiles").output for name in listed)


def test_the_corpus_is_part_of_the_package() -> None:
    """The traces that are listed are those beside the code."""
    assert "late-create" in [each.stem for each in shipped()]


def test_the_recording_of_an_api_server_conforms() -> None:
    """Every line of the scenario is as recorded."""
    ran = seatrial(
        "conform",
        "apiserver",
        RECORDINGS / "apiserver-1.36-a-configmap-crud.jsonl",
        "--scenario",
        "a-configmap-crud",
        "--json",
    )
    counts = {name: ran.json[name] for name in ("steps", "matched", "mismatched", "skipped")}
    assert (ran.status, counts) == (0, {"steps": 66, "matched": 66, "mismatched": 0, "skipped": 0})
    assert ran.json["mismatches"] == []


def test_a_recording_that_is_not_followed_is_shown(tmp_path: Path) -> None:
    """A line with another answer than the model's: file, line and field, status 1."""
    lines = (RECORDINGS / "apiserver-1.36-a-configmap-crud.jsonl").read_text(encoding="utf-8").splitlines()
    spoilt = json.loads(lines[0])
    spoilt["response"]["status"] = 418
    file = tmp_path / "spoilt.jsonl"
    file.write_text("\n".join([json.dumps(spoilt), *lines[1:]]) + "\n", encoding="utf-8")
    ran = seatrial("conform", "apiserver", file)
    assert ran.status == 1
    assert "spoilt.jsonl:1" in ran.output
    assert "recorded was 418" in ran.output


def test_the_recording_of_etcd_conforms() -> None:
    """One scenario is selected; what is passed over is counted by reason."""
    ran = seatrial("conform", "etcd", RECORDINGS / "etcd.jsonl")
    assert (ran.status, " 0 not" in ran.output) == (0, True)
