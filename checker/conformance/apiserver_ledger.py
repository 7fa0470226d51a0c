"""What came of each line of a replay, counted.

Lives here: :class:`Ledger`.  Must not know: how it came about.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from attrs import Factory, define

from seatrial.traces.recordings import Line

from .admitted import Admitted
from .fields import Difference
from .report import Mismatch, Report, Tally


@define
class Ledger:
    """Lines as recorded, not as recorded and passed over; the rules by which some were admitted."""

    _tallies: dict[str, Tally] = Factory(dict[str, Tally])
    _mismatches: list[Mismatch] = Factory(list[Mismatch])
    _reasons: Counter[str] = Factory(Counter[str])
    _admitted: Counter[str] = Factory(Counter[str])

    def pass_over(self, line: Line, reason: str) -> None:
        """A line was not compared."""
        self._reasons[reason] += 1
        self._tally(line, Tally(skipped=1))

    def note(self, line: Line, differences: Iterable[Difference], rules: Iterable[Admitted] = ()) -> None:
        """A line was compared; if there is no difference, these rules had to allow its answer."""
        found = [self._mismatch(line, each) for each in differences]
        self._tally(line, Tally(mismatched=1) if found else Tally(matched=1))
        self._mismatches.extend(found)
        if not found:
            self._admitted.update(rule.title for rule in rules)

    def report(self) -> Report:
        """What has come of all lines so far."""
        return Report.of(self._tallies, self._mismatches, self._reasons, self._admitted)

    def _mismatch(self, line: Line, each: Difference) -> Mismatch:
        return Mismatch(
            file=line.file,
            line=line.number,
            scenario=str(line.fields["scenario"]),
            step=str(line.fields["step"]),
            field=each.field,
            expected=each.expected,
            actual=each.actual,
        )

    def _tally(self, line: Line, more: Tally) -> None:
        scenario = str(line.fields["scenario"])
        self._tallies[scenario] = self._tallies.get(scenario, Tally()) + more
