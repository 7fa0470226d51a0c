"""What a behaviour is when it is kept: the steps taken, what each of them told, and the promise that broke at the end.

Lives here: :class:`Trace` and its parts, all of them frozen values, and how a trace is made by taking its steps.  A
trace names its scenario; whoever wants to take the steps again makes that scenario first (:mod:`.replay`).

Must not know: files (:mod:`.codec`), or how a trace is shown (:mod:`.story`, :mod:`.diagram`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from importlib.metadata import version
from typing import Final

from attrs import field, frozen

from seatrial.model.events import Arrow, Telling
from seatrial.model.frozen_json import EMPTY, Json, freeze_map
from seatrial.model.machine import Action, Machine
from seatrial.model.scenario import Scenario
from seatrial.model.state import State

FORMAT: Final = 1
"""The version of the file format; a change that old readers would misread takes the next one."""


@frozen
class ScenarioRef:
    """A scenario by its name and by what it was made from: enough to make it again, never code to import.

    Attributes:
        name: how the scenario is called.
        parameters: plain JSON values, by name.
        faults: the budget of each fault, by name.
        mutant: the id of the guard that was removed, or empty.
        profile: the profile that was asked for in place of the scenario's own, or empty.
    """

    name: str
    parameters: Mapping[str, Json] = field(default=EMPTY, converter=freeze_map)
    faults: Mapping[str, int] = field(default=EMPTY, converter=freeze_map)
    mutant: str = ""
    profile: str = ""

    @classmethod
    def of(cls, scenario: Scenario) -> ScenarioRef:
        """The reference to a scenario.

        Raises:
            BadInput: a parameter is not a JSON value.
        """
        return cls(scenario.name, scenario.parameters, scenario.faults, scenario.mutant, scenario.profile)


@frozen
class Told:
    """What one event told: a sentence without its full stop, and the message that it was, if it was one."""

    sentence: str
    arrow: Arrow | None = None


@frozen
class TraceStep:
    """One step: the action, who took it, whether it is a fault, and what its events told.

    ``process`` and ``fault`` are those of the rule (:class:`~seatrial.model.machine.Rule`), and may be empty.
    """

    action: Action
    process: str = ""
    fault: str = ""
    events: tuple[Told, ...] = ()


@frozen
class Broken:
    """A promise that broke: the invariant's id and the part of it that failed (empty if it has no parts)."""

    invariant: str
    part: str = ""


@frozen
class Provenance:
    """Where a trace comes from: the engine, the version of Seatrial, and how it was found, in free words."""

    engine: str
    seatrial: str
    found: str = ""


@frozen
class Trace:
    """A behaviour from the initial state on.

    The promise named by ``violated`` breaks with the last step (without steps: in the initial state).  ``None`` makes
    the trace a sample run, in which nothing breaks.
    """

    scenario: ScenarioRef
    steps: tuple[TraceStep, ...]
    violated: Broken | None
    provenance: Provenance

    @property
    def actions(self) -> tuple[Action, ...]:
        """The actions, in order."""
        return tuple(step.action for step in self.steps)

    @classmethod
    def of(
        cls,
        scenario: Scenario,
        actions: Iterable[Action],
        violated: Broken | None = None,
        *,
        engine: str = "",
        found: str = "",
    ) -> Trace:
        """Take the actions and keep what they tell; that they break the promise is the caller's word.

        Raises:
            NotEnabled: an action cannot be taken.
            BadInput: a parameter of the scenario is not a JSON value.
        """
        state, steps = scenario.machine.initial, list[TraceStep]()
        for action in actions:
            state, step = retell(scenario.machine, state, action)
            steps.append(step)
        provenance = Provenance(engine, version("seatrial"), found)
        return cls(ScenarioRef.of(scenario), tuple(steps), violated, provenance)


def retell(machine: Machine, state: State, action: Action) -> tuple[State, TraceStep]:
    """Take one action and note what it tells; the step's action names every choice that was made.

    Raises:
        NotEnabled: the action cannot be taken in this state.
    """
    after, taken = machine.step(state, action)
    rule = machine.rule_of(action)
    return after, TraceStep(taken.action, rule.process, rule.fault, _told(taken.events))


def _told(events: Iterable[Hashable]) -> tuple[Told, ...]:
    """What events tell; those that were not made to be shown tell nothing."""
    telling = (event for event in events if isinstance(event, Telling))
    told = (Told(event.sentence, event.arrow) for event in telling)
    return tuple(each for each in told if each.sentence or each.arrow)
