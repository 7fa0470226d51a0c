"""What mutants change of work queues, and of controllers that must not act on what they have not seen yet.

Lives here: functions with one guard missing, and the mutants that put them in place.  Must not know: which promise a
change breaks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import evolve

from seatrial.model.machinery import workqueue
from seatrial.model.machinery.consistency import OwnWrites
from seatrial.model.machinery.expectations import Expectations
from seatrial.model.machinery.rate_limit import RateLimit
from seatrial.model.machinery.workqueue import Key, WorkQueue
from seatrial.model.rigs.own_writes import PODS, SETS, Write, pods

from .mutations import Row, exchanging

# --- Work queues ------------------------------------------------------------------------------------------------


def added_though_held(queue: WorkQueue[Any], key: Any) -> WorkQueue[Any]:
    """A key that a worker holds is queued at once."""
    return (
        workqueue.added(evolve(queue, processing=()), key) if key in queue.processing else workqueue.added(queue, key)
    )


def added_each_time(queue: WorkQueue[Any], key: Any) -> WorkQueue[Any]:
    """A key that waits is queued once more."""
    return evolve(queue, ready=(*queue.ready, key)) if key in queue.ready else workqueue.added(queue, key)


def added_though_stopping(queue: WorkQueue[Any], key: Any) -> WorkQueue[Any]:
    """Keys are added after the shutdown, too."""
    return evolve(workqueue.added(evolve(queue, stopping=False), key), stopping=queue.stopping)


def done_and_clean(queue: WorkQueue[Any], key: Any) -> WorkQueue[Any]:
    """A key that is given back counts as looked at, though it was added meanwhile."""
    return workqueue.done(evolve(queue, again=()), key)


def added_after_unless_held(queue: WorkQueue[Any], key: Any, delay: int) -> WorkQueue[Any]:
    """A delay is forgotten if a worker holds the key."""
    return queue if key in queue.processing else workqueue.added_after(queue, key, delay)


def added_at_the_later(queue: WorkQueue[Any], key: Any, delay: int) -> WorkQueue[Any]:
    """Of two delays the later one counts."""
    kept = tuple(each for each in queue.delayed if each[1] != key)
    return workqueue.added_after(evolve(queue, delayed=kept), key, max(delay, queue.left(key) or 0))


def added_rate_limited_once(queue: WorkQueue[Any], key: Any, limit: RateLimit) -> WorkQueue[Any]:
    """Every failure counts as the first one."""
    return workqueue.added_rate_limited(workqueue.forgotten(queue, key), key, limit)


def not_forgotten(queue: WorkQueue[Any], key: Any) -> WorkQueue[Any]:
    """A success does not take back the failures before it."""
    del key
    return queue


def shut_down_and_empty(queue: WorkQueue[Any]) -> WorkQueue[Any]:
    """What waits at the shutdown is dropped."""
    return evolve(workqueue.shut_down(queue), ready=())


def over_at_once(queue: WorkQueue[Any]) -> bool:
    """Workers are sent home at the shutdown, whatever waits."""
    return queue.stopping


# --- Own writes -------------------------------------------------------------------------------------------------


def fulfilled_always(expectations: Expectations, key: Key) -> bool:
    """A controller does not look at its expectations."""
    del expectations, key
    return True


def fulfilled_by_creations(expectations: Expectations, key: Key) -> bool:
    """A controller waits for what it created, not for what it deleted."""
    return expectations.of(key).creations <= 0


def ready_always(own: OwnWrites, owner: Key, reached: Mapping[str, int]) -> bool:
    """A controller does not look at the revisions of its own writes."""
    del own, owner, reached
    return True


def nothing_observed(expectations: Expectations, write: Write) -> Expectations:
    """Nothing that is seen fulfils an expectation."""
    del write
    return expectations


def reached_by_objects(draft: Any) -> dict[str, int]:
    """An informer has come as far as the newest object that it shows, whatever was deleted since."""
    shown = pods(draft.log, draft.seen[PODS])
    revisions = [each.revision for each in draft.log if each.resource == PODS and each.name in shown]
    return {SETS: draft.seen[SETS], PODS: max(revisions, default=0)}


def fresh_always(draft: Any, allowed: int) -> bool:
    """A controller looks at copies that lag."""
    del draft, allowed
    return True


OF_WORKQUEUES: Final[tuple[Row, ...]] = (
    (
        "held-key-is-queued",
        "a key that is added while a worker holds it is queued at once",
        exchanging(added=added_though_held),
    ),
    ("queue-has-duplicates", "a key that is added twice is queued twice", exchanging(added=added_each_time)),
    (
        "clean-when-done",
        "a key that was added while a worker held it is not looked at again",
        exchanging(done=done_and_clean),
    ),
    (
        "delay-of-a-held-key-is-lost",
        "a key that is to be added later is forgotten if a worker holds it",
        exchanging(added_after=added_after_unless_held),
    ),
    ("later-delay-counts", "of two delays of a key the later one counts", exchanging(added_after=added_at_the_later)),
    (
        "back-off-does-not-grow",
        "every failure of a key counts as its first",
        exchanging(added_rate_limited=added_rate_limited_once),
    ),
    (
        "success-is-not-counted",
        "a key's failures count though it was successful since",
        exchanging(forgotten=not_forgotten),
    ),
    ("added-after-shutdown", "keys are added to a queue that was shut down", exchanging(added=added_though_stopping)),
    (
        "shutdown-drops-what-waits",
        "a queue that is shut down forgets its keys",
        exchanging(shut_down=shut_down_and_empty),
    ),
    ("home-before-the-end", "workers go home at the shutdown though keys wait", exchanging(over=over_at_once)),
    (
        "drained-while-held",
        "a queue calls itself drained while a worker holds a key",
        exchanging(drained=over_at_once),
    ),
)

OF_OWN_WRITES: Final[tuple[Row, ...]] = (
    (
        "expectations-are-not-looked-at",
        "a controller looks again before it has seen what it did",
        exchanging(fulfilled=fulfilled_always),
    ),
    (
        "deletions-are-not-waited-for",
        "a controller waits for its creations, not for its deletions",
        exchanging(fulfilled=fulfilled_by_creations),
    ),
    (
        "own-revisions-are-not-waited-for",
        "a controller does not wait for the revisions of its own writes",
        exchanging(ready=ready_always),
    ),
    (
        "expectations-are-never-fulfilled",
        "what a controller sees does not fulfil its expectations",
        exchanging(observed=nothing_observed),
    ),
    (
        "position-is-that-of-an-object",
        "an informer is taken to have come as far as the newest object in it",
        exchanging(reached=reached_by_objects),
    ),
    ("looks-at-what-lags", "a controller looks though its informers lag", exchanging(fresh_enough=fresh_always)),
)
