"""Roles and bindings: which are valid, and that a binding keeps its role.

Lives here: their strategies.  Must not know: requests, storage, who may grant what (``authorization.escalation``).

Source: Kubernetes 1.36, ``pkg/apis/rbac/validation/validation.go``, ``pkg/apis/rbac/v1/defaults.go``; recordings M.4;
scenarios d-service-lease-others, n-rbac.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...frozen_json import EMPTY, FrozenMap, Json, as_items, as_map
from ...objects import Object
from ..answer import Cause
from ..causes import invalid_value, not_supported, required
from ..label_selectors import is_selector
from .checks import selector_causes
from .strategy import Strategy

_GROUP: Final = "rbac.authorization.k8s.io"


def _role_default(object_: Object) -> Object:
    """A role without rules shows that it has none."""
    return object_ if object_.field("rules") else object_.with_field("rules", None)


def _binding_default(object_: Object) -> Object:
    reference = object_.field("roleRef", EMPTY)
    if isinstance(reference, FrozenMap) and not reference.get("apiGroup"):
        object_ = object_.with_field("roleRef.apiGroup", _GROUP)
    subjects = as_items(object_.field("subjects"))
    return object_.with_field("subjects", tuple(map(_subject_default, subjects))) if subjects else object_


def _subject_default(subject: Json) -> Json:
    fields = as_map(subject)
    if fields.get("kind") in ("User", "Group") and not fields.get("apiGroup"):
        return fields.set("apiGroup", _GROUP)
    return subject


def _role(object_: Object) -> Iterator[Cause]:
    for index, rule in enumerate(as_items(object_.field("rules"))):
        yield from _rule(as_map(rule), f"rules[{index}]", namespaced=True)


def _cluster_role(object_: Object) -> Iterator[Cause]:
    for index, rule in enumerate(as_items(object_.field("rules"))):
        yield from _rule(as_map(rule), f"rules[{index}]", namespaced=False)
    aggregation = object_.field("aggregationRule")
    if not isinstance(aggregation, FrozenMap):
        return
    selectors = as_items(aggregation.get("clusterRoleSelectors"))
    if not selectors:
        why = "at least one clusterRoleSelector required if aggregationRule is non-nil"
        yield required("aggregationRule.clusterRoleSelectors", why)
    for index, selector in enumerate(selectors):
        at = f"aggregationRule.clusterRoleSelectors[{index}]"
        yield from selector_causes(as_map(selector), at)
        if not is_selector(as_map(selector)):
            yield invalid_value(at, "invalid label selector")


def _rule(rule: FrozenMap, at: str, *, namespaced: bool) -> Iterator[Cause]:
    if not rule.get("verbs"):
        yield required(f"{at}.verbs", "verbs must contain at least one value")
    if rule.get("nonResourceURLs"):
        if namespaced:
            yield invalid_value(f"{at}.nonResourceURLs", "namespaced rules cannot apply to non-resource URLs")
        if any(rule.get(name) for name in ("apiGroups", "resources", "resourceNames")):
            why = "rules cannot apply to both regular resources and non-resource URLs"
            yield invalid_value(f"{at}.nonResourceURLs", why)
        return
    if not rule.get("apiGroups"):
        yield required(f"{at}.apiGroups", "resource rules must supply at least one api group")
    if not rule.get("resources"):
        yield required(f"{at}.resources", "resource rules must supply at least one resource")


def _role_binding(object_: Object) -> Iterator[Cause]:
    yield from _binding(object_, ("Role", "ClusterRole"), namespaced=True)


def _cluster_role_binding(object_: Object) -> Iterator[Cause]:
    yield from _binding(object_, ("ClusterRole",), namespaced=False)


def _binding(object_: Object, kinds: tuple[str, ...], *, namespaced: bool) -> Iterator[Cause]:
    reference = as_map(object_.field("roleRef"))
    if reference.get("apiGroup") != _GROUP:
        yield not_supported("roleRef.apiGroup", reference.get("apiGroup", ""), (_GROUP,))
    if reference.get("kind") not in kinds:
        yield not_supported("roleRef.kind", reference.get("kind", ""), kinds)
    name = str(reference.get("name", ""))
    if not name:
        yield required("roleRef.name")
    elif name in (".", "..") or "/" in name or "%" in name:
        yield invalid_value("roleRef.name", f"{name!r}: must be a path segment")
    for index, subject in enumerate(as_items(object_.field("subjects"))):
        yield from _subject(as_map(subject), f"subjects[{index}]", namespaced=namespaced)


def _subject(subject: FrozenMap, at: str, *, namespaced: bool) -> Iterator[Cause]:
    if not subject.get("name"):
        yield required(f"{at}.name")
    kind, group = subject.get("kind", ""), subject.get("apiGroup", "")
    if kind == "ServiceAccount":
        if group:
            yield not_supported(f"{at}.apiGroup", group, ("",))
        if not namespaced and not subject.get("namespace"):
            yield required(f"{at}.namespace")
    elif kind in ("User", "Group"):
        if group != _GROUP:
            yield not_supported(f"{at}.apiGroup", group, (_GROUP,))
    else:
        yield not_supported(f"{at}.kind", kind, ("ServiceAccount", "User", "Group"))


def _binding_change(new: Object, existing: Object, subresource: str) -> Iterator[Cause]:
    """A binding to another role is another binding: else who may change one could raise it unseen."""
    del subresource
    if new.field("roleRef") != existing.field("roleRef"):
        yield invalid_value("roleRef", "cannot change roleRef")


STRATEGIES: Final[Mapping[str, Strategy]] = {
    "roles": Strategy(default=_role_default, validate=_role),
    "clusterroles": Strategy(default=_role_default, validate=_cluster_role),
    "rolebindings": Strategy(default=_binding_default, validate=_role_binding, validate_change=_binding_change),
    "clusterrolebindings": Strategy(
        default=_binding_default, validate=_cluster_role_binding, validate_change=_binding_change
    ),
}
