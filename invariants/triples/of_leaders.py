"""What leader election promises.

Lives here: their triples.
"""

from ..guarantee import Guarantee, Limit
from ..leaders import (
    fenced_write_safe,
    le_acquire_live,
    le_holder_is_not_emptied_by_others,
    le_no_write_after_successor,
    le_overlap_bounded,
    le_release_only_after_stop,
    le_stops_eventually,
    le_store_single_holder,
)

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        le_store_single_holder,
        holds_in=("leaders", "leaders-apart", "leaders-drifting", "leaders-tight", "leaders-vacant"),
        teeth=(
            ("lease-without-version", "leaders-vacant"),
            ("election-by-date", "leaders-apart"),
            ("term-does-not-grow", "leaders"),
        ),
    ),
    Guarantee(
        le_overlap_bounded,
        holds_in=("leaders", "leaders-apart", "leaders-drifting", "leaders-resigning"),
        limits=(
            Limit("two-leaders-by-a-pause", "leaders", {"pause": 1}),
            Limit("two-leaders-by-a-slow-answer", "leaders", {"slow-answer": 1}),
            Limit("two-leaders-by-a-tight-lease", "leaders-tight"),
        ),
        teeth=(
            ("renew-deadline-is-the-lease", "leaders"),
            ("election-by-date", "leaders-apart"),
            ("election-measures-by-date", "leaders-apart"),
        ),
    ),
    Guarantee(
        le_stops_eventually,
        holds_in=("leaders", "leaders-apart", "leaders-drifting", "leaders-tight"),
        limits=(Limit("paused-leader-stops-late", "leaders", {"pause": 1}),),
        teeth=(("renews-for-ever", "leaders"),),
    ),
    Guarantee(
        le_acquire_live,
        holds_in=("leaders-vacant",),
        teeth=(("watches-anew-with-each-read", "leaders-vacant"),),
    ),
    Guarantee(
        le_holder_is_not_emptied_by_others,
        holds_in=("leaders-releasing-checked", "leaders-resigning"),
        limits=(Limit("release-empties-the-next-holder", "leaders-releasing"),),
        teeth=(("release-does-not-look", "leaders-releasing-checked"),),
    ),
    Guarantee(
        le_release_only_after_stop,
        holds_in=("leaders-resigning",),
        limits=(
            Limit("release-before-work-ends-after-a-pause", "leaders-resigning", {"pause": 1}),
            Limit("release-before-work-ends-after-a-slow-answer", "leaders-resigning", {"slow-answer": 1}),
        ),
        teeth=(("release-before-the-work-ends", "leaders-resigning"),),
    ),
    Guarantee(
        le_no_write_after_successor,
        holds_in=("leaders-writing",),
        limits=(
            Limit("deposed-leader-writes", "leaders-unfenced"),
            Limit("deposed-leader-writes-after-a-pause", "leaders-writing", {"pause": 1}),
            Limit("deposed-leader-writes-by-slow-answers", "leaders-writing", {"slow-answer": 2}),
        ),
        teeth=(("election-by-date", "leaders-writing"),),
    ),
    Guarantee(
        fenced_write_safe,
        holds_in=("leaders-fenced",),
        teeth=(
            ("write-without-version", "leaders-fenced"),
            ("write-without-comparing-terms", "leaders-fenced"),
        ),
    ),
)
