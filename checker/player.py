"""Playing single behaviours on packed states, with everything judged and everything looked up.

For engines that take one step at a time.  What is learned in one behaviour serves the next.

Lives here: the present behaviour, its moves, and the judging of each state and step.
Must not know: who chooses the moves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from attrs import frozen

from seatrial.invariants.invariant import Invariant
from seatrial.model.machine import Action, Machine

from .expand import Expander
from .judge import StateJudge, StepJudge
from .space import Move, Overflow, Relayout, Space

T = TypeVar("T")


@frozen
class Failure:
    """A broken promise and the part of it that failed."""

    invariant: Invariant
    part: str


class Player:
    """One behaviour at a time.

    Attributes:
        path: the packed states of the present behaviour, the initial one first.
        seen: all packed states of all behaviours.
        steps: how many steps were taken in all.
    """

    def __init__(self, machine: Machine, invariants: Sequence[Invariant] = ()) -> None:
        self.space = Space(machine)
        self.expander = Expander(self.space)
        self.states = [StateJudge(self.space, each) for each in invariants if each.mode != "stepwise"]
        self.judges = [StepJudge(self.space, each) for each in invariants if each.mode == "stepwise"]
        self.path = [0]
        self.seen = {0}
        self.steps = 0
        self._moves: dict[int, tuple[Move, ...]] = {}
        self._tables = {(each.rule.name, each.rule.arguments): each for each in self.expander.tables}
        self._by_kindness = sorted(self.expander.tables, key=lambda each: bool(each.rule.fault))

    def restart(self) -> Failure | None:
        """Begin a new behaviour; the promise that the initial state breaks, if it breaks one."""
        del self.path[1:]
        return self._judge_state()

    def moves(self) -> tuple[Move, ...]:
        """The moves of the present state, in the order of the rules, faults last."""
        found = self._moves.get(self.path[-1])
        if found is None:
            found = self.settled(self._all_moves)
            self._moves[self.path[-1]] = found
        return found

    def _all_moves(self) -> tuple[Move, ...]:
        return tuple(move for table in self._by_kindness for move in table.moves(self.path[-1], -1))

    def find(self, action: Action) -> Move | None:
        """The move of the present state that an action is, ``None`` if it is not enabled."""
        table = self._tables.get((action.rule, action.arguments))
        if table is None:
            return None
        moves = self.settled(lambda: table.moves(self.path[-1], -1))
        return next((move for move in moves if move.outcome.choices == action.choices), None)

    def take(self, move: Move) -> Failure | None:
        """Take one of the moves of the present state; the first promise that breaks, if one does."""
        observed = self.settled(lambda: self.space.observe(self.path[-1], move, -1))
        move.settle()  # the layout may have changed since its table was asked for it, and the table may have dropped it
        before, delta = self.path[-1], move.delta + observed
        self.path.append(before + delta)
        self.seen.add(before + delta)
        self.steps += 1
        kinds = tuple(map(type, move.outcome.events))
        for judge in self.judges:
            part = judge.failure(before, move, delta, -1) if judge.listens_to(kinds) else None
            if part is not None:
                return Failure(judge.invariant, part)
        return self._judge_state()

    def _judge_state(self) -> Failure | None:
        for judge in self.states:
            if judge.invariant.mode == "at_rest" and not self.resting:
                continue
            broken = judge.first_broken(self.path[-1:])
            if broken is not None:
                return Failure(judge.invariant, broken[1])
        return None

    @property
    def resting(self) -> bool:
        """Whether nothing but faults can happen in the present state."""
        moves = self.moves()
        return not moves or bool(moves[0].rule.fault)

    def settled(self, look: Callable[[], T]) -> T:
        """The result of a look-up, with the layout changed as often as it needs.  It must begin from ``path`` anew."""
        while True:
            try:
                return look()
            except Overflow as overflow:
                self._follow(self.space.widen(overflow.field))

    def _follow(self, change: Relayout) -> None:
        self.expander.follow(change)
        judges: tuple[StateJudge | StepJudge, ...] = (*self.states, *self.judges)
        for judge in judges:
            judge.follow(change)
        self.path[:] = change.states(self.path)
        self.seen = set(change.states(self.seen))
        self._moves.clear()
