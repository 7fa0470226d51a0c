"""A controller that must not act twice: what it wrote is not yet in the copies that it decides on.

One set wants so many children.  The controller counts those in its informer's copy, creates what is missing and deletes
what is too much.  Its informers lag, each on its own.  Two devices keep it from acting on what is out of date:
*expectations*, and beside them (a profile's ``own-writes``) the *revisions of its own writes*.

Abstracted: informers are positions in etcd's history (how they get there is the business of :mod:`.informers`); a look
is one step, each write of it another, with its answer; a key that may not be looked at yet stays in the queue.

Lives here: a machine with nothing but these, its rules, and what they emit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from ..draft import require, spend
from ..events import Arrow
from ..faults import CRASH, EXPECTATIONS_EXPIRE, LOST_ANSWER, STALE_CACHE, check_possible
from ..machine import Machine, rule
from ..machinery.consistency import OwnWrites
from ..machinery.expectations import Expectations, Expected
from ..machinery.workqueue import Key
from ..profiles import NEWEST, Profile

OWNER: Final = Key("default", "set")
SETS, PODS = "sets", "pods"
FAULTS: Final = (STALE_CACHE, CRASH, EXPECTATIONS_EXPIRE, LOST_ANSWER)
CONTROLLER, USER = "controller", "user"


@frozen(cache_hash=True)
class Write:
    """A revision: who wrote what.  ``wanted`` is a set's number of children; a pod is ``there`` or deleted."""

    revision: int
    who: str
    resource: str
    name: str = ""
    wanted: int = 0
    there: bool = True

    @property
    def sentence(self) -> str:
        """What happened."""
        if self.resource == SETS:
            return f"the {self.who} wants {self.wanted} pods, at revision {self.revision}"
        return f"the {self.who} {'creates' if self.there else 'deletes'} {self.name}, at revision {self.revision}"

    @property
    def arrow(self) -> Arrow:
        """Writer to etcd."""
        what = (
            f"wanted: {self.wanted}" if self.resource == SETS else f"{'create' if self.there else 'delete'} {self.name}"
        )
        return Arrow(self.who, "etcd", what)


@frozen(cache_hash=True)
class Noticed:
    """A write reached an informer of the controller."""

    write: Write

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the controller's informer of {self.write.resource} comes to revision {self.write.revision}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to controller."""
        return Arrow("etcd", CONTROLLER, f"{self.write.resource}, revision {self.write.revision}")


@frozen(cache_hash=True)
class Looked:
    """The controller looked at the set and decided."""

    wanted: int
    pods: tuple[str, ...]
    create: int
    delete: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What happened."""
        does = f"create {self.create}" if self.create else f"delete {', '.join(self.delete)}" if self.delete else "rest"
        seen = ", ".join(self.pods) or "no pods"
        return f"the controller, which sees {seen} and that {self.wanted} are wanted, decides to {does}"

    @property
    def arrow(self) -> None:
        """It happens within the controller."""
        return


@frozen(cache_hash=True)
class Lost:
    """The answer to the controller's write did not arrive."""

    @property
    def sentence(self) -> str:
        """What happened."""
        return "the answer to it is lost"

    @property
    def arrow(self) -> Arrow:
        """Etcd to controller."""
        return Arrow("etcd", CONTROLLER, "answer", lost=True)


@frozen(cache_hash=True)
class Restarted:
    """The controller stopped and started again."""

    seen: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the controller starts again, with lists of revision {self.seen}"

    @property
    def arrow(self) -> None:
        """It happens within the controller."""
        return


@frozen(cache_hash=True)
class Expired:
    """Five minutes went by."""

    @property
    def sentence(self) -> str:
        """What happened."""
        return "five minutes pass: the controller no longer waits for what it did"

    @property
    def arrow(self) -> None:
        """It happens within the controller."""
        return


