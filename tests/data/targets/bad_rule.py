"""A rule that raises."""

from seatrial import Machine, Scenario, rule


class Bomb:
    """It ticks and goes off."""

    def machine(self, name, faults):
        """The machine."""
        return Machine(name, variables={"left": 2}, rules=[rule(self.tick)])

    def tick(self, draft):
        """Tick."""
        draft.left = draft.left - 1 if 1 // draft.left < 1 else 0


bomb = Scenario("bomb", Bomb())
