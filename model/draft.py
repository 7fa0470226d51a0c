"""What a rule, an observer or an invariant sees of a state: views that may be read, drafts that may be written too.

Lives here: the reading and writing interface, and the bookkeeping of what was touched.  A state is a set of *cells*:
one for each plain variable, one for each key of each map variable.  A view notes which cells it was asked for; a draft
also notes what was written, chosen and emitted.  So footprints are observed, never declared.

Must not know: how states are stored (a ``Source`` answers the reads), what the variables mean, or who explores them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, MutableMapping, Sequence
from typing import Any, Final, NamedTuple, Protocol, TypeVar, cast

from attrs import frozen

from .errors import ModelError

Scalar = str | int | bool | None
# What a cell holds, or a map's key: any immutable Python value that can be hashed.
Value = Any
_READ_ONLY = "an invariant, an observer or a premise may only read"
T = TypeVar("T")


class _Absent:
    """The value of a map's cell that holds nothing."""

    def __repr__(self) -> str:
        return "ABSENT"

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = _Absent()


class Cell(NamedTuple):
    """The smallest thing that is read or written: a plain variable (no key) or one key of a map variable."""

    variable: str
    key: Any = None


@frozen
class Schema:
    """The names of a machine's variables: the plain ones and the maps."""

    plain: frozenset[str]
    maps: frozenset[str]


class Source(Protocol):
    """Whatever holds a state and answers for its cells."""

    @property
    def schema(self) -> Schema:
        """The variables that there are."""
        ...

    def read(self, cell: Cell) -> Value:
        """The value of a cell, ``ABSENT`` for a key that a map does not hold."""
        ...

    def keys_held(self, variable: str) -> Iterable[Any]:
        """Every key that the map may hold (those whose cell is absent are passed over), in ascending order."""
        ...


class Disabled(Exception):
    """Raised by :func:`require`: the rule has no move in this state."""


class NotOffered(Exception):
    """A scripted choice is not among the options of :meth:`Draft.choose`."""


def require(condition: object) -> None:
    """Let the rule go on only if ``condition`` is true; otherwise it is not enabled in this state."""
    if not condition:
        raise Disabled


def spend(left: MutableMapping[Any, int], what: object) -> None:
    """Let the rule go on only if something is left of a budget, and take one of it."""
    number = left[what]
    require(number)
    left[what] = number - 1


class View:
    """A state to be read: plain variables as attributes, map variables as mappings.

    ``reads`` lists the cells asked for, in order; ``swept`` names the maps that were iterated, which depends also on
    the keys that are not there.
    """

    __slots__ = ("reads", "source", "swept")

    source: Source
    reads: dict[Cell, Any]
    swept: set[str]

    def __init__(self, source: Source) -> None:
        put = object.__setattr__
        put(self, "source", source)
        put(self, "reads", {})
        put(self, "swept", set())

    def __getattr__(self, name: str) -> Value:
        """A plain variable's value, or a map variable's view."""
        schema = self.source.schema
        if name in schema.plain:
            return self.read_cell(Cell(name))
        if name in schema.maps:
            return MapView(self, name)
        known = ", ".join(sorted(schema.plain | schema.maps))
        message = f"there is no variable {name!r}; the machine has {known}"
        raise AttributeError(message)

    def __setattr__(self, name: str, value: object) -> None:
        raise ModelError(f"cannot set {name!r}: {_READ_ONLY}")

    def read_cell(self, cell: Cell) -> Value:
        """The value of a cell, ``ABSENT`` if its map does not hold the key; the reading is noted."""
        reads = self.reads
        if cell in reads:
            return reads[cell]
        value = reads[cell] = self.source.read(cell)
        return value

    def keys_of(self, variable: str) -> Iterator[Any]:
        """The keys that a map holds, ascending; the map is noted as swept."""
        self.swept.add(variable)
        for key in self.source.keys_held(variable):
            if self.read_cell(Cell(variable, key)) is not ABSENT:
                yield key

    def write_cell(self, cell: Cell, value: object) -> None:
        """Refuse: a view may only be read.

        Raises:
            ModelError: always.
        """
        del value
        raise ModelError(f"cannot write {cell.variable}[{cell.key!r}]: {_READ_ONLY}")


