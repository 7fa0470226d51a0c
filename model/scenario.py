"""What is explored: a system with its faults, and everything that is needed to make it again.

A shipped scenario's name and parameters are all that a trace has to store; nothing is imported because a file says so.

Lives here: the value.  The shipped scenarios are in :mod:`seatrial.model.scenarios`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Protocol, cast

from attrs import define, evolve, field

from .errors import BadInput
from .faults import Fault, as_given, budgets
from .machine import Machine
from .profiles import NEWEST, Profile, profile_named


class System(Protocol):
    """Whatever can be made into a machine, for example a :class:`~seatrial.model.cluster.Cluster`."""

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The machine in which the given faults can happen as often as they say."""
        ...


@define(eq=False, slots=False)
class Scenario:
    """A system, the faults that may happen in it, and how to make it again.

    Attributes:
        name: how it is called on the command line and in traces.
        system: what is explored.
        faults: the budget of each fault; a fault that is not named cannot happen.
        summary: one sentence for lists.
        hazards: what is done here that some promises do not cover, beside faults (``unconditional-update``).
        parameters: what the system was made from, as plain JSON values (of shipped scenarios only).
        profile: the profile that was asked for in place of the system's own, as it was written, or empty.
        mutant: the id of the guard that was removed, or empty.
        notes: lines for the person who asked: what was scaled down, what cannot be run.
    """

    name: str
    system: System
    faults: Mapping[str, int] = field(factory=dict[str, int], converter=budgets, kw_only=True)
    summary: str = field(default="", kw_only=True)
    hazards: tuple[str, ...] = field(default=(), kw_only=True)
    parameters: Mapping[str, Any] = field(factory=dict[str, Any], kw_only=True)
    profile: str = field(default="", kw_only=True)
    mutant: str = field(default="", kw_only=True)
    notes: tuple[str, ...] = field(default=(), kw_only=True)

    @cached_property
    def machine(self) -> Machine:
        """What the engines explore; made on first use.

        Raises:
            BadInput: the system cannot be made.
        """
        return self.system.machine(self.name, self.faults)

    @property
    def circumstances(self) -> frozenset[str]:
        """Everything that promises may be limited by.

        The faults that can happen, the hazards, and as ``KNOB=SETTING`` in what the system's profile is not the newest.
        """
        knobs = self.settings.text
        return frozenset(self.faults) | frozenset(self.hazards) | frozenset(knobs.split(",") if knobs else ())

    @property
    def settings(self) -> Profile:
        """The profile that the system follows; the newest if it follows none."""
        return cast("Profile", getattr(self.system, "profile", NEWEST))

    def under(self, profile: str) -> Scenario:
        """The same with another profile: one that has a name, or ``KNOB=SETTING,…`` to change these knobs only.

        Raises:
            BadInput: there is no such profile, or the system follows none.
        """
        if not hasattr(self.system, "profile"):
            raise BadInput(
                f"scenario {self.name!r} follows no profile: no version differs there", remedy="leave it out"
            )
        system: Any = self.system
        asked = f"{self.profile},{profile}" if self.profile else profile
        return evolve(self, profile=asked, system=evolve(system, profile=profile_named(profile, self.settings)))

    def with_faults(self, faults: Mapping[str, int] | Iterable[Fault]) -> Scenario:
        """The same with other budgets for the faults named; 0 takes one away."""
        return evolve(self, faults={**self.faults, **as_given(faults)})

    def mutated(self, mutant: str, system: System) -> Scenario:
        """The same with another system, from which a guard was removed."""
        return evolve(self, mutant=mutant, system=system)
