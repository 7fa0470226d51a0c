"""Pages of a list: one snapshot, cut into pieces; and the tokens that lead from one to the next."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.server import SHOP, Server, fresh_server

from seatrial.model import kinds
from seatrial.model.apiserver import SMALL, Answer, Options, list_
from seatrial.model.apiserver.calls import Calls
from seatrial.model.apiserver.paging import PRESENT, Token, decode_token, encode_token
from seatrial.model.apiserver.reads import serve_read
from seatrial.model.etcd import Compact, Member, Range

MAP = kinds.of_name("ConfigMap")
MAPS = f"{SHOP}/configmaps"
FIRST = "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6NTM1LCJzdGFydCI6Ii9jMVx1MDAwMCJ9"
"""A token that a real server gave at revision 535 behind the key c1."""


def names(answer: Answer) -> list[str]:
    """The names of a list's items."""
    return [item.name for item in answer.items or ()]


@pytest.fixture
def shelf(server: Server) -> Server:
    """A server with the config maps c0 to c5, the last made at revision 8."""
    for index in range(6):
        server.make("ConfigMap", f"c{index}", metadata={"labels": {"par": str(index % 2)}})
    return server


def test_tokens_are_those_of_a_real_server() -> None:
    """A recorded token reads as its revision and key, and is written the same again."""
    assert decode_token(FIRST) == Token(535, "c1\0")
    assert encode_token(Token(535, "/c1\0")) == FIRST


@pytest.mark.parametrize(
    "text",
    [
        "garbage",
        "?",
        "e30",  # {}
        *(
            encode_token(token)
            for token in (Token(0, "x"), Token(5, ""), Token(5, "../x"), Token(5, "a//b"), Token(5, "x/"))
        ),
    ],
)
def test_what_is_no_token_is_refused(shelf: Server, text: str) -> None:
    """Neither other texts nor keys that lead out of the list are taken: 400."""
    answer = shelf.ask("GET", MAPS, query={"continue": text})
    assert (answer.status, answer.reason) == (400, "BadRequest")
    assert answer.message.startswith("invalid continue token: continue key is not valid")


def test_all_pages_show_the_first_ones_snapshot(shelf: Server) -> None:
    """What happens between two pages is not seen by the later one; how many items follow is told."""
    first = shelf.ask("GET", MAPS, query={"limit": "2"})
    assert (names(first), first.remaining, first.revision) == (["c0", "c1"], 4, 8)
    shelf.make("ConfigMap", "c1a")
    shelf.ask("DELETE", f"{MAPS}/c4")
    second = shelf.ask("GET", MAPS, query={"limit": "2", "continue": first.continue_token})
    assert (names(second), second.remaining, second.revision) == (["c2", "c3"], 2, 8)
    last = shelf.ask("GET", MAPS, query={"limit": "2", "continue": second.continue_token})
    assert (names(last), last.remaining, last.continue_token) == (["c4", "c5"], None, "")


def test_with_a_selector_nobody_knows_how_many_items_follow(shelf: Server) -> None:
    """A page is filled with selected items, and goes on behind the last of them."""
    page = shelf.ask("GET", MAPS, query={"limit": "2", "labelSelector": "par=1"})
    assert (names(page), page.remaining) == (["c1", "c3"], None)
    rest = shelf.ask("GET", MAPS, query={"limit": "2", "labelSelector": "par=1", "continue": page.continue_token})
    assert (names(rest), rest.continue_token) == (["c5"], "")


@pytest.mark.parametrize(("cached", "expected"), [(True, 6), (False, 2)])
def test_where_any_state_will_do_a_cache_overlooks_the_limit(shelf: Server, *, cached: bool, expected: int) -> None:
    """resourceVersion=0 with a limit is cut by etcd only."""
    request = list_(MAP, "shop", options=Options(resource_version="0", limit=2))
    answer = serve_read(shelf.etcd, request, evolve(SMALL, watch_cache=cached))
    assert len(answer.items or ()) == expected


def test_the_list_of_one_name_has_no_pages(shelf: Server) -> None:
    """A field selector that admits one name makes a list of one object; limit and token mean nothing to it."""
    query = {"fieldSelector": "metadata.name=c3", "limit": "1", "continue": "garbage"}
    answer = shelf.ask("GET", MAPS, query=query)
    assert (names(answer), answer.continue_token) == (["c3"], "")


