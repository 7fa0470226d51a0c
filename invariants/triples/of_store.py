"""What etcd promises.

Lives here: their triples.
"""

from ..guarantee import Guarantee
from ..store import etcd_rev_monotone, etcd_txn_one_revision

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        etcd_rev_monotone,
        holds_in=("store", "editors", "deletion", "replicaset", "replicaset-outage"),
        teeth=(
            ("revision-goes-back-after-compaction", "store"),
            ("a-revision-for-each-operation", "store"),
        ),
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
)
