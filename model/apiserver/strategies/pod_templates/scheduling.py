"""Where pods may run, and beside which others.

Lives here: the rules for ``affinity``, ``tolerations``, ``topologySpreadConstraints`` and ``schedulingGates``.  Must
not know: nodes, or what a change may do.

Source: Kubernetes 1.36, ``pkg/apis/core/validation/validation.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ....frozen_json import FrozenMap, as_map
from ...answer import Cause
from ...causes import duplicate, forbidden_value, invalid_value, not_supported, required
from ...forms import complaints, dns_label, dns_subdomain, label_value, qualified_name
from ...label_selectors import label_selector
from ..reading import maybe_number, number, part, parts, text, texts

_REQUIRED: Final = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED: Final = "preferredDuringSchedulingIgnoredDuringExecution"
_EFFECTS: Final = ("NoSchedule", "PreferNoSchedule", "NoExecute")
_OPERATORS: Final = ("Equal", "Exists")
_ACTIONS: Final = ("DoNotSchedule", "ScheduleAnyway")
_INCLUSIONS: Final = ("Honor", "Ignore")
_HIGHEST_WEIGHT: Final = 100


def tolerations(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the taints that pods put up with."""
    for index, toleration in enumerate(parts(spec, "tolerations")):
        yield from _toleration(toleration, f"{at}[{index}]")


def _toleration(toleration: FrozenMap, at: str) -> Iterator[Cause]:
    key, operator, value = (text(toleration, name) for name in ("key", "operator", "value"))
    effect = text(toleration, "effect")
    if key:
        yield from complaints(f"{at}.key", key, qualified_name)
    elif operator != "Exists":
        yield invalid_value(f"{at}.operator", f'"{operator}": operator must be Exists when `key` is empty')
    if toleration.get("tolerationSeconds") is not None and effect != "NoExecute":
        why = "effect must be 'NoExecute' when `tolerationSeconds` is set"
        yield invalid_value(f"{at}.effect", f'"{effect}": {why}')
    if operator in ("", "Equal"):
        if wrong := label_value(value):
            yield invalid_value(f"{at}.operator", f'"{value}": {";".join(wrong)}')
    elif operator == "Exists":
        if value:
            yield invalid_value(f"{at}.operator", f"\"{value}\": value must be empty when `operator` is 'Exists'")
    else:
        yield not_supported(f"{at}.operator", operator, _OPERATORS)
    if effect and effect not in _EFFECTS:
        yield not_supported(f"{at}.effect", effect, _EFFECTS)


