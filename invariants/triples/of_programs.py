"""What runs on nodes, and what well-made programs keep to.

Lives here: their triples.
"""

from ..guarantee import Guarantee, Limit
from ..nodes import (
    pod_at_rest_runs,
    pod_runs_once,
    pod_runs_where_bound,
    pod_stopped_before_removed,
    sched_no_overcommit,
)
from ..programs import (
    job_once_for_each_tick,
    obj_finalizer_taken_off_by_owner,
    operator_acts_once,
    pvc_goes_with_its_owner,
    pvc_in_use_stays,
)

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        pod_runs_once,
        holds_in=("drain",),
        teeth=(("kubelet-does-not-stop", "drain"),),
        limits=(
            Limit("runs-twice-after-restart", "drain", profile="first-read=any"),
            Limit("runs-twice-after-force", "force-delete"),
        ),
    ),
    Guarantee(
        pod_runs_where_bound,
        holds_in=("drain", "force-delete"),
        teeth=(("kubelet-runs-everything", "force-delete"),),
        limits=(Limit("runs-what-is-gone", "drain", profile="first-read=any"),),
    ),
    Guarantee(
        pod_stopped_before_removed,
        holds_in=("drain",),
        teeth=(("kubelet-does-not-stop", "drain"),),
        limits=(Limit("removed-while-it-runs", "force-delete"),),
    ),
    Guarantee(
        pod_at_rest_runs,
        holds_in=("drain", "force-delete"),
        teeth=(("kubelet-does-not-stop", "drain"), ("list-tells-nobody", "drain")),
    ),
    Guarantee(
        sched_no_overcommit,
        holds_in=("one-place",),
        teeth=(("second-scheduler", "one-place"),),
        limits=(Limit("bound-to-a-full-node", "one-place", profile="assumed-pods=expire"),),
    ),
    Guarantee(
        obj_finalizer_taken_off_by_owner,
        holds_in=("two-seals", "deletion"),
        teeth=(("patch-forgets-version", "two-seals"),),
        limits=(Limit("seal-lost", "two-seals", profile="patches=blind"),),
    ),
    Guarantee(
        pvc_in_use_stays,
        holds_in=("claim-in-use",),
        teeth=(("delete-ignores-finalizers", "claim-in-use"),),
        limits=(Limit("claim-removed-in-use", "claim-in-use", profile="live-get=no"),),
    ),
    Guarantee(
        pvc_goes_with_its_owner,
        holds_in=("database-anew",),
        teeth=(("uid-is-not-compared", "database-anew"),),
        limits=(Limit("claim-of-the-successor", "database-anew", profile="deletes=by-name"),),
    ),
    Guarantee(
        job_once_for_each_tick,
        holds_in=("tick",),
        teeth=(("names-are-made-up", "tick"),),
        limits=(Limit("two-jobs-for-a-tick", "tick", profile="names=generated"),),
    ),
    Guarantee(
        operator_acts_once,
        holds_in=("letters",),
        teeth=(("own-writes-are-not-awaited", "letters"),),
        limits=(
            Limit("two-letters", "letters", profile="own-patch=window"),
            Limit("two-letters-after-crash", "letters", {"stale-cache": 2, "crash": 1}),
            Limit("two-letters-after-lost-answer", "letters", {"stale-cache": 2, "lost-answer": 1}),
        ),
    ),
)
