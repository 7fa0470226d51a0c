"""The faults that a scenario may contain, each with its budget.

``faults=[faults.crash(1), faults.stale_cache(2)]`` says: at most one crash in any one behaviour, and copies may be read
while they miss up to two changes.  A fault that is not named does not happen.

Lives here: names and budgets.  What a fault does is written in :mod:`seatrial.model.cluster.faults`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, cast

from attrs import frozen

from .errors import BadInput

STALE_CACHE: Final = "stale-cache"
CRASH: Final = "crash"
CRASH_SERVER: Final = "crash-server"
LOST_ANSWER: Final = "lost-answer"
LATE_COMMIT: Final = "late-commit"
API_SWITCH: Final = "api-switch"

MEANING: Final[Mapping[str, str]] = {
    STALE_CACHE: "a watch cache or an informer may be read while it misses this many changes",
    CRASH: "a controller stops and starts again with an empty memory; what it had sent may still be carried out",
    CRASH_SERVER: "an API server stops and starts again; requests on it get no answer",
    LOST_ANSWER: "a request is carried out, but its answer does not arrive",
    LATE_COMMIT: "a process gives up waiting while its request is on its way; it is carried out later, or never",
    API_SWITCH: "a process turns to another API server, whose watch cache may be older",
}


@frozen
class Fault:
    """A fault and how often it may happen in one behaviour (for ``stale-cache``: how many changes may be missed)."""

    name: str
    budget: int


def crash(times: int = 1) -> Fault:
    """A controller stops and starts again with an empty memory."""
    return Fault(CRASH, times)


def crash_server(times: int = 1) -> Fault:
    """An API server stops and starts again."""
    return Fault(CRASH_SERVER, times)


def lost_answer(times: int = 1) -> Fault:
    """The answer to a request that was carried out is lost."""
    return Fault(LOST_ANSWER, times)


def late_commit(times: int = 1) -> Fault:
    """A process gives up waiting; its request may be carried out later."""
    return Fault(LATE_COMMIT, times)


def api_switch(times: int = 1) -> Fault:
    """A process turns to another API server."""
    return Fault(API_SWITCH, times)


def stale_cache(changes: int = 1) -> Fault:
    """Copies may be read while they miss up to this many changes."""
    return Fault(STALE_CACHE, changes)


def budgets(faults: Iterable[Fault] | Mapping[str, int]) -> dict[str, int]:
    """The budget of each fault by name, without those that cannot happen.

    Raises:
        BadInput: a budget is negative or no number.
    """
    given: dict[str, Any] = as_given(faults)
    for name, budget in given.items():
        if isinstance(budget, bool) or not isinstance(budget, int) or budget < 0:
            remedy = "a budget is how often it may happen: 0, 1, 2, …"
            raise BadInput(f"fault {name}: {budget!r} is no budget", remedy=remedy)
    return {name: budget for name, budget in given.items() if budget}


def as_given(faults: Iterable[Fault] | Mapping[str, int]) -> dict[str, int]:
    """The budget of each fault by name, as it was given."""
    if isinstance(faults, Mapping):
        return dict(cast("Mapping[str, int]", faults))
    return {each.name: each.budget for each in faults}
