"""A promise with its triple: where it holds, where it ends, and what breaks it.

Lives here: the values.  Which belong to which promise is in ``triples``.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from seatrial.model.scenario import Scenario
from seatrial.model.scenarios import build

from .invariant import Invariant


@frozen
class Limit:
    """A place where a promise ends: a shipped scenario in which a witness is found.

    ``faults`` replaces the scenario's own budgets and ``profile`` its profile, so that the witness shows one thing;
    ``witness`` is the name of the trace in the corpus.  Exactly one of the promise's ``limits`` is among the
    circumstances: the one that it shows.
    """

    witness: str
    scenario: str
    faults: Mapping[str, int] = field(factory=dict[str, int])
    profile: str = ""

    def scenario_of(self) -> Scenario:
        """The scenario in which the promise ends.

        Raises:
            BadInput: there is no such scenario, fault or profile.
        """
        made = build(self.scenario, faults=self.faults or None)
        return made.under(self.profile) if self.profile else made


@frozen
class Guarantee:
    """A promise with its triple: where it holds, where it ends, which mutants break it (a mutant and its scenario)."""

    invariant: Invariant
    holds_in: tuple[str, ...]
    teeth: tuple[tuple[str, str], ...]
    limits: tuple[Limit, ...] = ()
