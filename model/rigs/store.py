"""etcd alone: writers with transactions on several keys, a reader, and compaction.

Lives here: a machine with nothing but etcd's own variables, its rules, and what they emit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from attrs import frozen

from ..draft import spend
from ..etcd import (
    FIRST_REVISION,
    Compact,
    Compare,
    DeleteRange,
    KeyValue,
    Put,
    Range,
    RangeResponse,
    Result,
    Target,
    Txn,
    TxnResponse,
    compact,
    empty_cells,
    read_range,
    transact,
)
from ..events import Arrow
from ..faults import check_possible
from ..machine import Machine, rule

LEFT, RIGHT = "pair/left", "pair/right"
PAIR, END = "pair/", "pair0"


@frozen(cache_hash=True)
class Transacted:
    """A client's transaction was made (or changed nothing)."""

    client: str
    what: str
    revision: int
    changed: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        made = f"makes revision {self.revision}" if self.changed else f"changes nothing (revision {self.revision})"
        return f"{self.client}'s transaction, {self.what}, {made}"

    @property
    def arrow(self) -> Arrow:
        """Client to etcd."""
        return Arrow(self.client, "etcd", f"{self.what} → {self.revision}")


@frozen(cache_hash=True)
class Ranged:
    """A reader read both keys, at the present or at a past revision."""

    revision: int
    kvs: tuple[KeyValue, ...]

    @property
    def sentence(self) -> str:
        """What happened."""
        seen = ", ".join(f"{each.key} of revision {each.mod_revision}" for each in self.kvs) or "nothing"
        return f"the reader reads at revision {self.revision}: {seen}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to reader."""
        return Arrow("etcd", "reader", f"range at {self.revision}: {len(self.kvs)} keys")


@frozen(eq=False)
class Store:
    """etcd with a few clients, each of which makes so many transactions on a pair of keys."""

    clients: int
    transactions: int
    transact: Callable[..., TxnResponse] = transact
    compact: Callable[..., Any] = compact
    read_range: Callable[..., RangeResponse] = read_range

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """Etcd as a machine; it has no faults.

        Raises:
            BadInput: a fault was asked for.
        """
        check_possible(name, faults)
        names = [f"client-{number}" for number in range(1, self.clients + 1)]
        rules = [
            rule(step, process=client, client=client)
            for client in names
            for step in (self.write_both, self.delete_both, self.exchange)
        ]
        rules += [rule(step, process="reader") for step in (self.read, self.shorten)]
        return Machine(
            name,
            variables={
                **empty_cells(),
                "left": dict.fromkeys(names, self.transactions),
            },
            rules=rules,
        )

    def write_both(self, draft: Any, client: str) -> None:
        """Put both keys in one transaction."""
        both = Txn(success=(Put(LEFT, client), Put(RIGHT, client)))
        self._transact(draft, client, "put both", both)

    def delete_both(self, draft: Any, client: str) -> None:
        """Delete both keys in one transaction."""
        self._transact(draft, client, "delete both", Txn(success=(DeleteRange(PAIR, range_end=END),)))

    def exchange(self, draft: Any, client: str) -> None:
        """Move from the left key to the right one if the left one is there, otherwise back, in one transaction."""
        is_there = Compare(LEFT, Target.CREATE, Result.GREATER, 0)
        right = (DeleteRange(LEFT), Put(RIGHT, client))
        left = (Put(LEFT, client), DeleteRange(RIGHT))
        self._transact(draft, client, "if left is there move right, else left", Txn((is_there,), right, left))

    def _transact(self, draft: Any, client: str, what: str, txn: Txn) -> None:
        spend(draft.left, client)
        before = draft.revision
        response = self.transact(draft, txn)
        draft.emit(Transacted(client, what, response.revision, draft.revision != before))

    def read(self, draft: Any) -> None:
        """Read both keys at any revision that can still be read."""
        present = draft.revision
        at = draft.choose(range(max(draft.compacted, FIRST_REVISION), present + 1))
        found = self.read_range(draft, Range(PAIR, range_end=END, revision=at if at < present else 0))
        draft.emit(Ranged(at, found.kvs))

    def shorten(self, draft: Any) -> None:
        """Compact to any revision that is not compacted yet."""
        at = draft.choose(range(max(draft.compacted, FIRST_REVISION) + 1, draft.revision + 1))
        self.compact(draft, Compact(at))
