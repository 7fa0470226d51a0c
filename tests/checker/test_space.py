"""Packed states: the numbering of values, changes of the layout, and what is learned of a rule.

Lives here: what can be seen of one table or one space; that all of it together is right is tested on random machines.
"""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.toys.counters import race
from tests.toys.machines import machines
from tests.toys.post import office
from tests.toys.reference import explore

from seatrial.checker.space import Overflow, RuleTable, Space, Widen
from seatrial.model.draft import Cell, Draft, require
from seatrial.model.errors import Nondeterministic
from seatrial.model.machine import Machine, rule

EVERYTHING = -1


def test_the_initial_state_is_zero() -> None:
    """The first value of every cell has the number 0, so nothing has to be packed to begin."""
    space = Space(office(2))
    assert space.unpack(0) == office(2).initial
    assert space.pack(office(2).initial) == 0


@given(machines())
def test_packing_loses_nothing(machine: Machine) -> None:
    """Whatever is packed comes out again, also after other states were packed."""
    space = Space(machine)
    states = [state for level in explore(machine, limit=60).levels for state in level]
    packed = [space.pack(state) for state in states]
    assert [space.unpack(each) for each in packed] == states
    assert len(set(packed)) == len(states)


def test_a_cell_with_too_many_values_asks_for_room() -> None:
    """A full field raises; widened, it numbers on, and packed states are carried over."""
    space = Space(Machine("toy", variables={"x": 0, "y": 0, "z": 0}, rules=[]))
    x, y = space.fields[Cell("x")], space.fields[Cell("y")]
    last = (1 << space.first_bits) - 1
    packed = [space.number(x, value) << x.shift | space.number(y, -value) << y.shift for value in range(last + 1)]
    with pytest.raises(Overflow) as overflow:
        space.number(x, "one more")
    assert overflow.value.field is x
    before = [space.unpack(each) for each in packed]
    change = space.widen(x)
    assert [space.unpack(each) for each in change.states(packed)] == before
    assert space.number(x, "one more") == last + 1


def test_masks_follow_the_layout() -> None:
    """A mask goes where its bits go, and covers all of a field that it covered before."""
    space = Space(Machine("toy", variables=dict.fromkeys("abc", 0), rules=[]))
    a, b, c = (space.fields[Cell(name)] for name in "abc")
    masks = [a.mask, b.mask, c.mask, a.mask | c.mask]
    change = space.widen(b)
    assert [change.mask(each) for each in masks] == [a.mask, b.mask, c.mask, a.mask | c.mask]


def test_a_new_key_changes_no_packed_state() -> None:
    """A key that is asked for gets a field of its own; in all states known so far it is absent."""
    space = Space(office(2))
    width = space.width
    added = space.field(Cell("box", 1))
    assert (added.shift, space.unpack(0)) == (width, office(2).initial)
    assert space.sorted_keys("box") == [1]


def test_a_rule_runs_once_for_each_distinct_input() -> None:
    """States that agree on what a rule reads share an entry; the rule is not run again."""
    space = Space(race(2))
    table = RuleTable(space, race(2).rules[0])
    first = table.moves(0, EVERYTHING)
    elsewhere = space.number(space.fields[Cell("known", "p1")], 5) << space.fields[Cell("known", "p1")].shift
    assert table.moves(elsewhere, EVERYTHING) is first
    assert (table.runs, table.known) == (1, 1)


def test_reads_that_depend_on_data_keep_tables_narrow() -> None:
    """After the first cell, a rule's table has only the cells that it reads where that has the same value."""

    def follow(draft: Draft) -> None:
        draft.seen = draft.shelf[draft.pointer]

    shelf = dict.fromkeys("abcdef", 0)
    machine = Machine("toy", variables={"pointer": "a", "seen": None, "shelf": shelf}, rules=[rule(follow)])
    space = Space(machine)
    table = RuleTable(space, machine.rules[0])
    pointer = space.fields[Cell("pointer")]
    for key in "abcdef":
        table.moves(space.number(pointer, key) << pointer.shift, EVERYTHING)
    widths = {branch.mask.bit_count() for branch in table.branches.values()}
    assert widths == {3 * space.first_bits}


def test_a_look_up_names_the_bits_that_it_lacks() -> None:
    """With only a part of the state known, a table says which bits it needs, and is content once it has them."""
    space = Space(race(1))
    table = RuleTable(space, race(1).rules[1])
    allowed = 0
    with pytest.raises(Widen) as first:
        table.moves(0, allowed)
    allowed |= first.value.mask
    assert allowed == space.fields[Cell("known", "p0")].mask
    assert table.moves(0, allowed) == ()


def test_a_swept_map_is_learned_anew_when_a_key_is_added() -> None:
    """What was learned while a key was unknown does not serve states that hold it."""

    def count(draft: Draft) -> None:
        draft.size = len(draft.shelf)

    machine = Machine("toy", variables={"size": 9, "shelf": {}}, rules=[rule(count)])
    space = Space(machine)
    table = RuleTable(space, machine.rules[0])
    (none,) = table.moves(0, EVERYTHING)
    key = space.field(Cell("shelf", "new"))
    (one,) = table.moves(space.number(key, "value") << key.shift, EVERYTHING)
    assert [each.outcome.writes for each in (none, one)] == [((Cell("size"), 0),), ((Cell("size"), 1),)]
    assert table.moves(0, EVERYTHING) == (none,)


@pytest.mark.parametrize("depends_on", ["outcome", "enabled", "reads"])
def test_a_rule_that_is_not_deterministic_is_found_out(depends_on: str) -> None:
    """A rule that throws dice is caught when it is learned, whether it writes, guards or reads by them."""
    dice = Random(0)

    def throw(draft: Draft) -> None:
        number = dice.random()
        if depends_on == "outcome":
            draft.x = number
        elif depends_on == "enabled":
            require(number < 1 / 2)
            draft.x = 1
        else:
            draft.x = draft.shelf.get(f"key {number}")

    machine = Machine("toy", variables={"x": 0, "y": 0, "shelf": {}}, rules=[rule(throw)])
    table = RuleTable(Space(machine), machine.rules[0])

    def learn_again_and_again() -> None:
        for number in range(20):
            table.branches.clear()
            table.moves(number, EVERYTHING)

    with pytest.raises(Nondeterministic, match=r"rule throw\(\) did two different things in the same state"):
        learn_again_and_again()


@given(st.data())
def test_a_table_gives_what_the_machine_gives(data: st.DataObject) -> None:
    """In any state and order, a table's actions are those that the machine enables."""
    machine = data.draw(machines())
    space = Space(machine)
    tables = [RuleTable(space, each) for each in machine.rules]
    states = [state for level in explore(machine, limit=30).levels for state in level]
    for state in data.draw(st.lists(st.sampled_from(states), min_size=1, max_size=10)):
        packed = space.pack(state)
        actions = [move.action for table in tables for move in table.moves(packed, EVERYTHING)]
        assert actions == machine.enabled(state)
