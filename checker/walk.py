"""Random walks, the same for the same seed.

They find deep violations in machines that are too large to be searched, and say nothing about what they did not meet.
Two policies choose the next step: *uniform* takes any enabled one; *pct* gives every process a random priority, lets
the first that can do something do it, and changes its mind at a few random points.  Bugs need few changes of priority,
so pct meets them far more often.

Source: Burckhardt, Kothari, Musuvathi, Nagarakatte: A Randomized Scheduler with Probabilistic Guarantees of Finding
Bugs (ASPLOS 2010).

Lives here: the walks and the policies.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from random import Random
from typing import Literal, Protocol, TypeVar

from seatrial.invariants.invariant import Invariant
from seatrial.model.machine import Action, Machine

from .expand import Broken, Expander, Group
from .judge import StateJudge, StepJudge, summed_up
from .limits import Reached, Report, Watch, at_least_one
from .shrink import shrunk
from .space import Overflow, Relayout, Space
from .verdict import Bounds, Verdict, Violation
from .ways import action_between

ENGINE = "walk"
# A walk changes its priorities at most this often.
CHANGES = 4
# Going round is noticed if the way round is not longer than this.
RECENT = 50
# How many walks are made between two reports.
BATCH = 20

Policy = Literal["pct", "uniform"]
T = TypeVar("T")


def walk(  # noqa: PLR0913 - options are keyword-only
    machine: Machine,
    invariants: Sequence[Invariant] = (),
    *,
    examples: int = 1_000,
    steps: int = 100,
    seed: int = 0,
    policy: Policy = "pct",
    bounds: Bounds | None = None,
    report: Report | None = None,
) -> Verdict:
    """Walk ``examples`` times, at most ``steps`` steps each, and judge the invariants on the way.

    Stops at the first violation, which is shrunk, at a bound, or on Ctrl-C (``KeyboardInterrupt`` is caught and the
    verdict says ``stopped="interrupted"``).  The verdict is ``violated`` or ``not-found``, never ``holds``; its
    ``states`` are the distinct states met, its ``depth`` is the number of states of the longest walk.

    Raises:
        BadInput: ``examples`` or ``steps`` is less than 1.
        ModelError: a rule or an invariant is itself wrong.
    """
    at_least_one(examples=examples, steps=steps)
    watch = Watch(bounds, report)
    longest = watch.bounds.depth
    walks = _Walks(machine, invariants, Random(seed), policy)
    walks.steps = steps if longest is None else min(steps, longest - 1)
    return walks.run(examples, watch)


class _Schedule(Protocol):
    """Chooses the steps of one walk."""

    def successor(self, path: Sequence[int]) -> int | None:
        """The state after the last one, ``None`` if nothing can happen."""
        ...


class _Uniform:
    """Any enabled step, each as likely as the others."""

    def __init__(self, expander: Expander, random: Random) -> None:
        self.groups = expander.groups
        self.random = random

    def successor(self, path: Sequence[int]) -> int | None:
        """The state after the last one, ``None`` if nothing can happen."""
        deltas = _deltas(self.groups, path[-1])
        return path[-1] + self.random.choice(deltas) if deltas else None


class _Priorities:
    """The first process, in a random order, that can do something; the order changes at a few random points.

    At such a point either the process whose turn it is comes last from then on, or a fault happens.  A process that
    leads back to where the walk was a moment ago comes last too, or it might go round for ever.
    """

    def __init__(self, expander: Expander, random: Random, horizon: int) -> None:
        self.random = random
        self.faults = [group for group in expander.groups if not group.benign]
        self.groups: dict[str, list[Group]] = {}
        for group in expander.groups:
            if group.benign:
                self.groups.setdefault(group.tables[0].rule.process, []).append(group)
        self.order = list(self.groups)
        random.shuffle(self.order)
        self.points = {random.randrange(horizon) for _ in range(random.randint(0, CHANGES))}

    def successor(self, path: Sequence[int]) -> int | None:
        """The state after the last one, ``None`` if nothing can happen."""
        packed = path[-1]
        if len(path) - 1 in self.points:
            faults = _deltas(self.faults, packed)
            if faults and self.random.random() < 1 / 2:
                return packed + self.random.choice(faults)
            self._postpone(self._turn(packed)[0])
        process, deltas = self._turn(packed)
        if not deltas:
            return None
        successor = packed + self.random.choice(deltas)
        if successor in path[-RECENT:]:
            self._postpone(process)
        return successor

    def _turn(self, packed: int) -> tuple[str | None, list[int]]:
        """The process whose turn it is and what it may do; without one, the faults."""
        for process in self.order:
            deltas = _deltas(self.groups[process], packed)
            if deltas:
                return process, deltas
        return None, _deltas(self.faults, packed)

    def _postpone(self, process: str | None) -> None:
        if process is not None:
            self.order.remove(process)
            self.order.append(process)


def _deltas(groups: Sequence[Group], packed: int) -> list[int]:
    return [delta for group in groups for delta in group.of(packed)]


class _Walks:
    """All walks of one run: what was met, and the walk being made."""

    def __init__(self, machine: Machine, invariants: Sequence[Invariant], random: Random, policy: Policy) -> None:
        self.machine = machine
        self.invariants = {each.id: each for each in invariants}
        self.random = random
        self.policy = policy
        self.steps = 0
        self.space = Space(machine)
        self.always = [StateJudge(self.space, each) for each in invariants if each.mode == "always"]
        self.resting = [StateJudge(self.space, each) for each in invariants if each.mode == "at_rest"]
        self.judges = [StepJudge(self.space, each) for each in invariants if each.mode == "stepwise"]
        self.expander = Expander(self.space, self.judges)
        self.seen = {0}
        self.path = [0]
        self.transitions = 1
        self.depth = 1
        self.violation: Violation | None = None

    def run(self, examples: int, watch: Watch) -> Verdict:
        """Walk until something breaks, a bound is reached or it was enough."""
        stopped = ""
        try:
            for number in range(examples):
                self._walk()
                if self.violation is not None:
                    break
                if number % BATCH == 0:
                    self._look(watch, examples - number - 1)
            self._shorten()
        except Reached as bound:
            stopped = str(bound)
        except KeyboardInterrupt:
            stopped = "interrupted"
        return Verdict(
            machine=self.machine.name,
            engine=ENGINE,
            verdict="not-found" if self.violation is None else "violated",
            complete=False,
            states=len(self.seen),
            transitions=self.transitions,
            depth=self.depth,
            seconds=watch.seconds,
            judged=summed_up((*self.always, *self.judges, *self.resting), self.violation, complete=False),
            violation=self.violation,
            stopped=stopped,
            memory=watch.memory,
            coverage=self.expander.coverage(),
        )

    def _look(self, watch: Watch, left: int) -> None:
        watch.look(states=len(self.seen), transitions=self.transitions, queue=left, depth=self.depth)

    def _walk(self) -> None:
        """One walk, judged."""
        self.path = [0]
        schedule = self._schedule()
        try:
            for _ in range(self.steps):
                successor = self._settled(lambda: schedule.successor(self.path))
                if successor is None:
                    break
                self.path.append(successor)
            self._judge()
        except Broken as broken:
            place = next(i for i, each in enumerate(self.path) if each & broken.mask == broken.packed & broken.mask)
            self._violate(broken.invariant, broken.part, place, broken.move.action)
        self.seen.update(self.path)
        self.transitions += len(self.path) - 1
        self.depth = max(self.depth, len(self.path))
        self.expander.serve(len(self.path))

    def _schedule(self) -> _Schedule:
        if self.policy == "uniform":
            return _Uniform(self.expander, self.random)
        # The first walk goes as far as it is let; later ones know how far walks usually get.
        horizon = self.depth if self.depth > 1 else max(self.steps, 1)
        return _Priorities(self.expander, self.random, horizon)

    def _settled(self, look: Callable[[], T]) -> T:
        """The result of a look-up, with the layout changed as often as it needs.  It must begin from ``path`` anew."""
        while True:
            try:
                return look()
            except Overflow as overflow:
                self._follow(self.space.widen(overflow.field))

    def _judge(self) -> None:
        """Judge the states of the walk; the earliest that breaks a promise counts."""
        broken = [(self.path.index(bad[0]), judge.invariant, bad[1]) for judge, bad in self._bad_states()]
        if broken:
            place, invariant, part = min(broken, key=lambda each: each[0])
            self._violate(invariant, part, place)

    def _bad_states(self) -> list[tuple[StateJudge, tuple[int, str]]]:
        resting = self._settled(lambda: self.expander.at_rest(self.path)) if self.resting else []
        found = [(judge, judge.first_broken(self.path)) for judge in self.always]
        found += [(judge, judge.first_broken(resting)) for judge in self.resting]
        return [(judge, bad) for judge, bad in found if bad is not None]

    def _violate(self, invariant: Invariant, part: str, place: int, *last: Action) -> None:
        actions = self._settled(
            lambda: [action_between(self.expander, *edge) for edge in pairwise(self.path[: place + 1])]
        )
        self.violation = Violation(invariant.id, part, (*actions, *last))

    def _shorten(self) -> None:
        if self.violation is not None:
            found = self.violation
            self.violation = shrunk(self.machine, self.invariants[found.invariant], found.actions)

    def _follow(self, change: Relayout) -> None:
        self.expander.follow(change)
        for judge in (*self.always, *self.resting):
            judge.follow(change)
        self.path[:] = change.states(self.path)
        self.seen = set(change.states(self.seen))
