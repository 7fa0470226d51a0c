"""Bad input: one clear line on standard error, status 2, never a traceback."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import TARGETS, seatrial

from seatrial.cli.tracefile import find


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("check no-such.yaml", "no-such.yaml: cannot be read: No such file or directory"),
        ("check no-such.py", "no-such.py: there is no such file"),
        ("check no/such/thing", "there is no such file"),
        ("check trace.json", "seatrial replay trace.json"),
        ("check replicasett", "did you mean 'replicaset'?"),
        ("check --engine exhaustiv", "did you mean 'exhaustive'?"),
        ("check --engine symbolic", "'symbolic' is not built yet"),
        ("check --only obj-no-lost-updat", "did you mean 'obj-no-lost-update'?"),
        ("check store --only rs-no-over-creation", "not about store"),
        ("check editors --mutant no-compar", "did you mean 'no-compare'?"),
        ("check store --mutant no-compare", "store is a Store"),
        ("check store --fault crash=1", "has no faults"),
        ("check replicaset --fault pause=1", "has no fault 'pause'"),
        ("check editors --fault crsh=1", "did you mean 'crash'?"),
        ("check editors --fault crash", "write crash=N"),
        ("check editors --fault crash=-1", "write crash=N"),
        ("check editors --workers 2", "not built yet"),
        ("check editors --profile kubernetes-1.31", "did you mean 'kubernetes-1.3"),
        ("check editors --profile first-reed=any", "did you mean 'first-read'?"),
        ("check editors --profile first-read=old", "its settings: any, consistent"),
        ("check store --profile first-read=any", "follows no profile"),
        ("check editors --examples 3", "has no use for examples"),
        ("check editors-unconditional --only obj-no-lost-update --save /no/such/folder/x.json", "cannot be written"),
        ("replay no-such", "there is no such file"),
        ("replay late-creat", "did you mean 'late-create'?"),
        ("show no-such.json", "there is no such file"),
        ("show late-create --format svg", "not built yet"),
        ("show late-create --format mermai", "did you mean 'mermaid'?"),
        ("show late-create -o /no/such/folder/x.md", "cannot be written"),
        ("list scenario", "did you mean 'scenarios'?"),
        ("guarantees --format html", "the formats are md, json"),
        ("conform etc", "did you mean 'etcd'?"),
        ("conform etcd", "give recordings"),
        ("conform etcd no-such.jsonl", "no-such.jsonl"),
        ("conform apiserver --live", "cannot be asked yet"),
        ("conform apiserver x.jsonl --version 3.6.8", "--version"),
    ],
)
def test_a_wrong_word_is_told_in_one_line(arguments: str, said: str) -> None:
    """The line says what is wrong and what to do, or which name is near."""
    told_in_one_line(*arguments.split(), said=said)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("raises.py", r"raises\.py:5: raised ZeroDivisionError: division by zero"),
        ("exits.py", r"exits\.py:5: raised SystemExit: I am a script"),
        ("syntax.py", r"syntax\.py:1:7: not Python"),
        ("empty.py", r"empty\.py: holds no scenario"),
        ("twice.py", r"two scenarios are called 'same'"),
        ("bad_rule.py:bom", r"did you mean 'bomb'\?"),
        (
            "bad_invariant.py",
            r"invariant looks-for-what-is-not-there raised KeyError: 'nothing' \(.*bad_invariant\.py:9\)",
        ),
        ("bad_rule.py", r"rule tick\(\) raised ZeroDivisionError: .* \(.*bad_rule\.py:15\)"),
        ("bad_system.py", r"bad_system\.py:11: scenario 'nothing' cannot be made: KeyError"),
        ("random_rule.py", r"rule tick\(\) did two different things in the same state"),
        ("random_reconciler.py", r"did two different things in the same state|is not deterministic"),
    ],
)
def test_a_wrong_python_file_is_told_in_one_line(file: str, said: str) -> None:
    """Whatever a user's file does wrong, the line names the place."""
    told_in_one_line("check", TARGETS / file, said=re.compile(said))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b: c", "m.yaml:1:5: not YAML"),
        ("apiVersion: v1\nkind: ConfigMap\nkind: Secret\n", "m.yaml:3:1: the key 'kind' occurs twice"),
        ("# nothing\n---\n", "there is no object here"),
        ("- 1", "m.yaml:1:1: [1] is no object"),
        ("kind: ConfigMap", "m.yaml:1:1: this is no Kubernetes object"),
        ("apiVersion: v1\nkind: Pood\nmetadata: {name: a}\n", "did you mean Pod?"),
        ("---\napiVersion: apps/v1\nkind: ReplicaSet\nmetadata: {name: a}\n", "m.yaml:2:1: the API server refuses"),
        ("apiVersion: batch/v1\nkind: Job\nmetadata: {name: a}\n", "not run: Job a"),
        ("name: {{ .Values.name }}", "helm template"),
    ],
)
def test_a_wrong_manifest_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    """The line names file, line and column."""
    file = tmp_path / "m.yaml"
    file.write_text(text, encoding="utf-8")
    told_in_one_line("check", file, said=said)


