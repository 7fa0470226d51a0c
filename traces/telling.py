"""The words that every rendering of a trace uses, so that a step is called the same in all of them.

Must not know: where the words go (:mod:`.story`, :mod:`.diagram`).
"""

from __future__ import annotations

from collections.abc import Mapping

from seatrial.invariants.invariant import Invariant
from seatrial.model.machine import Action

from .trace import Broken, Trace, TraceStep


def one_line(text: str) -> str:
    """The text with every run of white space made one space."""
    return " ".join(text.split())


def in_words(action: Action) -> str:
    """An action for people.

    >>> in_words(Action("plan_create", (("key", "k1"),), (("default", "web-1"),)))
    'plan create (key k1), choosing default/web-1'
    """
    arguments = ", ".join(f"{name} {_plain(value)}" for name, value in action.arguments)
    choices = ", ".join(_plain(choice) for choice in action.choices)
    return (
        action.rule.replace("_", " ").strip()
        + (f" ({arguments})" if arguments else "")
        + (f", choosing {choices}" if choices else "")
    )


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "/".join(_plain(part) for part in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return "nothing" if value is None else str(value)


def untold(step: TraceStep) -> str:
    """What a step is called that told nothing: its action, and who took it where the action does not say."""
    arguments = [value for _, value in step.action.arguments]
    who = f"{step.process}: " if step.process and step.process not in arguments else ""
    return who + in_words(step.action)


def fault_mark(step: TraceStep) -> str:
    """What is put before the words of a step that is a fault; empty for the others."""
    return f"[fault: {step.fault}] " if step.fault else ""


def budgets(faults: Mapping[str, int]) -> str:
    """How often each fault may happen.

    >>> budgets({"crash": 1, "lost-answer": 2})
    'crash (at most 1), lost-answer (at most 2)'
    """
    return ", ".join(f"{name} (at most {count})" for name, count in sorted(faults.items()) if count)


def broken_promise(trace: Trace, invariant: Invariant | None) -> tuple[Broken, str] | None:
    """What the trace breaks and the promise's sentence (empty if the invariant is not given), if it breaks something.

    Raises:
        ValueError: another invariant was given than the one that the trace breaks.
    """
    broken = trace.violated
    if broken is None:
        return None
    if invariant is not None and invariant.id != broken.invariant:
        message = f"the trace breaks {broken.invariant}, its promise cannot be shown in the words of {invariant.id}"
        raise ValueError(message)
    return broken, "" if invariant is None else invariant.sentence
