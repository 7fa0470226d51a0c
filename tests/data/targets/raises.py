"""A file that raises while it is read."""

from seatrial import Scenario  # noqa: F401

SHARE = 1 / 0
