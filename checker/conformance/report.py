"""What a comparison found: the one shape of report for recordings and for running servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import field, frozen


@frozen
class Mismatch:
    """One field of one answer in which the model and the real server differ."""

    file: str
    line: int
    scenario: str
    step: str
    field: str
    expected: object
    actual: object

    def as_json(self) -> dict[str, object]:
        """The keys that ``seatrial conform --json`` prints."""
        return {
            "file": self.file,
            "line": self.line,
            "scenario": self.scenario,
            "step": self.step,
            "field": self.field,
            "expected": self.expected,
            "actual": self.actual,
        }


@frozen
class Report:
    """The outcome of a comparison.  ``steps == matched + mismatched + skipped``; reasons count the skipped ones."""

    steps: int
    matched: int
    mismatched: int
    skipped: int
    mismatches: tuple[Mismatch, ...] = ()
    reasons: tuple[tuple[str, int], ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The object that ``seatrial conform --json`` prints."""
        return {
            "steps": self.steps,
            "matched": self.matched,
            "mismatched": self.mismatched,
            "skipped": self.skipped,
            "mismatches": [each.as_json() for each in self.mismatches],
        }


def combine(reports: Iterable[Report]) -> Report:
    """One report for several: counts added up, mismatches in the order given."""
    reports = tuple(reports)
    reasons: Counter[str] = Counter()
    for report in reports:
        reasons.update(dict(report.reasons))
    return Report(
        steps=sum(each.steps for each in reports),
        matched=sum(each.matched for each in reports),
        mismatched=sum(each.mismatched for each in reports),
        skipped=sum(each.skipped for each in reports),
        mismatches=tuple(mismatch for each in reports for mismatch in each.mismatches),
        reasons=tuple(sorted(reasons.items())),
    )
