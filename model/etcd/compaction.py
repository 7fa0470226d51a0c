"""Forgetting history.

Lives here: compaction, which changes neither the revision, nor a key, nor any answer about a revision that
is not below the compacted one.

Source: etcd ``server/storage/mvcc/kvstore.go`` and ``key_index.go``; observed behaviour of etcd 3.4 to 3.6,
recordings A.14 and A.17.
"""

from __future__ import annotations

from .cells import Cells
from .refusals import Compacted, FutureRevision
from .requests import Compact
from .responses import CompactResponse
from .values import Batch
from .versions import NEWEST, Version


def compact(cells: Cells, request: Compact, *, version: Version = NEWEST) -> CompactResponse:
    """Forget what was before a revision; that revision itself can still be read, and watched from.

    Raises:
        Compacted: history was compacted to that revision, or beyond it, before.
        FutureRevision: the revision does not exist yet.
    """
    revision = request.revision
    if revision <= cells.compacted:
        raise Compacted
    now = cells.revision
    if revision > now:
        raise FutureRevision
    cells.compacted = revision
    kept = tuple(batch for batch in cells.log if batch.revision >= revision)
    if not version.keeps_deletion_at_compaction and kept and kept[0].revision == revision:
        kept = (*_without_deletions(kept[0]), *kept[1:])
    cells.log = kept
    return CompactResponse(now)


def _without_deletions(batch: Batch) -> tuple[Batch, ...]:
    """What older releases keep of the batch at the compacted revision."""
    puts = tuple(event for event in batch.events if event.kind == "PUT")
    return (Batch(batch.revision, puts),) if puts else ()