def wanted(log: tuple[Write, ...], until: int) -> int:
    """How many pods the set wants at a revision."""
    return [each.wanted for each in log if each.resource == SETS and each.revision <= until][-1]


def pods(log: tuple[Write, ...], until: int) -> tuple[str, ...]:
    """The pods at a revision, oldest first."""
    there = dict[str, None]()
    for each in log:
        if each.resource == PODS and each.revision <= until:
            there.update({each.name: None})
            if not each.there:
                del there[each.name]
    return tuple(there)


def missed(log: tuple[Write, ...], resource: str, seen: int) -> tuple[Write, ...]:
    """The writes of a resource after a revision."""
    return tuple(each for each in log if each.resource == resource and each.revision > seen)


def observed(expectations: Expectations, write: Write) -> Expectations:
    """What is still expected once a write was seen."""
    if write.resource != PODS:
        return expectations
    if write.there:
        return expectations.creation_observed(OWNER)
    return expectations.deletion_observed(OWNER, write.name)


def reached(draft: Any) -> dict[str, int]:
    """How far the controller's informers have come."""
    return {SETS: draft.seen[SETS], PODS: draft.seen[PODS]}


def fresh_enough(draft: Any, allowed: int) -> bool:
    """Whether no copy misses more than a scenario allows."""
    return all(len(missed(draft.log, resource, draft.seen[resource])) <= allowed for resource in (SETS, PODS))


