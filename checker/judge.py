"""Judging promises on packed states: once for each distinct projection on what a promise reads.

Lives here: the memo of judgements, for states (:class:`StateJudge`) and for steps (:class:`StepJudge`), and what they
came to (:func:`summed_up`).
Must not know: how states are explored.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from seatrial.invariants.invariant import Invariant
from seatrial.model.draft import View
from seatrial.model.machine import Step

from .space import Move, Packed, Relayout, Space, Widen
from .verdict import Judged, Violation


class StateJudge:
    """Judges one ``always`` or ``at_rest`` promise."""

    def __init__(self, space: Space, invariant: Invariant) -> None:
        self.space = space
        self.invariant = invariant
        self.mask = 0
        self.premises = 0
        self._kept: set[int] = set()
        self.swept: set[str] = set()

    def first_broken(self, states: Sequence[int]) -> tuple[int, str] | None:
        """The first state that breaks the promise, with the part that fails; ``None`` if all keep it."""
        while True:
            mask = self.mask
            fresh = {packed & mask for packed in states}
            fresh -= self._kept
            broken: dict[int, str] = {}
            try:
                for projection in fresh:
                    failure = self._judge(projection)
                    if failure is not None:
                        broken[projection] = failure
            except Widen as wider:
                self.mask |= wider.mask
                self._kept.clear()
                continue
            if broken:
                return next((packed, broken[packed & mask]) for packed in states if packed & mask in broken)
            return None

    def _judge(self, projection: int) -> str | None:
        view = View(Packed(self.space, projection, self.mask))
        judgement = self.invariant.judge(view)
        for variable in sorted(view.swept - self.swept):
            self.swept.add(variable)
            self.space.sweepers[variable].append(self)
        if judgement.failure is None:
            self._kept.add(projection)
            self.premises += judgement.premises > 0
        return judgement.failure

    def follow(self, change: Relayout) -> None:
        """Follow a change of the layout."""
        self.mask = change.mask(self.mask)
        self._kept = set(change.states(self._kept))


class StepJudge:
    """Judges one ``stepwise`` promise."""

    def __init__(self, space: Space, invariant: Invariant) -> None:
        self.space = space
        self.invariant = invariant
        self.mask = 0
        self.premises = 0
        self._kept: set[tuple[Move, int]] = set()
        self.swept: set[str] = set()

    def listens_to(self, kinds: Iterable[type]) -> bool:
        """Whether steps that emit events of these classes are judged."""
        wanted = self.invariant.events
        return not wanted or any(issubclass(kind, wanted) for kind in kinds)

    def failure(self, packed: int, move: Move, delta: int, allowed: int) -> str | None:
        """The part of the promise that the step breaks, or ``None``.  ``delta`` includes the observers' changes.

        Asked only of steps to which the promise listens.

        Raises:
            Widen: the judgement needs more than the bits in ``allowed``.
        """
        if self.mask & ~allowed:
            raise Widen(self.mask)
        if (move, packed & self.mask) in self._kept:
            return None
        before = View(Packed(self.space, packed, allowed))
        after = View(Packed(self.space, packed + delta, allowed))
        judgement = self.invariant.judge(before, Step(move.action, move.events), after)
        for variable in sorted((before.swept | after.swept) - self.swept):
            self.swept.add(variable)
            self.space.sweepers[variable].append(self)
        for cell in (*before.reads, *after.reads):
            self.mask |= self.space.field(cell).mask
        if judgement.failure is None:
            self._kept.add((move, packed & self.mask))
            self.premises += judgement.premises > 0
        return judgement.failure

    def follow(self, change: Relayout) -> None:
        """Follow a change of the layout."""
        self.mask = change.mask(self.mask)
        self._kept = {(move, change.state(key)) for move, key in self._kept}


def summed_up(
    judges: Sequence[StateJudge | StepJudge], violation: Violation | None, *, complete: bool
) -> tuple[Judged, ...]:
    """What a search found about each promise; ``complete`` says that it explored everything."""
    judged: list[Judged] = []
    for judge in judges:
        name = judge.invariant.id
        if violation is not None and violation.invariant == name:
            judged.append(Judged(name, "violated", judge.premises + 1))
        elif complete:
            judged.append(Judged(name, "holds" if judge.premises else "vacuous", judge.premises))
        else:
            judged.append(Judged(name, "not-found", judge.premises))
    return tuple(judged)
