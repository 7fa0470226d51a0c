"""The four variables that are etcd's state, as a protocol.

Lives here: what a function of this package may ask of whoever holds the state (a draft of a machine's
state, or a ``Member``).  It must not know who that is.

A function that gets ``Cells`` reads only what its answer depends on: an operation on one key asks for that
key and never goes through all of them, and nothing but the past is read from the log.  Searches rely on it:
what a rule reads is what tells states apart.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any, Final, Protocol

from .values import Batch, KeyValue

FIRST_REVISION: Final = 1
"""The revision of a store into which nothing was written yet."""

NEVER_COMPACTED: Final = -1
"""``compacted`` of a store that was never compacted; not 0, because a fresh store accepts ``compact(0)``.

Source: observed behaviour of etcd 3.4 to 3.6, recordings A.14; etcd ``server/storage/mvcc/kvstore.go``.
"""


def empty_cells() -> dict[str, Any]:
    """The four variables of a store into which nothing was written yet, for a machine that has etcd in it."""
    return {"revision": FIRST_REVISION, "compacted": NEVER_COMPACTED, "log": (), "keys": {}}


class Cells(Protocol):
    """etcd's state.

    ``revision`` is the revision of the last change, ``compacted`` the revision to which history was
    compacted (or ``NEVER_COMPACTED``).  ``log`` holds the batches that were not compacted away, oldest
    first: those with a revision of at least ``compacted``.  A revision without a batch changed nothing that
    the holder keeps.
    """

    revision: int
    compacted: int
    log: tuple[Batch, ...]

    @property
    def keys(self) -> MutableMapping[str, KeyValue]:
        """The keys that exist now."""
        ...
