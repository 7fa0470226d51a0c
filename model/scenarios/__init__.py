"""The shipped scenarios, by name.

Lives here: the look-up.  Each scenario is a function of a few parameters (plain JSON values), so that a trace can make
it again from its name and parameters.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from attrs import evolve

from ..errors import BadInput
from ..scenario import Scenario
from .addresses import addresses
from .appliers import appliers
from .binders import binders
from .claims import claim_in_use, database_anew
from .deletion import deletion, finalizer_race, policies, release_race
from .drains import drain, force_delete
from .editors import editors, editors_unconditional
from .farewell import farewell
from .forgetful import relisting, replicaset_forgetful
from .halves import halves, vandalism
from .informers import (
    informers,
    informers_breaks,
    informers_frozen,
    informers_late,
    informers_legacy,
    informers_silent,
    informers_switch,
)
from .leaders import (
    leaders,
    leaders_apart,
    leaders_drifting,
    leaders_fenced,
    leaders_releasing,
    leaders_releasing_checked,
    leaders_resigning,
    leaders_tight,
    leaders_unfenced,
    leaders_vacant,
    leaders_writing,
)
from .leases import leases, leases_paused
from .manifest import manifest
from .masters import masters
from .namespaces import namespaces, teardown, teardown_settled
from .own_writes import own_revisions, own_writes, own_writes_fresh
from .patches import patches
from .quorum import quorum, quorum_grows, quorum_rivals, quorum_watch
from .quotas import quota_leak, quotas
from .readers import pages, readers, sessions, sessions_any
from .recreation import recreation, rehearsal
from .replicaset import (
    replicaset,
    replicaset_calm,
    replicaset_expiry,
    replicaset_outage,
    replicaset_scaled,
    replicaset_stale_restart,
)
from .restore import restore, restore_bumped
from .resumption import resumption, resumption_from_item
from .revocation import revocation, revocation_stale
from .schedulers import one_place
from .seals import held_first, two_seals
from .store import store
from .store_edges import store_edges
from .ticks import letters, tick
from .watchers import selections, streams, watchers, watchers_calm
from .watches import watch_stream, watches, watches_forgetful, watches_overtaken
from .workqueues import workqueues

_ALL: tuple[Callable[..., Scenario], ...] = (
    # etcd
    store,
    store_edges,
    quorum,
    quorum_rivals,
    quorum_watch,
    quorum_grows,
    restore,
    restore_bumped,
    watches,
    watch_stream,
    watches_overtaken,
    watches_forgetful,
    leases,
    leases_paused,
    # API servers: objects, fields, rights, namespaces, quotas
    editors,
    editors_unconditional,
    deletion,
    finalizer_race,
    release_race,
    policies,
    patches,
    halves,
    vandalism,
    recreation,
    rehearsal,
    farewell,
    appliers,
    binders,
    addresses,
    namespaces,
    teardown,
    teardown_settled,
    masters,
    quotas,
    quota_leak,
    revocation,
    revocation_stale,
    # the ReplicaSet controller
    replicaset,
    replicaset_calm,
    replicaset_scaled,
    replicaset_outage,
    replicaset_stale_restart,
    replicaset_forgetful,
    relisting,
    replicaset_expiry,
    # nodes, and programs that name, patch, delete and wait
    drain,
    force_delete,
    held_first,
    two_seals,
    claim_in_use,
    database_anew,
    tick,
    letters,
    one_place,
    # reads and watches of API servers
    readers,
    pages,
    sessions,
    sessions_any,
    watchers,
    watchers_calm,
    selections,
    streams,
    resumption,
    resumption_from_item,
    # client machinery
    informers,
    informers_late,
    informers_switch,
    informers_breaks,
    informers_legacy,
    informers_silent,
    informers_frozen,
    workqueues,
    own_writes,
    own_writes_fresh,
    own_revisions,
    # leader election
    leaders,
    leaders_apart,
    leaders_drifting,
    leaders_tight,
    leaders_vacant,
    leaders_resigning,
    leaders_releasing,
    leaders_releasing_checked,
    leaders_writing,
    leaders_unfenced,
    leaders_fenced,
    # objects from a file
    manifest,
)

SCENARIOS: Mapping[str, Callable[..., Scenario]] = {each.__name__.replace("_", "-"): each for each in _ALL}
QUICK = tuple(name for name in SCENARIOS if name != "manifest")
"""What is checked when no target is named; ``manifest`` needs objects to be made from."""


def build(name: str, parameters: Mapping[str, Any] | None = None, faults: Mapping[str, int] | None = None) -> Scenario:
    """Make a shipped scenario; ``faults`` replaces its own budgets altogether.

    Raises:
        BadInput: there is no such scenario, or it does not take these parameters.
    """
    maker = SCENARIOS.get(name)
    if maker is None:
        near = difflib.get_close_matches(name, SCENARIOS, 1)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise BadInput(f"there is no scenario {name!r}", remedy=f"{meant}`seatrial list scenarios` lists them")
    parameters = dict(parameters or {})
    known = inspect.signature(maker).parameters
    for given in parameters:
        if given not in known:
            takes = ", ".join(known) or "none"
            raise BadInput(f"scenario {name!r} has no parameter {given!r}", remedy=f"its parameters: {takes}")
    try:
        made = maker(**parameters)
    except TypeError as error:
        raise BadInput(f"scenario {name!r} cannot be made from these parameters: {error}") from None
    made = evolve(made, name=name, parameters=parameters)
    return made if faults is None else evolve(made, faults=faults)
