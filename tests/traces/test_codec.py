"""Traces as files: nothing is lost on the way, and equal traces give the same bytes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given

import seatrial.traces as traces_room
from seatrial.model.errors import BadInput, ModelError
from seatrial.model.machine import Action
from seatrial.traces import FORMAT, Provenance, ScenarioRef, Trace, TraceStep, dumps, loads, read, write

from .random_traces import traces
from .toy import lost_update

ALL_FIELDS = """\
{
  "format": 1,
  "scenario": {
    "name": "counter",
    "parameters": {
      "alpha": [
        1.5
      ],
      "zeta": null
    },
    "faults": {
      "crash": 0,
      "lost-answer": 2
    },
    "mutant": "put-compare"
  },
  "violated": {
    "invariant": "no-lost-update",
    "part": "the counter counts every success"
  },
  "provenance": {
    "engine": "walk",
    "seatrial": "0.1.0",
    "found": "seed 7 → step 12"
  },
  "steps": [
    {
      "rule": "answer",
      "arguments": {
        "to": "ann",
        "by": null
      },
      "choices": [
        [
          "stopped",
          true
        ]
      ],
      "process": "API server",
      "fault": "lost-answer",
      "events": [
        {
          "sentence": "ann hears nothing",
          "arrow": {
            "source": "API server",
            "target": "ann",
            "label": "200 OK",
            "lost": true
          }
        },
        {
          "sentence": "ann waits",
          "arrow": null
        }
      ]
    }
  ]
}
"""


@given(traces)
def test_nothing_is_lost_on_the_way(trace: Trace) -> None:
    """What was written is what is read, to the type of every value."""
    text = dumps(trace)
    again = loads(text, "a trace")
    assert again == trace
    assert dumps(again) == text


@given(traces)
def test_the_order_of_fields_does_not_matter(trace: Trace) -> None:
    """A file whose fields were put into another order holds an equal trace, but for the order of arguments."""

    def turned(pairs: list[tuple[str, object]]) -> dict[str, object]:
        document = dict(reversed(pairs))
        if set(document) >= {"rule", "arguments"}:  # turned again, they stand as they stood
            document["arguments"] = turned(list(cast("dict[str, object]", document["arguments"]).items()))
        return document

    text = dumps(trace)
    other = json.dumps(json.loads(text, object_pairs_hook=turned))
    assert dumps(loads(other, "a trace")) == text


def test_the_text_is_canonical() -> None:
    """Every field has its place: this text is what comes out when it was read."""
    trace = loads(ALL_FIELDS, "a trace")
    assert dumps(trace) == ALL_FIELDS
    assert trace.steps[0].action == Action("answer", (("to", "ann"), ("by", None)), (("stopped", True),))


def test_the_documentation_shows_a_trace() -> None:
    """The example in the room's README is a trace, as the writer writes it."""
    text = Path(traces_room.__file__).with_name("README.md").read_text(encoding="utf-8")
    example = text.split("```json\n")[1].split("```")[0]
    assert dumps(loads(example, "README.md")) == example


def test_parameters_and_faults_are_sorted() -> None:
    """The order in which a scenario was described does not reach the file."""

    def text(scenario: ScenarioRef) -> str:
        return dumps(Trace(scenario, (), None, Provenance("walk", "0.1.0")))

    one = ScenarioRef("s", {"b": {"y": 1, "x": 2}, "a": 0}, {"d": 1, "c": 2})
    other = ScenarioRef("s", {"a": 0, "b": {"x": 2, "y": 1}}, {"c": 2, "d": 1})
    assert text(one) == text(other)


def test_a_file_holds_the_canonical_text(tmp_path: Path) -> None:
    """What is written to a file is the text, in UTF-8 with plain line ends, and it is read again."""
    path = tmp_path / "lost update.json"
    write(path, lost_update())
    assert path.read_bytes() == dumps(lost_update()).encode()
    assert read(path) == lost_update()


def test_writing_replaces_what_was_there(tmp_path: Path) -> None:
    """A second trace written to the same file leaves nothing of the first."""
    path = tmp_path / "trace.json"
    path.write_text(" " * 100_000)
    write(path, lost_update())
    assert read(path) == lost_update()


def test_a_file_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    """The message names the file and what to do."""
    with pytest.raises(BadInput, match=r"trace\.json: cannot be written: No such file or directory; give a path"):
        write(tmp_path / "no such folder" / "trace.json", lost_update())


def test_the_format_has_a_version() -> None:
    """The first thing in a file is the version of its format."""
    assert dumps(lost_update()).startswith(f'{{\n  "format": {FORMAT},\n')


@pytest.mark.parametrize("value", [1.5, object(), {"a": 1}])
def test_what_no_machine_has_is_not_written(value: object) -> None:
    """A value that a reader would refuse is not written in the first place."""
    step = TraceStep(Action("go", (("to", value),)))
    trace = Trace(ScenarioRef("s"), (step,), None, Provenance("walk", "0.1.0"))
    with pytest.raises(ModelError, match=r"rule go: .* cannot be written"):
        dumps(trace)
