"""A rule that is not deterministic."""

import itertools

from seatrial import Machine, Scenario, rule

TICKS = itertools.count()


class Clock:
    """It goes as it pleases."""

    def machine(self, name, faults):
        """The machine."""
        return Machine(name, variables={"now": 0}, rules=[rule(self.tick)])

    def tick(self, draft):
        """Tick."""
        draft.now = next(TICKS) % 7


clock = Scenario("clock", Clock())
