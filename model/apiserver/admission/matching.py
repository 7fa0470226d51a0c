"""Which requests a policy or a webhook is asked about.

Lives here: rules (groups, versions, resources, operations), selectors of namespaces and of objects.  Must not know:
what is done about a request that matches.

The objects that configure admission are never asked about: else a policy could lock out whoever wants to repair it.

Source: Kubernetes 1.36, ``apiserver/pkg/admission/plugin/webhook/predicates``, ``…/plugin/policy/matching``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap, as_items, as_map
from ...objects import ObjectKey
from ..lookup import Lookup
from ..selectors import selector_of
from .review import Review

_CONFIGURATION: Final = frozenset(
    {
        "mutatingadmissionpolicies",
        "mutatingadmissionpolicybindings",
        "mutatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
        "validatingwebhookconfigurations",
    }
)


def matches(constraints: FrozenMap, review: Review, lookup: Lookup, *, rules: str = "resourceRules") -> bool:
    """Whether constraints (of a policy, a binding or a webhook) match a request.

    ``rules`` names the field with the rules.  A binding may have none: then it matches as its policy does.
    """
    if review.resource in _CONFIGURATION:
        return False
    wanted = as_items(constraints.get(rules))
    if wanted and not any(_rule_matches(as_map(rule), review) for rule in wanted):
        return False
    if any(_rule_matches(as_map(rule), review) for rule in as_items(constraints.get("excludeResourceRules"))):
        return False
    return _object_matches(constraints, review) and _namespace_matches(constraints, review, lookup)


def _rule_matches(rule: FrozenMap, review: Review) -> bool:
    kind, request = review.request.kind, review.request
    names = as_items(rule.get("resourceNames"))
    scope = rule.get("scope", "*")
    return (
        _has(rule.get("apiGroups"), kind.group)
        and _has(rule.get("apiVersions"), kind.version)
        and _has(rule.get("operations"), review.operation)
        and any(
            _resource_matches(str(each), kind.plural, request.subresource) for each in as_items(rule.get("resources"))
        )
        and scope in ("*", "Namespaced" if kind.namespaced else "Cluster")
        and (not names or review.name in names)
    )


def _has(listed: object, wanted: str) -> bool:
    items = as_items(listed)
    return "*" in items or wanted in items


def _resource_matches(pattern: str, plural: str, subresource: str) -> bool:
    """``*`` is every resource, but no part of one; ``*/*`` is everything, ``*/scale`` that part of all."""
    resource, _, part = pattern.partition("/")
    return resource in ("*", plural) and part in ({"*", subresource} if subresource or part else {""})


def _object_matches(constraints: FrozenMap, review: Review) -> bool:
    """The object as it is to be, or as it was, has the labels; what has no labels matches only what demands none."""
    selector = as_map(constraints.get("objectSelector"))
    if not selector:
        return True
    wanted = selector_of(selector)
    return any(each is not None and wanted.admits(each.labels) for each in (review.object, review.old))


def _namespace_matches(constraints: FrozenMap, review: Review, lookup: Lookup) -> bool:
    """What is in no namespace matches whatever is demanded of one."""
    selector = as_map(constraints.get("namespaceSelector"))
    if not selector:
        return True
    labels = _namespace_labels(review, lookup)
    return labels is None or selector_of(selector).admits(labels)


def _namespace_labels(review: Review, lookup: Lookup) -> Mapping[str, str] | None:
    request = review.request
    if review.resource == "namespaces":
        namespace = review.object or review.old
        return None if namespace is None else namespace.labels
    if not request.kind.namespaced:
        return None
    key = ObjectKey("namespaces", "", request.namespace)
    found = lookup.get(key) or lookup.live(key)
    return EMPTY if found is None else found.labels
