"""What etcd's log says of a call, and the same of a call of the model.

Lives here: :class:`Called`, what is compared of a call: its kind, keys, what it is conditional on, what it then does
and what else.  Must not know: which requests made the calls.

The log gives sizes instead of values, so values are not compared; nor is the lease that an event is stored with.

Source: etcd ``server/etcdserver/txn/util.go`` and ``api/etcdserverpb/raft_internal_stringer.go`` (the log's form).
"""

from __future__ import annotations

import re
from typing import Final

from attrs import evolve, frozen

from seatrial.model.apiserver.calls import Call
from seatrial.model.etcd.requests import DeleteRange, Operation, Put, Range, Target

_KEY: Final = r'key:"(?P<key>[^"]*)"'
_TXN: Final = re.compile(
    rf"compare:<target:(?P<target>\w+) {_KEY} mod_revision:(?P<revision>\d+) > "
    r"success:<(?P<then>.*)> failure:<(?P<otherwise>.*)>"
)
_RANGE: Final = re.compile(rf'{_KEY}(?: range_end:"(?P<end>[^"]*)")?(?: limit:(?P<limit>\d+))? ?')
_OPERATION: Final = re.compile(rf"request_(?P<name>\w+):<{_KEY}")


@frozen
class Called:
    """One call.

    A transaction has a ``condition`` and ``then``, and ``otherwise`` unless it looks at nothing; a range has ``key``
    and ``limit``.
    """

    kind: str
    key: str = ""
    limit: int = 0
    condition: tuple[str, str, int] | None = None
    then: tuple[str, ...] = ()
    otherwise: tuple[str, ...] = ()

    @property
    def about(self) -> str:
        """The key that the call is about."""
        return self.key if self.condition is None else self.condition[1]

    def exchanging(self, key: str, other: str) -> Called:
        """The same call about another key."""

        def exchanged(operations: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(text.replace(key, other) for text in operations)

        if self.condition is None:
            return evolve(self, key=other)
        target, _, revision = self.condition
        then, otherwise = exchanged(self.then), exchanged(self.otherwise)
        return evolve(self, condition=(target, other, revision), then=then, otherwise=otherwise)

    def __str__(self) -> str:
        if self.condition is None:
            return f"{self.kind} {self.key} limit {self.limit}"
        target, key, revision = self.condition
        return f"{self.kind} if {target} {key} == {revision} then {self.then} else {self.otherwise}"


def parse_call(rpc: str, content: str) -> Called | None:
    """The call that a line of the log tells; ``None`` if it is not of a known form."""
    kind = rpc.rpartition("/")[2]
    if kind == "Range":
        found = _RANGE.fullmatch(content)
        return Called("Range", found["key"], int(found["limit"] or 0)) if found else None
    found = _TXN.fullmatch(content)
    if kind != "Txn" or found is None:
        return None
    condition = (found["target"], found["key"], int(found["revision"]))
    return Called("Txn", "", 0, condition, _operations(found["then"]), _operations(found["otherwise"]))


def _operations(text: str) -> tuple[str, ...]:
    return tuple(f"{found['name']} {found['key']}" for found in _OPERATION.finditer(text))


def called(call: Call) -> Called:
    """The same of a call of the model."""
    if isinstance(call, Range):
        return Called("Range", call.key, call.limit)
    (compare,) = call.compare
    target = "MOD" if compare.target is Target.MOD else compare.target.name
    assert isinstance(compare.operand, int)  # noqa: S101 - revisions are compared
    condition = (target, compare.key, compare.operand)
    return Called("Txn", "", 0, condition, tuple(map(_named, call.success)), tuple(map(_named, call.failure)))


def _named(operation: Operation) -> str:
    match operation:
        case Put(key=key):
            return f"put {key}"
        case DeleteRange(key=key):
            return f"delete_range {key}"
        case Range(key=key):
            return f"range {key}"
        case other:
            raise ValueError(f"{other!r} is nothing that an API server asks for")
