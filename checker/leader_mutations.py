"""What mutants change in leader election: electors, their lock, and leaders that write.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change breaks.
"""

from __future__ import annotations

from typing import Any, Final

from attrs import evolve, frozen

from seatrial.model.clocks import Clock, Time, exact
from seatrial.model.machinery.leader_election import Config, Elector, Record, believes_to_hold
from seatrial.model.rigs.leaders import Leaders
from seatrial.model.scenario import System

from .mutations import Change, Row, exchanging


def judging(**judgements: Any) -> Change:
    """Electors with other judgements in these places."""

    def change(leaders: Leaders) -> System:
        return evolve(leaders, rules=evolve(leaders.rules, **judgements))

    return change


def valid_by_date(elector: Elector, now: Time, wall: Time) -> bool:
    """A record counts until its renewTime + duration, by one's own wall clock."""
    del now
    return elector.observed is not None and elector.observed.renewed + elector.observed.duration > wall


def watch_anew(elector: Elector, record: Record, now: Time) -> Elector:
    """Whatever was read is watched from now on."""
    return evolve(elector, observed=record, observed_at=now, fetched=record)


def whole_lease(config: Config) -> Time | None:
    """A leader tries to renew for as long as the lease lasts."""
    return config.lease_duration


def no_deadline(config: Config) -> Time | None:
    """A leader tries to renew for ever."""
    del config
    return None


def same_term(record: Record) -> int:
    """The term goes on when the Lease changes hands."""
    return record.transitions


@frozen(cache_hash=True)
class ByDate(Clock):
    """Clocks of a process that measures durations with its wall clock."""

    def monotonic(self, now: Time) -> Time:
        """What the wall clock shows."""
        return self.wall(now)

    def moment(self, reading: Time) -> int:
        """The first whole second of true time at which the wall clock shows at least this."""
        return super().moment(exact(reading - self.offset))


def as_stored(sent: str, stored: str) -> str:
    """An update is conditional on what stands there when it is served: on nothing."""
    del sent
    return stored


def may_always(own: int, found: int) -> bool:
    """A leader writes over whatever it finds."""
    del own, found
    return True


MUTANTS: Final[tuple[Row, ...]] = (
    (
        "election-by-date",
        "an elector compares the renewTime in the Lease with its own wall clock",
        judging(valid=valid_by_date),
    ),
    (
        "election-measures-by-date",
        "an elector measures durations with its wall clock",
        exchanging(clock=ByDate()),
    ),
    (
        "renew-deadline-is-the-lease",
        "a leader tries to renew for as long as the lease lasts",
        judging(deadline=whole_lease),
    ),
    (
        "renews-for-ever",
        "a leader that cannot renew tries again without a deadline",
        judging(deadline=no_deadline),
    ),
    (
        "watches-anew-with-each-read",
        "a candidate begins to wait anew whenever it has read the Lease, changed or not",
        judging(watch=watch_anew),
    ),
    (
        "lease-without-version",
        "an update of the Lease is conditional on nothing",
        exchanging(lease_version=as_stored),
    ),
    (
        "term-does-not-grow",
        "an elector that takes the Lease over does not count that",
        judging(next_term=same_term),
    ),
    (
        "release-does-not-look",
        "a leader that gives up empties the Lease though it has read that somebody else holds it",
        judging(may_release=believes_to_hold),
    ),
    (
        "release-before-the-work-ends",
        "an owner ends its leader while the work goes on",
        exchanging(works_on=True),
    ),
    (
        "write-without-version",
        "a leader's write is conditional on nothing",
        exchanging(work_version=as_stored),
    ),
    (
        "write-without-comparing-terms",
        "a leader writes over what a later term has written",
        exchanging(may_write=may_always),
    ),
)
