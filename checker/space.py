"""A machine's states as packed integers, and what its rules do as integers to add.

The idea, which all speed and small memory come from: the values of each cell are numbered as they appear; a global
state is the concatenation of those numbers, one Python integer.  What a rule does depends only on the cells that it
reads, so it is run once for each combination of their values and afterwards looked up; its effect is a difference to be
added.

Lives here: the numbering (:class:`Field`, :class:`Space`) and the learned tables of single rules (:class:`RuleTable`).
Must not know: in which order states are explored, or what is promised about them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Protocol

from attrs import define, field, frozen

from seatrial.model.draft import ABSENT, Cell, Schema, Value
from seatrial.model.errors import Nondeterministic
from seatrial.model.machine import Action, Footprint, Machine, Observer, Outcome, Rule, run
from seatrial.model.state import State

FIRST_BITS = 6
MORE_BITS = 4
# Python needs 48 bytes for an integer of 61 to 180 bits: cells that fit into that get more, which saves new layouts.
ROOMY_BITS = 9
ROOMY_WIDTH = 180
# A rule is run twice on its first inputs and on every few after that, to catch what is not deterministic.
RERUN_FIRST = 64
RERUN_EVERY = 16


class Widen(BaseException):
    """A look-up needs cells outside the mask that it was made with.  Control flow inside the engine, no error."""

    def __init__(self, mask: int) -> None:
        super().__init__(mask)
        self.mask = mask


class Overflow(BaseException):
    """A cell has more values than its bits can number.  Control flow inside the engine, no error."""

    def __init__(self, overfull: Field) -> None:
        super().__init__(overfull)
        self.field = overfull


class Sweeper(Protocol):
    """Something that looked at all keys of a map, so that a key added later belongs to its mask."""

    mask: int


@define(eq=False, slots=True)
class Field:
    """Where a cell's number stands in the packed state, and the values that the numbers stand for."""

    cell: Cell
    shift: int
    bits: int
    values: list[Any]
    ids: dict[Any, int]

    @property
    def mask(self) -> int:
        """The bits of this field, in place."""
        return ((1 << self.bits) - 1) << self.shift

    @property
    def nearly_full(self) -> bool:
        """Whether more than three quarters of the numbers are in use."""
        return 4 * len(self.values) > 3 << self.bits


@frozen
class Relayout:
    """A change of the layout.

    At each of the ``cuts`` (from the lowest; places in the layout made by the cuts before it) ``MORE_BITS`` bits were
    put in, for the fields of which ``widened`` holds the masks before and after.
    """

    cuts: tuple[int, ...]
    widened: tuple[tuple[int, int], ...]

    def states(self, packed: Iterable[int]) -> Iterator[int]:
        """Packed states, or parts of them, in the new layout."""
        for cut in self.cuts:
            packed = _inserted(packed, cut)
        return iter(packed)

    def state(self, packed: int) -> int:
        """One packed state in the new layout."""
        return next(self.states((packed,)))

    def mask(self, mask: int) -> int:
        """A mask in the new layout; one that had a widened field has all of it."""
        moved = self.state(mask)
        for old, new in self.widened:
            moved |= new if mask & old else 0
        return moved


def _inserted(packed: Iterable[int], cut: int) -> Iterator[int]:
    low, more = (1 << cut) - 1, cut + MORE_BITS
    return ((each & low) | (each >> cut << more) for each in packed)


@define(eq=False, slots=True, repr=False)
class Move:
    """One outcome of a rule for one combination of the values that it read."""

    rule: Rule
    outcome: Outcome
    changes: tuple[tuple[Field, int, int], ...]
    delta: int = 0

    @property
    def action(self) -> Action:
        """The action that this move is."""
        return self.rule.action(self.outcome.choices)

    @property
    def events(self) -> tuple[Hashable, ...]:
        """What the move emits."""
        return self.outcome.events

    def __repr__(self) -> str:
        return str(self.action)

    def settle(self) -> None:
        """Compute the difference from the fields' present places."""
        self.delta = sum((new - old) << changed.shift for changed, old, new in self.changes)


