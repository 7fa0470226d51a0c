"""Ingresses that do not say who serves them.

Lives here: the plugin ``DefaultIngressClass``.  Must not know: who serves ingresses.

Source: Kubernetes 1.36, ``plugin/pkg/admission/network/defaultingressclass``.
"""

from __future__ import annotations

from typing import Final

from ...objects import Object
from ..lookup import Lookup
from .review import Plugin, Review

_IS_DEFAULT: Final = "ingressclass.kubernetes.io/is-default-class"
_CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"


def mutate(review: Review, lookup: Lookup) -> Object:
    """A new ingress that names no class gets the default one, the newest if there are several."""
    ingress = review.object
    assert ingress is not None  # noqa: S101 - deletions are not mutated
    if not review.asks_to(("CREATE",), "ingresses"):
        return ingress
    if ingress.spec.get("ingressClassName") is not None or _CLASS_ANNOTATION in ingress.annotations:
        return ingress
    defaults = [each for each in lookup.list("ingressclasses") if each.annotations.get(_IS_DEFAULT) == "true"]
    if not defaults:
        return ingress
    defaults.sort(key=lambda each: each.name)
    newest = max(defaults, key=lambda each: str(each.metadata.get("creationTimestamp", "")))
    return ingress.with_field("spec.ingressClassName", newest.name)


DEFAULT_INGRESS_CLASS: Final = Plugin("DefaultIngressClass", mutate=mutate)
