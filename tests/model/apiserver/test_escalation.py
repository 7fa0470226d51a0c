"""Nobody grants rights that he does not have: roles, bindings, and when two rules cover one another."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.apiserver.rights import ALICE, API, GROUP, Guarded, View, binding, fresh, role, rule

from seatrial.model.apiserver.authorization import Attributes
from seatrial.model.apiserver.authorization.escalation import missing_rights
from seatrial.model.apiserver.authorization.rules import Rule, uncovered

ROLES = f"{API}/namespaces/shop/roles"
BINDINGS = f"{API}/namespaces/shop/rolebindings"
WRITES = rule("create,update,patch,get", "roles,rolebindings", groups=GROUP)


def with_rights(*rules: dict[str, Any]) -> Guarded:
    """A server on which alice may write roles and bindings of the namespace, and has these rights."""
    return fresh().load(
        (
            role("own", WRITES, *rules, namespace="shop"),
            binding("own", "Role/own", "User/alice", namespace="shop"),
        )
    )


@pytest.mark.parametrize(
    ("own", "granted", "status"),
    [
        (rule("get,list", "pods"), rule("get", "pods"), 201),
        (rule("get", "pods"), rule("get,list", "pods"), 403),
        (rule("get", "pods"), rule("get", "pods", names="p"), 201),
        (rule("get", "pods", names="p"), rule("get", "pods"), 403),
        (rule("get", "pods", names="p,q"), rule("get", "pods", names="q"), 201),
        (rule("*", "pods"), rule("escalate", "pods"), 201),
        (rule("get", "pods"), rule("*", "pods"), 403),
        (rule("get", "*"), rule("get", "pods/status"), 201),
        (rule("get", "*/status"), rule("get", "pods/status"), 201),
        (rule("get", "*/status"), rule("get", "pods"), 403),
        (rule("get", "pods", groups="*"), rule("get", "pods"), 201),
        (rule("escalate", "roles", groups=GROUP), rule("*", "*", groups="*"), 201),
        (rule("escalate", "roles", groups=GROUP, names="other"), rule("*", "*", groups="*"), 403),
    ],
)
def test_a_role_grants_what_its_writer_has(own: dict[str, Any], granted: dict[str, Any], status: int) -> None:
    """A new role is refused if one of its rules goes beyond the writer's, unless he may escalate."""
    answer = with_rights(own).ask("alice", "POST", ROLES, role("new", granted, namespace="shop").thaw())
    assert answer.status == status, answer


def test_the_refusal_lists_what_is_lacking() -> None:
    """Verbs of one resource are brought together; the details name the role."""
    granted = (rule("get,list", "pods,secrets"), rule("watch", "pods"))
    answer = with_rights().ask("alice", "POST", ROLES, role("more", *granted, namespace="shop").thaw())
    assert answer.message == (
        'roles.rbac.authorization.k8s.io "more" is forbidden: user "alice" (groups=["dev" "system:authenticated"]) is '
        "attempting to grant RBAC permissions not currently held:\n"
        '{APIGroups:[""], Resources:["pods"], Verbs:["get" "list" "watch"]}\n'
        '{APIGroups:[""], Resources:["secrets"], Verbs:["get" "list"]}'
    )
    assert answer.details is not None
    assert (answer.details.name, answer.details.kind, answer.details.group) == ("more", "roles", GROUP)


@pytest.mark.parametrize(
    ("own", "to", "status"),
    [
        (rule("get", "pods"), "Role/small", 201),
        (rule("list", "pods"), "Role/small", 403),
        (rule("bind", "roles", groups=GROUP, names="small"), "Role/small", 201),
        (rule("bind", "roles", groups=GROUP), "ClusterRole/cluster-admin", 403),
        (rule("bind", "clusterroles", groups=GROUP), "ClusterRole/cluster-admin", 201),
        (rule("bind", "clusterroles", groups=GROUP), "Role/missing", 404),
        (rule("bind", "roles", groups=GROUP), "Role/missing", 201),
    ],
)
def test_a_binding_gives_what_its_writer_has(own: dict[str, Any], to: str, status: int) -> None:
    """A new binding is refused if its role goes beyond the writer's rights, unless he may bind that role.

    Who may not bind a role unseen is told that it is missing.
    """
    server = with_rights(own).load([role("small", rule("get", "pods"), namespace="shop")])
    answer = server.ask("alice", "POST", BINDINGS, binding("new", to, "User/bob", namespace="shop").thaw())
    assert answer.status == status, answer


