"""What etcd answers to a request that it does not refuse.

Lives here: the answers as frozen values.  ``revision`` is the revision in the answer's header.

Source: observed behaviour of etcd 3.4 to 3.6, recordings A.3 to A.8, A.12 and A.13.
"""

from __future__ import annotations

from attrs import frozen

from .values import KeyValue


@frozen
class RangeResponse:
    """What a range found: ``count`` counts the whole range, ``more`` says that the limit cut it."""

    revision: int
    kvs: tuple[KeyValue, ...] = ()
    count: int = 0
    more: bool = False


@frozen
class PutResponse:
    """A put was made; ``previous`` is the key before it, if that was asked for and it existed."""

    revision: int
    previous: KeyValue | None = None


@frozen
class DeleteRangeResponse:
    """How many keys a deletion found; ``previous`` is what they were, if that was asked for."""

    revision: int
    deleted: int = 0
    previous: tuple[KeyValue, ...] = ()


@frozen
class TxnResponse:
    """Which branch a transaction took, and what its operations answered.

    ``revision`` is 0 in the answer of a transaction within a transaction: etcd leaves that header empty.
    """

    revision: int
    succeeded: bool
    responses: tuple[OperationResponse, ...] = ()


OperationResponse = RangeResponse | PutResponse | DeleteRangeResponse | TxnResponse


@frozen
class CompactResponse:
    """History was compacted."""

    revision: int


@frozen
class LeaseResponse:
    """What became of a lease: ``ttl`` is how many seconds it lives from now on."""

    revision: int
    id: int
    ttl: int = 0


@frozen
class LeaseTimeToLiveResponse:
    """How many whole seconds a lease still lives, of how many it was granted, and the keys attached to it."""

    revision: int
    id: int
    ttl: int
    granted_ttl: int = 0
    keys: tuple[str, ...] = ()


@frozen
class LeaseListResponse:
    """The ids of the leases that exist, the one with the least time left first."""

    revision: int
    ids: tuple[int, ...] = ()


LeaseAnswer = LeaseResponse | LeaseTimeToLiveResponse | LeaseListResponse


@frozen
class StatusResponse:
    """Which release a server is, and the revision that it has come to."""

    revision: int
    version: str


Response = OperationResponse | CompactResponse | LeaseAnswer | StatusResponse
