"""Successors of many packed states at once.

The rules of one process are merged into one table (:class:`Group`), keyed by the bits that any of them reads; a whole
frontier is then expanded by one list comprehension, compiled for the present masks.  A merged table pays as long as few
keys serve many states.  Where almost every state needs a key of its own, it is split into its rules, and those into
plain look-ups, so that memory goes to states and not to tables.

Lives here: merging, compiling, and judging steps when a table's entry is made (so each distinct step is judged once).
Must not know: in which order states are explored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

from seatrial.invariants.invariant import Invariant

from .judge import StepJudge
from .space import Move, Relayout, RuleTable, Space, Widen

# A merged table is given up when it has more keys than this and they serve too few states each.
SMALL = 20_000
STATES_PER_KEY = 4

# How many states are expanded at a time.
CHUNK = 10_000

Listing = Callable[[Sequence[int]], list[int]]


class Broken(BaseException):
    """A step breaks a promise.  Control flow inside the engine: carries what is needed to find the whole state."""

    def __init__(self, invariant: Invariant, part: str, packed: int, mask: int, move: Move) -> None:
        super().__init__(invariant.id)
        self.invariant = invariant
        self.part = part
        self.packed = packed
        self.mask = mask
        self.move = move


class Stale(BaseException):
    """A group's mask has grown, so the compiled functions are out of date.  Control flow inside the engine."""


class Group(dict[int, tuple[int, ...]]):
    """Merged table of a few rules: masked state to the differences of all their moves."""

    def __init__(self, expander: Expander, tables: Sequence[RuleTable]) -> None:
        super().__init__()
        self.expander = expander
        self.tables = tuple(tables)
        self.mask = 0
        self.merged = True
        self.served = 0
        self._swept: set[str] = set()

    def __missing__(self, key: int) -> tuple[int, ...]:
        try:
            found = self.expander.deltas(self.tables, key, self.mask)
        except Widen as wider:
            self.mask |= wider.mask
            self.forget()
            self.expander.recompile()
            raise Stale from None
        readers: tuple[RuleTable | StepJudge, ...] = (*self.tables, *self.expander.judges)
        for each in readers:
            if not each.swept <= self._swept:
                self._sweep(each.swept - self._swept)
        self[key] = found
        return found

    def _sweep(self, variables: set[str]) -> None:
        """Note that the entries depend on the keys that these maps do not hold: keys added later join the mask."""
        self._swept |= variables
        for variable in sorted(variables):
            self.expander.space.sweepers[variable].append(self)

    def of(self, packed: int) -> tuple[int, ...]:
        """The differences of all moves in one whole state."""
        while True:
            try:
                return self[packed & self.mask] if self.merged else self.looked_up(packed)
            except Stale:
                continue

    def looked_up(self, packed: int) -> tuple[int, ...]:
        """The same for a whole state, without a merged table."""
        return self.expander.deltas(self.tables, packed, -1)

    def forget(self) -> None:
        """Drop the entries; they are made again when needed."""
        self.clear()
        self.served = 0

    @property
    def poor(self) -> bool:
        """Whether the table costs more memory than it saves work."""
        return self.merged and len(self) > SMALL and self.served < STATES_PER_KEY * len(self)

    @property
    def benign(self) -> bool:
        """Whether these are ordinary rules, not faults."""
        return not self.tables[0].rule.fault


