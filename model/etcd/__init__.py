"""etcd: keys, one counter of revisions, transactions, a history that can be compacted, and watches.

Lives here: one member of etcd as functions on its four variables (:class:`~.cells.Cells`).  They know
nothing of Kubernetes: values are opaque.

- ``transactions``  everything that makes a revision
- ``mvcc``          reading, now or at a past revision
- ``watch``         what a watcher is told
- ``streams``       several watches of one client, their messages and their progress
- ``compaction``    forgetting history
- ``leases``        keys that vanish with their lease, and when its time is over
- ``requests``, ``responses``, ``refusals``, ``values``  what is said and stored
- ``member``        the same as one mutable object, for tests and comparisons
- ``members``       several members that agree on one log, each showing as much of it as it has applied

Left out, and so the bugs that it hides: the exact limits on sizes, authentication, and maintenance but for a server's
status.  Time is a value that callers pass in.
"""

from __future__ import annotations

from .cells import FIRST_REVISION, NEVER_COMPACTED, Cells, empty_cells
from .compaction import compact
from .leases import Lease
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
    Status,
    Target,
    Txn,
    WatchCancel,
    WatchCreate,
    WatchProgress,
    WatchRequest,
)
from .responses import (
    CompactResponse,
    DeleteRangeResponse,
    LeaseListResponse,
    LeaseResponse,
    LeaseTimeToLiveResponse,
    PutResponse,
    RangeResponse,
    Response,
    StatusResponse,
    TxnResponse,
)
from .streams import Stream, Watcher
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
    "Lease",
    "LeaseGrant",
    "LeaseKeepAlive",
    "LeaseList",
    "LeaseListResponse",
    "LeaseResponse",
    "LeaseRevoke",
    "LeaseTimeToLive",
    "LeaseTimeToLiveResponse",
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
    "Status",
    "StatusResponse",
    "Stream",
    "Target",
    "Txn",
    "TxnResponse",
    "Version",
    "WatchCancel",
    "WatchCreate",
    "WatchProgress",
    "WatchRequest",
    "Watcher",
    "compact",
    "covers",
    "delete_range",
    "empty_cells",
    "events",
    "first_revision",
    "optimistic_delete",
    "optimistic_put",
    "put",
    "read_range",
    "transact",
]
