"""What a store was when a client may have asked for a stream, which a recording shows only where the stream ended.

Lives here: :class:`Past`.  Must not know: what streams are told.

The lines of one scenario went one after the other, a stream's where it ended.  Scenarios whose names begin alike
(``09-watch``, ``09-watch-writer``) may have run at once, others not.
"""

from __future__ import annotations

from attrs import Factory, define, evolve

from seatrial.model.etcd import Batch, Member


def family(scenario: str) -> str:
    """What the names of scenarios that may have run at once begin with."""
    return scenario.split("-", 1)[0]


@define
class Past:
    """The store as the last line of each scenario left it, and all that was ever written to it."""

    _now: Member = Factory(Member)
    _last: str | None = None
    _before: Member = Factory(Member)
    _then: dict[str, Member] = Factory(dict[str, Member])
    _written: tuple[Batch, ...] = ()

    def copy(self) -> Past:
        """The same, to go on by itself."""
        return evolve(self, then=dict(self._then))

    def note(self, scenario: str, member: Member) -> None:
        """A line of a scenario left the store like this."""
        if self._begins(scenario):
            self._before, self._then = self._now, {}
        self._written += tuple(batch for batch in member.log if batch.revision > self._now.revision)
        self._last, self._now = scenario, member.copy()
        self._then[scenario] = self._now

    def earliest(self, scenario: str) -> Member:
        """The store before which a stream whose line comes next in a scenario cannot have been asked for."""
        if self._begins(scenario):
            return self._now
        return self._then.get(scenario, self._before)

    def uncompacted(self, since: Member, now: Member) -> Member:
        """The present store as if nothing had been compacted since then."""
        log = {batch.revision: batch for batch in (*since.log, *self._written, *now.log)}
        return evolve(now.copy(), compacted=since.compacted, log=tuple(log[each] for each in sorted(log)))

    def _begins(self, scenario: str) -> bool:
        return self._last is None or family(scenario) != family(self._last)
