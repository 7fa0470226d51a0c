"""``seatrial check``: what it says, its JSON, its exit statuses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.cli.command import EXAMPLES, TARGETS, seatrial

from seatrial.checker.exhaustive import search
from seatrial.checker.verdict import Verdict
from seatrial.invariants.invariant import Invariant
from seatrial.model.machine import Machine
from seatrial.traces import read

FIXED_KEYS = [
    "scenario",
    "engine",
    "verdict",
    "complete",
    "states",
    "transitions",
    "depth",
    "seconds",
    "invariants",
    "violated",
    "trace",
    "trace_length",
]


def test_what_holds_is_said_with_the_number_of_states() -> None:
    """A complete search says so, and tells each promise by name; status 0."""
    ran = seatrial("check", "replicaset-calm")
    assert (ran.status, ran.errors) == (0, "")
    assert "holds: all 189 states explored" in ran.output
    assert "rs-no-over-creation" in ran.output
    assert "never put to the test" in ran.output


def test_what_is_violated_is_told_as_a_story(tmp_path: Path) -> None:
    """The story, the promise in words, and how to play it again; status 1."""
    file = tmp_path / "lost.json"
    ran = seatrial("check", "editors-unconditional", "--only", "obj-no-lost-update", "--save", file)
    assert ran.status == 1
    assert "violated: obj-no-lost-update breaks in 11 steps" in ran.output
    assert "editor-1 begins" in ran.output
    assert "no change is lost" in ran.output.replace("\n    ", " ")
    assert str(file) in ran.output.replace("\n", "")
    assert seatrial("replay", file).status == 0


def test_the_json_has_the_fixed_keys_first() -> None:
    """One object, whose keys other programs rely on."""
    ran = seatrial("check", "replicaset-calm", "--json")
    assert (ran.status, list(ran.json)) == (0, ["results"])
    (result,) = ran.json["results"]
    assert list(result)[: len(FIXED_KEYS)] == FIXED_KEYS
    assert (result["verdict"], result["complete"], result["violated"], result["trace"]) == ("holds", True, None, None)
    assert result["invariants"][0] == {"id": "etcd-rev-monotone", "verdict": "holds", "premises": 6}


def test_the_json_of_a_violation_holds_the_trace() -> None:
    """The trace in the JSON is the one that would be saved."""
    (result,) = seatrial("check", "editors-unconditional", "--only", "obj-no-lost-update", "--json").json["results"]
    assert (result["violated"], result["trace_length"]) == ("obj-no-lost-update", 11)
    assert (result["trace"]["format"], len(result["trace"]["steps"])) == (1, 11)


@pytest.mark.parametrize(
    ("option", "value", "stopped"),
    [("--max-states", 100, "states"), ("--max-depth", 3, "depth"), ("--timeout", 0, "seconds")],
)
def test_a_bound_that_was_asked_for_is_no_failure(option: str, value: int, stopped: str) -> None:
    """The verdict is `not-found`, never `holds`; status 0."""
    ran = seatrial("check", "editors", option, value, "--json")
    (result,) = ran.json["results"]
    assert (ran.status, result["verdict"], result["complete"], result["stopped"]) == (0, "not-found", False, stopped)


def test_want_of_memory_was_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A search that the memory would not hold stops cleanly; status 3."""
    monkeypatch.setattr("seatrial.checker.check.memory_limit", lambda: 1)
    ran = seatrial("check", "editors", "--json")
    assert (ran.status, ran.json["results"][0]["stopped"]) == (3, "memory")


def test_an_interruption_shows_what_was_found_so_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C in the second scenario leaves the first one's result; status 3."""
    begun: list[str] = []

    def interrupted(machine: Machine, invariants: Sequence[Invariant], **options: Any) -> Verdict:
        begun.append(machine.name)
        if len(begun) > 1:
            raise KeyboardInterrupt
        return search(machine, invariants, **options)

    monkeypatch.setattr("seatrial.checker.check.search", interrupted)
    ran = seatrial("check", "finalizer-race", "editors", "store")
    assert (ran.status, begun) == (3, ["finalizer-race", "editors"])
    assert "holds: all 73 states explored" in ran.output
    assert "interrupted" in ran.errors


def test_what_is_not_promised_is_named_and_can_be_asked_for() -> None:
    """Under a crash the promise about over-creation is left out, and says why; `--only` judges it all the same."""
    ran = seatrial("check", "replicaset-stale-restart")
    assert ran.status == 0
    assert "not promised: rs-no-over-creation, under crash" in ran.output
    asked = seatrial("check", "replicaset-stale-restart", "--only", "rs-no-over-creation", "--json").json["results"][0]
    assert asked["violated"] == "rs-no-over-creation"


def test_faults_are_merged_into_the_scenarios_own() -> None:
    """`--fault` adds a fault, and takes one away with 0."""
    (result,) = seatrial("check", "replicaset-calm", "--fault", "crash=1", "--fault", "api-switch=0", "--json").json[
        "results"
    ]
    assert result["faults"] == {"crash": 1, "stale-cache": 2}
    assert "rs-no-over-creation" in result["not_promised"]


