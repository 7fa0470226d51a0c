"""A system that cannot be made."""

from seatrial import Scenario


class Nothing:
    """Forgot what it is."""

    def machine(self, name, faults):
        """No machine."""
        return {}[name]


nothing = Scenario("nothing", Nothing())
