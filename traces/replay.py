"""Replaying a trace: whether its steps still lead where they led when it was recorded.

Lives here: :func:`replay`.  It goes by action, not by index: each recorded action must be enabled where it is taken,
the recorded promise must break with the last step and not before, in the same part, and the events must tell the same.
Otherwise the trace is *stale*, and the explanation says at which step and why.

Must not know: how scenarios are found.  The caller makes the scenario; a file never has anything imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice
from typing import Literal

from attrs import evolve, field, frozen

from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import Found, first_violation
from seatrial.model.events import Arrow
from seatrial.model.machine import Action, Machine, NotEnabled
from seatrial.model.scenario import Scenario
from seatrial.model.state import State

from .trace import Broken, ScenarioRef, Trace, TraceStep, retell

Status = Literal["as-recorded", "stale"]

_ALTERNATIVES = 5


@frozen
class Replayed:
    """What a replay came to.

    Attributes:
        status: whether everything went as recorded.
        explanation: why the trace is stale, or one sentence that says how it went.
        step: the number of the step, from 1, at which it went otherwise (0: in the initial state); ``None`` if no
            single step is to blame.
        refused: whether that step could not be taken at all.
    """

    status: Status
    explanation: str
    step: int | None = None
    refused: bool = field(default=False, eq=False)

    @property
    def as_recorded(self) -> bool:
        """Whether everything went as recorded."""
        return self.status == "as-recorded"


@frozen
class _Walk:
    """How far a trace's actions could be taken, what the steps told, and why they ended early, if they did."""

    steps: tuple[TraceStep, ...]
    refusal: str = ""


def replay(
    trace: Trace, scenario: Scenario | Callable[[ScenarioRef], Scenario], invariants: Sequence[Invariant]
) -> Replayed:
    """Take the trace's actions again and compare.

    A trace that breaks a promise is judged by that promise alone; others may break on its way.  Only if the promise is
    kept, or if none was broken, the others are judged.

    Args:
        trace: what was recorded.
        scenario: the scenario, or what makes it from the trace's reference.
        invariants: the promises to judge by; of those that have the same id the first one counts.

    Raises:
        BadInput: ``scenario`` raised it, for example because there is no scenario of that name.
        ModelError: a rule, an observer or an invariant is itself wrong.
    """
    made = scenario if isinstance(scenario, Scenario) else scenario(trace.scenario)
    walk = _walk(made.machine, _bound(made.machine, trace.actions))
    reason = _misjudged(trace, walk, made.machine, invariants)
    difference = _told_otherwise(trace, walk)
    if reason is None or difference is None:
        return reason or difference or _as_recorded(trace)
    if reason.step is not None and reason.step < (difference.step or 0):
        return reason
    return evolve(reason, explanation=f"{reason.explanation}; the first difference: {difference.explanation}")


def _bound(machine: Machine, actions: Sequence[Action]) -> tuple[Action, ...]:
    """The actions with their arguments in the rules' own order: the order of a JSON object's fields means nothing."""
    order = {(each.name, frozenset(each.arguments)): each.arguments for each in machine.rules}
    return tuple(
        evolve(each, arguments=order.get((each.rule, frozenset(each.arguments)), each.arguments)) for each in actions
    )


def _walk(machine: Machine, actions: Sequence[Action]) -> _Walk:
    state, steps = machine.initial, list[TraceStep]()
    for action in actions:
        try:
            state, step = retell(machine, state, action)
        except NotEnabled as refusal:
            reason = "" if str(refusal) == f"{action} is not enabled here" else f"{refusal}; "
            return _Walk(tuple(steps), reason + _enabled(machine, state))
        steps.append(step)
    return _Walk(tuple(steps))


def _enabled(machine: Machine, state: State) -> str:
    """What could be done instead, for the person who repairs the trace."""
    enabled = machine.enabled(state)
    if not enabled:
        return "nothing is possible there"
    shown = ", ".join(f"`{action}`" for action in islice(enabled, _ALTERNATIVES))
    more = f" and {len(enabled) - _ALTERNATIVES} more" if len(enabled) > _ALTERNATIVES else ""
    return f"possible there: {shown}{more}"


