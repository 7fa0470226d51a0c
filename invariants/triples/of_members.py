"""What etcd promises when it has several members, and when it is restored from a backup.

Lives here: their triples.
"""

from ..guarantee import Guarantee, Limit
from ..quorum import (
    etcd_durability,
    etcd_error_is_ambiguous,
    etcd_history_immutable,
    etcd_linearizable_kv,
    etcd_serializable_is_prefix,
    ha_lagging_member_safe,
    ha_no_quorum_no_write,
    ha_no_split_brain,
)
from ..store import ha_restore_tells_readers

RESTORED = {"backup-restore": 1}

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        ha_no_quorum_no_write,
        holds_in=("quorum", "quorum-rivals", "quorum-grows"),
        teeth=(
            ("leader-agrees-with-itself", "quorum"),
            ("leader-trusts-itself", "quorum"),
            ("applies-what-is-not-agreed", "quorum"),
        ),
    ),
    Guarantee(
        ha_no_split_brain,
        holds_in=("quorum", "quorum-rivals", "quorum-grows"),
        teeth=(
            ("minority-elects", "quorum"),
            ("leader-agrees-with-itself", "quorum-rivals"),
            ("half-is-a-majority", "quorum-grows"),
        ),
    ),
    Guarantee(
        etcd_linearizable_kv,
        holds_in=("quorum", "quorum-rivals"),
        teeth=(
            ("read-without-index", "quorum"),
            ("leader-trusts-itself", "quorum"),
            ("read-of-two-moments", "quorum"),
            ("applies-what-is-not-agreed", "quorum-rivals"),
            ("votes-for-anybody", "quorum-rivals"),
        ),
        limits=(
            Limit("serializable-read-is-old", "quorum", {"lagging-member": 1}),
            Limit("restored-before-a-read", "quorum", RESTORED),
        ),
    ),
    Guarantee(
        etcd_serializable_is_prefix,
        holds_in=("quorum", "quorum-watch"),
        teeth=(("read-of-two-moments", "quorum-watch"), ("applies-what-is-not-agreed", "quorum-rivals")),
        limits=(Limit("restored-below-what-was-shown", "quorum", RESTORED),),
    ),
    Guarantee(
        etcd_history_immutable,
        holds_in=("quorum", "quorum-rivals", "quorum-watch"),
        teeth=(("leader-renumbers", "quorum-rivals"), ("applies-what-is-not-agreed", "quorum-rivals")),
        limits=(Limit("restored-history-is-shorter", "quorum", RESTORED),),
    ),
    Guarantee(
        etcd_durability,
        holds_in=("quorum", "quorum-rivals", "quorum-grows", "quorum-watch"),
        teeth=(
            ("log-is-not-synced", "quorum"),
            ("votes-for-anybody", "quorum-rivals"),
            ("newcomer-counts-as-having-all", "quorum-grows"),
            ("applies-what-is-not-agreed", "quorum-rivals"),
        ),
        limits=(Limit("restored-without-a-write", "quorum", RESTORED),),
    ),
    Guarantee(
        etcd_error_is_ambiguous,
        holds_in=("quorum", "quorum-rivals", "quorum-grows"),
        teeth=(("proposes-again", "quorum-rivals"),),
    ),
    Guarantee(
        ha_lagging_member_safe,
        holds_in=("quorum-watch",),
        teeth=(
            ("read-without-index", "quorum-watch"),
            ("resumed-watch-goes-back", "quorum-watch"),
            ("watch-cancelled-too-early", "quorum-watch"),
            ("compaction-is-not-told", "quorum-watch"),
        ),
        limits=(Limit("restored-under-a-watch", "quorum-watch", RESTORED),),
    ),
    Guarantee(
        ha_restore_tells_readers,
        holds_in=("restore-bumped",),
        teeth=(("bump-without-mark", "restore-bumped"),),
        limits=(Limit("restored-as-it-was", "restore"),),
    ),
)
