"""etcd: keys, one counter of revisions, transactions, a history that can be compacted, and watches.

Lives here: one member of etcd as functions on its four variables (:class:`~.cells.Cells`).  They know
nothing of Kubernetes: values are opaque.

- ``transactions``  everything that makes a revision
- ``mvcc``          reading, now or at a past revision
- ``watch``         what a watcher is told
- ``compaction``    forgetting history
- ``leases``        keys that vanish with their lease
- ``requests``, ``responses``, ``refusals``, ``values``  what is said and stored
- ``member``        the same as one mutable object, for tests and comparisons

Left out, and so the bugs that it hides: several members (lagging or partitioned ones, serializable reads),
time (when a lease expires, when a watcher is told, progress notifications), exact limits on sizes,
authentication, and maintenance.
"""

from __future__ import annotations

from .cells import FIRST_REVISION, NEVER_COMPACTED, Cells
from .compaction import compact
from .member import Member
from .mvcc import covers, read_range
from .refusals import Compacted, FutureRevision, Refused
from .requests import (
    TO_THE_END,
    Compact,
    Compare,
    DeleteRange,
    Filter,
    LeaseGrant,
    LeaseKeepAlive,
    LeaseList,
    LeaseRevoke,
    LeaseTimeToLive,
    Put,
    Range,
    Request,
    Result,
    SortOrder,
    SortTarget,
    Target,
    Txn,
    WatchCreate,
)
from .responses import (
    CompactResponse,
    DeleteRangeResponse,
    LeaseListResponse,
    LeaseResponse,
    PutResponse,
    RangeResponse,
    Response,
    TxnResponse,
)
from .transactions import Committed, Lost, delete_range, optimistic_delete, optimistic_put, put, transact
from .values import EMPTY, Batch, Event, EventKind, KeyValue
from .versions import NEWEST, VERSIONS, Version
from .watch import Cancelled, events, first_revision

__all__ = [
    "EMPTY",
    "FIRST_REVISION",
    "NEVER_COMPACTED",
    "NEWEST",
    "TO_THE_END",
    "VERSIONS",
    "Batch",
    "Cancelled",
    "Cells",
    "Committed",
    "Compact",
    "CompactResponse",
    "Compacted",
    "Compare",
    "DeleteRange",
    "DeleteRangeResponse",
    "Event",
    "EventKind",
    "Filter",
    "FutureRevision",
    "KeyValue",
    "LeaseGrant",
    "LeaseKeepAlive",
    "LeaseList",
    "LeaseListResponse",
    "LeaseResponse",
    "LeaseRevoke",
    "LeaseTimeToLive",
    "Lost",
    "Member",
    "Put",
    "PutResponse",
    "Range",
    "RangeResponse",
    "Refused",
    "Request",
    "Response",
    "Result",
    "SortOrder",
    "SortTarget",
    "Target",
    "Txn",
    "TxnResponse",
    "Version",
    "WatchCreate",
    "compact",
    "covers",
    "delete_range",
    "events",
    "first_revision",
    "optimistic_delete",
    "optimistic_put",
    "put",
    "read_range",
    "transact",
]
