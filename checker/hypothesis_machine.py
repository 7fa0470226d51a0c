"""Any machine as a rule-based state machine of Hypothesis.

One rule draws from the enabled moves of a step, benign ones first, so that Hypothesis shrinks towards behaviours
without faults; another rests where nothing is enabled.  Every promise has an exception class of its own, because
Hypothesis takes two failures of one class and place for the same.

Lives here: the state machine for use in tests (:func:`state_machine`), and the engine that runs it (:func:`explore`).
Must not know: how other engines choose their steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import seed as seeded
from hypothesis.database import ExampleDatabase
from hypothesis.reporting import with_reporter
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from seatrial.invariants.invariant import Invariant
from seatrial.model.errors import ModelError
from seatrial.model.machine import Action, Machine

from .judge import summed_up
from .limits import Reached, Report, Watch, at_least_one
from .player import Failure, Player
from .shrink import shrunk
from .space import Move
from .verdict import Bounds, Verdict, Violation

ENGINE = "hypothesis"
T = TypeVar("T")


class PromiseBroken(AssertionError):
    """A promise broke while Hypothesis played; each promise has a subclass of its own.

    Attributes:
        invariant: the promise.
        part: the part of it that failed, or empty.
        actions: what had been done.
    """

    def __init__(self, invariant: Invariant, part: str, actions: tuple[Action, ...]) -> None:
        self.invariant = invariant
        self.part = part
        self.actions = actions
        failed = f" (failed: {part})" if part else ""
        done = "".join(f"\n  {number}. {action}" for number, action in enumerate(actions, start=1))
        super().__init__(f"{invariant.id}: {invariant.sentence}{failed}, after {len(actions)} steps{done}")


def state_machine(machine: Machine, invariants: Sequence[Invariant] = ()) -> type[RuleBasedStateMachine]:
    """A state machine that plays ``machine`` and raises :class:`PromiseBroken` where a promise breaks.

    Its ``TestCase`` is a test for pytest.  What was learned about the machine is shared between examples, which run one
    after the other.
    """
    return _played_by(Player(machine, invariants), machine, invariants)


def explore(  # noqa: PLR0913 - options are keyword-only
    machine: Machine,
    invariants: Sequence[Invariant] = (),
    *,
    examples: int = 100,
    steps: int = 50,
    seed: int = 0,
    database: ExampleDatabase | None = None,
    bounds: Bounds | None = None,
    report: Report | None = None,
) -> Verdict:
    """Let Hypothesis play ``examples`` behaviours of at most ``steps`` steps, and judge the invariants.

    Stops at the first violation.  It is not shrunk by Hypothesis, which would take long for a longer result, but by
    :func:`~seatrial.checker.shrink.shrink`.  With a ``database`` what failed before is tried first.  The verdict is
    ``violated`` or ``not-found``, never ``holds``; its ``states`` are the distinct states met, its ``depth`` is the
    number of states of the longest behaviour.

    Raises:
        BadInput: ``examples`` or ``steps`` is less than 1.
        ModelError: a rule or an invariant is itself wrong.
    """
    at_least_one(examples=examples, steps=steps)
    watch = Watch(bounds, report)
    longest = watch.bounds.depth
    player = _WatchedPlayer(machine, invariants, watch)
    options = settings(
        max_examples=examples,
        stateful_step_count=steps if longest is None else max(min(steps, longest - 1), 1),
        deadline=None,
        derandomize=False,
        database=database,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=cast("list[HealthCheck]", list(HealthCheck)),
        report_multiple_bugs=False,
        print_blob=False,
        verbosity=Verbosity.quiet,
    )
    stopped, violation = "", None
    try:
        violation = _found(player, machine, invariants, options, seed)
        if violation is not None:
            violation = shrunk(machine, {each.id: each for each in invariants}[violation.invariant], violation.actions)
    except _Through as through:
        if isinstance(through.reason, ModelError):
            raise through.reason from through.reason.__cause__
        stopped = str(through.reason)
    except KeyboardInterrupt:
        stopped = "interrupted"
    return player.verdict(machine, violation, stopped)


def _found(
    player: Player, machine: Machine, invariants: Sequence[Invariant], options: settings, seed: int
) -> Violation | None:
    """What Hypothesis finds, as it found it."""
    behaviours = seeded(seed)(_played_by(player, machine, invariants))
    try:
        with with_reporter(lambda _: None):
            run_state_machine_as_test(behaviours, settings=options)
    except PromiseBroken as broken:
        return Violation(broken.invariant.id, broken.part, broken.actions)
    return None


def _played_by(player: Player, machine: Machine, invariants: Sequence[Invariant]) -> type[RuleBasedStateMachine]:
    """The state machine that moves ``player``; there is one behaviour at a time."""
    errors = {each.id: type(_class_name(each.id), (PromiseBroken,), {}) for each in invariants}

    class Behaviour(RuleBasedStateMachine):
        """One behaviour of a machine."""

        def __init__(self) -> None:
            super().__init__()
            self.actions: list[Action] = []
            self.check(player.restart())

        def check(self, failure: Failure | None) -> None:
            """Raise what breaks a promise."""
            if failure is not None:
                raise errors[failure.invariant.id](failure.invariant, failure.part, tuple(self.actions))

        @precondition(lambda _: bool(player.moves()))
        @rule(data=st.data())
        def move(self, data: st.DataObject) -> None:
            """One of the enabled moves."""
            chosen = data.draw(st.sampled_from(player.moves()))
            self.actions.append(chosen.action)
            self.check(player.take(chosen))

        @precondition(lambda _: not player.moves())
        @rule()
        def rest(self) -> None:
            """Nothing can happen any more."""

    Behaviour.__name__ = Behaviour.__qualname__ = _class_name(machine.name)
    return Behaviour


def _class_name(name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    return "".join(word[0].upper() + word[1:] for word in words) or "Behaviour"


class _Through(KeyboardInterrupt):
    """A bound or a ``ModelError`` on its way through Hypothesis.

    It lets go at once only of an interruption; anything else it would try to reproduce.
    """

    def __init__(self, reason: Reached | ModelError) -> None:
        super().__init__(str(reason))
        self.reason = reason


class _WatchedPlayer(Player):
    """A player that knows bounds and counts behaviours, and lets nothing but broken promises be caught."""

    def __init__(self, machine: Machine, invariants: Sequence[Invariant], watch: Watch) -> None:
        super().__init__(machine, invariants)
        self.watch = watch
        self.depth = 1

    def restart(self) -> Failure | None:
        """As a player's, after a look at the clock."""
        return _through(self._look_and_restart)

    def _look_and_restart(self) -> Failure | None:
        self.watch.look(states=len(self.seen), transitions=self.steps + 1, queue=0, depth=self.depth)
        return super().restart()

    def moves(self) -> tuple[Move, ...]:
        """As a player's."""
        return _through(super().moves)

    def take(self, move: Move) -> Failure | None:
        """As a player's; the longest behaviour is noted."""
        failure = _through(lambda: super(_WatchedPlayer, self).take(move))
        self.depth = max(self.depth, len(self.path))
        return failure

    def verdict(self, machine: Machine, violation: Violation | None, stopped: str) -> Verdict:
        """What was come to."""
        return Verdict(
            machine=machine.name,
            engine=ENGINE,
            verdict="not-found" if violation is None else "violated",
            complete=False,
            states=len(self.seen),
            transitions=self.steps + 1,
            depth=self.depth,
            seconds=self.watch.seconds,
            judged=summed_up((*self.states, *self.judges), violation, complete=False),
            violation=violation,
            stopped=stopped,
            memory=self.watch.memory,
            coverage=self.expander.coverage(),
        )


def _through(look: Callable[[], T]) -> T:
    try:
        return look()
    except (Reached, ModelError) as reason:
        raise _Through(reason) from reason
