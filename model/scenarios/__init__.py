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
from .deletion import deletion, finalizer_race, policies, release_race
from .editors import editors, editors_unconditional
from .farewell import farewell
from .halves import halves, vandalism
from .manifest import manifest
from .namespaces import namespaces, teardown
from .patches import patches
from .quotas import quota_leak, quotas
from .recreation import recreation, rehearsal
from .replicaset import (
    replicaset,
    replicaset_calm,
    replicaset_outage,
    replicaset_scaled,
    replicaset_stale_restart,
)
from .revocation import revocation, revocation_stale
from .store import store

_ALL: tuple[Callable[..., Scenario], ...] = (
    store,
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
    quotas,
    quota_leak,
    revocation,
    revocation_stale,
    replicaset,
    replicaset_calm,
    replicaset_scaled,
    replicaset_outage,
    replicaset_stale_restart,
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
