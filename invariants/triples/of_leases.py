"""What etcd's leases promise.

Lives here: their triples.
"""

from __future__ import annotations

from ..etcd_leases import lease_fenced_write_safe, lease_mutex, lease_not_early, lease_one_revision
from ..guarantee import Guarantee, Limit

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        lease_one_revision,
        holds_in=("leases", "leases-paused"),
        teeth=(("revokes-key-by-key", "leases"), ("revokes-one-key", "leases")),
    ),
    Guarantee(
        lease_not_early,
        holds_in=("leases", "leases-paused"),
        teeth=(("leader-keeps-old-deadlines", "leases"),),
    ),
    Guarantee(
        lease_mutex,
        holds_in=("leases",),
        teeth=(("lock-taken-blindly", "leases"),),
        limits=(Limit("lock-held-twice-by-a-pause", "leases-paused"),),
    ),
    Guarantee(
        lease_fenced_write_safe,
        holds_in=("leases", "leases-paused"),
        teeth=(("write-not-fenced", "leases-paused"),),
    ),
)
