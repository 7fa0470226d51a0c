"""The catalogue: every promise with its triple.

A guarantee is done when it *holds* in a complete search of the scenarios named here, has a *limit* where it is known to
end (a scenario in which a witness is found), and has *teeth*: mutants of the model that break it.

Lives here: which scenarios and mutants belong to which promise.  Must not know: engines, or what a mutant changes.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping

from attrs import field, frozen

from seatrial.model.errors import BadInput
from seatrial.model.scenario import Scenario

from .copies import inf_object_subsequence
from .invariant import Invariant
from .objects import (
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
from .replicasets import rs_at_rest_has_its_replicas, rs_no_over_creation
from .requests import (
    api_create_never_overwrites,
    api_dry_run_writes_nothing,
    api_error_means_no_effect,
    api_stores_valid_objects,
    obj_cached_copy_never_decides,
)
from .store import etcd_rev_monotone, etcd_txn_one_revision
from .writes import api_single_writer, obj_deletion_one_way, obj_finalizer_blocks_removal, obj_no_lost_update


@frozen
class Limit:
    """A place where a promise ends: a shipped scenario in which a witness is found.

    ``faults`` replaces the scenario's own budgets, so that the witness shows one thing; ``witness`` is the name of the
    trace in the corpus.  Exactly one of the promise's ``limits`` is among the circumstances: the one that it shows.
    """

    witness: str
    scenario: str
    faults: Mapping[str, int] = field(factory=dict[str, int])


@frozen
class Guarantee:
    """A promise with its triple: where it holds, where it ends, which mutants break it (a mutant and its scenario)."""

    invariant: Invariant
    holds_in: tuple[str, ...]
    teeth: tuple[tuple[str, str], ...]
    limits: tuple[Limit, ...] = ()


GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        etcd_rev_monotone,
        holds_in=("store", "editors", "deletion", "replicaset", "replicaset-outage"),
        teeth=(
            ("revision-goes-back-after-compaction", "store"),
            ("a-revision-for-each-operation", "store"),
        ),
    ),
    Guarantee(
        etcd_txn_one_revision,
        holds_in=("store", "editors", "deletion", "replicaset"),
        teeth=(
            ("a-revision-for-each-operation", "store"),
            ("second-change-keeps-its-revision", "store"),
            ("read-between-operations", "store"),
        ),
    ),
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
        holds_in=("editors", "deletion", "release-race", "replicaset-scaled"),
        teeth=(
            ("delete-ignores-finalizers", "deletion"),
            ("first-finalizer-removes", "deletion"),
            ("update-removes-the-living", "editors"),
        ),
        limits=(Limit("finalizer-added-during-delete", "finalizer-race"),),
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
        obj_cached_copy_never_decides,
        holds_in=(
            "patches",
            "halves",
            "deletion",
        ),
        teeth=(("stale-copy-decides", "patches"),),
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
    ),
    Guarantee(
        obj_last_finalizer_deletes,
        holds_in=(
            "deletion",
            "release-race",
        ),
        teeth=(("released-is-stored", "deletion"),),
    ),
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

CATALOGUE: tuple[Invariant, ...] = tuple(each.invariant for each in GUARANTEES)


def named(ids: Iterable[str], among: Iterable[Invariant] = CATALOGUE) -> list[Invariant]:
    """The invariants with these ids.

    Raises:
        BadInput: there is no such one; names the nearest.
    """
    known = {each.id: each for each in among}
    found: list[Invariant] = []
    for identifier in ids:
        if identifier not in known:
            near = difflib.get_close_matches(identifier, known, 1)
            meant = f"did you mean {near[0]!r}? " if near else ""
            raise BadInput(
                f"there is no invariant {identifier!r}", remedy=f"{meant}`seatrial list invariants` lists them"
            )
        found.append(known[identifier])
    return found


def promised(scenario: Scenario, among: Iterable[Invariant] = CATALOGUE) -> list[Invariant]:
    """The invariants that are about this scenario and promised under its faults and hazards."""
    schema = scenario.machine.schema
    return [each for each in among if each.concerns(schema) and each.promised_under(scenario.circumstances)]