def _misjudged(trace: Trace, walk: _Walk, machine: Machine, invariants: Sequence[Invariant]) -> Replayed | None:
    """Why the steps do not come to the recorded end, whatever they tell."""
    taken = [step.action for step in walk.steps]
    violated = trace.violated
    if violated is None:
        found = first_violation(machine, invariants, taken)
        return _breaks_though_sample(found) if found else _refused(trace, walk)
    recorded = [each for each in invariants if each.id == violated.invariant][:1]
    if not recorded:
        return _stale(f"there is no invariant `{violated.invariant}` to judge these steps by")
    found = first_violation(machine, recorded, taken)
    if found is not None and found.position < len(trace.steps):
        return _breaks_early(violated, found, len(trace.steps))
    if walk.refusal:
        return _refused(trace, walk)
    if found is None:
        return _not_broken(violated, first_violation(machine, invariants, taken))
    return _breaks_in_another_part(violated, found) if found.part != violated.part else None


# --- The ways in which a trace can be stale, and the one in which it is not ---------------------------------


def _stale(explanation: str, step: int | None = None) -> Replayed:
    return Replayed("stale", explanation, step)


def _as_recorded(trace: Trace) -> Replayed:
    steps = _counted(len(trace.steps), "step")
    end = "nothing breaks" if trace.violated is None else f"then {_named(trace.violated)} breaks"
    return Replayed("as-recorded", f"{steps}, {end}")


def _refused(trace: Trace, walk: _Walk) -> Replayed | None:
    if not walk.refusal:
        return None
    number = len(walk.steps) + 1
    action = trace.steps[number - 1].action
    reason = f"step {number} of {len(trace.steps)}, `{action}`, is not enabled: {walk.refusal}"
    return evolve(_stale(reason, number), refused=True)


def _told_otherwise(trace: Trace, walk: _Walk) -> Replayed | None:
    """The first step that is not what it was."""
    for number, (recorded, now) in enumerate(zip(trace.steps, walk.steps, strict=False), 1):
        difference = _difference(recorded, now)
        if difference:
            return _stale(f"step {number} of {len(trace.steps)}, `{now.action}`, {difference}", number)
    return None


def _difference(recorded: TraceStep, now: TraceStep) -> str:
    """How a step differs from the recorded one, or nothing."""
    if recorded.action.choices != now.action.choices:
        return f"makes the choices {now.action.choices!r}, recorded was {recorded.action.choices!r}"
    if recorded.process != now.process:
        return f"is a step of {now.process or 'no process'!r}, recorded was {recorded.process or 'no process'!r}"
    if recorded.fault != now.fault:
        return f"is {_fault(now)}, recorded was {_fault(recorded)}"
    for number, (before, after) in enumerate(zip(recorded.events, now.events, strict=False), 1):
        if before.sentence != after.sentence:
            return f"tells {after.sentence!r} as event {number}, recorded was {before.sentence!r}"
        if before.arrow != after.arrow:
            return f"shows event {number} as {_message(after.arrow)}, recorded was {_message(before.arrow)}"
    if len(recorded.events) != len(now.events):
        return f"tells {_counted(len(now.events), 'event')}, recorded was {_counted(len(recorded.events), 'event')}"
    return ""


def _message(arrow: Arrow | None) -> str:
    if arrow is None:
        return "no message"
    lost = ", which is lost" if arrow.lost else ""
    return f"the message {arrow.label!r} from {arrow.source} to {arrow.target}{lost}"


def _counted(number: int, thing: str) -> str:
    return f"1 {thing}" if number == 1 else f"{number or 'no'} {thing}s"


def _fault(step: TraceStep) -> str:
    return f"the fault `{step.fault}`" if step.fault else "no fault"


def _breaks_though_sample(found: Found) -> Replayed:
    promise = _named(_broken(found))
    return _stale(f"recorded was a run that breaks nothing, but {promise} breaks {_when(found)}", found.position)


def _not_broken(violated: Broken, other: Found | None) -> Replayed:
    kept = f"the invariant `{violated.invariant}` is not broken by these steps"
    if other is None:
        return _stale(kept)
    promise = _named(_broken(other))
    return _stale(f"{kept}; another invariant breaks: {promise}, {_when(other)}", other.position)


def _breaks_early(violated: Broken, found: Found, total: int) -> Replayed:
    reason = f"the invariant `{violated.invariant}` breaks already {_when(found)}, recorded was step {total}"
    return _stale(reason, found.position)


def _breaks_in_another_part(violated: Broken, found: Found) -> Replayed:
    parts = f"{found.part!r}, recorded was {violated.part!r}"
    return _stale(f"the invariant `{violated.invariant}` breaks in another part: {parts}", found.position)


def _broken(found: Found) -> Broken:
    return Broken(found.invariant.id, found.part)


def _named(broken: Broken) -> str:
    return f"`{broken.invariant}` ({broken.part})" if broken.part else f"`{broken.invariant}`"


def _when(found: Found) -> str:
    return f"at step {found.position}" if found.position else "in the initial state"
