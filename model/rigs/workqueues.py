"""A work queue with two workers: keys are added at any time, looks fail, time passes, the queue is shut down.

Lives here: a machine with nothing but the queue and its workers, its rules, and what they emit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from ..draft import require, spend
from ..events import Arrow
from ..faults import check_possible
from ..machine import Machine, Observer, rule
from ..machinery.rate_limit import RateLimit
from ..machinery.workqueue import (
    WorkQueue,
    added,
    added_after,
    added_rate_limited,
    done,
    drained,
    forgotten,
    get,
    over,
    passed,
    shut_down,
)

LIMIT: Final = RateLimit(base=1, longest=2)
"""Back-off in units of one tick: 1, 2, 2, ….  The bucket is left out: it only makes some delays longer."""

DELAYS: Final = (1, 3)
IDLE: Final = ""
HOME: Final = "home"


@frozen(cache_hash=True)
class Added:
    """A key was added: at once, or ``after`` so many ticks; ``refused``: the queue was shut down before."""

    key: str
    after: int
    refused: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        when = f" in {self.after} ticks" if self.after else ""
        return f"{self.key} is {'not ' if self.refused else ''}to be looked at{when}" + (
            ": the queue was shut down" if self.refused else ""
        )

    @property
    def arrow(self) -> Arrow:
        """Handler to queue."""
        call = f"AddAfter({self.key}, {self.after})" if self.after else f"Add({self.key})"
        return Arrow("handler", "queue", call, lost=self.refused)


@frozen(cache_hash=True)
class Taken:
    """A worker took a key."""

    worker: str
    key: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.worker} takes {self.key}"

    @property
    def arrow(self) -> Arrow:
        """Queue to worker."""
        return Arrow("queue", self.worker, f"Get: {self.key}")


@frozen(cache_hash=True)
class Finished:
    """A worker gave a key back."""

    worker: str
    key: str
    failed: bool
    refused: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        how = "could not do what was to be done" if self.failed else "is done"
        return f"{self.worker} {how} and gives {self.key} back"

    @property
    def arrow(self) -> Arrow:
        """Worker to queue."""
        call = "AddRateLimited" if self.failed else "Forget"
        return Arrow(self.worker, "queue", f"{call}, Done({self.key})")


@frozen(cache_hash=True)
class TimePassed:
    """A tick; ``due`` are the keys whose delay is over with it."""

    due: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"time passes: {', '.join(self.due)} is due" if self.due else "time passes"

    @property
    def arrow(self) -> None:
        """It happens within the queue."""
        return


@frozen(cache_hash=True)
class Stopped:
    """The queue was shut down."""

    @property
    def sentence(self) -> str:
        """What happened."""
        return "the queue is shut down"

    @property
    def arrow(self) -> Arrow:
        """Main program to queue."""
        return Arrow("main", "queue", "ShutDownWithDrain")


@frozen(cache_hash=True)
class RanOn:
    """The queue will not be shut down."""

    @property
    def sentence(self) -> str:
        """What happened."""
        return "the program runs on for ever"

    @property
    def arrow(self) -> None:
        """Nobody is told."""
        return


@frozen(cache_hash=True)
class WentHome:
    """A worker was told that nothing will come any more."""

    worker: str

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"{self.worker} is told that nothing will come any more"

    @property
    def arrow(self) -> Arrow:
        """Queue to worker."""
        return Arrow("queue", self.worker, "Get: shut down")


@frozen(cache_hash=True)
class Drained:
    """Whoever shut the queue down was told that it is drained."""

    @property
    def sentence(self) -> str:
        """What happened."""
        return "whoever shut the queue down is told that it is drained"

    @property
    def arrow(self) -> Arrow:
        """Queue to main program."""
        return Arrow("queue", "main", "drained")


@frozen(eq=False)
class WorkQueues:
    """One queue; how often keys are added at once and later, how often a look fails, and the queue's functions."""

    keys: tuple[str, ...]
    workers: int
    adds: int
    delays: int
    failures: int
    stops: int
    added: Callable[..., WorkQueue[Any]] = added
    added_after: Callable[..., WorkQueue[Any]] = added_after
    added_rate_limited: Callable[..., WorkQueue[Any]] = added_rate_limited
    forgotten: Callable[..., WorkQueue[Any]] = forgotten
    get: Callable[..., tuple[Any, WorkQueue[Any]]] = get
    done: Callable[..., WorkQueue[Any]] = done
    passed: Callable[..., WorkQueue[Any]] = passed
    shut_down: Callable[..., WorkQueue[Any]] = shut_down
    over: Callable[[WorkQueue[Any]], bool] = over
    drained: Callable[[WorkQueue[Any]], bool] = drained

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """The queue as a machine; it has no faults.

        Raises:
            BadInput: a fault was asked for.
        """
        check_possible(name, faults)
        workers = [f"worker-{number}" for number in range(1, self.workers + 1)]
        rules = [rule(step, process=worker, worker=worker) for worker in workers for step in (self.take, self.finish)]
        rules += [rule(self.add, process="handler", key=key) for key in self.keys]
        rules += [rule(self.add_later, process="handler", key=key) for key in self.keys]
        rules += [rule(self.tick, process="time")]
        rules += [rule(step, process="main") for step in (self.stop, self.run_on, self.drain)]
        rules += [rule(self.go_home, process=worker, worker=worker) for worker in workers]
        return Machine(
            name,
            variables={
                "queue": WorkQueue[str](),
                "works": dict.fromkeys(workers, IDLE),
                "left": {"add": self.adds, "delay": self.delays, "fail": self.failures, "stop": self.stops},
                "draining": False,
            },
            rules=rules,
            observers=(
                Observer("owed", ((), ()), _owed, (Added, Finished, Taken, TimePassed, Stopped)),
                Observer("in_a_row", (), _in_a_row, (Finished,)),
            ),
        )

    def add(self, draft: Any, key: str) -> None:
        """A handler adds a key."""
        spend(draft.left, "add")
        draft.emit(Added(key, 0, draft.queue.stopping))
        draft.queue = self.added(draft.queue, key)

    def add_later(self, draft: Any, key: str) -> None:
        """A handler wants a key to be looked at in some time."""
        spend(draft.left, "delay")
        after = draft.choose(DELAYS)
        draft.emit(Added(key, after, draft.queue.stopping))
        draft.queue = self.added_after(draft.queue, key, after)

    def take(self, draft: Any, worker: str) -> None:
        """A worker takes the next key."""
        require(draft.works[worker] == IDLE)
        require(draft.queue.ready)
        key, draft.queue = self.get(draft.queue)
        draft.works[worker] = key
        draft.emit(Taken(worker, key))

    def finish(self, draft: Any, worker: str) -> None:
        """A worker gives a key back, having been successful or not."""
        key = draft.works[worker]
        require(key not in {IDLE, HOME})
        failed = draft.choose((False, True) if draft.left["fail"] else (False,))
        draft.emit(Finished(worker, key, failed, draft.queue.stopping))
        if failed:
            spend(draft.left, "fail")
            draft.queue = self.added_rate_limited(draft.queue, key, LIMIT)
        else:
            draft.queue = self.forgotten(draft.queue, key)
        draft.queue = self.done(draft.queue, key)
        draft.works[worker] = IDLE

    def tick(self, draft: Any) -> None:
        """Time passes, while something waits for it."""
        require(draft.queue.delayed)
        draft.emit(TimePassed(tuple(key for left, key in draft.queue.delayed if left <= 1)))
        draft.queue = self.passed(draft.queue, 1)

    def stop(self, draft: Any) -> None:
        """The queue is shut down; whoever does it waits until it is drained."""
        spend(draft.left, "stop")
        draft.queue = self.shut_down(draft.queue)
        draft.draining = True
        draft.emit(Stopped())

    def run_on(self, draft: Any) -> None:
        """The program never ends."""
        spend(draft.left, "stop")
        draft.emit(RanOn())

    def drain(self, draft: Any) -> None:
        """Whoever shut the queue down is told that no worker holds a key."""
        require(draft.draining)
        require(self.drained(draft.queue))
        draft.draining = False
        draft.emit(Drained())

    def go_home(self, draft: Any, worker: str) -> None:
        """A worker is told that nothing will come any more."""
        require(draft.works[worker] == IDLE)
        require(self.over(draft.queue))
        draft.works[worker] = HOME
        draft.emit(WentHome(worker))


def _owed(owed: Any, event: Any) -> Any:
    """What has still to be handed out: keys that were added, and keys that will be."""
    now, later = owed
    match event:
        case Added(key, 0, refused=False):
            now = _with(now, key)
        case Added(key, _, refused=False) | Finished(_, key, failed=True, refused=False):
            later = _with(later, key)
        case Taken(_, key):
            now = _without(now, key)
        case TimePassed(due):
            for key in due:
                now, later = _with(now, key), _without(later, key)
        case Stopped():
            later = ()
        case _:
            pass
    return now, later


def _in_a_row(counts: Any, event: Finished) -> Any:
    """How often in a row each key has failed."""
    before = dict(counts)
    failures = before.pop(event.key, 0) + 1
    return tuple(sorted({**before, event.key: failures}.items() if event.failed else before.items()))


def _with(keys: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(sorted({*keys, key}))


def _without(keys: tuple[str, ...], key: str) -> tuple[str, ...]:
    return tuple(each for each in keys if each != key)
