"""What mutants change in who may write what, and in what a write needs besides its own object.

Lives here: the changes, and the mutants that are made of them.  Must not know: which promise a change
breaks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, cast

from attrs import evolve

from seatrial.model.apiserver import Lookup, storage
from seatrial.model.apiserver.request import APPLY_PATCH, Request
from seatrial.model.apiserver.storage import Attempt, Stored
from seatrial.model.cluster import Cluster
from seatrial.model.frozen_json import EMPTY, FrozenMap, as_map
from seatrial.model.objects import Object, ObjectKey
from seatrial.model.scenario import System

from .mutations import Change, Row, deciding, exchanging_parts
from .request_mutations import altering, asking

_MARKS = ("deletionTimestamp", "deletionGracePeriodSeconds")


def lets_everybody(request: Request, lookup: Any) -> None:
    """Who has no right is let through."""
    del request, lookup


def without_plugin(name: str) -> Change:
    """A cluster whose API servers run without one admission plugin."""

    def change(cluster: Cluster) -> System:
        return evolve(cluster, settings=evolve(cluster.settings, plugins=cluster.settings.plugins - {name}))

    return change


class _SeesNoEnd:
    """What a server knows, but that namespaces are terminating."""

    def __init__(self, lookup: Any) -> None:
        self._lookup = lookup

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lookup, name)

    def get(self, key: ObjectKey) -> Object | None:
        """The object at a key; a namespace as it was before its end began."""
        found: Object | None = self._lookup.get(key)
        return found if found is None or key.resource != "namespaces" else found.with_field("status.phase", "Active")


def decide_blind_to_ends(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A server looks whether there is a namespace, but not whether it is terminating."""
    return storage.decide(request, copy, current=current, lookup=cast("Lookup", _SeesNoEnd(lookup)))


def with_force(request: Request) -> Request:
    """An apply that meets with a conflict is carried out as if with force."""
    if request.media_type != APPLY_PATCH:
        return request
    return evolve(request, options=evolve(request.options, force=True))


def disowns(request: Request, previous: Stored, value: Object) -> Object:
    """An apply does not make its manager an owner."""
    del previous
    if request.media_type != APPLY_PATCH:
        return value
    entries = value.metadata.get("managedFields", ())
    kept = tuple(entry for entry in entries if entry.get("manager") != request.options.field_manager)
    return value.with_metadata(managedFields=kept)


def drops_what_is_not_applied(request: Request, previous: Stored, value: Object) -> Object:
    """What an apply does not name goes, whoever owns it."""
    del previous
    if request.media_type != APPLY_PATCH:
        return value
    named = as_map(as_map(request.body).get("data"))
    left = FrozenMap({key: text for key, text in as_map(value.field("data")).items() if key in named})
    return value.with_field("data", left)


def keeps_old_values(request: Request, previous: Stored, value: Object) -> Object:
    """An apply owns what it names, but does not change it."""
    if request.media_type != APPLY_PATCH:
        return value
    old = as_map(previous.object.field("data"))
    return value.with_field("data", FrozenMap({**as_map(value.field("data", EMPTY)), **old}))


def decide_binding_anew(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A binding does not look whether the pod has a node already."""
    return _unseen(request, copy, lambda pod: pod.without_field("spec.nodeName"), current=current, lookup=lookup)


def decide_binding_the_deleted(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """A binding does not look whether the pod is being deleted."""
    outcome = _unseen(request, copy, lambda pod: pod.without_metadata(*_MARKS), current=current, lookup=lookup)
    if request.subresource != "binding" or copy is None or not isinstance(outcome, Attempt) or outcome.value is None:
        return outcome
    marks = {name: copy.object.metadata[name] for name in _MARKS if name in copy.object.metadata}
    return evolve(outcome, value=outcome.value.with_metadata(**marks))


def _unseen(
    request: Request, copy: Stored | None, hide: Callable[[Object], Object], *, current: bool, lookup: Any
) -> storage.Outcome:
    """The decision about a binding that does not see a part of the pod."""
    if request.subresource != "binding" or copy is None:
        return storage.decide(request, copy, current=current, lookup=lookup)
    outcome = storage.decide(request, Stored(hide(copy.object), copy.revision), current=current, lookup=lookup)
    return evolve(outcome, previous=copy) if isinstance(outcome, Attempt) else outcome


def decide_without_reserving(request: Request, copy: Stored | None, *, current: bool, lookup: Any) -> storage.Outcome:
    """The address of a Service is chosen, but not reserved."""
    outcome = storage.decide(request, copy, current=current, lookup=lookup)
    while isinstance(outcome, Attempt) and outcome.then is not None and outcome.key.resource == "ipaddresses":
        outcome = storage.decide(request.at(outcome.then), None, current=False, lookup=lookup)
    return outcome


# --- The mutants: id, what is wrong, the change -----------------------------------------------------------------

MUTANTS: Final[tuple[Row, ...]] = (
    (
        "everybody-may",
        "who has no right is let through",
        exchanging_parts(authorize=lets_everybody),
    ),
    (
        "no-namespace-lifecycle",
        "nobody looks at namespaces before something is created or deleted",
        without_plugin("NamespaceLifecycle"),
    ),
    (
        "terminating-is-not-seen",
        "a server looks whether there is a namespace, but not whether it is terminating",
        deciding(decide_blind_to_ends),
    ),
    (
        "quota-is-not-charged",
        "nobody looks at quotas before something is created",
        without_plugin("ResourceQuota"),
    ),
    (
        "apply-always-forces",
        "an apply that meets with a conflict is carried out all the same",
        deciding(asking(with_force)),
    ),
    (
        "apply-owns-nothing",
        "an apply does not make its manager an owner",
        deciding(altering(disowns, "patch")),
    ),
    (
        "apply-drops-the-rest",
        "what an apply does not name goes, whoever owns it",
        deciding(altering(drops_what_is_not_applied, "patch")),
    ),
    (
        "apply-keeps-old-values",
        "an apply owns what it names, but does not change it",
        deciding(altering(keeps_old_values, "patch")),
    ),
    (
        "binding-overwrites",
        "a pod that has a node can be bound to another",
        deciding(decide_binding_anew),
    ),
    (
        "binding-of-the-deleted",
        "a pod that is being deleted can be bound",
        deciding(decide_binding_the_deleted),
    ),
    (
        "address-not-reserved",
        "the address of a Service is chosen, but not reserved",
        deciding(decide_without_reserving),
    ),
)
