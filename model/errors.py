"""Errors, named by whose fault they are.

Lives here: the few exceptions that cross room borders.  Refusals of the modelled API server are not among them:
those are values of the model (``Answer``), not exceptions of ours.
"""

from __future__ import annotations


class SeatrialError(Exception):
    """Base of every error that Seatrial raises on purpose; its text is meant for the person at the keyboard."""


class BadInput(SeatrialError):
    """What the user gave us cannot be used: a file, a name, an option.

    ``place`` says where (a file and line, an option), ``reason`` what is wrong there, ``remedy`` what to do about it.
    """

    def __init__(self, reason: str, *, place: str = "", remedy: str = "") -> None:
        self.reason = reason
        self.place = place
        self.remedy = remedy
        parts = [f"{place}: {reason}" if place else reason]
        if remedy:
            parts.append(remedy)
        super().__init__("; ".join(parts))


class ModelError(SeatrialError):
    """A rule, an observer or an invariant is itself wrong: it raised, or broke a duty of the kernel."""


class Nondeterministic(ModelError):
    """The same code gave two results for the same input; a model or a reconciler must not do that."""
