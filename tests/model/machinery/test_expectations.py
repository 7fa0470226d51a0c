"""Expectations, and the revisions of one's own writes: what is waited for, and until when."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatrial.model.machinery.consistency import OwnWrites
from seatrial.model.machinery.expectations import TIMEOUT, Expectations, Expected
from seatrial.model.machinery.workqueue import Key

KEYS = st.sampled_from([Key("default", "web"), Key("default", "db"), Key("other", "web")])
NAMES = st.sampled_from(["web-1", "web-2", "web-3"])
WEB = Key("default", "web")


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("expect"), KEYS, st.integers(0, 2), st.lists(NAMES, unique=True)),
            st.tuples(st.just("created"), KEYS),
            st.tuples(st.just("deleted"), KEYS, NAMES),
            st.tuples(st.just("time"), st.sampled_from([1, TIMEOUT // 2, TIMEOUT])),
            st.tuples(st.just("gone"), KEYS),
        ),
        max_size=25,
    )
)
def test_expectations_are_counts_with_an_age(operations: list[tuple[Any, ...]]) -> None:
    """A key may be acted for once all is seen that was expected last, or that is longer ago than the timeout."""
    expectations = Expectations()
    now, plain = 0, dict[Key, tuple[int, set[str], int]]()
    for name, *rest in operations:
        if name == "time":
            time: int = rest[0]
            expectations, now = expectations.older(time), now + time
        else:
            key: Key = rest[0]
            creations, names, since = plain.get(key, (0, set[str](), now))
            if name == "expect":
                count, expected = rest[1:]
                expectations = expectations.set(Expected(key, count, tuple(expected)))
                plain[key] = (count, set(expected), now)
            elif name == "created":
                expectations = expectations.creation_observed(key)
                plain[key] = (creations - 1, names, since)
            elif name == "deleted":
                expectations = expectations.deletion_observed(key, rest[1])
                plain[key] = (creations, names - {rest[1]}, since)
            else:
                expectations = expectations.forgotten(key)
                plain.pop(key, None)
        for key, (creations, names, since) in plain.items():
            satisfied = (creations <= 0 and not names) or now - since > TIMEOUT
            assert expectations.fulfilled(key) == satisfied


@pytest.mark.parametrize(("waited", "fulfilled"), [(TIMEOUT, False), (TIMEOUT + 1, True)])
def test_expectations_expire_after_five_minutes(waited: int, *, fulfilled: bool) -> None:
    """What was expected is waited for for five minutes, not longer, though part of it was seen meanwhile."""
    expectations = Expectations().set(Expected(WEB, creations=2)).older(waited - 1).creation_observed(WEB).older(1)

    assert expectations.fulfilled(WEB) == fulfilled


def test_a_deletion_counts_once() -> None:
    """Deletions are expected by name: to see one twice does not stand for another."""
    expectations = Expectations().set(Expected(WEB, deletions=("web-1", "web-2")))

    seen = expectations.deletion_observed(WEB, "web-1").deletion_observed(WEB, "web-1")

    assert seen.of(WEB).deletions == ("web-2",)


@given(
    st.lists(st.tuples(KEYS, st.sampled_from(["pods", "services"]), st.integers(1, 20)), max_size=10),
    st.fixed_dictionaries({"pods": st.integers(0, 20), "services": st.integers(0, 20)}),
)
def test_own_writes_are_waited_for(writes: list[tuple[Key, str, int]], reached: dict[str, int]) -> None:
    """A look may begin when informers have come to every write made for the object; what they have is forgotten."""
    own = OwnWrites()
    for owner, resource, revision in writes:
        own = own.wrote(owner, resource, revision)

    for owner in {each for each, _, _ in writes}:
        needed = [(resource, revision) for key, resource, revision in writes if key == owner]
        ready = all(reached[resource] >= revision for resource, revision in needed)
        assert own.ready(owner, reached) == ready
        assert own.settled(reached).ready(owner, reached) == ready
        assert own.cleared(owner).ready(owner, {})
    assert all(revision > reached[resource] for _, resource, revision in own.settled(reached).last)
