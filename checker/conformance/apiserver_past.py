"""Etcd as somebody sees it who has not heard everything, and etcd with something that happened earlier.

Lives here: :func:`as_of`, :func:`since` and :func:`happened`.  Must not know: servers, or why their view is an old one.

In a replay, revisions that nobody has told of yet are kept free by writes to a key that no object has.  When a later
answer shows what really happened at one of them, it is put in there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import evolve

from seatrial.model.etcd import Batch, Event, KeyValue, Member


def as_of(etcd: Member, revision: int) -> Member:
    """Etcd as it was at a revision: whatever came later is undone."""
    if revision >= etcd.revision:
        return etcd
    then = etcd.copy()
    for batch in reversed([batch for batch in etcd.log if batch.revision > revision]):
        for event in reversed(batch.events):
            _undo(then, event)
    then.revision = revision
    then.log = tuple(batch for batch in etcd.log if batch.revision <= revision)
    return then


def _undo(then: Member, event: Event) -> None:
    if event.previous is not None:
        then.keys[event.kv.key] = event.previous
    else:
        then.keys.pop(event.kv.key, None)


def since(etcd: Member, begin: int) -> Member:
    """Etcd as a watch cache remembers it that was filled at a revision: with no change before."""
    if begin < etcd.compacted:
        return etcd
    log = tuple(batch for batch in etcd.log if batch.revision > begin)
    return Member(etcd.revision, begin + 1, etcd.keys, log)


def free_revisions(etcd: Member, after: int, fillers: str) -> Iterator[int]:
    """The revisions after one of which nothing is known: there is only a write of the key that fills gaps."""
    for batch in etcd.log:
        if batch.revision > after and all(event.kv.key == fillers for event in batch.events):
            yield batch.revision


def happened(
    etcd: Member, revision: int, key: str, change: Callable[[Member], object], *, overwritten: bool = False
) -> bool:
    """Let something have happened to a key at a free revision of the past, or now; whether that could be.

    ``change`` does it to an etcd that is one revision earlier.  It must be one transaction, on that key alone.  Nobody
    may have changed the key since; if it may be ``overwritten``, others may, as long as they found something there.
    """
    later = _first_change(etcd, key, revision)
    if revision > etcd.revision + 1 or (later is not None and (not overwritten or later.previous is None)):
        return False
    then = as_of(etcd, revision - 1).copy()
    change(then)
    made = then.log[-1:]
    if then.revision != revision or any(event.kv.key != key for batch in made for event in batch.events):
        return False
    _put_in(etcd, revision, made)
    if later is not None:
        _put_before(etcd, later, then.keys.get(key))
    elif key in then.keys:
        etcd.keys[key] = then.keys[key]
    else:
        etcd.keys.pop(key, None)
    etcd.revision = max(etcd.revision, revision)
    return True


def _first_change(etcd: Member, key: str, begin: int) -> Event | None:
    """The first change of a key from a revision on."""
    later = (event for batch in etcd.log if batch.revision >= begin for event in batch.events)
    return next((event for event in later if event.kv.key == key), None)


def _put_before(etcd: Member, later: Event, previous: KeyValue | None) -> None:
    """Let a change have found something else."""
    etcd.log = tuple(
        evolve(batch, events=tuple(evolve(each, previous=previous) if each is later else each for each in batch.events))
        if any(each is later for each in batch.events)
        else batch
        for batch in etcd.log
    )


def _put_in(etcd: Member, revision: int, made: tuple[Batch, ...]) -> None:
    before = tuple(batch for batch in etcd.log if batch.revision < revision)
    after = tuple(batch for batch in etcd.log if batch.revision > revision)
    etcd.log = before + made + after
