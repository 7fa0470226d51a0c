"""An etcd of one member, as ordinary mutable Python: for tests and for comparison with real servers.

Lives here: the state held in plain variables, and the dispatch of requests.  Machines do not use it: they
hold the same four variables in a state of their own.
"""

from __future__ import annotations

from attrs import Factory, define

from . import compaction, leases, mvcc, transactions
from .cells import FIRST_REVISION, NEVER_COMPACTED
from .requests import Compact, DeleteRange, Put, Range, Request, Txn
from .responses import Response
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
    leases: dict[int, int] = Factory(dict[int, int])
    version: Version = NEWEST

    def serve(self, request: Request) -> Response:
        """Answer a request.

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
            case _:
                return leases.serve(self, request)

    def copy(self) -> Member:
        """A member in the same state that goes its own way."""
        return Member(self.revision, self.compacted, dict(self.keys), self.log, dict(self.leases), self.version)
