"""The kernel: machines, their rules, their states and their steps.  Nothing of Kubernetes lives here.

A machine is a set of named variables and a list of rules.  A rule is an ordinary function that reads and writes a
:class:`~seatrial.model.draft.Draft`; everything else is derived: which actions a state enables, what each of them leads
to, which cells it touched.  An action is a rule's name with its arguments and choices, one readable value; a behaviour
is a list of actions.

This file gives the meaning.  Engines that are faster find the same outcomes by looking them up.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import frozen

from .draft import Cell, Disabled, Draft, NotOffered, Offer, Scalar, Schema, Source, Value
from .errors import ModelError, Nondeterministic
from .state import State, check_hashable

Fold = Callable[[Any, Any], Any]


@frozen(cache_hash=True)
class Action:
    """One step that a machine may take: the rule, its arguments and the choices made in it."""

    rule: str
    arguments: tuple[tuple[str, Any], ...] = ()
    choices: tuple[Any, ...] = ()

    def __str__(self) -> str:
        """For example ``deliver(informer=pods) choosing web-1``."""
        inside = ", ".join(f"{name}={_plain(value)}" for name, value in self.arguments)
        chosen = ", ".join(_plain(choice) for choice in self.choices)
        return f"{self.rule}({inside})" + (f" choosing {chosen}" if chosen else "")


@frozen(eq=False)
class Rule:
    """A function on a draft with its arguments bound.

    ``process`` names who takes the step (rules of one process are looked up together, and random schedules give
    priorities to processes); ``fault`` names the fault that the rule is, or is empty: engines order steps from benign
    to faulty.
    """

    function: Callable[..., object]
    arguments: tuple[tuple[str, Any], ...] = ()
    process: str = ""
    fault: str = ""
    name: str = ""

    def action(self, choices: tuple[Any, ...] = ()) -> Action:
        """The action that this rule is with the given choices."""
        return Action(self.name, self.arguments, choices)

    def __str__(self) -> str:
        return str(self.action())


def rule(function: Callable[..., object], *, process: str = "", fault: str = "", **arguments: Scalar) -> Rule:
    """Bind a rule's arguments; they are passed by name and become part of the action."""
    name = getattr(function, "__name__", "")
    if not name or name == "<lambda>":
        message = f"a rule needs a name to be shown in traces: define {function!r} with `def`"
        raise ModelError(message)
    return Rule(function, tuple(arguments.items()), process, fault, name)


@frozen
class Observer:
    """History that an invariant needs: a variable of its own, folded over the emitted events.

    ``fold(value, event)`` gives the new value; it is called for events of the classes in ``events`` only.
    """

    name: str
    initial: Hashable
    fold: Fold
    events: tuple[type, ...]

    def after(self, value: Value, events: Iterable[Hashable]) -> Value:
        """The value after these events, in order.

        Raises:
            ModelError: the fold raised, or gave a value that cannot be hashed.
        """
        for event in events:
            if not isinstance(event, self.events):
                continue
            try:
                value = self.fold(value, event)
            except Exception as error:
                message = f"observer {self.name} raised {type(error).__name__}: {error} ({place_of(error)})"
                raise ModelError(message) from error
            check_hashable(Cell(self.name), value, f"observer {self.name}")
        return value


@frozen
class Outcome:
    """What one run of a rule came to: the choices made, the cells written and the events emitted."""

    choices: tuple[Any, ...]
    writes: tuple[tuple[Cell, Any], ...]
    events: tuple[Hashable, ...]


@frozen
class Footprint:
    """Everything that the runs of a rule touched: cells read (in order of first reading) and maps iterated."""

    reads: tuple[Cell, ...]
    swept: frozenset[str]


@frozen
class Step:
    """A step that was taken: the action and the events that it emitted."""

    action: Action
    events: tuple[Hashable, ...] = ()

    def emitted(self, *kinds: type) -> tuple[Any, ...]:
        """The step's events of the given classes."""
        return tuple(event for event in self.events if isinstance(event, kinds))


class NotEnabled(Exception):
    """The action cannot be taken in the given state; the text says why.

    ``position`` is the action's place in the behaviour, counted from 0, where a whole behaviour was being played.
    """

    position: int | None = None


# What drafts and states mean by these names cannot be a variable as well.
_RESERVED = frozenset(name for kind in (Draft, State) for name in dir(kind) if not name.startswith("__"))


