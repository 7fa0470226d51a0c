"""The corpus: every trace replays, can be shown, and belongs to the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.checker.corpus import FOLDER, names, path_of, write_corpus
from seatrial.checker.evidence import Evidence, Proof, bitten, ended
from seatrial.checker.remake import promise_of, remake, replay
from seatrial.invariants.catalogue import GUARANTEES
from seatrial.traces import dumps, mermaid, read, story

from .document import OUT_OF_DATE

FILES = sorted(FOLDER.glob("*.json"))


def test_the_corpus_is_what_the_catalogue_calls_for() -> None:
    """Every place where a promise ends and every mutant that breaks one has a trace, and no trace is left over."""
    assert set(names()) == {path.stem for path in FILES}, OUT_OF_DATE


def test_every_trace_has_a_name_of_its_own() -> None:
    """No trace is written over another one."""
    assert len(set(names())) == len(names())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_trace_replays_as_recorded(path: Path) -> None:
    """Its scenario is made again by name, its steps tell the same, and they break the same part of the promise."""
    assert replay(path).as_recorded, f"{replay(path).explanation}; {OUT_OF_DATE}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_trace_says_where_it_comes_from(path: Path) -> None:
    """Its mutant is in its name, it tells which engine found it and how, and its text is the canonical one."""
    trace = read(path)

    assert (path.stem.startswith(f"mutant-{trace.scenario.mutant}")) == bool(trace.scenario.mutant)
    assert trace.provenance.engine == "exhaustive"
    assert "breadth first" in trace.provenance.found
    assert path.read_text(encoding="utf-8") == dumps(trace)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_trace_can_be_shown(path: Path) -> None:
    """Its story numbers the steps and ends with the broken promise; its diagram marks the step that breaks it."""
    trace = read(path)
    promise = promise_of(trace)
    assert promise is not None
    told, drawn = story(trace, promise), mermaid(trace, promise)

    assert f" {len(trace.steps)}. " in told
    assert f"With step {len(trace.steps)} a promise is broken: {promise.id}" in told
    assert drawn.startswith("sequenceDiagram\n")
    assert f"promise broken: {promise.id}" in drawn


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_step_of_a_trace_tells_something(path: Path) -> None:
    """In a story no step is only the name of a rule, but for what happens to etcd outside any request."""
    silent = {step.action.rule for step in read(path).steps if not step.events}
    assert silent <= {"change_by_itself", "shorten"}


def test_writing_the_corpus_removes_what_belongs_to_nothing(tmp_path: Path) -> None:
    """A trace that the catalogue does not call for any more goes, other files stay; what is written can be read."""
    guarantee = next(each for each in GUARANTEES if each.invariant.id == "obj-finalizer-blocks-removal")
    (limit, *_), (tooth, *_) = guarantee.limits, guarantee.teeth
    found = ended(guarantee.invariant, limit), bitten(guarantee, *tooth)
    (tmp_path / "old.json").write_text("{}")
    (tmp_path / "README.md").write_text("stays")

    written = write_corpus(Evidence((), (Proof(guarantee, (), found[:1], found[1:]),), ()), tmp_path)

    assert [path.stem for path in written] == ["finalizer-added-during-delete", "mutant-delete-ignores-finalizers"]
    assert {path.name for path in tmp_path.iterdir()} == {"README.md", *(path.name for path in written)}
    assert [read(path) for path in written] == [each.witness.trace for each in found]
    assert path_of(limit.witness, tmp_path) == written[0]


def test_the_scenario_of_a_trace_is_the_catalogues() -> None:
    """A witness is found in the scenario, and under the faults, that the catalogue names."""
    for guarantee in GUARANTEES:
        for limit in guarantee.limits:
            scenario = remake(read(path_of(limit.witness)).scenario)
            assert scenario.name == limit.scenario
            assert not limit.faults or scenario.faults == limit.faults
