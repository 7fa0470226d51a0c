"""A post office: letters appear and disappear, the postman chooses, and a thief may take one.

Lives here: a machine that uses everything the kernel offers (choices, events, an observer, keys that come and go, maps
that are swept, a fault), and promises of each mode about it.
"""

from __future__ import annotations

from collections.abc import Iterator

from attrs import frozen

from seatrial.invariants.invariant import always, at_rest, stepwise
from seatrial.model.draft import Draft, View, require
from seatrial.model.machine import Machine, Observer, Step, rule


@frozen
class Posted:
    """A letter was put into the box."""

    number: int


@frozen
class Delivered:
    """A letter was brought to the one whom it is for."""

    number: int
    name: str


def post(draft: Draft, limit: int) -> None:
    """Somebody posts a letter to one of two people."""
    number = draft.posted + 1
    require(number <= limit)
    draft.posted = number
    draft.box[number] = draft.choose(["ann", "bob"])
    draft.emit(Posted(number))


def deliver(draft: Draft) -> None:
    """The postman takes any letter of the box and brings it."""
    number = draft.choose(draft.box)
    draft.emit(Delivered(number, draft.box.pop(number)))


def steal(draft: Draft) -> None:
    """A thief takes the first letter of the box."""
    require(not draft.stolen)
    number = next(iter(draft.box), None)
    require(number is not None)
    draft.stolen = True
    del draft.box[number]


def office(letters: int, *, thief: bool = False) -> Machine:
    """An office that takes a few letters."""
    rules = [rule(post, process="people", limit=letters), rule(deliver, process="postman")]
    return Machine(
        "office",
        variables={"posted": 0, "box": {}, "stolen": False},
        rules=[*rules, rule(steal, process="thief", fault="theft")] if thief else rules,
        observers=[Observer("brought", (), lambda brought, event: (*brought, event.number), (Delivered,))],
    )


@always()
def nothing_twice(state: View) -> Iterator[tuple[str, bool]]:
    """No letter is brought twice, or brought and still in the box."""
    yield "brought once", len(set(state.brought)) == len(state.brought)
    yield "not in the box", not set(state.brought) & set(state.box)


@stepwise(on=Delivered)
def from_the_box(before: View, step: Step, after: View) -> bool:
    """What is brought was in the box, for that person, and is no longer."""
    (event,) = step.emitted(Delivered)
    return bool(before.box.get(event.number) == event.name) and event.number not in after.box


@stepwise(on=Delivered)
def in_order(before: View, step: Step, after: View) -> bool | None:
    """Letters are brought in the order in which they were posted."""
    del after
    (event,) = step.emitted(Delivered)
    return bool(before.brought[-1] < event.number) if before.brought else None


@at_rest()
def all_brought(state: View) -> bool:
    """In the end every letter has been brought."""
    return bool(len(state.brought) == state.posted)
