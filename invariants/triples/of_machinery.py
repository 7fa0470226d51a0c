"""What client libraries promise to controllers.

Lives here: their triples.
"""

from ..guarantee import Guarantee, Limit
from ..informers import (
    inf_compression_allowed,
    inf_eventual_equality,
    inf_handler_order,
    inf_has_synced,
    inf_late_handler,
    inf_recreate_as_update,
    inf_relist_finds_deletes,
    inf_store_before_notify,
    inf_store_is_a_snapshot,
    inf_tombstone_type,
    refl_410_relist,
    refl_rv_monotone,
)
from ..own_writes import (
    consistency_no_surplus,
    consistency_read_your_writes,
    exp_block_until_observed,
    exp_never_stuck,
    exp_no_surplus,
    inf_no_cross_kind_snapshot,
)
from ..workqueues import wq_backoff, wq_coalesce, wq_no_lost_add, wq_one_worker_per_key, wq_shutdown_drain

_INFORMERS = (
    "informers",
    "informers-late",
    "informers-switch",
    "informers-breaks",
    "informers-legacy",
    "informers-silent",
)
_LISTING = ("informers", "informers-late", "informers-switch", "informers-legacy")
_STALE = {"stale-cache": 3}

_OF_INFORMERS: tuple[Guarantee, ...] = (
    Guarantee(
        refl_rv_monotone,
        holds_in=_INFORMERS,
        teeth=(
            ("initial-events-move-the-revision", "informers-late"),
            ("list-may-be-older", "informers-switch"),
        ),
    ),
    Guarantee(
        refl_410_relist,
        holds_in=_LISTING,
        teeth=(
            ("watch-too-old-is-repeated", "informers"),
            ("list-may-be-older", "informers-switch"),
            ("refused-list-is-repeated", "informers-switch"),
        ),
    ),
    Guarantee(
        inf_eventual_equality,
        holds_in=_INFORMERS,
        teeth=(
            ("watch-resumes-one-later", "informers"),
            ("gone-without-a-word", "informers"),
            ("handler-ignores-tombstones", "informers"),
            ("late-handler-is-told-nothing", "informers-late"),
            ("watch-without-a-version", "informers-legacy"),
        ),
        limits=(Limit("frozen-informer", "informers-frozen"),),
    ),
    Guarantee(
        inf_store_is_a_snapshot,
        holds_in=("informers", "informers-late", "informers-switch", "informers-breaks"),
        teeth=(
            ("list-only-adds", "informers-late"),
            ("watch-resumes-one-later", "informers-late"),
        ),
        limits=(
            Limit("objects-overtake", "informers-legacy", profile="informer-order=per-key,first-read=consistent"),
            Limit("list-object-by-object", "informers-late", profile="informer-order=in-order"),
        ),
    ),
    Guarantee(
        inf_relist_finds_deletes,
        holds_in=_INFORMERS,
        teeth=(
            ("list-only-adds", "informers"),
            ("gone-without-a-word", "informers"),
        ),
    ),
    Guarantee(
        inf_tombstone_type,
        holds_in=_INFORMERS,
        teeth=(
            ("unseen-deletion-looks-seen", "informers"),
            ("tombstone-is-dated", "informers"),
        ),
    ),
    Guarantee(
        inf_handler_order,
        holds_in=_INFORMERS,
        teeth=(
            ("last-told-first-handled", "informers"),
            ("told-twice", "informers"),
        ),
    ),
    Guarantee(inf_store_before_notify, holds_in=_INFORMERS, teeth=(("told-before-stored", "informers"),)),
    Guarantee(
        inf_late_handler, holds_in=("informers-late",), teeth=(("late-handler-is-told-nothing", "informers-late"),)
    ),
    Guarantee(
        inf_has_synced,
        holds_in=_INFORMERS,
        teeth=(
            ("synced-when-listed", "informers"),
            ("handler-synced-with-informer", "informers-late"),
        ),
    ),
    Guarantee(
        inf_recreate_as_update,
        holds_in=_LISTING,
        teeth=(("update-hides-a-recreation", "informers-legacy"),),
    ),
    Guarantee(
        inf_compression_allowed,
        holds_in=("informers-breaks",),
        teeth=(
            ("queue-keeps-the-newest", "informers-breaks"),
            ("watch-resumes-one-later", "informers-breaks"),
        ),
        limits=(Limit("told-as-one-change", "informers", {"compaction": 1, "watch-break": 1}),),
    ),
)

