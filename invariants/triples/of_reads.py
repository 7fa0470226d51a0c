"""What API servers promise about reads and watches, and what clients may rely on over several of them.

Lives here: their triples.
"""

from ..cached_watches import (
    client_sees_what_it_was_told,
    watch_410_is_an_event,
    watch_bookmark_sound,
    watch_gap_free_or_told,
    watch_initial_events_end,
    watch_object_rv_monotone,
    watch_rv_order,
    watch_selector_transition,
    watch_start_exclusive,
    watch_unset_is_fresh,
)
from ..copies import cache_is_prefix
from ..guarantee import Guarantee, Limit
from ..reads import (
    get_semantics,
    list_continue_expired,
    list_exact,
    list_fresh_unset,
    list_is_snapshot,
    list_not_older_than,
)
from ..sessions import (
    client_hears_nothing_twice,
    client_never_goes_back,
    client_session_monotone,
    ha_switch_session,
    inf_relist,
)

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        cache_is_prefix,
        holds_in=("readers", "watchers", "replicaset-forgetful", "masters"),
        teeth=(("watch-loses-a-change", "readers"), ("cache-begins-with-the-past", "sessions-any")),
    ),
    Guarantee(
        list_is_snapshot,
        holds_in=("readers", "pages", "sessions", "sessions-any", "masters"),
        teeth=(("list-stamped-early", "readers"),),
        limits=(Limit("overtaken-list", "readers", {"api-switch": 1}, "progress=overtakes"),),
    ),
    Guarantee(
        list_fresh_unset,
        holds_in=("readers", "pages", "masters"),
        teeth=(
            ("nobody-asks-for-the-present", "readers"),
            ("get-of-any-state", "readers"),
            ("asks-a-member-that-lags", "masters"),
        ),
        limits=(Limit("overtaken-read", "readers", {"api-switch": 1}, "progress=overtakes"),),
    ),
    Guarantee(
        list_not_older_than,
        holds_in=("readers", "sessions"),
        teeth=(("nobody-waits-for-the-cache", "readers"),),
    ),
    Guarantee(list_exact, holds_in=("readers",), teeth=(("exact-list-is-older", "readers"),)),
    Guarantee(
        list_continue_expired,
        holds_in=("pages",),
        teeth=(("pages-begin-anew", "pages"), ("expired-without-token", "pages")),
    ),
    Guarantee(
        get_semantics,
        holds_in=("readers",),
        teeth=(("nobody-waits-for-the-cache", "readers"),),
    ),
    Guarantee(
        watch_gap_free_or_told,
        holds_in=("watchers", "watchers-calm", "streams"),
        teeth=(("stream-loses-a-change", "watchers"), ("never-too-old", "watchers")),
        limits=(Limit("early-window", "watchers", {"compaction": 1}, "window-start=one-early"),),
    ),
    Guarantee(
        watch_start_exclusive,
        holds_in=("watchers", "streams"),
        teeth=(("stream-repeats-its-start", "watchers"),),
    ),
    Guarantee(
        watch_object_rv_monotone,
        holds_in=("resumption", "selections"),
        teeth=(("deletion-has-no-version", "selections"),),
    ),
    Guarantee(watch_rv_order, holds_in=("watchers", "selections"), teeth=(("newest-first", "watchers"),)),
    Guarantee(
        watch_selector_transition,
        holds_in=("selections",),
        teeth=(("leaving-is-modified", "selections"), ("leaving-shows-the-new", "selections")),
    ),
    Guarantee(
        watch_bookmark_sound,
        holds_in=("watchers", "watchers-calm", "streams", "selections"),
        teeth=(("bookmark-of-etcd", "watchers"),),
        limits=(Limit("bookmark-after-a-loss", "watchers", {"compaction": 1}, "window-start=one-early"),),
    ),
    Guarantee(
        watch_initial_events_end,
        holds_in=("streams",),
        teeth=(("nobody-waits-for-the-cache", "streams"), ("nobody-asks-for-the-present", "streams")),
        limits=(Limit("overtaken-stream", "streams", {"stale-cache": 1}, "progress=overtakes"),),
    ),
    Guarantee(
        watch_unset_is_fresh,
        holds_in=("streams",),
        teeth=(("nobody-asks-for-the-present", "streams"),),
        limits=(
            Limit("old-watch", "streams", {"stale-cache": 1}, "consistent-lists=etcd"),
            Limit("overtaken-old-watch", "streams", {"stale-cache": 1}, "progress=overtakes"),
        ),
    ),
    Guarantee(watch_410_is_an_event, holds_in=("watchers",), teeth=(("too-old-is-refused", "watchers"),)),
    Guarantee(
        client_sees_what_it_was_told,
        holds_in=("watchers-calm",),
        teeth=(("stream-loses-a-change", "watchers-calm"),),
        limits=(
            Limit("told-out-of-band", "watchers", {"stale-cache": 1}),
            Limit("never-told", "watchers", {"compaction": 1}, "window-start=one-early"),
        ),
    ),
    Guarantee(
        client_session_monotone,
        holds_in=("sessions", "watchers", "streams"),
        teeth=(("client-takes-anything", "sessions"),),
        limits=(
            Limit("asked-for-anything", "sessions-any", {"stale-cache": 1, "api-switch": 1}),
            Limit("replayed-state", "resumption-from-item"),
            Limit("overtaken-session", "watchers", profile="progress=overtakes"),
        ),
    ),
    Guarantee(
        client_never_goes_back,
        holds_in=("sessions-any",),
        teeth=(("cache-begins-with-the-past", "sessions-any"),),
        limits=(
            Limit("time-travel", "sessions-any", {"stale-cache": 1, "api-switch": 1}),
            Limit("old-state-again", "resumption-from-item"),
        ),
    ),
    Guarantee(
        client_hears_nothing_twice,
        holds_in=("resumption", "watchers", "streams"),
        teeth=(("client-overlooks-bookmarks", "streams"), ("stream-repeats-its-start", "watchers")),
        limits=(Limit("heard-again", "resumption-from-item"),),
    ),
    Guarantee(
        ha_switch_session,
        holds_in=("watchers", "streams", "resumption"),
        teeth=(("stream-loses-a-change", "watchers"),),
        limits=(Limit("lost-in-the-window", "watchers", {"compaction": 1}, "window-start=one-early"),),
    ),
    Guarantee(
        inf_relist,
        holds_in=("replicaset-forgetful", "relisting"),
        teeth=(
            ("nobody-waits-for-the-cache", "relisting"),
            ("relist-only-adds", "replicaset-forgetful"),
        ),
    ),
)
