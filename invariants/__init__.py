"""Placeholder docstring; the lead writes it."""
