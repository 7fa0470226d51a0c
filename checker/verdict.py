"""What an engine came to: one shape of result for all engines.

A verdict is honest.  ``holds`` is said only when every reachable state within the scenario's own fault budgets was
explored; otherwise it is ``not-found``, with how far the search came.

Must not know: how any engine works.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from attrs import field, frozen

from seatrial.model.machine import Action

Word = Literal["holds", "violated", "not-found"]


@frozen
class Judged:
    """What was found about one invariant.

    ``premises`` counts the distinct situations in which its premise was met; with none the word is ``vacuous`` where it
    would have been ``holds``: the promise was never put to the test.
    """

    id: str
    verdict: Literal["holds", "violated", "not-found", "vacuous"]
    premises: int

    def as_json(self) -> dict[str, Any]:
        """The keys that ``seatrial check --json`` prints."""
        return {"id": self.id, "verdict": self.verdict, "premises": self.premises}


@frozen
class Violation:
    """A broken promise: which one, the part of it that failed, and the actions that lead there."""

    invariant: str
    part: str
    actions: tuple[Action, ...]


@frozen
class Verdict:
    """The result of one search.

    Attributes:
        machine: the name of what was searched.
        engine: the engine's name.
        verdict: ``holds``, ``violated`` or ``not-found``.
        complete: whether every reachable state was explored.
        states, transitions: distinct states; steps taken, the initial state counted as one (as TLC counts).
        depth: levels of the search, the initial state being the first (as TLC counts).
        seconds: wall-clock time.
        judged: one entry for each invariant.
        violation: the counterexample, if there is one.
        stopped: why the search did not end by itself (``"interrupted"``, ``"states"``, …), or empty.
        memory: peak resident memory in bytes that the search added, 0 if unknown.
        coverage: for each rule how many distinct moves of it were met (0: it never was enabled).
    """

    machine: str
    engine: str
    verdict: Word
    complete: bool
    states: int
    transitions: int
    depth: int
    seconds: float
    judged: tuple[Judged, ...] = ()
    violation: Violation | None = None
    stopped: str = ""
    memory: int = 0
    coverage: Mapping[str, int] = field(factory=dict[str, int])

    @property
    def holds(self) -> bool:
        """Whether everything was explored and nothing broken."""
        return self.verdict == "holds"


@frozen
class Progress:
    """How far a search has come; engines report it from time to time."""

    states: int
    transitions: int
    queue: int
    depth: int
    seconds: float
    memory: int


@frozen
class Bounds:
    """Where a search is to stop though it has not ended; ``None`` means no bound.

    ``seconds`` is wall-clock time; ``memory`` is in bytes of resident memory of the process.
    """

    states: int | None = None
    depth: int | None = None
    seconds: float | None = None
    memory: int | None = None
