"""What work queues promise.

Source of the catalogue's sentences: Kubernetes client-go, ``util/workqueue``.
"""

from __future__ import annotations

from seatrial.model.draft import View
from seatrial.model.machine import Step
from seatrial.model.rigs.workqueues import HOME, IDLE, LIMIT, Added, Drained, Finished, Stopped, Taken, WentHome

from .invariant import Parts, always, at_rest, stepwise

QUEUE = ("queue", "works", "owed", "in_a_row")


@always(source="client-go util/workqueue/queue.go", needs=QUEUE)
def wq_one_worker_per_key(state: View) -> bool:
    """A key is held by one worker at most; while it is held it does not wait in the queue; none waits there twice."""
    held = [key for key in state.works.values() if key not in {IDLE, HOME}]
    everywhere = [*held, *state.queue.ready]
    return len(set(everywhere)) == len(everywhere)


@at_rest(source="client-go util/workqueue/queue.go, delaying_queue.go", needs=QUEUE)
def wq_no_lost_add(state: View) -> Parts:
    """Every key that was added is handed out after that; what is to be added later is added, unless the queue stops."""
    now, later = state.owed
    yield "what was added was handed out afterwards", not now
    yield "what was delayed was added", not later


@stepwise(on=Taken, source="client-go util/workqueue/queue.go", needs=QUEUE)
def wq_coalesce(before: View, step: Step, after: View) -> bool:
    """However often a key was added before it is handed out: that makes one look, not several."""
    del after
    now, _ = before.owed
    return all(event.key in now for event in step.emitted(Taken))


@stepwise(on=(Added, Finished), source="client-go util/workqueue/default_rate_limiters.go", needs=QUEUE)
def wq_backoff(before: View, step: Step, after: View) -> Parts:
    """The n-th failure in a row delays a key by base * 2^(n-1), at most so long; of two delays the earlier counts."""
    for event in step.emitted(Finished):
        if event.failed and not event.refused:
            failures = dict(after.in_a_row)[event.key]
            usual = min(LIMIT.base * 2 ** (failures - 1), LIMIT.longest)
            yield "a failure delays by what it is the how-manieth in a row", _delayed(event.key, usual, before, after)
    for event in step.emitted(Added):
        if event.after and not event.refused:
            yield "of two delays the earlier counts", _delayed(event.key, event.after, before, after)


def _delayed(key: str, time: int, before: View, after: View) -> bool:
    """Whether the key waits so long, or as long as it did if that is less."""
    already = before.queue.left(key)
    return bool(after.queue.left(key) == (time if already is None else min(time, already)))


@stepwise(
    on=(Added, Stopped, WentHome, Drained),
    source="client-go util/workqueue/queue.go (ShutDown, ShutDownWithDrain)",
    needs=QUEUE,
)
def wq_shutdown_drain(before: View, step: Step, after: View) -> Parts:
    """A queue that is shut down takes nothing more, hands out what it has, then sends workers home; drained is idle."""
    if any(event.refused for event in step.emitted(Added)):
        yield "nothing is added after the shutdown", after.queue == before.queue
    if step.emitted(Stopped):
        yield "what waits stays", after.queue.ready == before.queue.ready
    if step.emitted(WentHome):
        yield "workers go home when nothing waits", not before.queue.ready
    if step.emitted(Drained):
        yield "drained means that nobody holds a key", all(key in {IDLE, HOME} for key in before.works.values())
