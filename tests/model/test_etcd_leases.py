"""The model's leases: how long they live, and what ends with them.

Lives here: properties of leases in time.  What puts make of them is in ``test_etcd_transactions.py``.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.etcd import (
    Cancelled,
    Lease,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseList,
    LeaseListResponse,
    LeaseResponse,
    LeaseRevoke,
    LeaseTimeToLive,
    LeaseTimeToLiveResponse,
    Member,
    Put,
    Range,
    RangeResponse,
    WatchCreate,
    events,
)
from seatrial.model.etcd.leases import ELECTION, MAXIMUM_TTL, MINIMUM_TTL, NOT_THERE, attached, expire, overdue
from seatrial.model.etcd.refusals import LeaseExists, LeaseNotFound, LeaseTooLong

moments = st.floats(min_value=0, max_value=1000, allow_nan=False)
seconds = st.integers(min_value=-5, max_value=500)


@given(seconds, moments)
def test_a_lease_lives_as_long_as_granted_and_no_shorter_than_the_least(ttl: int, now: float) -> None:
    """The answer tells how long: what was asked for, but at least two seconds; it may be ended then, not before."""
    member = Member()
    granted = max(ttl, MINIMUM_TTL)
    assert member.serve(LeaseGrant(ttl, 7), now=now) == LeaseResponse(1, 7, granted)
    end = member.leases[7].end
    assert overdue(member, end) == (7,)
    assert overdue(member, end - 0.01) == ()
    assert end - now == pytest.approx(granted)


@given(seconds, moments, moments, moments)
def test_keeping_alive_lets_the_time_begin_anew(ttl: int, granted: float, kept: float, asked: float) -> None:
    """However old a lease is, after it was kept alive it has its whole time; nothing else of it changes."""
    member = Member(leases={7: Lease(max(ttl, 2), granted)})
    answer = member.serve(LeaseKeepAlive(7), now=kept)
    assert answer == LeaseResponse(1, 7, member.leases[7].ttl)
    assert member.leases == {7: Lease(max(ttl, 2), kept)}
    left = member.serve(LeaseTimeToLive(7), now=asked)
    assert isinstance(left, LeaseTimeToLiveResponse)
    assert left.granted_ttl == max(ttl, 2)
    assert max(0, member.leases[7].end - asked) - 1 < left.ttl <= max(0, member.leases[7].end - asked)


def test_a_lease_that_is_not_there_is_told_as_such() -> None:
    """Kept alive it has no time, asked for it has -1, revoked it is refused; so is one that nobody ever granted."""
    member = Member()
    member.serve(LeaseGrant(1, 7))
    expire(member, 2)
    for lease in (7, 4242, 0):
        assert member.serve(LeaseKeepAlive(lease)) == LeaseResponse(1, lease)
        assert member.serve(LeaseTimeToLive(lease, keys=True)) == LeaseTimeToLiveResponse(1, lease, NOT_THERE)
        with pytest.raises(LeaseNotFound):
            member.serve(LeaseRevoke(lease))


def test_what_cannot_be_granted() -> None:
    """No id, a time that is too long, a taken id: each refused, the first of several reasons first."""
    member = Member()
    member.serve(LeaseGrant(MAXIMUM_TTL, 7))
    for request, refusal in (
        (LeaseGrant(MAXIMUM_TTL + 1, 0), LeaseNotFound),
        (LeaseGrant(MAXIMUM_TTL + 1, 7), LeaseTooLong),
        (LeaseGrant(5, 7), LeaseExists),
    ):
        with pytest.raises(refusal):
            member.serve(request)
    assert member.leases == {7: Lease(MAXIMUM_TTL)}


def test_an_id_is_free_again_when_its_lease_has_ended() -> None:
    """After a lease was revoked or has run out, its id can be granted again, and nothing hangs on the new lease."""
    member = Member()
    for end in (lambda: member.serve(LeaseRevoke(7)), lambda: expire(member, 100)):
        member.serve(LeaseGrant(50, 7), now=10)
        member.serve(Put("k", lease=7))
        end()
        assert member.serve(LeaseGrant(50, 7), now=200) == LeaseResponse(member.revision, 7, 50)
        assert attached(member, 7) == ()
        member.serve(LeaseRevoke(7))


@pytest.mark.parametrize("expiring", [False, True])
def test_everything_on_a_lease_vanishes_at_one_revision(expiring: bool) -> None:
    """Revoked or run out, a lease takes its keys with it in one revision, in their order, and nothing else."""
    member = Member()
    member.serve(LeaseGrant(5, 7))
    for key, lease in (("c", 7), ("a", 7), ("detached", 7), ("other", 0), ("detached", 0)):
        member.serve(Put(key, lease=lease))
    member.serve(Put("c", "again", ignore_lease=True))
    before = member.revision
    assert expire(member, 4.9) == ()
    assert expire(member, 5) == (7,) if expiring else member.serve(LeaseRevoke(7))
    assert member.revision == before + 1
    assert sorted(member.keys) == ["detached", "other"]
    told = events(member, WatchCreate("a", "z", prev_kv=True), before + 1)
    assert not isinstance(told, Cancelled)
    assert [(each.kind, each.kv.key, each.previous and each.previous.lease) for each in told[0].events] == [
        ("DELETE", "a", 7),
        ("DELETE", "c", 7),
    ]


@pytest.mark.parametrize("expiring", [False, True])
def test_a_lease_without_keys_ends_without_a_revision(expiring: bool) -> None:
    """Where nothing is deleted, nothing is counted."""
    member = Member()
    member.serve(LeaseGrant(5, 7))
    assert expire(member, 5) == (7,) if expiring else member.serve(LeaseRevoke(7)) == LeaseResponse(1, 7)
    assert (member.revision, member.log, member.leases) == (1, (), {})


def test_leases_that_end_together_make_a_revision_each() -> None:
    """When several leases are over, each ends by itself, the one that was over first first."""
    member = Member()
    for lease, ttl in ((1, 30), (2, 20), (3, 10)):
        member.serve(LeaseGrant(ttl, lease))
        member.serve(Put(str(lease), lease=lease))
    assert member.serve(LeaseList()) == LeaseListResponse(4, (3, 2, 1))
    assert expire(member, 25) == (3, 2)
    assert [[each.kv.key for each in batch.events] for batch in member.log[3:]] == [["3"], ["2"]]
    assert (member.revision, list(member.leases)) == (6, [1])


@given(st.integers(min_value=2, max_value=100), moments)
def test_a_restart_makes_no_lease_shorter(ttl: int, restarted: float) -> None:
    """After a restart each lease has its whole time again, and a little more, and its keys."""
    member = Member()
    member.serve(LeaseGrant(ttl, 7))
    member.serve(Put("k", lease=7))
    end = member.leases[7].end
    member.restart(now=restarted)
    assert member.leases[7].end == restarted + ELECTION + ttl > end
    assert attached(member, 7) == ("k",)
    found = member.serve(Range("k"))
    assert isinstance(found, RangeResponse)
    assert found.kvs[0].lease == 7
