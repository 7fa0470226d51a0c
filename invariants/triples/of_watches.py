"""What etcd's watches promise.

Lives here: their triples.
"""

from __future__ import annotations

from ..etcd_watches import WATCH_PROMISES
from ..guarantee import Guarantee, Limit

_IN = ("watches",)
_IN_BOTH = ("watches", "watch-stream")


def _guarantee(
    identifier: str, holds_in: tuple[str, ...], teeth: tuple[str, ...], limits: tuple[Limit, ...] = ()
) -> Guarantee:
    return Guarantee(WATCH_PROMISES[identifier], holds_in, tuple((each, "watches") for each in teeth), limits)


GUARANTEES: tuple[Guarantee, ...] = (
    _guarantee("ew-ordered", _IN_BOTH, ("victim-is-overtaken", "revision-told-backwards")),
    _guarantee("ew-unique", _IN_BOTH, ("resumes-at-last",)),
    _guarantee("ew-atomic", _IN_BOTH, ("begins-inside-a-revision",)),
    _guarantee(
        "ew-reliable",
        _IN_BOTH,
        ("full-channel-drops", "deletion-told-as-a-put"),
        (Limit("etcd-18089-lost-deletion", "watches-forgetful"),),
    ),
    _guarantee(
        "ew-resumable",
        _IN,
        ("past-is-now", "resumes-at-last"),
        (Limit("etcd-18089-resumed-at-the-compaction", "watches-forgetful"),),
    ),
    Guarantee(
        WATCH_PROMISES["ew-bookmarkable"],
        _IN_BOTH,
        (("progress-asks-one-watcher", "watch-stream"), ("resumes-at-last", "watches")),
        (
            Limit("etcd-15220-progress-overtakes", "watches-overtaken"),
            Limit("etcd-19179-progress-after-a-lost-deletion", "watches-forgetful"),
        ),
    ),
    _guarantee("ew-filter", _IN, ("prefix-without-its-slash", "filters-are-ignored")),
    _guarantee("ew-iscreate", _IN_BOTH, ("creation-is-kept",)),
    _guarantee("ew-prevkv", _IN_BOTH, ("present-told-as-previous", "previous-is-never-told")),
    _guarantee(
        "ew-compacted-cancel",
        _IN,
        ("jumps-over-the-gap", "cancelled-at-the-edge"),
        (Limit("etcd-15220-told-too-much-then-gone", "watches-overtaken"),),
    ),
    _guarantee(
        "ew-start-respected",
        _IN_BOTH,
        ("future-is-now", "progress-before-the-start"),
        (Limit("etcd-15220-progress-before-the-start", "watches-overtaken"),),
    ),
)
