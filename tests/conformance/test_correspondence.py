"""Names and revisions of a recording and of the model correspond one to one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from seatrial.checker.conformance.correspondence import Bijection, Correspondence, OrderIsomorphism


def test_names_have_one_partner() -> None:
    """A second partner for either side is refused; a name without one stands for itself."""
    names = Bijection()
    assert names.bind("u-9f", "uid-2")
    assert names.bind("u-9f", "uid-2")
    assert not names.bind("u-9f", "uid-3")
    assert not names.bind("u-7a", "uid-2")
    assert (names.model("u-9f"), names.recorded("uid-2"), names.model("other")) == ("uid-2", "u-9f", "other")


def test_revisions_keep_their_order() -> None:
    """A pair that would turn the order round, or merge two revisions, is refused."""
    revisions = OrderIsomorphism()
    assert revisions.bind(206, 5)
    assert revisions.bind(210, 9)
    assert not revisions.bind(208, 10)
    assert not revisions.bind(211, 9)
    assert not revisions.bind(210, 8)
    assert revisions.bind(208, 7)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), max_size=12))
def test_what_was_accepted_is_an_order_isomorphism(pairs: list[tuple[int, int]]) -> None:
    """Whatever is offered, the accepted pairs form a strictly increasing one-to-one map."""
    revisions = OrderIsomorphism()
    accepted = sorted({pair for pair in pairs if revisions.bind(*pair)})
    for (left, mine), (right, yours) in pairwise(accepted):
        assert left < right
        assert mine < yours
    assert all(revisions.model(recorded) == model for recorded, model in accepted)


@given(st.sets(st.integers(100, 130), min_size=1, max_size=5), st.integers(1, 150))
def test_a_revision_that_nobody_was_told_gets_a_place_among_its_neighbours(known: set[int], asked: int) -> None:
    """The translation of any revision keeps the order with the known ones."""
    revisions = OrderIsomorphism()
    for recorded in sorted(known):
        assert revisions.bind(recorded, recorded - 80)
    for recorded in known - {asked}:
        assert (asked < recorded) == (revisions.model(asked) < revisions.model(recorded))


def test_requests_are_translated() -> None:
    """Uids, generated names and versions in paths, queries and bodies become the model's; other texts stay."""
    known = Correspondence()
    known.uids.bind("u-9f", "uid-2")
    known.names.bind("gen-x7x7x", "gen-00004")
    known.revisions.bind(206, 5)
    assert known.path("/api/v1/namespaces/a/pods/gen-x7x7x") == "/api/v1/namespaces/a/pods/gen-00004"
    assert known.query({"resourceVersion": "206", "limit": "206"}) == {"resourceVersion": "5", "limit": "206"}
    body = {
        "metadata": {"uid": "u-9f", "resourceVersion": "207", "name": "gen-x7x7x"},
        "preconditions": {"resourceVersion": "206"},
        "items": [{"resourceVersion": "0"}, {"resourceVersion": "abc"}],
        "data": {"206": 206},
    }
    assert known.body(body) == {
        "metadata": {"uid": "uid-2", "resourceVersion": "6", "name": "gen-00004"},
        "preconditions": {"resourceVersion": "5"},
        "items": [{"resourceVersion": "0"}, {"resourceVersion": "abc"}],
        "data": {"206": 206},
    }
