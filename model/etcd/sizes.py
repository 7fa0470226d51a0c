"""How large a request is, as etcd counts it: the length of its Protocol Buffers encoding.

Lives here: the arithmetic.  Values count if they are texts; where the model stores other things, they have no size.

Source: Protocol Buffers documentation, "Encoding"; etcd ``api/etcdserverpb/rpc.proto`` and ``raft_internal.proto``.
"""

from __future__ import annotations

from collections.abc import Hashable
from enum import StrEnum
from typing import Final, cast

from attrs import AttrsInstance, fields_dict

from .requests import Compare, Operation, Txn

_LONG: Final = "range_end"
"""The only field of a comparison whose number needs a second byte."""

_PROPOSAL: Final = 14
"""What a proposal to the log has besides the request and its length: its tag, and a header with an id.

An id has 9 or 10 bytes, by the name of the member that makes the proposal; here it has 9.
"""


def size(request: Operation) -> int:
    """The size of a request as it is received."""
    return _message(request)


def proposal_size(request: Operation) -> int:
    """The size of a request as it is proposed to the log."""
    length = size(request)
    return _PROPOSAL + _varint(length) + length


def rough_size(operation: Operation) -> int:
    """How many characters the keys and values in a request have: a lower bound on its size."""
    if isinstance(operation, Txn):
        inner = sum(rough_size(each) for each in (*operation.success, *operation.failure))
        return inner + sum(len(each.key) + _length(each.operand) for each in operation.compare)
    return len(operation.key) + _length(getattr(operation, "value", ""))


def _length(value: Hashable) -> int:
    return len(value) if isinstance(value, str) else 0


def _message(value: AttrsInstance) -> int:
    if isinstance(value, Compare):
        told = sum(_field(getattr(value, name), 1 + (name == _LONG)) for name in fields_dict(Compare))
        return told + 2 if value.operand in (0, "") else told  # an operand is told even if it is zero
    return sum(_field(getattr(value, name), 1) for name in fields_dict(type(value)))


def _field(value: object, tag: int) -> int:
    """The size of a field with its tag; what has its first value is left out."""
    if isinstance(value, tuple):
        return sum(_nested(each, tag) for each in cast("tuple[Operation | Compare, ...]", value))
    if isinstance(value, StrEnum):
        return tag + 1 if list(type(value)).index(value) else 0
    if isinstance(value, str):
        length = len(value.encode("utf-8", "surrogateescape"))
        return tag + _varint(length) + length if length else 0
    if isinstance(value, int):  # truth values too
        return tag + _varint(value) if value else 0
    return 0


def _nested(value: Operation | Compare, tag: int) -> int:
    """An element of a list; an operation stands in a message of its own."""
    length = _message(value)
    if not isinstance(value, Compare):
        length += 1 + _varint(length)
    return tag + _varint(length) + length


def _varint(number: int) -> int:
    """How many bytes a number takes; a negative one takes ten."""
    return 10 if number < 0 else max(1, -(-number.bit_length() // 7))