def test_a_snapshot_that_is_gone_gives_a_token_without_one(shelf: Server) -> None:
    """410 where etcd has forgotten; the new token goes on from the same key at the present state.

    A watch cache that remembers goes on with the snapshot.
    """
    first = shelf.ask("GET", MAPS, query={"limit": "2"})
    remembered = shelf.etcd.copy()
    shelf.make("ConfigMap", "c1a")
    shelf.etcd.serve(Compact(shelf.etcd.revision))
    options = Options(limit=2, continue_token=first.continue_token)
    uncached = evolve(SMALL, watch_cache=False)
    gone = serve_read(shelf.etcd, list_(MAP, "shop", options=options), uncached)
    assert (gone.status, gone.reason) == (410, "Expired")
    assert decode_token(gone.continue_token) == Token(PRESENT, "c1\0")
    onwards = Options(limit=2, continue_token=gone.continue_token)
    assert names(serve_read(shelf.etcd, list_(MAP, "shop", options=onwards), uncached)) == ["c1a", "c2"]
    kept = serve_read(shelf.etcd, list_(MAP, "shop", options=options), past=remembered)
    assert (names(kept), kept.revision) == (["c2", "c3"], 8)


def test_what_a_cache_does_not_go_back_to_is_asked_of_etcd(shelf: Server) -> None:
    """A server that was started late answers from etcd what is older than its cache, unless etcd has forgotten it."""
    begun_late = Member(shelf.etcd.revision, 9, shelf.etcd.keys)
    exact = list_(MAP, "shop", options=Options(resource_version="5", resource_version_match="Exact"))
    calls = Calls()
    answer = serve_read(shelf.etcd, exact, past=begun_late, calls=calls)
    assert (names(answer), answer.revision) == (["c0", "c1", "c2"], 5)
    assert [(call.key, call.revision) for call in calls.made if isinstance(call, Range)] == [
        ("/registry/configmaps/shop/", 5)
    ]
    shelf.etcd.serve(Compact(6))
    assert serve_read(shelf.etcd, exact, past=begun_late).reason == "Expired"


def test_a_token_says_the_revision_itself(shelf: Server) -> None:
    """A resourceVersion beside a token is refused, but for 0."""
    token = shelf.ask("GET", MAPS, query={"limit": "1"}).continue_token
    assert shelf.ask("GET", MAPS, query={"continue": token, "resourceVersion": "5"}).status == 400
    assert names(shelf.ask("GET", MAPS, query={"continue": token, "resourceVersion": "0"})) == [
        "c1",
        "c2",
        "c3",
        "c4",
        "c5",
    ]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    st.sets(st.from_regex(r"[a-c](-?[a-c0]){0,3}", fullmatch=True), max_size=8),
    st.integers(1, 4),
    st.sampled_from(["", "par=1", "par!=1"]),
)
def test_pages_put_together_are_the_whole_list(shelved: set[str], limit: int, selector: str) -> None:
    """Whatever the names, the limit and the selector: the pages in their order are the list, each item once."""
    server = fresh_server()
    for name in sorted(shelved):
        server.make("ConfigMap", name, metadata={"labels": {"par": str(len(name) % 2)}})
    query = {"labelSelector": selector} if selector else {}
    whole = names(server.ask("GET", MAPS, query=query))
    collected: list[str] = []
    token = ""
    for _ in range(len(shelved) + 1):
        page = server.ask("GET", MAPS, query={**query, "limit": str(limit), **({"continue": token} if token else {})})
        assert len(page.items or ()) <= limit
        collected += names(page)
        token = page.continue_token
        if not token:
            break
    assert (collected, token) == (whole, "")


def test_a_cache_overlooks_a_limit_only_where_it_may_be_old(shelf: Server) -> None:
    """A list at revision "0" is given whole; one that must be as new as a revision has pages.

    Source: Kubernetes 1.36, ``apiserver/pkg/storage/cacher/cacher.go`` (computeListLimit).
    """
    old = {"resourceVersion": "0", "resourceVersionMatch": "NotOlderThan", "limit": "2"}
    assert len(names(shelf.ask("GET", MAPS, query=old))) == 6
    answer = shelf.ask("GET", MAPS, query={**old, "resourceVersion": "4"})
    assert (names(answer), answer.revision, answer.remaining) == (["c0", "c1"], 8, 4)
    assert names(shelf.ask("GET", MAPS, query={"continue": answer.continue_token})) == ["c2", "c3", "c4", "c5"]
