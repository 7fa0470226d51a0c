"""What a comparison found: the one shape of report for recordings and for running servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Self

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
class Tally:
    """How many steps came out how."""

    matched: int = 0
    mismatched: int = 0
    skipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.matched + other.matched, self.mismatched + other.mismatched, self.skipped + other.skipped)

    @property
    def steps(self) -> int:
        """All of them."""
        return self.matched + self.mismatched + self.skipped


@frozen
class Report:
    """The outcome of a comparison.  ``steps == matched + mismatched + skipped``; reasons count the skipped ones.

    ``rules`` count matched steps where a real answer is one of several that the model admits, by the rule that admits
    it.  ``scenarios`` tells the same by scenario, where the comparison knows them.
    """

    steps: int
    matched: int
    mismatched: int
    skipped: int
    mismatches: tuple[Mismatch, ...] = ()
    reasons: tuple[tuple[str, int], ...] = field(default=())
    scenarios: tuple[tuple[str, Tally], ...] = ()
    rules: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(
        cls,
        scenarios: Mapping[str, Tally],
        mismatches: Iterable[Mismatch],
        reasons: Mapping[str, int],
        rules: Mapping[str, int] | None = None,
    ) -> Self:
        """The report of steps that are counted by scenario, in the order given."""
        whole = sum(scenarios.values(), Tally())
        return cls(
            steps=whole.steps,
            matched=whole.matched,
            mismatched=whole.mismatched,
            skipped=whole.skipped,
            mismatches=tuple(mismatches),
            reasons=tuple(sorted(reasons.items())),
            scenarios=tuple(scenarios.items()),
            rules=tuple(sorted((rules or {}).items())),
        )

    def as_json(self) -> dict[str, object]:
        """The object that ``seatrial conform --json`` prints."""
        return {
            "steps": self.steps,
            "matched": self.matched,
            "mismatched": self.mismatched,
            "skipped": self.skipped,
            "mismatches": [each.as_json() for each in self.mismatches],
            "reasons": dict(self.reasons),
            "admitted": dict(self.rules),
            "scenarios": {
                name: {"matched": each.matched, "mismatched": each.mismatched, "skipped": each.skipped}
                for name, each in self.scenarios
            },
        }


def combine(reports: Iterable[Report]) -> Report:
    """One report for several: counts added up, mismatches in the order given."""
    reports = tuple(reports)
    reasons: Counter[str] = Counter()
    rules: Counter[str] = Counter()
    for report in reports:
        reasons.update(dict(report.reasons))
        rules.update(dict(report.rules))
    return Report(
        steps=sum(each.steps for each in reports),
        matched=sum(each.matched for each in reports),
        mismatched=sum(each.mismatched for each in reports),
        skipped=sum(each.skipped for each in reports),
        mismatches=tuple(mismatch for each in reports for mismatch in each.mismatches),
        reasons=tuple(sorted(reasons.items())),
        scenarios=tuple(each for report in reports for each in report.scenarios),
        rules=tuple(sorted(rules.items())),
    )