class Machine:
    """A transition system made of variables, rules and observers.

    Args:
        name: how the machine is called in reports and traces.
        variables: initial values; a ``dict`` makes a map variable, whose keys are cells of their own and come and go.
        rules: in the order in which they are to be tried and listed, benign ones first.
        observers: history variables, readable by invariants under their own names.

    Raises:
        ModelError: a name is used twice or reserved, or an initial value cannot be hashed.
    """

    def __init__(
        self,
        name: str,
        *,
        variables: Mapping[str, Any],
        rules: Sequence[Rule],
        observers: Sequence[Observer] = (),
    ) -> None:
        self.name = name
        self.rules = tuple(rules)
        self.observers = tuple(observers)
        everything: dict[str, Any] = {**variables, **{each.name: each.initial for each in observers}}
        if len(everything) < len(variables) + len(observers):
            message = f"machine {name!r}: an observer has the name of a variable or of another observer"
            raise ModelError(message)
        for reserved in sorted(_RESERVED.intersection(everything)):
            message = f"machine {name!r}: {reserved!r} cannot name a variable, drafts and states use it"
            raise ModelError(message)
        maps: dict[str, dict[Any, Any]] = {
            key: dict(everything[key]) for key in everything if isinstance(everything[key], dict)
        }
        for each in self.observers:
            if each.name in maps:
                message = f"machine {name!r}: observer {each.name!r} starts with a dict; use a tuple or a frozen class"
                raise ModelError(message)
        plain = {key: value for key, value in everything.items() if key not in maps}
        self.schema = Schema(frozenset(plain), frozenset(maps))
        self.initial = State(self.schema, plain, maps)
        for cell, value in self.initial.cells():
            check_hashable(cell, value, f"machine {name!r}")
        self._by_call = {(each.name, each.arguments): each for each in self.rules}
        if len(self._by_call) < len(self.rules):
            message = f"machine {name!r}: two rules have the same name and arguments"
            raise ModelError(message)

    def extended(self, rules: Sequence[Rule]) -> Machine:
        """The same machine with more rules.

        Raises:
            ModelError: a rule has the name and arguments of another.
        """
        observed = {each.name for each in self.observers}
        names = (self.schema.plain | self.schema.maps) - observed
        variables = {name: getattr(self.initial, name) for name in sorted(names)}
        return Machine(self.name, variables=variables, rules=[*self.rules, *rules], observers=self.observers)

    def rule_of(self, action: Action) -> Rule:
        """The rule that an action belongs to.

        Raises:
            NotEnabled: there is no such rule; the text names those of the same name.
        """
        found = self._by_call.get((action.rule, action.arguments))
        if found is None:
            alike = [str(each) for each in self.rules if each.name == action.rule]
            hint = "; it has " + ", ".join(alike) if alike else ""
            message = f"machine {self.name!r} has no rule {action.rule}{dict(action.arguments)!r}{hint}"
            raise NotEnabled(message)
        return found

    def enabled(self, state: State) -> list[Action]:
        """The actions that can be taken, in the order of the rules and of their choices."""
        return [each.action(outcome.choices) for each in self.rules for outcome in run(each, state)[0]]

    def step(self, state: State, action: Action) -> tuple[State, Step]:
        """Take one action.

        Raises:
            NotEnabled: the action cannot be taken in this state.
            ModelError: the rule raised or wrote something that cannot be hashed.
        """
        chosen = self.rule_of(action)
        draft = Draft(state, action.choices)
        try:
            _call(chosen, draft)
        except Disabled:
            message = f"{action} is not enabled here"
            raise NotEnabled(message) from None
        except NotOffered as refusal:
            message = f"{action}: {refusal}"
            raise NotEnabled(message) from None
        if len(draft.choices) < len(action.choices):
            message = f"{action} makes {len(draft.choices)} choices here, not {len(action.choices)}"
            raise NotEnabled(message)
        for cell, value in draft.writes.items():
            check_hashable(cell, value, f"rule {chosen}")
        taken = Step(chosen.action(draft.choices), tuple(draft.events))
        return state.updated([*draft.writes.items(), *self.observe(state, taken.events)]), taken

    def observe(self, state: State, events: Sequence[Hashable]) -> list[tuple[Cell, Any]]:
        """What the observers' variables become after these events."""
        cells = [(Cell(each.name), each) for each in self.observers]
        return [(cell, each.after(state.read(cell), events)) for cell, each in cells] if events else []


def run(chosen: Rule, source: Source) -> tuple[tuple[Outcome, ...], Footprint]:
    """Every outcome of a rule in one state, in the order of its choices, and what its runs touched together.

    No outcome means that the rule is not enabled.

    Raises:
        ModelError: the rule raised or wrote something that cannot be hashed.
        Nondeterministic: run again with the same choices, the rule was not offered them again.
    """
    outcomes: list[Outcome] = []
    reads: dict[Cell, None] = {}
    swept: set[str] = set()
    script: list[Any] = []
    while True:
        offered: list[Offer] = []
        draft = Draft(source, script, offered=offered)
        try:
            _call(chosen, draft)
        except Disabled:
            pass
        except NotOffered as refusal:
            raise Nondeterministic(f"rule {chosen} offers other choices when it is run again: {refusal}") from None
        else:
            for cell, value in draft.writes.items():
                check_hashable(cell, value, f"rule {chosen}")
            outcomes.append(Outcome(draft.choices, tuple(draft.writes.items()), tuple(draft.events)))
        finally:
            reads.update(dict.fromkeys(draft.reads))
            swept |= draft.swept
        while offered and offered[-1].chosen == len(offered[-1].options) - 1:
            offered.pop()
        if not offered:
            return tuple(outcomes), Footprint(tuple(reads), frozenset(swept))
        offered[-1].chosen += 1
        script = [offer.options[offer.chosen] for offer in offered]


def _call(chosen: Rule, draft: Draft) -> None:
    """Run a rule's function; whatever it raises but does not mean becomes a ``ModelError`` with its place."""
    try:
        chosen.function(draft, **dict(chosen.arguments))
    except (Disabled, NotOffered, ModelError):
        raise
    except Exception as error:
        message = f"rule {chosen} raised {type(error).__name__}: {error} ({place_of(error)})"
        raise ModelError(message) from error


def place_of(error: BaseException) -> str:
    """Where an exception was raised: file and line of the innermost frame that is not a draft's own."""
    place, trace = "place unknown", error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file != _DRAFT or place == "place unknown":
            place = f"{file}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


_DRAFT = Draft.read_cell.__code__.co_filename


def _plain(value: object) -> str:
    if isinstance(value, tuple):
        return "/".join(_plain(part) for part in cast("tuple[object, ...]", value))
    return str(value)
