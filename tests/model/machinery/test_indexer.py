"""Stores: against a plain dictionary, and the look-up by index."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from tests.model.machinery.things import PATHS

from seatrial.model.machinery.indexer import Indexer, by_namespace
from seatrial.model.rigs.informer_events import Thing

THINGS = st.builds(Thing, st.integers(1, 3), st.integers(1, 9))


def by_uid(path: str, item: Thing) -> tuple[str, ...]:
    """The index of objects by their uid."""
    del path
    return (str(item.uid),)


@given(st.lists(st.tuples(st.sampled_from(PATHS), st.none() | THINGS), max_size=20))
def test_a_store_is_a_dictionary(writes: list[tuple[str, Thing | None]]) -> None:
    """A store has what was put last under each key; every index finds exactly the objects that its function names."""
    store, plain = Indexer[Thing](), dict[str, Thing]()
    for path, item in writes:
        if item is None:
            store = store.without(path)
            plain.pop(path, None)
        else:
            store = store.put(path, item)
            plain[path] = item
    everything = sorted(plain.items())

    assert list(store.items) == everything
    assert [store.get(path) for path in PATHS] == [plain.get(path) for path in PATHS]
    assert store.values(by_uid) == tuple(sorted({str(item.uid) for item in plain.values()}))
    for uid in (1, 2, 3):
        assert list(store.by(by_uid, str(uid))) == [item for _, item in everything if item.uid == uid]
    for namespace in ("default", "other"):
        found = [item for path, item in everything if path.startswith(f"{namespace}/")]
        assert list(store.by(by_namespace, namespace)) == found


@given(st.lists(st.integers(1, 9)))
def test_a_store_never_goes_back(revisions: list[int]) -> None:
    """How far a store has come is the greatest revision that it was told of."""
    store = Indexer[Thing]()
    for revision in revisions:
        store = store.at(revision)

    assert store.revision == max(revisions, default=0)