def test_an_administrator_binds_even_what_is_missing() -> None:
    """The check is not for masters: a dangling binding is accepted, and gives nothing."""
    server = fresh()
    body = binding("dangling", "Role/nowhere", "User/alice", namespace="shop").thaw()
    assert server.ask("admin", "POST", BINDINGS, body).status == 201
    refusal = server.ask("alice", "GET", "/api/v1/namespaces/shop/pods/p")
    assert refusal.message.endswith('RBAC: role.rbac.authorization.k8s.io "nowhere" not found')


def test_a_change_is_checked_like_a_creation() -> None:
    """PUT and PATCH of a role, and a PUT that creates one, are refused alike; one that grants the same is not."""
    server = with_rights(rule("get", "pods"))
    small = role("small", rule("get", "pods"), namespace="shop").thaw()
    large = role("small", rule("*", "pods"), namespace="shop").thaw()
    assert server.ask("alice", "PUT", f"{ROLES}/small", large).status == 403
    assert server.ask("alice", "PUT", f"{ROLES}/small", small).status == 201
    assert server.ask("alice", "PUT", f"{ROLES}/small", large).status == 403
    patch = {"body": {"rules": large["rules"]}, "media_type": "application/merge-patch+json"}
    assert server.ask("alice", "PATCH", f"{ROLES}/small", **patch).status == 403
    assert server.ask("alice", "PUT", f"{ROLES}/small", {**small, "metadata": {"name": "small"}}).status == 200


def test_letting_go_of_a_role_grants_nothing() -> None:
    """A change of finalizers and owners alone passes, whatever the role grants: the collector must do its work."""
    server = with_rights().load([role("large", rule("*", "pods"), namespace="shop")])
    patch = {"media_type": "application/merge-patch+json"}
    held = {"metadata": {"finalizers": ["example.com/held"]}}
    assert server.ask("alice", "PATCH", f"{ROLES}/large", held, **patch).status == 200
    labelled = {"metadata": {"labels": {"a": "b"}}}
    assert server.ask("alice", "PATCH", f"{ROLES}/large", labelled, **patch).status == 403


def test_an_aggregated_role_needs_all_rights() -> None:
    """Nobody knows what will be gathered in it."""
    writes = rule("create", "clusterroles", groups=GROUP)
    server = fresh().load((role("own", writes), binding("own", "ClusterRole/own", "User/alice")))
    gathered = {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}
    body = {**role("new").thaw(), "aggregationRule": gathered}
    answer = server.ask("alice", "POST", f"{API}/clusterroles", body)
    assert (answer.status, "must have cluster-admin privileges" in answer.message) == (403, True)
    assert server.ask("admin", "POST", f"{API}/clusterroles", body).status == 201


def test_escalation_is_found_before_the_object_is_validated() -> None:
    """Who would grant too much is not told that the role is invalid besides."""
    odd = role("new", {"verbs": ["get"], "apiGroups": [""], "resources": ["pods"]}, {"verbs": []}, namespace="shop")
    assert with_rights().ask("alice", "POST", ROLES, odd.thaw()).status == 403
    assert with_rights(rule("get", "pods")).ask("alice", "POST", ROLES, odd.thaw()).status == 422


INVALID: list[tuple[str, dict[str, Any], str, str]] = [
    ("roles", {"rules": [{"verbs": []}]}, "rules[0].verbs", "FieldValueRequired"),
    ("roles", {"rules": [rule("get", urls="/x")]}, "rules[0].nonResourceURLs", "FieldValueInvalid"),
    ("roles", {"rules": [{"verbs": ["get"], "resources": ["x"]}]}, "rules[0].apiGroups", "FieldValueRequired"),
    ("roles", {"metadata": {"name": "a%b"}}, "metadata.name", "FieldValueInvalid"),
    ("rolebindings", {"roleRef": {"kind": "Pod", "name": "x"}}, "roleRef.kind", "FieldValueNotSupported"),
    ("rolebindings", {"roleRef": {"kind": "Role"}}, "roleRef.name", "FieldValueRequired"),
    ("rolebindings", {"subjects": [{"kind": "User"}]}, "subjects[0].name", "FieldValueRequired"),
    ("rolebindings", {"subjects": [{"kind": "Robot", "name": "r"}]}, "subjects[0].kind", "FieldValueNotSupported"),
]


