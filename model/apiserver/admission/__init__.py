"""Admission: plugins that may change or refuse a request, because of other objects or of policies.

Lives here: the order of the plugins and the two phases.  Each plugin has a file of its own.  Must not know: where the
looked-up objects come from (an informer that lags, a live read): the caller offers them as a :class:`~.lookup.Lookup`.

Mutating plugins run before validation, validating ones after it, each phase in this order, the first refusal winning.
On an update everything runs again whenever the transaction loses.

Source: Kubernetes 1.36, ``pkg/kubeapiserver/options/plugins.go``; recordings L, M.
"""

from __future__ import annotations

from typing import Final

from attrs import evolve

from ...objects import Object
from ..answer import Answer
from ..lookup import Lookup
from .namespaces import NAMESPACE_LIFECYCLE
from .review import Operation, Plugin, Review

__all__ = ["PLUGINS", "Lookup", "Operation", "Plugin", "Review", "mutate", "validate", "warnings"]

PLUGINS: Final[tuple[Plugin, ...]] = (NAMESPACE_LIFECYCLE,)
"""All plugins, in the order in which they run."""


def mutate(review: Review, lookup: Lookup) -> Object | Answer:
    """The object as the mutating plugins leave it, or the first refusal."""
    object_ = review.object
    assert object_ is not None  # noqa: S101 - deletions are not mutated
    for plugin in _running(lookup):
        if plugin.mutate is not None:
            changed = plugin.mutate(evolve(review, object=object_), lookup)
            if isinstance(changed, Answer):
                return changed
            object_ = changed
    return object_


def validate(review: Review, lookup: Lookup) -> Answer | None:
    """The first refusal of the validating plugins; ``None`` admits."""
    for plugin in _running(lookup):
        if plugin.validate is not None:
            refusal = plugin.validate(review, lookup)
            if refusal is not None:
                return refusal
    return None


def warnings(review: Review, lookup: Lookup) -> tuple[str, ...]:
    """What the plugins warn of in a request that they admitted."""
    return tuple(
        warning for plugin in _running(lookup) if plugin.warn is not None for warning in plugin.warn(review, lookup)
    )


def _running(lookup: Lookup) -> list[Plugin]:
    return [plugin for plugin in PLUGINS if plugin.name in lookup.settings.plugins]