class Expander:
    """Expands packed states of one space; ``judges`` see every distinct step."""

    def __init__(
        self, space: Space, judges: Sequence[StepJudge] = (), tables: Sequence[RuleTable] | None = None
    ) -> None:
        self.space = space
        self.judges = tuple(judges)
        self._listening: dict[tuple[type, ...], tuple[StepJudge, ...]] = {}
        self.tables = [RuleTable(space, each) for each in space.machine.rules] if tables is None else tables
        self.groups = [Group(self, tables) for tables in _by_process(self.tables)]
        self._successors: Listing | None = None
        self._resting: Listing | None = None
        self._width = space.width

    def deltas(self, tables: Sequence[RuleTable], packed: int, allowed: int) -> tuple[int, ...]:
        """The differences of all moves of these rules, observers' changes included; judges each of them.

        Raises:
            Widen: they depend on more than the bits in ``allowed``.
            Overflow: the layout has to change first.
            Broken: a step breaks a promise.
        """
        found: list[int] = []
        for table in tables:
            for move in table.moves(packed, allowed):
                delta = move.delta
                if move.outcome.events:
                    delta += self.space.observe(packed, move, allowed)
                    self._judge(packed, move, delta, allowed)
                elif self.judges:
                    self._judge(packed, move, delta, allowed)
                found.append(delta)
        return tuple(found)

    def _judge(self, packed: int, move: Move, delta: int, allowed: int) -> None:
        kinds = tuple(map(type, move.outcome.events))
        listening = self._listening.get(kinds)
        if listening is None:
            listening = self._listening[kinds] = tuple(judge for judge in self.judges if judge.listens_to(kinds))
        for judge in listening:
            failure = judge.failure(packed, move, delta, allowed)
            if failure is not None:
                raise Broken(judge.invariant, failure, packed, allowed, move)

    def successors(self, states: Sequence[int]) -> list[int]:
        """All successors of the states, in order, each as often as it is reached.

        Raises:
            Overflow: the layout has to change first; then call again with the translated states.
            Broken: a step breaks a promise.
        """
        self._follow_fields()
        while True:
            if self._successors is None:
                self._successors = self._compile("[s + d for s in F for d in {}]", " + ", self.groups)
            try:
                found = self._successors(states)
            except Stale:
                continue
            self.serve(len(states))
            return found

    def at_rest(self, states: Sequence[int]) -> list[int]:
        """Those of the states in which nothing but faults can happen any more."""
        self._follow_fields()
        while True:
            if self._resting is None:
                benign = [group for group in self.groups if group.benign]
                self._resting = self._compile("[s for s in F if not ({})]", " or ", benign)
            try:
                return self._resting(states)
            except Stale:
                continue

    def coverage(self) -> dict[str, int]:
        """For each rule how many distinct moves of it are known."""
        counts: Counter[str] = Counter()
        for table in self.tables:
            counts[table.rule.name] += table.known
        return dict(counts)

    def follow(self, change: Relayout) -> None:
        """Follow a change of the layout."""
        for table in self.tables:
            table.follow(change)
        for group in self.groups:
            group.mask = change.mask(group.mask)
            group.forget()
        for judge in self.judges:
            judge.follow(change)
        self.recompile()

    def _follow_fields(self) -> None:
        """Where keys were added since the functions were compiled, masks of groups that sweep maps have grown.

        Within one call they may grow unnoticed: the states that it is given do not hold the new keys yet.
        """
        if self._width != self.space.width:
            self._width = self.space.width
            self.recompile()

    def recompile(self) -> None:
        """Compile the functions again before they are used: masks or groups have changed."""
        self._successors = self._resting = None

    def serve(self, count: int) -> None:
        """Note that every group served ``count`` states, and give up the tables that do not pay."""
        groups: list[Group] = []
        for group in self.groups:
            group.served += count
            if not group.poor:
                groups.append(group)
            elif len(group.tables) > 1:
                groups += [Group(self, [table]) for table in group.tables]
            else:
                group.merged = False
                group.forget()
                groups.append(group)
        if len(groups) != len(self.groups) or any(not each.merged and each.served == 0 for each in groups):
            self.groups = groups
            self.recompile()

    def _compile(self, template: str, joint: str, groups: Sequence[Group]) -> Listing:
        """A list comprehension over all groups, with their masks and tables as names.

        It is compiled because a loop over the groups for each state would cost more than the look-ups themselves.
        """
        names: dict[str, object] = {}
        terms: list[str] = []
        for number, group in enumerate(groups):
            if group.merged:
                names |= {f"G{number}": group, f"M{number}": group.mask}
                terms.append(f"G{number}[s & M{number}]")
            else:
                names[f"L{number}"] = group.looked_up
                terms.append(f"L{number}(s)")
        source = "lambda F: " + template.format(joint.join(terms) or "()")
        return cast("Listing", eval(source, names))  # noqa: S307 - built above from fixed words and numbers


def chunks(level: Sequence[int]) -> Iterator[Sequence[int]]:
    """A level in pieces of a size at which lists are fast and a search can be stopped."""
    return (level[start : start + CHUNK] for start in range(0, len(level), CHUNK))


def new_ones(states: Iterable[int], visited: set[int]) -> list[int]:
    """Those that were not visited yet, each once and in order; they are visited now."""
    add = visited.add
    return [each for each in states if each not in visited and not add(each)]


def _by_process(tables: Sequence[RuleTable]) -> list[list[RuleTable]]:
    """The tables of each process together, its faults apart."""
    groups: dict[tuple[str, bool], list[RuleTable]] = {}
    for table in tables:
        groups.setdefault((table.rule.process, bool(table.rule.fault)), []).append(table)
    return list(groups.values())
