"""GUARANTEES.md, as the tests look at it."""

from __future__ import annotations

from pathlib import Path

from seatrial.checker.corpus import COMMAND

DOCUMENT = Path(__file__).resolve().parents[2] / "GUARANTEES.md"
OUT_OF_DATE = f"run `{COMMAND}`, and look at what it changes in traces/corpus/ and GUARANTEES.md"


def document() -> str | None:
    """The document's text; ``None`` where the tests are run without the repository around them."""
    return DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.is_file() else None


def undocumented(*passages: str) -> list[str]:
    """The passages that the document does not hold; none where there is no document."""
    text = document()
    return [] if text is None else [each for each in passages if each not in text]
