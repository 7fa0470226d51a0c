"""etcd replaced by a backup of itself, under a reader that goes on where it was.

Lives here: one etcd with a writer, an operator who backs it up and restores it, and a reader that keeps a copy of the
keys by a watch: it lists, watches from the revision after that, and lists again only if it is told to.

Source: etcd documentation, "Disaster recovery" (restoring with revision bump).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import evolve, frozen

from ..draft import require, spend
from ..etcd import (
    FIRST_REVISION,
    Batch,
    Cancelled,
    DeleteRange,
    KeyValue,
    Put,
    Txn,
    WatchCreate,
    empty_cells,
    events,
    transact,
)
from ..events import Arrow
from ..faults import BACKUP_RESTORE, check_possible
from ..machine import Machine, rule
from .store import Transacted

FAULTS: Final = (BACKUP_RESTORE,)
NAMES = ("a", "b")
CHANGES = WatchCreate("a", range_end="c")
BUMP = 1000
"""By how much a restored etcd raises the revision, if it is told to; people take a thousand million."""


@frozen(cache_hash=True)
class Backup:
    """A snapshot of an etcd."""

    revision: int
    compacted: int
    log: tuple[Batch, ...]
    keys: tuple[KeyValue, ...]


@frozen(cache_hash=True)
class Copied:
    """A reader's copy of the keys, and the revision that it shows."""

    revision: int = FIRST_REVISION
    kvs: tuple[KeyValue, ...] = ()


@frozen(cache_hash=True)
class BackedUp:
    """The operator made a snapshot."""

    revision: int

    @property
    def sentence(self) -> str:
        """What happened."""
        return f"the operator makes a backup at revision {self.revision}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to operator."""
        return Arrow("etcd", "operator", f"snapshot at {self.revision}")


@frozen(cache_hash=True)
class Restored:
    """Etcd was replaced by what the snapshot held; its revision is the one that it goes on with."""

    lost: int
    revision: int
    compacted: int

    @property
    def sentence(self) -> str:
        """What happened."""
        told = f", compacted to {self.compacted}" if self.compacted > 0 else ""
        return f"etcd at revision {self.lost} is replaced by the backup: it goes on at revision {self.revision}{told}"

    @property
    def arrow(self) -> Arrow:
        """Operator to etcd."""
        return Arrow("operator", "etcd", "restore")


@frozen(cache_hash=True)
class Followed:
    """The reader took over a change, or, being told to, everything anew."""

    revision: int
    anew: bool

    @property
    def sentence(self) -> str:
        """What happened."""
        how = "is told that its watch is compacted away, and lists" if self.anew else "is told of the change"
        return f"the reader {how} at revision {self.revision}"

    @property
    def arrow(self) -> Arrow:
        """Etcd to reader."""
        return Arrow("etcd", "reader", f"{'list' if self.anew else 'event'} at {self.revision}")


def as_it_was(draft: Any, backup: Backup) -> None:
    """A restored etcd is what the snapshot held, revision included."""
    _replace(draft, backup)


def bumped(draft: Any, backup: Backup) -> None:
    """A restored etcd goes on from a much higher revision, and what is below is compacted away."""
    _replace(draft, evolve(backup, revision=backup.revision + BUMP, compacted=backup.revision + BUMP, log=()))


def _replace(draft: Any, backup: Backup) -> None:
    draft.revision, draft.compacted, draft.log = backup.revision, backup.compacted, backup.log
    for key in list(draft.keys):
        del draft.keys[key]
    for kv in backup.keys:
        draft.keys[kv.key] = kv


@frozen(eq=False)
class Restoring:
    """One etcd with a writer that makes so many changes, an operator and a reader; ``restored`` says how it is done."""

    changes: int
    restored: Callable[[Any, Backup], None] = as_it_was

    def machine(self, name: str, faults: Mapping[str, int]) -> Machine:
        """Etcd with its operator, as a machine.

        Raises:
            BadInput: another fault than a restored backup was asked for.
        """
        check_possible(name, faults, FAULTS)
        rules = [
            rule(self.write, process="writer"),
            rule(self.follow, process="reader"),
            rule(self.back_up, process="operator"),
        ]
        if faults:
            rules.append(rule(self.restore, process="operator", fault=BACKUP_RESTORE))
        return Machine(
            name,
            variables={
                **empty_cells(),
                "left": self.changes,
                "backup": None,
                "copied": Copied(),
                "budgets": dict(faults),
            },
            rules=rules,
        )

    def write(self, draft: Any) -> None:
        """The writer puts or deletes a key."""
        require(draft.left)
        draft.left -= 1
        what, name = draft.choose([(verb, name) for verb in ("put", "delete") for name in NAMES])
        require(what == "put" or name in draft.keys)
        change = Put(name, str(draft.left)) if what == "put" else DeleteRange(name)
        response = transact(draft, Txn(success=(change,)))
        draft.emit(Transacted("writer", f"{what} {name}", response.revision, changed=True))

    def back_up(self, draft: Any) -> None:
        """The operator makes the snapshot."""
        require(draft.backup is None)
        keys = tuple(draft.keys[key] for key in draft.keys)
        draft.backup = Backup(draft.revision, draft.compacted, draft.log, keys)
        draft.emit(BackedUp(draft.revision))

    def restore(self, draft: Any) -> None:
        """The operator replaces etcd by the snapshot."""
        require(draft.backup is not None)
        spend(draft.budgets, BACKUP_RESTORE)
        lost = draft.revision
        self.restored(draft, draft.backup)
        draft.emit(Restored(lost, draft.revision, draft.compacted))

    def follow(self, draft: Any) -> None:
        """The reader takes over what comes next after the revision that it has; if that is compacted away, it lists."""
        copied: Copied = draft.copied
        told = events(draft, CHANGES, copied.revision + 1)
        if isinstance(told, Cancelled):
            draft.copied = Copied(draft.revision, tuple(draft.keys[key] for key in draft.keys))
            draft.emit(Followed(draft.revision, anew=True))
            return
        require(told)
        draft.copied = Copied(told[0].revision, _with(copied.kvs, told[0]))
        draft.emit(Followed(told[0].revision, anew=False))


def _with(kvs: tuple[KeyValue, ...], batch: Batch) -> tuple[KeyValue, ...]:
    """The keys after a change."""
    found = {kv.key: kv for kv in kvs}
    for event in batch.events:
        found.pop(event.kv.key, None)
        if event.kind == "PUT":
            found[event.kv.key] = event.kv
    return tuple(found[key] for key in sorted(found))