@frozen(eq=False)
class OwnWriting:
    """One set and its controller; how often a user changes something, and the controller's functions."""

    changes: int
    most: int = 1
    profile: Profile = NEWEST
    fulfilled: Callable[[Expectations, Key], bool] = Expectations.fulfilled
    ready: Callable[[OwnWrites, Key, Mapping[str, int]], bool] = OwnWrites.ready
    observed: Callable[[Expectations, Write], Expectations] = observed
    reached: Callable[[Any], dict[str, int]] = reached
    fresh_enough: Callable[[Any, int], bool] = fresh_enough

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The controller as a machine.

        Raises:
            BadInput: a fault was asked for that cannot happen here.
        """
        check_possible(name, faults, FAULTS)
        rules = [rule(self.notice, process=resource, resource=resource) for resource in (SETS, PODS)]
        rules += [rule(step, process=CONTROLLER) for step in (self.act, self.look)]
        rules += [rule(step, process=USER) for step in (self.change, self.meddle)]
        rules += [rule(self.act_unanswered, fault=LOST_ANSWER)] if LOST_ANSWER in faults else []
        rules += [rule(self.restart, fault=CRASH)] if CRASH in faults else []
        rules += [rule(self.expire, fault=EXPECTATIONS_EXPIRE)] if EXPECTATIONS_EXPIRE in faults else []
        own = {"own": OwnWrites()} if self.follows_revisions else {}
        return Machine(
            name,
            variables={
                "log": (Write(1, USER, SETS, wanted=1),),
                "seen": {SETS: 1, PODS: 1},
                "expectations": Expectations(),
                "queued": True,
                "todo": (),
                "left": {"change": self.changes},
                "stale": faults.get(STALE_CACHE, 0),
                "budgets": {each: times for each, times in faults.items() if each != STALE_CACHE},
                **own,
            },
            rules=rules,
        )

    @property
    def follows_revisions(self) -> bool:
        """Whether the controller waits for the revisions of its own writes, too."""
        return self.profile.own_writes == "own-revisions"

    # --- The user -----------------------------------------------------------------------------------------------

    def change(self, draft: Any) -> None:
        """A user wants another number of pods."""
        spend(draft.left, "change")
        now = wanted(draft.log, len(draft.log))
        number = draft.choose(each for each in range(self.most + 1) if each != now)
        self._write(draft, USER, SETS, wanted=number)

    def meddle(self, draft: Any) -> None:
        """A user deletes a pod."""
        spend(draft.left, "change")
        name = draft.choose(pods(draft.log, len(draft.log)))
        self._write(draft, USER, PODS, name=name, there=False)

    def _write(self, draft: Any, who: str, resource: str, **what: Any) -> Write:
        write = Write(len(draft.log) + 1, who, resource, **what)
        draft.log = (*draft.log, write)
        draft.emit(write)
        return write

    # --- The controller -----------------------------------------------------------------------------------------

    def notice(self, draft: Any, resource: str) -> None:
        """The next write reaches an informer; the handler lowers expectations and queues the set."""
        ahead = missed(draft.log, resource, draft.seen[resource])
        require(ahead)
        draft.seen[resource] = ahead[0].revision
        draft.expectations = self.observed(draft.expectations, ahead[0])
        draft.queued = True
        draft.emit(Noticed(ahead[0]))

    def look(self, draft: Any) -> None:
        """The controller looks at the set, if it may, and decides what to do."""
        require(draft.queued)
        require(not draft.todo)
        require(self.fulfilled(draft.expectations, OWNER))
        require(not self.follows_revisions or self.ready(draft.own, OWNER, self.reached(draft)))
        require(self.fresh_enough(draft, draft.stale))
        draft.queued = False
        if self.follows_revisions:
            draft.own = draft.own.settled(self.reached(draft))
        number, there = wanted(draft.log, draft.seen[SETS]), pods(draft.log, draft.seen[PODS])
        create, surplus = max(0, number - len(there)), max(0, len(there) - number)
        delete = there[-surplus:] if surplus else ()
        draft.todo = ("",) * create + delete
        draft.expectations = draft.expectations.set(Expected(OWNER, create, delete))
        draft.emit(Looked(number, there, create, delete))

    def act(self, draft: Any) -> None:
        """The controller's next write is made and answered."""
        write = self._act(draft)
        if write is None:
            return
        if self.follows_revisions and write.there:
            draft.own = draft.own.wrote(OWNER, PODS, write.revision)

    def act_unanswered(self, draft: Any) -> None:
        """The controller's next write is made, but the answer is lost: it takes it for failed."""
        spend(draft.budgets, LOST_ANSWER)
        write = self._act(draft)
        require(write is not None)
        assert write is not None  # noqa: S101 - required above
        draft.expectations = self.observed(draft.expectations, write)
        draft.queued = True
        draft.emit(Lost())

    def _act(self, draft: Any) -> Write | None:
        """Make the next write; ``None`` if there is nothing to delete any more, which counts as seen."""
        require(draft.todo)
        name, *rest = draft.todo
        draft.todo = tuple(rest)
        if not name:
            return self._write(draft, CONTROLLER, PODS, name=f"pod-{len(draft.log) + 1}")
        if name in pods(draft.log, len(draft.log)):
            return self._write(draft, CONTROLLER, PODS, name=name, there=False)
        draft.expectations = draft.expectations.deletion_observed(OWNER, name)
        return None

    # --- What can go wrong --------------------------------------------------------------------------------------

    def restart(self, draft: Any) -> None:
        """The controller starts again; its first lists are the newest there are, or any."""
        spend(draft.budgets, CRASH)
        newest = len(draft.log)
        seen = draft.choose(range(newest, 0, -1) if self.profile.first_read == "any" else (newest,))
        draft.seen[SETS] = draft.seen[PODS] = seen
        draft.expectations, draft.todo, draft.queued = Expectations(), (), True
        if self.follows_revisions:
            draft.own = OwnWrites()
        draft.emit(Restarted(seen))

    def expire(self, draft: Any) -> None:
        """Five minutes pass, in which an informer has not moved."""
        require(not self.fulfilled(draft.expectations, OWNER))
        require(not draft.todo)
        spend(draft.budgets, EXPECTATIONS_EXPIRE)
        draft.expectations = draft.expectations.older()
        draft.queued = True
        draft.emit(Expired())
