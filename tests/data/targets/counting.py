"""Two scenarios, a promise of their own that one of them breaks, and something that is printed."""

from seatrial import Machine, Scenario, always, require, rule

print("hello from the file")


class Counter:
    """Counts up to a number."""

    def __init__(self, top):
        """Up to ``top``."""
        self.top = top

    def machine(self, name, faults):
        """The machine."""
        return Machine(name, variables={"count": 0}, rules=[rule(self.step)])

    def step(self, draft):
        """One more."""
        require(draft.count < self.top)
        draft.count += 1


@always(source="this file", needs=["count"])
def never_three(state):
    """The count is never three."""
    return state.count != 3


low = Scenario("low", Counter(2), summary="counts to two")
high = Scenario("high", Counter(5), summary="counts to five")
