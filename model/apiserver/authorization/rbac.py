"""Role-based access control: which rules somebody has, and what they come to.

Lives here: :func:`visit` (the rules of a user, with the binding that gives each), :func:`authorize`.  Must not know:
how a request becomes :class:`~.attributes.Attributes`, or that roles are written.

Rights only add up: without a rule that allows there is no opinion, which is a refusal.  Roles and bindings are read
through the server's caches, so a change counts a little later than it is stored.  The rules of an aggregated cluster
role are those that a controller has gathered in it: nothing is aggregated here.

Source: Kubernetes 1.36, ``plugin/pkg/auth/authorizer/rbac/rbac.go``, ``pkg/registry/rbac/validation/rule.go``;
recordings M.2 to M.4.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from ...frozen_json import FrozenMap, as_items, as_map
from ...objects import Object, ObjectKey
from ..authentication import service_account_name
from ..lookup import Lookup
from ..settings import MASTERS, User
from .attributes import Attributes
from .rules import Rule, rules_of

GROUP: Final = "rbac.authorization.k8s.io"


@frozen
class Decision:
    """Whether something is allowed, and why: the binding that allows it, or what could not be found out."""

    allowed: bool
    reason: str = ""


@frozen
class Granted:
    """A rule that somebody has, and the binding that gives it, in words."""

    rule: Rule
    source: str


@frozen
class Unresolved:
    """A binding whose role cannot be found."""

    message: str


def authorize(wanted: Attributes, lookup: Lookup) -> Decision:
    """Whether what is wanted is allowed."""
    if lookup.settings.authorization == "AlwaysAllow" or MASTERS in wanted.user.groups:
        return Decision(allowed=True)
    unresolved: list[str] = []
    for each in visit(wanted.user, wanted.namespace, lookup):
        if isinstance(each, Unresolved):
            unresolved.append(each.message)
        elif each.rule.allows(wanted):
            return Decision(allowed=True, reason=f"RBAC: allowed by {each.source}")
    return Decision(allowed=False, reason=f"RBAC: {aggregate(unresolved)}" if unresolved else "")


def visit(user: User, namespace: str, lookup: Lookup) -> Iterator[Granted | Unresolved]:
    """The rules that a user has in a namespace: those of bindings for the whole cluster first."""
    yield from _bound(user, lookup.list("clusterrolebindings"), "", lookup)
    if namespace:
        yield from _bound(user, lookup.list("rolebindings", namespace), namespace, lookup)


def rules_for(user: User, namespace: str, lookup: Lookup) -> tuple[tuple[Rule, ...], tuple[str, ...]]:
    """The rules that a user has in a namespace, and what could not be resolved."""
    visited = tuple(visit(user, namespace, lookup))
    return (
        tuple(each.rule for each in visited if isinstance(each, Granted)),
        tuple(each.message for each in visited if isinstance(each, Unresolved)),
    )


def referenced(reference: FrozenMap, namespace: str, lookup: Lookup) -> tuple[Rule, ...] | Unresolved:
    """The rules of the role that a binding refers to."""
    kind, name = reference.get("kind"), str(reference.get("name", ""))
    if kind == "Role":
        role = lookup.get(ObjectKey("roles", namespace, name))
    elif kind == "ClusterRole":
        role = lookup.get(ObjectKey("clusterroles", "", name))
    else:
        return Unresolved(f'unsupported role reference kind: "{kind}"')
    if role is None:
        return Unresolved(f'{str(kind).lower()}.{GROUP} "{name}" not found')
    return rules_of(role.field("rules"))


def aggregate(messages: list[str] | tuple[str, ...]) -> str:
    """Several errors as one."""
    different = list(dict.fromkeys(messages))
    return different[0] if len(different) == 1 else f"[{', '.join(different)}]"


def _bound(user: User, bindings: tuple[Object, ...], namespace: str, lookup: Lookup) -> Iterator[Granted | Unresolved]:
    for binding in bindings:
        subject = next((each for each in _subjects(binding) if _is_meant(user, each, namespace)), None)
        if subject is None:
            continue
        reference = as_map(binding.field("roleRef"))
        rules = referenced(reference, namespace, lookup)
        if isinstance(rules, Unresolved):
            yield rules
            continue
        source = _describe(binding, reference, subject, namespace)
        yield from (Granted(rule, source) for rule in rules)


def _subjects(binding: Object) -> Iterator[FrozenMap]:
    return (each for each in as_items(binding.field("subjects")) if isinstance(each, FrozenMap))


def _is_meant(user: User, subject: FrozenMap, namespace: str) -> bool:
    name = str(subject.get("name", ""))
    match subject.get("kind"):
        case "User":
            return user.name == name
        case "Group":
            return name in user.groups
        case "ServiceAccount":
            place = str(subject.get("namespace") or namespace)
            return bool(place) and user.name == service_account_name(place, name)
        case _:
            return False


def _describe(binding: Object, reference: FrozenMap, subject: FrozenMap, namespace: str) -> str:
    kind, bound = ("RoleBinding", f"{binding.name}/{namespace}") if namespace else ("ClusterRoleBinding", binding.name)
    to = subject.get("name", "")
    if subject.get("kind") == "ServiceAccount":
        to = f"{to}/{subject.get('namespace') or namespace}"
    return f'{kind} "{bound}" of {reference.get("kind")} "{reference.get("name")}" to {subject.get("kind")} "{to}"'
