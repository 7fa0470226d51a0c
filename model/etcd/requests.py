"""What etcd can be asked: its requests, as frozen values with etcd's own names.

Lives here: the shape of the requests.  They know nothing of stores, answers, or the wire.

``range_end`` means in every request: empty, the one key ``key``; otherwise all keys from ``key`` up to but
without ``range_end``; ``TO_THE_END``, all keys from ``key`` on.  Keys are compared as texts, code point by
code point, which is the order of their UTF-8 bytes.

Source: etcd documentation, "etcd API"; etcd ``api/etcdserverpb/rpc.proto``.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import StrEnum
from typing import Final

from attrs import frozen

from .values import EMPTY

TO_THE_END: Final = "\0"
"""The ``range_end`` that no key reaches."""


class SortOrder(StrEnum):
    """How the answer to a range is ordered; NONE means by ascending key, or ascending by another target."""

    NONE = "NONE"
    ASCEND = "ASCEND"
    DESCEND = "DESCEND"


class SortTarget(StrEnum):
    """By what the answer to a range is ordered."""

    KEY = "KEY"
    VERSION = "VERSION"
    CREATE = "CREATE"
    MOD = "MOD"
    VALUE = "VALUE"


@frozen
class Range:
    """Read one key or a range of keys, now (``revision`` 0 or less) or as they were after a past revision.

    ``limit`` 0 or less is no limit.  The bounds on revisions filter what is answered, 0 meaning no bound;
    ``count`` counts the whole range all the same.
    """

    key: str
    range_end: str = ""
    revision: int = 0
    limit: int = 0
    sort_order: SortOrder = SortOrder.NONE
    sort_target: SortTarget = SortTarget.KEY
    keys_only: bool = False
    count_only: bool = False
    min_mod_revision: int = 0
    max_mod_revision: int = 0
    min_create_revision: int = 0
    max_create_revision: int = 0


@frozen
class Put:
    """Write a key.  Its lease is replaced too (0 detaches), unless ``ignore_lease`` keeps the old one."""

    key: str
    value: Hashable = EMPTY
    lease: int = 0
    prev_kv: bool = False
    ignore_value: bool = False
    ignore_lease: bool = False


@frozen
class DeleteRange:
    """Delete one key or a range of keys."""

    key: str
    range_end: str = ""
    prev_kv: bool = False


class Target(StrEnum):
    """What of a key is compared."""

    VERSION = "VERSION"
    CREATE = "CREATE"
    MOD = "MOD"
    VALUE = "VALUE"
    LEASE = "LEASE"


class Result(StrEnum):
    """How what is there must stand to the operand."""

    EQUAL = "EQUAL"
    GREATER = "GREATER"
    LESS = "LESS"
    NOT_EQUAL = "NOT_EQUAL"


@frozen
class Compare:
    """A condition on one key, or on every key of a range: ``target`` ``result`` ``operand``.

    ``operand`` is a number, or a value if the target is VALUE.
    """

    key: str
    target: Target
    result: Result
    operand: Hashable
    range_end: str = ""


@frozen
class Txn:
    """If all comparisons hold, do what is in ``success``, else what is in ``failure``, all at once."""

    compare: tuple[Compare, ...] = ()
    success: tuple[Operation, ...] = ()
    failure: tuple[Operation, ...] = ()


Operation = Range | Put | DeleteRange | Txn


@frozen
class Compact:
    """Forget what was before a revision."""

    revision: int


class Filter(StrEnum):
    """The kinds of events that a watch does not want."""

    NOPUT = "NOPUT"
    NODELETE = "NODELETE"


@frozen
class WatchCreate:
    """Ask for the events of one key or a range of keys, from ``start_revision`` on (0: from now on).

    ``watch_id`` names the watch within its stream; 0 lets the server pick a name.  ``fragment`` allows the server to
    send a large message in pieces, ``progress_notify`` asks to be told now and then how far it has come.
    """

    key: str
    range_end: str = ""
    start_revision: int = 0
    prev_kv: bool = False
    progress_notify: bool = False
    filters: tuple[Filter, ...] = ()
    watch_id: int = 0
    fragment: bool = False


@frozen
class WatchCancel:
    """End one watch of a stream."""

    watch_id: int


@frozen
class WatchProgress:
    """Ask how far all watches of a stream have come."""


WatchRequest = WatchCreate | WatchCancel | WatchProgress
"""What is said on a stream of watches."""


@frozen
class LeaseGrant:
    """Make a lease of ``ttl`` seconds; the server picks the ``id`` unless one is given."""

    ttl: int
    id: int = 0


@frozen
class LeaseRevoke:
    """End a lease now: whatever is attached to it is deleted."""

    id: int


@frozen
class LeaseKeepAlive:
    """Let a lease's time begin anew."""

    id: int


@frozen
class LeaseTimeToLive:
    """Ask how long a lease still lives and, if ``keys``, what is attached to it."""

    id: int
    keys: bool = False


@frozen
class LeaseList:
    """Ask which leases exist."""


LeaseRequest = LeaseGrant | LeaseRevoke | LeaseKeepAlive | LeaseTimeToLive | LeaseList


@frozen
class Status:
    """Ask a server which release it is, and which revision it has come to."""


Request = Operation | Compact | LeaseRequest | Status