@pytest.mark.parametrize(("path", "change", "field", "reason"), INVALID)
def test_roles_and_bindings_are_validated(path: str, change: dict[str, Any], field: str, reason: str) -> None:
    """What cannot be meant is refused, with the field that is wrong."""
    whole = {
        "roles": role("ok", rule("get", "pods"), namespace="shop"),
        "rolebindings": binding("ok", "Role/r", "User/alice", namespace="shop"),
    }
    answer = fresh().ask("admin", "POST", f"{API}/namespaces/shop/{path}", {**whole[path].thaw(), **change})
    assert answer.status == 422
    assert (field, reason) in [(cause.field, cause.reason) for cause in answer.causes]


def test_a_binding_keeps_its_role() -> None:
    """The roleRef is immutable; subjects may change; names with colons are fine."""
    server = fresh()
    body = binding("a:b", "Role/r", "User/alice", namespace="shop").thaw()
    assert server.ask("admin", "POST", BINDINGS, body).status == 201
    other = binding("a:b", "Role/other", "User/alice", namespace="shop").thaw()
    answer = server.ask("admin", "PUT", f"{BINDINGS}/a:b", other)
    assert (answer.status, [cause.field for cause in answer.causes]) == (422, ["roleRef"])
    more = binding("a:b", "Role/r", "User/alice", "Group/dev", namespace="shop").thaw()
    assert server.ask("admin", "PUT", f"{BINDINGS}/a:b", more).status == 200


FRESH = "something-else"
RULES = st.lists(
    st.one_of(
        st.builds(
            Rule,
            verbs=st.lists(st.sampled_from(("get", "list", "*")), min_size=1, max_size=2).map(tuple),
            groups=st.lists(st.sampled_from(("", "apps", "*")), min_size=1, max_size=2).map(tuple),
            resources=st.lists(st.sampled_from(("pods", "pods/status", "*/status", "*")), min_size=1, max_size=2).map(
                tuple
            ),
            names=st.lists(st.sampled_from(("p", "q")), max_size=2).map(tuple),
        ),
        st.builds(
            Rule,
            verbs=st.lists(st.sampled_from(("get", "*")), min_size=1, max_size=1).map(tuple),
            urls=st.lists(st.sampled_from(("/a", "/a/*", "/a/b", "/*", "*")), min_size=1, max_size=2).map(tuple),
        ),
    ),
    max_size=3,
).map(tuple)
EVERYTHING_ASKED = [
    *(
        Attributes(ALICE, verb, group=group, resource=resource, subresource=subresource, name=name)
        for verb, group, resource, subresource, name in product(
            ("get", "list", FRESH), ("", "apps", FRESH), ("pods", FRESH), ("", "status", FRESH), ("p", "q", FRESH)
        )
    ),
    *(
        Attributes(ALICE, verb, path=path)
        for verb, path in product(("get", FRESH), ("/a", "/a/b", f"/a/{FRESH}", f"/{FRESH}"))
    ),
    Attributes(ALICE, "get", path=FRESH),
    Attributes(ALICE, FRESH, path=FRESH),
]
"""Every request that rules of the words above can tell apart: the words themselves, and one that nobody names."""


@settings(derandomize=True, max_examples=250, deadline=None)
@given(RULES, RULES)
def test_rules_cover_others_just_if_they_allow_all_that_those_allow(
    own: tuple[Rule, ...], granted: tuple[Rule, ...]
) -> None:
    """The comparison of rules, which looks at no request, agrees with what the rules allow."""
    beyond = [
        asked
        for asked in EVERYTHING_ASKED
        if any(each.allows(asked) for each in granted) and not any(each.allows(asked) for each in own)
    ]
    assert (not uncovered(own, granted)) is (not beyond)


@settings(derandomize=True, max_examples=150, deadline=None)
@given(RULES, RULES, RULES)
def test_a_grant_is_accepted_just_if_the_union_of_ones_rights_covers_it(
    first: tuple[Rule, ...], second: tuple[Rule, ...], granted: tuple[Rule, ...]
) -> None:
    """Rights of several bindings count together."""
    view = View(
        (
            role("first", *(each.as_json for each in first)),
            role("second", *(each.as_json for each in second), namespace="shop"),
            binding("first", "ClusterRole/first", "Group/dev"),
            binding("second", "Role/second", "User/alice", namespace="shop"),
        )
    )
    assert (missing_rights(ALICE, "shop", granted, view) is None) is (not uncovered((*first, *second), granted))
    assert (missing_rights(ALICE, "depot", granted, view) is None) is (not uncovered(first, granted))
