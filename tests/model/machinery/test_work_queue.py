"""Work queues: against a queue as client-go writes it, with sets that change, and the laws that callers rely on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.machinery.rate_limit import RateLimit
from seatrial.model.machinery.workqueue import (
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

LIMIT = RateLimit(base=2, longest=20, interval=3, burst=2)
KEYS = st.sampled_from(["a", "b", "c"])
OPERATIONS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), KEYS),
        st.tuples(st.just("after"), KEYS, st.integers(-1, 6)),
        st.tuples(st.just("fail"), KEYS),
        st.tuples(st.just("forget"), KEYS),
        st.tuples(st.just("get")),
        st.tuples(st.just("done"), KEYS),
        st.tuples(st.just("pass"), st.integers(1, 5)),
        st.tuples(st.just("stop")),
    ),
    max_size=40,
)


class Plain:
    """The queue as client-go has it: sets that change, a clock, and a bucket of tokens."""

    def __init__(self) -> None:
        """An empty queue at time 0."""
        self.queue: list[str] = []
        self.dirty: set[str] = set()
        self.processing: set[str] = set()
        self.waiting: dict[str, int] = {}
        self.failures: dict[str, int] = {}
        self.stopping = False
        self.now = 0
        self.tokens = LIMIT.burst * LIMIT.interval  # in units of time, so that it stays whole

    def add(self, key: str) -> None:
        """``Add``."""
        if self.stopping or key in self.dirty:
            return
        self.dirty.add(key)
        if key not in self.processing:
            self.queue.append(key)

    def after(self, key: str, delay: int) -> None:
        """``AddAfter``."""
        if self.stopping:
            return
        if delay <= 0:
            self.add(key)
        elif key not in self.waiting or self.waiting[key] > self.now + delay:
            self.waiting[key] = self.now + delay

    def fail(self, key: str) -> None:
        """``AddRateLimited``."""
        self.failures[key] = self.failures.get(key, 0) + 1
        self.tokens -= LIMIT.interval
        own = min(LIMIT.base * 2 ** (self.failures[key] - 1), LIMIT.longest)
        self.after(key, max(own, -self.tokens))

    def get(self) -> str:
        """``Get``."""
        key = self.queue.pop(0)
        self.processing.add(key)
        self.dirty.remove(key)
        return key

    def done(self, key: str) -> None:
        """``Done``."""
        self.processing.discard(key)
        if key in self.dirty and key not in self.queue:
            self.queue.append(key)

    def elapse(self, time: int) -> None:
        """The clock goes on; what is due is added, earliest first."""
        self.now += time
        self.tokens = min(LIMIT.burst * LIMIT.interval, self.tokens + time)
        for key in sorted(self.waiting, key=lambda each: self.waiting[each]):
            if self.waiting[key] <= self.now:
                del self.waiting[key]
                self.add(key)


def both(operations: list[tuple[Any, ...]]) -> Iterator[tuple[Plain, WorkQueue[str]]]:
    """The plain queue and the value after each operation; what cannot be done is passed over."""
    plain, queue = Plain(), WorkQueue[str]()
    for name, *rest in operations:
        key = str(rest[0]) if rest else ""
        if name == "add":
            plain.add(key)
            queue = added(queue, key)
        elif name == "after":
            delay = rest[1]
            plain.after(key, delay)
            queue = added_after(queue, key, delay)
        elif name == "fail":
            plain.fail(key)
            queue = added_rate_limited(queue, key, LIMIT)
        elif name == "forget":
            plain.failures.pop(key, None)
            queue = forgotten(queue, key)
        elif name == "get" and plain.queue:
            expected = plain.get()
            taken, queue = get(queue)
            assert taken == expected
        elif name == "done" and key in plain.processing:
            plain.done(key)
            queue = done(queue, key)
        elif name == "pass":
            plain.elapse(rest[0])
            queue = passed(queue, rest[0])
        elif name == "stop":
            plain.stopping = True
            plain.waiting.clear()
            queue = shut_down(queue)
        yield plain, queue


@given(OPERATIONS)
def test_the_value_does_what_the_queue_does(operations: list[tuple[Any, ...]]) -> None:
    """After any operations the value has the keys that a queue with sets has, in the same order, at the same times."""
    for plain, queue in both(operations):
        assert list(queue.ready) == plain.queue
        assert set(queue.processing) == plain.processing
        assert set(queue.ready) | set(queue.again) == plain.dirty
        assert {key: left + plain.now for left, key in queue.delayed} == plain.waiting
        assert dict(queue.failures) == plain.failures
        assert LIMIT.burst * LIMIT.interval - queue.debt == plain.tokens
        assert (over(queue), drained(queue)) == (
            plain.stopping and not plain.queue,
            plain.stopping and not plain.processing,
        )


@given(OPERATIONS)
def test_a_key_is_in_one_place(operations: list[tuple[Any, ...]]) -> None:
    """No key waits twice, waits while it is held, or is held twice; only what is held can be dirty besides."""
    for _, queue in both(operations):
        everywhere = [*queue.ready, *queue.processing]
        assert len(set(everywhere)) == len(everywhere)
        assert set(queue.again) <= set(queue.processing)


@given(OPERATIONS, KEYS)
def test_what_is_added_comes(operations: list[tuple[Any, ...]], key: str) -> None:
    """A key that is added to a running queue is handed out once everybody gives back what they hold."""
    queue = WorkQueue[str]()
    for _, after in both(operations):
        queue = after
    if queue.stopping:
        return
    queue = added(queue, key)
    for held in queue.processing:
        queue = done(queue, held)
    handed_out: list[str] = []
    while queue.ready:
        taken, queue = get(queue)
        handed_out.append(taken)
    assert handed_out.count(key) == 1


@given(OPERATIONS, KEYS, st.integers(1, 9))
def test_adding_is_idempotent(operations: list[tuple[Any, ...]], key: str, delay: int) -> None:
    """To add a key twice is to add it once, at once or later."""
    for _, queue in both(operations):
        assert added(added(queue, key), key) == added(queue, key)
        assert added_after(added_after(queue, key, delay), key, delay + 1) == added_after(queue, key, delay)


@given(OPERATIONS, st.integers(1, 5), st.integers(1, 5))
def test_time_adds_up(operations: list[tuple[Any, ...]], first: int, second: int) -> None:
    """To let time pass in two parts is to let it pass at once."""
    for _, queue in both(operations):
        assert passed(passed(queue, first), second) == passed(queue, first + second)
