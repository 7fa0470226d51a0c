"""Shrinking: from any counterexample to one from which nothing can be left out, and if possible to a shortest one.

Lives here: shrinking on known machines, on random ones, and with too small a budget for the search.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.checker.tuning import tuned, tunings
from tests.toys import clock, paths, post
from tests.toys.machines import machines
from tests.toys.machines import promises as random_promises
from tests.toys.reference import explore

from occ_model import NAMED, occ, promises
from seatrial.checker.shrink import BUDGET, shrink
from seatrial.invariants.invariant import Invariant
from seatrial.invariants.judging import first_violation
from seatrial.model.machine import Action, Machine, NotEnabled


def wander(machine: Machine, invariant: Invariant, *, steps: int, random: Random) -> list[Action] | None:
    """A walk that breaks the promise by its last action, made by chance; ``None`` if this one does not."""
    state, actions = machine.initial, list[Action]()
    for _ in range(steps):
        enabled = machine.enabled(state)
        if not enabled:
            break
        actions.append(random.choice(enabled))
        state, _ = machine.step(state, actions[-1])
    found = first_violation(machine, [invariant], actions)
    return None if found is None else actions[: found.position]


def breaks(machine: Machine, invariant: Invariant, actions: list[Action]) -> bool:
    """Whether the actions, as far as they are enabled, break the promise."""
    taken: list[Action] = []
    for action in actions:
        try:
            if first_violation(machine, [invariant], [*taken, action]) is not None:
                return True
        except NotEnabled:
            continue
        taken.append(action)
    return first_violation(machine, [invariant], taken) is not None


@pytest.mark.parametrize("seed", range(5))
def test_a_lost_update_shrinks_to_six_steps(seed: int) -> None:
    """Whatever the walk, the shortest counterexample is as long as the exhaustive engine's."""
    machine, invariant = occ(NAMED["s2"], compare=False), promises(NAMED["s2"])[0]
    random = Random(seed)
    walked = next(filter(None, (wander(machine, invariant, steps=60, random=random) for _ in range(50))))
    assert len(walked) > 6
    for budget in (BUDGET, 1_000, 1):
        assert len(shrink(machine, invariant, walked, budget=budget)) == 6


def test_nothing_is_left_to_be_left_out() -> None:
    """The letters that do not matter are not posted, the thief does not come."""
    machine = post.office(4, thief=True)

    def action(name: str, *choices: object) -> Action:
        return Action(name, (("limit", 4),) if name == "post" else (), choices)

    posts = [action("post", name) for name in ("ann", "bob", "ann", "bob")]
    actions = [*posts, action("steal"), action("deliver", 4), action("deliver", 2)]
    shrunk = shrink(machine, post.in_order, actions)
    assert [each.rule for each in shrunk] == ["post", "post", "deliver", "deliver"]


def test_a_detour_becomes_a_shortcut() -> None:
    """Steps that cannot be left out one by one are replaced by a shorter way, even without a full search."""
    long, short = "abcdefgz", "ahgz"
    machine, invariant = paths.graph(long, short), paths.avoids("z")
    actions = [Action("go", (), (node,)) for node in long[1:]]
    for budget in (BUDGET, 50):
        shrunk = shrink(machine, invariant, actions, budget=budget)
        assert [each.choices[0] for each in shrunk] == list(short[1:])


def test_what_breaks_at_once_needs_no_action() -> None:
    """Where the initial state breaks the promise, nothing is left."""
    assert shrink(paths.graph("ab"), paths.avoids("a"), [Action("go", (), ("b",))]) == ()


def test_what_breaks_nothing_cannot_be_shrunk() -> None:
    """Actions that keep the promise are refused."""
    with pytest.raises(ValueError, match="these 2 actions do not break on-the-dial"):
        shrink(clock.clock(), clock.on_the_dial, [Action("tick"), Action("tick")])


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(machines() | machines(widest=90), random_promises(), tunings, st.integers(0, 1_000))
def test_no_single_step_can_be_left_out(
    machine: Machine, invariants: list[Invariant], tuning: dict[str, int], seed: int
) -> None:
    """Of what random walks find, the shrunk form still breaks the promise, by its last step, and needs every step."""
    random = Random(seed)
    for invariant in invariants:
        walked = wander(machine, invariant, steps=25, random=random)
        if walked is None:
            continue
        with tuned(**tuning):
            shortest, frugal = shrink(machine, invariant, walked), shrink(machine, invariant, walked, budget=20)
        for shrunk in (shortest, frugal):
            found = first_violation(machine, [invariant], shrunk)
            assert found is not None
            assert found.position == len(shrunk) <= len(walked)
            for position in range(len(shrunk)):
                assert not breaks(machine, invariant, [*shrunk[:position], *shrunk[position + 1 :]])
        expected = explore(machine, [invariant], limit=200)
        if invariant.id in expected.shortest:
            assert len(shortest) == expected.shortest[invariant.id]