def test_a_mutant_breaks_what_it_is_to_break() -> None:
    """`--mutant` explores the model without a guard, and the trace says so."""
    (result,) = seatrial("check", "editors", "--mutant", "no-compare", "--only", "obj-no-lost-update", "--json").json[
        "results"
    ]
    assert (result["violated"], result["mutant"]) == ("obj-no-lost-update", "no-compare")
    assert result["trace"]["scenario"]["mutant"] == "no-compare"


@pytest.mark.parametrize("engine", ["walk", "hypothesis"])
def test_the_sampling_engines_never_say_that_something_holds(engine: str) -> None:
    """A sample proves nothing, and the same seed takes the same sample."""
    options = ("check", "finalizer-race", "--engine", engine, "--examples", 30, "--steps", 20, "--seed", 7, "--json")
    first, second = (seatrial(*options).json["results"][0] for _ in range(2))
    assert (first["verdict"], first["complete"]) == ("not-found", False)
    assert {**first, "seconds": 0, "memory": 0} == {**second, "seconds": 0, "memory": 0}


def test_the_engines_agree_on_a_violation() -> None:
    """A seeded walk finds the lost update as well, and its trace is as short."""
    options = ("check", "editors-unconditional", "--only", "obj-no-lost-update", "--json")
    lengths = {
        engine: seatrial(*options, "--engine", engine).json["results"][0]["trace_length"]
        for engine in ("exhaustive", "walk")
    }
    assert lengths == {"exhaustive": 11, "walk": 11}


def test_several_scenarios_make_a_table() -> None:
    """A line for each scenario; what is broken is told below."""
    ran = seatrial("check", TARGETS / "counting.py")
    assert ran.status == 1
    assert [line.split()[0] for line in ran.output.splitlines()[:3]] == ["scenario", "low", "high"]
    assert "high breaks never-three" in ran.output
    assert "hello from the file" in ran.errors


def test_quiet_prints_only_what_is_violated() -> None:
    """Nothing for what holds, a line for what does not."""
    assert seatrial("check", TARGETS / "counting.py:low", "--quiet").output == ""
    assert seatrial("check", TARGETS / "counting.py", "--quiet").output.count("\n") == 1


def test_several_counterexamples_are_all_kept(tmp_path: Path) -> None:
    """The first has the name that was asked for, the next one a number."""
    file = tmp_path / "found.json"
    names = ("editors", "editors-unconditional")
    ran = seatrial("check", *names, "--mutant", "no-compare", "--only", "obj-no-lost-update", "--save", file)
    assert ran.status == 1
    assert [read(each).scenario.name for each in (file, tmp_path / "found-2.json")] == list(names)


def test_a_mutant_passes_over_what_it_does_not_fit() -> None:
    """Among several scenarios one without the guard is left out, in a line."""
    ran = seatrial("check", "store", "finalizer-race", "--mutant", "no-compare", "--max-states", 20)
    assert ran.status in {0, 1}
    assert "left out: store" in ran.errors


def test_the_manifest_of_the_examples_holds() -> None:
    """An ordinary manifest is run; what was scaled down is said."""
    (result,) = seatrial("check", EXAMPLES / "replicaset.yaml", "--fault", "crash=0", "--json").json["results"]
    assert (result["scenario"], result["verdict"]) == ("manifest", "holds")
    assert result["notes"] == ["scaled down: ReplicaSet shop/web from 3 to 2 replicas, to be explored completely"]


def test_what_cannot_be_run_is_named() -> None:
    """Each object that the model only stores, or has not got, has a line."""
    ran = seatrial("check", EXAMPLES / "webapp.yaml", "--max-states", 10)
    for kind in ("Deployment default/web", "Service default/web", "Ingress web"):
        assert f"not run: {kind}" in ran.output


def test_the_example_controller_is_caught_and_its_cure_is_not(tmp_path: Path) -> None:
    """The careless controller makes two pods, in a trace that replays; the careful one never does."""
    file = tmp_path / "widgets.json"
    ran = seatrial("check", EXAMPLES / "widgets.py", "--save", file, "--json")
    verdicts = {each["scenario"]: each["verdict"] for each in ran.json["results"]}
    assert verdicts == {"widgets": "violated", "widgets-fixed": "holds"}
    assert seatrial("replay", file, "--from", EXAMPLES / "widgets.py").status == 0


def test_a_manifests_trace_replays_from_its_file_alone(tmp_path: Path) -> None:
    """The objects are in the trace."""
    file = tmp_path / "manifest.json"
    options = ("--only", "rs-no-over-creation", "--save", file, "--fault", "lost-answer=0")
    assert seatrial("check", EXAMPLES / "webapp.yaml", *options, "-q").status == 1
    assert seatrial("replay", file).status == 0
