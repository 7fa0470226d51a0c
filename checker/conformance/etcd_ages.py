"""How old leases are, where one knows only between which bounds: what times left a real server may tell.

Lives here: :class:`Ages`.  Must not know: where the bounds come from.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from attrs import Factory, define, evolve

from seatrial.model.etcd import Lease, LeaseTimeToLiveResponse

Moment = TypeVar("Moment")


@define
class Ages(Generic[Moment]):
    """What is known of the moments that the model's clock showed; ``elapsed``: the least and most time between two."""

    elapsed: Callable[[Moment, Moment], tuple[float, float]]
    _moments: dict[float, Moment] = Factory(dict[float, Moment])

    def copy(self) -> Ages[Moment]:
        """The same, to go on by itself."""
        return Ages(self.elapsed, dict(self._moments))

    def note(self, now: float, moment: Moment) -> None:
        """The model's clock shows ``now`` at this moment."""
        self._moments[now] = moment

    def most(self, lease: Lease, now: Moment) -> float:
        """How old a lease can be at most, in seconds."""
        return self.elapsed(self._moments[lease.since], now)[1]

    def admitted(
        self, own: LeaseTimeToLiveResponse, lease: Lease, told: object, now: Moment
    ) -> LeaseTimeToLiveResponse:
        """The model's answer about a lease with the time left that a server told, if that can be what was left then."""
        most, least = (Lease(lease.ttl).left(each) for each in self.elapsed(self._moments[lease.since], now))
        seconds = int(told) if isinstance(told, str) and told.isdecimal() else 0
        return evolve(own, ttl=seconds if least <= seconds <= most else most)
