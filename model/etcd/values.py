"""What etcd stores and tells: keys with their revisions, events, and the batches of the history.

Lives here: values only, frozen and hashable.  They know neither requests nor how a store keeps them.

A *revision* counts the transactions that changed something; a fresh store is at revision 1 and the first
write makes revision 2.  All changes of one transaction share one revision, and their order within it is the
order of the events in the batch.

Source: etcd documentation, "Data model" and "KV API guarantees"; observed behaviour of etcd 3.4 to 3.6,
recordings A.1 to A.6.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Final, Literal

from attrs import frozen

EMPTY: Final = ""
"""The empty value.  On the wire etcd cannot tell it from no value at all, so neither does the model."""

EventKind = Literal["PUT", "DELETE"]


@frozen(cache_hash=True)
class KeyValue:
    """A key as it stands after its last change.

    ``value`` is a text when a real etcd is compared, and any hashable value elsewhere (the modelled API
    server stores frozen objects).  ``create_revision`` is the revision of the put that brought the key into
    being, ``mod_revision`` that of its last put, ``version`` the number of puts since it came into being.
    ``lease`` is the lease that it is attached to, 0 for none.
    """

    key: str
    value: Hashable
    create_revision: int
    mod_revision: int
    version: int
    lease: int = 0


@frozen(cache_hash=True)
class Event:
    """One change of one key.

    A DELETE's ``kv`` has only the key and the revision of the deletion (``mod_revision``).  ``previous`` is
    the key just before the change, None if it did not exist.

    Source: observed behaviour of etcd 3.4 to 3.6, recordings A.16.
    """

    kind: EventKind
    kv: KeyValue
    previous: KeyValue | None = None


@frozen(cache_hash=True)
class Batch:
    """Everything that one transaction changed: its revision, and its events in the order of making."""

    revision: int
    events: tuple[Event, ...]


def tombstone(key: str, revision: int) -> KeyValue:
    """What is told about a key that was deleted at ``revision``."""
    return KeyValue(key, EMPTY, 0, revision, 0)