_OF_WORKQUEUES: tuple[Guarantee, ...] = (
    Guarantee(
        wq_one_worker_per_key,
        holds_in=("workqueues",),
        teeth=(
            ("held-key-is-queued", "workqueues"),
            ("queue-has-duplicates", "workqueues"),
        ),
    ),
    Guarantee(
        wq_no_lost_add,
        holds_in=("workqueues",),
        teeth=(
            ("clean-when-done", "workqueues"),
            ("delay-of-a-held-key-is-lost", "workqueues"),
        ),
    ),
    Guarantee(wq_coalesce, holds_in=("workqueues",), teeth=(("queue-has-duplicates", "workqueues"),)),
    Guarantee(
        wq_backoff,
        holds_in=("workqueues",),
        teeth=(
            ("back-off-does-not-grow", "workqueues"),
            ("success-is-not-counted", "workqueues"),
            ("later-delay-counts", "workqueues"),
        ),
    ),
    Guarantee(
        wq_shutdown_drain,
        holds_in=("workqueues",),
        teeth=(
            ("added-after-shutdown", "workqueues"),
            ("shutdown-drops-what-waits", "workqueues"),
            ("home-before-the-end", "workqueues"),
            ("drained-while-held", "workqueues"),
        ),
    ),
)

_OF_OWN_WRITES: tuple[Guarantee, ...] = (
    Guarantee(
        exp_block_until_observed,
        holds_in=("own-writes", "own-writes-fresh"),
        teeth=(
            ("expectations-are-not-looked-at", "own-writes"),
            ("deletions-are-not-waited-for", "own-writes"),
        ),
        limits=(
            Limit("acts-after-five-minutes", "own-writes", {**_STALE, "expectations-expire": 1}),
            Limit("acts-after-a-lost-answer", "own-writes", {**_STALE, "lost-answer": 1}),
            Limit("acts-after-an-old-list", "own-writes", {**_STALE, "crash": 1}, profile="first-read=any"),
        ),
    ),
    Guarantee(
        exp_no_surplus,
        holds_in=("own-writes", "own-writes-fresh"),
        teeth=(("expectations-are-not-looked-at", "own-writes"),),
        limits=(
            Limit("surplus-after-five-minutes", "own-writes", {**_STALE, "expectations-expire": 1}),
            Limit("surplus-after-a-lost-answer", "own-writes", {**_STALE, "lost-answer": 1}),
            Limit("surplus-after-an-old-list", "own-writes", {**_STALE, "crash": 1}, profile="first-read=any"),
        ),
    ),
    Guarantee(
        exp_never_stuck,
        holds_in=("own-writes", "own-writes-fresh", "own-revisions"),
        teeth=(
            ("expectations-are-never-fulfilled", "own-writes"),
            ("position-is-that-of-an-object", "own-revisions"),
        ),
    ),
    Guarantee(
        consistency_read_your_writes,
        holds_in=("own-revisions",),
        teeth=(("own-revisions-are-not-waited-for", "own-revisions"),),
        limits=(
            Limit("own-write-without-answer", "own-revisions", {**_STALE, "lost-answer": 1}),
            Limit("own-write-forgotten", "own-revisions", {**_STALE, "crash": 1}, profile="first-read=any"),
        ),
    ),
    Guarantee(
        consistency_no_surplus,
        holds_in=("own-revisions",),
        teeth=(("own-revisions-are-not-waited-for", "own-revisions"),),
        limits=(
            Limit("surplus-without-answer", "own-revisions", {**_STALE, "lost-answer": 1}),
            Limit("surplus-forgotten", "own-revisions", {**_STALE, "crash": 1}, profile="first-read=any"),
        ),
    ),
    Guarantee(
        inf_no_cross_kind_snapshot,
        holds_in=("own-writes-fresh",),
        teeth=(("looks-at-what-lags", "own-writes-fresh"),),
        limits=(Limit("owner-and-children-apart", "own-writes", _STALE),),
    ),
)

GUARANTEES: tuple[Guarantee, ...] = (*_OF_INFORMERS, *_OF_WORKQUEUES, *_OF_OWN_WRITES)
