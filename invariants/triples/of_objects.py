"""What holds over the life of one object.

Lives here: their triples.
"""

from ..guarantee import Guarantee, Limit
from ..objects import (
    api_immutable_fields,
    obj_delete_preconditions,
    obj_generation_law,
    obj_grace_only_shrinks,
    obj_last_finalizer_deletes,
    obj_no_new_finalizers,
    obj_noop_writes_nothing,
    obj_one_controller,
    obj_patch_applied_to_fresh,
    obj_patch_preconditions,
    obj_status_spec_isolation,
    obj_uid_unique,
)

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        api_immutable_fields,
        holds_in=(
            "halves",
            "vandalism",
            "deletion",
            "patches",
        ),
        teeth=(
            ("selector-may-change", "vandalism"),
            ("update-renews-creation", "halves"),
        ),
    ),
    Guarantee(
        obj_uid_unique,
        holds_in=(
            "recreation",
            "replicaset-scaled",
        ),
        teeth=(("uid-from-name", "recreation"),),
    ),
    Guarantee(
        obj_generation_law,
        holds_in=(
            "halves",
            "vandalism",
            "farewell",
            "replicaset-scaled",
        ),
        teeth=(
            ("status-is-a-wish", "halves"),
            ("deletion-is-not-counted", "vandalism"),
            ("generation-begins-at-0", "replicaset-calm"),
        ),
    ),
    Guarantee(
        obj_status_spec_isolation,
        holds_in=("halves",),
        teeth=(
            ("status-write-changes-spec", "halves"),
            ("main-write-changes-status", "halves"),
        ),
    ),
    Guarantee(
        obj_one_controller,
        holds_in=("vandalism",),
        teeth=(("two-controllers", "vandalism"),),
    ),
    Guarantee(
        obj_patch_applied_to_fresh,
        holds_in=(
            "patches",
            "halves",
            "farewell",
        ),
        teeth=(("patch-is-not-applied-again", "patches"),),
    ),
    Guarantee(
        obj_patch_preconditions,
        holds_in=("patches",),
        teeth=(
            ("patch-forgets-version", "patches"),
            ("patch-forgets-uid", "patches"),
        ),
    ),
    Guarantee(
        obj_noop_writes_nothing,
        holds_in=(
            "patches",
            "halves",
            "deletion",
        ),
        teeth=(("no-op-is-written", "patches"),),
    ),
    Guarantee(
        obj_delete_preconditions,
        holds_in=(
            "recreation",
            "farewell",
        ),
        teeth=(("delete-forgets-preconditions", "recreation"),),
    ),
    Guarantee(
        obj_grace_only_shrinks,
        holds_in=("farewell",),
        teeth=(("grace-may-grow", "farewell"),),
    ),
    Guarantee(
        obj_no_new_finalizers,
        holds_in=(
            "vandalism",
            "farewell",
            "deletion",
        ),
        teeth=(("finalizers-after-deletion", "vandalism"),),
        limits=(Limit("second-deletion-policy", "policies"),),
    ),
    Guarantee(
        obj_last_finalizer_deletes,
        holds_in=(
            "deletion",
            "release-race",
        ),
        teeth=(("released-is-stored", "deletion"),),
    ),
)
