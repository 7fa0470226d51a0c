"""What etcd promises.

Source of the catalogue's sentences: etcd documentation, "KV API guarantees" and "Data model".
"""

from __future__ import annotations

from seatrial.model.cluster.events import Committed
from seatrial.model.draft import View
from seatrial.model.etcd import KeyValue
from seatrial.model.faults import BACKUP_RESTORE
from seatrial.model.machine import Step
from seatrial.model.rigs.store import Ranged, Transacted

from .invariant import Parts, at_rest, stepwise

ETCD = ("revision", "compacted", "log", "keys")


@stepwise(
    source="etcd documentation, KV API guarantees (revision); Data model",
    limits={
        BACKUP_RESTORE: "etcd is replaced by an older backup of it, and begins at the revision of that, or far above"
    },
    needs=ETCD,
)
def etcd_rev_monotone(before: View, step: Step, after: View) -> Parts | None:
    """The revision of the store never goes back, and one step raises it by one at most."""
    del step
    old, new = before.revision, after.revision
    return None if old == new else _raised(old, new)


def _raised(old: int, new: int) -> Parts:
    yield "it does not go back", new >= old
    yield "it rises by one", new <= old + 1


@stepwise(
    on=(Committed, Transacted, Ranged),
    source="etcd documentation, KV API guarantees (atomicity); Transaction",
    needs=ETCD,
)
def etcd_txn_one_revision(before: View, step: Step, after: View) -> Parts:
    """All changes of one transaction get the same revision, and no read shows some of them but not all."""
    made = [batch for batch in after.log if batch.revision > before.revision]
    if step.emitted(Committed, Transacted) and after.revision != before.revision:
        yield "the changes of one transaction are one batch", len(made) == 1
        for batch in made:
            same = all(event.kv.mod_revision == batch.revision for event in batch.events)
            yield "all changes of a batch carry its revision", same
    for read in step.emitted(Ranged):
        yield (
            "a read shows what the transactions up to its revision left",
            _shown(read) == _left_at(read.revision, before),
        )


def _shown(read: Ranged) -> dict[str, KeyValue]:
    return {kv.key: kv for kv in read.kvs}


def _left_at(revision: int, state: View) -> dict[str, KeyValue]:
    """The keys after the transactions up to a revision.

    What the log tells of those counts, else what a later one replaced, else what is there now.
    """
    left: dict[str, KeyValue | None] = dict(state.keys)
    for batch in reversed(state.log):
        for event in reversed(batch.events if batch.revision > revision else ()):
            left[event.kv.key] = event.previous
    for batch in state.log:
        for event in batch.events if batch.revision <= revision else ():
            left[event.kv.key] = event.kv if event.kind == "PUT" else None
    return {key: kv for key, kv in left.items() if kv is not None}


@at_rest(
    source="etcd documentation, Disaster recovery (restoring with revision bump)",
    limits={
        "revision-not-bumped": "a watch that resumes above the backup's revision waits, and misses what is made below"
    },
    needs=("copied", "backup", "revision", "keys"),
)
def ha_restore_tells_readers(state: View) -> Parts:
    """A reader of an etcd that was restored from a backup has in the end what is there: it is told to begin anew."""
    yield "its copy has the keys that exist", state.copied.kvs == tuple(state.keys[key] for key in state.keys)
