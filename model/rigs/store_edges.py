"""etcd alone, asked for what lies at the edges of its promises: nothing to change, absent keys, compacted revisions.

Lives here: a machine like that of :mod:`.store`, with one client, one key, and requests that may be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from ..draft import require
from ..etcd import (
    FIRST_REVISION,
    Batch,
    Cancelled,
    Compact,
    CompactResponse,
    Compare,
    DeleteRange,
    Put,
    Range,
    RangeResponse,
    Refused,
    Result,
    Target,
    Txn,
    TxnResponse,
    WatchCreate,
    empty_cells,
    events,
)
from ..events import Arrow
from ..faults import check_possible
from ..machine import Machine, rule
from .store import Store

KEY: Final = "key"
Told = tuple[Batch, ...] | Cancelled
Question = Txn | Range | Compact | WatchCreate
Reply = TxnResponse | RangeResponse | CompactResponse | Told


def put_if(target: Target, result: Result, operand: str | int) -> Txn:
    """Put the key if one comparison of it holds."""
    return Txn((Compare(KEY, target, result, operand),), (Put(KEY, "new"),))


TRANSACTIONS: Final[Mapping[str, Txn]] = {
    "put": Txn(success=(Put(KEY, "value"),)),
    "delete": Txn(success=(DeleteRange(KEY),)),
    "read": Txn(success=(Range(KEY),)),
    "put if it was never changed": put_if(Target.MOD, Result.EQUAL, 0),
    "put if its value is another": put_if(Target.VALUE, Result.NOT_EQUAL, "other"),
    "put twice": Txn(success=(Put(KEY, "once"), Put(KEY, "twice"))),
    "put and delete": Txn(success=(Put(KEY, "value"), DeleteRange(KEY))),
}
"""What the client may ask for, by what it is called."""


@frozen(cache_hash=True)
class Served:
    """etcd has answered a request, or refused it (``refusal`` is the name of the reason)."""

    what: str
    request: Question
    reply: Reply | None
    refusal: str = ""

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"etcd is asked to {self.what}: {self._outcome}"

    @property
    def arrow(self) -> Arrow:
        """Client to etcd."""
        return Arrow("client", "etcd", f"{self.what} → {self._outcome}")

    @property
    def _outcome(self) -> str:
        if self.refusal:
            return f"refused ({self.refusal})"
        if isinstance(self.reply, Cancelled):
            return f"cancelled, compacted to {self.reply.compact_revision}"
        if isinstance(self.reply, tuple):
            return f"told of revisions {', '.join(str(each.revision) for each in self.reply) or 'none'}"
        return "" if self.reply is None else f"answered at revision {self.reply.revision}"


@frozen(eq=False)
class Edges(Store):
    """etcd with one client: it makes so many transactions, and reads, watches and compacts at any revision."""

    told: Callable[[Any, WatchCreate, int], Told] = events

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """Etcd as a machine; it has no faults.

        Raises:
            BadInput: a fault was asked for.
        """
        check_possible(name, faults)
        return Machine(
            name,
            variables={
                **empty_cells(),
                "transactions_left": self.transactions,
            },
            rules=[rule(step, process="client") for step in (self.change, self.look, self.watch, self.forget)],
        )

    def change(self, draft: Any) -> None:
        """Make one of the transactions."""
        require(draft.transactions_left)
        draft.transactions_left -= 1
        what = draft.choose(TRANSACTIONS)
        self._serve(draft, what, TRANSACTIONS[what], self.transact)

    def look(self, draft: Any) -> None:
        """Read the key at a revision."""
        at = draft.choose(self._revisions(draft))
        self._serve(draft, f"read at {at}", Range(KEY, revision=at), self.read_range)

    def watch(self, draft: Any) -> None:
        """Watch the key from a revision."""
        at = draft.choose(self._revisions(draft))

        def told(cells: Any, request: WatchCreate) -> Told:
            return self.told(cells, request, at)

        self._serve(draft, f"watch from {at}", WatchCreate(KEY, start_revision=at), told)

    def forget(self, draft: Any) -> None:
        """Compact to a revision."""
        at = draft.choose(self._revisions(draft))
        self._serve(draft, f"compact to {at}", Compact(at), self.compact)

    @staticmethod
    def _revisions(draft: Any) -> range:
        """From one below what is compacted to one that does not exist yet."""
        return range(max(draft.compacted - 1, FIRST_REVISION), draft.revision + 2)

    @staticmethod
    def _serve(draft: Any, what: str, request: Question, serve: Callable[..., Reply]) -> None:
        try:
            reply = serve(draft, request)
        except Refused as refusal:
            draft.emit(Served(what, request, None, type(refusal).__name__))
        else:
            draft.emit(Served(what, request, reply))