class Space:
    """The numbering of one machine's cells.  The initial state is 0.

    Fields are added at the upper end as new keys of maps appear; a number 0 means the initial value, or absent, so no
    known state changes by that.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.schema: Schema = machine.schema
        self.fields: dict[Cell, Field] = {}
        self.width = 0
        self.sweepers: dict[str, list[Sweeper]] = {name: [] for name in machine.schema.maps}
        self._by_variable: dict[str, list[Field]] = {}
        self._sorted: dict[str, list[Any]] = {}
        cells = tuple(machine.initial.cells())
        self.first_bits = ROOMY_BITS if len(cells) * ROOMY_BITS <= ROOMY_WIDTH else FIRST_BITS
        for cell, value in cells:
            self._add(cell, value)
        self._observers = [(self.fields[Cell(each.name)], each) for each in machine.observers]
        self._observed: dict[tuple[Field, int, Move], int] = {}

    def field(self, cell: Cell) -> Field:
        """The field of a cell, made on first sight (its map does not hold the key yet)."""
        found = self.fields.get(cell)
        return self._add(cell, ABSENT) if found is None else found

    def _add(self, cell: Cell, value: object) -> Field:
        added = Field(cell, self.width, self.first_bits, [value], {value: 0})
        self.fields[cell] = added
        self.width += added.bits
        self._by_variable.setdefault(cell.variable, []).append(added)
        self._sorted.pop(cell.variable, None)
        for sweeper in self.sweepers.get(cell.variable, ()):
            sweeper.mask |= added.mask
        return added

    def sorted_keys(self, variable: str) -> list[Any]:
        """All keys that a map variable ever held, ascending."""
        found = self._sorted.get(variable)
        if found is None:
            found = sorted(each.cell.key for each in self._by_variable.get(variable, ()))
            self._sorted[variable] = found
        return found

    def number(self, owner: Field, value: object) -> int:
        """The number of a value in a field.

        Raises:
            Overflow: the field has to become wider first.
        """
        found = owner.ids.get(value)
        if found is None:
            found = len(owner.values)
            if found >> owner.bits:
                raise Overflow(owner)
            owner.ids[value] = found
            owner.values.append(value)
        return found

    def widen(self, overfull: Field) -> Relayout:
        """Give a field more bits.

        So are the fields that will need it soon: a new layout costs a pass over all states.
        """
        old = {each: each.mask for each in self.fields.values() if each is overfull or each.nearly_full}
        cuts: list[int] = []
        shift = 0
        for each in self.fields.values():
            each.shift = shift
            shift += each.bits
            if each in old:
                cuts.append(shift)
                each.bits += MORE_BITS
                shift += MORE_BITS
        self.width = shift
        return Relayout(tuple(cuts), tuple((mask, each.mask) for each, mask in old.items()))

    def observe(self, packed: int, move: Move, allowed: int) -> int:
        """The difference that the observers' variables make when ``move`` is taken."""
        delta = 0
        for owner, observer in self._observers:
            if not any(isinstance(event, observer.events) for event in move.events):
                continue
            if owner.mask & ~allowed:
                raise Widen(owner.mask)
            old = (packed & owner.mask) >> owner.shift
            delta += (self._fold(owner, observer, old, move) - old) << owner.shift
        return delta

    def _fold(self, owner: Field, observer: Observer, old: int, move: Move) -> int:
        known = self._observed.get((owner, old, move))
        if known is None:
            known = self.number(owner, observer.after(owner.values[old], move.events))
            self._observed[owner, old, move] = known
        return known

    def unpack(self, packed: int) -> State:
        """The state that an integer stands for."""
        writes = [(cell, each.values[(packed & each.mask) >> each.shift]) for cell, each in self.fields.items()]
        return self.machine.initial.updated(writes)

    def pack(self, state: State) -> int:
        """The integer of a state.

        Raises:
            Overflow: a field has to become wider first.
        """
        packed = 0
        for cell, value in state.cells():
            owner = self.field(cell)
            packed |= self.number(owner, value) << owner.shift
        for cell, owner in self.fields.items():
            if state.read(cell) is ABSENT:
                packed |= self.number(owner, ABSENT) << owner.shift
        return packed


@frozen(eq=False)
class Packed:
    """A packed state as a :class:`~seatrial.model.draft.Source`, of which only the bits in ``allowed`` are known."""

    space: Space
    packed: int
    allowed: int

    @property
    def schema(self) -> Schema:
        """The machine's variables."""
        return self.space.schema

    def read(self, cell: Cell) -> Value:
        """The value of a cell.

        Raises:
            Widen: the cell is not among the known bits.
        """
        owner = self.space.field(cell)
        mask = owner.mask
        if mask & ~self.allowed:
            raise Widen(mask)
        return owner.values[(self.packed & mask) >> owner.shift]

    def keys_held(self, variable: str) -> list[Any]:
        """All keys that the map ever held, ascending."""
        return self.space.sorted_keys(variable)


