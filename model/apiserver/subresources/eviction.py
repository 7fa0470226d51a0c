"""``eviction``: a pod is deleted, if its disruption budget lets it.

Lives here: what an ``Eviction`` must be, which budget a pod has, what it says (:func:`judge`), and the budget and the
pod as the server changes them.  Must not know: requests on their way, storage.

Not modelled: that a real server gives up (504) after twenty lost writes of a budget.

Source: Kubernetes 1.36, ``pkg/registry/core/pod/storage/eviction.go``; recordings H.4; scenario b-pod.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias

from attrs import evolve, frozen

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...kinds import Kind
from ...objects import Object
from ..answer import Answer, Cause, Details, forbidden, internal_error
from ..preparation import NOW
from ..request import Options
from ..selectors import selector_of
from .conditions import is_true, with_condition, with_pod_condition

EVICTION: Final = Kind(group="policy", version="v1", name="Eviction", plural="evictions")
"""What is sent to the subresource."""

OLD_VERSION: Final = "policy/v1beta1"
"""The apiVersion under which an ``Eviction`` is taken, too."""

_BUDGET: Final = Kind(group="policy", version="v1", name="PodDisruptionBudget", plural="poddisruptionbudget")
"""How a real server names budgets in its refusals: in the singular."""

_REFUSED: Final = "Cannot evict pod as it would violate the pod's disruption budget."
_MOST_DISRUPTED: Final = 2000
_RETRY_AFTER: Final = 10


def options_of(eviction: Object, options: Options) -> Options | Answer:
    """The options of the deletion that an eviction asks for; its dry run may be said in the URL or in the body."""
    wanted = as_map(eviction.root.get("deleteOptions"))
    preconditions = as_map(wanted.get("preconditions"))
    dry_run = tuple(str(item) for item in as_items(wanted.get("dryRun")))
    if dry_run and options.dry_run and dry_run != options.dry_run:
        return internal_error(
            f"Non-matching dry-run options in request and content: {options.dry_run} and {dry_run}",
        )
    return Options(
        dry_run=dry_run or options.dry_run,
        grace_period_seconds=wanted.get("gracePeriodSeconds"),
        propagation_policy=wanted.get("propagationPolicy"),
        orphan_dependents=wanted.get("orphanDependents"),
        precondition_uid=preconditions.get("uid"),
        precondition_resource_version=preconditions.get("resourceVersion"),
    )


@frozen
class Lower:
    """The eviction may go on once this budget is lowered."""

    budget: Object


@frozen
class Go:
    """The eviction may go on.

    ``resource_version`` is that of the pod, where it may go on only as long as the pod stays as it is; ``budget`` is
    the name of the one that guards it, if any.
    """

    resource_version: str | None = None
    budget: str = ""


Verdict: TypeAlias = Answer | Lower | Go


def judge(pod: Object, budgets: Iterable[Object]) -> Verdict:
    """Whether a pod may be evicted.

    A pod that does not run any more, or not yet, needs no budget's leave; nor does one that is not ready, as long as
    enough others are.
    """
    if _needs_no_leave(pod):
        return Go(None if _has_ended(pod) else pod.resource_version)
    guarding = [budget for budget in budgets if guards(budget, pod)]
    if not guarding:
        return Go()
    if len(guarding) > 1:
        return internal_error(
            "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
        )
    (budget,) = guarding
    if not is_true(pod, "Ready") and _may_lose_unready(budget):
        return Go(pod.resource_version, budget.name)
    return _refusal(budget) or Lower(budget)


def guards(budget: Object, pod: Object) -> bool:
    """Whether a budget is a pod's: one that selects nothing in particular is nobody's."""
    selector = selector_of(as_map(budget.spec.get("selector")))
    return bool(selector.requirements) and selector.admits(pod.labels)


def lowered(budget: Object, pod_name: str) -> Object:
    """The budget with one disruption less, and the pod among those that are on their way out."""
    allowed = _number(budget, "disruptionsAllowed") - 1
    new = budget.with_field("status.disruptionsAllowed", allowed)
    disrupted = as_map(budget.status.get("disruptedPods"))
    new = new.with_field("status.disruptedPods", FrozenMap({**disrupted, pod_name: NOW}))
    if allowed:
        return new
    return with_condition(new, "DisruptionAllowed", "False", "InsufficientPods", _number(budget, "observedGeneration"))


def disrupted(pod: Object) -> Object:
    """The pod that knows why it is deleted."""
    return with_pod_condition(pod, "DisruptionTarget", reason="EvictionByEvictionAPI", message="Eviction API: evicting")


def still_processed(budget: str) -> Answer:
    """429: the budget's status does not tell yet what holds now."""
    cause = Cause("DisruptionBudget", "", f"The disruption budget {budget} is still being processed by the server.")
    return evolve(_too_many(cause), retry_after_seconds=_RETRY_AFTER)


def _needs_no_leave(pod: Object) -> bool:
    return _has_ended(pod) or pod.status.get("phase") == "Pending"


def _has_ended(pod: Object) -> bool:
    return pod.is_terminating or pod.status.get("phase") in ("Succeeded", "Failed")


def _may_lose_unready(budget: Object) -> bool:
    healthy, desired = _number(budget, "currentHealthy"), _number(budget, "desiredHealthy")
    return budget.spec.get("unhealthyPodEvictionPolicy") == "AlwaysAllow" or healthy >= desired > 0


def _refusal(budget: Object) -> Answer | None:
    if _number(budget, "observedGeneration") < (budget.generation or 0):
        return still_processed(budget.name)
    allowed = _number(budget, "disruptionsAllowed")
    if allowed < 0:
        return forbidden(_BUDGET, budget.name, "pdb disruptions allowed is negative")
    if len(as_map(budget.status.get("disruptedPods"))) > _MOST_DISRUPTED:
        why = "DisruptedPods map too big - too many evictions not confirmed by PDB controller"
        return forbidden(_BUDGET, budget.name, why)
    if allowed == 0:
        desired, healthy = _number(budget, "desiredHealthy"), _number(budget, "currentHealthy")
        why = f"The disruption budget {budget.name} needs {desired} healthy pods and has {healthy} currently"
        return _too_many(Cause("DisruptionBudget", "", why))
    return None


def _too_many(cause: Cause) -> Answer:
    return Answer(429, "TooManyRequests", _REFUSED, (cause,), Details())


def _number(budget: Object, name: str) -> int:
    value: object = (budget.status or EMPTY).get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
