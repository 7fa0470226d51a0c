"""Seatrial: a sea trial for control planes, and for the controllers that people write."""

__version__ = "0.1.0"
