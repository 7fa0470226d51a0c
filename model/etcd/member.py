"""An etcd of one member, as ordinary mutable Python: for tests and for comparison with real servers.

Lives here: the state held in plain variables, and the dispatch of requests.  Machines do not use it: they
hold the same four variables in a state of their own.
"""

from __future__ import annotations

from attrs import Factory, define

from . import compaction, leases, mvcc, transactions
from .cells import FIRST_REVISION, NEVER_COMPACTED
from .leases import Lease
from .requests import Compact, DeleteRange, Put, Range, Request, Status, Txn
from .responses import Response, StatusResponse
from .values import Batch, KeyValue
from .versions import NEWEST, Version


@define
class Member:
    """One etcd server, fresh unless told otherwise.

    >>> member = Member()
    >>> member.serve(Put("key", "value"))
    PutResponse(revision=2, previous=None)
    >>> member.serve(Range("key")).kvs
    (KeyValue(key='key', value='value', create_revision=2, mod_revision=2, version=1, lease=0),)
    """

    revision: int = FIRST_REVISION
    compacted: int = NEVER_COMPACTED
    keys: dict[str, KeyValue] = Factory(dict[str, KeyValue])
    log: tuple[Batch, ...] = ()
    leases: dict[int, Lease] = Factory(dict[int, Lease])
    version: Version = NEWEST

    def serve(self, request: Request, *, now: float = 0) -> Response:
        """Answer a request at a moment; only leases care for the time.

        Raises:
            Refused: the request is refused, and nothing has changed.
        """
        match request:
            case Range():
                return mvcc.read_range(self, request)
            case Put():
                return transactions.put(self, request, leases=self.leases, version=self.version)
            case DeleteRange():
                return transactions.delete_range(self, request)
            case Txn():
                return transactions.transact(self, request, leases=self.leases, version=self.version)
            case Compact():
                return compaction.compact(self, request, version=self.version)
            case Status():
                return StatusResponse(self.revision, self.version.name)
            case _:
                return leases.serve(self, request, now=now)

    def restart(self, *, now: float = 0) -> None:
        """Stop and start again, however abruptly: all that was answered is kept, and every lease's time begins anew.

        Source: observed behaviour of etcd 3.4 to 3.6, recordings A.22; etcd ``server/lease/lessor.go`` (Promote).
        """
        leases.restart(self, now)

    def copy(self) -> Member:
        """A member in the same state that goes its own way."""
        return Member(self.revision, self.compacted, dict(self.keys), self.log, dict(self.leases), self.version)
