"""A controller's queue of keys that need a look.

A key is there at most once, however often it was added: adding is coalescing.  Two forms of it live here:

:data:`Queue`       the keys that wait, for controllers with one worker whose delays are abstracted: a key that is
                    waiting for its back-off may be taken at any later time, and that is all that it can rely on.
:class:`WorkQueue`  all of it: several workers, delays, back-off, shutdown.

A worker takes a key (``Get``), looks at the object, says whether that failed (``AddRateLimited``) or not (``Forget``),
and gives the key back (``Done``).  A key that is added meanwhile is *dirty* again, but is not handed out before it was
given back: one worker at a time for each key, and no change is overlooked.

Time is what is left of it: a delay counts down when time passes (:func:`passed`), so there is no clock.

Source: Kubernetes 1.36, ``client-go/util/workqueue/{queue,delaying_queue,rate_limiting_queue}.go``.
"""

from __future__ import annotations

from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

from attrs import evolve, frozen

from .rate_limit import RateLimit


class Key(NamedTuple):
    """What controllers work on: an object's namespace (empty for cluster-wide kinds) and name."""

    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


Queue: TypeAlias = tuple[Key, ...]


def add(queue: Queue, *keys: Key) -> Queue:
    """The queue with these keys; those that are waiting already keep their place."""
    return (*queue, *(key for key in dict.fromkeys(keys) if key not in queue))


class Ordered(Protocol):
    """Whatever can be put in order, as the keys of a queue can."""

    def __lt__(self, other: Any, /) -> bool:
        """Whether it stands before another."""
        ...


K = TypeVar("K", bound=Ordered)


@frozen(cache_hash=True)
class WorkQueue(Generic[K]):
    """A work queue.

    Attributes:
        ready: the keys to be handed out, in order.
        processing: the keys that workers hold, in the order in which they were taken.
        again: of these, those that were added meanwhile, in the same order; with ``ready`` they are the dirty keys.
        delayed: the keys that will be added later, each with the time that is left, soonest first.
        failures: how often in a row each key has failed, in order of the keys.
        debt: of the bucket (:mod:`.rate_limit`).
        stopping: it was shut down: nothing is added any more.
    """

    ready: tuple[K, ...] = ()
    processing: tuple[K, ...] = ()
    again: tuple[K, ...] = ()
    delayed: tuple[tuple[int, K], ...] = ()
    failures: tuple[tuple[K, int], ...] = ()
    debt: int = 0
    stopping: bool = False

    def failed(self, key: K) -> int:
        """How often in a row a key has failed."""
        return dict(self.failures).get(key, 0)

    def left(self, key: K) -> int | None:
        """How long a key is still delayed; ``None`` if it is not."""
        return next((time for time, each in self.delayed if each == key), None)


def added(queue: WorkQueue[K], key: K) -> WorkQueue[K]:
    """``Add``: the key will be handed out, once, after now."""
    if queue.stopping or key in queue.ready:
        return queue
    if key in queue.processing:
        return evolve(queue, again=tuple(each for each in queue.processing if each == key or each in queue.again))
    return evolve(queue, ready=(*queue.ready, key))


def get(queue: WorkQueue[K]) -> tuple[K, WorkQueue[K]]:
    """``Get``: the key that has waited longest; there must be one."""
    key, *rest = queue.ready
    return key, evolve(queue, ready=tuple(rest), processing=(*queue.processing, key))


def done(queue: WorkQueue[K], key: K) -> WorkQueue[K]:
    """``Done``: a worker gives the key back; if it was added meanwhile it is queued, even while shutting down."""
    processing = tuple(each for each in queue.processing if each != key)
    ready = (*queue.ready, key) if key in queue.again else queue.ready
    return evolve(queue, ready=ready, processing=processing, again=tuple(each for each in queue.again if each != key))


def added_after(queue: WorkQueue[K], key: K, delay: int) -> WorkQueue[K]:
    """``AddAfter``: the key is added when the time is over; of two times the earlier one counts."""
    if queue.stopping:
        return queue
    if delay <= 0:
        return added(queue, key)
    before = queue.left(key)
    kept = [each for each in queue.delayed if each[1] != key]
    time = delay if before is None else min(before, delay)
    # Ties are broken by who came first: sorting keeps the order of what is equal.
    return evolve(queue, delayed=tuple(sorted([*kept, (time, key)], key=lambda each: each[0])))


def added_rate_limited(queue: WorkQueue[K], key: K, limit: RateLimit) -> WorkQueue[K]:
    """``AddRateLimited``: the key has failed once more, and is added when both limits allow."""
    failures = queue.failed(key) + 1
    of_bucket, debt = limit.of_bucket(queue.debt)
    counted = evolve(_counting(queue, key, failures), debt=debt)
    return added_after(counted, key, max(limit.of_failures(failures), of_bucket))


def forgotten(queue: WorkQueue[K], key: K) -> WorkQueue[K]:
    """``Forget``: its failures do not count any more; whether the key waits somewhere is another matter."""
    return _counting(queue, key, 0)


def _counting(queue: WorkQueue[K], key: K, failures: int) -> WorkQueue[K]:
    kept = {each: number for each, number in queue.failures if each != key}
    counted = {**kept, key: failures} if failures else kept
    return evolve(queue, failures=tuple(sorted(counted.items())))


def passed(queue: WorkQueue[K], time: int) -> WorkQueue[K]:
    """Time passes: what was delayed so long is added, soonest first; the bucket fills up."""
    due = [key for left, key in queue.delayed if left <= time]
    delayed = tuple((left - time, key) for left, key in queue.delayed if left > time)
    queue = evolve(queue, delayed=delayed, debt=max(0, queue.debt - time))
    for key in due:
        queue = added(queue, key)
    return queue


def shut_down(queue: WorkQueue[K]) -> WorkQueue[K]:
    """``ShutDown``: nothing is added any more, and what is delayed never will be; what is queued is handed out."""
    return evolve(queue, stopping=True, delayed=())


def over(queue: WorkQueue[K]) -> bool:
    """Whether ``Get`` says that there will be nothing any more."""
    return queue.stopping and not queue.ready


def drained(queue: WorkQueue[K]) -> bool:
    """Whether ``ShutDownWithDrain`` returns: no worker holds a key."""
    return queue.stopping and not queue.processing