def gates(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with what must happen before a pod is placed."""
    seen: set[str] = set()
    for index, gate in enumerate(parts(spec, "schedulingGates")):
        name = text(gate, "name")
        yield from complaints(f"{at}[{index}]", name, qualified_name)
        if name in seen:
            yield duplicate(f"{at}[{index}]", name)
        seen.add(name)


def affinity(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with the nodes and pods that a pod wants, or does not want, to be near."""
    given = part(spec, "affinity")
    if given is None:
        return
    node = part(given, "nodeAffinity")
    if node is not None:
        yield from _node_affinity(node, f"{at}.nodeAffinity")
    for name in ("podAffinity", "podAntiAffinity"):
        pods = part(given, name)
        if pods is not None:
            yield from _pod_affinity(pods, f"{at}.{name}")


def _node_affinity(node: FrozenMap, at: str) -> Iterator[Cause]:
    needed = part(node, _REQUIRED)
    if needed is not None:
        terms, field = parts(needed, "nodeSelectorTerms"), f"{at}.{_REQUIRED}.nodeSelectorTerms"
        if not terms:
            yield required(field, "must have at least one node selector term")
        for index, term in enumerate(terms):
            yield from node_term(term, f"{field}[{index}]", checks_values=True)
    for index, term in enumerate(parts(node, _PREFERRED)):
        field = f"{at}.{_PREFERRED}[{index}]"
        yield from _weight(term, field)
        yield from node_term(as_map(term.get("preference")), f"{field}.preference", checks_values=False)


def _weight(term: FrozenMap, at: str) -> Iterator[Cause]:
    if not 0 < number(term, "weight") <= _HIGHEST_WEIGHT:
        yield invalid_value(f"{at}.weight", f"{number(term, 'weight')}: must be in the range 1-100")


def node_term(term: FrozenMap, at: str, *, checks_values: bool) -> Iterator[Cause]:
    """What is wrong with conditions on the labels and the name of a node."""
    for index, requirement in enumerate(parts(term, "matchExpressions")):
        yield from _node_requirement(requirement, f"{at}.matchExpressions[{index}]", checks_values=checks_values)
    for index, requirement in enumerate(parts(term, "matchFields")):
        yield from _node_field(requirement, f"{at}.matchFields[{index}]")


def _node_requirement(requirement: FrozenMap, at: str, *, checks_values: bool) -> Iterator[Cause]:
    values = texts(requirement, "values")
    match text(requirement, "operator"):
        case "In" | "NotIn":
            if not values:
                yield required(f"{at}.values", "must be specified when `operator` is 'In' or 'NotIn'")
        case "Exists" | "DoesNotExist":
            if values:
                why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
                yield forbidden_value(f"{at}.values", why)
        case "Gt" | "Lt":
            if len(values) != 1:
                yield required(f"{at}.values", "must be specified single value when `operator` is 'Lt' or 'Gt'")
        case operator:
            yield invalid_value(f"{at}.operator", f'"{operator}": not a valid selector operator')
    yield from complaints(f"{at}.key", text(requirement, "key"), qualified_name)
    for index, value in enumerate(values if checks_values else ()):
        yield from complaints(f"{at}.values[{index}]", value, label_value)


def _node_field(requirement: FrozenMap, at: str) -> Iterator[Cause]:
    operator, key = text(requirement, "operator"), text(requirement, "key")
    values = texts(requirement, "values")
    if operator not in ("In", "NotIn"):
        yield invalid_value(f"{at}.operator", f'"{operator}": not a valid selector operator')
    elif len(values) != 1:
        yield required(f"{at}.values", "must be only one value when `operator` is 'In' or 'NotIn'")
    if key != "metadata.name":
        yield invalid_value(f"{at}.key", f'"{key}": not a valid field selector key')
        return
    for index, value in enumerate(values):
        yield from complaints(f"{at}.values[{index}]", value, dns_subdomain)


def _pod_affinity(pods: FrozenMap, at: str) -> Iterator[Cause]:
    for index, term in enumerate(parts(pods, _REQUIRED)):
        yield from _pod_term(term, f"{at}.{_REQUIRED}[{index}]")
    for index, term in enumerate(parts(pods, _PREFERRED)):
        field = f"{at}.{_PREFERRED}[{index}]"
        yield from _weight(term, field)
        yield from _pod_term(as_map(term.get("podAffinityTerm")), f"{field}.podAffinityTerm")


def _pod_term(term: FrozenMap, at: str) -> Iterator[Cause]:
    for name in ("labelSelector", "namespaceSelector"):
        selector = part(term, name)
        if selector is not None:
            yield from label_selector(selector, f"{at}.{name}")
    for namespace in texts(term, "namespaces"):
        yield from complaints(f"{at}.namespace", namespace, dns_label)
    yield from _label_keys(term, at, ("matchLabelKeys", "mismatchLabelKeys"))
    if not text(term, "topologyKey"):
        yield required(f"{at}.topologyKey", "can not be empty")
    yield from complaints(f"{at}.topologyKey", text(term, "topologyKey"), qualified_name)


def _label_keys(term: FrozenMap, at: str, names: tuple[str, ...]) -> Iterator[Cause]:
    """Keys whose values are taken from the pod's own labels."""
    seen: set[str] = set()
    for name in names:
        keys = texts(term, name)
        if keys and part(term, "labelSelector") is None:
            yield forbidden_value(f"{at}.{name}", "must not be specified when labelSelector is not set")
        for index, key in enumerate(keys):
            yield from complaints(f"{at}.{name}[{index}]", key, qualified_name)
            if key in seen and name != "matchLabelKeys":
                yield invalid_value(f"{at}.{name}[{index}]", f'"{key}": exists in both matchLabelKeys and here')
        seen.update(keys)


def spread(spec: FrozenMap, at: str) -> Iterator[Cause]:
    """What is wrong with how pods are to be spread."""
    constraints = parts(spec, "topologySpreadConstraints")
    for index, constraint in enumerate(constraints):
        field = f"{at}[{index}]"
        yield from _constraint(constraint, field)
        key, action = text(constraint, "topologyKey"), text(constraint, "whenUnsatisfiable")
        following = [(text(each, "topologyKey"), text(each, "whenUnsatisfiable")) for each in constraints[index + 1 :]]
        if (key, action) in following:
            yield duplicate(f"{field}.{{topologyKey, whenUnsatisfiable}}", f"{{{key}, {action}}}")
        yield from _domains(constraint, f"{field}.minDomains")
        yield from _inclusions_and_selector(constraint, field)


def _constraint(constraint: FrozenMap, at: str) -> Iterator[Cause]:
    skew, action = number(constraint, "maxSkew"), text(constraint, "whenUnsatisfiable")
    if skew <= 0:
        yield invalid_value(f"{at}.maxSkew", f"{skew}: must be greater than zero")
    if not text(constraint, "topologyKey"):
        yield required(f"{at}.topologyKey", "can not be empty")
    else:
        yield from complaints(f"{at}.topologyKey", text(constraint, "topologyKey"), qualified_name)
    if action not in _ACTIONS:
        yield not_supported(f"{at}.whenUnsatisfiable", action, _ACTIONS)


def _domains(constraint: FrozenMap, at: str) -> Iterator[Cause]:
    domains = maybe_number(constraint, "minDomains")
    if domains is None:
        return
    if domains <= 0:
        yield invalid_value(at, f"{domains}: must be greater than zero")
    if text(constraint, "whenUnsatisfiable") != "DoNotSchedule":
        yield invalid_value(at, f"{domains}: can only use minDomains if whenUnsatisfiable=DoNotSchedule")


def _inclusions_and_selector(constraint: FrozenMap, at: str) -> Iterator[Cause]:
    for name in ("nodeAffinityPolicy", "nodeTaintsPolicy"):
        policy = constraint.get(name)
        if policy is not None and policy not in _INCLUSIONS:
            yield not_supported(f"{at}.{name}", policy, _INCLUSIONS)
    yield from _label_keys(constraint, at, ("matchLabelKeys",))
    selector = part(constraint, "labelSelector")
    if selector is not None:
        yield from label_selector(selector, f"{at}.labelSelector")
