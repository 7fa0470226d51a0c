"""What clients see, and what controllers reach.

Lives here: their triples.
"""

from ..copies import inf_object_subsequence
from ..guarantee import Guarantee, Limit
from ..replicasets import rs_at_rest_has_its_replicas, rs_no_over_creation

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        inf_object_subsequence,
        holds_in=("editors", "deletion", "replicaset", "replicaset-calm", "replicaset-scaled", "replicaset-outage"),
        teeth=(
            ("watch-delivers-again", "replicaset-calm"),
            ("watch-shows-the-present", "replicaset-scaled"),
            ("copy-keeps-old-content", "deletion"),
            ("informer-goes-back", "replicaset-calm"),
            ("informer-watches-from-earlier", "replicaset-calm"),
            ("list-has-one-revision", "replicaset-calm"),
            ("list-is-thrown-away", "replicaset-calm"),
        ),
    ),
    Guarantee(
        rs_no_over_creation,
        holds_in=("replicaset-calm", "replicaset-scaled"),
        teeth=(
            ("no-expectations", "replicaset-calm"),
            ("informer-goes-back", "replicaset-calm"),
        ),
        limits=(
            Limit("ambiguous-create", "replicaset", {"lost-answer": 1, "stale-cache": 1}),
            Limit("late-create", "replicaset", {"late-commit": 1}),
            Limit("server-crash", "replicaset", {"crash-server": 1, "stale-cache": 1}),
            Limit("stale-restart", "replicaset-stale-restart"),
            Limit("orphaned-create", "replicaset", {"crash": 1}),
            Limit("expired-expectations", "replicaset-expiry"),
        ),
    ),
    Guarantee(
        rs_at_rest_has_its_replicas,
        holds_in=(
            "replicaset",
            "replicaset-calm",
            "replicaset-scaled",
            "replicaset-outage",
            "replicaset-stale-restart",
        ),
        teeth=(
            ("list-tells-nobody", "replicaset"),
            ("expectations-never-lowered", "replicaset"),
            ("failed-key-is-forgotten", "replicaset-outage"),
            ("deaf-to-changes", "replicaset-scaled"),
            ("watch-loses-a-change", "replicaset-stale-restart"),
        ),
    ),
)
