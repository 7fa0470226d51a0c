"""Running reconcilers: generators that are continued by running them again.

A paused generator can be neither hashed nor copied, so it cannot be part of a state.  What is kept instead is the
*conversation* so far: the effects that the generator yielded and what it was answered.  To go on, a fresh generator is
driven through the conversation and then given the next answer.  That is exact as long as the reconciler is
deterministic: its behaviour may depend on nothing but its arguments and the answers.

Lives here: :func:`advance`.  Must not know: how effects are carried out.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Generator
from typing import Any, TypeAlias

from attrs import frozen

from .api import EFFECTS, ApiError, Ask, Effect
from .errors import ModelError, Nondeterministic
from .machine import place_of

Reconciler: TypeAlias = Callable[..., Generator[Effect, Any, Any]]


@frozen(cache_hash=True)
class Exchange:
    """One effect and what it was answered."""

    effect: Effect
    answer: Any


@frozen
class Waiting:
    """The reconciler waits for the answer to this effect."""

    effect: Effect


@frozen
class Finished:
    """The reconciler is done; ``error`` is the refusal that it did not handle, if there was one."""

    error: ApiError | None = None


def advance(
    reconciler: Reconciler, arguments: tuple[Any, ...], conversation: tuple[Exchange, ...]
) -> Waiting | Finished:
    """Drive a reconciler through a conversation and tell what it does next.

    Raises:
        Nondeterministic: it does not ask what it asked before.
        ModelError: it raised something of its own, or yielded something that is no effect.
    """
    generator = reconciler(*arguments)
    if not _is_generator(generator):
        message = (
            f"{_name(reconciler)} is no generator: it returned {generator!r}. A reconciler asks with "
            "`yield from api.get(…)` and the like; one that asks nothing still needs a `yield` somewhere"
        )
        raise ModelError(message)
    effect = _next(reconciler, generator, None)
    for position, exchange in enumerate(conversation, 1):
        if isinstance(effect, Finished) or effect != exchange.effect:
            raise Nondeterministic(_explain(reconciler, position, exchange.effect, effect))
        effect = _next(reconciler, generator, exchange)
    if isinstance(effect, Finished):
        return effect
    generator.close()
    return Waiting(effect)


def _is_generator(value: object) -> bool:
    """Whether a reconciler was written as one; it is easy to forget that it has to yield."""
    return inspect.isgenerator(value)


def _next(
    reconciler: Reconciler, generator: Generator[Effect, Any, Any], exchange: Exchange | None
) -> Effect | Finished:
    """Let the generator run to its next effect or its end."""
    try:
        effect: Any = generator.send(None if exchange is None else exchange.answer)
    except StopIteration:
        return Finished()
    except ApiError as error:
        return Finished(error)
    except Exception as error:
        message = f"reconciler {_name(reconciler)} raised {type(error).__name__}: {error} ({place_of(error)})"
        raise ModelError(message) from error
    if not isinstance(effect, EFFECTS):  # users yield other things
        message = (
            f"reconciler {_name(reconciler)} yielded {effect!r}, which is no effect of seatrial.api; "
            "write `yield from api.…`, not `yield api.…`, and nothing else"
        )
        raise ModelError(message)
    return effect


def _explain(reconciler: Reconciler, position: int, then: Effect, now: Effect | Finished) -> str:
    asks = "ends" if isinstance(now, Finished) else f"asks {describe(now)}"
    return (
        f"reconciler {_name(reconciler)} is not deterministic: given the same answers, as its question number "
        f"{position} it asked {describe(then)} before and now it {asks}. A reconciler may depend on nothing but its "
        "arguments and the answers that it got: look for randomness, a clock, a global or class variable, a value that "
        "is changed in place, or the order of a set"
    )


def describe(effect: Effect) -> str:
    """An effect in a few words."""
    if isinstance(effect, Ask):
        asked = effect.request
        return f"{asked.verb} {asked.kind.plural} {asked.namespace}/{asked.name}"
    return repr(effect)


def _name(reconciler: Reconciler) -> str:
    return getattr(reconciler, "__name__", repr(reconciler))
