"""Admission: plugins that may change or refuse a request, because of other objects or of policies.

Lives here: the order of the plugins and the two phases.  Each plugin has a file of its own.  Must not know: where the
looked-up objects come from (an informer that lags, a live read): the caller offers them as a :class:`~.lookup.Lookup`.

Mutating plugins run before validation, validating ones after it, each phase in this order, the first refusal winning.
On an update everything runs again whenever the transaction loses.  When a webhook or a policy has changed an object,
all mutating plugins run a second time over it, once at most: what is built in always, and of the webhooks and policies
those that want to see later changes.

Quotas come last.  Whether an object fits is a check like any other; counting it is a write, which ``storage`` does.

Source: Kubernetes 1.36, ``pkg/kubeapiserver/options/plugins.go``, ``apiserver/pkg/admission/reinvocation.go``;
recordings L, M.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from attrs import evolve

from ...objects import Object
from ..answer import Answer
from ..lookup import Lookup
from ..request import Request
from .ingresses import DEFAULT_INGRESS_CLASS
from .limits import LIMIT_RANGER
from .mutating_policies import MUTATING_ADMISSION_POLICY
from .namespaces import NAMESPACE_LIFECYCLE
from .pod_security import POD_SECURITY
from .priorities import PRIORITY
from .quotas import RESOURCE_QUOTA
from .review import Mutated, Operation, Plugin, Review
from .runtime_classes import RUNTIME_CLASS
from .service_accounts import SERVICE_ACCOUNT
from .tainting import TAINT_NODES_BY_CONDITION
from .tolerations import DEFAULT_TOLERATION_SECONDS
from .topology import POD_TOPOLOGY_LABELS
from .validating_policies import VALIDATING_ADMISSION_POLICY
from .volumes import DEFAULT_STORAGE_CLASS, PERSISTENT_VOLUME_CLAIM_RESIZE, STORAGE_OBJECT_IN_USE_PROTECTION
from .webhooks import MUTATING_ADMISSION_WEBHOOK, VALIDATING_ADMISSION_WEBHOOK

__all__ = ["PLUGINS", "Lookup", "Operation", "Plugin", "Review", "mutate", "validate", "warned", "warnings"]

PLUGINS: Final[tuple[Plugin, ...]] = (
    NAMESPACE_LIFECYCLE,
    LIMIT_RANGER,
    SERVICE_ACCOUNT,
    TAINT_NODES_BY_CONDITION,
    POD_SECURITY,
    PRIORITY,
    DEFAULT_TOLERATION_SECONDS,
    DEFAULT_STORAGE_CLASS,
    STORAGE_OBJECT_IN_USE_PROTECTION,
    PERSISTENT_VOLUME_CLAIM_RESIZE,
    RUNTIME_CLASS,
    DEFAULT_INGRESS_CLASS,
    POD_TOPOLOGY_LABELS,
    MUTATING_ADMISSION_POLICY,
    MUTATING_ADMISSION_WEBHOOK,
    VALIDATING_ADMISSION_POLICY,
    VALIDATING_ADMISSION_WEBHOOK,
    RESOURCE_QUOTA,
)
"""All plugins, in the order in which they run."""


def mutate(review: Review, lookup: Lookup) -> Object | Answer:
    """The object as the mutating plugins leave it, or the first refusal."""
    first: dict[str, Mutated] = {}
    object_ = _round(review, lookup, None, first)
    if isinstance(object_, Answer) or not any(each.changed for each in first.values()):
        return object_
    return _round(review.about(object_), lookup, first, {})


def _round(
    review: Review, lookup: Lookup, before: Mapping[str, Mutated] | None, now: dict[str, Mutated]
) -> Object | Answer:
    """All mutating plugins once.  ``before`` is what they said on the first round, ``now`` is where they say it."""
    assert review.object is not None  # noqa: S101 - deletions are not mutated
    object_ = review.object
    for plugin in _mutating(lookup.settings.plugins):
        assert plugin.mutate is not None  # noqa: S101 - these are the ones that have it
        if before is not None:
            said = before.get(plugin.name)
            review = evolve(review, again=frozenset() if said is None else said.missed(object_))
        changed = plugin.mutate(review, lookup)
        if isinstance(changed, Answer):
            return changed
        if isinstance(changed, Mutated):
            now[plugin.name], changed = changed, changed.object
        if changed is not object_:
            object_, review = changed, review.about(changed)
    return object_


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """The first refusal of the validating plugins; ``None`` admits."""
    for plugin in _validating(lookup.settings.plugins):
        assert plugin.validate is not None  # noqa: S101 - these are the ones that have it
        refusal = plugin.validate(review, lookup)
        if refusal is not None:
            return refusal
    return None


def warnings(review: Review, lookup: Lookup) -> tuple[str, ...]:
    """What the plugins warn of in a request that they admitted."""
    running = _warning(lookup.settings.plugins)
    return tuple(warning for plugin in running if plugin.warn is not None for warning in plugin.warn(review, lookup))


def warned(answer: Answer, request: Request, before: Object | None, lookup: Lookup) -> Answer:
    """The answer to a write that succeeded, with what the plugins warn of; ``before`` is the object as it was."""
    if answer.refused or not _warning(lookup.settings.plugins):
        return answer
    if request.verb == "delete":
        review = Review("DELETE", request, None, before)
    elif answer.object is None:
        return answer
    else:
        review = Review("CREATE" if before is None else "UPDATE", request, answer.object, before)
    found = warnings(review, lookup)
    return evolve(answer, warnings=(*answer.warnings, *found)) if found else answer


@cache
def _mutating(names: frozenset[str]) -> tuple[Plugin, ...]:
    return tuple(plugin for plugin in PLUGINS if plugin.name in names and plugin.mutate is not None)


@cache
def _validating(names: frozenset[str]) -> tuple[Plugin, ...]:
    return tuple(plugin for plugin in PLUGINS if plugin.name in names and plugin.validate is not None)


@cache
def _warning(names: frozenset[str]) -> tuple[Plugin, ...]:
    return tuple(plugin for plugin in PLUGINS if plugin.name in names and plugin.warn is not None)
