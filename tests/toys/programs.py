"""Random machines: rules and promises written in a tiny language, so that Hypothesis can build and shrink them.

A program is a list of instructions on one number, the accumulator.  What a program reads and writes depends on what it
has read; keys of maps come and go; maps are swept, and swept only as far as their first key.  Everything that engines
may get wrong about footprints is easy to say in it.

Lives here: the language.  The strategies are in ``machines.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from attrs import frozen

from seatrial.model.draft import Draft, View, require

MODULUS = 3
KEYS = "abcde"
OBSERVED = "heard"


@frozen
class Ping:
    """An event."""

    number: int


@frozen
class Pong:
    """Another event."""

    number: int


@frozen
class Place:
    """A plain variable, or a key of a map; without a key, the one that the accumulator names."""

    variable: str
    key: str | None = None


@frozen
class Get:
    """Read; an absent key counts as one more than any small number."""

    place: Place


@frozen
class Put:
    """Write the accumulator."""

    place: Place


@frozen
class Drop:
    """Delete a key if it is there."""

    place: Place


@frozen
class Add:
    """Add, and stay small."""

    number: int


@frozen
class Need:
    """Go on only if the accumulator is (or is not) that number."""

    number: int
    equal: bool


@frozen
class Choose:
    """Add one of the first few numbers."""

    options: int


@frozen
class Emit:
    """Emit an event with the accumulator."""

    kind: type[Ping | Pong]


@frozen
class Sweep:
    """The sum of a map's values and its size."""

    variable: str


@frozen
class First:
    """The value of a map's first key, 0 if it is empty."""

    variable: str


@frozen
class Branch:
    """One of two programs."""

    number: int
    then: tuple[Instruction, ...]
    otherwise: tuple[Instruction, ...]


Instruction = Get | Put | Drop | Add | Need | Choose | Emit | Sweep | First | Branch
Program = Sequence[Instruction]


def play(program: Program, view: View, accumulator: int = 0) -> int:
    """Run a program on a view or a draft; the accumulator in the end."""
    for each in program:
        accumulator = _play_one(each, view, accumulator)
    return accumulator


def _play_one(instruction: Instruction, view: View, accumulator: int) -> int:
    match instruction:
        case Get(place):
            return _read(view, place, accumulator)
        case Add(number):
            return (accumulator + number) % MODULUS
        case Need(number, equal):
            require((accumulator == number) is equal)
            return accumulator
        case Sweep(variable):
            values = getattr(view, variable).values()
            return (int(sum(values)) + len(values)) % MODULUS
        case First(variable):
            values = iter(getattr(view, variable).values())
            return int(next(values, 0))
        case Branch(number, then, otherwise):
            return play(then if accumulator == number else otherwise, view, accumulator)
        case _:
            assert isinstance(view, Draft)
            return _change(instruction, view, accumulator)


def _change(instruction: Put | Drop | Choose | Emit, draft: Draft, accumulator: int) -> int:
    match instruction:
        case Put(Place(variable, _) as place) if variable in draft.source.schema.maps:
            getattr(draft, variable)[_key(place, accumulator)] = accumulator
        case Put(Place(variable, _)):
            setattr(draft, variable, accumulator)
        case Drop(Place(variable, _) as place):
            getattr(draft, variable).pop(_key(place, accumulator), None)
        case Choose(options):
            return (accumulator + draft.choose(range(options))) % MODULUS
        case Emit(kind):
            draft.emit(kind(accumulator))
    return accumulator


def _read(view: View, place: Place, accumulator: int) -> int:
    if place.variable in view.source.schema.maps:
        return int(getattr(view, place.variable).get(_key(place, accumulator), MODULUS))
    return int(getattr(view, place.variable))


def _key(place: Place, accumulator: int) -> str:
    return KEYS[accumulator % len(KEYS)] if place.key is None else place.key


def acting(programs: Sequence[Program]) -> Callable[..., None]:
    """The function of all rules of a machine: ``act(draft, number)`` runs one of the programs."""

    def act(draft: Draft, number: int) -> None:
        play(programs[number], draft)

    return act