class MapView(MutableMapping[Any, Any]):
    """A map variable seen through a view or a draft.  Iteration is in ascending order of the keys."""

    __slots__ = ("_name", "_view")

    def __init__(self, view: View, name: str) -> None:
        self._view = view
        self._name = name

    def __getitem__(self, key: Value) -> Value:
        value = self._view.read_cell(Cell(self._name, key))
        if value is ABSENT:
            raise KeyError(key)
        return value

    def get(self, key: Value, default: Value = None) -> Value:
        """The value under ``key``, or ``default``."""
        value = self._view.read_cell(Cell(self._name, key))
        return default if value is ABSENT else value

    def __contains__(self, key: object) -> bool:
        return self._view.read_cell(Cell(self._name, key)) is not ABSENT

    def __setitem__(self, key: Value, value: Value) -> None:
        self._view.write_cell(Cell(self._name, key), value)

    def __delitem__(self, key: Value) -> None:
        if key not in self:
            raise KeyError(key)
        self._view.write_cell(Cell(self._name, key), ABSENT)

    def __iter__(self) -> Iterator[Any]:
        return self._view.keys_of(self._name)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"{self._name}: {dict(self)!r}"


class Draft(View):
    """A state that a rule is changing.  Nothing of it becomes real before the rule has returned."""

    __slots__ = ("_offered", "_script", "events", "writes")

    writes: dict[Cell, Any]
    events: list[Hashable]
    _offered: list[Offer]
    _script: Sequence[Any]

    def __init__(self, source: Source, script: Sequence[Any] = (), *, offered: list[Offer] | None = None) -> None:
        super().__init__(source)
        put = object.__setattr__
        put(self, "writes", {})
        put(self, "events", [])
        put(self, "_script", script)
        put(self, "_offered", [] if offered is None else offered)

    def __setattr__(self, name: str, value: object) -> None:
        schema = self.source.schema
        if name in schema.plain:
            self.write_cell(Cell(name), value)
        elif name in schema.maps:
            message = f"{name!r} is a map: write its keys, `draft.{name}[key] = value`"
            raise ModelError(message)
        else:
            known = ", ".join(sorted(schema.plain | schema.maps))
            message = f"there is no variable {name!r} to write; the machine has {known}"
            raise ModelError(message)

    def read_cell(self, cell: Cell) -> Value:
        """The value that the cell has by now; only the reading of what was there before the rule is noted."""
        writes = self.writes
        return writes[cell] if cell in writes else super().read_cell(cell)

    def keys_of(self, variable: str) -> Iterator[Any]:
        """The keys that a map holds by now, ascending; what is written meanwhile does not disturb the iteration."""
        self.swept.add(variable)
        written = {cell.key for cell in self.writes if cell.variable == variable}
        for key in sorted({*self.source.keys_held(variable), *written}):
            if self.read_cell(Cell(variable, key)) is not ABSENT:
                yield key

    def write_cell(self, cell: Cell, value: object) -> None:
        """Note what the cell will hold once the rule has returned."""
        self.writes[cell] = value

    def choose(self, options: Iterable[T]) -> T:
        """One of ``options``, each of them in a run of its own: the engines explore all.

        Options are texts, numbers, booleans, ``None`` or tuples of such, so that an action stays a readable value.  No
        option at all means that the rule is not enabled.
        """
        offer = Offer(tuple(dict.fromkeys(options)))
        require(offer.options)
        for option in offer.options:
            _check_readable(option)
        position = len(self._offered)
        offer.chosen = offer.index_of(self._script[position]) if position < len(self._script) else 0
        self._offered.append(offer)
        chosen: T = offer.options[offer.chosen]
        return chosen

    def emit(self, event: Hashable) -> None:
        """Tell observers, stepwise invariants and diagrams that something happened in this step."""
        self.events.append(event)

    @property
    def choices(self) -> tuple[Any, ...]:
        """What was chosen so far, in order."""
        return tuple(offer.options[offer.chosen] for offer in self._offered)


class Offer:
    """The options of one :meth:`Draft.choose` and which of them this run takes."""

    __slots__ = ("chosen", "options")

    def __init__(self, options: tuple[Any, ...]) -> None:
        self.options = options
        self.chosen = 0

    def index_of(self, wanted: object) -> int:
        """The position of a scripted choice.

        Raises:
            NotOffered: the script names something that is not an option here.
        """
        if wanted in self.options:
            return self.options.index(wanted)
        listed = ", ".join(repr(option) for option in self.options)
        message = f"the choice {wanted!r} is not offered, only {listed}"
        raise NotOffered(message)


def _check_readable(option: object) -> None:
    """Refuse what could not be written down in a trace."""
    if isinstance(option, tuple):
        for part in cast("tuple[object, ...]", option):
            _check_readable(part)
    elif option is not None and not isinstance(option, str | int | bool):
        message = f"cannot choose {option!r}: options are texts, numbers or tuples of them; choose a key or a name"
        raise ModelError(message)