@define(eq=False, slots=True)
class Branch:
    """The part of a rule's table in which the first cell that the rule reads has one certain value."""

    mask: int
    swept: set[str] = field(factory=set[str])
    table: dict[int, tuple[Move, ...]] = field(factory=dict[int, tuple[Move, ...]])


class RuleTable:
    """What one rule does, learned by running it: a decision on the first cell that it reads, then a table.

    Two levels are enough for footprints to stay narrow: a rule that serves a request reads the request first, and which
    other cells it touches depends on that.
    """

    def __init__(self, space: Space, owner: Rule) -> None:
        self.space = space
        self.rule = owner
        self.first: Field | None = None
        self.branches: dict[int, Branch] = {}
        self.swept: set[str] = set()
        self.runs = 0

    @property
    def known(self) -> int:
        """How many distinct moves were learned."""
        return sum(len(moves) for branch in self.branches.values() for moves in branch.table.values())

    def moves(self, packed: int, allowed: int) -> tuple[Move, ...]:
        """The moves in a state of which the bits in ``allowed`` are known.

        Raises:
            Widen: they depend on more than that.
            Overflow: a field has to become wider first.
        """
        first = 0 if self.first is None else self.first.mask
        if first & ~allowed:
            raise Widen(first)
        branch = self.branches.get(packed & first)
        if branch is not None:
            if branch.mask & ~allowed:
                raise Widen(branch.mask)
            found = branch.table.get(packed & branch.mask)
            if found is not None:
                return found
        return self._learn(packed, allowed)

    def _learn(self, packed: int, allowed: int) -> tuple[Move, ...]:
        outcomes, footprint = self._run(packed, allowed)
        moves = tuple(self._move(packed, outcome) for outcome in outcomes)
        mask = 0
        for cell in footprint.reads:
            mask |= self.space.field(cell).mask
        for move in moves:
            for changed, _, _ in move.changes:
                mask |= changed.mask
        if mask & ~allowed:
            raise Widen(mask)
        if self.first is None and footprint.reads:
            self.first = self.space.field(footprint.reads[0])
        key = packed & (0 if self.first is None else self.first.mask)
        branch = self.branches.setdefault(key, Branch(0))
        self.swept |= footprint.swept
        for variable in sorted(footprint.swept - branch.swept):
            branch.swept.add(variable)
            self.space.sweepers[variable].append(branch)
        if mask & ~branch.mask:
            branch.mask |= mask
            branch.table.clear()
        branch.table[packed & branch.mask] = moves
        return moves

    def _run(self, packed: int, allowed: int) -> tuple[tuple[Outcome, ...], Footprint]:
        source = Packed(self.space, packed, allowed)
        result = outcomes, footprint = run(self.rule, source)
        self.runs += 1
        if self.runs <= RERUN_FIRST or self.runs % RERUN_EVERY == 0:
            same_outcomes, same_footprint = run(self.rule, source)
            # The first run may have asked for keys unknown till then; where it sweeps a map, the second meets them too.
            if outcomes != same_outcomes or not {*footprint.reads} <= {*same_footprint.reads}:
                raise Nondeterministic(
                    f"rule {self.rule} did two different things in the same state. A rule may depend on nothing but "
                    "its draft and its arguments: look for randomness, a clock, a global variable, a value that is "
                    "changed in place, or the order of a set."
                )
        return result

    def _move(self, packed: int, outcome: Outcome) -> Move:
        changes: list[tuple[Field, int, int]] = []
        for cell, value in outcome.writes:
            owner = self.space.field(cell)
            old = (packed & owner.mask) >> owner.shift
            changes.append((owner, old, self.space.number(owner, value)))
        move = Move(self.rule, outcome, tuple(changes))
        move.settle()
        return move

    def follow(self, change: Relayout) -> None:
        """Follow a change of the layout."""
        self.branches = {change.state(key): branch for key, branch in self.branches.items()}
        for branch in self.branches.values():
            branch.mask = change.mask(branch.mask)
            branch.table = dict(zip(change.states(branch.table), branch.table.values(), strict=True))
            for moves in branch.table.values():
                for move in moves:
                    move.settle()