def test_an_object_given_twice_is_told_with_both_places(tmp_path: Path) -> None:
    """Two files may not hold one object."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    for name in ("one.yaml", "two.yml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
    told_in_one_line("check", tmp_path / "one.yaml", tmp_path / "two.yml", said="one.yaml:1:1")


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("scenario", {"name": "replicaste"}, "did you mean 'replicaset'?"),
        ("scenario", {"mutant": "no-compar"}, "did you mean 'no-compare'?"),
        ("scenario", {"parameters": {"replica": 1}}, "has no parameter 'replica'"),
        ("violated", {"invariant": "rs-over-creation"}, "did you mean 'rs-no-over-creation'?"),
        ("provenance", {"engin": "walk"}, "unknown field `engin`"),
    ],
)
def test_a_wrong_trace_is_told_in_one_line(tmp_path: Path, part: str, value: dict[str, object], said: str) -> None:
    """The line names the file, and the name that is near."""
    trace = _late_create()
    trace[part] = {**trace[part], **value}
    told_in_one_line("replay", _written(tmp_path, trace), said=said)


def test_a_step_that_is_not_enabled_is_bad_input(tmp_path: Path) -> None:
    """A trace that leaves out a step says which one cannot follow, and what could."""
    trace = _late_create()
    del trace["steps"][0]
    told_in_one_line("replay", _written(tmp_path, trace), said="step 1 of 10, `serve(")


def test_broken_json_is_told_in_one_line(tmp_path: Path) -> None:
    """The line names file, line and column."""
    file = tmp_path / "trace.json"
    file.write_text('{"format": 1,', encoding="utf-8")
    told_in_one_line("replay", file, said="line 1, column 14: not JSON")


@pytest.mark.parametrize("arguments", ["", "chekc", "check --max-states many", "check --no-such-option", "replay"])
def test_wrong_usage_is_explained(arguments: str) -> None:
    """What typer refuses has the same status."""
    ran = seatrial(*arguments.split())
    assert (ran.status, "Traceback" in ran.output + ran.errors) == (2, False)


def told_in_one_line(*arguments: object, said: str | re.Pattern[str]) -> None:
    """Run a command that cannot succeed: status 2, nothing on standard output, one line on standard error."""
    ran = seatrial(*arguments)
    line = ran.errors.rstrip("\n")
    assert (ran.status, ran.output) == (2, "")
    assert line.startswith("seatrial: ")
    assert "\n" not in line
    assert "Traceback" not in line
    assert re.search(said, line) if isinstance(said, re.Pattern) else said in line


def _late_create() -> dict[str, Any]:
    """A shipped trace as plain JSON, to be spoilt."""
    trace: dict[str, Any] = json.loads(find("late-create").read_text(encoding="utf-8"))
    return trace


def _written(folder: Path, trace: object) -> Path:
    file = folder / "trace.json"
    file.write_text(json.dumps(trace), encoding="utf-8")
    return file
