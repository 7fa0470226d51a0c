"""Leader election as client-go does it: one elector as a frozen value, and functions that take its steps.

An elector tries again and again to write its name into a shared record.  It reads no clock but its own: it never
compares a time in the record with its clock, it only sees *that* the record has changed, and measures since when it has
not.  A record that it has watched unchanged for the record's duration has expired for it.

A leader that cannot renew for its deadline stops.  Nobody tells it that somebody else leads: one that *reads* another
holder goes on to the end of its window, like one that cannot read at all.

An attempt (``tryAcquireOrRenew``) is a little automaton: :func:`begin` gives the first thing to ask of the lock,
:func:`told` the next one, or how the attempt ended.  The lock is asked to get, create or update; an update names the
version that was got or written last.  Around attempts there are two loops: candidates try every retry period (times 1
to 2.2); a leader renews, sleeps for a retry period, and renews again, for at most the renew deadline each time.

The record holds whole seconds: a duration of 15.9 seconds makes others wait for 15.

Lives here: the elector.  Its judgements are in :class:`Rules`, so that they can be exchanged one by one.  Must not
know: how the lock is stored (:mod:`.lease_lock`), true time, or what a leader does.

Source: client-go tools/leaderelection/leaderelection.go; the release since pull requests 132849 and 137988.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from fractions import Fraction
from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from ..clocks import Time, exact
from ..errors import BadInput

JITTER: Final = Fraction(6, 5)
"""How much longer than the retry period a candidate may sleep, as a factor of it (``JitterFactor``)."""


@frozen(cache_hash=True)
class Record:
    """What the lock says: who leads, for how many whole seconds it counts, since when, and how often it changed hands.

    ``acquired`` and ``renewed`` are wall clock times of whoever wrote them.
    """

    holder: str
    duration: int
    acquired: Time
    renewed: Time
    transitions: int = 0


@frozen
class Config:
    """The three durations of an elector, in seconds, and whether it gives the lock up when it stops (by default not).

    Raises:
        BadInput: durations that client-go refuses.
    """

    lease_duration: Time = 15
    renew_deadline: Time = 10
    retry_period: Time = 2
    release_on_cancel: bool = False

    def __attrs_post_init__(self) -> None:
        if self.lease_duration <= self.renew_deadline:
            raise BadInput("lease_duration must be greater than renew_deadline")
        if self.renew_deadline <= JITTER * self.retry_period:
            raise BadInput("renew_deadline must be greater than 1.2 times retry_period")
        if self.retry_period <= 0:
            raise BadInput("retry_period must be greater than zero")

    @property
    def stored_duration(self) -> int:
        """The lease duration as the record stores it: whole seconds, rounded down."""
        return int(self.lease_duration)

    @property
    def longest_retry(self) -> Time:
        """The longest time that a candidate sleeps between two attempts."""
        return exact(self.retry_period * (1 + JITTER))


def margin(config: Config, *, response: Time, stop: Time, drift: Time = 0) -> Time:
    """How long before anybody can take over the leader's work has ended at the latest; both at once if negative.

    ``response`` is the longest time from the commit of a renewal until the leader knows of it, ``stop`` the longest
    time until its work has ended once it gives up, both in true time; ``drift`` by how much of a second any clock may
    be wrong in a second.  The leader sleeps for the retry period and then tries for the renew deadline, on a clock that
    may be slow; others wait for the duration in the record, on clocks that may be fast.

    >>> margin(Config(15, 10, 2), response=2, stop=1), margin(Config(11, 10, 2), response=0, stop=0)
    (0, -1)
    """
    leads = response + Fraction(config.retry_period + config.renew_deadline) / (1 - drift) + stop
    return exact(Fraction(config.stored_duration) / (1 + drift) - leads)


# --- What is asked of the lock, and what it says ------------------------------------------------------------------


@frozen(cache_hash=True)
class Get:
    """Read the record."""


@frozen(cache_hash=True)
class Create:
    """Write the first record."""

    record: Record


@frozen(cache_hash=True)
class Update:
    """Replace the record, if the lock is still at this version."""

    record: Record
    version: str


Ask: TypeAlias = Get | Create | Update


@frozen(cache_hash=True)
class Got:
    """The record, and the version of the lock."""

    record: Record
    version: str


@frozen(cache_hash=True)
class Written:
    """The record was written; the lock is at this version now."""

    version: str


@frozen(cache_hash=True)
class Missing:
    """There is no record."""


@frozen(cache_hash=True)
class Failed:
    """It did not work, or nobody knows whether it did; ``conflict``: the lock was at another version."""

    conflict: bool = False


Reply: TypeAlias = Got | Written | Missing | Failed


# --- The elector --------------------------------------------------------------------------------------------------

Phase: TypeAlias = Literal["candidate", "leader", "releasing", "over"]


@frozen(cache_hash=True)
class Attempt:
    """An attempt that is going on: when it began (on the monotonic clock), and what was asked last.

    ``record`` is what it writes if it may; ``fast`` that a leader tries to write without reading first.
    """

    began: Time
    record: Record
    ask: Ask
    fast: bool = False


@frozen(cache_hash=True)
class Elector:
    """One elector.  All its times but those in records are readings of its monotonic clock.

    Attributes:
        name: its identity.
        phase: whether it tries to lead, leads, gives the lock up, or has ended.
        observed: the record that it believes in, watched since ``observed_at``.
        fetched: the record that it read last; what it wrote itself does not count.
        version: the version of the lock that it read or wrote last.
        wake: when it begins the next attempt (``None`` while one is going on, and in the end).
        until: when it gives up renewing, or releasing, if that does not succeed before (``None``: it is asleep).
        renewed_at: when it last succeeded.
    """

    name: str
    phase: Phase = "candidate"
    observed: Record | None = None
    observed_at: Time = 0
    fetched: Record | None = None
    version: str = ""
    wake: Time | None = 0
    until: Time | None = None
    renewed_at: Time = 0
    attempt: Attempt | None = None

    @property
    def is_leader(self) -> bool:
        """Whether the record that it believes in names it.  Nothing is asked, no clock is read."""
        return self.observed is not None and self.observed.holder == self.name

    @property
    def term(self) -> int:
        """The number of the record that it believes in; 0 if it has seen none."""
        return 0 if self.observed is None else self.observed.transitions


def still_valid(elector: Elector, now: Time, wall: Time) -> bool:
    """Whether the observed record counts: its own duration, measured since it was first seen, is not over.

    The wall clock's reading ``wall`` is not used: that is the point.
    """
    del wall
    return elector.observed is not None and elector.observed_at + elector.observed.duration > now


def watch(elector: Elector, record: Record, now: Time) -> Elector:
    """The elector after it read a record: if it is another one than before, it is watched from now on."""
    if record == elector.fetched:
        return elector
    return evolve(elector, observed=record, observed_at=now, fetched=record)


def renew_deadline(config: Config) -> Time | None:
    """How long a leader tries to renew before it gives up."""
    return config.renew_deadline


def believes_to_hold(elector: Elector, fetched: Record) -> bool:
    """Whether an elector that gives up empties the record: if it believes that it leads.

    It has just read the record, but looks at what it had observed before.
    """
    del fetched
    return elector.is_leader


def holds(elector: Elector, fetched: Record) -> bool:
    """The cautious way to release: only a record that names the elector is emptied."""
    return fetched.holder == elector.name


def next_term(record: Record) -> int:
    """How many times the lock will have changed hands once it is taken over from this record."""
    return record.transitions + 1


@frozen
class Rules:
    """How electors decide: their durations and their judgements."""

    config: Config
    valid: Callable[[Elector, Time, Time], bool] = still_valid
    watch: Callable[[Elector, Record, Time], Elector] = watch
    deadline: Callable[[Config], Time | None] = renew_deadline
    may_release: Callable[[Elector, Record], bool] = believes_to_hold
    next_term: Callable[[Record], int] = next_term


class Outcome(Enum):
    """How an attempt ended."""

    SUCCESS = "success"
    FAILURE = "failure"


Next: TypeAlias = "tuple[Elector, Ask | Outcome]"


def begin(rules: Rules, elector: Elector, now: Time, wall: Time) -> Next:
    """Begin an attempt.  A leader that sleeps opens the window in which it must succeed.

    Who leads, and sees its record as valid, writes at once, with the version that it has; others read first.
    """
    if elector.phase == "leader" and elector.until is None:
        deadline = rules.deadline(rules.config)
        elector = evolve(elector, until=None if deadline is None else exact(now + deadline))
    mine = Record(elector.name, rules.config.stored_duration, wall, wall)
    observed = elector.observed
    if observed is not None and elector.is_leader and rules.valid(elector, now, wall):
        renewal = evolve(mine, acquired=observed.acquired, transitions=observed.transitions)
        return _asking(elector, Attempt(now, renewal, Update(renewal, elector.version), fast=True))
    return _asking(elector, Attempt(now, mine, Get()))


def _asking(elector: Elector, attempt: Attempt) -> Next:
    return evolve(elector, wake=None, attempt=attempt), attempt.ask


def told(rules: Rules, elector: Elector, reply: Reply, now: Time) -> Next:
    """Go on with what the lock said: the next thing to ask, or how the attempt ended.

    Whether the record has expired is judged with the time at which the attempt began.
    """
    attempt = elector.attempt
    if attempt is None:
        return elector, Outcome.FAILURE
    match reply:
        case Written(version):
            return _wrote(elector, attempt.record, version, now), Outcome.SUCCESS
        case Failed() if attempt.fast:
            return _asking(elector, evolve(attempt, ask=Get(), fast=False))
        case Missing():
            return _asking(elector, Attempt(attempt.began, attempt.record, Create(attempt.record)))
        case Got(record, version):
            return _read(rules, evolve(elector, version=version), attempt, record, now)
        case Failed():
            return elector, Outcome.FAILURE


def _wrote(elector: Elector, record: Record, version: str, now: Time) -> Elector:
    """The elector after its record was written.  What it *fetched* last stays: reading its own record is news to it."""
    return evolve(elector, observed=record, observed_at=now, version=version, renewed_at=now)


def _read(rules: Rules, elector: Elector, attempt: Attempt, record: Record, now: Time) -> Next:
    elector = rules.watch(elector, record, now)
    mine = attempt.record
    if record.holder and not elector.is_leader and rules.valid(elector, attempt.began, mine.renewed):
        return elector, Outcome.FAILURE
    if elector.is_leader:
        mine = evolve(mine, acquired=record.acquired, transitions=record.transitions)
    else:
        mine = evolve(mine, transitions=rules.next_term(record))
    return _asking(elector, Attempt(attempt.began, mine, Update(mine, elector.version)))


def succeeded(rules: Rules, elector: Elector, now: Time) -> Elector:
    """After an attempt that succeeded: a candidate leads, and renews at once; a leader sleeps for a retry period."""
    wake = now if elector.phase == "candidate" else exact(now + rules.config.retry_period)
    return evolve(elector, phase="leader", wake=wake, until=None, attempt=None)


def failed(rules: Rules, elector: Elector, now: Time, sleep: Time) -> Elector:
    """After an attempt that failed: a candidate sleeps for ``sleep``; a leader tries every retry period."""
    if elector.phase == "candidate":
        return evolve(elector, wake=exact(now + sleep), attempt=None)
    began = now if elector.attempt is None else elector.attempt.began
    return evolve(elector, wake=max(now, exact(began + rules.config.retry_period)), attempt=None)


# --- The end ------------------------------------------------------------------------------------------------------


def give_up(rules: Rules, elector: Elector, now: Time) -> tuple[Elector, Ask | None]:
    """End leading: at the deadline, or because the owner wants it.  Who releases reads the lock once more."""
    if not rules.config.release_on_cancel:
        return over(elector), None
    until = exact(now + rules.config.renew_deadline)
    return evolve(elector, phase="releasing", wake=None, until=until, attempt=None), Get()


def releasing(rules: Rules, elector: Elector, reply: Reply, wall: Time) -> tuple[Elector, Ask | None]:
    """Go on with giving the lock up: empty the record that was read, again after a conflict; or be done."""
    match reply:
        case Got(record, version) if rules.may_release(elector, record):
            return elector, Update(Record("", 1, wall, wall, record.transitions), version)
        case Failed(conflict=True):
            return elector, Get()
        case _:
            return over(elector), None


def over(elector: Elector) -> Elector:
    """The elector when it has ended: nothing that it remembers counts any more."""
    return Elector(elector.name, phase="over", wake=None)
