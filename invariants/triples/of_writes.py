"""What the single write path promises, and what answers mean.

Lives here: their triples.
"""

from ..guarantee import Guarantee, Limit
from ..requests import (
    api_create_never_overwrites,
    api_dry_run_writes_nothing,
    api_error_means_no_effect,
    api_stores_valid_objects,
    api_stores_what_it_checked,
    obj_cached_copy_never_decides,
    obj_delete_convergent,
    obj_unconditional_never_conflicts,
    obj_version_is_revision,
)
from ..writes import api_single_writer, obj_deletion_one_way, obj_finalizer_blocks_removal, obj_no_lost_update

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        api_single_writer,
        holds_in=("editors", "editors-unconditional", "deletion", "release-race", "replicaset", "replicaset-outage"),
        teeth=(
            ("key-changes-by-itself", "editors"),
            ("etcdctl-writes", "editors"),
            ("no-compare", "editors"),
        ),
    ),
    Guarantee(
        obj_no_lost_update,
        holds_in=("editors",),
        teeth=(
            ("no-compare", "editors"),
            ("stale-version-accepted", "editors"),
            ("delete-forgets-preconditions", "editors"),
        ),
        limits=(
            Limit("unconditional-update", "editors-unconditional"),
            Limit("last-finalizer-taken-off", "release-race"),
        ),
    ),
    Guarantee(
        obj_deletion_one_way,
        holds_in=("deletion", "release-race"),
        teeth=(("put-clears-deletion", "deletion"),),
    ),
    Guarantee(
        obj_finalizer_blocks_removal,
        holds_in=("editors", "deletion", "release-race", "replicaset-scaled", "held-first"),
        teeth=(
            ("delete-ignores-finalizers", "deletion"),
            ("first-finalizer-removes", "deletion"),
            ("update-removes-the-living", "editors"),
        ),
        limits=(
            Limit("finalizer-added-during-delete", "finalizer-race"),
            Limit("cached-copy-decides", "held-first", profile="update-retry=conflict"),
        ),
    ),
    Guarantee(
        api_error_means_no_effect,
        holds_in=(
            "patches",
            "halves",
        ),
        teeth=(("refuses-what-it-did", "patches"),),
        limits=(
            Limit("answer-lost", "recreation", {"lost-answer": 1}),
            Limit("committed-later", "editors", {"late-commit": 1}),
            Limit("crashed-after-commit", "editors", {"crash-server": 1}),
            Limit("charged-and-refused", "quota-leak"),
        ),
    ),
    Guarantee(
        api_dry_run_writes_nothing,
        holds_in=("rehearsal",),
        teeth=(("dry-run-in-earnest", "rehearsal"),),
    ),
    Guarantee(
        api_create_never_overwrites,
        holds_in=("recreation",),
        teeth=(
            ("create-overwrites", "recreation"),
            ("create-takes-version", "recreation"),
        ),
    ),
    Guarantee(
        api_stores_valid_objects,
        holds_in=(
            "halves",
            "vandalism",
            "patches",
        ),
        teeth=(("patch-is-not-validated", "vandalism"),),
    ),
    Guarantee(
        obj_cached_copy_never_decides,
        holds_in=(
            "patches",
            "halves",
            "deletion",
        ),
        teeth=(("stale-copy-decides", "patches"),),
    ),
    Guarantee(
        api_stores_what_it_checked,
        holds_in=("patches", "recreation", "replicaset-calm"),
        teeth=(("mutates-after-checking", "patches"),),
    ),
    Guarantee(
        obj_version_is_revision,
        holds_in=("patches", "recreation", "halves"),
        teeth=(("version-counts-changes", "recreation"), ("answer-shows-the-past", "patches")),
    ),
    Guarantee(
        obj_unconditional_never_conflicts,
        holds_in=("patches", "editors-unconditional"),
        teeth=(("conflicts-at-once", "editors-unconditional"),),
    ),
    Guarantee(
        obj_delete_convergent,
        holds_in=("farewell", "recreation", "deletion"),
        teeth=(("second-delete-conflicts", "farewell"),),
    ),
)
