"""The litmus tests as a whole: the document is current, and each of them shows both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from seatrial.checker.litmus import document
from seatrial.checker.litmus_cases import CASES, Litmus

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "litmus.md"
HERE = Path(__file__).parent


@pytest.mark.skipif(not DOCUMENT.exists(), reason="docs/litmus.md lies in the repository only")
def test_the_document_is_current() -> None:
    """``docs/litmus.md`` is what the searches come to now."""
    assert DOCUMENT.read_text(encoding="utf-8") == document()


@pytest.mark.parametrize("litmus", CASES, ids=lambda each: each.id)
def test_a_litmus_has_two_sides(litmus: Litmus) -> None:
    """A litmus breaks under one setting and not under another, and no two settings are the same."""
    assert {each.breaks for each in litmus.settings} == {True, False}
    assert len({each.text for each in litmus.settings}) == len(litmus.settings)


@pytest.mark.parametrize("litmus", CASES, ids=lambda each: each.id)
def test_every_litmus_is_tested(litmus: Litmus) -> None:
    """Some file of tests names the litmus, and every setting of it."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(HERE.glob("test_*.py"))]
    (own,) = (each for each in texts if f'= "{litmus.id}"\n' in each)

    assert all(f'"{setting.text}"' in own for setting in litmus.settings)
