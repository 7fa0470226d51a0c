"""Which error wins: the table is current, follows the order of the source, and agrees with what was recorded."""

from __future__ import annotations

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from seatrial.checker.precedence import METHODS, Cell, Method, cells, document
from seatrial.checker.precedence_sources import RECORDED, Recorded, order, recorded

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "which-error-wins.md"
RECORDING = Path(__file__).parents[1] / "data" / "recordings" / "apiserver-1.36.jsonl.gz"
FOUND_TOGETHER = {"invalid", "immutable field"}
"""Defects that one stage looks for: both are told."""


@cache
def table(method: Method) -> tuple[Cell, ...]:
    """The cells of one method, asked of the model once."""
    return tuple(cells(method))


@cache
def lines() -> list[dict[str, Any]]:
    """The recording."""
    return [json.loads(line) for line in gzip.decompress(RECORDING.read_bytes()).splitlines()]


@pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/which-error-wins.md lies in the repository only")
def test_the_document_is_current() -> None:
    """``docs/which-error-wins.md`` is what the model answers now."""
    assert DOCUMENT.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("method", METHODS)
def test_the_defect_that_is_found_first_is_told(method: Method) -> None:
    """Of two defects the one is told whose check comes first in Kubernetes' source; both where one stage finds both."""
    checked = order(method)
    together = {*FOUND_TOGETHER, "wrong uid"} if method == "PATCH" else FOUND_TOGETHER
    for cell in table(method):
        pair = {cell.first, cell.second}
        expected = " and ".join(name for name in (cell.first, cell.second) if pair <= together)
        assert cell.winner == (expected or min(pair, key=checked.index)), cell


@pytest.mark.parametrize("method", METHODS)
def test_every_pair_is_there_with_what_supports_it(method: Method) -> None:
    """No cell is without a recorded line or two places in the source, and none has an answer that is neither's."""
    for cell in table(method):
        assert cell.winner
        assert cell.source.startswith(("recorded: ", "source: "))


@pytest.mark.parametrize(("pair", "line"), RECORDED.items(), ids=lambda each: str(each)[:60])
def test_what_was_recorded_is_what_the_model_tells(pair: tuple[Method, str, str], line: Recorded) -> None:
    """The recorded line that a cell cites exists, and has the status and reason that the model gives."""
    method, first, second = pair
    assert recorded(method, first, second) == line
    cited = [
        each
        for each in lines()
        if (each["scenario"], each["step"], each["actor"]) == (line.scenario, line.step, line.actor)
        and each["request"]["method"] == method
    ]
    assert cited
    cell = next(each for each in table(method) if {each.first, each.second} == {first, second})
    told = {(each["response"]["status"], each["response"].get("reason") or "") for each in cited}
    assert (cell.answer.status, cell.answer.reason) in told
