"""Nobody grants rights that he does not have.

Lives here: the check of a role or binding that is to be written.  Must not know: validity, storage.

Who writes a role must have all that it grants already, or the verb ``escalate`` on it; who writes a binding must have
all that its role grants, or the verb ``bind`` on that role.  The check comes after mutating admission and before
everything else that looks at the object.

Source: Kubernetes 1.36, ``pkg/registry/rbac/{role,clusterrole,rolebinding,clusterrolebinding}/policybased``,
``pkg/registry/rbac/validation/rule.go`` (ConfirmNoEscalation), ``pkg/registry/rbac/escalation_check.go``; recordings
M.4; scenario n-rbac.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...frozen_json import as_map
from ...objects import Object
from ..answer import Answer, Details
from ..lookup import Lookup
from ..request import Request
from ..settings import MASTERS, User
from .attributes import Attributes
from .rbac import GROUP, Unresolved, authorize, referenced, rules_for
from .rules import EVERYTHING, Rule, compacted, quoted, rules_of, uncovered

_ROLES: Final = ("roles", "clusterroles")
_BINDINGS: Final = ("rolebindings", "clusterrolebindings")


def refuse_escalation(request: Request, new: Object, existing: Object | None, lookup: Lookup) -> Answer | None:
    """Refuse (403) a role or binding that would grant more than its writer has; ``None`` lets it pass.

    Other kinds pass, and so does a change that only lets the garbage collector do its work.
    """
    if request.kind.group != GROUP or lookup.settings.authorization != "RBAC" or MASTERS in request.groups:
        return None
    if existing is not None and _is_for_the_collector(new, existing):
        return None
    if request.kind.plural in _ROLES:
        return _refuse_role(request, new, existing, lookup)
    if request.kind.plural in _BINDINGS:
        return _refuse_binding(request, new, lookup)
    return None


def _refuse_role(request: Request, new: Object, existing: Object | None, lookup: Lookup) -> Answer | None:
    user = User(request.user, request.groups)
    escalate = Attributes(user, "escalate", GROUP, request.kind.plural, namespace=request.namespace, name=request.name)
    if authorize(escalate, lookup).allowed:
        return None
    why = missing_rights(user, request.namespace, rules_of(new.field("rules")), lookup)
    if why is None and (_is_aggregated(new) or (existing is not None and _is_aggregated(existing))):
        why = missing_rights(user, request.namespace, EVERYTHING, lookup)
        why = why and "must have cluster-admin privileges to use the aggregationRule"
    return None if why is None else _forbidden(request, new, why)


def _refuse_binding(request: Request, new: Object, lookup: Lookup) -> Answer | None:
    user = User(request.user, request.groups)
    reference = as_map(new.field("roleRef"))
    kind, name = reference.get("kind"), str(reference.get("name", ""))
    if kind in ("Role", "ClusterRole"):
        bind = Attributes(
            user,
            "bind",
            str(reference.get("apiGroup", "")),
            f"{str(kind).lower()}s",
            namespace=request.namespace,
            name=name,
        )
        if authorize(bind, lookup).allowed:
            return None
    rules = referenced(reference, request.namespace, lookup)
    if isinstance(rules, Unresolved):
        return _unresolved(str(kind), name, rules)
    why = missing_rights(user, request.namespace, rules, lookup)
    return None if why is None else _forbidden(request, new, why)


def missing_rights(user: User, namespace: str, granted: Iterable[Rule], lookup: Lookup) -> str | None:
    """In words, what of the granted rules a user lacks in a namespace; ``None`` if nothing."""
    own, unresolved = rules_for(user, namespace, lookup)
    lacking = uncovered(own, granted)
    if not lacking:
        return None
    listed = "\n".join(sorted({str(rule) for rule in compacted(lacking)}))
    who = f'user "{user.name}" (groups={quoted(user.groups)})'
    errors = f"; resolution errors: [{' '.join(_as_one(unresolved))}]" if unresolved else ""
    return f"{who} is attempting to grant RBAC permissions not currently held:\n{listed}{errors}"


def _as_one(messages: tuple[str, ...]) -> tuple[str, ...]:
    different = tuple(dict.fromkeys(messages))
    return different if len(different) == 1 else (f"[{', '.join(different)}]",)


def _is_aggregated(role: Object) -> bool:
    return bool(as_map(role.field("aggregationRule")).get("clusterRoleSelectors"))


def _is_for_the_collector(new: Object, existing: Object) -> bool:
    """Whether nothing but finalizers and owners (and who owns which field) differs."""
    free = ("finalizers", "ownerReferences", "managedFields")
    return new.without_metadata(*free) == existing.without_metadata(*free)


def _forbidden(request: Request, new: Object, why: str) -> Answer:
    kind = request.kind
    message = f'{kind.plural}.{kind.group} "{new.name}" is forbidden: {why}'
    return Answer(403, "Forbidden", message, details=Details(name=new.name, group=kind.group, kind=kind.plural))


def _unresolved(kind: str, name: str, rules: Unresolved) -> Answer:
    """The role cannot be found: 404, for whoever could not bind it unseen; 500 for what is no kind of role."""
    if kind not in ("Role", "ClusterRole"):
        return Answer(500, "", rules.message)
    return Answer(404, "NotFound", rules.message, details=Details(name=name, group=GROUP, kind=kind.lower()))
