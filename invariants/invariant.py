"""What a promise is: one published sentence, a way to judge it, where it holds and where it ends.

Lives here: :class:`Invariant` and the decorators that make one of a function.  The function's docstring is the promise;
it is printed when the promise is broken.  Modes:

``always``    judged in every state: ``function(state)``;
``stepwise``  judged on every step: ``function(before, step, after)``, or only on steps that emit certain events;
``at_rest``   judged in the states in which nothing but faults can happen any more: ``function(state)``.

A function returns whether the promise is kept, or ``None`` where its premise is not met.  One with several parts yields
them instead, ``yield "part", condition``; the failure then names the part.  A promise whose premise was never met is
reported as *vacuous*, not as *holds*.

Must not know: how states are explored or stored.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, TypeAlias, cast

from attrs import field, frozen

from seatrial.model.draft import Schema, View
from seatrial.model.errors import ModelError
from seatrial.model.machine import Step, place_of

Mode = Literal["always", "stepwise", "at_rest"]

Parts: TypeAlias = "Iterator[tuple[str, bool]]"
"""What a judgement in several parts yields: each part's text, and whether it holds; none: its premise is not met."""

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@frozen
class Judgement:
    """How often the premise was met in one judgement, and the part that failed (``None``: none did)."""

    premises: int
    failure: str | None = None


@frozen(eq=False)
class Invariant:
    """One promise.

    Attributes:
        id: short name with hyphens, for example ``obj-no-lost-update``.
        sentence: the promise in words, from the function's docstring.
        mode: when it is judged.
        function: the judgement.
        limits: where it is known to end: for each such fault or hazard of a scenario, one sentence why.
        needs: the variables that a machine must have for the promise to mean something there.
        source: the document and section that makes the promise.
        events: for ``stepwise``: judged only on steps that emit one of these classes; empty: on every step.
    """

    id: str
    sentence: str
    mode: Mode
    function: Callable[..., Any]
    limits: Mapping[str, str] = field(factory=dict[str, str])
    source: str = ""
    events: tuple[type, ...] = ()
    needs: tuple[str, ...] = ()

    def judge(self, *views: View | Step) -> Judgement:
        """Judge a state, or a step given as ``before, step, after``.

        Raises:
            ModelError: the function raised or returned something that is no judgement.
        """
        try:
            result: object = self.function(*views)
            if inspect.isgenerator(result):
                return _parts(cast("Iterable[tuple[str, object]]", result))
        except ModelError:
            raise
        except Exception as error:
            message = f"invariant {self.id} raised {type(error).__name__}: {error} ({place_of(error)})"
            raise ModelError(message) from error
        if result is None:
            return Judgement(0)
        if isinstance(result, bool):
            return Judgement(1, None if result else "")
        message = (
            f"invariant {self.id} returned {result!r}; return True or False, None where its premise is not met, "
            "or yield its parts as (text, condition)"
        )
        raise ModelError(message)

    def promised_under(self, circumstances: Iterable[str]) -> bool:
        """Whether the promise is made for a world with these faults and hazards: none of them is one of its limits."""
        return not any(each in self.limits for each in circumstances)

    def concerns(self, schema: Schema) -> bool:
        """Whether a machine with these variables has what the promise is about."""
        return schema.plain.union(schema.maps).issuperset(self.needs)


def _parts(parts: Iterable[tuple[str, object]]) -> Judgement:
    met = 0
    for text, holds in parts:
        met += 1
        if not holds:
            return Judgement(met, text)
    return Judgement(met)


def always(
    *, source: str = "", limits: Mapping[str, str] | None = None, needs: Iterable[str] = ()
) -> Callable[[Callable[..., Any]], Invariant]:
    """Promise about every state: ``function(state)``."""
    return _promise("always", source, limits, needs)


def stepwise(
    *,
    on: type | tuple[type, ...] = (),
    source: str = "",
    limits: Mapping[str, str] | None = None,
    needs: Iterable[str] = (),
) -> Callable[[Callable[..., Any]], Invariant]:
    """Promise about every step: ``function(before, step, after)``; with ``on`` only about steps that emit such."""
    return _promise("stepwise", source, limits, needs, on if isinstance(on, tuple) else (on,))


def at_rest(
    *, source: str = "", limits: Mapping[str, str] | None = None, needs: Iterable[str] = ()
) -> Callable[[Callable[..., Any]], Invariant]:
    """Promise about the states in which nothing but faults can happen any more: ``function(state)``."""
    return _promise("at_rest", source, limits, needs)


def _promise(
    mode: Mode, source: str, limits: Mapping[str, str] | None, needs: Iterable[str], events: tuple[type, ...] = ()
) -> Callable[[Callable[..., Any]], Invariant]:
    """The decorator that makes a promise of a function."""

    def make(function: Callable[..., Any]) -> Invariant:
        name, sentence = _named(function, mode)
        return Invariant(name, sentence, mode, function, dict(limits or {}), source, events, tuple(needs))

    return make


def _named(function: Callable[..., Any], mode: Mode) -> tuple[str, str]:
    """The id and the sentence of a promise.

    Raises:
        ModelError: the function's name, docstring or parameters do not fit.
    """
    name = getattr(function, "__name__", "")
    identifier = name.strip("_").replace("_", "-").lower()
    if not _ID.fullmatch(identifier):
        message = f"an invariant is named after its function: give {name!r} a name of words joined by underscores"
        raise ModelError(message)
    sentence = inspect.cleandoc(function.__doc__ or "")
    if not sentence:
        message = f"invariant {identifier} has no docstring; it is the promise, and is printed when the promise breaks"
        raise ModelError(message)
    wanted = 3 if mode == "stepwise" else 1
    if len(inspect.signature(function).parameters) != wanted:
        takes = "before, step, after" if mode == "stepwise" else "state"
        message = f"invariant {identifier} is {mode}: its function takes ({takes})"
        raise ModelError(message)
    return identifier, sentence
