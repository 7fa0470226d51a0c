"""Breadth-first search of every reachable state.

States are kept exactly, as integers, so nothing is missed by a collision of hashes, and a counterexample is a shortest
one.  The order is that of the machine's rules and choices, the same in every process.

Lives here: the search.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from seatrial.invariants.invariant import Invariant
from seatrial.model.machine import Action, Machine
from seatrial.model.state import State

from .expand import CHUNK, Broken, Expander, chunks, new_ones
from .judge import StateJudge, StepJudge, summed_up
from .limits import Reached, Report, Watch
from .space import Field, Overflow, Space
from .verdict import Bounds, Verdict, Violation, Word
from .ways import levels_from, way_back

ENGINE = "exhaustive"


def search(
    machine: Machine,
    invariants: Sequence[Invariant] = (),
    *,
    bounds: Bounds | None = None,
    report: Report | None = None,
) -> Verdict:
    """Explore every reachable state of ``machine`` and judge the invariants.

    Stops at the first violation, at a bound, or on Ctrl-C (``KeyboardInterrupt`` is caught and the verdict says
    ``stopped="interrupted"``).

    Raises:
        ModelError: a rule or an invariant is itself wrong.
    """
    return Search(machine, invariants, Watch(bounds, report)).run()


class Search:
    """The state of one search: the set of all packed states, the level being expanded, the one being found."""

    def __init__(self, machine: Machine, invariants: Sequence[Invariant], watch: Watch) -> None:
        self.machine = machine
        self.watch = watch
        self.space = Space(machine)
        self.always = [StateJudge(self.space, each) for each in invariants if each.mode == "always"]
        self.resting = [StateJudge(self.space, each) for each in invariants if each.mode == "at_rest"]
        self.steps = [StepJudge(self.space, each) for each in invariants if each.mode == "stepwise"]
        self.expander = Expander(self.space, self.steps)
        self.visited: set[int] = {0}
        self.frontier: list[int] = [0]
        self.found: list[int] = []
        self.depth = 0
        self.transitions = 1
        self.violation: Violation | None = None

    def run(self) -> Verdict:
        """Search level by level until nothing is new, something breaks or a bound is reached."""
        stopped = ""
        with _no_collector():
            try:
                while self.frontier and self.violation is None:
                    self.depth += 1
                    self._level()
            except Reached as bound:
                stopped = str(bound)
            except KeyboardInterrupt:
                stopped = "interrupted"
        return self._verdict(stopped)

    def states(self) -> Iterator[State]:
        """The states that were found, in no particular but always the same order."""
        return (self.space.unpack(packed) for packed in self.visited)

    def _level(self) -> None:
        """Judge the states of one level and find those of the next."""
        for chunk in chunks(self.frontier):
            self._judge_states(self.always, chunk)
            if self.violation is not None:
                return
        deepest = self.watch.bounds.depth
        if deepest is not None and self.depth >= deepest:
            raise Reached("depth")
        position = 0
        while position < len(self.frontier):
            chunk = self.frontier[position : position + CHUNK]
            try:
                successors = self.expander.successors(chunk)
                if self.resting:
                    self._judge_states(self.resting, self.expander.at_rest(chunk))
            except Overflow as overflow:
                self._widen(overflow.field)
                continue
            except Broken as broken:
                self._break_step(broken, chunk)
                return
            if self.violation is not None:
                return
            self.found += new_ones(successors, self.visited)
            self.transitions += len(successors)
            position += CHUNK
            self.watch.look(
                states=len(self.visited),
                transitions=self.transitions,
                queue=max(len(self.frontier) - position, 0) + len(self.found),
                depth=self.depth,
            )
        self.frontier, self.found = self.found, []

    def _judge_states(self, judges: Sequence[StateJudge], states: Sequence[int]) -> None:
        for judge in judges:
            broken = judge.first_broken(states)
            if broken is not None:
                packed, part = broken
                self.violation = Violation(judge.invariant.id, part, self._way_to(packed))
                return

    def _break_step(self, broken: Broken, chunk: Sequence[int]) -> None:
        packed = next(each for each in chunk if each & broken.mask == broken.packed & broken.mask)
        actions = (*self._way_to(packed), broken.move.action)
        self.violation = Violation(broken.invariant.id, broken.part, actions)

    def _widen(self, overfull: Field) -> None:
        """Give a field more bits, and bring everything that was packed into the new layout."""
        change = self.space.widen(overfull)
        everything = list(self.visited)
        self.visited.clear()
        for start in range(0, len(everything), CHUNK):  # piece by piece, or all states would be held twice
            everything[start : start + CHUNK] = change.states(everything[start : start + CHUNK])
        self.visited.update(everything)
        for level in (self.frontier, self.found):
            level[:] = change.states(level)
        self.expander.follow(change)
        for judge in (*self.always, *self.resting):
            judge.follow(change)

    def _way_to(self, packed: int) -> tuple[Action, ...]:
        """The actions of a shortest way from the initial state."""
        expander = Expander(self.space, tables=self.expander.tables)
        levels: list[list[int]] = []
        for level in levels_from(expander, 0):
            levels.append(level)
            if packed in level:
                break
        return way_back(expander, levels, packed)

    def _verdict(self, stopped: str) -> Verdict:
        complete = not stopped and self.violation is None
        word: Word = "violated" if self.violation else "holds" if complete else "not-found"
        return Verdict(
            machine=self.machine.name,
            engine=ENGINE,
            verdict=word,
            complete=complete,
            states=len(self.visited),
            transitions=self.transitions,
            depth=self.depth,
            seconds=self.watch.seconds,
            judged=summed_up((*self.always, *self.steps, *self.resting), self.violation, complete=complete),
            violation=self.violation,
            stopped=stopped,
            memory=self.watch.memory,
            coverage=self.expander.coverage(),
        )


@contextmanager
def _no_collector() -> Generator[None]:
    """Integers and tuples of integers make no cycles; looking for some would cost a tenth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
