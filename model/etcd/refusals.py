"""Why etcd says no: one exception a reason.

Lives here: the refusals, named as etcd names them, with the gRPC code and the text that etcd answers.
Whoever raises one has changed nothing: a refused request is refused whole.

Source: etcd ``api/v3rpc/rpctypes/error.go``; observed behaviour of etcd 3.4 to 3.6, recordings A.9 to A.14,
A.19, A.20.
"""

from __future__ import annotations

from enum import IntEnum
from typing import ClassVar


class Code(IntEnum):
    """The gRPC status codes that etcd's refusals use."""

    INVALID_ARGUMENT = 3
    NOT_FOUND = 5
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    OUT_OF_RANGE = 11


class Refused(Exception):
    """etcd refuses a request and nothing changes: ``code`` is the gRPC code, ``message`` etcd's text."""

    code: ClassVar[Code] = Code.INVALID_ARGUMENT
    message: ClassVar[str] = "etcdserver: unknown error"

    def __init__(self) -> None:
        super().__init__(self.message)


class EmptyKey(Refused):
    """A request or a comparison names no key."""

    message = "etcdserver: key is not provided"


class KeyNotFound(Refused):
    """A put that keeps the old value or lease (``ignore_value``, ``ignore_lease``) meets no key."""

    message = "etcdserver: key not found"


class ValueProvided(Refused):
    """A put gives a value although it says that the old one is to be kept."""

    message = "etcdserver: value is provided"


class LeaseProvided(Refused):
    """A put gives a lease although it says that the old one is to be kept."""

    message = "etcdserver: lease is provided"


class TooManyOperations(Refused):
    """A transaction has more operations, or more comparisons, than a server allows (128)."""

    message = "etcdserver: too many operations in txn request"


class RequestTooLarge(Refused):
    """A request is larger than a server allows (1.5 MiB)."""

    message = "etcdserver: request is too large"


class MessageTooLarge(Refused):
    """A request is larger than a server receives (2 MiB): it is not even read."""

    code = Code.RESOURCE_EXHAUSTED
    message = "grpc: received message larger than max"

    def __init__(self, size: int, allowed: int) -> None:
        super().__init__()
        self.message = f"{type(self).message} ({size} vs. {allowed})"  # type: ignore[misc]


class DuplicateKey(Refused):
    """A transaction would change one key twice."""

    message = "etcdserver: duplicate key given in txn request"


class FutureRevision(Refused):
    """A revision that does not exist yet was asked for."""

    code = Code.OUT_OF_RANGE
    message = "etcdserver: mvcc: required revision is a future revision"


class Compacted(Refused):
    """A revision was asked for that has been compacted away."""

    code = Code.OUT_OF_RANGE
    message = "etcdserver: mvcc: required revision has been compacted"


class LeaseNotFound(Refused):
    """A lease that was never granted, was revoked, or has expired."""

    code = Code.NOT_FOUND
    message = "etcdserver: requested lease not found"


class LeaseTooLong(Refused):
    """A lease is to live longer than a server allows (9,000,000,000 seconds)."""

    code = Code.OUT_OF_RANGE
    message = "etcdserver: too large lease TTL"


class LeaseExists(Refused):
    """A lease of this id was granted before and still exists."""

    code = Code.FAILED_PRECONDITION
    message = "etcdserver: lease already exists"
