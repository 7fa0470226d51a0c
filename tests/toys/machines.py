"""Strategies for random machines and random promises about them.

Lives here: what Hypothesis draws.  The language that rules and promises are written in is in ``programs.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import hypothesis.strategies as st
from tests.toys.programs import (
    KEYS,
    MODULUS,
    OBSERVED,
    Add,
    Branch,
    Choose,
    Drop,
    Emit,
    First,
    Get,
    Instruction,
    Need,
    Ping,
    Place,
    Pong,
    Program,
    Put,
    Sweep,
    acting,
    play,
)

from seatrial.invariants.invariant import Invariant, Mode
from seatrial.model.draft import View
from seatrial.model.machine import Machine, Observer, Rule, Step, rule

PLAIN = ("x", "y")
MAPS = ("m", "n")
WIDE = "wide"

numbers = st.integers(0, MODULUS)
keys = st.sampled_from(KEYS)
map_places = st.builds(Place, st.sampled_from(MAPS), st.none() | keys)
own_places = st.builds(Place, st.sampled_from(PLAIN)) | map_places
readable = own_places | st.sampled_from([Place(OBSERVED), Place(WIDE)])
reading = st.one_of(
    st.builds(Get, readable),
    st.builds(Get, readable),
    st.builds(Add, st.integers(1, MODULUS - 1)),
    st.builds(Sweep, st.sampled_from(MAPS)),
    st.builds(First, st.sampled_from(MAPS)),
)
# Rules may not read what observers hold: that belongs to promises.
adding = st.builds(Add, st.integers(1, MODULUS - 1))
putting = st.builds(Put, own_places)
moving = st.one_of(
    st.builds(Get, own_places | st.just(Place(WIDE))),
    st.builds(Get, own_places),
    adding,
    putting,
    st.builds(Drop, map_places),
    st.builds(Need, numbers, st.sampled_from([False, False, True])),
    st.builds(Choose, st.integers(2, 3)),
    st.builds(Emit, st.sampled_from([Ping, Pong])),
    st.builds(Sweep, st.sampled_from(MAPS)),
    st.builds(First, st.sampled_from(MAPS)),
)


def programs(instructions: st.SearchStrategy[Instruction], longest: int) -> st.SearchStrategy[Program]:
    """Lists of instructions, some of which branch."""
    several = st.lists(instructions, max_size=3).map(tuple)
    either = st.one_of(instructions, instructions, instructions, st.builds(Branch, numbers, several, several))
    return st.lists(either, min_size=1, max_size=longest)


@st.composite
def rule_programs(draw: st.DrawFn) -> Program:
    """Programs that write something, lest most machines stand still."""
    before, after = draw(programs(moving, 4)), draw(programs(moving, 3))
    return [*before, draw(adding), draw(putting), *after]


@st.composite
def machines(draw: st.DrawFn, *, widest: int = 0) -> Machine:
    """Machines of a few rules; with ``widest`` there is a variable that takes that many values."""
    written = draw(st.lists(rule_programs(), min_size=2, max_size=5))
    act = acting(written)
    rules: list[Rule] = [
        rule(act, process=draw(st.sampled_from("pqr")), fault=draw(st.sampled_from(["", "", "fault"])), number=number)
        for number in range(len(written))
    ]
    if widest:
        written.append([Get(Place(WIDE))])
        rules.append(rule(_grow(widest), process="w"))
    kept = st.dictionaries(keys, st.integers(0, MODULUS - 1), max_size=3)
    return Machine(
        "random",
        variables={**dict.fromkeys(PLAIN, 0), WIDE: 0, **{name: draw(kept) for name in MAPS}},
        rules=rules,
        observers=[Observer(OBSERVED, 0, lambda old, event: (2 * old + event.number + 1) % 5, (Ping,))],
    )


def _grow(widest: int) -> Callable[..., None]:
    def grow(draft: View) -> None:
        draft.wide = (draft.wide + 1) % widest

    return grow


@st.composite
def promises(draw: st.DrawFn) -> list[Invariant]:
    """A few promises of all modes; most can break, some are vacuous."""
    modes = draw(st.lists(st.sampled_from(["always", "always", "stepwise", "stepwise", "at_rest"]), max_size=4))
    return [_promise(draw, f"promise-{number}", mode) for number, mode in enumerate(modes)]  # type: ignore[arg-type]


def _promise(draw: st.DrawFn, name: str, mode: Mode) -> Invariant:
    listens = draw(st.sampled_from([(), (Ping,), (Ping, Pong)])) if mode == "stepwise" else ()
    judged = _judging_steps(draw) if mode == "stepwise" else _judging_states(draw)
    return Invariant(name, "A random promise.", mode, judged, events=listens)


def _judging_states(draw: st.DrawFn) -> Callable[..., object]:
    program, bad = draw(programs(reading, 3)), draw(st.integers(0, MODULUS + 2))
    premise, met = draw(programs(reading, 2)), draw(st.none() | numbers)

    def judge(state: View) -> bool | None:
        if met is not None and play(premise, state) != met:
            return None
        return play(program, state) != bad

    def judge_parts(state: View) -> Iterator[tuple[str, bool]]:
        if met is None or play(premise, state) == met:
            yield "the first part", True
            yield "the second part", play(program, state) != bad

    return draw(st.sampled_from([judge, judge_parts]))


def _judging_steps(draw: st.DrawFn) -> Callable[..., object]:
    program, bad = draw(programs(reading, 3)), draw(st.tuples(numbers, numbers))
    loud = draw(st.booleans())

    def judge(before: View, step: Step, after: View) -> bool | None:
        if loud and not step.events:
            return None
        start = len(step.events) + len(step.action.choices)
        return (play(program, before, start % MODULUS), play(program, after)) != bad

    return judge
