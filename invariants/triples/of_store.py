"""What etcd promises.

Lives here: their triples.
"""

from ..guarantee import Guarantee, Limit
from ..store import etcd_rev_monotone, etcd_txn_one_revision
from ..store_edges import (
    etcd_compaction_boundary,
    etcd_compaction_preserves,
    etcd_compare_absent_zero,
    etcd_duplicate_key_rejected,
    etcd_future_rev_rejected,
    etcd_kv_version_laws,
    etcd_rev_bump_iff_change,
)

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        etcd_rev_monotone,
        holds_in=("store", "editors", "deletion", "replicaset", "replicaset-outage"),
        teeth=(
            ("revision-goes-back-after-compaction", "store"),
            ("a-revision-for-each-operation", "store"),
        ),
        limits=(Limit("restored-to-an-older-revision", "restore"),),
    ),
    Guarantee(
        etcd_txn_one_revision,
        holds_in=("store", "editors", "deletion", "replicaset"),
        teeth=(
            ("a-revision-for-each-operation", "store"),
            ("second-change-keeps-its-revision", "store"),
            ("read-between-operations", "store"),
        ),
    ),
    Guarantee(
        etcd_rev_bump_iff_change,
        holds_in=("store-edges",),
        teeth=(("deletion-of-nothing-counts", "store-edges"), ("equal-put-is-no-change", "store-edges")),
    ),
    Guarantee(
        etcd_kv_version_laws,
        holds_in=("store-edges",),
        teeth=(("version-survives-deletion", "store-edges"), ("put-makes-anew", "store-edges")),
    ),
    Guarantee(
        etcd_compare_absent_zero,
        holds_in=("store-edges",),
        teeth=(("absent-value-differs", "store-edges"), ("tombstone-is-compared", "store-edges")),
    ),
    Guarantee(
        etcd_compaction_boundary,
        holds_in=("store-edges",),
        teeth=(
            ("compacted-is-read", "store-edges"),
            ("compacted-revision-unreadable", "store-edges"),
            ("compacted-is-skipped", "store-edges"),
            ("compacted-revision-unwatchable", "store-edges"),
            ("compacts-twice", "store-edges"),
            ("compacts-ahead", "store-edges"),
        ),
    ),
    Guarantee(
        etcd_compaction_preserves,
        holds_in=("store-edges",),
        teeth=(
            ("revision-goes-back-after-compaction", "store-edges"),
            ("compaction-forgets-keys", "store-edges"),
            ("compaction-forgets-deletions", "store-edges"),
        ),
    ),
    Guarantee(
        etcd_future_rev_rejected,
        holds_in=("store-edges",),
        teeth=(("future-shows-present", "store-edges"),),
    ),
    Guarantee(
        etcd_duplicate_key_rejected,
        holds_in=("store-edges",),
        teeth=(("key-changed-twice", "store-edges"),),
    ),
)
